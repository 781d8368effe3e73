/** The simulated account as a snapshot, without a crawl: the second, obvious way to know what is held at a moment. */
import type { SimulatedAccount } from '../../simulator/iam/account.ts'
import { type Findings, findAccess } from '../../src/access/findings.ts'
import { principalKey } from '../../src/account/principal.ts'
import { coverageSources, type Snapshot } from '../../src/account/snapshot.ts'
import { shippedCatalogue, subtractGrants } from '../../src/policy/index.ts'
import type { Grant } from '../../src/policy/types.ts'
import { IAM, sha256 } from './world.ts'

const none = { seen: 0, expected: null }

export function directly(account: SimulatedAccount, taken_at: string): Snapshot {
  const { account_id } = account
  return {
    ...{ version: 2, kind: 'iam-audit-snapshot', taken_at, account_id, account_name: null, auditor: null },
    users: account.users.map((one) => ({ ...one, urn: `iam::${account_id}:user:${one.user_name}` })),
    groups: account.groups.map(({ members: _, ...one }) => ({
      ...one,
      urn: `iam::${account_id}:group:${one.group_name}`,
    })),
    policies: account.policies.map(
      ({ policy_id, policy_name, policy_type, default_version_id, versions }) => ({
        ...{
          policy_id,
          policy_name,
          policy_type,
          default_version_id,
          attachment_count: null,
          updated_at: null,
        },
        version: versions.find((one) => one.version_id === default_version_id) ?? null,
      }),
    ),
    attachments: account.attachments.map((row) => ({ ...row })),
    memberships: account.groups.map(({ group_id, members }) => ({ group_id, user_ids: [...members] })),
    roles: account.roles.map(({ role_id, name, display_name, catalog, type, domain_id, policy }) => ({
      ...{ role_id, name, display_name, catalog, type, domain_id, updated_time: null },
      policy: JSON.stringify(policy),
    })),
    role_assignments: account.role_assignments.map((row) => ({ ...row })),
    agencies: account.agencies.map((one) => ({
      ...{
        agency_id: one.agency_id,
        agency_name: one.agency_name,
        path: one.path,
        created_at: one.created_at,
      },
      urn: `iam::${account_id}:agency:${one.path}${one.agency_name}`,
      ...{ trust_policy: one.trust_policy, expire_time: one.expire_time },
      ...{ trust_domain_id: one.trust_domain_id, trust_domain_name: one.trust_domain_name },
    })),
    providers: account.identity_providers.map(({ provider_id, sso_type, enabled, protocols }) => ({
      ...{ provider_id, sso_type, enabled, issuer: null, keys: null, sso_users: null },
      protocols: protocols.map(({ protocol_id, mapping_id }) => ({ protocol_id, mapping_id })),
    })),
    mappings: account.mappings.map(({ mapping_id, rules }) => ({ mapping_id, rules: JSON.stringify(rules) })),
    ...{ trust_providers: [], gaps: [], notices: [] },
    coverage: coverageSources.map((source) => ({ source, status: 'audited', count: null })),
    population: { users: none, groups: none, policies: none, roles: none, agencies: none, providers: none },
    catalogue: null,
    stats: { requests: 0, retries: 0, duration_ms: 0, method: 'policy-first', documents_cached: 0 },
  }
}

export function foundIn(account: SimulatedAccount, taken_at: string): Findings {
  return findAccess({
    ...{ snapshot: directly(account, taken_at), permissions: [IAM], baseline: null },
    ...{ today: taken_at.slice(0, 10), catalogue: shippedCatalogue(), sha256 },
  })
}

interface Held {
  readonly grants: readonly Grant[]
  /** Whom an agency trusts. */
  readonly parties: ReadonlySet<string>
}
const nothing: Held = { grants: [], parties: new Set() }

/** What everybody holds, by their keys. */
function heldIn(account: SimulatedAccount, taken_at: string): ReadonlyMap<string, Held> {
  return new Map(
    foundIn(account, taken_at).holdings.map((one) => [
      principalKey(one.principal),
      { grants: one.grants, parties: new Set((one.trusted ?? []).map((item) => JSON.stringify(item))) },
    ]),
  )
}

export interface State {
  /** When it began; null: before everything. */
  readonly since: number | null
  readonly account: SimulatedAccount
}

export interface Expected {
  readonly who: string
  readonly from: string | null
  readonly until: string
}

/** What is held, without what others hold. Parties count where nothing else is left, and only beside a holding of now. */
function less(one: Held, other: Held | undefined): Held {
  if (other === undefined) return one
  const left = subtractGrants(one.grants, [{ grants: other.grants }])
  if ('undetermined' in left) throw new Error('undetermined')
  return {
    grants: left.grants,
    parties: new Set([...one.parties].filter((text) => !other.parties.has(text))),
  }
}

/**
 * Who held something at a moment that is not held at the end, and when: state by state.
 *
 * @param isSeen whether a run read the first state
 */
export function cameAndWent(states: readonly State[], taken_at: string, isSeen: boolean): Expected[] {
  const now = heldIn((states.at(-1) as State).account, taken_at)
  const rests = states.map(({ account, since }) => {
    const held = heldIn(account, since === null ? taken_at : new Date(since).toISOString())
    return new Map([...held].map(([who, what]) => [who, less(what, now.get(who))]))
  })
  const everybody = new Set(rests.flatMap((rest) => [...rest.keys()]))
  return [...everybody].flatMap((who): Expected[] => {
    const rows: Expected[] = []
    let seen: Held | undefined = isSeen ? rests[0]?.get(who) : undefined
    let from: string | null | undefined
    rests.forEach((rest, index) => {
      const held = rest.get(who) ?? nothing
      if (held.grants.length + held.parties.size === 0) seen = undefined
      const left = less(held, seen)
      const isLeft = left.grants.length > 0 || (held.grants.length === 0 && left.parties.size > 0)
      const since = states[index]?.since ?? null
      const time = since === null ? null : new Date(since).toISOString()
      if (isLeft && from === undefined) from = time
      if (!isLeft && from !== undefined) {
        rows.push({ who, from, until: time ?? '' })
        from = undefined
      }
    })
    return rows
  })
}
