/** What to take away, and what brought it. */
import { describe, expect, test } from '@jest/globals'
import { type AccountBuilder, allow, deny, document, legacyPolicy } from '../../simulator/iam/account.ts'
import type { Path } from '../../src/account/link.ts'
import type { Cause, Drift } from '../../src/audit/model.ts'
import type { Cut } from '../../src/audit/revocation.ts'
import { accountsAfter } from './revoked.ts'
import {
  account,
  adaWith,
  baselineOf,
  entry,
  groupId,
  permission,
  policyId,
  told,
  userId,
  verdictOf,
} from './stage.ts'

const word = ({ kind, what, from }: Cut): string =>
  kind === 'remove-from-group'
    ? `leave ${what}`
    : from.kind === 'user'
      ? `detach ${what}`
      : `detach ${what} from ${from.name}`

/** Each set of cuts, with how many others lose something by it. */
const words = (row: Drift | undefined): string[] =>
  (row?.revocations ?? []).map(
    ({ cuts, others }) => `${cuts.map(word).sort().join(' and ')}${others > 0 ? ` (${others} others)` : ''}`,
  )

/** A path in the words of these tests. */
const grantOfPath = ({ links, origin }: Path): string => {
  const grant = links[links.length - 1]
  const name = grant?.kind === 'attachment' ? grant.policy : 'builtin'
  return origin.kind === 'statement' ? `${name} ${origin.statement} ${origin.pattern}` : name
}
const policyOf = (path: Path): string => grantOfPath(path).split(' ')[0] as string
const idsIn = (causes: readonly Cause[]): unknown =>
  causes.map(({ kind, principals }) => [kind, principals.map((one) => one.id)])

interface Case {
  readonly name: string
  readonly stage: () => AccountBuilder
  readonly approved?: readonly string[]
  readonly admin_group?: string
  readonly holds?: 'all'
  readonly cuts: readonly string[]
}

/** More patterns than a holding may need to be written. */
const many = Array.from({ length: 300 }, (_, at) => `iam:t${at}:x`)

/** Whatever else ada has comes beside all of IAM. */
const besideAllOfIam = (policy: string, actions: readonly string[]): AccountBuilder =>
  account()
    .users('ada')
    .policy('wide', document(allow('iam:*:*')))
    .policy(policy, document(allow(actions)))
    .attach('wide', { user: 'ada' })

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
    cuts: ['leave team', 'detach p from team (2 others)'],
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
    cuts: ['detach p and leave team', 'detach p and detach p from team'],
  },
  {
    name: 'a wide policy that hides a narrower one: both',
    stage: () => besideAllOfIam('narrow', ['iam:users:list']).attach('narrow', { user: 'ada' }),
    cuts: ['detach narrow and detach wide'],
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
    cuts: ['detach yes from team', 'detach back and leave team'],
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
    cuts: ['leave kept and leave left', 'detach one from left and detach two from kept'],
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
    cuts: ['detach p and leave admin'],
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
    cuts: ['detach p and leave admin'],
  },
  {
    name: 'the built-in group by its recorded id and one called admin: both must be left',
    stage: () => account().users('ada').group('admin', 'ada').group('chiefs', 'ada'),
    admin_group: groupId('chiefs'),
    cuts: ['leave admin and leave chiefs'],
  },
  {
    name: 'what cannot be written once the wide policy is gone: it must go as well',
    stage: () => besideAllOfIam('many', many).attach('many', { user: 'ada' }),
    cuts: ['detach many and detach wide'],
  },
  {
    name: 'what cannot be written, beside something that is approved',
    stage: () =>
      besideAllOfIam('many', many)
        .policy('fine', document(allow('iam:groups:list')))
        .group('team', 'ada')
        .attach('fine', { user: 'ada' })
        .attach('many', { group: 'team' }),
    approved: ['iam:groups:list'],
    cuts: ['detach wide and leave team', 'detach many from team and detach wide'],
  },
  {
    name: 'what cannot be written, of a permission that counts only whole',
    stage: () => besideAllOfIam('many', many).attach('many', { user: 'ada' }),
    holds: 'all',
    cuts: ['detach many and detach wide'],
  },
]

describe('cuts', () => {
  test.each(cases)('$name', ({ stage, approved, admin_group, holds, cuts }) => {
    const permissions = [permission('iam', ['iam:*:*'], holds === undefined ? {} : { holds })]
    const entries = approved ? [entry('ada', { grants: [{ actions: approved }] })] : []
    const baseline = baselineOf(entries, admin_group === undefined ? {} : { admin_group })
    const now = verdictOf({ account: stage(), baseline, permissions })
    const row = now.drift.find((one) => one.principal.name === 'ada')
    expect(words(row)).toEqual(cuts)
    if (row === undefined) throw new Error('ada is no drift')
    for (const after of accountsAfter(stage(), row)) {
      const then = verdictOf({ account: after, baseline, permissions })
      expect(then.drift.filter((one) => one.principal.name === 'ada')).toEqual([])
      expect(then.gaps.filter(({ reaches }) => reaches?.length !== 0)).toEqual([])
    }
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
    expect(idsIn(causes)).toEqual([['attachment', [userId('ada'), userId('bob')]]])
    expect(new Set(drift.map((row) => row.cause))).toEqual(new Set([causes[0]?.key]))
  })

  test('a version newer than the attachment is what changed', () => {
    const stage = team()
      .attach('p', { group: 'team' }, 200)
      .version('p', document(allow('iam:*:*')), 2)
    const baseline = ['ada', 'bob'].map((name) => entry(name, { grants: [{ actions: ['iam:users:*'] }] }))
    expect(idsIn(verdictOf({ account: stage, baseline }).causes)).toEqual([
      ['version', [userId('ada'), userId('bob')]],
    ])
  })

  test('a way by which an approved user came before is old: the membership is new', () => {
    const { causes } = verdictOf({
      account: team('eve').attach('p', { group: 'team' }),
      baseline: [entry('ada'), entry('bob')],
    })
    expect(idsIn(causes)).toEqual([['membership', [userId('eve')]]])
  })

  test('the same if the one who is new comes first', () => {
    const stage = account()
      .users('ada', 'bob')
      .policy('p', document(allow('iam:*:*')))
      .group('team', 'ada', 'bob')
      .attach('p', { group: 'team' })
    const { causes } = verdictOf({ account: stage, baseline: [entry('bob')] })
    expect(idsIn(causes)).toEqual([['membership', [userId('ada')]]])
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
    expect(idsIn(verdictOf({ account: stage, permissions }).causes)).toEqual([
      ['attachment', [userId('ada')]],
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
    expect(idsIn(causes)).toEqual([['builtin-group', [userId('ada'), userId('bob')]]])
  })

  test('an expiry is a cause without a path', () => {
    const { causes } = verdictOf({
      account: team().attach('p', { group: 'team' }),
      baseline: [entry('ada', { expires: '2026-01-01' }), entry('bob')],
    })
    expect(idsIn(causes)).toEqual([['expiry', [userId('ada')]]])
  })
})

describe('others whom a cut touches', () => {
  const detached = (row: Drift | undefined): number | undefined =>
    row?.revocations.find(({ cuts }) => cuts.some((cut) => cut.kind === 'detach'))?.others

  test('are those of the group alone', () => {
    const stage = account()
      .users('ada', 'bob', 'cyd', 'dot')
      .policy('p', document(allow('iam:users:*')))
      .group('one', 'ada', 'bob')
      .group('two', 'cyd', 'dot', 'bob')
    for (const group of ['one', 'two']) stage.attach('p', { group })
    const others = verdictOf({ account: stage }).drift.map((row) => [row.principal.name, detached(row)])
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
    expect(row?.paths.map(grantOfPath)).toEqual(['new 1 iam:users:list'])
    expect(row).toMatchObject({ extent: 'part', restricted: false, example: 'iam:users:list' })
  })

  test('names a path under a condition where only all of a permission counts', () => {
    const stage = adaWith(
      allow('iam:users:list'),
      allow('iam:users:*', { Condition: { Bool: { 'g:MFAPresent': ['true'] } } }),
    )
    const permissions = [permission('users', ['iam:users:*'], { holds: 'all' })]
    const approvals = [entry('ada', { permission: 'users', grants: [{ actions: ['iam:users:get'] }] })]
    const [row] = verdictOf({
      account: stage,
      permissions,
      baseline: baselineOf(approvals, {}, permissions),
    }).drift
    expect(row?.paths.map(grantOfPath)).toEqual(['p 1 iam:users:list', 'p 2 iam:users:*'])
  })

  test('names the path by which the v5 name of a legacy action came', () => {
    const stage = account()
      .users('ada')
      .policy('list', document(allow('iam:users:listV5')))
      .attach('list', { user: 'ada' })
      .role('create', legacyPolicy(allow('iam:users:createUser')))
      .grantRole('create', { user: 'ada' }, 'domain')
    const permissions = [permission('users', ['iam:users:*V5'])]
    const approvals = [
      entry('ada', { permission: 'users', grants: [{ actions: ['iam:users:deleteUserV5'] }] }),
    ]
    const [row] = verdictOf({
      account: stage,
      permissions,
      baseline: baselineOf(approvals, {}, permissions),
    }).drift
    expect(row?.paths.map(({ origin }) => (origin.kind === 'statement' ? origin.pattern : ''))).toEqual([
      'iam:users:listV5',
      'iam:users:createUser',
    ])
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
    expect(row?.paths.map(policyOf)).toEqual(['new'])
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
    const [ada, bob] = drift.map((row) =>
      row.paths.map((path) => grantOfPath(path).split(' ').slice(0, 2).join(' ')),
    )
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
    expect(row?.paths.map(grantOfPath)).toEqual(['p 1 iam:users:*'])
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
    expect(row?.paths.map(policyOf).sort()).toEqual(['narrow', 'wide'])
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
    expect(row?.paths.map(policyOf).sort()).toEqual(['p', 'q'])
  })

  test('shows every path, the time of the attachment and of the version, and nothing about the membership', () => {
    const stage = account()
      .users('ada')
      .policy('p', document(allow('ecs:*:*'), allow('iam:users:*')))
      .group('team', 'ada')
      .attach('p', { group: 'team' }, 20)
      .attach('p', { user: 'ada' }, 10)
    const [row] = verdictOf({ account: stage }).drift
    expect(row?.paths).toMatchObject([
      { links: [{ kind: 'attachment', attached_at: stage.ago(10) }], origin: { statement: 2 } },
      {
        links: [
          { kind: 'membership', group: 'team' },
          {
            ...{ kind: 'attachment', policy: 'p', version_id: 'v1' },
            ...{ version_created_at: stage.ago(380), attached_at: stage.ago(20) },
          },
        ],
        origin: { statement: 2, pattern: 'iam:users:*', restricted: false },
      },
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
    expect(row?.conditional_denies).toMatchObject([
      {
        ...{ policy_id: policyId('p'), policy: 'p', version_id: 'v1', statement: 2 },
        condition: { Bool: { 'g:MFAPresent': 'false' } },
      },
    ])
  })
})
