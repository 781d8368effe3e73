import { describe, expect, test } from '@jest/globals'
import type { GateTexts } from '../../src/gate/model.ts'
import {
  baselineJson,
  codes,
  configJson,
  entry,
  type Json,
  judged,
  kinds,
  paths,
  plain,
  text,
  texts,
} from './texts.ts'

const iam = { name: 'iam', actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] }
const org = { name: 'org', severity: 'high', actions: ['organizations:*:*'] }
const audited = (...list: Json[]): Json => ({ 'audited-permissions': list })
const strict = { require: ['justification', 'owner'], 'max-days': 90, 'warn-days': 30 }

interface Case {
  readonly name: string
  readonly before?: Json
  readonly after: Json
  readonly kinds: string[]
}

const cases: Case[] = [
  { name: 'a removed permission', after: audited(iam), kinds: ['permission-removed'] },
  {
    name: 'a renamed permission',
    after: audited(iam, { ...org, name: 'organization' }),
    kinds: ['permission-renamed'],
  },
  {
    name: 'renamed and narrowed is a removal',
    after: audited(iam, { ...org, name: 'organization', except: ['organizations:*:get*'] }),
    kinds: ['permission-removed'],
  },
  {
    name: 'a narrower list',
    after: audited({ ...iam, actions: ['iam:users:*'] }, org),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'a further exception',
    after: audited({ ...iam, except: [...iam.except, 'iam:users:delete*'] }, org),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'a narrower preset under the same name',
    after: audited({ preset: 'privilege-escalation@1', name: 'iam' }, org),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'holds all instead of any',
    after: audited(iam, { ...org, holds: 'all' }),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'holds any instead of all',
    before: audited(iam, { ...org, holds: 'all' }),
    ...{ after: audited(iam, org), kinds: [] },
  },
  {
    name: 'a larger set of which all must be held counts fewer',
    before: audited(iam, { ...org, holds: 'all' }),
    after: audited(iam, { ...org, holds: 'all', actions: ['*'] }),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'a wider list',
    after: audited(iam, { ...org, actions: ['organizations:*:*', 'sts:*:*'] }),
    kinds: [],
  },
  {
    name: 'the same set in other words, in another order',
    after: audited(org, { ...iam, actions: ['IAM:*:*', 'iam:users:*'] }),
    kinds: [],
  },
  { name: 'one permission more', after: audited(iam, org, { name: 'kms', actions: ['kms:*:*'] }), kinds: [] },
  {
    name: 'a lowered severity',
    after: audited(iam, { ...org, severity: 'medium' }),
    kinds: ['severity-lowered'],
  },
  {
    name: 'a severity lowered by leaving it out of what was critical',
    before: audited(iam, { ...org, severity: 'critical' }),
    after: audited(iam, { name: 'org', actions: org.actions }),
    kinds: ['severity-lowered'],
  },
  { name: 'a raised severity', after: audited(iam, { ...org, severity: 'critical' }), kinds: [] },
  { name: 'account dropped', after: { account: undefined }, kinds: ['account-dropped'] },
  {
    name: 'a required field dropped',
    before: { approvals: strict },
    after: { approvals: { ...strict, require: ['justification'] } },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'max-days raised',
    before: { approvals: strict },
    after: { approvals: { ...strict, 'max-days': 91 } },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'max-days dropped is one change',
    before: { approvals: strict },
    after: { approvals: { require: strict.require } },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'approvals removed altogether',
    before: { approvals: { require: ['justification', 'expires'] } },
    after: { approvals: undefined },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'approvals made stricter, warnings earlier or later',
    before: { approvals: strict },
    after: { approvals: { require: ['justification', 'owner', 'expires'], 'max-days': 30, 'warn-days': 5 } },
    kinds: [],
  },
  { name: 'issue switched off', after: { issue: { enabled: false } }, kinds: ['issue-disabled'] },
  { name: 'issue switched on', before: { issue: { enabled: false } }, after: {}, kinds: [] },
  {
    name: 'drift dropped from the issue',
    after: { issue: { on: ['incomplete'] } },
    kinds: ['issue-section-dropped'],
  },
  {
    name: 'drift and incomplete dropped',
    after: { issue: { on: [] } },
    kinds: ['issue-section-dropped', 'issue-section-dropped'],
  },
  { name: 'expiring dropped', after: { issue: { on: ['drift', 'incomplete'] } }, kinds: [] },
  {
    name: 'name, labels and owners',
    after: { name: 'x', owners: { a: 'b' }, issue: { labels: [] } },
    kinds: [],
  },
]

test.each(cases)('$name', (one) => {
  const base = texts(configJson(one.before), baselineJson())
  const head = texts(configJson({ ...one.before, ...one.after }), baselineJson())
  const verdict = judged(base, head)
  expect(kinds(verdict)).toEqual(one.kinds)
  expect(codes(verdict)).toEqual(one.kinds.length === 0 ? [] : ['scope-not-reviewed'])
  expect(verdict.review_needed).toBe(one.kinds.length > 0)
  for (const change of verdict.scope_changes) {
    expect(change.message).toMatch(/\.$/)
    expect(change.file).toBe(paths.config)
  }
  // The queue judges all but scope.
  expect(judged(base, head, { event: 'merge_group' })).toMatchObject({
    result: 'passed',
    review_needed: false,
  })
})

test('a scope change says what is audited no longer, at its line', () => {
  const head = text(configJson(audited({ ...iam, except: [...iam.except, 'iam:users:delete*'] }, org)))
  const [change] = judged(plain, { ...plain, config: head }).scope_changes
  expect(change?.actions).toContain('iam:users:deleteUserV5')
  expect(change?.message).toContain('iam:users:delete')
  expect(head.split('\n')[(change?.line ?? 0) - 1]).toBe('    {')
})

describe('the definitions that the baseline at the base recorded', () => {
  const moved = (head: Json): string[] =>
    kinds(judged(texts(null, baselineJson()), texts(configJson(head), baselineJson())))

  test('a moved config that is the same is no scope change', () => {
    expect(moved({})).toEqual([])
  })

  test('a moved config cannot hide a narrower or a missing permission', () => {
    expect(moved(audited({ preset: 'privilege-escalation@1', name: 'iam' }))).toEqual([
      'permission-narrowed',
      'permission-removed',
    ])
  })

  test('the same with a config at the base that nobody can read', () => {
    const base: GateTexts = { config: 'version: [', baseline: text(baselineJson()) }
    const head = texts(configJson(audited(iam)), baselineJson())
    expect(kinds(judged(base, head))).toEqual(['base-unreadable', 'permission-removed'])
  })

  test('what an earlier pull request narrowed is not this one’s', () => {
    const narrow = configJson(audited({ ...iam, actions: ['iam:users:*'] }, org))
    const more = [entry(), entry({ user: 'bob', user_id: 'id-bob' })]
    expect(kinds(judged(texts(narrow, baselineJson()), texts(narrow, baselineJson(more))))).toEqual([])
  })
})

describe('the baseline', () => {
  const gap = {
    policy_id: 'p1',
    version_id: 'v1',
    sha256: 'a'.repeat(64),
    justification: 'Vendor policy',
    expires: '2026-12-31',
  }
  const gaps = (...known_gaps: Json[]): GateTexts =>
    texts(configJson({ approvals: { require: [], 'max-days': 90 } }), baselineJson([entry()], { known_gaps }))
  const reviewed = ['scope-not-reviewed']
  const rows: [string, GateTexts, GateTexts, string[], string[]][] = [
    ['a new known gap', gaps(), gaps(gap), ['known-gap'], reviewed],
    ['a prolonged one', gaps(gap), gaps({ ...gap, expires: '2027-01-01' }), ['known-gap'], reviewed],
    ['another document', gaps(gap), gaps({ ...gap, sha256: 'b'.repeat(64) }), ['known-gap'], reviewed],
    ['another reason', gaps(gap), gaps({ ...gap, justification: 'x' }), ['known-gap'], reviewed],
    ['one that ends earlier', gaps(gap), gaps({ ...gap, expires: '2026-12-30' }), [], []],
    ['a removed one', gaps(gap), gaps(), [], []],
    [
      'one in the past',
      gaps(),
      gaps({ ...gap, expires: '2026-11-23' }),
      ['known-gap'],
      ['known-gap', ...reviewed],
    ],
    [
      'one beyond max-days',
      gaps(),
      gaps({ ...gap, expires: '2027-06-01' }),
      ['known-gap'],
      ['known-gap', ...reviewed],
    ],
    [
      'a blank reason',
      gaps(),
      gaps({ ...gap, justification: ' ' }),
      ['known-gap'],
      ['known-gap', ...reviewed],
    ],
  ]

  test.each(rows)('%s', (_, base, head, expected, failing) => {
    const verdict = judged(base, head)
    expect(kinds(verdict)).toEqual(expected)
    expect(codes(verdict)).toEqual(failing)
    if (expected.length > 0) expect(verdict.scope_changes[0]?.message).toContain('"p1"')
  })

  const admin = (admin_group?: string): GateTexts =>
    texts(configJson(), baselineJson([entry()], admin_group === undefined ? {} : { admin_group }))

  test.each([
    ['changed', 'g1', 'g2', ['admin-group-changed']],
    ['removed', 'g1', undefined, ['admin-group-changed']],
    ['recorded for the first time', undefined, 'g1', []],
    ['left alone', 'g1', 'g1', []],
  ])('admin_group %s', (_, before, after, expected) => {
    expect(
      kinds(judged(admin(before), { ...admin(after), config: text(configJson({ name: 'x' })) })),
    ).toEqual(expected)
  })
})
