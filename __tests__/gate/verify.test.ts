import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { CrawlGap, Snapshot } from '../../src/account/snapshot.ts'
import { auditWithFindings } from '../../src/audit/audit.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { type AccountAudit, accountAudit } from '../../src/gate/account-audit.ts'
import type { GateInput, GateVerdict } from '../../src/gate/model.ts'
import { noOthers, onlyIdentityPolicies } from '../snapshot/only-identity-policies.ts'
import {
  account,
  agencyEntry,
  baselineJson,
  codes,
  configJson,
  entry,
  federatedEntry,
  type Json,
  judged,
  text,
  texts,
  today,
} from './texts.ts'

/** An account whose users hold what a policy of their own allows. */
function snapshotOf(users: Record<string, readonly string[]>, over: Partial<Snapshot> = {}): Snapshot {
  const names = Object.keys(users)
  const seen = { seen: names.length, expected: names.length }
  const at = '2026-01-01T00:00:00Z'
  return {
    ...onlyIdentityPolicies,
    ...{ version: 2, kind: 'iam-audit-snapshot', taken_at: at, account_id: account, auditor: null },
    users: [...names, 'boss'].map((name) => ({
      ...{ user_id: `id-${name}`, user_name: name, urn: `iam::${account}:user:${name}` },
      ...{ enabled: true, is_root_user: name === 'boss', created_at: at },
    })),
    groups: [],
    policies: names.map((name) => ({
      ...{ policy_id: `p-${name}`, policy_name: name, policy_type: 'custom', default_version_id: 'v1' },
      ...{ attachment_count: 1, updated_at: null },
      version: {
        ...{ version_id: 'v1', created_at: at },
        document: JSON.stringify({ Version: '5.0', Statement: [{ Effect: 'Allow', Action: users[name] }] }),
      },
    })),
    attachments: names.map((name) => ({
      ...{ policy_id: `p-${name}`, principal_type: 'user', principal_id: `id-${name}`, attached_at: at },
    })),
    ...{ memberships: [], gaps: [], notices: [], catalogue: null },
    coverage: (['legacy-roles', 'agencies', 'federation'] as const).map((source) => ({
      ...{ source, status: 'audited', count: 0 },
    })),
    population: { users: seen, groups: seen, policies: seen, ...noOthers },
    stats: { requests: 1, retries: 0, duration_ms: 1, method: 'policy-first', documents_cached: 0 },
    ...over,
  }
}

function verified(
  before: readonly Json[],
  after: readonly Json[],
  snapshot: Snapshot,
  over: Partial<GateInput> & { readonly facts?: Partial<AccountAudit> } = {},
): GateVerdict {
  const [config, head] = [text(configJson()), text(baselineJson(after))]
  const { verdict, found } = auditWithFindings({
    ...{ snapshot, config: readConfig(config, 'c'), baseline: readBaseline(head, 'b'), today },
    sha256: (one) => createHash('sha256').update(one).digest('hex'),
  })
  const { facts, ...input } = over
  const account = { ...accountAudit(verdict, found), ...facts }
  return judged(texts(configJson(), baselineJson(before)), { config, baseline: head }, input, { account })
}

const users = ['iam:users:*']
const held = snapshotOf({ ana: users, bob: users })
const bob = { user: 'bob', user_id: 'id-bob' }
const gap: CrawlGap = {
  ...{ code: 'forbidden', call: 'GET /v5/groups', message: 'Not permitted.', remedy: 'Permit it.' },
  ...{ iam_action: null, http_code: null, scope: { type: 'account' } },
}

interface Case {
  readonly name: string
  readonly before?: Json[]
  readonly after: Json[]
  readonly snapshot?: Snapshot
  readonly codes: string[]
  readonly green: boolean | null
}

const cases: Case[] = [
  { name: 'exactly what is held', after: [entry(), entry(bob)], codes: [], green: true },
  {
    name: 'somebody who holds nothing',
    after: [entry(), entry(bob)],
    snapshot: snapshotOf({ ana: users, bob: ['ecs:*:*'] }),
    ...{ codes: ['not-held'], green: true },
  },
  {
    name: 'the same in advance',
    after: [entry(), entry({ ...bob, assignment: 'eligible', expires: '2027-01-01' })],
    snapshot: snapshotOf({ ana: users, bob: ['ecs:*:*'] }),
    ...{ codes: [], green: true },
  },
  {
    name: 'somebody who does not exist, even in advance',
    after: [entry(), entry({ user: 'x', user_id: 'id-x', assignment: 'eligible', expires: '2027-01-01' })],
    ...{ snapshot: snapshotOf({ ana: users }), codes: ['not-held'], green: true },
  },
  {
    name: 'wider than held',
    after: [entry(), entry({ ...bob, grants: [{ actions: ['iam:users:*', 'iam:groups:*'] }] })],
    ...{ codes: ['wider-than-held'], green: true },
  },
  {
    name: 'beyond the definition is not wider than held',
    after: [entry(), entry({ ...bob, grants: [{ actions: ['*'] }], within: { actions: users } })],
    ...{ codes: [], green: true },
  },
  {
    name: 'less than held passes, and the audit would not be green',
    after: [entry(), entry({ ...bob, grants: [{ actions: ['iam:users:create*'] }] })],
    ...{ codes: [], green: false },
  },
  {
    name: 'a wrong name',
    after: [entry(), entry({ ...bob, user: 'alice' })],
    ...{ codes: ['wrong-name'], green: true },
  },
  {
    name: 'a name that the pull request made wrong',
    before: [entry(), entry(bob)],
    after: [entry({ user: 'anna' }), entry(bob)],
    ...{ codes: ['wrong-name'], green: true },
  },
  {
    name: 'a wrong name that the pull request left alone',
    before: [entry({ user: 'anna' }), entry(bob)],
    after: [entry({ user: 'anna', owner: 'x' }), entry(bob)],
    ...{ codes: [], green: true },
  },
  {
    name: 'the root user',
    after: [entry(), entry(bob), entry({ user: 'boss', user_id: 'id-boss' })],
    ...{ codes: ['root-user'], green: true },
  },
  {
    name: 'an entry that is held no longer, and left alone',
    before: [entry(), entry(bob)],
    after: [entry({ owner: 'x' }), entry(bob)],
    snapshot: snapshotOf({ ana: users, bob: ['ecs:*:*'] }),
    ...{ codes: [], green: true },
  },
  {
    name: 'an entry that is held no longer, and prolonged',
    before: [entry(), entry({ ...bob, expires: '2027-01-01' })],
    after: [entry(), entry({ ...bob, expires: '2027-02-01' })],
    snapshot: snapshotOf({ ana: users, bob: ['ecs:*:*'] }),
    ...{ codes: ['not-held'], green: true },
  },
  {
    name: 'an entry in advance that becomes active, and is not held',
    before: [entry(), entry({ ...bob, assignment: 'eligible', expires: '2027-01-01' })],
    after: [entry(), entry({ ...bob, expires: '2027-01-01' })],
    snapshot: snapshotOf({ ana: users, bob: ['ecs:*:*'] }),
    ...{ codes: ['not-held'], green: true },
  },
  {
    name: 'drift of somebody else is mentioned',
    after: [entry(), entry(bob)],
    snapshot: snapshotOf({ ana: users, bob: users, eve: users }),
    ...{ codes: [], green: false },
  },
  {
    name: 'a removed entry of somebody who holds it still',
    before: [entry(), entry(bob)],
    after: [entry()],
    codes: [],
    green: false,
  },
  {
    name: 'a gap that reaches everybody leaves the holding open',
    after: [entry(), entry({ ...bob, grants: [{ actions: ['iam:users:*', 'iam:groups:*'] }] })],
    snapshot: { ...held, gaps: [gap] },
    ...{ codes: [], green: null },
  },
  {
    name: 'a gap that reaches another user leaves this one certain',
    after: [entry(), entry({ ...bob, grants: [{ actions: ['iam:users:*', 'iam:groups:*'] }] })],
    snapshot: { ...held, gaps: [{ ...gap, scope: { type: 'user', user_id: 'id-ana' } }] },
    ...{ codes: ['wider-than-held'], green: null },
  },
]

test.each(cases)('$name', (one) => {
  const snapshot = one.snapshot ?? held
  const verdict = verified(one.before ?? [entry()], one.after, snapshot)
  expect(codes(verdict)).toEqual(one.codes)
  expect(verdict.result).toBe(one.codes.length === 0 ? 'passed' : 'failed')
  expect(verdict.verification?.green_after_merge).toBe(one.green)
  expect(verdict.verification?.verified).toBe(snapshot.gaps.length === 0)
  if (snapshot.gaps.length > 0) expect(verdict.notices.join()).toContain('not verified')
})

test('drift is told apart by whether the pull request touches it', () => {
  const snapshot = snapshotOf({ ana: users, bob: users, eve: users })
  const verdict = verified([entry(), entry(bob)], [entry()], snapshot)
  expect(verdict.verification?.remaining.map((one) => [one.principal.name, one.touched])).toEqual([
    ['bob', true],
    ['eve', false],
  ])
})

test('verified names are those that are right', () => {
  const verdict = verified(
    [entry()],
    [entry(), entry({ ...bob, user: 'x' }), entry({ owner: 'y' })].slice(0, 2),
    held,
  )
  expect(verdict.verification?.names_verified).toEqual([])
  expect(verified([], [entry(), entry(bob)], held).verification?.names_verified).toEqual(['id-ana', 'id-bob'])
})

describe('somebody disabled', () => {
  const disabled = { ...held, users: held.users.map((user) => ({ ...user, enabled: false })) }
  const wide = [{ actions: ['iam:users:*', 'iam:groups:*'] }]
  const rows: [string, Json[], Json[], string[]][] = [
    ['an entry made by hand', [entry()], [entry(), entry(bob)], ['disabled']],
    ['one that says so', [entry()], [entry(), entry({ ...bob, disabled: true })], []],
    [
      'one that no longer says so',
      [entry({ disabled: true })],
      [entry({ justification: 'x' })],
      ['disabled'],
    ],
    [
      'one that is widened',
      [entry({ ...bob, grants: [{ actions: ['iam:users:create*'] }] })],
      [entry({ ...bob, justification: 'More' })],
      ['disabled'],
    ],
    ['one that is prolonged', [entry({ expires: '2027-01-01' })], [entry({ expires: '2027-02-01' })], []],
    ['one that is narrowed', [entry({ grants: wide })], [entry()], []],
  ]
  test.each(rows)('%s', (_, before, after, expected) => {
    expect(codes(verified(before, after, disabled))).toEqual(expected)
  })
})

describe('agencies and federated principals', () => {
  const partner = { account: 'fedc0000fedc0000fedc0000fedc0000' }
  const agency = { kind: 'agency', id: 'id-ci', name: 'ci-deploy' } as const
  const sso = { kind: 'federated', id: 'corp/id-ops', name: 'corp → ops' } as const
  const cloudOps = [{ type: 'Groups', any_one_of: ['cloud-ops'] }]
  const facts: Partial<AccountAudit> = {
    kinds: ['user', 'agency', 'federated'],
    principals: [agency, sso].map((one) => ({ ...one, enabled: true, isRoot: false })),
    holdings: [
      { principal: agency, permission: 'iam', trusted: [partner], when: null },
      { principal: sso, permission: 'iam', trusted: null, when: [cloudOps] },
    ],
    unheld: [],
  }
  const check = (added: Json, over: Partial<AccountAudit> = {}): string[] =>
    codes(verified([entry()], [entry(), added], held, { facts: { ...facts, ...over } }))

  const rows: [string, Json, string[]][] = [
    ['an agency as it is', agencyEntry(), []],
    ['under a wrong name', agencyEntry({ agency: 'other' }), ['wrong-name']],
    ['that is not there', agencyEntry({ agency_id: 'id-x' }), ['not-held']],
    ['with a party that is not there', agencyEntry({ trusted: [partner, { account: 'x' }] }), ['not-there']],
    [
      'with a party that is there under a condition only',
      agencyEntry({ trusted: [{ everybody: true }] }),
      ['not-there', 'scope-not-reviewed'],
    ],
    [
      'with less than is there',
      agencyEntry({ trusted: [{ ...partner, condition: { Bool: { a: 'b' } } }] }),
      [],
    ],
    ['a provider as it is', federatedEntry(), []],
    [
      'with an alternative that is not there',
      federatedEntry({ when: [[{ type: 'Groups', any_one_of: ['x'] }]] }),
      ['not-there'],
    ],
    ['with a key announced', federatedEntry({ keys: ['a'.repeat(64), 'b'.repeat(64)] }), []],
  ]
  test.each(rows)('%s', (_, added, expected) => {
    expect(check(added)).toEqual(expected)
  })

  test('in advance nothing is claimed of who is there', () => {
    const ahead = { assignment: 'eligible', expires: '2027-01-01' }
    expect(check(agencyEntry({ ...ahead, trusted: [{ account: 'x' }] }))).toEqual([])
  })

  test('where agencies were not looked at, none is missing, and the entry is not verified', () => {
    const over = { kinds: ['user'], principals: [], holdings: [] } as const
    expect(check(agencyEntry({ agency_id: 'id-x' }), over)).toEqual([])
    const verdict = verified([entry()], [entry(), agencyEntry()], held, { facts: over })
    expect(verdict.notices.join()).toContain('were not looked at')
  })
})

test('on pull_request_target a changed config leaves open what it would find', () => {
  const other = { config: text(configJson({ name: 'x' })), baseline: text(baselineJson([entry()])) }
  const verdict = verified([entry()], [entry(), entry(bob)], held, {
    ...{ event: 'pull_request_target', base: other },
  })
  expect(verdict.verification?.green_after_merge).toBeNull()
  expect(verdict.notices.join()).toContain('only what the config audits before this change')
  const same = verified([entry()], [entry(), entry(bob)], held, { event: 'pull_request_target' })
  expect(same.verification?.green_after_merge).toBe(true)
})

test('on pull_request_target nothing is answered about entries of permissions that the base does not audit', () => {
  const own = { permission: 'gone', within: { actions: ['x:*:*'] }, grants: [{ actions: ['x:*:*'] }] }
  const guess = [entry(), entry({ ...bob, ...own, user: 'guess' })]
  expect(codes(verified([entry()], guess, held))).toEqual(['wrong-name'])
  expect(codes(verified([entry()], guess, held, { event: 'pull_request_target' }))).toEqual([])
})

test('another account is no basis for anything', () => {
  const verdict = verified([entry()], [entry(), entry(bob)], { ...held, account_id: 'other' })
  expect(codes(verdict)).toEqual(['other-account'])
  expect(verdict.verification).toMatchObject({ verified: false, green_after_merge: null })
})

test('an entry of a permission that nobody audits is not verified, and says so; in advance it claims nothing', () => {
  const own = { permission: 'gone', within: { actions: ['x:*:*'] }, grants: [{ actions: ['x:*:*'] }] }
  const notices = (over: Json): number =>
    (verified([entry()], [entry(), entry({ ...own, ...over })], held).verification?.notices ?? []).filter(
      (one) => one.includes('does not audit'),
    ).length
  expect(notices({})).toBe(1)
  expect(notices({ assignment: 'eligible', expires: '2027-01-01' })).toBe(0)
})
