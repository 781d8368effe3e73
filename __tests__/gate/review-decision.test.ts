import { expect, test } from '@jest/globals'
import {
  approvalCandidates,
  type PermissionAnswer,
  type Review,
  type ReviewFacts,
  reviewDecision,
} from '../../src/gate/review-decision.ts'

const head = 'c2'
const review = (reviewer: string | null, state = 'APPROVED', commit: string | null = head): Review => ({
  ...{ reviewer, kind: 'User', state, commit },
})
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
    by: ['rita'],
  },
  {
    name: 'an app under the plain name of a person',
    over: { reviews: [{ ...review('rita'), kind: 'Bot' }] },
    ...{ by: [], because: 'is no person' },
  },
  { name: 'the author', over: { reviews: [review('ana')] }, by: [], because: 'made the pull request' },
  {
    name: 'the author in other letters',
    over: { reviews: [review('ANA')] },
    ...{ by: [], because: 'made the pull request' },
  },
  {
    name: 'the author of the head commit',
    over: { reviews: [review('rita')], commitAuthors: ['rita', 'web-flow'] },
    ...{ by: [], because: 'last commit' },
  },
  {
    name: 'its committer',
    over: { reviews: [review('rita')], commitAuthors: ['ana', 'Rita'] },
    ...{ by: [], because: 'last commit' },
  },
  {
    name: 'the commit has an author without an account',
    over: { reviews: [review('rita')], commitAuthors: [null, 'web-flow'] },
    ...{ by: [], because: 'no GitHub account' },
  },
  {
    name: 'nothing is known of the commit',
    over: { reviews: [review('rita')], commitAuthors: [] },
    ...{ by: [], because: 'not known' },
  },
  {
    name: 'who opened the pull request is not known',
    over: { reviews: [review('rita')], author: null },
    ...{ by: [], because: 'could not be read' },
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
    ...{ reviews: [], headSha: head, author: 'ana', commitAuthors: ['ana', 'web-flow'] },
    permissions: may(['RITA', 'write'], ['rita[bot]', 'write'], ['ana', 'admin'], ['sam', 'write']),
    ...over,
  }
  const decision = reviewDecision(facts)
  expect(decision.by).toEqual(by)
  expect(decision.approved).toBe(by.length > 0)
  expect(decision.reasons.join(' ')).toContain(because ?? '')
})

test('only approvals that may count need a permission', () => {
  const reviews = [review('rita'), review('ana'), review('old', 'APPROVED', 'c1'), review('sam', 'COMMENTED')]
  const question = { reviews, headSha: head, author: 'ana', commitAuthors: ['ana'] }
  expect(approvalCandidates(question)).toEqual(['rita'])
})
