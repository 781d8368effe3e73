/**
 * The words of the gate: what a pull request changes in the approvals and in what is audited, what of it fails, and
 * what needs a review. Plain data. Names and justifications in it come from files and from the cloud: whoever
 * renders a sentence or a name escapes it.
 */

import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import type { NamedPrincipal, PrincipalRef } from '../account/principal.ts'
import type { DriftKind } from '../audit/model.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'
import type { Grant } from '../policy/types.ts'

/** Paths of the two files as the inputs give them, for messages and annotations. */
export interface GatePaths {
  readonly config: string
  readonly baseline: string
}

/** The text of each file on one side; null: there is no such file. */
export interface GateTexts {
  readonly config: string | null
  readonly baseline: string | null
}

/**
 * `merge_group` judges all but scope, which was judged on the pull request. On `pull_request_target`, which has secrets
 * whoever asks, the account is asked only what the base audits.
 */
export type GateEvent = 'pull_request' | 'pull_request_target' | 'merge_group'

export interface GateInput {
  readonly base: GateTexts
  readonly head: GateTexts
  readonly paths: GatePaths
  /** UTC day. */
  readonly today: string
  readonly event: GateEvent
}

export type EntryChange =
  | 'added'
  | 'removed'
  | 'widened'
  | 'narrowed'
  | 'prolonged'
  | 'shortened'
  | 'reworded'

/** What was gained or lost: a set of actions, and whoever comes to it. */
export interface GateDifference {
  readonly grants: readonly Grant[]
  /** Set for an entry that approves all of the permission, as the baseline records it. */
  readonly whole: boolean
  /** Names that the known catalogues have for it, sorted; the set may hold more than these. */
  readonly actions: readonly string[]
  /** A shortest action string of it. */
  readonly example: string | null
  /** Who may assume the agency. */
  readonly trusted: readonly TrustedItem[]
  /** Alternatives under which a provider vouches. */
  readonly when: readonly (Alternative | NamedAlternative)[]
  /** Who vouches, where that is another. */
  readonly issuer: string | null
  readonly keys: readonly string[]
}

/** What made an entry wider or narrower. */
export type EntryCause =
  /** The grants of the entry itself. */
  | 'grants'
  /** `audited_permissions` of the baseline: the definition the entry is read within. */
  | 'definition'
  /** `within` of the entry. */
  | 'within'
  /** `disabled` was dropped or set, so that the entry covers the enabled user too, or no longer. */
  | 'enabled'
  /** Who may assume the agency. */
  | 'trusted'
  /** The alternatives of a federated entry. */
  | 'when'
  /** Issuer or keys of a federated entry. */
  | 'issuer'
  /** A recorded name: a restriction of the entry matches the new one, or an agency made anew bears it. */
  | 'name'

/** One change to one entry. An entry that changes in two ways has two rows, one of each `change`. */
export interface GateEntry {
  /** The name is as the head records it, for a removed entry as the base did; not verified unless `Verification` says so. */
  readonly principal: NamedPrincipal
  readonly permission: string
  readonly change: EntryChange
  /** What made it wider or narrower; empty for other changes. */
  readonly causes: readonly EntryCause[]
  /** What is approved now and was not; all of it for an added entry. */
  readonly gained: GateDifference | null
  /** What was approved and is no longer; all of it for a removed entry. */
  readonly lost: GateDifference | null
  /** Set when the change could not be decided within the bound of the analysis; then it counts as widened. */
  readonly undetermined: string | null
  readonly before: BaselineEntry | null
  readonly after: BaselineEntry | null
  /** Keys of the entry whose value differs: `justification`, `owner`, `user`, `x-ticket`. */
  readonly fields: readonly string[]
  /** Line (from 1) of the entry in the head; null for a removed one. */
  readonly line: number | null
}

export type FailureCode =
  | 'malformed'
  | 'missing-file'
  | 'other-account'
  | 'missing-field'
  | 'justification-unchanged'
  | 'expired'
  | 'expires-dropped'
  | 'expires-too-late'
  | 'undetermined'
  | 'known-gap'
  | 'scope-not-reviewed'
  | 'entry-not-reviewed'
  | 'not-held'
  | 'wider-than-held'
  | 'not-there'
  | 'disabled'
  | 'wrong-name'
  | 'root-user'

/** Why the gate fails. */
export interface GateFailure {
  readonly code: FailureCode
  /** Path of the file concerned. */
  readonly file: string
  /** From 1; null where no line can be named. */
  readonly line: number | null
  readonly column: number | null
  /** What was found, for which thing, why it fails. One sentence. */
  readonly message: string
  /** What to do. One sentence. */
  readonly remedy: string
  /** The entry concerned, where it is one. */
  readonly principal: PrincipalRef | null
  readonly permission: string | null
}

export type ScopeChangeKind =
  | 'permission-removed'
  | 'permission-renamed'
  | 'permission-narrowed'
  | 'severity-lowered'
  | 'approvals-loosened'
  | 'account-dropped'
  | 'issue-disabled'
  | 'issue-section-dropped'
  | 'sources-loosened'
  | 'traces-shortened'
  | 'config-from-nowhere'
  | 'base-unreadable'
  | 'definition-narrowed'
  | 'admin-group-changed'
  | 'known-gap'
  | 'broad-entry'

/** A change to what the audit looks at or says. It passes only with an approving review. */
export interface ScopeChange {
  readonly kind: ScopeChangeKind
  /** Path of the file that changes it. */
  readonly file: string
  /** Line (from 1) in the head of what is changed, or of what it was taken from. */
  readonly line: number
  /** One sentence in words. */
  readonly message: string
  /** What is audited no longer, by known names, sorted; empty where it is not about actions. */
  readonly actions: readonly string[]
  /** A shortest action string that is audited no longer. */
  readonly example: string | null
}

/** Whether a review allows the changes that need one. */
export interface ReviewDecision {
  readonly approved: boolean
  /** Logins whose review counts. */
  readonly by: readonly string[]
  /** Why reviews that are there do not count, or could not be read; each one sentence. */
  readonly reasons: readonly string[]
}

/** Drift that the live account would show after the merge. */
export interface RemainingDrift {
  readonly kind: DriftKind
  readonly principal: NamedPrincipal
  readonly permission: string
  /** The pull request changes an entry of this principal and permission. */
  readonly touched: boolean
}

/** The pull request held against the live account. */
export interface Verification {
  /** False: a gap left something open; the notices say what. */
  readonly verified: boolean
  readonly failures: readonly GateFailure[]
  /** Whether the audit would be green after the merge; null: it would be incomplete, so nobody can tell. */
  readonly green_after_merge: boolean | null
  readonly remaining: readonly RemainingDrift[]
  /** Keys of principals whose recorded name is their present one. */
  readonly names_verified: readonly string[]
  readonly notices: readonly string[]
}

/** Everything the gate decided. */
export interface GateVerdict {
  readonly result: 'passed' | 'failed'
  readonly event: GateEvent
  readonly paths: GatePaths
  /** False: neither file differs between base and head, and nothing was judged. */
  readonly touched: boolean
  /** In the order of the file. */
  readonly entries: readonly GateEntry[]
  /** All of them, those of review and verification included. */
  readonly failures: readonly GateFailure[]
  readonly scope_changes: readonly ScopeChange[]
  /** Whether something needs an approving review here (never in a merge group). */
  readonly review_needed: boolean
  /** Rows of entries that need it: those that approve more or longer, where `approvals.require` names `review`. */
  readonly entries_to_review: readonly GateEntry[]
  /** Null: none is needed, or it was not asked for yet. */
  readonly review: ReviewDecision | null
  /** Null: there were no credentials, so no name and no holding was verified. */
  readonly verification: Verification | null
  /** Worth saying, no failure. */
  readonly notices: readonly string[]
}
