/** The committed approvals, as the rest of the product sees them: validated, exactly what the file says. */

import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'
import type { ActionSet, Grant } from '../policy/types.ts'

/** What entries of every kind have: each approves the union of `grants`, within the definition it was made against. */
interface EntryCommon {
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

export interface UserEntry extends EntryCommon {
  readonly kind: 'user'
  /** Name recorded for people. */
  readonly user: string
  /** `*` approves a restricted grant for every user. */
  readonly user_id: string
}

export interface AgencyEntry extends EntryCommon {
  readonly kind: 'agency'
  /** Path and name. */
  readonly agency: string
  readonly agency_id: string
  /** For whom its grants are approved. */
  readonly trusted: readonly TrustedItem[]
}

export interface FederatedEntry extends EntryCommon {
  readonly kind: 'federated'
  /** Id of the identity provider. */
  readonly provider: string
  /** Name recorded for people; `*` with `group_id` `*`. */
  readonly group: string
  /** `*`: the provider names the group. */
  readonly group_id: string
  /** Who vouches: an OIDC issuer with its clients, or SAML entity ids. */
  readonly issuer: string
  /** What verifies its word. */
  readonly keys: readonly string[]
  /** For whom its grants are approved: somebody to whom one of these applies. Named where `group_id` is `*`. */
  readonly when: readonly (Alternative | NamedAlternative)[]
}

export type BaselineEntry = UserEntry | AgencyEntry | FederatedEntry

/** Which exact document a known gap lives with. */
export type GapDocument =
  | { readonly policy_id: string; readonly version_id: string }
  | { readonly role_id: string }
  | { readonly mapping_id: string; readonly provider: string }

/** Lives with one exact document that cannot be determined, for the principals named. */
export type KnownGap = GapDocument & {
  /** Hex digest of the UTF-8 bytes of the document: the API's string, or the canonical JSON of a role or of rules. */
  readonly sha256: string
  /** Principals as `kind:id`; of a mapping, ids of providers. */
  readonly for: readonly string[]
  readonly justification: string
  readonly expires: string
}

export interface Baseline {
  /** Where an editor finds the schema of the file. */
  readonly $schema?: string
  readonly account: string
  /** Id of the built-in group `admin`, as recorded; `none`: the account has none. */
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
