/** What must hold of every account, on random ones. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { AccountBuilder } from '../../simulator/iam/account.ts'
import { recordedName } from '../../src/baseline/entry.ts'
import { subtractGrants } from '../../src/policy/index.ts'
import type { Permission } from '../../src/policy/types.ts'
import { permission as anyPermission, statements } from '../policy/arbitraries.ts'
import { settings } from '../property-settings.ts'
import { accountsAfter } from './revoked.ts'
import { account, baselineOf, groupId, proposalFor, snapshotOf, told, userId, verdictOf } from './stage.ts'

const names = ['ada', 'bob', 'eve']
const groups = ['one', 'two', 'admin']
const policies = ['p0', 'p1', 'p2', 'p3']

interface Blueprint {
  readonly documents: readonly unknown[]
  readonly toUsers: readonly (readonly [policy: string, user: string])[]
  readonly toGroups: readonly (readonly [policy: string, group: string])[]
  readonly members: readonly (readonly [group: string, user: string])[]
  readonly permissions: readonly Permission[]
}

const pairs = (one: readonly string[], other: readonly string[], most: number) =>
  fc.uniqueArray(fc.tuple(fc.constantFrom(...one), fc.constantFrom(...other)), {
    maxLength: most,
    selector: (pair) => pair.join(' '),
  })

const blueprint: fc.Arbitrary<Blueprint> = fc.record({
  documents: fc.array(statements, { minLength: 4, maxLength: 4 }),
  toUsers: pairs(policies, names, 3),
  toGroups: pairs(policies, groups, 4),
  members: pairs(groups.slice(0, 2), names, 5),
  permissions: fc
    .tuple(anyPermission, anyPermission, fc.constantFrom('any' as const, 'any' as const, 'all' as const))
    .map(([one, other, holds]) => [
      { ...one, name: 'one' },
      { ...other, name: 'two', holds },
    ]),
})

function build({ documents, toUsers, toGroups, members }: Blueprint): AccountBuilder {
  const stage = account().users(...names)
  for (const [at, Statement] of documents.entries())
    stage.policy(`p${at}`, JSON.stringify({ Version: '5.0', Statement }))
  for (const group of groups) stage.group(group)
  for (const [group, user] of members) stage.join(group, user)
  for (const [policy, user] of toUsers) stage.attach(policy, { user })
  for (const [policy, group] of toGroups) stage.attach(policy, { group })
  return stage
}

const check = (runs: number, predicate: (plan: Blueprint) => void): void =>
  fc.assert(fc.property(blueprint, predicate), { ...settings(runs), endOnFailure: true })

const heldIn = (plan: Blueprint, stage = build(plan)) =>
  verdictOf({ account: stage, permissions: plan.permissions, baseline: null }).holdings.map(
    ({ principal, permission, grants, extent }) => ({
      ...{ user: principal.name, permission },
      ...{ grants, extent },
    }),
  )

describe('of every account', () => {
  test('approving what is held leaves no drift, nothing no longer held and nothing reduced', () => {
    check(120, (plan) => {
      const scene = { account: build(plan), permissions: plan.permissions }
      const baseline = proposalFor({ ...scene, baseline: null })
      const verdict = verdictOf({ ...scene, baseline })
      expect(verdict.gaps).toEqual([])
      expect(verdict).toMatchObject({ result: 'unchanged', drift: [], no_longer_held: [], reduced: [] })
    })
  })

  test('updating twice is updating once', () => {
    check(60, (plan) => {
      const scene = { account: build(plan), permissions: plan.permissions }
      const once = proposalFor(scene)
      expect(proposalFor({ ...scene, baseline: once })).toEqual(once)
    })
  })

  test('attached directly or through a group, the same is held', () => {
    check(80, (plan) => {
      const through = build({ ...plan, toUsers: [] })
      for (const [at, [policy, user]] of plan.toUsers.entries())
        through.group(`group${at}`, user).attach(policy, { group: `group${at}` })
      expect(heldIn(plan, through)).toEqual(heldIn(plan))
    })
  })

  test('the order of lists does not matter', () => {
    check(80, (plan) => {
      const stage = build(plan)
      const scene = { account: stage, permissions: plan.permissions }
      const half = proposalFor(scene, { only: ['ada'] })
      const snapshot = snapshotOf(stage)
      const turned = {
        users: snapshot.users.toReversed(),
        groups: snapshot.groups.toReversed(),
        policies: snapshot.policies.toReversed(),
        attachments: snapshot.attachments.toReversed(),
        memberships: snapshot.memberships.toReversed().map((row) => ({
          ...row,
          user_ids: row.user_ids.toReversed(),
        })),
      }
      const back = { ...half, approvals: half.approvals.toReversed() }
      const [one, other] = [
        verdictOf({ ...scene, baseline: half }),
        verdictOf({ ...scene, baseline: back, snapshot: turned }),
      ]
      expect(told(other.drift)).toEqual(told(one.drift))
      expect(other.holdings.map(({ principal, grants }) => [principal.name, grants])).toEqual(
        one.holdings.map(({ principal, grants }) => [principal.name, grants]),
      )
      expect(other.result).toBe(one.result)
    })
  })

  test('who is approved for nothing is drift with all that counts, and nobody else is', () => {
    check(80, (plan) => {
      const scene = { account: build(plan), permissions: plan.permissions }
      const whole = proposalFor({ ...scene, baseline: null })
      const without = { ...whole, approvals: whole.approvals.filter((one) => recordedName(one) !== 'ada') }
      const { drift, holdings } = verdictOf({ ...scene, baseline: without })
      const expected = holdings.filter((one) => one.principal.name === 'ada' && one.counts)
      expect(drift.map((row) => row.permission).sort()).toEqual(expected.map((row) => row.permission))
      for (const row of drift) {
        const all = expected.find((one) => one.permission === row.permission)?.grants ?? []
        expect(subtractGrants(all, [row])).toEqual({ grants: [], example: null })
        expect(subtractGrants(row.grants, [{ grants: all }])).toEqual({ grants: [], example: null })
      }
    })
  })

  test('whichever cuts are chosen, the drift is gone', () => {
    check(80, (plan) => {
      const stage = build(plan)
      const scene = { permissions: plan.permissions, baseline: baselineOf([], {}, plan.permissions) }
      for (const row of verdictOf({ ...scene, account: stage }).drift)
        for (const after of accountsAfter(stage, row).slice(0, 16)) {
          const { drift } = verdictOf({ ...scene, account: after })
          const left = drift.filter(
            (one) => one.principal.name === row.principal.name && one.permission === row.permission,
          )
          expect(told(left)).toEqual([])
        }
    })
  })

  test('whichever cuts are chosen, the drift is gone also beside approvals and built-in groups', () => {
    check(80, (plan) => {
      const { permissions, toUsers, toGroups } = plan
      const earlier = { ...plan, toUsers: toUsers.slice(0, 1), toGroups: toGroups.slice(0, 1) }
      const approved = proposalFor({ account: build(earlier), permissions })
      // Now and then `one` has the power of admin under another name, and ada is in one called so.
      const baseline = toUsers.length === 1 ? { ...approved, admin_group: groupId('one') } : approved
      const stage = toGroups.length > 2 ? build(plan).join('admin', 'ada') : build(plan)
      for (const row of verdictOf({ permissions, baseline, account: stage }).drift)
        for (const after of accountsAfter(stage, row).slice(0, 8)) {
          const { drift } = verdictOf({ permissions, baseline, account: after })
          const left = drift.filter(
            (one) => one.principal.name === row.principal.name && one.permission === row.permission,
          )
          expect(told(left)).toEqual([])
        }
    })
  })

  test('a member of the built-in group holds all of every permission', () => {
    check(60, (plan) => {
      const stage = build(plan).join('admin', 'ada')
      const held = heldIn(plan, stage).filter((one) => one.user === 'ada')
      expect(held.map((one) => one.extent)).toEqual(['all', 'all'])
    })
  })
})

test('the random accounts are of the kind that can go wrong', () => {
  const plans = fc.sample(blueprint, settings(200))
  const verdicts = plans.map((plan) => verdictOf({ account: build(plan), permissions: plan.permissions }))
  expect(verdicts.filter((one) => one.drift.length > 0).length).toBeGreaterThan(80)
  expect(verdicts.filter((one) => one.drift.some((row) => row.restricted)).length).toBeGreaterThan(10)
  expect(
    verdicts.filter((one) => one.drift.some((row) => row.revocations.length > 1)).length,
  ).toBeGreaterThan(20)
  expect(groupId('one')).not.toBe(userId('one'))
})
