/** What the gate asks of GitHub, gathered before it decides. */
import {
  loginsToAsk,
  type PermissionAnswer,
  type ReviewFacts,
  type ReviewQuestion,
} from '../gate/review-decision.ts'
import type { GitHubClient } from '../github/client.ts'
import { createReviewReader } from '../github/review.ts'
import { UserError } from '../text/problem.ts'
import type { GateSides } from './gate-sides.ts'
import type { Run } from './outcome.ts'

/** Reads reviews and makers live. What cannot be read is no approval, and says why. */
export async function gatherReviews(
  { context }: Run,
  github: GitHubClient,
  { headSha }: GateSides,
): Promise<ReviewFacts> {
  const { pullRequest } = context
  const nobody = { opener: { login: null, isApp: false }, makers: [], reviews: [], headSha }
  if (pullRequest === null)
    return { ...nobody, unreadable: 'there is no pull request.', permissions: new Map() }
  const reader = createReviewReader(github)
  try {
    const pull = await reader.pullRequest(pullRequest.number)
    const [commits, reviews] = await Promise.all([reader.commits(pull), reader.reviews(pull.number)])
    const question: ReviewQuestion = {
      opener: pull.opener,
      makers: commits.flatMap(({ author, committer }) => [author, committer]),
      reviews: reviews.map(({ reviewer, kind, state, commit }) => ({
        ...{ login: reviewer, kind, state, commitId: commit },
      })),
      ...{ headSha, unreadable: null },
    }
    const permissions = new Map<string, PermissionAnswer>()
    for (const login of loginsToAsk(question)) permissions.set(login, await permissionOf(reader, login))
    return { ...question, permissions }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { ...nobody, unreadable: error.message, permissions: new Map() }
  }
}

async function permissionOf(
  reader: ReturnType<typeof createReviewReader>,
  login: string,
): Promise<PermissionAnswer> {
  try {
    return await reader.permissionOf(login)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { unreadable: error.message }
  }
}
