/** Accounts as data, and the real verdict of each: the renderers are shown nothing that the audit does not make. */

import type { Snapshot } from '../../src/account/snapshot.ts'
import { auditWithFindings } from '../../src/audit/audit.ts'
import type { Verdict } from '../../src/audit/model.ts'
import { withOrdinary } from '../../src/audit/ordinary.ts'
import type { Baseline, BaselineEntry, UserEntry } from '../../src/baseline/baseline.ts'
import { noOthers, onlyIdentityPolicies } from '../snapshot/only-identity-policies.ts'
import { baseConfig as config, DEFINITION } from './base-config.ts'
import { ACCOUNT, hexId, sha256 } from './ids.ts'

export { baseConfig as config } from './base-config.ts'
export { ACCOUNT, hexId, sha256 } from './ids.ts'
export const TODAY = '2026-11-24'

export interface Account {
  /** Id to name. */
  readonly users: Readonly<Record<string, string>>
  readonly disabled?: readonly string[]
  /** Name of a group to the ids of its members; the id is `g-` and the name. */
  readonly groups?: Readonly<Record<string, readonly string[]>>
  /** Name of a policy to its statements, or to the raw text of its document; the id is `p-` and the name. */
  readonly policies: Readonly<Record<string, readonly object[] | string>>
  /** Name of a policy to the users (ids) and groups (`group` and the name) that it is attached to. */
  readonly attached: Readonly<Record<string, readonly string[]>>
  /** Null: there is no baseline yet. */
  readonly approvals: readonly BaselineEntry[] | null
  readonly knownGaps?: readonly string[]
  readonly gaps?: Snapshot['gaps']
  readonly notices?: readonly string[]
}

/** An approval of that user, for all of it unless told otherwise. */
export function entry(user: string, fields: Partial<UserEntry> = {}): UserEntry {
  return {
    kind: 'user',
    ...{ user, user_id: hexId(user), permission: 'iam-administration', grants: [DEFINITION] },
    ...{ justification: 'Platform on-call, SEC-123', extra: {} },
    ...fields,
  }
}

/** Users by name, with ids as the cloud makes them. */
export function users(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [hexId(name), name]))
}

/** The verdict on an account. */
export function verdictOn(account: Account): Verdict {
  const baseline: Baseline | null =
    account.approvals === null
      ? null
      : {
          account: ACCOUNT,
          audited_permissions: { 'iam-administration': DEFINITION },
          approvals: account.approvals,
          known_gaps: (account.knownGaps ?? []).map((policy) => ({
            ...{
              policy_id: hexId(`p-${policy}`),
              version_id: 'v3',
              sha256: sha256(documentOf(account, policy)),
              for: Object.keys(account.users).map((id) => `user:${id}`),
            },
            ...{ justification: 'Read by hand, SEC-7', expires: '2026-12-31' },
          })),
        }
  const lines = (account.approvals ?? []).map((_, at) => 10 + at * 5)
  const snapshot = snapshotOf(account)
  const { verdict, found } = auditWithFindings({
    ...{ snapshot, config, today: TODAY, sha256 },
    baseline: baseline === null ? null : { baseline, text: '', lines },
  })
  return withOrdinary(verdict, { found, snapshot, permissions: config.permissions })
}

function documentOf({ policies }: Account, name: string): string {
  const document = policies[name] ?? []
  return typeof document === 'string' ? document : JSON.stringify({ Version: '5.0', Statement: document })
}

function snapshotOf(account: Account): Snapshot {
  const groups = Object.entries(account.groups ?? {})
  const root = ['root-user', 'company-root'] as const
  const policies = Object.keys(account.policies)
  const count = Object.keys(account.users).length + 1
  return {
    ...onlyIdentityPolicies,
    ...{ version: 2, kind: 'iam-audit-snapshot', taken_at: '2026-11-24T03:17:00Z', account_id: ACCOUNT },
    auditor: { urn: `sts::${ACCOUNT}:assumed-agency:iam-audit/github`, id: 'auditor' },
    users: [...Object.entries(account.users), root].map(([user_id, user_name]) => ({
      ...{ user_id, user_name, urn: `iam::${ACCOUNT}:user:${user_name}`, created_at: '2025-01-01T00:00:00Z' },
      ...{ enabled: !account.disabled?.includes(user_id), is_root_user: user_id === 'root-user' },
    })),
    groups: [...groups.map(([name]) => name), 'admin'].map((name) => ({
      ...{ group_id: hexId(`g-${name}`), group_name: name, urn: '', created_at: '2025-01-01T00:00:00Z' },
    })),
    policies: policies.map((name) => ({
      ...{
        policy_id: hexId(`p-${name}`),
        policy_name: name,
        policy_type: 'custom',
        default_version_id: 'v3',
      },
      ...{ attachment_count: null, updated_at: null },
      version: {
        ...{ version_id: 'v3', created_at: '2026-10-02T08:00:00Z', document: documentOf(account, name) },
      },
    })),
    attachments: Object.entries(account.attached).flatMap(([policy, principals]) =>
      principals.map((principal) => {
        const group = principal.startsWith('group ')
        return {
          ...{ policy_id: hexId(`p-${policy}`), attached_at: '2026-11-23T16:05:00Z' },
          principal_type: group ? ('group' as const) : ('user' as const),
          principal_id: group ? hexId(`g-${principal.slice(6)}`) : principal,
        }
      }),
    ),
    memberships: [
      ...groups.map(([name, members]) => ({ group_id: hexId(`g-${name}`), user_ids: [...members] })),
      { group_id: hexId('g-admin'), user_ids: [] },
    ],
    gaps: account.gaps ?? [],
    notices: [...(account.notices ?? [])],
    coverage: [
      { source: 'identity-policies', status: 'audited', count: policies.length },
      { source: 'admin-group', status: 'audited', count: 1 },
      { source: 'root-user', status: 'audited', count: 1 },
      { source: 'legacy-roles', status: 'audited', count: 0 },
      { source: 'agencies', status: 'audited', count: 0 },
      { source: 'federation', status: 'absent', count: 0 },
      { source: 'identity-center', status: 'not-attempted', count: null },
    ],
    population: {
      ...{
        users: { seen: count, expected: count },
        groups: { seen: groups.length + 1, expected: groups.length + 1 },
      },
      policies: { seen: policies.length, expected: null },
      ...noOthers,
    },
    catalogue: null,
    stats: { requests: 41, retries: 2, duration_ms: 5100, method: 'policy-first', documents_cached: 0 },
  }
}
