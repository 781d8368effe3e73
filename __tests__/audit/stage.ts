/** Accounts in the words of IAM people, and what the audit says to them. */
import { createHash } from 'node:crypto'
import { AccountBuilder, document, idOf, type SimulatedAccount } from '../../simulator/iam/account.ts'
import { audit } from '../../src/audit/audit.ts'
import type { Cut, Drift, Verdict } from '../../src/audit/model.ts'
import { type ProposeInput, proposeBaseline, type UpdateKind } from '../../src/audit/propose.ts'
import type { Baseline, BaselineEntry } from '../../src/baseline/baseline.ts'
import type { Config } from '../../src/config/config.ts'
import type { Permission } from '../../src/policy/types.ts'
import { coverageSources, type Snapshot } from '../../src/snapshot/snapshot.ts'

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
export function snapshotOf({ account }: AccountBuilder, change: Partial<Snapshot> = {}): Snapshot {
  const count = (seen: number) => ({ seen, expected: seen })
  return {
    version: 1,
    kind: 'iam-audit-snapshot',
    taken_at: '2026-11-01T06:00:00Z',
    account_id: account.account_id,
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
    gaps: [],
    notices: [],
    coverage: coverageSources.map((source) => ({ source, status: 'audited', count: null })),
    population: {
      users: count(account.users.length),
      groups: count(account.groups.length),
      policies: count(account.policies.length),
    },
    catalogue: null,
    stats: { requests: 9, retries: 0, duration_ms: 10, method: 'policy-first', documents_cached: 0 },
    ...change,
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
): Config {
  return {
    name: 'production',
    account: null,
    permissions: permissions.map((one, at) => ({ ...one, line: at + 3 })),
    approvals: { require: [], maxDays: null, warnDays: 14, ...approvals },
    issue: { enabled: true, on: ['drift'], labels: [], assignees: [] },
    owners: {},
    presets: [],
  }
}

/** An entry for all of IAM unless said otherwise. */
export function entry(user: string, rest: Partial<BaselineEntry> = {}): BaselineEntry {
  return {
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
  readonly snapshot?: Partial<Snapshot>
  readonly today?: string
}

function baselineIn(scene: Scene): Baseline | null {
  const { baseline = [], permissions } = scene
  return Array.isArray(baseline)
    ? baselineOf(baseline as readonly BaselineEntry[], {}, permissions)
    : (baseline as Baseline | null)
}

export function verdictOf(scene: Scene): Verdict {
  const baseline = baselineIn(scene)
  return audit({
    snapshot: snapshotOf(scene.account, scene.snapshot),
    config: configOf(scene.permissions, scene.approvals),
    baseline: baseline && { baseline, text: '', lines: baseline.approvals.map((_, at) => at + 1) },
    today: scene.today ?? TODAY,
    sha256,
  })
}

export const everyKind: ReadonlySet<UpdateKind> = new Set(['new', 'exceeding', 'expired', 'no-longer-held'])

/** What `update-baseline` would write. */
export function proposalFor(scene: Scene, rest: Partial<ProposeInput> = {}): Baseline {
  return proposeBaseline({
    verdict: verdictOf(scene),
    users: snapshotOf(scene.account, scene.snapshot).users,
    config: configOf(scene.permissions, scene.approvals),
    baseline: baselineIn(scene),
    update: everyKind,
    only: [],
    fields: { justification: '', owner: '', expires: '' },
    ...rest,
  })
}

/** Drift as `kind user permission: actions`, for tests that read like a table. */
export function told(drift: readonly Drift[]): string[] {
  return drift.map((row) => {
    const grants = row.grants.map(({ actions, except = [], ...limits }) =>
      [actions.join(' '), except.length > 0 ? `but ${except.join(' ')}` : '', Object.keys(limits).join(' ')]
        .filter(Boolean)
        .join(' '),
    )
    return `${row.kind} ${row.user} ${row.permission}: ${grants.join(' | ')}`
  })
}

/** The account after every way to choose one alternative of each list of cuts. */
export function accountsAfter({ account: data }: AccountBuilder, row: Drift): AccountBuilder[] {
  const choices = row.cuts.reduce<Cut[][]>(
    (chosen, alternatives) => chosen.flatMap((some) => alternatives.map((cut) => [...some, cut])),
    [[]],
  )
  return choices.map((cuts) => {
    const copy = new AccountBuilder()
    const isDetached = (one: SimulatedAccount['attachments'][number]): boolean =>
      cuts.some(
        (cut) =>
          one.policy_id === cut.policy_id &&
          one.principal_id === (cut.kind === 'detach-from-user' ? row.user_id : cut.group_id),
      )
    const isLeft = (id: string): boolean =>
      cuts.some((cut) => cut.kind === 'remove-from-group' && cut.group_id === id)
    Object.assign(copy.account, {
      ...data,
      attachments: data.attachments.filter((one) => !isDetached(one)),
      groups: data.groups.map((group) => ({
        ...group,
        members: group.members.filter((id) => id !== row.user_id || !isLeft(group.group_id)),
      })),
    })
    return copy
  })
}
