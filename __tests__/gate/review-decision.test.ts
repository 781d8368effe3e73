import { expect, test } from '@jest/globals'
import {
  loginsToAsk,
  type PermissionAnswer,
  type Review,
  type ReviewFacts,
  reviewDecision,
} from '../../src/gate/review-decision.ts'

const head = 'c2'
const review = (login: string | null, state = 'APPROVED', commitId: string | null = head): Review => ({
  ...{ login, kind: 'User', state, commitId },
})
const app = { login: 'updates[bot]', isApp: true }
const may = (...rows: [string, PermissionAnswer][]): Map<string, PermissionAnswer> => new Map(rows)

interface Case {
  readonly name: string
  readonly over: Partial<ReviewFacts>
  readonly by: string[]
  /** A word of the reason. */
  readonly because?: string
}

const cases: Case[] = [
  { name: 'a writer approved the head commit', over: { reviews: [review('rita')] }, by: ['rita'] },
  {
    name: 'an admin did',
    over: { reviews: [review('rita')], permissions: may(['rita', 'admin']) },
    by: ['rita'],
  },
  { name: 'nobody did', over: { reviews: [] }, by: [] },
  {
    name: 'an earlier commit was approved',
    over: { reviews: [review('rita', 'APPROVED', 'c1')] },
    ...{ by: [], because: 'earlier commit' },
  },
  {
    name: 'a review of no known commit',
    over: { reviews: [review('rita', 'APPROVED', null)] },
    ...{ by: [], because: 'earlier commit' },
  },
  {
    name: 'approved, then changes requested',
    over: { reviews: [review('rita'), review('rita', 'CHANGES_REQUESTED')] },
    ...{ by: [], because: 'requests changes' },
  },
  {
    name: 'changes requested, then approved',
    over: { reviews: [review('rita', 'CHANGES_REQUESTED'), review('rita')] },
    by: ['rita'],
  },
  {
    name: 'approved, then dismissed',
    over: { reviews: [review('rita'), review('rita', 'DISMISSED')] },
    ...{ by: [], because: 'dismissed' },
  },
  {
    name: 'approved, then only commented',
    over: { reviews: [review('rita'), review('rita', 'COMMENTED', 'c1'), review('rita', 'PENDING')] },
    by: ['rita'],
  },
  {
    name: 'approved the head, then an earlier commit once more',
    over: { reviews: [review('rita'), review('Rita', 'APPROVED', 'c1')] },
    ...{ by: [], because: 'earlier commit' },
  },
  {
    name: 'one approved, another asks for changes',
    over: { reviews: [review('rita'), review('sam', 'CHANGES_REQUESTED')] },
    ...{ by: [], because: '"sam" requests changes' },
  },
  {
    name: 'one approved, another asked for changes of an earlier commit',
    over: { reviews: [review('sam', 'CHANGES_REQUESTED', 'c1'), review('rita')] },
    ...{ by: [], because: '"sam" requests changes' },
  },
  {
    name: 'the request for changes was dismissed',
    over: { reviews: [review('sam', 'CHANGES_REQUESTED'), review('rita'), review('sam', 'DISMISSED')] },
    by: ['rita'],
  },
  {
    name: 'the request for changes was taken back by an approval, and a comment changes nothing of that',
    over: {
      reviews: [review('sam', 'CHANGES_REQUESTED'), review('Sam'), review('sam', 'COMMENTED')],
    },
    by: ['Sam'],
  },
  {
    name: 'somebody who may only read asks for changes',
    over: { reviews: [review('rita'), review('ruth', 'CHANGES_REQUESTED')] },
    by: ['rita'],
  },
  {
    name: 'whether somebody who asks for changes may write could not be read',
    over: { reviews: [review('rita'), review('nobody', 'CHANGES_REQUESTED')] },
    ...{ by: [], because: '"nobody" requests changes, and what' },
  },
  {
    name: 'a maker asks for changes',
    over: { reviews: [review('rita'), review('ana', 'CHANGES_REQUESTED')] },
    ...{ by: [], because: '"ana" requests changes' },
  },
  {
    name: 'an app opened it, and one person approved',
    over: { opener: app, reviews: [review('rita')] },
    ...{ by: [], because: 'two people' },
  },
  {
    name: 'an app opened it, and two people approved',
    over: { opener: app, reviews: [review('rita'), review('sam')] },
    by: ['rita', 'sam'],
  },
  {
    name: 'an app opened it, and one person approved under two spellings',
    over: { opener: app, reviews: [review('rita'), review('RITA')] },
    ...{ by: [], because: 'two people' },
  },
  {
    name: 'an app opened it, one who approved made a commit',
    over: { opener: app, makers: ['updates[bot]', 'sam'], reviews: [review('rita'), review('sam')] },
    ...{ by: [], because: 'made one of its commits' },
  },
  {
    name: 'an app opened it, one of two who approved may only read',
    over: { opener: app, reviews: [review('rita'), review('ruth')] },
    ...{ by: [], because: '"read"' },
  },
  {
    name: 'the reviews could not be read',
    over: { reviews: [review('rita')], unreadable: 'HTTP 502.' },
    ...{ by: [], because: 'HTTP 502.' },
  },
  {
    name: 'whether the reviewer is a person is not said',
    over: { reviews: [{ ...review('rita'), kind: null }] },
    ...{ by: [], because: 'not known' },
  },
  {
    name: 'an app under the plain name of a person',
    over: { reviews: [{ ...review('rita'), kind: 'Bot' }] },
    ...{ by: [], because: 'is no person' },
  },
  { name: 'the author', over: { reviews: [review('ana')] }, by: [], because: 'opened the pull request' },
  {
    name: 'the author in other letters',
    over: { reviews: [review('ANA')] },
    ...{ by: [], because: 'opened the pull request' },
  },
  {
    name: 'the author of a commit that is not the last',
    over: { reviews: [review('rita')], makers: ['ana', 'web-flow', 'rita', 'web-flow', 'ana', 'ana'] },
    ...{ by: [], because: 'one of its commits' },
  },
  {
    name: 'its committer',
    over: { reviews: [review('rita')], makers: ['ana', 'Rita'] },
    ...{ by: [], because: 'one of its commits' },
  },
  {
    name: 'a commit has an author without an account',
    over: { reviews: [review('rita')], makers: ['ana', 'ana', null, 'web-flow'] },
    ...{ by: [], because: 'no GitHub account' },
  },
  {
    name: 'nothing is known of the commits',
    over: { reviews: [review('rita')], makers: [] },
    ...{ by: [], because: 'not known' },
  },
  {
    name: 'who opened the pull request is not known',
    over: { reviews: [review('rita')], opener: { login: null, isApp: false } },
    ...{ by: [], because: 'who opened the pull request is not known' },
  },
  {
    name: 'a reader',
    over: { reviews: [review('rita')], permissions: may(['rita', 'read']) },
    ...{ by: [], because: '"read"' },
  },
  {
    name: 'a permission that could not be read',
    over: { reviews: [review('rita')], permissions: may(['rita', { unreadable: 'HTTP 403' }]) },
    ...{ by: [], because: 'HTTP 403' },
  },
  {
    name: 'a permission that nobody asked for',
    over: { reviews: [review('rita')], permissions: may() },
    ...{ by: [], because: 'not asked' },
  },
  { name: 'a bot', over: { reviews: [review('rita[bot]')] }, by: [], because: 'no person' },
  { name: 'a deleted account', over: { reviews: [review(null)] }, by: [] },
]

test.each(cases)('$name', ({ over, by, because }) => {
  const facts: ReviewFacts = {
    ...{ reviews: [], headSha: head, opener: { login: 'ana', isApp: false }, makers: ['ana', 'web-flow'] },
    permissions: may(
      ...(['RITA', 'rita[bot]', 'sam'].map((login) => [login, 'write']) as [string, string][]),
      ...([
        ['ana', 'admin'],
        ['ruth', 'read'],
      ] as [string, string][]),
    ),
    unreadable: null,
    ...over,
  }
  const decision = reviewDecision(facts)
  expect(decision.by).toEqual(by)
  expect(decision.approved).toBe(by.length > 0)
  expect(decision.reasons.join(' ')).toContain(because ?? '')
})

test('only reviews that may decide something need a permission', () => {
  const reviews = [
    ...[review('rita'), review('ana'), review('old', 'APPROVED', 'c1'), review('sam', 'COMMENTED')],
    ...[review('tom', 'CHANGES_REQUESTED'), review(null, 'CHANGES_REQUESTED')],
  ]
  const question = { reviews, headSha: head, opener: { login: 'ana', isApp: false }, makers: ['ana'] }
  expect(loginsToAsk({ ...question, unreadable: null })).toEqual(['rita', 'tom'])
  expect(loginsToAsk({ ...question, unreadable: 'x' })).toEqual([])
})
