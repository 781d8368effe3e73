/** Who holds what, by which ways, and what makes that uncertain. Plain data; names in snake case reach the report. */

import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import type { Path } from '../account/link.ts'
import type { NamedPrincipal, PrincipalRef } from '../account/principal.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'
import type { Condition, Grant, Severity } from '../policy/types.ts'

/** A party that an agency trusts; `open`: everybody whom the issuer serves; `account_name`: how it calls itself. */
export type TrustedParty = TrustedItem & { readonly open?: true; readonly account_name?: string }

/** Deny that touches a holding and takes nothing away: it depends on resources or conditions, or binds another source. */
export interface ConditionalDeny {
  /** An identity policy, or a legacy role in a scope. */
  readonly policy_id: string | null
  readonly policy: string
  readonly version_id: string | null
  readonly role_id: string | null
  readonly scope: string | null
  readonly statement: number
  readonly resources: readonly string[] | null
  readonly not_resources: readonly string[] | null
  readonly condition: Condition | null
}

/** Whom a holding is of, as an entry of the baseline writes it. */
export type RecordedAs =
  | { readonly kind: 'user'; readonly user: string; readonly user_id: string }
  | { readonly kind: 'agency'; readonly agency: string; readonly agency_id: string }
  | {
      readonly kind: 'federated'
      readonly provider: string
      readonly group: string
      readonly group_id: string
    }

/** What one principal effectively holds of one audited permission. */
export interface Holding {
  readonly principal: NamedPrincipal
  readonly recorded_as: RecordedAs
  readonly enabled: boolean
  readonly permission: string
  readonly severity: Severity
  readonly extent: 'all' | 'part'
  readonly restricted: boolean
  /** False for a partial holder of a permission with `holds: all`: in the report alone, and no drift. */
  readonly counts: boolean
  readonly grants: readonly Grant[]
  /** Catalogue names of everything held, most dangerous first; sorted in the report. */
  readonly actions: readonly string[]
  readonly paths: readonly Path[]
  /** Paths beyond the bound. */
  readonly paths_omitted: number
  readonly conditional_denies: readonly ConditionalDeny[]
  /** Of an agency: who may assume it. */
  readonly trusted: readonly TrustedParty[] | null
  /** Of a federated principal: when a rule gives the group. */
  readonly when: readonly (Alternative | NamedAlternative)[] | null
  /** Of a federated principal: who vouches, and what verifies that. */
  readonly issuer: string | null
  readonly keys: readonly string[] | null
}

/** What makes an answer uncertain, and for whom. `reaches` null: for everybody. */
export interface Gap {
  readonly code: string
  readonly call: string
  readonly message: string
  readonly remedy: string
  readonly iam_action: string | null
  /** Code of the server, such as `IAM.0091`. */
  readonly http_code: string | null
  /** The undetermined document, ready for `known_gaps`; null for a gap of another kind. */
  readonly document: GapDocument | null
  readonly reaches: readonly NamedPrincipal[] | null
}

export type GapDocument =
  | {
      readonly kind: 'policy'
      readonly policy_id: string
      readonly policy: string
      readonly version_id: string
      readonly sha256: string | null
    }
  | { readonly kind: 'role'; readonly role_id: string; readonly role: string; readonly sha256: string | null }
  | {
      readonly kind: 'mapping'
      readonly mapping_id: string
      readonly provider: string
      readonly sha256: string | null
    }

/** A `known_gaps` item that is in force: named in the verdict, counted nowhere. */
export interface LiveKnownGap {
  /** The document, as people call it. */
  readonly name: string
  readonly document: GapDocument
  readonly justification: string
  readonly expires: string
  readonly reaches: readonly NamedPrincipal[]
}

/** An agency that holds something and that nobody can assume. */
export interface DormantAgency {
  readonly agency_id: string
  readonly agency: string
  readonly why: 'expired' | 'trusted-by-nobody'
}

export interface RootUser {
  readonly user_id: string
  readonly user: string
  readonly enabled: boolean
}

/** Whom some gap reaches; `all` when one reaches everybody. Federated principals may be uncertain as a whole. */
export interface Uncertain {
  isUncertain(principal: PrincipalRef): boolean
}
