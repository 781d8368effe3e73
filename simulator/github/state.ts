/** What the played GitHub knows. Tests read and change it at will: it is the other people and runs. */

export interface Label {
  readonly name: string
  readonly color: string
}

export interface Issue {
  readonly number: number
  title: string
  body: string | null
  user: string
  state: 'open' | 'closed'
  stateReason: string | null
  labels: string[]
  assignees: string[]
  locked: boolean
  /** GitHub lists pull requests among the issues. */
  readonly isPullRequest: boolean
  readonly createdAt: string
  updatedAt: string
}

export interface Comment {
  readonly id: number
  readonly issue: number
  user: string
  body: string
  readonly createdAt: string
  updatedAt: string
}

/** A commit with its whole tree. */
export interface Commit {
  readonly sha: string
  readonly parents: readonly string[]
  readonly files: Readonly<Record<string, string>>
  /** Logins; null where GitHub cannot match the address to an account. */
  readonly author: string | null
  readonly committer: string | null
  /** When it was committed, ISO 8601; not told: some moment. */
  readonly date?: string
}

export interface Review {
  readonly user: string
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING'
  readonly commit: string | null
}

export interface Pull {
  readonly number: number
  readonly user: string
  head: string
  base: string
  readonly baseRef: string
  /** The commit by which it was merged or squashed. */
  readonly merge?: string
  reviews: Review[]
}

export interface WorkflowRun {
  readonly id: number
  readonly event: string
  readonly headSha: string
  readonly conclusion: string | null
  readonly workflowId: number
  readonly runAttempt?: number
}

export type RepositoryRole = 'admin' | 'write' | 'read' | 'none'
export type Level = 'none' | 'read' | 'write'
export type Scope = 'contents' | 'issues' | 'pull-requests' | 'actions'

export interface State {
  /** `owner/name`. */
  readonly repository: string
  token: string
  /** Login that the token acts as; one that ends in `[bot]` is an installation and may not ask `GET /user`. */
  identity: string
  visibility: 'public' | 'private' | 'internal'
  defaultBranch: string
  hasIssues: boolean
  permissions: Record<Scope, Level>
  labels: Label[]
  issues: Issue[]
  comments: Comment[]
  /** Handles that may be assigned. */
  assignable: string[]
  /** Branch or tag to commit. */
  refs: Record<string, string>
  commits: Commit[]
  pulls: Pull[]
  collaborators: Record<string, RepositoryRole>
  runs: WorkflowRun[]
  /** Runs whose failed jobs were started again. */
  reruns: number[]
  /** Seconds since the simulator's epoch; every write takes one. */
  clock: number
}

/** The simulator's time as GitHub writes it, one second later than the last write. */
export function tick(state: State): string {
  state.clock += 1
  return new Date(Date.UTC(2026, 0, 1) + state.clock * 1000).toISOString().replace('.000Z', 'Z')
}

/** Every commit reachable from one, itself first, nearest first. */
export function history(state: State, sha: string): string[] {
  const seen: string[] = []
  const pending = [sha]
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if (seen.includes(next)) continue
    seen.push(next)
    pending.push(...(state.commits.find((commit) => commit.sha === next)?.parents ?? []))
  }
  return seen
}
