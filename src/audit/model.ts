/**
 * The words of a verdict: what the baseline says to what is held. Plain data; names in snake case are written to the
 * report as they stand (`report/report.ts`).
 */
import type { DormantAgency, Gap, Holding, LiveKnownGap, RootUser, TrustedParty } from '../access/model.ts'
import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import type { AttachmentLink, Path, RoleLink } from '../account/link.ts'
import type { NamedPrincipal } from '../account/principal.ts'
import type { Coverage, Snapshot } from '../account/snapshot.ts'
import type { TraceBy } from '../account/trace-record.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import type { ActionSet, Grant, Severity } from '../policy/types.ts'
import type { Revocation } from './revocation.ts'

export type { DormantAgency, Gap, Holding, LiveKnownGap, RootUser, TrustedParty } from '../access/model.ts'

export type DriftKind = 'unapproved-holder' | 'exceeds-approval' | 'approval-expired'

/** What appears in the report for a difference, in words a person can act on. */
export interface DifferenceRow {
  readonly principal: NamedPrincipal
  readonly permission: string
  /** Gained or lost, as grants. */
  readonly grants: readonly Grant[]
  /** Catalogue names of it, most dangerous first; sorted in the report. */
  readonly actions: readonly string[]
  /** An action of the catalogue where one fits, else a shortest action string of it. */
  readonly example: string | null
  /** Parties, alternatives, issuer and keys that were gained or lost. */
  readonly parties: Parties
}

/** Who may come by a holding, beside the principal's name: what of it differs. */
export interface Parties {
  readonly trusted: readonly TrustedParty[]
  readonly when: readonly (Alternative | NamedAlternative)[]
  readonly issuer: string | null
  readonly keys: readonly string[]
}

export const noParties: Parties = { trusted: [], when: [], issuer: null, keys: [] }

/** What makes an `exceeds-approval` of what was not gained as a grant. */
export type Because = 'rename' | 'enabled' | 'trust' | 'mapping' | 'provider'

export interface Drift extends DifferenceRow {
  readonly kind: DriftKind
  readonly severity: Severity
  readonly enabled: boolean
  /** The gained part is all of the permission. */
  readonly extent: 'all' | 'part'
  readonly restricted: boolean
  /** Paths by which the gained part came. */
  readonly paths: readonly Path[]
  readonly conditional_denies: Holding['conditional_denies']
  /** Each of them complete. Empty where nothing in the account can be taken away. */
  readonly revocations: readonly Revocation[]
  /** The entry to paste into the baseline, human fields empty. */
  readonly proposed_entry: BaselineEntry
  /** Of the entry concerned, where there is one. */
  readonly approval: BaselineEntry | null
  /** Index of that entry in the baseline's approvals, for annotations. */
  readonly entry_index: number | null
  /** Key into `Verdict.causes`. */
  readonly cause: string
  readonly because: Because | null
}

/** One attachment, membership, version, legacy grant, trust or mapping, and the drift it explains. */
export interface Cause {
  readonly key: string
  readonly kind:
    | 'builtin-group'
    | 'attachment'
    | 'membership'
    | 'version'
    | 'legacy-grant'
    | 'trust'
    | 'mapping'
    | 'provider'
    | 'rename'
    | 'enabled'
    | 'expiry'
  /** The paths it stands for; empty where the cause is not a path. */
  readonly paths: readonly Path[]
  readonly principals: readonly NamedPrincipal[]
  /** What the trace that brought it is looked for by. */
  readonly subject: CauseSubject
  /** Who brought it; null: no trace of the window shows it. */
  readonly by: TraceBy | null
}

/** What a cause is about: one of these, or the principals themselves. */
export interface CauseSubject {
  readonly grant?: AttachmentLink | RoleLink
  readonly group_id?: string
  readonly agency_id?: string
  /** Percent-encoded, as ids of federated principals have it; of one that an agency trusts, its URN. */
  readonly provider?: string
}

/** Somebody held something between two runs, approved neither then nor now, and does not hold it any more. */
export interface WasHeldRow extends DifferenceRow {
  readonly severity: Severity
  readonly enabled: boolean
  /** What was not approved is all of the permission. */
  readonly extent: 'all' | 'part'
  readonly restricted: boolean
  /** By which they held it then. */
  readonly paths: readonly Path[]
  /** ISO 8601; null: before the window, or a beginning that no trace shows. */
  readonly from: string | null
  /** ISO 8601; null: no trace shows the end. */
  readonly until: string | null
  /** Who began it, and who ended it, where a trace shows it. */
  readonly by: TraceBy | null
  readonly ended_by: TraceBy | null
  /** Index in the baseline's approvals of their own entry, which approved less; null without one. */
  readonly entry_index: number | null
  /** False: the baseline as it stood then could not be read. Such a row is reported and fails nothing. */
  readonly history_read: boolean
}

/** A change of the window that nobody can undo: who held something through it before is not known. */
export interface UntoldChange {
  readonly time: string
  readonly operation: string
  /** Kind and name of what was changed. */
  readonly type: string
  readonly name: string
  readonly why: string
  readonly by: TraceBy
}

/** What the traces of the window told. */
export interface TraceFindings {
  /** ISO 8601. */
  readonly from: string
  readonly until: string
  readonly count: number
  readonly untold: readonly UntoldChange[]
  /** Whether the baseline's history on the default branch could be read. */
  readonly history_read: boolean
}

export interface ExpiringRow {
  readonly principal: NamedPrincipal
  readonly permission: string
  readonly expires: string
  /** 0 to `warn-days`. */
  readonly days_left: number
  readonly owner: string | null
  readonly entry_index: number
}

/** An entry that records another name, or another id of an agency made anew, than there is now. */
export interface RenamedRow {
  readonly principal: NamedPrincipal
  readonly permission: string
  readonly recorded: string
  /** The id that the entry records, where that is another. */
  readonly recorded_id: string | null
  readonly entry_index: number
}

export interface UnreviewedRow {
  readonly principal: NamedPrincipal
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

export type ApprovedHolding = Holding & { readonly approval: BaselineEntry | null }

/** Everything the audit decided. Rendering and delivery add nothing to it. */
export interface Verdict {
  readonly result: AuditResult
  readonly complete: boolean
  /** `full`: every source but Identity Center and traces is audited or absent; else `partial`. */
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
  readonly root_user: RootUser | null
  /** Holders that count, and with them nobody who holds a part of a permission with `holds: all`. */
  readonly holdings: readonly ApprovedHolding[]
  /** Who holds a part of a permission with `holds: all`. */
  readonly partial: readonly ApprovedHolding[]
  readonly dormant: readonly DormantAgency[]
  readonly drift: readonly Drift[]
  readonly causes: readonly Cause[]
  /** Between two runs; empty where no traces were read. */
  readonly was_held: readonly WasHeldRow[]
  /** Null: no traces were read. */
  readonly traces: TraceFindings | null
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
    readonly holds: 'any' | 'all'
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
