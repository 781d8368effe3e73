/** A small account and baseline in which every section of the report has a row. */
import { createHash } from 'node:crypto'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { audit } from '../../src/audit/audit.ts'
import type { Verdict } from '../../src/audit/model.ts'
import type { Baseline, UserEntry } from '../../src/baseline/baseline.ts'
import type { Config } from '../../src/config/config.ts'
import { noOthers, onlyIdentityPolicies } from '../snapshot/only-identity-policies.ts'

export const TODAY = '2026-11-24'
const ACCOUNT = 'd78cbac186b744899480f25bd022aaaa'

const documents = {
  WholeIam: { Effect: 'Allow', Action: ['iam:*:*'] },
  Users: { Effect: 'Allow', Action: ['iam:users:*'] },
  KeysButTagged: { Effect: 'Deny', Action: ['iam:users:*'], Condition: { StringEquals: { 'g:Tag': 'x' } } },
  Groups: { Effect: 'Allow', Action: ['iam:groups:*', 'iam:agencies:*'] },
} as const

/** User id, and the policies attached to the user. */
const direct: Readonly<Record<string, readonly string[]>> = {
  approved: ['Users'],
  exceeds: ['Groups', 'Users', 'KeysButTagged'],
  expired: ['Users'],
  gone: [],
  less: ['Users'],
  renamed: ['Users'],
  unclear: ['Broken'],
  known: ['KnownBroken'],
}

const user = (user_id: string): Snapshot['users'][number] => ({
  user_id,
  user_name: `name of ${user_id}`,
  urn: `iam::${ACCOUNT}:user:name of ${user_id}`,
  enabled: true,
  is_root_user: user_id === 'root',
  created_at: '2025-01-01T00:00:00Z',
})

const policy = (policy_id: string, document: string): Snapshot['policies'][number] => ({
  ...{ policy_id, policy_name: policy_id, policy_type: 'custom', default_version_id: 'v3' },
  ...{ attachment_count: 1, updated_at: '2026-10-01T00:00:00Z' },
  version: { version_id: 'v3', created_at: '2026-10-01T00:00:00Z', document },
})

const attached = (policy_id: string, principal_type: 'user' | 'group', principal_id: string) => ({
  ...{ policy_id, principal_type, principal_id, attached_at: '2026-11-01T00:00:00Z' },
})

const snapshot: Snapshot = {
  ...onlyIdentityPolicies,
  ...{ version: 2, kind: 'iam-audit-snapshot', taken_at: '2026-11-24T03:00:00Z', account_id: ACCOUNT },
  auditor: { urn: `sts::${ACCOUNT}:assumed-agency:audit/run`, id: 'auditor' },
  users: [...Object.keys(direct), 'new', 'root'].map(user),
  groups: ['ops', 'admin'].map((name) => ({
    ...{ group_id: `g-${name}`, group_name: name, urn: '', created_at: '2025-01-01T00:00:00Z' },
  })),
  policies: [
    ...Object.entries(documents).map(([id, statement]) =>
      policy(id, JSON.stringify({ Version: '5.0', Statement: [statement] })),
    ),
    policy('Broken', 'no JSON'),
    policy('KnownBroken', 'no JSON either'),
  ],
  attachments: [
    ...Object.entries(direct).flatMap(([id, ids]) => ids.map((policyId) => attached(policyId, 'user', id))),
    attached('WholeIam', 'group', 'g-ops'),
  ],
  memberships: [
    { group_id: 'g-ops', user_ids: ['new'] },
    { group_id: 'g-admin', user_ids: [] },
  ],
  gaps: [],
  notices: ['A notice.'],
  coverage: [
    { source: 'identity-policies', status: 'audited', count: 6 },
    ...(['legacy-roles', 'agencies', 'federation'] as const).map((source) => ({
      ...{ source, status: 'audited' as const, count: 0 },
    })),
  ],
  population: {
    ...{ users: { seen: 10, expected: 10 }, groups: { seen: 1, expected: null } },
    policies: { seen: 6, expected: null },
    ...noOthers,
  },
  catalogue: null,
  stats: { requests: 41, retries: 2, duration_ms: 5100, method: 'policy-first', documents_cached: 0 },
}

const config: Config = {
  name: 'production',
  account: null,
  permissions: [
    { name: 'iam', severity: 'high', holds: 'any', actions: ['iam:*:*'], except: ['iam:*:get*'], line: 4 },
  ],
  ...{ patterns: [], evidence: [], traces: null },
  sources: { legacyRoles: 'required', agencies: 'required', federation: 'required' },
  approvals: { require: ['justification'], maxDays: null, warnDays: 14 },
  issue: { enabled: true, on: ['drift'], labels: [], assignees: [] },
  owners: {},
  presets: [],
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function entry(user_id: string, fields: Partial<UserEntry> = {}): UserEntry {
  return {
    kind: 'user',
    ...{ user: `name of ${user_id}`, user_id, permission: 'iam', grants: [{ actions: ['iam:users:*'] }] },
    ...{ justification: 'on call', extra: {} },
    ...fields,
  }
}

const baseline: Baseline = {
  account: ACCOUNT,
  audited_permissions: { iam: { actions: ['iam:*:*'], except: ['iam:*:get*'] } },
  approvals: [
    entry('approved', { justification: '', extra: { 'x-ticket': 'SEC-1' }, expires: '2026-12-01' }),
    entry('exceeds'),
    entry('expired', { expires: '2026-11-23', owner: 'platform' }),
    entry('gone'),
    entry('less', { grants: [{ actions: ['iam:users:*', 'iam:groups:*'] }] }),
    entry('renamed', { user: 'an old name' }),
  ],
  known_gaps: [
    {
      ...{ policy_id: 'KnownBroken', version_id: 'v3', sha256: sha256('no JSON either') },
      for: ['user:known'],
      ...{ justification: 'looked at', expires: '2026-12-31' },
    },
  ],
}

/** The verdict about that account; without a baseline when told so. */
export function verdictOf(withBaseline = true): Verdict {
  const lines = baseline.approvals.map((_, at) => at + 1)
  return audit({
    ...{ snapshot, config, today: TODAY, sha256 },
    baseline: withBaseline ? { baseline, text: '', lines } : null,
  })
}
