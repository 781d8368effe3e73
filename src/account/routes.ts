/**
 * A snapshot, indexed: which grants reach which principal, and along which links. Built once, in one pass over its
 * lists. Groups and agencies share their bundles with everybody who comes by them.
 */

import type {
  AttachmentLink,
  BuiltinGroupLink,
  GrantLink,
  Holder,
  MappingLink,
  MembershipLink,
  RoleLink,
  RoleScope,
} from './link.ts'
import type { Snapshot } from './snapshot.ts'

type Group = Snapshot['groups'][number]
type Policy = Snapshot['policies'][number]
type Role = Snapshot['roles'][number]

/** What one holder was given, and by which link it reaches whom it is asked for. */
export interface Bundle {
  /** Null: the principal's own. */
  readonly through: MembershipLink | MappingLink | null
  readonly attachments: readonly AttachmentLink[]
  readonly roles: readonly RoleLink[]
  readonly builtin: BuiltinGroupLink | null
  /** Ids of the identity policies of `attachments`: one list that nobody changes. */
  readonly policies: readonly string[]
}

/** All grants of a bundle. */
export function grantsOf({ attachments, roles, builtin }: Bundle): readonly GrantLink[] {
  return [...(builtin === null ? [] : [builtin]), ...attachments, ...roles]
}

export interface RoutesOptions {
  /** Whether a document has anything to say of what is asked; others stand in no bundle. All, unless told. */
  readonly matters?: (document: string) => boolean
  /** Key of a role's statements in a scope, as the evaluator knows them. */
  readonly roleDocument?: (role_id: string, scope: RoleScope) => string
  /** Ids of the groups whose members hold everything. */
  readonly builtinGroups?: ReadonlySet<string>
}

/** The key of a role in a scope, unless told otherwise. */
export function roleDocumentKey(role_id: string, scope: RoleScope): string {
  return `role ${role_id} ${scope}`
}

export class Routes {
  readonly users: ReadonlyMap<string, Snapshot['users'][number]>
  readonly groups: ReadonlyMap<string, Group>
  readonly policies: ReadonlyMap<string, Policy>
  readonly roles: ReadonlyMap<string, Role>
  readonly agencies: ReadonlyMap<string, Snapshot['agencies'][number]>
  /** Members of the groups that were read; a group without a row was not. */
  readonly members: ReadonlyMap<string, readonly string[]>
  readonly groupsOf: ReadonlyMap<string, readonly Group[]>
  /** Holders of each identity policy, and of each role in any scope. */
  readonly holdersOfPolicy: ReadonlyMap<string, readonly Holder[]>
  readonly holdersOfRole: ReadonlyMap<string, readonly Holder[]>
  readonly #ofUser = new Map<string, Bundle>()
  readonly #ofAgency = new Map<string, Bundle>()
  readonly #ofMembers = new Map<string, Bundle>()
  readonly #ofGroup = new Map<string, Bundle>()

  constructor(snapshot: Snapshot, options: RoutesOptions = {}) {
    const { matters = () => true, roleDocument = roleDocumentKey, builtinGroups = new Set() } = options
    this.users = new Map(snapshot.users.map((one) => [one.user_id, one]))
    this.groups = new Map(snapshot.groups.map((one) => [one.group_id, one]))
    this.policies = new Map(snapshot.policies.map((one) => [one.policy_id, one]))
    this.roles = new Map(snapshot.roles.map((one) => [one.role_id, one]))
    this.agencies = new Map(snapshot.agencies.map((one) => [one.agency_id, one]))
    this.members = new Map(snapshot.memberships.map((one) => [one.group_id, one.user_ids]))
    this.groupsOf = groupsByUser(this.members, this.groups)
    const holders = new Map<string, Holder>()
    const holderOf = (kind: Holder['kind'], id: string): Holder => {
      const key = `${kind} ${id}`
      const known = holders.get(key)
      if (known !== undefined) return known
      const made = { kind, id, name: this.nameOf(kind, id) }
      holders.set(key, made)
      return made
    }
    const given = new Map<Holder, { attachments: AttachmentLink[]; roles: RoleLink[] }>()
    const givenTo = (holder: Holder) => {
      const known = given.get(holder) ?? { attachments: [], roles: [] }
      given.set(holder, known)
      return known
    }
    const holdersOfPolicy = new Map<string, Holder[]>()
    for (const { policy_id, principal_type, principal_id, attached_at } of snapshot.attachments) {
      const to = holderOf(principal_type, principal_id)
      append(holdersOfPolicy, policy_id, to)
      const policy = this.policies.get(policy_id)
      if (policy === undefined || !matters(policy_id)) continue
      givenTo(to).attachments.push(attachmentLink(policy, to, attached_at))
    }
    const holdersOfRole = new Map<string, Holder[]>()
    for (const { holder_type, holder_id, role_id, scope } of snapshot.role_assignments) {
      const to = holderOf(holder_type, holder_id)
      append(holdersOfRole, role_id, to)
      const document = roleDocument(role_id, scope as RoleScope)
      const role = this.roles.get(role_id)
      if (role === undefined || !matters(document)) continue
      givenTo(to).roles.push(roleLink(role, to, scope as RoleScope, document))
    }
    this.holdersOfPolicy = holdersOfPolicy
    this.holdersOfRole = holdersOfRole
    for (const [holder, { attachments, roles }] of given) {
      const own = { through: null, attachments, roles, builtin: null, policies: idsOf(attachments) }
      if (holder.kind === 'user') this.#ofUser.set(holder.id, own)
      else if (holder.kind === 'agency') this.#ofAgency.set(holder.id, own)
      else this.#ofGroup.set(holder.id, own)
    }
    for (const [id, { group_name }] of this.groups) {
      const own = this.#ofGroup.get(id) ?? nothingGiven
      const builtin = builtinGroups.has(id)
        ? ({ kind: 'builtin-group', group_id: id, group: group_name } as const)
        : null
      if (own === nothingGiven && builtin === null) continue
      this.#ofGroup.set(id, { ...own, builtin })
      const through = { kind: 'membership', group_id: id, group: group_name } as const
      this.#ofMembers.set(id, { ...own, builtin, through })
    }
  }

  /** A user's own grants and those of each of their groups; without any, an empty list. */
  ofUser(id: string): readonly Bundle[] {
    const bundles: Bundle[] = []
    const own = this.#ofUser.get(id)
    if (own !== undefined) bundles.push(own)
    const groups = this.groupsOf.get(id) ?? []
    for (let at = 0; at < groups.length; at++) {
      const bundle = this.#ofMembers.get((groups[at] as Group).group_id)
      if (bundle !== undefined) bundles.push(bundle)
    }
    return bundles
  }

  ofAgency(id: string): readonly Bundle[] {
    const own = this.#ofAgency.get(id)
    return own === undefined ? [] : [own]
  }

  /** What whoever a mapping makes a member of these groups comes by. */
  ofMapped(provider: string, groupIds: readonly string[]): readonly Bundle[] {
    return groupIds.flatMap((id) => {
      const bundle = this.#ofGroup.get(id)
      const group = this.groups.get(id)?.group_name ?? id
      return bundle === undefined
        ? []
        : [{ ...bundle, through: { kind: 'mapping', provider, group_id: id, group } as const }]
    })
  }

  /** How a holder is called; its id where no list has it. */
  nameOf(kind: Holder['kind'], id: string): string {
    if (kind === 'user') return this.users.get(id)?.user_name ?? id
    if (kind === 'group') return this.groups.get(id)?.group_name ?? id
    return this.agencies.get(id)?.agency_name ?? id
  }
}

/** Beyond it there is no date: a time of the cloud may be any text. */
const LATEST_TIME = 8.64e15

const nothingGiven: Bundle = { through: null, attachments: [], roles: [], builtin: null, policies: [] }

function attachmentLink(policy: Policy, to: Holder, attached_at: string | null): AttachmentLink {
  const { policy_id, policy_name, policy_type, version } = policy
  return {
    kind: 'attachment',
    to,
    policy_id,
    policy: policy_name,
    policy_type: policy_type ?? '',
    version_id: version?.version_id ?? null,
    version_created_at: version?.created_at ?? null,
    attached_at,
  }
}

function roleLink(role: Role, to: Holder, scope: RoleScope, document: string): RoleLink {
  const { role_id, display_name, name, domain_id, updated_time } = role
  const changed = Number(updated_time)
  return {
    kind: 'role',
    to,
    role_id,
    role: display_name || name,
    scope,
    updated_at:
      domain_id === null || !(changed > 0 && changed <= LATEST_TIME) ? null : new Date(changed).toISOString(),
    document,
  }
}

function idsOf(attachments: readonly AttachmentLink[]): readonly string[] {
  return attachments.map((one) => one.policy_id)
}

function groupsByUser(
  members: ReadonlyMap<string, readonly string[]>,
  groups: ReadonlyMap<string, Group>,
): ReadonlyMap<string, readonly Group[]> {
  const groupsOf = new Map<string, Group[]>()
  for (const [groupId, ids] of members) {
    const group = groups.get(groupId)
    if (group !== undefined) for (const id of new Set(ids)) append(groupsOf, id, group)
  }
  return groupsOf
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
