/** What `update-baseline` writes. */
import { describe, expect, test } from '@jest/globals'
import { allow, document } from '../../simulator/iam/account.ts'
import type { UpdateKind } from '../../src/audit/propose.ts'
import type { BaselineEntry } from '../../src/baseline/baseline.ts'
import { holderKey, recordedName } from '../../src/baseline/entry.ts'
import { writeBaseline } from '../../src/baseline/write-baseline.ts'
import { UserError } from '../../src/text/problem.ts'
import {
  account,
  baselineOf,
  entry,
  groupId,
  IAM,
  permission,
  proposalFor,
  snapshotOf,
  userId,
  verdictOf,
} from './stage.ts'

/** ada: new. bob: exceeds. eve: expired. zoe: holds nothing any more. max: as approved. */
const stage = () =>
  account()
    .users('ada', 'bob', 'eve', 'zoe', 'max')
    .policy('p', document(allow('iam:users:*')))
    .attach('p', { user: 'ada' })
    .attach('p', { user: 'bob' })
    .attach('p', { user: 'eve' })
    .attach('p', { user: 'max' })

const users = { grants: [{ actions: ['iam:users:*'] }] }
const bob = entry('bob', {
  grants: [{ actions: ['iam:users:list'] }],
  owner: 'platform',
  expires: '2027-01-01',
  extra: { 'x-ticket': 7 },
})
const eve = entry('eve', { ...users, expires: '2026-10-01', owner: 'platform', extra: { 'x-a': 1 } })
const zoe = entry('zoe')
const max = entry('max', { ...users, extra: { 'x-kept': true } })
const scene = () => ({ account: stage(), baseline: [bob, eve, zoe, max] })

const fresh = (name: string) => ({
  kind: 'user',
  user: name,
  user_id: userId(name),
  permission: 'iam',
  grants: [{ actions: ['iam:users:*'] }],
  justification: '',
  extra: {},
})
const of = (name: string, list: readonly BaselineEntry[]) =>
  list.find((one) => holderKey(one) === userId(name))

describe('the proposed baseline', () => {
  test('with its defaults brings everything up to date', () => {
    const { approvals } = proposalFor(scene())
    expect(approvals).toHaveLength(4)
    expect(of('ada', approvals)).toEqual(fresh('ada'))
    expect(of('zoe', approvals)).toBeUndefined()
    expect(of('max', approvals)).toEqual(max)
  })

  test('what exceeds gets an empty justification, the old one beside it, and keeps its date', () => {
    expect(of('bob', proposalFor(scene()).approvals)).toEqual({
      ...fresh('bob'),
      owner: 'platform',
      expires: '2027-01-01',
      extra: { 'x-ticket': 7, 'x-previous-justification': 'on call' },
    })
  })

  test('what expired keeps its reasons and gets no date that has passed', () => {
    const { expires: _, ...rest } = eve
    expect(of('eve', proposalFor(scene()).approvals)).toEqual(rest)
  })

  test.each([
    ['for what is not held any more', entry('eve', { grants: [{ actions: ['iam:groups:*'] }] })],
    ['while disabled', entry('eve', { ...users, disabled: true })],
  ])('an expired approval %s leaves no date that has passed', (_, old) => {
    const before = { account: stage(), baseline: [bob, { ...old, expires: '2026-10-01' }, zoe, max] }
    const baseline = proposalFor(before)
    expect(of('eve', baseline.approvals)).not.toHaveProperty('expires')
    expect(verdictOf({ account: stage(), baseline }).drift).toEqual([])
  })

  test('what was approved in advance stays so when it is renewed until a new day', () => {
    const rota = entry('eve', { ...users, expires: '2026-10-01', assignment: 'eligible' })
    const before = { account: stage(), baseline: [bob, rota, zoe, max] }
    const fields = { justification: '', owner: '', expires: '2027-02-01' }
    const renewed = of('eve', proposalFor(before, { fields }).approvals)
    expect(renewed).toMatchObject({ assignment: 'eligible', expires: '2027-02-01' })
    expect(of('eve', proposalFor(before).approvals)).not.toHaveProperty('assignment')
  })

  test.each<[UpdateKind, string]>([
    ['new', 'ada'],
    ['exceeding', 'bob'],
    ['expired', 'eve'],
    ['no-longer-held', 'zoe'],
  ])('%s alone changes only %s', (kind, name) => {
    const before = baselineOf([bob, eve, zoe, max]).approvals
    const { approvals } = proposalFor(scene(), { update: new Set([kind]) })
    const changed = ['ada', 'bob', 'eve', 'zoe', 'max'].filter(
      (one) => JSON.stringify(of(one, approvals)) !== JSON.stringify(of(one, before)),
    )
    expect(changed).toEqual([name])
  })

  test('human fields go into what is written anew, and nowhere else', () => {
    const fields = { justification: 'SEC-1', owner: 'security', expires: '2027-02-01' }
    const { approvals } = proposalFor(scene(), { fields })
    for (const name of ['ada', 'bob', 'eve']) expect(of(name, approvals)).toMatchObject(fields)
    expect(of('max', approvals)).toEqual(max)
  })

  test('users: names and ids choose who is touched', () => {
    for (const only of [['bob'], [userId('bob')]]) {
      const { approvals } = proposalFor(scene(), { only })
      expect(of('bob', approvals)).toMatchObject({ grants: users.grants })
      expect(of('ada', approvals)).toBeUndefined()
      expect(of('eve', approvals)).toEqual(eve)
      expect(of('zoe', approvals)).toEqual(zoe)
    }
  })

  test('users: an id wins over a name', () => {
    const twin = stage().user(userId('bob'), { user_id: 'other' })
    const { approvals } = proposalFor({ ...scene(), account: twin }, { only: [userId('bob')] })
    expect(of('bob', approvals)).toMatchObject({ grants: users.grants })
  })

  test('users: somebody who is gone from the account is known by the entry', () => {
    const gone = { account: account(), baseline: [zoe] }
    expect(proposalFor(gone, { only: ['zoe'] }).approvals).toEqual([])
  })

  test('users: unknown and ambiguous names are errors, all at once', () => {
    const twins = stage().user('max', { user_id: 'another' })
    const ask = () => proposalFor({ ...scene(), account: twins }, { only: ['nobody', 'max'] })
    expect(ask).toThrow(UserError)
    expect(ask).toThrow(/nobody.*\n.*max/)
  })

  test('what an entry for everybody covers is nobody’s own', () => {
    const condition = { Bool: { 'g:MFAPresent': ['true'] } }
    const everybody = entry('*', { grants: [{ actions: ['iam:users:set'], condition }] })
    const before = {
      account: account()
        .users('ada')
        .policy('p', document(allow('iam:users:set', { Condition: condition })))
        .attach('p', { user: 'ada' }),
      baseline: [everybody],
    }
    expect(proposalFor(before).approvals).toEqual([everybody])
  })

  test('a holder who is disabled is recorded as disabled', () => {
    const off = account().user('ada', { enabled: false }).group('admin', 'ada')
    expect(proposalFor({ account: off }).approvals).toMatchObject([{ user: 'ada', disabled: true }])
  })

  test('an eligible entry that nobody uses stays', () => {
    const rota = entry('zoe', { assignment: 'eligible', expires: '2027-01-01' })
    expect(proposalFor({ account: stage(), baseline: [rota] }).approvals).toContainEqual(rota)
  })

  test('a partial holder of a permission that counts only whole is not approved', () => {
    const full = permission('full', ['*:*:*'], { holds: 'all' })
    for (const baseline of [[], null])
      expect(proposalFor({ account: stage(), permissions: [full], baseline }).approvals).toEqual([])
  })

  test('records the id of the built-in group, and keeps it when the group is gone', () => {
    const first = proposalFor({ account: account().users('ada').group('admin', 'ada') })
    expect(first.admin_group).toBe(groupId('admin'))
    // A run that changes no entry leaves the file as it is.
    expect(proposalFor({ account: account().group('admin') })).not.toHaveProperty('admin_group')
    const before = {
      account: account(),
      baseline: baselineOf([], { admin_group: 'gone' }),
      snapshot: { groups: [], memberships: [] },
    }
    expect(proposalFor(before).admin_group).toBe('gone')
  })

  test('keeps entries, definitions and known gaps that it does not know', () => {
    const old = entry('zoe', { permission: 'old', user: 'an older name' })
    const gap = {
      ...{ policy_id: 'p', version_id: 'v1', sha256: 'x', for: ['user:a'] },
      ...{ justification: 'y', expires: '2027-01-01' },
    }
    const before = baselineOf([old], {
      audited_permissions: { old: { actions: ['x:*:*'] }, iam: { actions: ['iam:*:*'] } },
      known_gaps: [gap],
    })
    const after = proposalFor({ account: stage(), baseline: before })
    expect(after.approvals).toContainEqual(old)
    expect(after.audited_permissions.old).toEqual({ actions: ['x:*:*'] })
    expect(after.known_gaps).toEqual([gap])
  })

  test('without a baseline is the first one', () => {
    const groups = snapshotOf(stage()).groups.filter((group) => group.group_name !== 'admin')
    const first = proposalFor({ account: stage(), baseline: null, snapshot: { groups } })
    expect(first.approvals.map(recordedName).sort()).toEqual(['ada', 'bob', 'eve', 'max'])
    expect(first).not.toHaveProperty('known_gaps')
    expect(first).not.toHaveProperty('admin_group')
  })
})

describe('definitions', () => {
  const wider = permission('iam', ['iam:*:*', 'kms:*:*'])
  const before = baselineOf([max, zoe], {}, [IAM])

  test('a change of the audited list leaves entries that are not renewed their old definition', () => {
    const after = proposalFor(
      { account: stage(), permissions: [wider], baseline: before },
      { update: new Set(['new']) },
    )
    expect(after.audited_permissions.iam).toEqual({ actions: ['iam:*:*', 'kms:*:*'] })
    expect(of('max', after.approvals)).toEqual({ ...max, within: { actions: ['iam:*:*'] } })
    expect(of('ada', after.approvals)).toEqual(fresh('ada'))
  })

  test('so that nobody is approved for more than before', () => {
    const more = stage()
      .policy('keys', document(allow('kms:*:*')))
      .attach('keys', { user: 'max' })
    const wild = baselineOf([entry('max', { grants: [{ actions: ['*'] }] })])
    const after = proposalFor(
      { account: more, permissions: [wider], baseline: wild },
      { update: new Set(['new']) },
    )
    const { drift } = verdictOf({ account: more, permissions: [wider], baseline: after })
    expect(drift.map((row) => `${row.principal.name} ${row.kind}`)).toEqual(['max exceeds-approval'])
  })

  test('a definition said in other words is the same', () => {
    const worded = permission('iam', ['iam:*:*', 'iam:users:*'])
    const after = proposalFor({ account: stage(), permissions: [worded], baseline: [max] })
    expect(of('max', after.approvals)).toEqual(max)
  })

  test('an entry whose patterns reach beyond the recorded definition gets it as within', () => {
    const wild = entry('max', { grants: [{ actions: ['*:users:*'] }] })
    const after = proposalFor({ account: stage(), baseline: [wild] })
    expect(of('max', after.approvals)).toEqual({ ...wild, within: { actions: ['iam:*:*'] } })
  })

  test('an entry that has its own stays as it is', () => {
    const own = entry('max', { grants: [{ actions: ['*'] }], within: { actions: ['iam:users:*'] } })
    const after = proposalFor({ account: stage(), permissions: [wider], baseline: [own] })
    expect(of('max', after.approvals)).toEqual(own)
  })
})

describe('an update', () => {
  test('done twice is done once, to the byte', () => {
    const once = proposalFor(scene())
    expect(writeBaseline(proposalFor({ ...scene(), baseline: once }))).toBe(writeBaseline(once))
  })

  test('leaves no drift and nothing no longer held', () => {
    const after = verdictOf({ ...scene(), baseline: proposalFor(scene()) })
    expect(after).toMatchObject({ result: 'unchanged', drift: [], no_longer_held: [], reduced: [] })
  })
})
