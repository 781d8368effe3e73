/** Whose further policies are read once there is drift. */
import { expect, test } from '@jest/globals'
import { idOf, trustIam } from '../../simulator/iam/account.ts'
import { holdersToList } from '../../src/audit/holders-to-list.ts'
import { ACCOUNT, account, adaWith, auditedOf, groupId, userId } from './stage.ts'

const listed = (builder: ReturnType<typeof account>): readonly string[] => {
  const { verdict, found } = auditedOf({ account: builder })
  return holdersToList(verdict, found.access).map(({ kind, id }) => `${kind} ${id}`)
}

const administer = JSON.stringify({ Version: '5.0', Statement: [{ Effect: 'Allow', Action: ['iam:*:*'] }] })
test('nobody where nobody drifts', () => {
  expect(listed(account().users('ada'))).toEqual([])
})

test('the group that is left, then the one who leaves it', () => {
  const stage = account().users('ada').policy('iam', administer).group('team', 'ada')
  expect(listed(stage.attach('iam', { group: 'team' }))).toEqual([
    `group ${groupId('team')}`,
    `user ${userId('ada')}`,
  ])
})

test('an agency that somebody could assume, whether or not it holds anything audited', () => {
  const stage = adaWith({ Effect: 'Allow', Action: ['iam:*:*', 'sts:agencies:assume'] }).agency(
    'vault',
    trustIam(ACCOUNT),
  )
  expect(listed(stage)).toContain(`agency ${idOf('agency', 'vault')}`)
})

test('no more than nobody waits for, those of ways out first', () => {
  const names = Array.from({ length: 100 }, (_, at) => `user${at}`)
  const stage = account()
    .users(...names)
    .policy('iam', administer)
    .group('team', ...names)
  const found = listed(stage.attach('iam', { group: 'team' }))
  expect(found).toHaveLength(40)
  expect(found[0]).toBe(`group ${groupId('team')}`)
})
