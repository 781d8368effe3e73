import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type PermissionAnswer, type ReviewFacts, reviewDecision } from '../../src/gate/review-decision.ts'
import { settings } from '../property-settings.ts'

// A second model: look at every person and at everything that is known of them.

const people = ['ana', 'rita', 'sam', 'tom'] as const
const login = fc.constantFrom<string>(...people, 'RITA', 'robot[bot]')
const review = fc.record({
  login: fc.option(login, { freq: 9 }),
  kind: fc.constantFrom(...Array(10).fill('User'), 'Bot', null),
  state: fc.constantFrom(
    'APPROVED',
    'APPROVED',
    'APPROVED',
    'APPROVED',
    'CHANGES_REQUESTED',
    'DISMISSED',
    'COMMENTED',
  ),
  commitId: fc.constantFrom<string | null>('head', 'head', 'head', 'earlier', null),
})
const permission: fc.Arbitrary<PermissionAnswer> = fc.constantFrom(
  ...(['write', 'write', 'admin', 'read'] as const),
  { unreadable: 'HTTP 403' },
)
const facts: fc.Arbitrary<ReviewFacts> = fc.record({
  opener: fc.constantFrom(
    ...[
      { login: 'ana', isApp: false },
      { login: 'ana', isApp: false },
      { login: 'rita', isApp: false },
    ],
    ...[
      { login: 'updates[bot]', isApp: true },
      { login: null, isApp: false },
    ],
  ),
  makers: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('ana', 'ana', 'web-flow', 'web-flow', 'tom', 'Rita') },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  reviews: fc.array(review, { maxLength: 5 }),
  headSha: fc.constant('head'),
  unreadable: fc.constantFrom(null, null, null, null, null, 'HTTP 502.'),
  permissions: fc
    .tuple(permission, permission, permission, permission, permission)
    .map((answers) => new Map([...people, 'robot[bot]'].map((name, at) => [name, answers[at] ?? 'read']))),
})

function isApproved(one: ReviewFacts): boolean {
  const same = (name: string | null, other: string): boolean => name?.toLowerCase() === other
  const makers = [one.opener.login, ...one.makers]
  const everybody = [...people, 'robot[bot]']
  const standing = (name: string) =>
    one.reviews.findLast(
      (each) => same(each.login, name) && ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(each.state),
    )
  const may = (name: string, unread: boolean): boolean => {
    const answer = one.permissions.get(name)
    return typeof answer === 'string' ? ['write', 'admin'].includes(answer) : unread
  }
  const isBlocked = everybody.some((name) => standing(name)?.state === 'CHANGES_REQUESTED' && may(name, true))
  const approving = everybody.filter((name) => {
    const last = standing(name)
    return (
      last?.state === 'APPROVED' &&
      last.commitId === 'head' &&
      last.kind === 'User' &&
      !name.endsWith('[bot]') &&
      !makers.some((maker) => same(maker, name)) &&
      may(name, false)
    )
  })
  const isKnown = one.unreadable === null && !makers.includes(null)
  return isKnown && !isBlocked && approving.length >= (one.opener.isApp ? 2 : 1)
}

test('a review counts exactly when everything that it takes is known to be so', () => {
  let [approved, refused] = [0, 0]
  fc.assert(
    fc.property(facts, (one) => {
      const decision = reviewDecision(one)
      expect(decision.approved).toBe(isApproved(one))
      expect(decision.by.length > 0).toBe(decision.approved)
      if (decision.approved) approved++
      else refused++
      if (!decision.approved && one.reviews.at(-1)?.state === 'APPROVED' && one.reviews.at(-1)?.login)
        expect(decision.reasons).not.toEqual([])
    }),
    settings(3000),
  )
  expect(Math.min(approved, refused)).toBeGreaterThan(80)
})

test('nothing that is taken away from what is known makes an approval', () => {
  fc.assert(
    fc.property(facts, (one) => {
      if (reviewDecision(one).approved) return
      const unknown = { ...one, permissions: new Map<string, PermissionAnswer>() }
      expect(reviewDecision(unknown).approved).toBe(false)
      expect(reviewDecision({ ...one, makers: [...one.makers, null] }).approved).toBe(false)
      expect(reviewDecision({ ...one, makers: [...one.makers, 'tom'] }).approved).toBe(false)
      const objection = { login: 'tom', kind: 'User', state: 'CHANGES_REQUESTED', commitId: null }
      const changed = one.reviews.filter((each) => each.login?.toLowerCase() !== 'tom')
      expect(reviewDecision({ ...one, reviews: [...changed, objection] }).approved).toBe(
        reviewDecision({ ...one, reviews: changed }).approved && one.permissions.get('tom') === 'read',
      )
    }),
    settings(1000),
  )
})
