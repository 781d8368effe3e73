/**
 * What power flows along: every link can be taken away, one at a time. Those of a group or an agency are one object
 * for everybody who comes by them.
 */

import type { Alternative, NamedAlternative } from './alternatives.ts'

export type RoleScope = 'domain' | 'all-projects' | `project:${string}` | `enterprise-project:${string}`

/** Who a policy is attached to or a role granted to. A group holds for its members. */
export interface Holder {
  readonly kind: 'user' | 'group' | 'agency'
  readonly id: string
  readonly name: string
}

/** An identity policy on a holder. */
export interface AttachmentLink {
  readonly kind: 'attachment'
  readonly to: Holder
  readonly policy_id: string
  readonly policy: string
  /** `custom` or `system`; empty where the crawl does not know. */
  readonly policy_type: string
  readonly version_id: string | null
  readonly version_created_at: string | null
  /** When the policy was attached; never when somebody joined the group. */
  readonly attached_at: string | null
}

/** A legacy role or policy on a holder, in a scope. Nothing says when it was granted. */
export interface RoleLink {
  readonly kind: 'role'
  readonly to: Holder
  readonly role_id: string
  readonly role: string
  readonly scope: RoleScope
  /** When a custom policy was last changed, ISO 8601; null for system ones. */
  readonly updated_at: string | null
  /** Key of its statements in that scope, as the evaluator knows them. */
  readonly document: string
}

/** The group that is born with the account: its members may do everything. */
export interface BuiltinGroupLink {
  readonly kind: 'builtin-group'
  readonly group_id: string
  readonly group: string
}

/** Adds what the group holds, its Denies too. Nothing says when a user joined. */
export interface MembershipLink {
  readonly kind: 'membership'
  readonly group_id: string
  readonly group: string
}

/** Makes whoever a provider vouches for a member of a group, for the time of a session. */
export interface MappingLink {
  readonly kind: 'mapping'
  readonly provider: string
  readonly group_id: string
  readonly group: string
  /** In a way out: the alternatives that alone are to go; absent: all by which the group is given. */
  readonly only?: readonly (Alternative | NamedAlternative)[]
}

/** By what somebody may assume an agency that trusts them. */
export type AssumeBy =
  | {
      readonly kind: 'policy'
      readonly grant: AttachmentLink
      readonly through: MembershipLink | MappingLink | null
      readonly statement: number
      readonly pattern: string
    }
  | {
      readonly kind: 'role'
      readonly grant: RoleLink
      readonly through: MembershipLink | MappingLink | null
      readonly statement: number
      readonly pattern: string
    }
  | { readonly kind: 'builtin-group'; readonly grant: BuiltinGroupLink }
  /** The trust names them, which suffices within one account. */
  | { readonly kind: 'trust'; readonly names: 'principal' | 'everybody' }

/** Replaces: whoever assumes holds what the agency holds, and their own Deny does not follow. */
export interface AssumeLink {
  readonly kind: 'assume'
  readonly agency_id: string
  readonly agency: string
  readonly by: AssumeBy
  /** Whether a condition stands on the way: of the permission or of the trust. */
  readonly conditional: boolean
  /** The trusted item that names them, in canonical JSON. */
  readonly party: string
}

/** A party that an agency trusts: taking it away takes the agency from all it names. */
export interface TrustLink {
  readonly kind: 'trust'
  readonly agency_id: string
  readonly agency: string
  /** Canonical JSON of the trusted item. */
  readonly item: string
}

export type GrantLink = AttachmentLink | RoleLink | BuiltinGroupLink
export type Link = GrantLink | MembershipLink | MappingLink | AssumeLink | TrustLink

/** Where in a document a path ends. */
export interface StatementOrigin {
  readonly kind: 'statement'
  /** From 1. */
  readonly statement: number
  readonly pattern: string
  /** Whether what this statement grants is limited by resources, scopes or a condition. */
  readonly restricted: boolean
}

/** The built-in group grants without a document. */
export interface BuiltinGroupOrigin {
  readonly kind: 'builtin-group'
}

/** One way by which somebody came to hold something: the last link grants, the origin says by which words. */
export interface Path {
  readonly links: readonly Link[]
  readonly origin: StatementOrigin | BuiltinGroupOrigin
}

/** The link that grants. */
export function grantOf({ links }: Pick<Path, 'links'>): GrantLink {
  return links[links.length - 1] as GrantLink
}

/** The key of the document that a grant gives, as the evaluator knows it. */
export function documentOf(grant: AttachmentLink | RoleLink): string {
  return grant.kind === 'attachment' ? grant.policy_id : grant.document
}

/** A set of links, told apart by what they are and not by which object says it. */
export class LinkSet {
  readonly links: readonly Link[]
  readonly #keys: ReadonlySet<string>
  /** Ids of holders and of what was granted to them: most links are not in a set of others by these alone. */
  readonly #holders: ReadonlySet<string>
  readonly #granted: ReadonlySet<string>

  constructor(links: readonly Link[]) {
    this.links = links
    this.#keys = new Set(links.map(linkKey))
    const grants = links.filter((link) => link.kind === 'attachment' || link.kind === 'role')
    this.#holders = new Set(grants.map((link) => link.to.id))
    this.#granted = new Set(grants.map(grantedId))
  }

  has(link: Link): boolean {
    if (link.kind === 'attachment' || link.kind === 'role')
      return (
        this.#granted.has(grantedId(link)) && this.#holders.has(link.to.id) && this.#keys.has(linkKey(link))
      )
    return this.#keys.has(linkKey(link))
  }

  /** Whether some policy or role that was granted to this one is among them. */
  hasGrantTo({ id }: Holder): boolean {
    return this.#holders.has(id)
  }
}

function grantedId(link: AttachmentLink | RoleLink): string {
  return link.kind === 'role' ? link.role_id : link.policy_id
}

/** Text that is equal for equal links, whoever they reach. */
export function linkKey(link: Link): string {
  switch (link.kind) {
    case 'attachment':
      return `attachment ${link.to.kind} ${link.to.id} ${link.policy_id}`
    case 'role':
      return `role ${link.to.kind} ${link.to.id} ${link.role_id} ${link.scope}`
    case 'builtin-group':
      return `builtin-group ${link.group_id}`
    case 'membership':
      return `membership ${link.group_id}`
    case 'mapping':
      return `mapping ${link.provider} ${link.group_id}`
    case 'assume':
      return `assume ${link.agency_id}`
    case 'trust':
      return `trust ${link.agency_id} ${link.item}`
  }
}
