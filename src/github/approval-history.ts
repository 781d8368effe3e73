/** In which commit something came into a file, and who let it in: what GitHub tells of an approval. */
import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import { GitHubError } from './github-error.ts'
import type { RepositoryReader } from './repository.ts'
import { createReviewReader, type PullRequestReview } from './review.ts'

export interface CommitReference {
  readonly sha: string
  readonly url: string
  /** Login; null where GitHub knows no account for the address. */
  readonly author: string | null
  /** ISO 8601; null where GitHub does not say. */
  readonly committedAt: string | null
}

/** The pull request that brought a commit, and who approved it. */
export interface ApprovedBy {
  readonly pullRequest: {
    readonly number: number
    readonly url: string
    readonly author: string | null
  } | null
  /** Logins whose latest deciding review is an approval, in the order they gave it. */
  readonly reviewers: readonly string[]
}

/** Commits of a file that are looked at: each is a read, and an approval is seldom older than so many changes. */
const MAXIMUM_COMMITS = 50

const commitSchema = z
  .object({
    sha: z.string(),
    html_url: z.string(),
    author: z.object({ login: z.string().optional() }).nullish(),
    commit: z.object({ committer: z.object({ date: z.string().optional() }).nullish() }).optional(),
  })
  .transform(
    (row): CommitReference => ({
      ...{ sha: row.sha, url: row.html_url, author: row.author?.login ?? null },
      committedAt: row.commit?.committer?.date ?? null,
    }),
  )

/**
 * For each test the commit since which it has held without a break, going back from a commit; null where it does not
 * hold there, or began before the commits that are looked at.
 *
 * @param tests each says of the file's text at one commit whether it holds; null: the file is not there
 * @throws GitHubError when the history cannot be read
 */
export async function commitsSince(
  client: GitHubClient,
  reader: RepositoryReader,
  { path, from }: { readonly path: string; readonly from: string },
  tests: readonly ((text: string | null) => boolean)[],
): Promise<readonly (CommitReference | null)[]> {
  const since: (CommitReference | null)[] = tests.map(() => null)
  let open = tests.map((_, index) => index)
  let looked = 0
  const listed = client.list(
    'GET /repos/{owner}/{repo}/commits',
    { path, sha: from },
    z.array(commitSchema),
    { purpose: { what: `read the history of ${path}`, which: client.repository, needs: 'contents: read' } },
  )
  for await (const commit of listed) {
    if (looked++ === MAXIMUM_COMMITS) {
      for (const index of open) since[index] = null
      return since
    }
    const text = await reader.fileAt(path, commit.sha)
    open = open.filter((index) => tests[index]?.(text) === true)
    for (const index of open) since[index] = commit
    if (open.length === 0) break
  }
  return since
}

const pullSchema = z.object({
  number: z.number().int(),
  html_url: z.string(),
  user: z.object({ login: z.string() }).nullish(),
  merged_at: z.string().nullish(),
})

/** The pull request by which a commit was merged, and whose approval it had. @throws GitHubError */
export async function approvedBy(client: GitHubClient, sha: string): Promise<ApprovedBy> {
  const purpose = {
    ...{ what: `find the pull request of ${sha}`, which: client.repository },
    needs: 'pull-requests: read',
  }
  const pulls = client.list(
    'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    { commit_sha: sha },
    z.array(pullSchema),
    { purpose },
  )
  for await (const pull of pulls) {
    if (!pull.merged_at) continue
    const { number, html_url: url, user } = pull
    const reviews = await createReviewReader(client).reviews(number)
    return {
      pullRequest: { number, url, author: user?.login ?? null },
      reviewers: approvers(reviews),
    }
  }
  return { pullRequest: null, reviewers: [] }
}

/** Comments decide nothing; of the reviews that do the latest of each reviewer counts. */
function approvers(reviews: readonly PullRequestReview[]): string[] {
  const latest = new Map<string, PullRequestReview>()
  for (const review of reviews)
    if (review.reviewer !== null && ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(review.state))
      latest.set(review.reviewer.toLowerCase(), review)
  return [...latest.values()].flatMap(({ state, reviewer }) =>
    state === 'APPROVED' && reviewer !== null ? [reviewer] : [],
  )
}

/** The same, null instead of a refusal: a commit that cannot be named is no reason to say less of the rest. */
export async function unlessRefused<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return null
  }
}
