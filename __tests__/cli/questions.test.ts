/** What a snapshot leaves open about a question: no "no" is taken for more than it is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import {
  type AccountBuilder,
  allow,
  deny,
  document,
  idOf,
  legacyPolicy,
  systemRoleId,
} from '../../simulator/iam/account.ts'
import type { CrawlGap, Snapshot } from '../../src/account/snapshot.ts'
import type { Answer, CommandRun } from '../../src/cli/command.ts'
import { explainCommand } from '../../src/cli/explain.ts'
import { inputEnvironment, optionInputs } from '../../src/cli/options.ts'
import { whoCanCommand } from '../../src/cli/who-can.ts'
import { ACCOUNT, account, groupId, snapshotOf, userId } from '../audit/stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'iam-audit-questions-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MFA = { Bool: { 'g:MFAPresent': 'true' } }
const trusting = (named: string, Effect = 'Allow') => ({
  Version: '5.0',
  Statement: [{ Effect, Action: ['sts:agencies:assume'], Principal: { IAM: [named] } }],
})

/**
 * People whom corp vouches for administer IAM by a group that has both kinds of grants; zoe and a partner hold legacy
 * roles, one of them in one project alone.
 */
const beyondIdentityPolicies = (): AccountBuilder =>
  account()
    .users('bob', 'zoe', 'yan')
    .group('on-call')
    .group('desk', 'zoe')
    .group('local', 'yan')
    .policy('people', document(allow('iam:users:*')))
    .policy('guard', document(deny('iam:users:createUserV5')))
    .attach('people', { group: 'on-call' })
    .attach('guard', { user: 'zoe' })
    .policy('no-desk', document(deny('iam:users:deleteUserV5')))
    .attach('no-desk', { group: 'on-call' })
    .role('desk-role', legacyPolicy({ Effect: 'Allow', Action: ['iam:users:createUser'] }))
    .grantRole('desk-role', { group: 'desk' })
    .grantRole(systemRoleId('Tenant Administrator'), { group: 'local' }, 'project:ap-southeast-1')
    .mapping('corp', [
      {
        local: [{ user: { name: '{0}' } }, { group: { name: 'on-call' } }],
        remote: [{ type: 'UserName' }, { type: 'Groups', any_one_of: ['cloud'] }],
      },
    ])
    .samlIdentityProvider('corp', { mapping: 'corp' })

/** eve is of the team but for a Deny; zoe holds a legacy role; robot trusts the account, and dave may assume it. */
const stage = (): AccountBuilder =>
  account()
    .users('ada', 'bob', 'dave', 'eve', 'mia', 'zoe')
    .user('off', { enabled: false })
    .policy('people', document(allow('iam:users:*')))
    .policy('careful', document(allow('iam:users:deleteUserV5', { Resource: ['iam:*:*:user:temp*'] })))
    .policy(
      'guard',
      document(deny('iam:users:deleteUserV5'), deny('iam:users:createUserV5', { Condition: MFA })),
    )
    .policy(
      'mine',
      document(allow('iam:groups:deleteGroupV5', { Condition: { StringEquals: { 'g:UserName': 'bob' } } })),
    )
    .policy('assume', document(allow('sts:agencies:assume')))
    .group('team', 'ada', 'eve')
    .group('admin', 'mia')
    .attach('people', { group: 'team' })
    .attach('people', { user: 'off' })
    .attach('careful', { user: 'bob' })
    .attach('guard', { user: 'eve' })
    .attach('mine', { user: 'ada' })
    .attach('assume', { user: 'dave' })
    .agency('robot', trusting(ACCOUNT))
    .attach('people', { agency: 'robot' })
    .agency('asleep', trusting(ACCOUNT, 'Deny'))
    .attach('people', { agency: 'asleep' })

let files = 0
function runOf(
  words: readonly string[],
  change: Partial<Snapshot>,
  own: CommandRun['own'],
  json: boolean,
  scene: () => AccountBuilder = stage,
): CommandRun {
  const snapshot = join(folder, `${files++}.json`)
  writeFileSync(snapshot, JSON.stringify(snapshotOf(scene(), change)))
  const environment = inputEnvironment({}, new Map([['snapshot', snapshot]]))
  return {
    ...{ inputs: optionInputs(environment), environment, words, own, folder },
    ...{ format: json ? 'json' : 'text', now: Date.parse('2026-11-01T12:00:00Z') },
    log: { info: () => {}, warning: () => {} },
    ...{ sessionName: '', idToken: null, withoutKeys: { lookedAt: '', hint: '' } },
  }
}
const whoCan = (
  action: string,
  change: Partial<Snapshot> = {},
  own: CommandRun['own'] = {},
): Promise<Answer> => whoCanCommand(runOf([action], change, own, false))
const explain = (words: readonly string[], change: Partial<Snapshot> = {}, own: CommandRun['own'] = {}) =>
  explainCommand(runOf(words, change, own, false))

const gap = (scope: CrawlGap['scope']): CrawlGap => ({
  ...{ call: 'GET /v5/users', code: 'forbidden', iam_action: null, http_code: null, scope },
  ...{ message: 'Something was not read.', remedy: 'Read it.' },
})
const unseen = (source: string, status: 'denied' | 'off' = 'denied'): Partial<Snapshot> => ({
  coverage: snapshotOf(stage()).coverage.map((row) => (row.source === source ? { ...row, status } : row)),
})

describe('who-can', () => {
  test('groups holders by the way they came, with what limits them', async () => {
    const { output, exitCode } = await whoCan('iam:users:deleteUserV5')
    expect(exitCode).toBe(0)
    expect(output).toContain('5 users and 1 agency hold iam:users:deleteUserV5:')
    expect(output).toMatch(
      /^ {2}bob\n {4}only on iam:\*:\*:user:temp\*\n {4}through careful v1, statement 1/m,
    )
    expect(output).toMatch(/^ {2}off, disabled\n/m)
    expect(output).toMatch(
      /^ {2}dave\n {4}through may assume robot \(policy assume v1, statement 1\) → people v1/m,
    )
    expect(output).toContain('The root user acme can do everything.')
    expect(output).not.toContain(userId('ada'))
    expect((await whoCan('iam:users:deleteUserV5', {}, { ids: true })).output).toContain(
      `ada (${userId('ada')})`,
    )
  })

  test('those who came the same way are one group', async () => {
    const { output } = await whoCan('iam:users:createUserV5')
    expect(output).toMatch(/^ {2}ada\n/m)
    expect((await whoCan('iam:users:updateUserV5')).output).toMatch(/^ {2}ada and eve\n/m)
  })

  test('a slip in a pattern is said, in an action it is an error', async () => {
    const pattern = await whoCan('iam:usrs:*')
    expect(pattern.notes.join()).toMatch(/iam:usrs:\*.*Did you mean/)
    await expect(whoCan('iam:usrs:createUserV5')).rejects.toThrow(/Did you mean "iam:users:createUserV5"/)
    await expect(whoCan('iam:usrs')).rejects.toThrow(/no action and no pattern/)
    expect((await whoCan('iam:usrs:createUserV5', {}, { 'ask-anyway': true })).exitCode).toBe(0)
  })
})

describe('explain', () => {
  test.each([
    [['ada', 'iam:users:deleteUserV5'], 0, /^Yes: ada holds/],
    [
      ['eve', 'iam:users:deleteUserV5'],
      1,
      /^No: a Deny takes .* from eve\.\nTaken away by:\n {2}guard v1, statement 1/,
    ],
    [['eve', 'iam:users:createUserV5'], 0, /conditional Deny, not subtracted: guard v1, statement 2/],
    [
      ['ada', 'iam:groups:deleteGroupV5'],
      1,
      /^Ruled out, because the condition names somebody else:\n {2}mine v1/m,
    ],
    [['mia', 'iam:groups:deleteGroupV5'], 0, /built-in group admin, which holds everything/],
    [[`agency:${idOf('agency', 'robot')}`, 'iam:users:createUserV5'], 0, /^Yes: agency robot holds/],
    [['asleep', 'iam:users:createUserV5'], 1, /^No: nobody can act as the agency asleep/],
    [['acme'], 0, /root user/],
    [['zoe'], 1, /^zoe holds nothing of/],
  ] as const)('%j ends with %d', async (words, exitCode, said) => {
    const answer = await explain(words)
    expect(answer.output).toMatch(said)
    expect(answer.exitCode).toBe(exitCode)
  })

  test('nobody, and several, are errors that say what to write', async () => {
    await expect(explain(['adaa'])).rejects.toThrow(/Did you mean "ada"/)
    await expect(explain(['ROB'])).rejects.toThrow(/Did you mean "robot"/)
    await expect(explain(['xyz'])).rejects.toThrow(/Names have their letter case/)
    const users = snapshotOf(stage()).users
    const twice = { users: users.map((one) => ({ ...one, user_name: one.user_name.replace('bob', 'ada') })) }
    await expect(explain(['ada'], twice)).rejects.toThrow(`user:${userId('ada')}, user:${userId('bob')}`)
    expect((await explain([userId('bob')], twice)).exitCode).toBe(0)
  })
})

describe('a federated principal and legacy grants', () => {
  const ask = (command: typeof explainCommand, words: readonly string[], json = false): Promise<Answer> =>
    command(runOf(words, {}, {}, json, beyondIdentityPolicies))
  const onCall = `federated:corp/${groupId('on-call')}`

  test('who-can tells who vouches and when, and by which legacy policy of which scope', async () => {
    const { output, exitCode } = await ask(whoCanCommand, ['iam:users:createUserV5'])
    expect(exitCode).toBe(0)
    expect(output).toContain('1 user and 1 group of federated users hold iam:users:createUserV5:')
    expect(output).toMatch(
      /^ {2}corp → on-call \(federated\)\n {4}through whoever corp vouches for with Groups = cloud → group on-call → people v1, statement 1/m,
    )
    expect(output).toMatch(
      /^ {2}zoe\n {4}through group desk → desk-role \(legacy policy, global services\), statement 1, iam:users:createUser/m,
    )
  })

  test.each<readonly [readonly string[], number, RegExp]>([
    [['corp → on-call', 'iam:users:createUserV5'], 0, /^Yes: corp → on-call \(federated\) holds/],
    [[onCall, 'iam:users:createUserV5'], 0, /through whoever corp vouches for with Groups = cloud/],
    [[onCall.replace('federated:', '')], 0, /holds something of/],
    [[onCall, 'iam:groups:deleteGroupV5'], 1, /^No: nothing gives iam:groups:deleteGroupV5 to corp/],
    [
      [onCall, 'iam:users:deleteUserV5'],
      1,
      /^No: a Deny takes .*\nTaken away by:\n {2}group on-call → no-desk v1, statement 1/,
    ],
    // The Deny is of an identity policy, and takes nothing from a legacy grant.
    [['zoe', 'iam:users:createUserV5'], 0, /^Yes: zoe holds .*\n {2}zoe\n {4}through group desk → desk-role/],
    [['zoe', 'iam:users:createUserV5'], 0, /A Deny that does not reach all .*\n {2}guard v1, statement 1/],
    [['zoe', 'iam:users:deleteUserV5'], 1, /^No: nothing gives/],
    // All but IAM, in one project: of a permission that counts only as a whole a part is said, and is no yes.
    [['yan'], 1, /^yan holds nothing of [\s\S]*^Not counted: a part of full-administration, which/m],
    [['yan', 'AccessAnalyzer:analyzer:create'], 0, /^Yes: yan holds [\s\S]*only in project ap-southeast-1$/m],
    [['yan', 'iam:users:createUserV5'], 1, /^No: /],
  ])('explain %j ends with %d', async (words, exitCode, said) => {
    const answer = await ask(explainCommand, words)
    expect(answer.output).toMatch(said)
    expect(answer.exitCode).toBe(exitCode)
  })

  test('both stand in the JSON, with their kind', async () => {
    const { output } = await ask(whoCanCommand, ['iam:users:createUserV5'], true)
    const holders = JSON.parse(String(output)).grants as readonly {
      principal_type: string
      principal_id: string
    }[]
    expect(holders.map((one) => `${one.principal_type}:${one.principal_id}`).sort()).toEqual(
      [onCall, `user:${userId('zoe')}`].sort(),
    )
  })
})

describe('what was not read makes a no undecided, and no yes', () => {
  const bob = ['bob', 'iam:groups:deleteGroupV5'] as const
  const ada = ['ada', 'iam:users:createUserV5'] as const
  test.each<[string, Partial<Snapshot>]>([
    ['the account', { gaps: [gap({ type: 'account' })] }],
    ['the user', { gaps: [gap({ type: 'user', user_id: userId('bob') })] }],
    ['a group', { gaps: [gap({ type: 'group', group_id: idOf('group', 'team') })] }],
    ['all legacy roles', { gaps: [gap({ type: 'source', source: 'legacy-roles' })] }],
    ['legacy roles, where the snapshot may lack them', unseen('legacy-roles')],
    ['agencies, which it did not look at', unseen('agencies', 'off')],
    ['members of the built-in group', { memberships: [] }],
    [
      'attachments of a policy that matters',
      {
        policies: snapshotOf(stage()).policies.map((one) =>
          one.policy_name === 'mine' ? { ...one, attachment_count: 2 } : one,
        ),
      },
    ],
  ])('%s', async (_, change) => {
    const no = await explain(bob, change)
    expect([no.exitCode, no.output]).toEqual([
      3,
      expect.stringMatching(/^Undetermined: .*[\s\S]*Not determined:/),
    ])
    if (change.memberships === undefined) expect((await explain(ada, change)).exitCode).toBe(0)
  })

  test.each<[string, Partial<Snapshot>]>([
    ['somebody else', { gaps: [gap({ type: 'user', user_id: userId('ada') })] }],
    ['federation, for a user', { gaps: [gap({ type: 'source', source: 'federation' })] }],
    ['federation, which was not looked at, for a user', unseen('federation')],
    ['traces', { gaps: [gap({ type: 'source', source: 'traces' })] }],
    ['Identity Center', unseen('identity-center')],
    [
      'attachments of a policy about something else',
      {
        policies: snapshotOf(stage()).policies.map((one) =>
          one.policy_name === 'careful' ? { ...one, attachment_count: 9 } : one,
        ),
      },
    ],
  ])('but not %s', async (_, change) => {
    expect((await explain(bob, change)).exitCode).toBe(1)
  })

  test('nobody is nobody only where all was read', async () => {
    const nobody = { memberships: snapshotOf(stage()).memberships.map((one) => ({ ...one, user_ids: [] })) }
    expect((await whoCan('kms:cmk:create', nobody, { 'ask-anyway': true })).exitCode).toBe(1)
    const change = { ...nobody, gaps: [gap({ type: 'account' })] }
    expect((await whoCan('kms:cmk:create', change, { 'ask-anyway': true })).exitCode).toBe(3)
  })
})
