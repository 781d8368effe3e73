/** What to take away, and what brought it. */
import { describe, expect, test } from '@jest/globals'
import { type AccountBuilder, allow, deny, document } from '../../simulator/iam/account.ts'
import type { Cut, Drift } from '../../src/audit/model.ts'
import {
  account,
  accountsAfter,
  baselineOf,
  entry,
  groupId,
  permission,
  policyId,
  told,
  userId,
  verdictOf,
} from './stage.ts'

const word = (cut: Cut): string =>
  cut.kind === 'remove-from-group'
    ? `leave ${cut.group}`
    : cut.kind === 'detach-from-user'
      ? `detach ${cut.policy}`
      : `detach ${cut.policy} from ${cut.group} (${cut.others} others)`

const words = (row: Drift | undefined): string[] =>
  (row?.cuts ?? []).map((alternatives) => alternatives.map(word).join(' or ')).sort()

interface Case {
  readonly name: string
  readonly stage: () => AccountBuilder
  readonly approved?: readonly string[]
  readonly admin_group?: string
  readonly cuts: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'attached to the user: detach it',
    stage: () =>
      account()
        .users('ada')
        .policy('p', document(allow('iam:*:*')))
        .attach('p', { user: 'ada' }),
    cuts: ['detach p'],
  },
  {
    name: 'by a group: leave it, or detach from it, which touches the others in it who hold by it',
    stage: () =>
      account()
        .users('ada', 'bob', 'eve')
        .policy('p', document(allow('iam:*:*')))
        .group('team', 'ada', 'bob', 'eve')
        .attach('p', { group: 'team' }),
    cuts: ['leave team or detach p from team (2 others)'],
  },
  {
    name: 'by two ways: both must go',
    stage: () =>
      account()
        .users('ada')
        .policy('p', document(allow('iam:users:*')))
        .group('team', 'ada')
        .attach('p', { group: 'team' })
        .attach('p', { user: 'ada' }),
    cuts: ['detach p', 'leave team or detach p from team (0 others)'],
  },
  {
    name: 'a wide policy that hides a narrower one: both',
    stage: () =>
      account()
        .users('ada')
        .policy('wide', document(allow('iam:*:*')))
        .policy('narrow', document(allow('iam:users:list')))
        .attach('wide', { user: 'ada' })
        .attach('narrow', { user: 'ada' }),
    cuts: ['detach narrow', 'detach wide'],
  },
  {
    name: 'what is approved need not go',
    stage: () =>
      account()
        .users('ada')
        .policy('wide', document(allow('iam:users:*')))
        .policy('fine', document(allow('iam:groups:list')))
        .attach('wide', { user: 'ada' })
        .attach('fine', { user: 'ada' }),
    approved: ['iam:groups:*'],
    cuts: ['detach wide'],
  },
  {
    name: 'a Deny in the group that is left: what it held back must go as well',
    stage: () =>
      account()
        .users('ada')
        .policy('yes', document(allow('iam:users:*')))
        .policy('no', document(deny('iam:groups:*')))
        .policy('back', document(allow('iam:groups:*')))
        .group('team', 'ada')
        .attach('yes', { group: 'team' })
        .attach('no', { group: 'team' })
        .attach('back', { user: 'ada' }),
    cuts: ['detach back', 'leave team or detach yes from team (0 others)'],
  },
  {
    name: 'a Deny lost by leaving one group while another is only detached from',
    stage: () =>
      account()
        .users('ada')
        .policy('one', document(allow('iam:users:*')))
        .policy('two', document(allow('iam:agencies:*')))
        .policy('held-back', document(allow('iam:groups:*')))
        .policy('no', document(deny('iam:groups:*')))
        .group('left', 'ada')
        .group('kept', 'ada')
        .attach('one', { group: 'left' })
        .attach('no', { group: 'left' })
        .attach('two', { group: 'kept' })
        .attach('held-back', { group: 'kept' }),
    cuts: [
      'leave kept or detach held-back from kept (0 others)',
      'leave kept or detach two from kept (0 others)',
      'leave left or detach one from left (0 others)',
    ],
  },
  {
    name: 'the built-in group hides what came by policies, and its members are held back by no Deny',
    stage: () =>
      account()
        .users('ada')
        .policy('p', document(allow('iam:users:list')))
        .policy('no', document(deny('iam:groups:*')))
        .group('admin', 'ada')
        .attach('p', { user: 'ada' })
        .attach('no', { user: 'ada' }),
    cuts: ['detach p', 'leave admin'],
  },
  {
    name: 'a Deny that is lost by leaving the built-in group: what it held back must go as well',
    stage: () =>
      account()
        .users('ada')
        .policy('p', document(allow('iam:groups:*')))
        .policy('no', document(deny('iam:groups:*')))
        .group('admin', 'ada')
        .attach('p', { user: 'ada' })
        .attach('no', { group: 'admin' }),
    cuts: ['detach p', 'leave admin'],
  },
  {
    name: 'the built-in group by its recorded id and one called admin: both must be left',
    stage: () => account().users('ada').group('admin', 'ada').group('chiefs', 'ada'),
    admin_group: groupId('chiefs'),
    cuts: ['leave admin', 'leave chiefs'],
  },
]

describe('cuts', () => {
  test.each(cases)('$name', ({ stage, approved, admin_group, cuts }) => {
    const entries = approved ? [entry('ada', { grants: [{ actions: approved }] })] : []
    const baseline = baselineOf(entries, admin_group === undefined ? {} : { admin_group })
    const row = verdictOf({ account: stage(), baseline }).drift.find((one) => one.user === 'ada')
    expect(words(row)).toEqual(cuts)
    if (row === undefined) throw new Error('ada is no drift')
    for (const after of accountsAfter(stage(), row))
      expect(verdictOf({ account: after, baseline }).drift.filter((one) => one.user === 'ada')).toEqual([])
  })
})

describe('causes', () => {
  const team = (...others: readonly string[]) =>
    account()
      .users('ada', 'bob', ...others)
      .policy('p', document(allow('iam:users:*')))
      .group('team', 'ada', 'bob', ...others)

  test('one attachment to a group explains all its members', () => {
    const { causes, drift } = verdictOf({ account: team().attach('p', { group: 'team' }, 3) })
    expect(causes).toMatchObject([
      {
        kind: 'attachment',
        user_ids: [userId('ada'), userId('bob')],
        paths: [{ group_id: groupId('team'), policy_id: policyId('p') }],
      },
    ])
    expect(new Set(drift.map((row) => row.cause))).toEqual(new Set([causes[0]?.key]))
  })

  test('a version newer than the attachment is what changed', () => {
    const stage = team()
      .attach('p', { group: 'team' }, 200)
      .version('p', document(allow('iam:*:*')), 2)
    const baseline = ['ada', 'bob'].map((name) => entry(name, { grants: [{ actions: ['iam:users:*'] }] }))
    expect(verdictOf({ account: stage, baseline }).causes).toMatchObject([
      { kind: 'version', user_ids: [userId('ada'), userId('bob')], paths: [{ version_id: 'v2' }] },
    ])
  })

  test('a way by which an approved user came before is old: the membership is new', () => {
    const { causes } = verdictOf({
      account: team('eve').attach('p', { group: 'team' }),
      baseline: [entry('ada'), entry('bob')],
    })
    expect(causes).toMatchObject([{ kind: 'membership', user_ids: [userId('eve')] }])
  })

  test('the same if the one who is new comes first', () => {
    const stage = account()
      .users('ada', 'bob')
      .policy('p', document(allow('iam:*:*')))
      .group('team', 'ada', 'bob')
      .attach('p', { group: 'team' })
    const { causes } = verdictOf({ account: stage, baseline: [entry('bob')] })
    expect(causes).toMatchObject([{ kind: 'membership', user_ids: [userId('ada')] }])
  })

  test('a partial holder of a permission that counts only whole says nothing about the way', () => {
    const stage = account()
      .users('ada', 'bob')
      .policy('all', document(allow('*:*:*')))
      .policy('no', document(deny('iam:users:*')))
      .group('team', 'ada', 'bob')
      .attach('all', { group: 'team' })
      .attach('no', { user: 'bob' })
    const permissions = [permission('full', ['*:*:*'], { holds: 'all' })]
    expect(verdictOf({ account: stage, permissions }).causes).toMatchObject([
      { kind: 'attachment', user_ids: [userId('ada')] },
    ])
  })

  test('two attachments are two causes', () => {
    const stage = account()
      .users('ada', 'bob')
      .policy('p', document(allow('iam:users:*')))
      .attach('p', { user: 'ada' })
      .attach('p', { user: 'bob' })
    expect(verdictOf({ account: stage }).causes).toHaveLength(2)
  })

  test('the built-in group is a cause of its own', () => {
    const { causes } = verdictOf({ account: account().users('ada', 'bob').group('admin', 'ada', 'bob') })
    expect(causes).toMatchObject([{ kind: 'builtin-group', user_ids: [userId('ada'), userId('bob')] }])
  })

  test('an expiry is a cause without a path', () => {
    const { causes } = verdictOf({
      account: team().attach('p', { group: 'team' }),
      baseline: [entry('ada', { expires: '2026-01-01' }), entry('bob')],
    })
    expect(causes).toMatchObject([{ kind: 'expiry', user_ids: [userId('ada')], paths: [] }])
  })
})

describe('others whom a cut touches', () => {
  const detached = (row: Drift | undefined): number | undefined =>
    row?.cuts.flat().find((cut) => cut.kind === 'detach-from-group')?.others

  test('are those of the group alone', () => {
    const stage = account()
      .users('ada', 'bob', 'cyd', 'dot')
      .policy('p', document(allow('iam:users:*')))
      .group('one', 'ada', 'bob')
      .group('two', 'cyd', 'dot', 'bob')
    for (const group of ['one', 'two']) stage.attach('p', { group })
    const others = verdictOf({ account: stage }).drift.map((row) => [row.user, detached(row)])
    expect(Object.fromEntries(others)).toMatchObject({ ada: 1, cyd: 2 })
  })

  test('are also those who hold something else by it', () => {
    const onlyAda = { Condition: { StringEquals: { 'g:UserName': 'ada' } } }
    const stage = account()
      .users('ada', 'bob')
      .policy('p', document(allow('iam:users:*', onlyAda), allow('kms:*:*')))
      .group('team', 'ada', 'bob')
      .attach('p', { group: 'team' })
    const permissions = [permission('iam', ['iam:*:*']), permission('keys', ['kms:*:*'])]
    const { drift } = verdictOf({ account: stage, permissions, baseline: baselineOf([], {}, permissions) })
    expect(detached(drift.find((row) => row.permission === 'iam'))).toBe(1)
  })
})

describe('drift', () => {
  test('names only the paths by which the gained part came', () => {
    const stage = account()
      .users('ada')
      .policy('old', document(allow('iam:groups:*')))
      .policy('new', document(allow(['iam:users:list', 'iam:groups:list'])))
      .attach('old', { user: 'ada' })
      .attach('new', { user: 'ada' })
    const [row] = verdictOf({
      account: stage,
      baseline: [entry('ada', { grants: [{ actions: ['iam:groups:*'] }] })],
    }).drift
    expect(row?.paths.map((path) => `${path.policy} ${path.statement} ${path.pattern}`)).toEqual([
      'new 1 iam:users:list',
    ])
    expect(row).toMatchObject({ extent: 'part', restricted: false, example: 'iam:users:list' })
  })

  test('names no path to the same actions on resources that were approved', () => {
    const on = (name: string) => allow('iam:users:*', { Resource: [`iam::*:user:${name}`] })
    const stage = account()
      .users('ada')
      .policy('old', document(on('build')))
      .policy('new', document(on('deploy')))
      .attach('old', { user: 'ada' })
      .attach('new', { user: 'ada' })
    const approved = { actions: ['iam:users:*'], resources: ['iam::*:user:build'] }
    const [row] = verdictOf({ account: stage, baseline: [entry('ada', { grants: [approved] })] }).drift
    expect(row?.paths.map((path) => path.policy)).toEqual(['new'])
    expect(words(row)).toEqual(['detach new'])
  })

  test('names the same paths to users who hold the same, whoever comes first', () => {
    const build = { Resource: ['iam::*:user:build'] }
    const stage = account()
      .users('ada', 'bob')
      .policy('p', document(allow('iam:users:*'), allow('iam:users:list', build)))
      .policy('beside', document(deny('iam:groups:*')))
      .group('team', 'ada', 'bob')
      .attach('p', { group: 'team' })
      .attach('beside', { user: 'bob' })
    const { drift } = verdictOf({ account: stage })
    expect(told(drift)).toEqual([
      'unapproved-holder ada iam: iam:users:*',
      'unapproved-holder bob iam: iam:users:*',
    ])
    const [ada, bob] = drift.map((row) => row.paths.map((path) => `${path.policy} ${path.statement}`))
    expect(ada).toEqual(['p 1', 'p 2'])
    expect(bob).toEqual(ada)
  })

  test('names no path to what was approved, though all that is held in the end was gained', () => {
    const build = { Resource: ['iam::*:user:build'] }
    const stage = account()
      .users('ada')
      .policy('p', document(allow('iam:users:*'), allow('iam:users:list', build)))
      .attach('p', { user: 'ada' })
    const approved = { actions: ['iam:users:list'], resources: ['iam::*:user:build'] }
    const [row] = verdictOf({ account: stage, baseline: [entry('ada', { grants: [approved] })] }).drift
    expect(row?.paths.map((path) => path.statement)).toEqual([1])
  })

  test('names a path to a part of what a wider one brought', () => {
    const on = (name: string) => allow('iam:users:*', { Resource: [`iam::*:user:${name}`] })
    const stage = account()
      .users('ada')
      .policy('fine', document(allow('iam:groups:*')))
      .policy('wide', document(on('d*')))
      .policy('narrow', document(on('deploy')))
    for (const policy of ['fine', 'wide', 'narrow']) stage.attach(policy, { user: 'ada' })
    const baseline = [entry('ada', { grants: [{ actions: ['iam:groups:*'] }] })]
    const [row] = verdictOf({ account: stage, baseline }).drift
    expect(row?.paths.map((path) => path.policy).sort()).toEqual(['narrow', 'wide'])
  })

  test('names a path that is limited for one service and not for another', () => {
    const stage = account()
      .users('ada')
      .policy('p', document(allow('*:*:create*', { Resource: ['iam:*:*:*:*', 'obs:*:*:bucket:b'] })))
      .policy('q', document(allow('obs:*:create*', { Resource: ['obs:*:*:bucket:c'] })))
      .attach('p', { user: 'ada' })
      .attach('q', { user: 'ada' })
    const permissions = [permission('create', ['*:*:create*'])]
    const grants = [{ actions: ['iam:*:*'] }, { actions: ['*:*:*'], resources: ['iam:*:*:*:*'] }]
    const baseline = baselineOf([entry('ada', { permission: 'create', grants })], {}, permissions)
    const [row] = verdictOf({ account: stage, permissions, baseline }).drift
    expect(row?.paths.map((path) => path.policy).sort()).toEqual(['p', 'q'])
  })

  test('shows every path, the time of the attachment and of the version, and nothing about the membership', () => {
    const stage = account()
      .users('ada')
      .policy('p', document(allow('ecs:*:*'), allow('iam:users:*')))
      .group('team', 'ada')
      .attach('p', { group: 'team' }, 20)
      .attach('p', { user: 'ada' }, 10)
    const [row] = verdictOf({ account: stage }).drift
    expect(row?.paths).toEqual([
      expect.objectContaining({ via: 'user', group: null, statement: 2, attached_at: stage.ago(10) }),
      expect.objectContaining({
        via: 'group',
        group: 'team',
        policy: 'p',
        version_id: 'v1',
        version_created_at: stage.ago(380),
        pattern: 'iam:users:*',
        attached_at: stage.ago(20),
      }),
    ])
  })

  test('a Deny with a condition is shown beside the grant and takes nothing away', () => {
    const stage = account()
      .users('ada')
      .policy(
        'p',
        document(
          allow('iam:users:*'),
          deny('iam:users:delete', { Condition: { Bool: { 'g:MFAPresent': 'false' } } }),
        ),
      )
      .attach('p', { user: 'ada' })
    const [row] = verdictOf({ account: stage }).drift
    expect(row?.grants).toEqual([{ actions: ['iam:users:*'] }])
    expect(row?.conditional_denies).toEqual([
      { policy_id: policyId('p'), policy: 'p', version_id: 'v1', statement: 2 },
    ])
  })
})
