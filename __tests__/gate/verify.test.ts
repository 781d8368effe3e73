import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { audit } from '../../src/audit/audit.ts'
import { exitOf } from '../../src/audit/exit.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { withVerification } from '../../src/gate/judge.ts'
import type { GateVerdict } from '../../src/gate/model.ts'
import { verifyAgainstAccount } from '../../src/gate/verify.ts'
import type { CrawlGap, Snapshot } from '../../src/snapshot/snapshot.ts'
import {
  account,
  baselineJson,
  codes,
  configJson,
  entry,
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
    ...{ version: 1, kind: 'iam-audit-snapshot', taken_at: at, account_id: account, auditor: null },
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
    ...{ memberships: [], gaps: [], notices: [], coverage: [], catalogue: null },
    population: { users: seen, groups: seen, policies: seen },
    stats: { requests: 1, retries: 0, duration_ms: 1, method: 'policy-first', documents_cached: 0 },
    ...over,
  }
}

function verified(before: readonly Json[], after: readonly Json[], snapshot: Snapshot): GateVerdict {
  const [config, head] = [text(configJson()), text(baselineJson(after))]
  const gate = judged(texts(configJson(), baselineJson(before)), { config, baseline: head })
  const baseline = readBaseline(head, 'b')
  const verdict = audit({
    ...{ snapshot, config: readConfig(config, 'c'), baseline, today },
    sha256: (one) => createHash('sha256').update(one).digest('hex'),
  })
  const failOn = new Set(['unapproved-holder', 'exceeds-approval', 'approval-expired'] as const)
  const exit = exitOf(verdict, { failOn, failOnSeverity: 'low' })
  return withVerification(
    gate,
    verifyAgainstAccount({ gate, head: baseline, audit: verdict, exit, users: snapshot.users }),
  )
}

const users = ['iam:users:*']
const held = snapshotOf({ ana: users, bob: users })
const bob = { user: 'bob', user_id: 'id-bob' }
const gap: CrawlGap = {
  ...{ code: 'forbidden', call: 'GET /v5/groups', message: 'Not permitted.', remedy: 'Permit it.' },
  ...{ iam_action: null, scope: { type: 'account' } },
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
  expect(verdict.verification?.remaining.map((one) => [one.user, one.touched])).toEqual([
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
