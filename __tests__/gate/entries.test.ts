import { describe, expect, test } from '@jest/globals'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import {
  baselineJson,
  changes,
  codes,
  configJson,
  entry,
  type Json,
  judged,
  judgedEntries,
  paths,
  plain,
  text,
  texts,
} from './texts.ts'

interface Case {
  readonly name: string
  readonly before: Json[]
  readonly after: Json[]
  readonly approvals?: Json
  readonly changes: string[]
  readonly codes: string[]
}

const bob = { user: 'bob', user_id: 'id-bob' }
const wide = [{ actions: ['iam:users:*', 'iam:groups:*'] }]
const year = { require: ['justification'], 'max-days': 365 }
const all = { require: ['justification', 'owner', 'expires'] }

const cases: Case[] = [
  {
    name: 'a new entry with its reason',
    ...{ before: [entry()], after: [entry(), entry(bob)], changes: ['added'], codes: [] },
  },
  {
    name: 'a new entry without a reason',
    before: [entry()],
    after: [entry(), entry({ ...bob, justification: '  ' })],
    ...{ changes: ['added'], codes: ['missing-field'] },
  },
  {
    name: 'a new entry that lacks three fields is one failure',
    before: [],
    after: [entry({ justification: '' })],
    ...{ approvals: all, changes: ['added'], codes: ['missing-field'] },
  },
  {
    name: 'a new entry in the past',
    before: [],
    after: [entry({ expires: '2026-11-23' })],
    ...{ changes: ['added'], codes: ['expired'] },
  },
  {
    name: 'a new entry that ends today is valid through the day',
    before: [],
    after: [entry({ expires: '2026-11-24' })],
    ...{ changes: ['added'], codes: [] },
  },
  {
    name: 'the last day that max-days allows',
    before: [],
    after: [entry({ expires: '2027-11-24' })],
    ...{ approvals: year, changes: ['added'], codes: [] },
  },
  {
    name: 'one day more than max-days allows',
    before: [],
    after: [entry({ expires: '2027-11-25' })],
    ...{ approvals: year, changes: ['added'], codes: ['expires-too-late'] },
  },
  {
    name: 'max-days asks for expires by itself',
    ...{ before: [], after: [entry()], approvals: year, changes: ['added'], codes: ['missing-field'] },
  },
  { name: 'a removed entry', before: [entry()], after: [], changes: ['removed'], codes: [] },
  {
    name: 'a narrowed entry needs nothing new',
    before: [entry({ grants: wide, justification: '' })],
    after: [entry({ justification: '' })],
    ...{ changes: ['narrowed'], codes: [] },
  },
  {
    name: 'a widened entry with the old reason',
    before: [entry()],
    after: [entry({ grants: wide })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a widened entry whose reason only got a space',
    before: [entry()],
    after: [entry({ grants: wide, justification: 'On-call ' })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a widened entry with a new reason',
    before: [entry()],
    after: [entry({ grants: wide, justification: 'On-call for groups too' })],
    ...{ changes: ['widened'], codes: [] },
  },
  {
    name: 'a widened entry whose reason an update emptied is told once',
    before: [entry()],
    after: [entry({ grants: wide, justification: '', 'x-previous-justification': 'On-call' })],
    ...{ changes: ['widened'], codes: ['missing-field'] },
  },
  {
    name: 'a widened entry needs a reason also where new ones do not',
    before: [entry({ justification: undefined })],
    after: [entry({ grants: wide, justification: undefined })],
    ...{ approvals: { require: [] }, changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'an expired entry that is widened',
    before: [entry({ expires: '2026-01-01' })],
    after: [entry({ expires: '2026-01-01', grants: wide, justification: 'More' })],
    ...{ changes: ['widened'], codes: ['expired'] },
  },
  {
    name: 'wider here and narrower there are two rows',
    before: [entry()],
    after: [entry({ grants: [{ actions: ['iam:groups:*'] }], justification: 'Groups now' })],
    ...{ changes: ['widened', 'narrowed'], codes: [] },
  },
  {
    name: 'unrestricted instead of restricted is wider',
    before: [entry({ grants: [{ actions: ['iam:users:*'], resources: ['iam:*:*:user:a'] }] })],
    after: [entry()],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'the same set in other words',
    before: [entry({ grants: [{ actions: ['iam:users:*', 'iam:users:create*'] }] })],
    after: [entry({ grants: [{ actions: ['IAM:users:*'] }] })],
    ...{ changes: ['reworded'], codes: [] },
  },
  {
    name: 'more than the definition has is no more',
    before: [entry({ grants: [{ actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] }] })],
    after: [entry({ grants: [{ actions: ['*'] }] })],
    ...{ changes: ['reworded'], codes: [] },
  },
  {
    name: 'a dropped within is wider by what it kept out',
    before: [
      entry({
        grants: [{ actions: ['iam:*:*'] }],
        within: { actions: ['iam:users:*'], except: ['iam:*:get*', 'iam:*:list*'] },
      }),
    ],
    after: [entry({ grants: [{ actions: ['iam:*:*'] }] })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a wider within is wider',
    before: [entry({ grants: [{ actions: ['iam:*:*'] }], within: { actions: ['iam:users:*'] } })],
    after: [entry({ grants: [{ actions: ['iam:*:*'] }], within: { actions: ['iam:*:*'] } })],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'a prolonged entry keeps its reason',
    before: [entry({ expires: '2026-12-01' })],
    after: [entry({ expires: '2027-01-01' })],
    ...{ changes: ['prolonged'], codes: [] },
  },
  {
    name: 'a prolonged entry without a reason',
    before: [entry({ expires: '2026-12-01', justification: '' })],
    after: [entry({ expires: '2027-01-01', justification: '' })],
    ...{ changes: ['prolonged'], codes: ['missing-field'] },
  },
  {
    name: 'a prolonged entry that is past all the same',
    before: [entry({ expires: '2026-01-01' })],
    after: [entry({ expires: '2026-02-01' })],
    ...{ changes: ['prolonged'], codes: ['expired'] },
  },
  {
    name: 'a dropped expires',
    before: [entry({ expires: '2026-12-01' })],
    after: [entry()],
    ...{ changes: ['prolonged'], codes: ['expires-dropped'] },
  },
  {
    name: 'a dropped expires that is required is told once',
    before: [entry({ expires: '2026-12-01' })],
    after: [entry()],
    ...{ approvals: year, changes: ['prolonged'], codes: ['expires-dropped'] },
  },
  {
    name: 'shortened',
    before: [entry({ expires: '2027-12-01', justification: '' })],
    after: [entry({ expires: '2026-12-01', justification: '' })],
    ...{ changes: ['shortened'], codes: [] },
  },
  {
    name: 'shortened into the past',
    before: [entry({ expires: '2027-12-01' })],
    after: [entry({ expires: '2026-11-01' })],
    ...{ changes: ['shortened'], codes: ['expired'] },
  },
  {
    name: 'widened and prolonged are two rows',
    before: [entry({ expires: '2026-12-01' })],
    after: [entry({ expires: '2027-01-01', grants: wide, justification: 'More, longer' })],
    ...{ changes: ['widened', 'prolonged'], codes: [] },
  },
  {
    name: 'reworded: another owner, an expiry long past left alone',
    before: [entry({ expires: '2020-01-01' })],
    after: [entry({ expires: '2020-01-01', owner: 'platform' })],
    ...{ approvals: all, changes: ['reworded'], codes: [] },
  },
  {
    name: 'an entry left alone, whatever it lacks',
    before: [entry({ justification: '', expires: '2020-01-01' })],
    after: [entry({ justification: '', expires: '2020-01-01' }), entry(bob)],
    ...{ changes: ['added'], codes: [] },
  },
  {
    name: 'no longer bound to a disabled user',
    before: [entry({ disabled: true })],
    after: [entry()],
    ...{ changes: ['widened'], codes: ['justification-unchanged'] },
  },
  {
    name: 'bound to a disabled user',
    before: [entry()],
    after: [entry({ disabled: true })],
    ...{ changes: ['narrowed'], codes: [] },
  },
  {
    name: 'the same person anew is another entry',
    before: [entry()],
    after: [entry({ user_id: 'id-ana-2' })],
    ...{ changes: ['removed', 'added'], codes: [] },
  },
  {
    name: 'the order of keys in a condition is spelling',
    before: [
      entry({ grants: [{ actions: ['iam:users:*'], condition: { A: { x: 'a', y: 'b' }, B: { z: 'c' } } }] }),
    ],
    after: [
      entry({ grants: [{ actions: ['iam:users:*'], condition: { B: { z: 'c' }, A: { y: 'b', x: 'a' } } }] }),
    ],
    ...{ changes: [], codes: [] },
  },
]

test.each(cases)('$name', (one) => {
  const verdict = judgedEntries(one.before, one.after, one.approvals)
  expect(changes(verdict)).toEqual(one.changes)
  expect(codes(verdict)).toEqual(one.codes)
  expect(verdict.result).toBe(one.codes.length === 0 ? 'passed' : 'failed')
  for (const failure of verdict.failures) {
    expect(failure.file).toBe(paths.baseline)
    expect(failure.message).toContain('id-')
    expect(failure.remedy).toMatch(/\.$/)
  }
})

test('a wider recorded definition widens every entry that reaches into it, and no other', () => {
  const [reaching, inside] = [
    entry({ grants: [{ actions: ['iam:*:*'] }] }),
    entry({ user: 'bob', user_id: 'id-bob', grants: [{ actions: ['iam:users:create*'] }] }),
  ]
  const before = baselineJson([reaching, inside])
  const after = baselineJson([reaching, inside], {
    audited_permissions: { iam: { actions: ['iam:*:*'] }, org: { actions: ['organizations:*:*'] } },
  })
  const verdict = judged(texts(configJson(), before), texts(configJson(), after))
  expect(verdict.entries).toMatchObject([
    { change: 'widened', cause: 'definition', user_id: 'id-ana', before: { user: 'ana' } },
  ])
  expect(verdict.entries[0]?.gained?.actions).toContain('iam:users:listUsersV5')
  expect(codes(verdict)).toEqual(['justification-unchanged'])
})

test('what was gained and lost is named, and the line is that of the entry in the head', () => {
  const head = text(baselineJson([entry({ grants: [{ actions: ['iam:groups:*'] }], justification: 'x' })]))
  const verdict = judged(plain, { ...plain, baseline: head })
  const [widened, narrowed] = verdict.entries
  expect(widened?.gained).toMatchObject({ grants: [{ actions: ['iam:groups:*'] }] })
  expect(widened?.gained?.example).toMatch(/^iam:groups:/)
  expect(narrowed?.lost).toMatchObject({ grants: [{ actions: ['iam:users:*'] }] })
  expect(widened?.fields).toEqual(['grants', 'justification'])
  expect(widened?.line).toBe(readBaseline(head, 'b').lines[0])
  expect(head.split('\n')[(widened?.line ?? 0) - 1]).toBe('    {')
})

test('the stricter of base and head: what the pull request loosens still holds for it', () => {
  const strict = { require: ['justification', 'owner'], 'max-days': 30 }
  const base = texts(configJson({ approvals: strict }), baselineJson([]))
  const added = [entry({ expires: '2027-06-01', justification: '' })]
  const head = texts(configJson({ approvals: { require: [] } }), baselineJson(added))
  const asked = codes(judged(base, head)).filter((code) => code !== 'scope-not-reviewed')
  expect(asked).toEqual(['missing-field', 'expires-too-late'])
  const reversed = judged(
    texts(configJson({ approvals: { require: [] } }), baselineJson([])),
    texts(configJson({ approvals: strict }), baselineJson(added)),
  )
  expect(codes(reversed)).toEqual(['missing-field', 'expires-too-late'])
})

describe('entries with more patterns than a holding may have', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `iam:users:word${at}x`)
  const long = entry({ grants: [{ actions: many(250) }] })

  test('are shown as written when they are new', () => {
    const [added] = judgedEntries([], [long]).entries
    expect(added?.gained?.grants[0]?.actions).toHaveLength(250)
  })

  test('are compared all the same where the difference is small', () => {
    const grants = [{ actions: [...many(250), 'iam:users:more'] }]
    const [widened] = judgedEntries([long], [entry({ grants, justification: 'x' })]).entries
    expect(widened).toMatchObject({
      change: 'widened',
      gained: { grants: [{ actions: ['iam:users:more'] }] },
    })
  })

  test('fail as undetermined where it is not: undecided counts as widened', () => {
    const verdict = judgedEntries([entry({ grants: [{ actions: ['iam:groups:x'] }] })], [long])
    expect(changes(verdict)).toEqual(['widened', 'narrowed'])
    expect(verdict.entries[0]?.undetermined).toContain('bound')
    expect(codes(verdict)).toContain('undetermined')
  })
})

describe('entries of permissions that nobody audits', () => {
  test('are judged, and a notice says so', () => {
    const added = entry({
      permission: 'gone',
      within: { actions: ['x:*:*'] },
      grants: [{ actions: ['x:*:*'] }],
    })
    const verdict = judgedEntries([entry()], [entry(), added])
    expect(changes(verdict)).toEqual(['added'])
    expect(verdict.notices.join()).toContain('"gone"')
  })
})
