import { expect, test } from '@jest/globals'
import { seenLoss } from '../../src/audit/losers.ts'
import type { OrdinaryLoss } from '../../src/audit/revocation.ts'

const loss = (
  losers: Readonly<Record<string, readonly string[]>>,
  unread: readonly string[] = [],
): OrdinaryLoss => ({
  ...{ losers: new Map(Object.entries(losers)), unread, unlisted: [] },
})
const seen = (losses: readonly (OrdinaryLoss | undefined)[], ...keys: readonly string[]) =>
  seenLoss(
    losses.map((one) => (one === undefined ? {} : { ordinary: one })),
    new Set(keys),
  )

test('what others lose is told apart from what those lose who see it', () => {
  const shared = loss({ ada: ['iam', 'obs'], bob: ['obs'], eve: ['ecs'] }, ['Odd'])
  expect(seen([shared], 'ada')).toEqual({
    ...{ others: 2, services: ['ecs', 'obs'], own: ['iam', 'obs'], unread: ['Odd'], unlisted: [] },
  })
  // One object for all who drift by it is one loss.
  expect(seen([shared, shared], 'ada', 'bob')).toMatchObject({ others: 1, services: ['ecs'] })
})

test('of several, whoever loses by more than one counts once, and all services are all', () => {
  const some = [loss({ ada: ['obs'] }), loss({ bob: ['*'], eve: ['ecs'] }), loss({ eve: ['kms'] })]
  expect(seen(some, 'ada')).toMatchObject({ others: 2, services: ['*'], own: ['obs'] })
})

test('nothing is said where one of them was not worked out', () => {
  expect(seen([loss({}), undefined], 'ada')).toBeNull()
})
