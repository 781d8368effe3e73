import { expect, test } from '@jest/globals'
import {
  type AccountBuilder,
  allow,
  document,
  type Operations,
  trustIam,
} from '../../simulator/iam/account.ts'
import type { Cause } from '../../src/audit/model.ts'
import type { BaselineEntry } from '../../src/baseline/baseline.ts'
import { account, by, crawlWithTraces, HOUR, judged, NOW } from './world.ts'

const iam = document(allow('iam:*:*'))
const rules = (...teams: readonly string[]) =>
  teams.map((team) => ({
    remote: [{ type: 'name' }, { type: 'Groups', any_one_of: [team] }],
    local: [{ user: { name: '{0}' } }, { group: { name: 'ops' } }],
  }))
const iamOps = { Version: '1.1', Statement: [allow('iam:users:*')] }

interface Scene {
  readonly before: () => AccountBuilder
  /** What brought the drift; the last of its operations is the one that counts. */
  readonly act: (doing: Operations, own: string) => unknown
  readonly kind: Cause['kind']
  /** Approves some of what was there before. */
  readonly entries?: (built: AccountBuilder) => readonly BaselineEntry[]
}

/** Entries of everybody who holds something in an account as it was, of all of IAM. */
async function entriesOf(built: AccountBuilder): Promise<readonly BaselineEntry[]> {
  const verdict = judged(await crawlWithTraces(built.account))
  return verdict.drift.map((row) => row.proposed_entry)
}

const scenes: readonly (readonly [string, Scene])[] = [
  [
    'an attachment',
    {
      before: () => account().policy('Admin', iam),
      act: (doing) => doing.attachPolicy('Admin', { user: 'ada' }),
      kind: 'attachment',
    },
  ],
  [
    'a membership, where others of the group are approved',
    {
      before: () => account().group('ops', 'bob').policy('Admin', iam).attach('Admin', { group: 'ops' }),
      act: (doing) => doing.addUserToGroup('ada', 'ops'),
      kind: 'membership',
    },
  ],
  [
    'a member of the built-in group',
    { before: account, act: (doing) => doing.addUserToGroup('ada', 'admin'), kind: 'builtin-group' },
  ],
  [
    'a version',
    {
      before: () =>
        account()
          .policy('Team', document(allow('obs:*:*')))
          .attach('Team', { user: 'ada' }),
      act: (doing) => doing.createPolicyVersion('Team', iam),
      kind: 'version',
    },
  ],
  [
    'a legacy role',
    {
      before: () => account().group('ops', 'ada').role('iam-ops', iamOps),
      act: (doing) => doing.grantRole('iam-ops', { group: 'ops' }),
      kind: 'legacy-grant',
    },
  ],
  [
    'the text of a legacy role',
    {
      before: () =>
        account()
          .group('ops', 'ada')
          .role('iam-ops', { Version: '1.1', Statement: [allow('obs:*:*')] })
          .grantRole('iam-ops', { group: 'ops' }),
      act: (doing) => doing.updateRole('iam-ops', iamOps),
      kind: 'legacy-grant',
    },
  ],
  [
    'trust',
    {
      before: () => {
        const built = account().policy('Admin', iam)
        return built.agency('ci', trustIam(built.account.account_id)).attach('Admin', { agency: 'ci' })
      },
      act: (doing, own) => doing.updateTrustPolicy('ci', trustIam([own, 'f'.repeat(32)])),
      kind: 'trust',
    },
  ],
  [
    'the rules of a mapping',
    {
      before: () =>
        account()
          .group('ops')
          .policy('Admin', iam)
          .attach('Admin', { group: 'ops' })
          .mapping('m', rules('night'))
          .samlIdentityProvider('corp', { mapping: 'm' }),
      act: (doing) => doing.updateMapping('m', rules('night', 'day')),
      kind: 'mapping',
    },
  ],
]

test.each(scenes)('%s: who brought it, when, from where', async (_, { before, act, kind }) => {
  const built = before()
  const entries = await entriesOf(built)
  const actor = { user: 'eve', address: '203.0.113.9', mfa: false } as const
  act(by(built, actor).at(NOW - 3 * HOUR), built.account.account_id)
  const snapshot = await crawlWithTraces(built.account)
  const { causes, drift } = judged(snapshot, { entries })
  expect(drift).not.toEqual([])
  const cause = causes.find((one) => one.kind === kind)
  expect(cause?.by).toMatchObject({
    principal: `iam::${built.account.account_id}:user:eve`,
    ...{ through: null, address: '203.0.113.9', via: 'console', mfa: false },
    time: new Date(NOW - 3 * HOUR).toISOString(),
  })
})

test('what happened before the window names nobody', async () => {
  const built = account().policy('Admin', iam)
  by(built)
    .at(NOW - 30 * HOUR)
    .attachPolicy('Admin', { user: 'ada' })
  const { causes, traces } = judged(await crawlWithTraces(built.account))
  expect(causes).toMatchObject([{ kind: 'attachment', by: null }])
  expect(Date.parse(traces?.until ?? '') - Date.parse(traces?.from ?? '')).toBe(24 * HOUR)
})

test('somebody else who did the like is not named', async () => {
  const built = account()
    .policy('Admin', iam)
    .policy('Other', document(allow('obs:*:*')))
  by(built, { user: 'eve' })
    .at(NOW - 3 * HOUR)
    .attachPolicy('Admin', { user: 'ada' })
  by(built, { user: 'bob' })
    .at(NOW - 2 * HOUR)
    .attachPolicy('Other', { user: 'ada' })
  by(built, { user: 'bob', refused: true })
    .at(NOW - HOUR)
    .attachPolicy('Admin', { user: 'ada' })
  const { causes } = judged(await crawlWithTraces(built.account))
  expect(causes).toMatchObject([{ by: { principal: expect.stringContaining(':user:eve') } }])
})

test('a trace that does not say which policy is matched by the moment, and only where one alone fits', async () => {
  const built = account()
    .policy('Admin', iam)
    .policy('Users', document(allow('iam:users:*')))
  built.account.tracker.request = 'body'
  by(built, { user: 'eve' })
    .at(NOW - 3 * HOUR)
    .attachPolicy('Admin', { user: 'ada' })
  by(built, { user: 'eve' })
    .at(NOW - 2 * HOUR)
    .attachPolicy('Admin', { user: 'bob' })
  by(built, { user: 'eve' })
    .at(NOW - 2 * HOUR + 10)
    .attachPolicy('Users', { user: 'bob' })
  const { causes } = judged(await crawlWithTraces(built.account))
  const ofUser = (name: string) => causes.find((one) => one.principals.some((user) => user.name === name))
  expect(ofUser('ada')?.by).toMatchObject({ principal: expect.stringContaining(':user:eve') })
  expect(ofUser('bob')?.by).toBeNull()
})
