/** Accounts in the words of IAM people, and what the audit says to them. */
import { createHash } from 'node:crypto'
import { AccountBuilder, document, idOf, type SimulatedAccount } from '../../simulator/iam/account.ts'
import { coverageSources, type Snapshot } from '../../src/account/snapshot.ts'
import { type Audited, auditWithFindings } from '../../src/audit/audit.ts'
import type { Drift, Verdict } from '../../src/audit/model.ts'
import {
  type Proposal,
  type ProposeInput,
  proposeBaseline,
  type UpdateKind,
} from '../../src/audit/propose.ts'
import type { Baseline, BaselineEntry, UserEntry } from '../../src/baseline/baseline.ts'
import type { Config } from '../../src/config/config.ts'
import type { Permission } from '../../src/policy/types.ts'

export const TODAY = '2026-11-01'
export const ACCOUNT = idOf('account', 'acme')

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
export const account = (): AccountBuilder => new AccountBuilder()
/** An account in which ada has these statements, directly. */
export const adaWith = (...statements: readonly object[]): AccountBuilder =>
  account()
    .users('ada')
    .policy('p', document(...statements))
    .attach('p', { user: 'ada' })

export const userId = (name: string): string => idOf('user', name)
export const groupId = (name: string): string => idOf('group', name)
export const policyId = (name: string): string => idOf('policy', name)

/** The snapshot that a crawl of the account would write, everything read. */
export function snapshotOf({ account: given }: AccountBuilder, change: Partial<Snapshot> = {}): Snapshot {
  const account = bornWithAdmin(given)
  const count = (list: readonly unknown[]) => ({ seen: list.length, expected: list.length })
  const inUse = new Set(account.role_assignments.map((row) => row.role_id))
  return {
    version: 2,
    kind: 'iam-audit-snapshot',
    taken_at: '2026-11-01T06:00:00Z',
    account_id: account.account_id,
    account_name: account.account_name,
    auditor: null,
    users: account.users.map((user) => ({
      ...user,
      urn: `iam::${account.account_id}:user:${user.user_name}`,
    })),
    groups: account.groups.map(({ members: _, ...group }) => ({
      ...group,
      urn: `iam::${account.account_id}:group:${group.group_name}`,
    })),
    policies: account.policies.map((policy) => policyRow(policy, account)),
    attachments: account.attachments.map((row) => ({ ...row })),
    memberships: account.groups.map(({ group_id, members }) => ({ group_id, user_ids: [...members] })),
    roles: account.roles
      .filter((role) => role.domain_id !== null || inUse.has(role.role_id))
      .map(({ created_time: _, policy, ...role }) => ({ ...role, policy: JSON.stringify(policy) })),
    role_assignments: account.role_assignments.map((row) => ({ ...row })),
    agencies: account.agencies.map(({ duration: _, ...agency }) => ({
      ...agency,
      urn: `iam::${account.account_id}:agency:${agency.path}${agency.agency_name}`,
    })),
    providers: account.identity_providers.map(providerRow),
    mappings: account.mappings.map(({ mapping_id, rules }) => ({ mapping_id, rules: JSON.stringify(rules) })),
    trust_providers: account.trust_providers.map(({ provider_id, provider_name, kind, url, ...rest }) => ({
      ...{ provider_id, provider_name, kind },
      urn: `iam::${account.account_id}:${kind}Provider:${provider_name}`,
      issuer: kind === 'oidc' ? `${url} ${rest.client_ids.join(',')}` : provider_name,
      keys: [...rest.thumbprints],
    })),
    gaps: [],
    notices: [],
    coverage: coverageSources.map((source) => ({ source, status: 'audited', count: null })),
    population: {
      users: count(account.users),
      groups: count(account.groups),
      policies: count(account.policies),
      roles: count([...inUse]),
      agencies: count(account.agencies),
      providers: count(account.identity_providers),
    },
    catalogue: null,
    stats: { requests: 9, retries: 0, duration_ms: 10, method: 'policy-first', documents_cached: 0 },
    ...change,
  }
}

/** The built-in group, and that nobody is in it, for tests that say themselves which groups were read. */
export const emptyAdmin: Pick<Snapshot, 'groups' | 'memberships'> = {
  groups: [
    {
      ...{ group_id: groupId('admin'), group_name: 'admin', created_at: '2000-01-01T00:00:00Z' },
      urn: `iam::${ACCOUNT}:group:admin`,
    },
  ],
  memberships: [{ group_id: groupId('admin'), user_ids: [] }],
}

/** Every account is born with the built-in group; a test that says nothing of it has nobody in it. */
function bornWithAdmin(account: SimulatedAccount): SimulatedAccount {
  const isThere = account.groups.some(
    (group) => group.group_name === 'admin' || group.group_id === groupId('admin'),
  )
  if (isThere) return account
  const admin = { group_id: groupId('admin'), group_name: 'admin', created_at: '2000-01-01T00:00:00Z' }
  return { ...account, groups: [...account.groups, { ...admin, members: [] }] }
}

/** Who vouches is told short: what of metadata becomes of it is the crawl's to test. */
function providerRow(
  provider: SimulatedAccount['identity_providers'][number],
): Snapshot['providers'][number] {
  const { provider_id, sso_type, enabled, protocols, bound_users } = provider
  const issuers = protocols.map(
    ({ openid, metadata }) =>
      (openid && `${openid.idp_url} ${openid.client_id}`) ?? metadata?.entity_id ?? '',
  )
  const keys = protocols.map(({ openid, metadata }) => sha256(openid?.signing_key ?? metadata?.data ?? ''))
  return {
    ...{ provider_id, sso_type, enabled },
    protocols: protocols.map(({ protocol_id, mapping_id }) => ({
      protocol_id,
      mapping_id: mapping_id || null,
    })),
    issuer: issuers.sort().join('; '),
    keys: keys.sort(),
    sso_users: sso_type === 'iam_user_sso' ? bound_users.length : null,
  }
}

function policyRow(
  policy: SimulatedAccount['policies'][number],
  { attachments }: SimulatedAccount,
): Snapshot['policies'][number] {
  const { policy_id, policy_name, policy_type, default_version_id, updated_at } = policy
  const attachment_count = attachments.filter((row) => row.policy_id === policy_id).length
  const version = policy.versions.find((one) => one.version_id === default_version_id) ?? null
  return { policy_id, policy_name, policy_type, default_version_id, updated_at, attachment_count, version }
}

export const permission = (
  name: string,
  actions: readonly string[],
  rest: Partial<Permission> = {},
): Permission => ({ name, severity: 'high', holds: 'any', actions, except: [], ...rest })

/** All of IAM, under the name `iam`. */
export const IAM = permission('iam', ['iam:*:*'])

export function configOf(
  permissions: readonly Permission[] = [IAM],
  approvals: Partial<Config['approvals']> = {},
  config: Partial<Config> = {},
): Config {
  return {
    name: 'production',
    account: null,
    permissions: permissions.map((one, at) => ({ ...one, line: at + 3 })),
    ...{ patterns: [], evidence: [], traces: null },
    sources: { legacyRoles: 'required', agencies: 'required', federation: 'required' },
    approvals: { require: [], maxDays: null, warnDays: 14, ...approvals },
    issue: { enabled: true, on: ['drift'], labels: [], assignees: [] },
    owners: {},
    presets: [],
    ...config,
  }
}

/** An entry for all of IAM unless said otherwise. */
export function entry(user: string, rest: Partial<UserEntry> = {}): UserEntry {
  return {
    kind: 'user',
    user,
    user_id: user === '*' ? '*' : userId(user),
    permission: 'iam',
    grants: [{ actions: ['iam:*:*'] }],
    justification: 'on call',
    extra: {},
    ...rest,
  }
}

export function baselineOf(
  approvals: readonly BaselineEntry[],
  rest: Partial<Baseline> = {},
  permissions: readonly Permission[] = [IAM],
): Baseline {
  const definitions = permissions.map(({ name, actions, except }) => [
    name,
    { actions, ...(except.length === 0 ? {} : { except }) },
  ])
  return { account: ACCOUNT, audited_permissions: Object.fromEntries(definitions), approvals, ...rest }
}

export interface Scene {
  readonly account: AccountBuilder
  readonly permissions?: readonly Permission[]
  /** Entries of a baseline, a whole one, or null for none. None: no entries. */
  readonly baseline?: Baseline | readonly BaselineEntry[] | null
  readonly approvals?: Partial<Config['approvals']>
  readonly config?: Partial<Config>
  readonly snapshot?: Partial<Snapshot>
  readonly today?: string
}

function baselineIn(scene: Scene): Baseline | null {
  const { baseline = [], permissions } = scene
  return Array.isArray(baseline)
    ? baselineOf(baseline as readonly BaselineEntry[], {}, permissions)
    : (baseline as Baseline | null)
}

export function auditedOf(scene: Scene): Audited {
  const baseline = baselineIn(scene)
  return auditWithFindings({
    snapshot: snapshotOf(scene.account, scene.snapshot),
    config: configOf(scene.permissions, scene.approvals, scene.config),
    baseline: baseline && { baseline, text: '', lines: baseline.approvals.map((_, at) => at + 1) },
    today: scene.today ?? TODAY,
    sha256,
  })
}

export function verdictOf(scene: Scene): Verdict {
  return auditedOf(scene).verdict
}

export const everyKind: ReadonlySet<UpdateKind> = new Set(['new', 'exceeding', 'expired', 'no-longer-held'])

/** What `update-baseline` would write, and whom it leaves alone. */
export function wholeProposalFor(scene: Scene, rest: Partial<ProposeInput> = {}): Proposal {
  const { verdict, found } = auditedOf(scene)
  return proposeBaseline({
    verdict,
    principals: found.access.principals.map((one) => ({ ...one, name: found.fullNameOf(one) })),
    config: configOf(scene.permissions, scene.approvals, scene.config),
    baseline: baselineIn(scene),
    update: everyKind,
    only: [],
    fields: { justification: '', owner: '', expires: '' },
    today: scene.today ?? TODAY,
    ...rest,
  })
}

/** What `update-baseline` would write. */
export function proposalFor(scene: Scene, rest: Partial<ProposeInput> = {}): Baseline {
  return wholeProposalFor(scene, rest).baseline
}

/** Drift as `kind user permission: actions`, for tests that read like a table. */
export function told(drift: readonly Drift[]): string[] {
  return drift.map((row) => {
    const grants = row.grants.map(({ actions, except = [], ...limits }) =>
      [actions.join(' '), except.length > 0 ? `but ${except.join(' ')}` : '', Object.keys(limits).join(' ')]
        .filter(Boolean)
        .join(' '),
    )
    return `${row.kind} ${row.principal.name} ${row.permission}: ${grants.join(' | ')}`
  })
}
