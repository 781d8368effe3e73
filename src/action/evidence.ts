/** What evidence needs of GitHub beside the verdict: who approved, in which commit. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Verdict } from '../audit/model.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { entryKey } from '../baseline/entry.ts'
import { type ApprovedBy, approvedBy, type CommitReference } from '../github/approval-history.ts'
import type { GitHubClient } from '../github/client.ts'
import { GitHubError } from '../github/github-error.ts'
import type { ApprovalOrigin } from '../render/evidence/context.ts'
import type { Links } from '../render/links.ts'
import type { RunContext } from './event.ts'
import { commitsOf } from './resolutions.ts'

export interface ApprovalOrigins {
  readonly origins: ReadonlyMap<string, ApprovalOrigin>
  /** What GitHub refused, or why it was not asked, a sentence each. */
  readonly unread: readonly string[]
}

/** Commits whose pull request is looked up; an approval history has few, and each is several reads. */
const MAXIMUM_COMMITS = 30

/** Where the entries of present holders come from. What GitHub refuses is said, and the verdict stands. */
export async function approvalOrigins(
  verdict: Verdict,
  github: GitHubClient | null,
  baseline: { readonly path: string; readonly commit: string },
): Promise<ApprovalOrigins> {
  const entries = [
    ...new Map(
      verdict.holdings.flatMap(({ approval }) =>
        approval === null ? [] : [[entryKey(approval), approval] as const],
      ),
    ).values(),
  ]
  if (entries.length === 0) return { origins: new Map(), unread: [] }
  if (github === null || baseline.commit === '')
    return { origins: new Map(), unread: ['Who approved was not read: this run has no access to GitHub.'] }
  try {
    return await readOrigins(github, baseline, entries)
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return { origins: new Map(), unread: [`Who approved could not be read: ${error.message}`] }
  }
}

async function readOrigins(
  github: GitHubClient,
  baseline: { readonly path: string; readonly commit: string },
  entries: readonly BaselineEntry[],
): Promise<ApprovalOrigins> {
  const commits = await commitsOf(github, baseline, entries)
  const distinct = [
    ...new Map(commits.flatMap((one) => (one === null ? [] : [[one.sha, one] as const]))).values(),
  ]
  const approvals = new Map<string, ApprovedBy>()
  const unread: string[] = []
  for (const { sha } of distinct.slice(0, MAXIMUM_COMMITS))
    try {
      approvals.set(sha, await approvedBy(github, sha))
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      unread.push(`Who approved commit ${sha.slice(0, 7)} could not be read: ${error.message}`)
    }
  if (distinct.length > MAXIMUM_COMMITS)
    unread.push(
      `Who approved was read for the ${MAXIMUM_COMMITS} newest commits; ${distinct.length - MAXIMUM_COMMITS} more were not asked about.`,
    )
  const origin = (commit: CommitReference | null): ApprovalOrigin => ({
    commit,
    ...((commit && approvals.get(commit.sha)) ?? { pullRequest: null, reviewers: [] }),
  })
  return {
    origins: new Map(entries.map((entry, at) => [entryKey(entry), origin(commits[at] ?? null)])),
    unread: [...new Set(unread)],
  }
}

/** The workflow of the checkout that proposes approvals: the first file with `mode: update-baseline`. */
export async function updateWorkflow({ workspace, run }: RunContext): Promise<Links['updateWorkflow']> {
  const folder = join(workspace, '.github', 'workflows')
  const names = await readdir(folder).catch(() => [])
  for (const file of names.filter((name) => /\.ya?ml$/.test(name)).sort()) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => '')
    if (!/^\s*mode:\s*['"]?update-baseline['"]?\s*(#.*)?$/m.test(text)) continue
    const server = run.url.split('/actions/')[0] ?? ''
    return { file, url: `${server}/actions/workflows/${encodeURIComponent(file)}` }
  }
  return null
}
