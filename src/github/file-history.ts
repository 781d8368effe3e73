/** A file as it stood on a branch over time, as far back as a window reaches. */
import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import { GitHubError, type Purpose } from './github-error.ts'
import type { RepositoryReader } from './repository.ts'

export interface FileVersion {
  /** Since when it stood there, milliseconds since 1970; null: since before the window. */
  readonly since: number | null
  /** Null: there was no such file. */
  readonly text: string | null
}

/** Commits that are looked at to find where a window begins. A branch that moves faster has no readable history. */
const MAXIMUM_COMMITS = 2_000

const commitSchema = z.object({
  sha: z.string(),
  parents: z.array(z.object({ sha: z.string() })),
  commit: z.object({ committer: z.object({ date: z.string() }).nullish() }),
})
type Commit = z.infer<typeof commitSchema>

/** A commit that was the branch itself at some time. */
interface Stood {
  readonly sha: string
  readonly since: number
}

/**
 * The versions of a file, oldest first. What counts is when the branch came to hold them: of a merged pull request the
 * merge, not the commits that were made for it.
 *
 * @param from milliseconds since 1970
 * @throws GitHubError when the history cannot be read back to the beginning of the window
 */
export async function fileHistory(
  client: GitHubClient,
  reader: RepositoryReader,
  { path, branch, from }: { readonly path: string; readonly branch: string; readonly from: number },
): Promise<readonly FileVersion[]> {
  const purpose: Purpose = {
    ...{ what: `read the history of ${branch}`, which: client.repository, needs: 'contents: read' },
  }
  const stood = await heads(client, branch, from, purpose)
  const texts = new Map<string, string | null>()
  const textAt = async (at: number): Promise<string | null> => {
    const { sha } = stood[at] as Stood
    const known = texts.get(sha)
    if (known !== undefined) return known
    const text = await reader.fileAt(path, sha)
    texts.set(sha, text)
    return text
  }
  const changes = await changesBetween(0, stood.length - 1, textAt)
  return Promise.all(
    [0, ...changes].map(async (at) => ({
      since: at === 0 ? null : (stood[at] as Stood).since,
      text: await textAt(at),
    })),
  )
}

/** What the branch pointed to within the window, oldest first; the first was there when it began. */
async function heads(
  client: GitHubClient,
  branch: string,
  from: number,
  purpose: Purpose,
): Promise<readonly Stood[]> {
  const listed = client.list('GET /repos/{owner}/{repo}/commits', { sha: branch }, z.array(commitSchema), {
    purpose,
  })
  const known = new Map<string, Commit>()
  const stood: Stood[] = []
  let wanted: string | null = null
  let looked = 0
  for await (const commit of listed) {
    if (looked++ === MAXIMUM_COMMITS) throw unreadable(purpose, `it has more than ${MAXIMUM_COMMITS} commits`)
    known.set(commit.sha, commit)
    wanted ??= commit.sha
    // The list mixes the commits of merged branches in: only first parents were the branch itself.
    for (let next = known.get(wanted); next !== undefined; next = known.get(wanted)) {
      const since = Date.parse(next.commit.committer?.date ?? '')
      if (Number.isNaN(since)) throw unreadable(purpose, 'a commit has no date')
      stood.push({ sha: next.sha, since })
      const parent = next.parents[0]?.sha
      if (since <= from || parent === undefined) return inTime(stood.reverse())
      wanted = parent
    }
  }
  throw unreadable(purpose, 'its first commits are not listed')
}

/** Whoever makes a commit writes its date: none can have been there before the one that it follows. */
function inTime(stood: readonly Stood[]): readonly Stood[] {
  let latest = Number.NEGATIVE_INFINITY
  return stood.map((one) => {
    latest = Math.max(latest, one.since)
    return { ...one, since: latest }
  })
}

/** Where the text changes. What changed and changed back between two that are equal may be missed. */
async function changesBetween(
  first: number,
  last: number,
  textAt: (at: number) => Promise<string | null>,
): Promise<number[]> {
  if (first === last || (await textAt(first)) === (await textAt(last))) return []
  if (first + 1 === last) return [last]
  const middle = Math.floor((first + last) / 2)
  return [...(await changesBetween(first, middle, textAt)), ...(await changesBetween(middle, last, textAt))]
}

function unreadable(purpose: Purpose, reason: string): GitHubError {
  return new GitHubError(purpose, {
    ...{ status: null, reason, uncertain: false, limited: false, cause: undefined },
  })
}
