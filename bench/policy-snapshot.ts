/** The account of the benchmark as the product sees it: a snapshot, a config, and a baseline that approves nearly all. */
import { createHash } from 'node:crypto'
import { noOthers, onlyIdentityPolicies } from '../__tests__/snapshot/only-identity-policies.ts'
import { presentPrincipals } from '../src/access/findings.ts'
import type { Snapshot } from '../src/account/snapshot.ts'
import { type AuditInput, auditWithFindings } from '../src/audit/audit.ts'
import { proposeBaseline } from '../src/audit/propose.ts'
import type { Baseline } from '../src/baseline/baseline.ts'
import type { Config } from '../src/config/config.ts'
import { presetPermission } from '../src/policy/index.ts'
import type { BenchAccount } from './policy-account.ts'

const ACCOUNT = 'd78cbac186b744899480f25bd022aaaa'
const LONG_AGO = '2026-01-01T00:00:00Z'

/** Everything of an audit but its functions: what lies in memory, parsed, when the clock starts. */
export interface Prepared {
  readonly snapshot: Snapshot
  readonly config: Config
  readonly baseline: Baseline
}

/** The baseline lacks one entry in fifty: they are the drift. `sources` add what stands beside identity policies. */
export function prepare(
  account: BenchAccount,
  sources: readonly ((snapshot: Snapshot, account: BenchAccount) => Snapshot)[] = [],
): Prepared {
  const snapshot = sources.reduce((made, add) => add(made, account), snapshotOf(account))
  const config = configOf(account)
  const { verdict, found } = auditWithFindings(auditInput({ snapshot, config, baseline: null }))
  const { baseline: whole } = proposeBaseline({
    ...{
      verdict,
      principals: presentPrincipals(found),
      today: '2026-11-01',
      config,
      baseline: null,
      update: new Set(['new'] as const),
      only: [],
    },
    fields: { justification: 'Benchmark', owner: '', expires: '' },
  })
  return {
    snapshot,
    config,
    baseline: { ...whole, approvals: whole.approvals.filter((_, at) => at % 50 !== 0) },
  }
}

export function auditInput({
  snapshot,
  config,
  baseline,
}: Omit<Prepared, 'baseline'> & { readonly baseline: Baseline | null }): AuditInput {
  return {
    ...{ snapshot, config, today: '2026-11-01' },
    baseline: baseline && { baseline, text: '', lines: [] },
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  }
}

function configOf({ audited }: BenchAccount): Config {
  const iam = presetPermission('iam-administration@1')
  if (iam === null) throw new Error('The preset iam-administration@1 is missing.')
  const actions = audited.filter((service) => service !== 'iam').map((service) => `${service}:*:*`)
  return {
    ...{ name: 'bench', account: null, owners: {}, presets: ['iam-administration@1'] },
    permissions: [
      { ...iam, line: 3 },
      { name: 'platform', severity: 'high', holds: 'any', actions, except: [], line: 4 },
    ],
    ...{ patterns: [], evidence: [], traces: null },
    sources: { legacyRoles: 'required', agencies: 'required', federation: 'required' },
    approvals: { require: [], maxDays: null, warnDays: 14 },
    issue: { enabled: true, on: ['drift'], labels: [], assignees: [] },
  }
}

function snapshotOf(account: BenchAccount): Snapshot {
  const members = new Map<string, string[]>([...account.groups.keys()].map((group) => [group, []]))
  for (const { user_id, groups } of account.users)
    for (const group of new Set(groups)) members.get(group)?.push(user_id)
  const attach = (principal_type: 'user' | 'group', principal_id: string, ids: readonly string[]) =>
    [...new Set(ids)].map((policy_id) => ({
      policy_id,
      principal_type,
      principal_id,
      attached_at: LONG_AGO,
    }))
  const count = (seen: number) => ({ seen, expected: seen })
  return {
    ...onlyIdentityPolicies,
    ...{ version: 2, kind: 'iam-audit-snapshot', taken_at: '2026-11-01T00:00:00Z', account_id: ACCOUNT },
    ...{ auditor: null, gaps: [], notices: [] },
    users: account.users.map(({ user_id }) => ({
      ...{ user_id, user_name: `name-${user_id}`, urn: `iam::${ACCOUNT}:user:name-${user_id}` },
      ...{ enabled: true, is_root_user: false, created_at: LONG_AGO },
    })),
    groups: [...account.groups.keys()].map((group_id) => ({
      ...{ group_id, group_name: `name-${group_id}`, urn: `iam::${ACCOUNT}:group:name-${group_id}` },
      created_at: LONG_AGO,
    })),
    policies: [...account.documents].map(([policy_id, document]) => ({
      ...{ policy_id, policy_name: `name-${policy_id}`, policy_type: 'custom', default_version_id: 'v1' },
      ...{ attachment_count: null, updated_at: LONG_AGO },
      version: { version_id: 'v1', created_at: LONG_AGO, document },
    })),
    attachments: [
      ...account.users.flatMap(({ user_id, direct }) => attach('user', user_id, direct)),
      ...[...account.groups].flatMap(([group, ids]) => attach('group', group, ids)),
    ],
    memberships: [...members].map(([group_id, user_ids]) => ({ group_id, user_ids })),
    coverage: [{ source: 'identity-policies', status: 'audited', count: account.documents.size }],
    population: {
      users: count(account.users.length),
      groups: count(account.groups.size),
      policies: count(account.documents.size),
      ...noOthers,
    },
    catalogue: account.catalogue.map((row) => ({ ...row, aliases: [...row.aliases] })),
    stats: { requests: 0, retries: 0, duration_ms: 0, method: 'policy-first', documents_cached: 0 },
  }
}
