/** What cannot be read or decided: visible, for whom it matters, and never "nobody". */
import { describe, expect, test } from '@jest/globals'
import { allow, document } from '../../simulator/iam/account.ts'
import type { CrawlGap } from '../../src/account/snapshot.ts'
import type { KnownGap } from '../../src/baseline/baseline.ts'
import {
  account,
  baselineOf,
  emptyAdmin,
  entry,
  groupId,
  IAM,
  permission,
  policyId,
  sha256,
  snapshotOf,
  told,
  userId,
  verdictOf,
} from './stage.ts'

const unclear = '{"Version":"9.9","Statement":[]}'

/** ada and bob hold something approved; the unclear policy reaches ada through a group. */
const withUnclear = () =>
  account()
    .users('ada', 'bob', 'eve')
    .policy('clear', document(allow('iam:users:list')))
    .policy('unclear', unclear)
    .group('team', 'ada')
    .attach('unclear', { group: 'team' })
    .attach('clear', { user: 'bob' })

const crawlGap = (scope: CrawlGap['scope']): CrawlGap => ({
  code: 'forbidden',
  call: 'GET /v5/x',
  message: 'Failed.',
  remedy: 'Allow it.',
  iam_action: 'iam:x:y',
  http_code: null,
  scope,
})

describe('an undetermined policy', () => {
  test('is a gap for the users it reaches, and for no others', () => {
    const verdict = verdictOf({ account: withUnclear(), baseline: [entry('bob')] })
    expect(verdict).toMatchObject({ result: 'incomplete', complete: false })
    expect(verdict.gaps).toMatchObject([
      {
        code: 'undetermined-policy',
        document: {
          ...{ kind: 'policy', policy: 'unclear', policy_id: policyId('unclear'), version_id: 'v1' },
          sha256: sha256(unclear),
        },
        reaches: [{ kind: 'user', id: userId('ada'), name: 'ada' }],
      },
    ])
  })

  test('leaves reduced uncomputed for its users only', () => {
    const { reduced, no_longer_held } = verdictOf({
      account: withUnclear(),
      baseline: [entry('ada'), entry('bob'), entry('eve')],
    })
    expect(reduced.map((row) => row.principal.name)).toEqual(['bob'])
    expect(no_longer_held.map((row) => row.principal.name)).toEqual(['eve'])
  })

  test('that reaches nobody is no gap', () => {
    expect(verdictOf({ account: account().policy('unclear', unclear) })).toMatchObject({
      result: 'unchanged',
      gaps: [],
    })
  })

  test('in a group whose members were not read reaches everybody', () => {
    const verdict = verdictOf({ account: withUnclear(), snapshot: { memberships: [] } })
    expect(verdict.gaps.find((gap) => gap.document !== null)?.reaches).toBeNull()
    expect(verdict.no_longer_held).toEqual([])
  })

  test('does not hide drift found elsewhere', () => {
    const verdict = verdictOf({ account: withUnclear() })
    expect(verdict).toMatchObject({ result: 'drift', complete: false })
    expect(told(verdict.drift)).toEqual(['unapproved-holder bob iam: iam:users:list'])
  })

  test('whose document was read is told with its digest, also when the crawl had something to say of it', () => {
    const { gaps } = verdictOf({
      account: withUnclear(),
      snapshot: { gaps: [crawlGap({ type: 'policy', policy_id: policyId('unclear') })] },
    })
    expect(gaps.map((gap) => gap.document?.sha256)).toContain(sha256(unclear))
  })
})

type PolicyGap = Extract<KnownGap, { readonly policy_id: string }>

describe('known gaps', () => {
  const known = (rest: Partial<PolicyGap> = {}): PolicyGap => ({
    policy_id: policyId('unclear'),
    version_id: 'v1',
    sha256: sha256(unclear),
    for: [`user:${userId('ada')}`],
    justification: 'looked at',
    expires: '2026-11-01',
    ...rest,
  })
  const verdictWith = (gap: KnownGap) =>
    verdictOf({ account: withUnclear(), baseline: baselineOf([entry('bob')], { known_gaps: [gap] }) })

  test('a live one counts nowhere, and is named with the users it reaches', () => {
    expect(verdictWith(known())).toMatchObject({
      result: 'reduced',
      complete: true,
      gaps: [],
      known_gaps: [
        {
          ...{ name: 'policy unclear v1', justification: 'looked at', expires: '2026-11-01' },
          reaches: [{ name: 'ada' }],
        },
      ],
    })
  })

  test('a live one for the text of a role that grants by its name leaves that', () => {
    const name = { role_id: 'secu', name: 'secu_admin', catalog: 'BASE', domain_id: null }
    const builder = account()
      .users('ada')
      .role('Security Administrator', { Version: '9' }, name)
      .grantRole('secu', { user: 'ada' })
    const [gap] = verdictOf({ account: builder }).gaps
    const digest = gap?.document?.sha256 ?? ''
    const { sha256: _, policy_id: __, version_id: ___, ...rest } = known()
    const verdict = verdictOf({
      account: builder,
      baseline: baselineOf([], { known_gaps: [{ ...rest, role_id: 'secu', sha256: digest }] }),
    })
    expect(verdict).toMatchObject({ gaps: [], known_gaps: [{ reaches: [{ name: 'ada' }] }] })
    expect(verdict.drift.map((row) => row.principal.name)).toEqual(['ada'])
  })

  test('a live one does not stop no-longer-held for its users', () => {
    const verdict = verdictOf({
      account: withUnclear(),
      baseline: baselineOf([entry('ada')], { known_gaps: [known()] }),
    })
    expect(verdict.no_longer_held.map((row) => row.principal.name)).toEqual(['ada'])
  })

  test.each<[string, Partial<PolicyGap>]>([
    ['past its day', { expires: '2026-10-31' }],
    ['of other bytes', { sha256: sha256(`${unclear} `) }],
    ['of another version', { version_id: 'v2' }],
    ['of another policy', { policy_id: policyId('clear') }],
    ['for somebody else', { for: [`user:${userId('bob')}`, userId('ada'), `agency:${userId('ada')}`] }],
  ])('one %s is a gap again', (_, change) => {
    expect(verdictWith(known(change))).toMatchObject({ complete: false, known_gaps: [] })
  })
})

describe('what was not read', () => {
  test('a group with an audited policy and no row of members may be anybody', () => {
    const scene = account()
      .users('ada')
      .policy('p', document(allow('iam:users:list')))
      .group('team', 'ada')
      .attach('p', { group: 'team' })
    const { memberships } = emptyAdmin
    const verdict = verdictOf({ account: scene, snapshot: { memberships }, baseline: [entry('ada')] })
    expect(verdict).toMatchObject({ result: 'incomplete', no_longer_held: [], reduced: [] })
    expect(verdict.gaps).toMatchObject([{ code: 'unread-group', reaches: null }])
    expect(verdict.gaps[0]?.message).toContain('team')
  })

  test('a group with nothing audited need not be read', () => {
    const scene = account()
      .users('ada')
      .policy('p', document(allow('ecs:servers:list')))
      .group('team', 'ada')
      .attach('p', { group: 'team' })
    const { memberships } = emptyAdmin
    expect(verdictOf({ account: scene, snapshot: { memberships } })).toMatchObject({
      result: 'unchanged',
      gaps: [],
    })
  })

  test.each<[string, CrawlGap['scope'], readonly string[] | null]>([
    ['the account', { type: 'account' }, null],
    ['a group, whose members as read may not be all', { type: 'group', group_id: groupId('team') }, null],
    ['a user', { type: 'user', user_id: userId('eve') }, [userId('eve')]],
    ['a policy', { type: 'policy', policy_id: policyId('clear') }, [userId('bob')]],
  ])('a gap of the crawl about %s reaches whom it may concern', (_, scope, users) => {
    const { gaps } = verdictOf({ account: withUnclear(), snapshot: { gaps: [crawlGap(scope)] } })
    expect(gaps[0]).toMatchObject({ code: 'forbidden', iam_action: 'iam:x:y' })
    expect(gaps[0]?.reaches?.map((one) => one.id) ?? null).toEqual(users)
  })

  test('a policy whose version could not be read is told once', () => {
    const snapshot = snapshotOf(withUnclear())
    const policies = snapshot.policies.map((policy) => ({ ...policy, version: null }))
    const gaps = policies.map(({ policy_id }) => crawlGap({ type: 'policy', policy_id }))
    const verdict = verdictOf({ account: withUnclear(), snapshot: { policies, gaps } })
    expect(verdict.gaps.map((gap) => gap.code)).toEqual(['forbidden', 'forbidden'])
    expect(verdictOf({ account: withUnclear(), snapshot: { policies } }).gaps).toMatchObject([
      { code: 'undetermined-policy', document: { sha256: null } },
      { code: 'undetermined-policy', document: { sha256: null } },
    ])
  })

  test('a policy that is attached and in no list may grant anything to whom it reaches', () => {
    const { gaps } = verdictOf({ account: withUnclear(), snapshot: { policies: [] } })
    expect(gaps).toMatchObject([
      { code: 'unlisted-policy', reaches: [{ id: userId('ada') }] },
      { code: 'unlisted-policy', reaches: [{ id: userId('bob') }] },
    ])
    expect(gaps.map((gap) => gap.message)).toEqual([
      expect.stringContaining(policyId('unclear')),
      expect.stringContaining(policyId('clear')),
    ])
  })

  test('somebody who holds and is in no list of users is a gap', () => {
    const users = snapshotOf(withUnclear()).users.filter((user) => user.user_name !== 'bob')
    const { gaps } = verdictOf({ account: withUnclear(), snapshot: { users } })
    expect(gaps).toContainEqual(
      expect.objectContaining({
        code: 'unknown-principal',
        reaches: [{ kind: 'user', id: userId('bob'), name: userId('bob') }],
      }),
    )
  })

  test('a group that holds and is in no list makes its members uncertain', () => {
    const { groups } = emptyAdmin
    const { gaps } = verdictOf({ account: withUnclear(), snapshot: { groups } })
    expect(gaps).toContainEqual(
      expect.objectContaining({
        code: 'unknown-principal',
        reaches: [{ kind: 'user', id: userId('ada'), name: 'ada' }],
      }),
    )
  })

  test('nor does it help such a group that its first policy is harmless', () => {
    const scene = account()
      .users('ada')
      .policy('harmless', document(allow('obs:bucket:list')))
      .policy('p', document(allow('iam:users:createUserV5')))
      .group('team', 'ada')
      .attach('harmless', { group: 'team' })
      .attach('p', { group: 'team' })
    const { groups } = emptyAdmin
    const { gaps } = verdictOf({ account: scene, snapshot: { groups } })
    expect(gaps).toMatchObject([{ code: 'unknown-principal', reaches: [{ id: userId('ada') }] }])
  })

  test('a holding beyond the bound is a gap for that user alone', () => {
    const many = Array.from({ length: 300 }, (_, at) => `iam:t${at}:x`)
    const scene = account()
      .users('ada', 'bob')
      .policy('many', document(allow(many)))
      .policy('p', document(allow('iam:users:list')))
      .attach('many', { user: 'ada' })
      .attach('p', { user: 'bob' })
    const verdict = verdictOf({ account: scene, baseline: [entry('bob')] })
    expect(verdict.gaps).toMatchObject([{ code: 'undetermined-holding', reaches: [{ name: 'ada' }] }])
    expect(verdict.holdings.map((one) => one.principal.name)).toEqual(['bob'])
  })

  describe('a policy beyond the bound', () => {
    const endless = JSON.stringify(document(allow(['*a'.repeat(80)])))
    const scene = () =>
      account()
        .users('ada')
        .policy('endless', endless)
        .policy('p', document(allow('iam:users:createUserV5')))
        .attach('endless', { user: 'ada' })
        .attach('p', { user: 'ada' })

    test('is one gap, and hides nothing that other policies grant', () => {
      const verdict = verdictOf({ account: scene(), baseline: [] })
      expect(verdict.gaps).toMatchObject([
        { code: 'undetermined-policy', document: { policy: 'endless' }, reaches: [{ name: 'ada' }] },
      ])
      expect(verdict).toMatchObject({ result: 'drift', complete: false })
      expect(verdict.drift).toMatchObject([
        { principal: { name: 'ada' }, grants: [{ actions: ['iam:users:createUserV5'] }] },
      ])
    })

    test('accepted as a known gap it grants nothing of another permission either, where it could be decided', () => {
      const many = Array.from({ length: 1100 }, (_, at) => `iam:*:*word${at}*`)
      const both = JSON.stringify(document(allow(many), allow('kms:*:*')))
      const gap: KnownGap = {
        ...{ policy_id: policyId('both'), version_id: 'v1', sha256: sha256(both) },
        for: [`user:${userId('ada')}`],
        ...{ justification: 'looked at', expires: '2026-11-01' },
      }
      const permissions = [IAM, permission('keys', ['kms:*:*'])]
      const from = account().users('ada').policy('both', both).attach('both', { user: 'ada' })
      const ask = (known_gaps: KnownGap[]) =>
        verdictOf({ account: from, permissions, baseline: baselineOf([], { known_gaps }, permissions) })
      expect(ask([]).drift.map((row) => row.permission)).toEqual(['keys'])
      expect(ask([gap])).toMatchObject({ complete: true, holdings: [], drift: [] })
    })

    test('can be accepted as a known gap', () => {
      const gap: KnownGap = {
        ...{ policy_id: policyId('endless'), version_id: 'v1', sha256: sha256(endless) },
        for: [`user:${userId('ada')}`],
        ...{ justification: 'looked at', expires: '2026-11-01' },
      }
      const verdict = verdictOf({ account: scene(), baseline: baselineOf([], { known_gaps: [gap] }) })
      expect(verdict).toMatchObject({
        complete: true,
        gaps: [],
        known_gaps: [{ document: { policy: 'endless' } }],
      })
      expect(verdict.drift).toHaveLength(1)
    })
  })

  test('coverage is partial as soon as something is there that nobody looked at', () => {
    const coverage = [{ source: 'agencies', status: 'present', count: 3 }] as const
    expect(verdictOf({ account: account(), snapshot: { coverage: [...coverage] } }).coverage_level).toBe(
      'partial',
    )
    expect(verdictOf({ account: account() }).coverage_level).toBe('full')
  })
})

describe('the built-in group admin', () => {
  const withAdmin = (name = 'admin') => account().users('ada', 'bob').group(name, 'ada')
  const recorded = { admin_group: groupId('admin') }
  const renamed = () => {
    const scene = withAdmin()
    for (const group of scene.account.groups) group.group_name = 'chiefs'
    return scene
  }

  test('its members hold everything, whatever any Deny says', () => {
    const scene = withAdmin()
      .policy('no', document({ Effect: 'Deny', Action: ['*'] }))
      .attach('no', { user: 'ada' })
    const verdict = verdictOf({ account: scene })
    expect(told(verdict.drift)).toEqual(['unapproved-holder ada iam: iam:*:*'])
    expect(verdict.holdings[0]).toMatchObject({
      extent: 'all',
      restricted: false,
      paths: [{ links: [{ kind: 'builtin-group', group: 'admin' }], origin: { kind: 'builtin-group' } }],
    })
    expect(verdict.admin_group).toBe(groupId('admin'))
  })

  test('other groups of a like name are not it', () => {
    expect(verdictOf({ account: withAdmin('admins') }).drift).toEqual([])
  })

  test('renamed and recorded: its members count all the same, and a gap says so', () => {
    const verdict = verdictOf({ account: renamed(), baseline: baselineOf([entry('ada')], recorded) })
    expect(verdict.gaps).toMatchObject([{ code: 'admin-group-renamed', reaches: [{ name: 'ada' }] }])
    expect(verdict.gaps[0]?.message).toContain('chiefs')
    expect(verdict.holdings).toMatchObject([{ principal: { name: 'ada' }, extent: 'all' }])
  })

  test('gone: a notice says so, and nothing is incomplete', () => {
    const verdict = verdictOf({
      account: account().users('ada'),
      baseline: baselineOf([], recorded),
      snapshot: { groups: [], memberships: [] },
    })
    expect(verdict).toMatchObject({ complete: true, result: 'unchanged' })
    expect(verdict.notices).toEqual([expect.stringContaining('not in the account any more')])
  })

  test('made anew under its name: the new one counts', () => {
    const verdict = verdictOf({
      account: withAdmin(),
      baseline: baselineOf([], { admin_group: 'an-older-id' }),
    })
    expect(verdict.drift.map((row) => row.principal.name)).toEqual(['ada'])
    expect(verdict.admin_group).toBe(groupId('admin'))
    expect(verdict.notices).toHaveLength(1)
  })

  test('renamed, and another called admin: the members of both count', () => {
    const scene = renamed()
    scene.account.groups.push({
      group_id: 'second',
      group_name: 'admin',
      created_at: scene.ago(1),
      members: [userId('bob')],
    })
    const verdict = verdictOf({ account: scene, baseline: baselineOf([], recorded) })
    expect(verdict.drift.map((row) => row.principal.name)).toEqual(['ada', 'bob'])
    expect(verdict.complete).toBe(false)
  })

  test('whose members were not read may be anybody', () => {
    const { gaps } = verdictOf({ account: withAdmin(), snapshot: { memberships: [] } })
    expect(gaps).toMatchObject([{ code: 'unread-group', reaches: null }])
  })

  test('a member who is in no list of users is a gap, not nobody', () => {
    const { gaps } = verdictOf({ account: withAdmin(), snapshot: { users: [] } })
    expect(gaps).toMatchObject([{ code: 'unknown-principal', reaches: [{ id: userId('ada') }] }])
  })
})

describe('the root user', () => {
  test('is reported, and never drift, whatever is attached to it', () => {
    const scene = account()
      .policy('p', document(allow('iam:*:*')))
      .attach('p', { user: 'acme' })
      .group('admin', 'acme')
    const verdict = verdictOf({ account: scene })
    expect(verdict).toMatchObject({
      result: 'unchanged',
      drift: [],
      holdings: [],
      root_user: { user: 'acme', user_id: userId('acme'), enabled: true },
    })
  })
})
