/** Everything about a pull request that decides whether a review of it counts. Gathered here, judged elsewhere. */
import { UserError } from '../text/problem.ts'
import type { CommitMakers, PullRequestFacts, PullRequestReview, ReviewReader } from './review.ts'

export interface ReviewFacts {
  /** The commit that has to be approved. */
  readonly headSha: string
  readonly opener: PullRequestFacts['opener']
  /** Logins of all who opened it or authored or committed any of its commits, each once. */
  readonly makers: readonly string[]
  /** In the order in which they were given. */
  readonly reviews: readonly PullRequestReview[]
  /** Why something of this could not be read or is not known, as a sentence; null when all is. */
  readonly unreadable: string | null
}

/** What a login may do in the repository, or why that could not be read. */
export type PermissionAnswer = string | { readonly unreadable: string }

/** Reads them live. Never throws for GitHub's refusals: what is not known is said. */
export async function readReviewFacts(
  reader: ReviewReader,
  { number, headSha }: { readonly number: number; readonly headSha: string },
): Promise<ReviewFacts> {
  try {
    const pull = await reader.pullRequest(number)
    const [commits, reviews] = await Promise.all([reader.commits(pull), reader.reviews(number)])
    const logins = [pull.opener.login, ...commits.flatMap((commit) => [commit.author, commit.committer])]
    return {
      ...{ headSha, opener: pull.opener, reviews },
      makers: distinct(logins.filter((login) => login !== null)),
      unreadable: unknownIn(pull, commits, headSha),
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const opener = { login: null, isApp: false }
    return { headSha, opener, makers: [], reviews: [], unreadable: error.message }
  }
}

function unknownIn(pull: PullRequestFacts, commits: readonly CommitMakers[], headSha: string): string | null {
  if (pull.opener.login === null) return 'Who opened the pull request is not known: the account is gone.'
  if (!commits.some((commit) => commit.sha === headSha))
    return `The commit ${short(headSha)} is not among the commits of the pull request any more.`
  const nameless = commits.find((commit) => commit.author === null || commit.committer === null)
  return nameless === undefined
    ? null
    : `Who made the commit ${short(nameless.sha)} is not known: its author or committer has no GitHub account.`
}

function short(sha: string): string {
  return sha.slice(0, 7)
}

/** Logins have no letter case. */
function distinct(logins: readonly string[]): string[] {
  return [...new Map(logins.map((login) => [login.toLowerCase(), login])).values()]
}

/** What each login may do: `admin`, `write`, `read` or `none`, or why that could not be read. */
export async function readPermissions(
  reader: ReviewReader,
  logins: Iterable<string>,
): Promise<ReadonlyMap<string, PermissionAnswer>> {
  const answers = new Map<string, PermissionAnswer>()
  for (const login of new Set(logins))
    try {
      answers.set(login, await reader.permissionOf(login))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      answers.set(login, { unreadable: error.message })
    }
  return answers
}
