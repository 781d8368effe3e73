/** Renames: no drift by themselves, unless a restriction names a user and now reaches another person. */
import { describe, expect, test } from '@jest/globals'
import { allow, document } from '../../simulator/iam/account.ts'
import { holderKey } from '../../src/baseline/entry.ts'
import { account, baselineOf, entry, IAM, permission, proposalFor, told, userId, verdictOf } from './stage.ts'

const onBob = { actions: ['iam:users:update'], resources: ['iam:*:*:user:bob'] }

/** ada may update the user called bob; robert has an entry of his own, and a name that may change. */
const scene = (present: string, Resource = ['iam:*:*:user:bob']) =>
  account()
    .users('ada')
    .user(present, { user_id: userId('robert') })
    .policy('p', document(allow('iam:users:update', { Resource })))
    .policy('own', document(allow('iam:groups:list')))
    .attach('p', { user: 'ada' }).account

const built = (present: string, Resource?: string[]) => {
  const stage = account()
  const made = scene(present, Resource)
  Object.assign(stage.account, made)
  stage.account.attachments.push({
    policy_id: made.policies[1]?.policy_id ?? '',
    principal_type: 'user',
    principal_id: userId('robert'),
    attached_at: stage.ago(100),
  })
  return stage
}

const roberts = entry('robert', { grants: [{ actions: ['iam:groups:list'] }] })
const adas = entry('ada', { grants: [onBob] })

describe('a rename', () => {
  test('alone is no drift: the entry goes with the id', () => {
    const verdict = verdictOf({ account: built('rob'), baseline: [adas, roberts] })
    expect(verdict).toMatchObject({
      result: 'unchanged',
      drift: [],
      renamed: [{ principal: { name: 'rob', id: userId('robert') }, recorded: 'robert' }],
    })
  })

  test('to a name that a held restriction names makes every holder of it exceed', () => {
    const verdict = verdictOf({ account: built('bob'), baseline: [adas, roberts] })
    expect(told(verdict.drift)).toEqual(['exceeds-approval ada iam: iam:users:update resources'])
    expect(verdict.drift[0]).toMatchObject({ because: 'rename', entry_index: 0 })
    expect(verdict.causes).toMatchObject([{ kind: 'rename', principals: [{ id: userId('ada') }] }])
  })

  test('between two names that the restriction both names is no drift', () => {
    const wide = ['iam:*:*:user:*b*']
    expect(
      verdictOf({
        account: built('bob', wide),
        baseline: [entry('ada', { grants: [{ ...onBob, resources: wide }] }), roberts],
      }).drift,
    ).toEqual([])
  })

  test('of a user without an entry is recorded nowhere', () => {
    expect(
      verdictOf({ account: built('bob'), baseline: [adas] }).drift.map((row) => row.principal.name),
    ).toEqual(['bob'])
  })

  test('stands in one row with what was never approved', () => {
    const stage = built('bob')
      .policy('more', document(allow('iam:groups:delete')))
      .attach('more', { user: 'ada' })
    expect(told(verdictOf({ account: stage, baseline: [adas, roberts] }).drift)).toEqual([
      'exceeds-approval ada iam: iam:groups:delete | iam:users:update resources',
    ])
  })

  test('is over when an update has recorded the new name', () => {
    const before = { account: built('bob'), baseline: [adas, roberts] }
    const proposal = proposalFor(before)
    expect(proposal.approvals.find((one) => holderKey(one) === userId('robert'))).toEqual({
      ...roberts,
      user: 'bob',
    })
    expect(proposal.approvals.find((one) => holderKey(one) === userId('ada'))).toMatchObject({
      justification: '',
    })
    expect(verdictOf({ ...before, baseline: proposal })).toMatchObject({ drift: [], renamed: [] })
  })

  test('is not recorded for users that the update is not about', () => {
    const before = { account: built('bob'), baseline: baselineOf([adas, roberts]) }
    const proposal = proposalFor(before, { only: ['ada'] })
    expect(proposal.approvals.find((one) => holderKey(one) === userId('robert'))).toEqual(roberts)
  })

  test('is not over because a new entry of the renamed user records the new name', () => {
    const permissions = [IAM, permission('ecs', ['ecs:*:*'])]
    const stage = built('bob')
      .policy('ecs', document(allow('ecs:servers:create')))
      .attach('ecs', { user: 'robert' })
    const before = { account: stage, permissions, baseline: baselineOf([adas, roberts], {}, permissions) }
    const proposal = proposalFor(before, { update: new Set(['new'] as const) })
    expect(told(verdictOf({ ...before, baseline: proposal }).drift)).toContain(
      'exceeds-approval ada iam: iam:users:update resources',
    )
    expect(verdictOf({ ...before, baseline: proposalFor(before) }).drift).toEqual([])
  })
})
