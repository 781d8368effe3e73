import { describe, expect, test } from '@jest/globals'
import type { GateTexts } from '../../src/gate/model.ts'
import {
  approvedByRita,
  baselineJson,
  changes,
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

test('a pull request that touches neither file passes, whatever stands in them', () => {
  const broken = { config: ': [', baseline: '{' }
  for (const side of [plain, broken])
    expect(judged(side, side)).toEqual({
      ...{ result: 'passed', event: 'pull_request', paths, touched: false, entries: [], failures: [] },
      ...{ scope_changes: [], review_needed: false, entries_to_review: [], review: null },
      ...{ verification: null, notices: [] },
    })
})

test('without a config on either side it passes, and says that it judges nothing', () => {
  for (const baseline of [null, plain.baseline]) {
    const verdict = judged({ config: null, baseline }, { config: null, baseline })
    expect(verdict).toMatchObject({ result: 'passed', touched: false })
    expect(verdict.notices).toEqual([expect.stringContaining(`There is no config at ${paths.config}`)])
  }
})

test('line ends that a checkout made its own touch nothing', () => {
  const crlf = (text: string | null): string | null => text?.replaceAll('\n', '\r\n') ?? null
  const head = { config: crlf(plain.config), baseline: crlf(plain.baseline) }
  expect(judged(plain, head)).toMatchObject({ result: 'passed', touched: false })
})

test('a config that comes from nowhere while there is a baseline needs a review', () => {
  for (const baseline of [plain.baseline, '{']) {
    const verdict = judged({ config: null, baseline }, plain)
    expect([kinds(verdict), codes(verdict)]).toEqual([['config-from-nowhere'], ['scope-not-reviewed']])
    expect(verdict.scope_changes[0]?.message).toContain(paths.config)
  }
})

test('a baseline that comes from nowhere is said', () => {
  const verdict = judged({ ...plain, baseline: null }, plain)
  expect(verdict).toMatchObject({ result: 'passed', scope_changes: [] })
  expect(verdict.notices.join()).toContain(`There is no baseline at ${paths.baseline} before this change`)
})

test('names that do not exist, and a list that sees too little, are said and decide nothing', () => {
  const slip = { name: 'iam', holds: 'all', actions: ['iam:user:create*'] }
  const config = text(configJson({ 'audited-permissions': [slip] }))
  const verdict = judged(texts(null, null), { config, baseline: null })
  expect(verdict.result).toBe('passed')
  expect(verdict.notices.join('\n')).toContain('Did you mean "iam:users:create*"?')
  expect(verdict.notices.join('\n')).toContain('"holds: all"')
})

test('only spaces: touched, and nothing to say', () => {
  const head = { ...plain, baseline: `${plain.baseline}\n` }
  expect(judged(plain, head)).toMatchObject({ result: 'passed', touched: true, entries: [], failures: [] })
})

describe('files that are malformed or missing', () => {
  const broken = '{\n  "version": 1,\n  "account": x\n}\n'

  test('malformed at the head: every problem of both files with its line', () => {
    const verdict = judged(plain, { config: 'version: 2\nfoo: 1\n', baseline: broken })
    expect(verdict.failures.map(({ code, file, line, column }) => [code, file, line, column])).toEqual([
      ['malformed', paths.config, 1, 1],
      ['malformed', paths.config, 1, 10],
      ['malformed', paths.config, 2, 1],
      ['malformed', paths.baseline, 3, 14],
    ])
  })

  test('a malformed config hides nothing of what the entries lack', () => {
    const head = { config: 'x', baseline: text(baselineJson([entry({ expires: '2020-01-01' })])) }
    expect(codes(judged({ ...plain, baseline: null }, head))).toEqual(['malformed', 'expired'])
  })

  test('a conflict marker', () => {
    const marked = `${plain.baseline}`.replace('    {', '<<<<<<< HEAD\n    {')
    const [failure, ...more] = judged(plain, { ...plain, baseline: marked }).failures
    expect(failure).toMatchObject({ code: 'malformed', message: 'found a merge conflict marker.' })
    expect(more).toEqual([])
  })

  test.each(['config', 'baseline'] as const)('%s removed at the head', (file) => {
    const verdict = judged(plain, { ...plain, [file]: null })
    expect(verdict.failures).toMatchObject([{ code: 'missing-file', file: paths[file], line: null }])
  })

  test('the first pull request brings the config; the baseline comes after the first audit', () => {
    const verdict = judged({ config: null, baseline: null }, texts(configJson(), null))
    expect(verdict).toMatchObject({ result: 'passed', entries: [], scope_changes: [] })
    expect(verdict.notices).toHaveLength(1)
  })

  test('the first baseline: every entry is added, and none is a scope change', () => {
    const verdict = judged(texts(configJson(), null), plain)
    expect([changes(verdict), kinds(verdict), verdict.result]).toEqual([['added'], [], 'passed'])
  })

  test('a baseline without any config', () => {
    const verdict = judged({ config: null, baseline: null }, { ...plain, config: null })
    expect(codes(verdict)).toEqual(['missing-file'])
  })

  test('malformed at the base: a baseline counts as empty, a config makes the scope unknown', () => {
    const empty = judged({ ...plain, baseline: broken }, plain)
    expect([changes(empty), kinds(empty), empty.result]).toEqual([['added'], [], 'passed'])
    const unknown = judged({ ...plain, config: 'x' }, plain)
    expect([kinds(unknown), codes(unknown)]).toEqual([['base-unreadable'], ['scope-not-reviewed']])
  })
})

describe('another account', () => {
  const other = 'ffffffffffffffffffffffffffffaaaa'
  const none = { account: undefined }
  test.each([
    ['in the baseline', texts(configJson(), baselineJson([], { account: other })), [paths.baseline]],
    [
      'in the config',
      texts(configJson({ account: other }), baselineJson([])),
      [paths.config, paths.baseline],
    ],
    [
      'in both',
      texts(configJson({ account: other }), baselineJson([], { account: other })),
      [paths.config, paths.baseline],
    ],
    [
      'in the baseline, with account dropped from the config',
      texts(configJson(none), baselineJson([], { account: other })),
      [paths.baseline],
    ],
  ])('%s', (_, head, files) => {
    const failures = judged(plain, head).failures.filter((one) => one.code === 'other-account')
    expect(failures.map((one) => one.file)).toEqual(files)
    for (const one of failures) expect(one.message).toContain(other)
  })

  test('in a baseline where no config names one', () => {
    const head = texts(configJson(none), baselineJson([entry()], { account: other }))
    expect(codes(judged(texts(configJson(none), baselineJson()), head))).toEqual(['other-account'])
  })
})

describe('a scope change and its review', () => {
  const silenced = { ...plain, config: text(configJson({ issue: { enabled: false } })) }

  test('fails without one, and says to run again', () => {
    const verdict = judged(plain, silenced)
    expect(verdict.failures).toMatchObject([{ code: 'scope-not-reviewed', file: paths.config }])
    expect(verdict.failures[0]?.remedy).toContain('run this check again')
  })

  test('passes with one', () => {
    const approved = judged(plain, silenced, {}, { reviews: approvedByRita })
    expect(approved).toMatchObject({ result: 'passed', failures: [], review: { by: ['rita'] } })
  })

  test('gives the reason why there is none, once', () => {
    const verdict = judged(plain, silenced, {}, { reviews: { ...approvedByRita, unreadable: '404.' } })
    expect(verdict.failures).toHaveLength(1)
    expect(verdict.failures[0]?.message).toContain('404.')
  })

  test('no review helps a failure of another kind', () => {
    const verdict = judged(plain, { ...silenced, baseline: null }, {}, { reviews: approvedByRita })
    expect([verdict.result, codes(verdict)]).toEqual(['failed', ['missing-file']])
  })

  test('is not asked for where nothing needs it', () => {
    const head = { ...plain, config: text(configJson({ name: 'x' })) }
    expect(judged(plain, head, {}, { reviews: approvedByRita })).toMatchObject({
      ...{ result: 'passed', review_needed: false, review: null },
    })
  })
})

describe('entries that grow, where approvals.require names review', () => {
  const approvals = { require: ['justification', 'review'] }
  const reviewed = (before: Json[], after: Json[]): GateTexts[] =>
    [before, after].map((entries) => texts(configJson({ approvals }), baselineJson(entries)))
  const later = entry({ expires: '2027-01-01' })
  const rows: [string, Json[], Json[], boolean][] = [
    ['added', [], [entry()], true],
    [
      'widened',
      [entry()],
      [entry({ grants: [{ actions: ['iam:users:*', 'iam:groups:*'] }], justification: 'More' })],
      true,
    ],
    ['prolonged', [entry({ expires: '2026-12-01' })], [later], true],
    ['narrowed', [entry()], [entry({ grants: [{ actions: ['iam:users:create*'] }] })], false],
    ['shortened', [later], [entry({ expires: '2026-12-01' })], false],
    ['removed', [entry()], [], false],
    ['reworded', [entry()], [entry({ owner: 'platform' })], false],
  ]

  test.each(rows)('%s', (_, before, after, needed) => {
    const [base, head] = reviewed(before, after) as [GateTexts, GateTexts]
    const verdict = judged(base, head)
    expect(verdict.review_needed).toBe(needed)
    expect(codes(verdict)).toEqual(needed ? ['entry-not-reviewed'] : [])
    expect(codes(judged(base, head, {}, { reviews: approvedByRita }))).toEqual([])
    expect(codes(judged(base, head, { event: 'merge_group' }))).toEqual([])
  })

  test('the stricter of base and head asks, and a change of scope is asked for beside it', () => {
    const strict = texts(configJson({ approvals }), baselineJson([]))
    const loose = texts(configJson(), baselineJson([entry()]))
    const verdict = judged(strict, loose)
    expect(codes(verdict)).toEqual(['scope-not-reviewed', 'entry-not-reviewed'])
    expect(kinds(verdict)).toEqual(['approvals-loosened'])
    const stricter = judged({ ...loose, baseline: strict.baseline }, { ...strict, baseline: loose.baseline })
    expect(codes(stricter)).toEqual(['entry-not-reviewed'])
  })
})
