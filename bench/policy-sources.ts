/** What stands beside identity policies in the account of the benchmark: legacy roles, and agencies that are assumed. */
import type { Snapshot } from '../src/account/snapshot.ts'
import type { BenchAccount } from './policy-account.ts'

const LONG_AGO = '2026-01-01T00:00:00Z'
type Scope = Snapshot['role_assignments'][number]['scope']

const CUSTOM = 60
const scopes: readonly Scope[] = [
  ...(['domain', 'all-projects', 'domain', 'all-projects', 'domain', 'all-projects', 'domain'] as const),
  'project:p1',
  'enterprise-project:e1',
]
const AGENCIES = 500
/** Of the agencies: those that trust the own account, and those that all may assume one another. */
const TRUSTING = 200
const CIRCLE = 12

/**
 * Every group has up to ten legacy roles, most of them system policies of one service as accounts have them, one in
 * five a custom policy that is like the identity policies; most for global services or all resources.
 */
export function withLegacyRoles(snapshot: Snapshot, { documents, audited }: BenchAccount): Snapshot {
  const texts = [...documents.values()]
  const role = (
    role_id: string,
    name: string,
    catalog: string,
    policy: object,
  ): Snapshot['roles'][number] => ({
    ...{ role_id, name, display_name: `name-${role_id}`, catalog, type: 'AX', domain_id: null },
    ...{ updated_time: null, policy: JSON.stringify(policy) },
  })
  const services = [...audited, ...Array.from({ length: audited.length * 9 }, (_, at) => `service${at}`)]
  const system = services.flatMap((service, at) =>
    ['*', 'get*'].map((verb) => {
      const statement = { Effect: 'Allow', Action: [`${service}:*:${verb}`] }
      return role(`system${at}${verb}`, `system_all_${at}`, service, {
        Version: '1.1',
        Statement: [statement],
      })
    }),
  )
  const custom = Array.from({ length: CUSTOM }, (_, at) => {
    const { Statement } = JSON.parse(texts[at * 3] as string) as { readonly Statement: readonly object[] }
    const made = role(`custom${at}`, `custom_${at}`, 'CUSTOMED', { Version: '1.1', Statement })
    return { ...made, domain_id: snapshot.account_id, updated_time: '1700000000000' }
  })
  const rows: Snapshot['role_assignments'] = snapshot.groups.flatMap(({ group_id }, group) =>
    Array.from({ length: (group * 7) % 11 }, (_, at) => {
      const from = at % 5 === 4 ? custom : system
      return {
        ...{ holder_type: 'group' as const, holder_id: group_id },
        role_id: from[(group * 31 + at * 17) % from.length]?.role_id ?? '',
        scope: scopes[(group + at) % scopes.length] as Scope,
      }
    }),
  )
  const named = (role_id: string, name: string, display_name: string, action: string) => ({
    ...role(role_id, name, 'BASE', { Version: '1.0', Statement: [{ Effect: 'Allow', Action: [action] }] }),
    display_name,
  })
  const [first, second] = snapshot.groups.map((group) => group.group_id)
  return {
    ...snapshot,
    roles: [
      ...custom,
      ...system,
      named('secu', 'secu_admin', 'Security Administrator', 'identity:*'),
      named('tenant', 'te_admin', 'Tenant Administrator', '*'),
    ],
    role_assignments: [
      ...rows,
      { holder_type: 'group', holder_id: first ?? '', role_id: 'secu', scope: 'domain' },
      { holder_type: 'group', holder_id: second ?? '', role_id: 'tenant', scope: 'all-projects' },
    ],
  }
}

/** Half of the policies that groups have are legacy ones with the same words, for global services or all resources. */
export function withHalfLegacy(snapshot: Snapshot): Snapshot {
  const moved = new Map(
    snapshot.policies.filter((_, at) => at % 2 === 0).map((policy) => [policy.policy_id, policy]),
  )
  const isMoved = (one: Snapshot['attachments'][number]): boolean =>
    one.principal_type === 'group' && moved.has(one.policy_id)
  const attachments = snapshot.attachments.filter((one) => !isMoved(one))
  const attached = new Set(attachments.map((one) => one.policy_id))
  return {
    ...snapshot,
    attachments,
    policies: snapshot.policies.filter((one) => !moved.has(one.policy_id) || attached.has(one.policy_id)),
    roles: [...moved].map(([id, { version }]) => {
      const { Statement } = JSON.parse(version?.document ?? '') as { readonly Statement: readonly object[] }
      return {
        ...{ role_id: id, name: id, display_name: `name-${id}`, catalog: 'CUSTOMED', type: 'AX' },
        ...{ domain_id: snapshot.account_id, updated_time: '1700000000000' },
        policy: JSON.stringify({ Version: '1.1', Statement }),
      }
    }),
    role_assignments: snapshot.attachments.filter(isMoved).map(({ principal_id, policy_id }, at) => ({
      ...{ holder_type: 'group' as const, holder_id: principal_id, role_id: policy_id },
      scope: at % 2 === 0 ? ('domain' as const) : ('all-projects' as const),
    })),
  }
}

/** Agencies with identity policies; one user in ten may assume those that trust the account. */
export function withAgencies(snapshot: Snapshot, { documents }: BenchAccount): Snapshot {
  const account = snapshot.account_id
  const ids = [...documents.keys()]
  const name = (at: number): string => `agency${at}`
  const urn = (at: number): string => `iam::${account}:agency:${name(at)}`
  const trustOf = (at: number): string => {
    const circle = Array.from({ length: CIRCLE }, (_, other) => urn(other)).filter((one) => one !== urn(at))
    const IAM = at < CIRCLE ? [account, ...circle] : at < TRUSTING ? [account] : ['f'.repeat(32)]
    return JSON.stringify({
      Version: '5.0',
      Statement: [{ Effect: 'Allow', Action: ['sts:agencies:assume'], Principal: { IAM } }],
    })
  }
  const assuming: Snapshot['policies'][number] = {
    ...{ policy_id: 'assume', policy_name: 'assume', policy_type: 'custom', default_version_id: 'v1' },
    ...{ attachment_count: null, updated_at: LONG_AGO },
    version: {
      ...{ version_id: 'v1', created_at: LONG_AGO },
      document: JSON.stringify({
        Version: '5.0',
        Statement: [
          { Effect: 'Allow', Action: ['sts:agencies:assume'], Resource: [`iam::${account}:agency:agency1*`] },
        ],
      }),
    },
  }
  const attached = (policy_id: string, principal_type: 'user' | 'agency', principal_id: string) => ({
    ...{ policy_id, principal_type, principal_id, attached_at: LONG_AGO },
  })
  return {
    ...snapshot,
    policies: [...snapshot.policies, assuming],
    agencies: Array.from({ length: AGENCIES }, (_, at) => ({
      ...{ agency_id: name(at), agency_name: name(at), urn: urn(at), path: '', created_at: LONG_AGO },
      ...{ trust_policy: trustOf(at), trust_domain_id: null, trust_domain_name: null, expire_time: null },
    })),
    attachments: [
      ...snapshot.attachments,
      ...Array.from({ length: AGENCIES }, (_, at) =>
        attached(ids[(at * 13) % ids.length] as string, 'agency', name(at)),
      ),
      ...snapshot.users
        .filter((_, at) => at % 10 === 0)
        .map((user) => attached('assume', 'user', user.user_id)),
    ],
  }
}
