/** Failures of the GitHub API, told so that a person can act: what failed, for which thing, why, what to do. */
import { UserError } from '../text/problem.ts'

/** What a request is for. Becomes `Failed to <what> for <which>: …`. */
export interface Purpose {
  readonly what: string
  readonly which: string
  /** Line of the workflow's `permissions:` that the request needs, such as `issues: write`; null where none helps. */
  readonly needs: string | null
}

export class GitHubError extends UserError {
  /** Status of the answer; null when there was none. */
  readonly status: number | null
  /** GitHub's own words, or the network's. */
  readonly reason: string
  /** The request may have been carried out although no answer says so. */
  readonly uncertain: boolean

  constructor(
    purpose: Purpose,
    failure: {
      readonly status: number | null
      readonly reason: string
      readonly uncertain: boolean
      /** GitHub asked to wait: its limit, not a missing permission. */
      readonly limited: boolean
      readonly cause: unknown
    },
  ) {
    const status = failure.status === null ? '' : ` (${failure.status})`
    const remedy = remedyFor(purpose, failure.status, failure.limited)
    super(`Failed to ${purpose.what} for ${purpose.which}: ${sentence(failure.reason)}${status}. ${remedy}`, {
      cause: failure.cause,
    })
    this.name = 'GitHubError'
    this.status = failure.status
    this.reason = failure.reason
    this.uncertain = failure.uncertain
  }
}

function sentence(text: string): string {
  return text.trim().replace(/\.$/, '')
}

function remedyFor({ needs }: Purpose, status: number | null, limited: boolean): string {
  const permission =
    needs === null
      ? 'The token may not see it: check the input github-token.'
      : `Add \`${needs}\` to the job's \`permissions:\` (a token given as github-token needs the same right; runs for forks and Dependabot get a read-only token).`
  if (limited) return "It is GitHub's rate limit: run the job again later."
  switch (status) {
    case 401:
      return 'The token is wrong or expired: check the input github-token.'
    case 403:
      return permission
    case 404:
      return `GitHub says so too when the token may not look. ${permission}`
    case 410:
      return 'Issues are switched off in this repository: switch them on under Settings, General, Features, or set `issue.enabled: false` in the config.'
    case 422:
      return 'GitHub did not accept the request as it was.'
    default:
      return 'Run the job again; if it stays, see https://www.githubstatus.com.'
  }
}

/** The sentence of any failure, without a stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
