import { describe, expect, test } from '@jest/globals'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { entryCases } from './entry-cases.ts'
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

test.each(entryCases)('$name', (one) => {
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

test('of two limits of days the shorter one holds, whichever side it stands on', () => {
  const days = (count: number): Json => configJson({ approvals: { require: [], 'max-days': count } })
  const added = baselineJson([entry({ expires: '2027-06-01' })])
  for (const [before, after] of [
    [30, 365],
    [365, 30],
  ] as const) {
    const verdict = judged(texts(days(before), baselineJson([])), texts(days(after), added))
    expect(codes(verdict)).toContain('expires-too-late')
  }
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

  test('and where it is large', () => {
    const verdict = judgedEntries([entry({ grants: [{ actions: ['iam:groups:x'] }] })], [long])
    expect(changes(verdict)).toEqual(['widened', 'narrowed'])
    expect(verdict.entries[0]?.gained?.grants[0]?.actions).toHaveLength(250)
  })

  test('what goes beyond the bound fails as undetermined: undecided counts as widened', () => {
    const letters = [...'cdefghijklmnopqrstuvw']
    const hard = letters.map((letter) => `iam:*:${`*b${letter}`.repeat(50)}*`)
    const other = `iam:*:${'*ab'.repeat(60)}*`
    const verdict = judgedEntries(
      [entry({ grants: [{ actions: [other] }] })],
      [entry({ grants: [{ actions: hard }] })],
    )
    expect(changes(verdict)).toContain('widened')
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
