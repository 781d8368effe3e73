/** How findings of the issue were resolved, by the verdict, and in which commit where they were approved. */
import { type PrincipalRef, principalKey } from '../account/principal.ts'
import type { Verdict } from '../audit/model.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { entryKey } from '../baseline/entry.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import { type CommitReference, commitsSince, unlessRefused } from '../github/approval-history.ts'
import type { GitHubClient } from '../github/client.ts'
import type { NamedRow, Resolution, Resolver } from '../github/desired-issue.ts'
import { createRepositoryReader } from '../github/repository.ts'
import { UserError } from '../text/problem.ts'

type Subject = Pick<NamedRow, 'principal' | 'permission'>

/** How a finding that is gone was resolved; `entry` where one approves it. */
export function resolutionOf(
  verdict: Pick<Verdict, 'drift' | 'holdings' | 'permissions'>,
  { principal, permission }: Subject,
): { readonly how: 'revoked' | 'changed' | 'unknown' | 'approved'; readonly entry: BaselineEntry | null } {
  const isIt = (row: { principal: PrincipalRef; permission: string }): boolean =>
    principalKey(row.principal) === principal && row.permission === permission
  if (verdict.drift.some(isIt)) return { how: 'changed', entry: null }
  if (!verdict.permissions.some(({ name }) => name === permission)) return { how: 'unknown', entry: null }
  const holding = verdict.holdings.find((row) => isIt(row) && row.counts)
  return holding === undefined
    ? { how: 'revoked', entry: null }
    : { how: 'approved', entry: holding.approval }
}

/** Answers for an audit that read the baseline at a commit. What GitHub does not tell is left out. */
export function resolverFor(
  verdict: Verdict,
  client: GitHubClient,
  baseline: { readonly path: string; readonly commit: string },
): Resolver {
  return async (removed, since) => {
    const resolved = removed.map((row) => resolutionOf(verdict, row))
    const entries = resolved.flatMap(({ entry }) => (entry === null ? [] : [entry]))
    const commits = entries.length === 0 ? [] : await commitsOf(client, baseline, entries)
    return resolved.map(({ how, entry }): Resolution => {
      if (how !== 'approved') return { how }
      const commit = (entry && commits[entries.indexOf(entry)]) ?? null
      const isOlder = commit?.committedAt != null && Date.parse(commit.committedAt) < Date.parse(since)
      return { how: isOlder ? 'within' : how, commit }
    })
  }
}

/** The commit since which each entry stands as it stands. */
export async function commitsOf(
  client: GitHubClient,
  { path, commit }: { readonly path: string; readonly commit: string },
  entries: readonly BaselineEntry[],
): Promise<readonly (CommitReference | null)[]> {
  const read = remembering(path)
  const tests = entries.map((entry) => {
    const [key, text] = [entryKey(entry), JSON.stringify(entry)]
    return (file: string | null): boolean => read(file).get(key) === text
  })
  const reader = createRepositoryReader(client)
  return (await unlessRefused(() => commitsSince(client, reader, { path, from: commit }, tests))) ?? []
}

/** Entries of a version of the file by key; of one that cannot be read, none. All tests ask of one version at a time. */
function remembering(path: string): (file: string | null) => ReadonlyMap<string, string> {
  let last: { readonly file: string | null; readonly entries: ReadonlyMap<string, string> } | null = null
  return (file) => {
    if (last?.file !== file || last === null) last = { file, entries: entriesOf(file, path) }
    return last.entries
  }
}

function entriesOf(file: string | null, path: string): ReadonlyMap<string, string> {
  if (file === null) return new Map()
  try {
    const { approvals } = readBaseline(file, path).baseline
    return new Map(approvals.map((entry) => [entryKey(entry), JSON.stringify(entry)]))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return new Map()
  }
}
