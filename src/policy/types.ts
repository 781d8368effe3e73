/**
 * The vocabulary of the policy core. Everything here is plain data: readonly, JSON-shaped, compared by meaning
 * and never by spelling. Field names that reach the report or the baseline are written as those files write them.
 */

/** `{operator: {key: value or values}}`, kept verbatim from the document. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

/** What limits a grant. No field present: unrestricted. `resources` and `not_resources` exclude each other. */
export interface Restriction {
  readonly resources?: readonly string[]
  readonly not_resources?: readonly string[]
  readonly condition?: Condition
  /** `project:<id>` or `enterprise-project:<id>`, of legacy grants; in approvals also `project:*`, `enterprise-project:*`. */
  readonly scopes?: readonly string[]
}

/** The action strings matched by some pattern of `actions` and by none of `except`. */
export interface ActionSet {
  readonly actions: readonly string[]
  readonly except?: readonly string[]
}

/** A set of actions with what limits it; a list of grants means their union. */
export interface Grant extends ActionSet, Restriction {}

export type Severity = 'critical' | 'high' | 'medium' | 'low'

/** One audited permission, presets and aliases expanded: this is what the baseline records. */
export interface Permission {
  readonly name: string
  readonly description?: string
  readonly severity: Severity
  /** `any`: some action of it is held. `all`: every one, unrestricted (a Condition alone does not restrict). */
  readonly holds: 'any' | 'all'
  readonly actions: readonly string[]
  readonly except: readonly string[]
}

/** One statement of a policy document, with scalars turned into lists. Numbered from 1. */
export interface Statement {
  readonly number: number
  readonly sid?: string
  readonly effect: 'Allow' | 'Deny'
  readonly action?: readonly string[]
  readonly notAction?: readonly string[]
  readonly resource?: readonly string[]
  readonly notResource?: readonly string[]
  readonly condition?: Condition
  /** Legacy documents only: action patterns with two colons that are taken out of what an Allow grants. */
  readonly except?: readonly string[]
  /** Legacy documents only: `scopes` of what an Allow grants. */
  readonly scopes?: readonly string[]
  /**
   * Legacy documents only: of every action of the legacy catalogue that this Allow grants and that no unconditional
   * Deny of the same source takes away, the v5 twins are granted too, under the same restriction; no Deny touches them.
   */
  readonly twins?: true
}

/** A document that could not be understood in full is undetermined; it never "holds nothing". */
export type ParsedDocument =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly reason: string }

/** Who is asked about: the only context that conditions and policy variables can be judged against offline. */
export interface Identity {
  readonly kind: 'user' | 'agency' | 'federated'
  /**
   * Condition keys in lower case and their values: `g:domainid`, `g:principalaccount`, `g:domainname` where it is known;
   * of a user `g:userid`, `g:username`, `g:principalurn`; of an agency `g:principalurn`, its URN with path.
   */
  readonly facts: ReadonlyMap<string, string>
}

/** Where in the policies something stands. `policy` is the caller's key of the document (the policy id). */
export interface StatementRef {
  readonly policy: string
  readonly statement: number
}

/** A statement and the pattern of it that covers a held action. For `NotAction` the pattern reads `NotAction`. */
export interface Match extends StatementRef {
  readonly pattern: string
  /** Whether this statement's own grant is limited by resources or a condition. */
  readonly restricted: boolean
}

/** What one source of a principal grants, after its own Deny. */
export interface HeldBySource {
  /** Every Allow statement that grants a part which no unconditional Deny of the source takes away. */
  readonly matches: readonly Match[]
  /** Unconditional Deny statements that take something of this permission away. */
  readonly deniedBy: readonly Match[]
  /** Deny statements that touch what is held but depend on resources or conditions: not subtracted. */
  readonly conditionalDenies: readonly StatementRef[]
}

/** The answer for one principal and one permission: the union of what its sources grant. */
export interface Held {
  /** `none`: nothing of it is held. `all`: the union of the grants is all of it. */
  readonly extent: 'none' | 'part' | 'all'
  /** True when everything that is held is limited by resources, scopes or conditions. */
  readonly restricted: boolean
  /** Few, exact, canonical: denotes the held set without rounding. Empty when `extent` is `none`. */
  readonly grants: readonly Grant[]
  /** One for each source that was asked about, in that order. */
  readonly sources: readonly HeldBySource[]
}

/** A question that could not be decided within its bound, or whose answer cannot be written. */
export interface Undetermined {
  readonly undetermined: string
}

/** minuend minus subtrahend. `grants` empty: nothing is left. `example`: a short action string of what is left. */
export interface Difference {
  readonly grants: readonly Grant[]
  readonly example: string | null
}

export type AccessLevel = 'List' | 'Read' | 'Write' | 'Permission_management' | 'Tagging'

/** One known action. The catalogue names what a set contains; it never decides that nothing is there. */
export interface CatalogueAction {
  readonly action: string
  readonly accessLevel: AccessLevel
  readonly aliases: readonly string[]
}

export interface Catalogue {
  readonly source: 'live' | 'shipped'
  readonly actions: readonly CatalogueAction[]
}
