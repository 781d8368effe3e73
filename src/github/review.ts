/** Reviews of a pull request, its commits, what people may do, and starting the failed gate again. */
import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import { GitHubError, type Purpose, reasonOf } from './github-error.ts'

export interface PullRequestReview {
  /** Login; null for deleted accounts. */
  readonly reviewer: string | null
  /** `User` for people, `Bot` for apps; null where GitHub does not say. */
  readonly kind: string | null
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING' | 'OTHER'
  /** The commit that was reviewed. */
  readonly commit: string | null
  /** ISO 8601; null for a review that is not submitted. */
  readonly submittedAt: string | null
}

export interface PullRequestFacts {
  readonly number: number
  /** `isApp`: an app, such as GitHub Actions, and no person; login null for deleted accounts. */
  readonly opener: { readonly login: string | null; readonly isApp: boolean }
  readonly headSha: string
  readonly baseSha: string
  readonly baseRef: string
  /** How many commits it has. */
  readonly commits: number
}

/** Who made a commit, by login; null where GitHub knows no account for the address. */
export interface CommitMakers {
  readonly sha: string
  readonly author: string | null
  readonly committer: string | null
}

export interface ReviewReader {
  pullRequest(number: number): Promise<PullRequestFacts>
  /**
   * Every commit of the pull request, oldest first.
   *
   * @throws GitHubError when they cannot be read, or GitHub lists fewer than the pull request has.
   */
  commits(pull: PullRequestFacts): Promise<readonly CommitMakers[]>
  /** Every review, in the order in which they were given. @throws GitHubError when some page cannot be read. */
  reviews(pullRequest: number): Promise<readonly PullRequestReview[]>
  /** `admin`, `write`, `read` or `none`; GitHub counts `maintain` as `write` and `triage` as `read`. */
  permissionOf(login: string): Promise<string>
}

export interface RerunOutcome {
  /** Id of the run that was started again; null when none was. */
  readonly run: number | null
  /** Why none was, as a sentence; null when one was. */
  readonly reason: string | null
}

const reviewStates = ['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED', 'PENDING'] as const
const authorSchema = z.object({ login: z.string(), type: z.string().optional() }).nullish()
const reviewSchema = z.object({
  user: authorSchema,
  state: z.string(),
  commit_id: z.string().nullish(),
  submitted_at: z.string().nullish(),
})
const pullSchema = z.object({
  number: z.number().int(),
  user: authorSchema,
  head: z.object({ sha: z.string() }),
  base: z.object({ sha: z.string(), ref: z.string() }),
  commits: z.number().int(),
})
// GitHub sends an empty object, too, for somebody it does not know.
const makerSchema = z.object({ login: z.string().optional() }).nullish()
const commitSchema = z.object({ sha: z.string(), author: makerSchema, committer: makerSchema }).transform(
  ({ sha, author, committer }): CommitMakers => ({
    ...{ sha, author: author?.login ?? null, committer: committer?.login ?? null },
  }),
)
const permissionSchema = z.object({ permission: z.string() })
const runSchema = z.object({
  id: z.number().int(),
  workflow_id: z.number().int(),
  conclusion: z.string().nullish(),
  status: z.string().nullish(),
})

/** The reader over the API. */
export function createReviewReader(client: GitHubClient): ReviewReader {
  const purpose = (what: string, which: string): { purpose: Purpose } => ({
    purpose: { what, which, needs: 'pull-requests: read' },
  })
  const numbered = (number: number): string => `${client.repository}#${number}`
  return {
    pullRequest: async (number) => {
      const answer = await client.request(
        'GET /repos/{owner}/{repo}/pulls/{pull_number}',
        { pull_number: number },
        pullSchema,
        purpose('read the pull request', numbered(number)),
      )
      return {
        number: answer.number,
        opener: openerOf(answer.user),
        headSha: answer.head.sha,
        baseSha: answer.base.sha,
        baseRef: answer.base.ref,
        commits: answer.commits,
      }
    },
    commits: (pull) => readCommits(client, pull, purpose('read the commits', numbered(pull.number))),
    reviews: async (number) => {
      const reviews: PullRequestReview[] = []
      const rows = client.list(
        'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
        { pull_number: number },
        z.array(reviewSchema),
        purpose('read the reviews', numbered(number)),
      )
      for await (const row of rows)
        reviews.push({
          reviewer: row.user?.login ?? null,
          kind: row.user?.type ?? null,
          state: reviewStates.find((state) => state === row.state) ?? 'OTHER',
          commit: row.commit_id ?? null,
          submittedAt: row.submitted_at ?? null,
        })
      return reviews
    },
    permissionOf: async (login) => {
      const answer = await client.request(
        'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
        { username: login },
        permissionSchema,
        {
          purpose: {
            what: `read the permission of ${JSON.stringify(login)}`,
            which: client.repository,
            needs: null,
          },
        },
      )
      return answer.permission
    },
  }
}

function openerOf(user: z.infer<typeof authorSchema>): PullRequestFacts['opener'] {
  const login = user?.login ?? null
  const isApp = login?.toLowerCase().endsWith('[bot]') === true || (user?.type ?? 'User') !== 'User'
  return { login, isApp }
}

/** GitHub lists so many commits of a pull request, and says nothing of the rest. */
const LISTED_COMMITS = 250

/** The commits; those of a long pull request from the comparison, whose list is whole. */
async function readCommits(
  client: GitHubClient,
  { number, commits, baseRef, headSha }: PullRequestFacts,
  options: { purpose: Purpose },
): Promise<readonly CommitMakers[]> {
  const listed =
    commits <= LISTED_COMMITS
      ? client.list(
          'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
          { pull_number: number },
          z.array(commitSchema),
          options,
        )
      : client.list(
          'GET /repos/{owner}/{repo}/compare/{basehead}',
          { basehead: `${baseRef}...${headSha}` },
          z.object({ commits: z.array(commitSchema) }).transform((page) => page.commits),
          { purpose: { ...options.purpose, needs: 'contents: read' } },
        )
  const rows: CommitMakers[] = []
  for await (const row of listed) rows.push(row)
  if (rows.length < commits)
    throw new GitHubError(options.purpose, {
      ...{ status: null, uncertain: false, limited: false, cause: undefined },
      reason: `GitHub lists ${rows.length} of its ${commits} commits`,
    })
  return rows
}

/**
 * Starts the failed jobs of the latest `pull_request` run of this workflow for a commit again: its check stays red
 * when a review arrives, and only a rerun of that very run turns it green. The workflow is told by the run that asks.
 *
 * Never throws for GitHub's refusals: without `actions: write` a person starts it, and the outcome says so.
 */
export async function rerunFailedGate(
  client: GitHubClient,
  { headSha, currentRunId }: { readonly headSha: string; readonly currentRunId: number },
): Promise<RerunOutcome> {
  const purpose = (what: string, needs: string): { purpose: Purpose } => ({
    purpose: { what, which: client.repository, needs },
  })
  try {
    const current = await client.request(
      'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
      { run_id: currentRunId },
      runSchema,
      purpose(`read the run ${currentRunId}`, 'actions: write'),
    )
    const listed = client.list(
      'GET /repos/{owner}/{repo}/actions/runs',
      { event: 'pull_request', head_sha: headSha },
      z.object({ workflow_runs: z.array(runSchema) }).transform((page) => page.workflow_runs),
      purpose(`list the runs for ${headSha}`, 'actions: write'),
    )
    for await (const run of listed) {
      if (run.workflow_id !== current.workflow_id) continue
      // Newest first: an older failure was answered by a newer run.
      if (run.status !== 'completed') return { run: null, reason: `The run ${run.id} is under way.` }
      if (run.conclusion === 'success') return { run: null, reason: `The run ${run.id} did not fail.` }
      const route = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs'
      await client.request(
        route,
        { run_id: run.id },
        z.unknown(),
        purpose(`rerun the failed jobs of run ${run.id}`, 'actions: write'),
      )
      return { run: run.id, reason: null }
    }
    return { run: null, reason: `There is no pull_request run of this workflow for ${headSha}.` }
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return { run: null, reason: reasonOf(error) }
  }
}
