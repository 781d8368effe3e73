/**
 * What an audit wants of its one issue, as plain data and three pure functions that find the words. The life cycle
 * (`issue.ts`) compares sets and decides; whoever renders decides how it reads. Neither knows the other.
 */

/** GitHub's limit for the body of an issue and of a comment, in UTF-16 units as JavaScript counts them. */
export const GITHUB_BODY_LIMIT = 65_536

/** There is one issue in the repository for each of these. */
export interface IssueKey {
  readonly account: string
  /** Path of the baseline file from the root of the repository. */
  readonly baseline: string
}

/** When and by which run a text was made: what differs from day to day in a text that says the same. */
export interface IssueStamp {
  /** Moment of the audit, ISO 8601. */
  readonly taken_at: string
  /** Address of the run; empty when unknown. */
  readonly run_url: string
}

/** What an issue can have; the config says of which of them it is opened. */
export type IssueSection = 'drift' | 'incomplete' | 'expiring'

/**
 * One row of a section. `key` says when two rows are the same finding: for drift the canonical text of (kind,
 * principal, permission, gained set). The other fields are raw and unescaped; they are kept in the body's hidden
 * record so that a later run can name what is gone, and whoever renders them escapes them.
 */
export interface IssueRow extends NamedRow {
  readonly key: string
}

/** What is remembered of a row between runs. */
export interface NamedRow {
  /** Key of who it is about: the bare id of a user, `kind:id` of others; empty where it is about nobody. */
  readonly principal: string
  readonly name: string
  readonly permission: string
  /** What it is, in a few plain words: `everything, not approved, by group ops → CustomOps v3`. */
  readonly words: string
}

/** What stood in the drift section before an incomplete audit, and which of the rows found now it lacks. */
export interface StandingDrift {
  /** The drift part of the present body as `IssueParts.drift` gave it; null when somebody edited the body. */
  readonly text: string | null
  /** Rows recorded with their names, in the order they were given; rows found again are among them. */
  readonly rows: readonly NamedRow[]
  /** How many further rows were recorded without names, for lack of room. */
  readonly omitted: number
  /** Indexes into `DesiredIssue.rows.drift` of what was found now and does not stand there yet. */
  readonly added: readonly number[]
}

/** The visible parts of a body. The marker, the delimiters and the hidden record are added around them. */
export interface IssueParts {
  /** Verdict sentence, what it means, the "not confirmed" heading when `standing` was given. */
  readonly head: string
  /** The drift rows alone, without a heading that stops being true: an incomplete audit leaves this text standing. */
  readonly drift: string
  /** Sections `incomplete` and `expiring`, what to do, footers. */
  readonly rest: string
}

/** What the issue says as a whole, for its title. */
export interface IssueState {
  /** False: it is closed, or about to be. */
  readonly open: boolean
  /** Principals that the drift section names, confirmed or not. */
  readonly principals: number
  readonly incomplete: boolean
}

/** How the set of drift rows changed since the body was written. Rows without recorded names are only counted. */
export interface DriftChange<Removed extends NamedRow = NamedRow> {
  /** Rows that stood before and still do, confirmed or not, as far as their names are known. */
  readonly left: readonly NamedRow[]
  readonly leftUnnamed: number
  readonly added: readonly IssueRow[]
  readonly removed: readonly Removed[]
  readonly removedUnnamed: number
  /** False: the record in the body could not be read, so `added` is everything and nothing is known of before. */
  readonly known: boolean
}

/**
 * How a finding was resolved. `changed`: the same principal holds something else of the permission beyond what is
 * approved, which is a finding of its own. `within`: the approval is older than the issue, so what went beyond it was
 * revoked. `unknown`: nothing tells.
 */
export type Resolution =
  | { readonly how: 'revoked' | 'changed' | 'unknown' }
  | {
      readonly how: 'approved' | 'within'
      readonly commit: { readonly sha: string; readonly url: string } | null
    }

export interface ResolvedRow extends NamedRow {
  readonly resolution: Resolution
}

/**
 * Says how rows that are gone were resolved: one answer for each. May ask GitHub, and never fails.
 *
 * @param since when the issue was opened, ISO 8601
 */
export type Resolver = (removed: readonly NamedRow[], since: string) => Promise<readonly Resolution[]>

export type CommentReason = 'changed' | 'closing' | 'reopening' | 'duplicate'

export interface CommentRequest {
  readonly reason: CommentReason
  readonly change: DriftChange<ResolvedRow>
  /** Number of the issue that goes on, when this one is closed as its duplicate. */
  readonly original: number | null
  /** UTF-16 units that the text may have. */
  readonly budget: number
}

export interface DesiredIssue {
  readonly key: IssueKey
  readonly title: (state: IssueState) => string
  /** Put on a new issue; made when missing; never put back on an issue from which a person took them. */
  readonly labels: readonly string[]
  /** Handles from `issue.assignees` and `owners`, without `@`. Those that cannot be assigned are skipped with a notice. */
  readonly assignees: readonly string[]
  /** `issue.on`: the sections that exist. Rows of others are ignored. */
  readonly on: readonly IssueSection[]
  /** False: nothing is closed, and the drift that stood there stays. */
  readonly complete: boolean
  readonly rows: Readonly<Record<IssueSection, readonly IssueRow[]>>
  readonly stamp: IssueStamp
  /**
   * The body's visible text within `budget` UTF-16 units (all three parts together). Time and run are those of `stamp`
   * and of nothing else: the text that stands is compared with this one, made with the stamp of the day it was written.
   */
  readonly render: (content: {
    readonly standing: StandingDrift | null
    readonly budget: number
    readonly stamp: IssueStamp
  }) => IssueParts
  readonly comment: (request: CommentRequest) => string
}

export type IssueAction = 'created' | 'updated' | 'unchanged' | 'closed' | 'reopened' | 'none'

export interface IssueOutcome {
  /** `none`: there is no issue and none is needed. */
  readonly action: IssueAction
  readonly number: number | null
  readonly url: string | null
  /** Sentences for the log and summary: assignees skipped, a comment that the issue did not take. */
  readonly notices: readonly string[]
}
