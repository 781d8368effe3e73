/**
 * The words of a verdict: who holds what, by which path, what the baseline says to it. Plain data; names in snake
 * case are written to the report as they stand (`report/report.ts`).
 */
import type { BaselineEntry } from '../baseline/baseline.ts'
import type { ActionSet, Grant, Severity } from '../policy/types.ts'
import type { Coverage, Snapshot } from '../snapshot/snapshot.ts'

/** One way by which a user came to hold something. */
export interface Path {
  readonly via: 'user' | 'group' | 'builtin-group'
  readonly group_id: string | null
  readonly group: string | null
  /** Null for the built-in group, which grants without a policy. */
  readonly policy_id: string | null
  readonly policy: string | null
  readonly version_id: string | null
  readonly version_created_at: string | null
  /** From 1. */
  readonly statement: number | null
  readonly pattern: string | null
  /** When the policy was attached; never when the user joined the group. */
  readonly attached_at: string | null
  /** Whether this path's own grant is limited by resources or a condition. */
  readonly restricted: boolean
}

/** Deny statement that touches a holding but depends on resources or conditions, so it was not subtracted. */
export interface ConditionalDeny {
  readonly policy_id: string
  readonly policy: string
  readonly version_id: string
  readonly statement: number
}

/** What one principal effectively holds of one audited permission. Other principal types will join `user`. */
export interface Holding {
  readonly principal_type: 'user'
  readonly user_id: string
  readonly user: string
  readonly enabled: boolean
  readonly permission: string
  readonly severity: Severity
  readonly extent: 'all' | 'part'
  readonly restricted: boolean
  /** False for a partial holder of a permission with `holds: all`: listed, and no drift. */
  readonly counts: boolean
  readonly grants: readonly Grant[]
  /** Catalogue names of everything held, most dangerous first; sorted in the report. */
  readonly actions: readonly string[]
  readonly paths: readonly Path[]
  readonly conditional_denies: readonly ConditionalDeny[]
}

/** Who came by a path: all who come by the same one share its object. */
export type HoldersByPath = ReadonlyMap<Path, readonly Holding[]>

/** What makes an answer uncertain, and for whom. `user_ids` null: for everybody. */
export interface Gap {
  readonly code: string
  readonly call: string
  readonly message: string
  readonly remedy: string
  readonly iam_action: string | null
  readonly policy_id: string | null
  readonly policy: string | null
  readonly version_id: string | null
  /** Digest of the undetermined document, ready for `known_gaps`. */
  readonly sha256: string | null
  readonly user_ids: readonly string[] | null
  readonly users: readonly string[] | null
}

/** A `known_gaps` item that is in force: named in the verdict, counted nowhere. */
export interface LiveKnownGap {
  readonly policy_id: string
  readonly policy: string
  readonly version_id: string
  readonly justification: string
  readonly expires: string
  readonly users: readonly string[]
}

export interface Holdings {
  readonly holdings: readonly Holding[]
  readonly gaps: readonly Gap[]
  readonly known_gaps: readonly LiveKnownGap[]
  readonly notices: readonly string[]
  readonly root_user: { readonly user_id: string; readonly user: string; readonly enabled: boolean } | null
  /** Id of the built-in group as found or recorded; null when there is none. */
  readonly admin_group: string | null
  /** Users that some gap reaches; `all` when one reaches everybody. */
  readonly uncertain_user_ids: ReadonlySet<string> | 'all'
}

export type DriftKind = 'unapproved-holder' | 'exceeds-approval' | 'approval-expired'

/** One change to the account that would take what drifted away. */
export interface Cut {
  readonly kind: 'remove-from-group' | 'detach-from-group' | 'detach-from-user'
  readonly group: string | null
  readonly group_id: string | null
  readonly policy: string | null
  readonly policy_id: string | null
  /** How many other users would lose something audited by it. */
  readonly others: number
}

/** What appears in the report for a difference, in words a person can act on. */
export interface DifferenceRow {
  readonly user_id: string
  readonly user: string
  readonly permission: string
  /** Gained or lost, as grants. */
  readonly grants: readonly Grant[]
  /** Catalogue names of it, most dangerous first; sorted in the report. */
  readonly actions: readonly string[]
  /** A shortest action string of it. */
  readonly example: string | null
}

export interface Drift extends DifferenceRow {
  readonly kind: DriftKind
  readonly severity: Severity
  readonly enabled: boolean
  /** The gained part is all of the permission. */
  readonly extent: 'all' | 'part'
  readonly restricted: boolean
  /** Paths by which the gained part came. */
  readonly paths: readonly Path[]
  readonly conditional_denies: readonly ConditionalDeny[]
  /** Complete: doing one of the alternatives of each inner list removes the drift. */
  readonly cuts: readonly (readonly Cut[])[]
  /** The entry to paste into the baseline, human fields empty. */
  readonly proposed_entry: BaselineEntry
  /** Of the entry concerned, where there is one. */
  readonly approval: BaselineEntry | null
  /** Index of that entry in the baseline's approvals, for annotations. */
  readonly entry_index: number | null
  /** Key into `Verdict.causes`. */
  readonly cause: string
  /** Set for an `exceeds-approval` that comes from a rename or from a re-enabled user. */
  readonly because: 'rename' | 'enabled' | null
}

/** One attachment, membership or version change, and the drift it explains. */
export interface Cause {
  readonly key: string
  readonly kind: 'attachment' | 'membership' | 'version' | 'builtin-group' | 'rename' | 'enabled' | 'expiry'
  /** The path it stands for; null where the cause is not a path. */
  readonly paths: readonly Path[]
  readonly user_ids: readonly string[]
}

export interface ExpiringRow {
  readonly user_id: string
  readonly user: string
  readonly permission: string
  readonly expires: string
  /** 0 to `warn-days`. */
  readonly days_left: number
  readonly owner: string | null
  readonly entry_index: number
}

/** An entry that records another name than the user has now. */
export interface RenamedRow {
  readonly user_id: string
  readonly user: string
  readonly permission: string
  readonly recorded: string
}

export interface UnreviewedRow {
  readonly user_id: string
  readonly user: string
  readonly permission: string
  readonly missing: readonly string[]
  readonly entry_index: number
}

export interface LostRow extends DifferenceRow {
  readonly entry_index: number
  /** False: something of it is still held (`reduced`). True: nothing is (`no-longer-held`). */
  readonly entirely: boolean
}

export type AuditResult = 'drift' | 'incomplete' | 'no-baseline' | 'reduced' | 'unchanged'

/** Everything the audit decided. Rendering and delivery add nothing to it. */
export interface Verdict {
  readonly result: AuditResult
  readonly complete: boolean
  /** `full`: nothing there was left unaudited; else `partial`. */
  readonly coverage_level: 'full' | 'partial'
  readonly account: { readonly id: string; readonly name: string }
  readonly auditor: Snapshot['auditor']
  readonly taken_at: string
  readonly gaps: readonly Gap[]
  readonly known_gaps: readonly LiveKnownGap[]
  readonly notices: readonly string[]
  readonly coverage: readonly Coverage[]
  readonly population: Snapshot['population']
  readonly catalogue: 'live' | 'shipped'
  readonly root_user: Holdings['root_user']
  readonly holdings: readonly (Holding & { readonly approval: BaselineEntry | null })[]
  readonly drift: readonly Drift[]
  readonly causes: readonly Cause[]
  readonly no_longer_held: readonly LostRow[]
  /** Still held, but less than approved. */
  readonly reduced: readonly LostRow[]
  readonly expiring: readonly ExpiringRow[]
  readonly renamed: readonly RenamedRow[]
  readonly unreviewed: readonly UnreviewedRow[]
  /** Names and definitions that were audited. */
  readonly permissions: readonly {
    readonly name: string
    readonly severity: Severity
    readonly definition: ActionSet
  }[]
  readonly stats: Snapshot['stats']
  /** False: there is no baseline file yet. */
  readonly has_baseline: boolean
  /** Id of the built-in group; null when there is none. Updates record it. */
  readonly admin_group: string | null
}

/** How the job ends, from the verdict and the inputs `fail-on` and `fail-on-severity` alone. */
export interface Exit {
  readonly fails: boolean
  /** One sentence a person reads first in a red job; null when it passes. */
  readonly reason: string | null
}

/** Where and what ran: the report's `run`. */
export interface RunInfo {
  readonly repository: string
  readonly sha: string
  readonly run_id: string
  readonly run_attempt: string
  readonly url: string
  readonly event: string
  readonly actor: string
}
