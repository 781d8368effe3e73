/** The account at one moment, in the shape of a snapshot: what it is now, with everything that changed put back. */
import type { Agency, Attachment, Policy, Provider, Role, Snapshot } from '../account/snapshot.ts'
import type { TraceRecord } from '../account/trace-record.ts'
import { type Changes, documentsOf } from './changes.ts'
import { attachmentKey, type Facts, versionKey } from './facts.ts'
import { ABSENT, type Span, UNKNOWN, type Value, valueAt } from './spans.ts'
import type { Touched } from './touched.ts'

export interface PastOptions {
  readonly snapshot: Snapshot
  readonly record: TraceRecord
  readonly facts: Facts
  readonly changes: Changes
  readonly touched: Touched
}

type Spans<T> = ReadonlyMap<string, readonly Span<T>[]>
type RoleScope = Snapshot['role_assignments'][number]['scope']

export class PastAccount {
  readonly #options: PastOptions
  readonly #documents: ReadonlyMap<string, string>
  readonly #created: ReadonlyMap<string, string | null>

  constructor(options: PastOptions) {
    const { facts, snapshot, record } = options
    this.#options = options
    this.#documents = documentsOf(facts, snapshot, record)
    this.#created = new Map(
      record.policies.flatMap(({ policy_id, versions }) =>
        versions.map((one) => [versionKey(policy_id, one.version_id), one.created_at] as const),
      ),
    )
  }

  /** @param time ISO 8601 */
  at(position: number, time: string): Snapshot {
    const { snapshot, touched } = this.#options
    const agencies = this.#agencies(position)
    const listed = new Set(agencies.map((one) => one.agency_id))
    // What is held by an agency that no list has counts as held by somebody whom nobody knows.
    const isKnown = (type: string, id: string): boolean => type !== 'agency' || listed.has(id)
    return {
      ...snapshot,
      taken_at: time,
      users: this.#users(position).filter((user) => user.is_root_user || touched.isTouched(user.user_id)),
      groups: this.#groups(),
      policies: this.#policies(position),
      attachments: this.#attachments(position).filter((row) => isKnown(row.principal_type, row.principal_id)),
      memberships: this.#memberships(position),
      roles: this.#roles(position),
      role_assignments: this.#roleGrants(position).filter((row) => isKnown(row.holder_type, row.holder_id)),
      agencies,
      providers: this.#providers(position),
      mappings: this.#mappings(position),
      gaps: [],
      notices: [],
    }
  }

  #users(position: number): Snapshot['users'] {
    const { snapshot, facts, changes } = this.#options
    const known = new Set(snapshot.users.map((one) => one.user_id))
    const gone = [...facts.users.values()].filter((one) => !known.has(one.id))
    const isThere = (id: string): boolean => {
      const spans = changes.existence.get(id)
      return spans === undefined || valueAt(spans, position) === true
    }
    const all = [
      ...snapshot.users,
      ...gone.map(({ id, name }) => ({
        ...{ user_id: id, user_name: name, urn: `iam::${snapshot.account_id}:user:${name}` },
        ...{ enabled: true, is_root_user: false, created_at: null },
      })),
    ]
    return all.filter((user) => isThere(user.user_id))
  }

  #groups(): Snapshot['groups'] {
    const { snapshot, facts } = this.#options
    const known = new Set(snapshot.groups.map((one) => one.group_id))
    const gone = [...facts.groups.values()].filter((one) => !known.has(one.id))
    return [
      ...snapshot.groups,
      ...gone.map(({ id, name }) => ({
        ...{ group_id: id, group_name: name, urn: `iam::${snapshot.account_id}:group:${name}` },
        created_at: null,
      })),
    ]
  }

  #policies(position: number): Policy[] {
    const { snapshot, record, facts, changes } = this.#options
    const rows = new Map<string, Policy>()
    for (const { id, name } of facts.policies.values()) rows.set(id, policyRow(id, name))
    for (const { policy_id, policy_name, policy_type, default_version_id } of record.policies)
      rows.set(policy_id, {
        ...policyRow(policy_id, policy_name),
        policy_type,
        default_version_id,
        version: this.#version(policy_id, default_version_id),
      })
    for (const policy of snapshot.policies) rows.set(policy.policy_id, policy)
    for (const [id, spans] of changes.versions) {
      const value = valueAt(spans, position)
      const row = rows.get(id) ?? policyRow(id, id)
      if (value === ABSENT) rows.delete(id)
      else if (value === UNKNOWN) rows.set(id, { ...row, version: null })
      else if (value !== row.version?.version_id)
        rows.set(id, { ...row, default_version_id: value, version: this.#version(id, value) })
    }
    return [...rows.values()]
  }

  #version(policyId: string, version_id: string): Policy['version'] {
    const key = versionKey(policyId, version_id)
    const document = this.#documents.get(key)
    return document === undefined
      ? null
      : { version_id, created_at: this.#created.get(key) ?? null, document }
  }

  #attachments(position: number): Attachment[] {
    const { snapshot, record, changes, touched } = this.#options
    const rows = new Map<string, Attachment>()
    const now = [
      ...record.policies.flatMap(({ policy_id, attachments }) =>
        attachments.map((one) => ({ ...one, policy_id })),
      ),
      ...snapshot.attachments,
    ]
    for (const row of now)
      if (row.principal_type !== 'user' || touched.isTouched(row.principal_id))
        rows.set(attachmentKey({ type: row.principal_type, id: row.principal_id }, row.policy_id), row)
    for (const [key, spans] of changes.attachments) {
      const [principal_type, principal_id, policy_id] = key.split(' ') as [
        Attachment['principal_type'],
        string,
        string,
      ]
      if (valueAt(spans, position) !== true) rows.delete(key)
      else if (!rows.has(key)) rows.set(key, { policy_id, principal_type, principal_id, attached_at: null })
    }
    return [...rows.values()]
  }

  #memberships(position: number): Snapshot['memberships'] {
    const { snapshot, record, changes, touched } = this.#options
    const members = new Map<string, Set<string>>()
    for (const { group_id, user_ids } of [...record.memberships, ...snapshot.memberships])
      members.set(group_id, new Set(user_ids.filter((id) => touched.isTouched(id))))
    for (const [key, spans] of changes.memberships) {
      const [group, user] = key.split(' ') as [string, string]
      const known = members.get(group) ?? new Set<string>()
      if (valueAt(spans, position) === true) known.add(user)
      else known.delete(user)
      members.set(group, known)
    }
    return [...members].map(([group_id, ids]) => ({ group_id, user_ids: [...ids].sort() }))
  }

  #roleGrants(position: number): Snapshot['role_assignments'] {
    const { snapshot, changes } = this.#options
    const rows = new Map(
      snapshot.role_assignments.map((row) => [
        `${row.holder_type} ${row.holder_id} ${row.role_id} ${row.scope}`,
        row,
      ]),
    )
    for (const [key, spans] of changes.roleGrants) {
      const [holder_type, holder_id, role_id, scope] = key.split(' ') as [
        'user' | 'group' | 'agency',
        string,
        string,
        RoleScope,
      ]
      if (valueAt(spans, position) === true) rows.set(key, { holder_type, holder_id, role_id, scope })
      else rows.delete(key)
    }
    return [...rows.values()]
  }

  #roles(position: number): Role[] {
    const { snapshot, record, facts, changes } = this.#options
    const rows = new Map<string, Role>()
    for (const { id, name } of facts.roles.values())
      rows.set(id, {
        ...{ role_id: id, name, display_name: name, catalog: 'CUSTOMED', type: null },
        ...{ domain_id: snapshot.account_id, updated_time: null, policy: null },
      })
    for (const role of record.roles) rows.set(role.role_id, { ...role, type: null, updated_time: null })
    for (const role of snapshot.roles) rows.set(role.role_id, role)
    for (const [id, spans] of changes.roleTexts) {
      const row = rows.get(id)
      if (row === undefined) continue
      const value = valueAt(spans, position)
      rows.set(id, { ...row, policy: value === ABSENT || value === UNKNOWN ? null : value })
    }
    // What a text of nobody knows allows is nobody's accusation.
    return [...rows.values()].filter((role) => role.policy !== null)
  }

  /** One whose trust nobody knows is left out: who held what through it cannot be told. */
  #agencies(position: number): Agency[] {
    const { snapshot, facts, changes } = this.#options
    const rows = new Map<string, Agency>()
    for (const { id, name, path } of facts.agencies.values())
      rows.set(id, {
        ...{ agency_id: id, agency_name: name, path, created_at: null, expire_time: null },
        urn: `iam::${snapshot.account_id}:agency:${path}${name}`,
        ...{ trust_policy: null, trust_domain_id: null, trust_domain_name: null },
      })
    for (const agency of snapshot.agencies) rows.set(agency.agency_id, agency)
    return [...rows.values()].flatMap((agency) => {
      const trust = valueIn(changes.trusts, agency.agency_id, position)
      const expiry = valueIn(changes.expiries, agency.agency_id, position)
      if (typeof trust === 'symbol' || typeof expiry === 'symbol') return []
      return [
        {
          ...agency,
          ...(trust === undefined ? {} : trustOf(trust)),
          ...(expiry === undefined ? {} : { expire_time: expiry === 'never' ? null : expiry }),
        },
      ]
    })
  }

  #providers(position: number): Provider[] {
    const { snapshot, facts, changes } = this.#options
    const rows = new Map<string, Provider>()
    for (const [provider_id, sso_type] of facts.ssoTypes)
      rows.set(provider_id, {
        ...{ provider_id, sso_type, enabled: true, protocols: [], issuer: null, keys: null, sso_users: null },
      })
    for (const provider of snapshot.providers) rows.set(provider.provider_id, provider)
    return [...rows.values()].flatMap((provider) => {
      const { provider_id } = provider
      const enabled = valueIn(changes.providers, provider_id, position)
      if (typeof enabled === 'symbol') return []
      const isVouchingKnown = valueIn(changes.vouching, provider_id, position) !== UNKNOWN
      return [
        {
          ...provider,
          enabled: enabled ?? provider.enabled,
          protocols: this.#protocols(provider, position),
          ...(isVouchingKnown ? {} : { issuer: null, keys: null }),
        },
      ]
    })
  }

  #protocols({ provider_id, protocols }: Provider, position: number): Provider['protocols'] {
    const rows = new Map(protocols.map((one) => [one.protocol_id, one]))
    for (const [key, spans] of this.#options.changes.bindings) {
      const [provider, protocol_id] = key.split(' ') as [string, string]
      if (provider !== provider_id) continue
      const value = valueAt(spans, position)
      if (value === ABSENT) rows.delete(protocol_id)
      else rows.set(protocol_id, { protocol_id, mapping_id: value === UNKNOWN ? null : value })
    }
    return [...rows.values()]
  }

  #mappings(position: number): Snapshot['mappings'] {
    const { snapshot, changes } = this.#options
    const rows = new Map(snapshot.mappings.map((one) => [one.mapping_id, one.rules]))
    for (const [id, spans] of changes.rules) {
      const value = valueAt(spans, position)
      if (value === ABSENT || value === UNKNOWN) rows.delete(id)
      else rows.set(id, value)
    }
    return [...rows].map(([mapping_id, rules]) => ({ mapping_id, rules }))
  }
}

function policyRow(policy_id: string, policy_name: string): Policy {
  return {
    ...{ policy_id, policy_name, policy_type: 'custom', default_version_id: '', attachment_count: null },
    ...{ updated_at: null, version: null },
  }
}

/** Undefined: it did not change within the window. */
function valueIn<T>(map: Spans<T>, id: string, position: number): Value<T> | undefined {
  const spans = map.get(id)
  return spans === undefined ? undefined : valueAt(spans, position)
}

/** Only what trust is: the present row may be handed over as a whole. */
function trustOf({
  trust_policy,
  trust_domain_id,
  trust_domain_name,
}: Pick<Agency, 'trust_policy' | 'trust_domain_id' | 'trust_domain_name'>): Pick<
  Agency,
  'trust_policy' | 'trust_domain_id' | 'trust_domain_name'
> {
  return { trust_policy, trust_domain_id, trust_domain_name }
}
