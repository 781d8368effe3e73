/** The committed approvals, as the rest of the product sees them: validated, exactly what the file says. */
import type { ActionSet, Grant } from '../policy/types.ts'

/** Approves the union of `grants`, within the definition it was made against, for one user. */
export interface BaselineEntry {
  /** Name recorded for people; `*` as `user_id` approves a restricted grant for everybody. */
  readonly user: string
  readonly user_id: string
  readonly permission: string
  readonly grants: readonly Grant[]
  readonly justification?: string
  readonly owner?: string
  /** UTC day `YYYY-MM-DD`, valid through its end. */
  readonly expires?: string
  /** `eligible`: approved in advance, may be held or not. Default `active`. */
  readonly assignment?: 'active' | 'eligible'
  /** Recorded for a holder who was disabled when approved. */
  readonly disabled?: true
  /** The definition this entry was made against, where it is not the recorded one. */
  readonly within?: ActionSet
  /** `x-` fields, kept untouched. */
  readonly extra: Readonly<Record<string, unknown>>
}

/** Lives with one exact document that cannot be determined. */
export interface KnownGap {
  readonly policy_id: string
  readonly version_id: string
  /** Hex digest of the UTF-8 bytes of the API's `document` string. */
  readonly sha256: string
  readonly justification: string
  readonly expires: string
}

export interface Baseline {
  readonly account: string
  /** Id of the built-in group `admin`, as recorded. */
  readonly admin_group?: string
  /** Definition each permission's entries were made against. */
  readonly audited_permissions: Readonly<Record<string, ActionSet>>
  readonly approvals: readonly BaselineEntry[]
  /** Undefined when the file has no such key: a rewrite keeps its absence. */
  readonly known_gaps?: readonly KnownGap[]
}

/** A baseline with where its parts stand in the text, for annotations and for rewrites that keep bytes. */
export interface BaselineFile {
  readonly baseline: Baseline
  readonly text: string
  /** Line (from 1) of each entry of `baseline.approvals`, by index. */
  readonly lines: readonly number[]
}
