import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ReadBaselineOptions, readBaseline } from '../../src/baseline/read-baseline.ts'
import { jsonErrorOffset } from '../../src/text/json-syntax.ts'
import { UserError } from '../../src/text/problem.ts'
import { settings } from '../property-settings.ts'

const example = {
  version: 1,
  account: 'acc',
  audited_permissions: { p: { actions: ['iam:*:*'] } },
  approvals: [
    { user: 'ana', user_id: 'id-ana', permission: 'p', grants: [{ actions: ['iam:*:*'] }] },
    { user: 'bob', user_id: 'id-bob', permission: 'p', grants: [{ actions: ['iam:*'] }], 'x-a': { b: 1 } },
  ],
}

function problems(text: string, options?: ReadBaselineOptions): string[] {
  try {
    readBaseline(text, 'b.json', options)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.problems.map(
      (one) => `${one.line}:${one.column} ${one.message}${one.remedy ? ` ${one.remedy}` : ''}`,
    )
  }
}

/** The example with its first entry changed. */
function withEntry(over: object): string {
  const [first, ...rest] = example.approvals
  return JSON.stringify({ ...example, approvals: [{ ...first, ...over }, ...rest] }, null, 2)
}

const gap = {
  ...{ policy_id: 'p', version_id: 'v1', sha256: 'a'.repeat(64), for: ['user:id-ana'] },
  ...{ justification: 'j', expires: '2027-01-01' },
}
const restricted = [{ actions: ['iam:*:*'], resources: ['iam:*:*:user:a'] }]

interface Case {
  readonly name: string
  readonly text: string
  readonly options?: ReadBaselineOptions
  /** Line and column, and words of the message; empty: nothing is wrong. */
  readonly found: readonly string[]
}

const cases: Case[] = [
  { name: 'nothing', text: JSON.stringify(example), found: [] },
  { name: 'an empty file', text: '', found: ['1:1 the file is empty'] },
  { name: 'a comment', text: '{\n  // hi\n}', found: ['2:3 not JSON'] },
  { name: 'a trailing comma', text: '{\n  "version": 1,\n}', found: ['3:1 not JSON'] },
  { name: 'a byte order mark', text: `\ufeff${JSON.stringify(example)}`, found: [] },
  { name: 'YAML', text: 'version: 1\n', found: ['1:1 not JSON'] },
  { name: 'a list', text: '[]', found: ['1:1 the file: found an empty list; allowed: a map'] },
  { name: 'null', text: 'null', found: ['1:1 the file: found null'] },
  { name: 'half a file', text: '{"version": 1, "account', found: ['1:16 not JSON'] },
  {
    name: 'conflict markers, each with its line',
    text: '{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> main\n}',
    found: ['2:1 found a merge conflict', '4:1 found a merge conflict', '6:1 found a merge conflict'],
  },
  {
    name: 'duplicate keys, also written with escapes, everywhere at once',
    text: JSON.stringify(example)
      .replace('"account"', '"versio\\u006e":1,"account"')
      .replace('"user":"bob"', '"user":"bob","user":"eve"'),
    found: ['1:14 the key "versio\\\\u006e" stands twice', 'the key "user" stands twice'],
  },
  {
    name: 'a key that JavaScript would swallow',
    text: withEntry({}).replace('"user": "ana"', '"__proto__": {}, "user": "ana"'),
    found: ['13:7 found the key "__proto__"'],
  },
  {
    name: 'unknown keys, with what is near',
    text: JSON.stringify({ ...example, acount: 1 }),
    found: ['found the unknown key "acount"; allowed: version, account'],
  },
  {
    name: 'an unknown key of an entry',
    text: withEntry({ reason: 'x' }),
    found: ['23:7 found the unknown key "reason"'],
  },
  { name: 'a field of one’s own', text: withEntry({ 'x-reason': [{}] }), found: [] },
  {
    name: 'another version',
    text: JSON.stringify({ ...example, version: 2 }),
    found: ['found 2; allowed: 1'],
  },
  {
    name: 'no account',
    text: JSON.stringify({ ...example, account: undefined }),
    found: ['"account" is missing'],
  },
  {
    name: 'another account than the config names',
    text: JSON.stringify(example),
    ...{ options: { account: 'other' }, found: ['found the account "acc"; the config names "other"'] },
  },
  {
    name: 'a day that does not exist',
    text: withEntry({ expires: '2027-02-29' }),
    found: ['found "2027-02-29"'],
  },
  { name: 'a leap day', text: withEntry({ expires: '2028-02-29' }), found: [] },
  {
    name: 'a time',
    text: withEntry({ expires: '2027-01-01T00:00:00Z' }),
    found: ['allowed: a day that exists'],
  },
  { name: 'a short year', text: withEntry({ expires: '27-01-01' }), found: ['allowed: a day that exists'] },
  {
    name: 'no grants',
    text: withEntry({ grants: [] }),
    found: ['an empty list; allowed: at least one grant'],
  },
  { name: 'no actions', text: withEntry({ grants: [{ actions: [] }] }), found: ['at least one pattern'] },
  {
    name: 'a pattern with one colon',
    text: withEntry({ grants: [{ actions: ['iam:users'] }] }),
    found: ['1 colon'],
  },
  {
    name: 'resources beside not_resources',
    text: withEntry({ grants: [{ actions: ['*'], resources: ['a'], not_resources: ['b'] }] }),
    found: ['found not_resources beside resources'],
  },
  {
    name: 'a condition with a number',
    text: withEntry({ grants: [{ actions: ['*'], condition: { NumericLessThan: { a: 1 } } }] }),
    found: ['condition.NumericLessThan.a": found 1; allowed: text, or a list of texts'],
  },
  {
    name: 'eligible without end',
    text: withEntry({ assignment: 'eligible' }),
    found: ['"eligible" without expires'],
  },
  { name: 'eligible until', text: withEntry({ assignment: 'eligible', expires: '2027-01-01' }), found: [] },
  { name: 'disabled false', text: withEntry({ disabled: false }), found: ['allowed: true, or no such key'] },
  {
    name: 'the same entry twice, other bytes',
    text: withEntry({ user: 'robert', user_id: 'id-bob' }),
    found: ['stands twice; the first is on line 12'],
  },
  {
    name: 'a permission without a definition',
    text: withEntry({ permission: 'q' }),
    found: ['the permission "q" has no definition'],
  },
  {
    name: 'a permission called like a method',
    text: withEntry({ permission: 'constructor' }),
    found: ['the permission "constructor" has no definition'],
  },
  { name: 'its own definition', text: withEntry({ permission: 'q', within: { actions: ['*'] } }), found: [] },
  {
    name: 'the root user',
    text: withEntry({}),
    ...{ options: { rootUserIds: ['id-ana'] }, found: ['found an entry for the root user'] },
  },
  { name: 'everybody, restricted', text: withEntry({ user_id: '*', grants: restricted }), found: [] },
  ...[
    {},
    { resources: ['*'] },
    { resources: ['iam:*:*:user:a', '*:*:*:*:*'] },
    { resources: ['iam:*:*:*:*'] },
    { not_resources: [] },
    { condition: {} },
    { condition: { StringEquals: {} } },
    { resources: ['iam::acc:*:*'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies look like this
    { resources: ['iam::${g:DomainId}:*:*'] },
  ].map((limit) => ({
    name: `everybody, limited by nothing: ${JSON.stringify(limit)}`,
    text: withEntry({ user_id: '*', grants: [...restricted, { actions: ['iam:*:*'], ...limit }] }),
    found: ['unrestricted grant for everybody'],
  })),
  {
    name: 'a known gap twice',
    text: JSON.stringify({ ...example, known_gaps: [gap, { ...gap, justification: 'k' }] }),
    found: ['the known gap of this document stands twice'],
  },
  {
    name: 'a known gap without end, with an upper-case digest',
    text: JSON.stringify({
      ...example,
      known_gaps: [{ ...gap, expires: undefined, sha256: 'A'.repeat(64) }],
    }),
    found: ['"known_gaps.0.expires" is missing', 'allowed: 64 hex digits in lower case'],
  },
  {
    name: 'all at once, though each is of another kind',
    text: withEntry({
      ...{ expires: 'soon', disabled: 1, reason: 'x', permission: 'q', user: '' },
      ...{ assignment: 'eligible', grants: [{ actions: ['a:b'], what: 1 }] },
    }),
    options: { account: 'other', rootUserIds: ['id-ana'] },
    found: [
      ...[
        'found the account',
        'root user',
        '"approvals.0.user": found ""',
        '"q" has no definition',
        '1 colon',
      ],
      ...['unknown key "what"', 'found "soon"', 'found 1; allowed: true', 'unknown key "reason"'],
    ],
  },
]

test.each(cases)('$name', ({ text, options, found }) => {
  const all = problems(text, options)
  expect(all).toHaveLength(found.length)
  for (const words of found) expect(all.join('\n')).toContain(words)
})

describe('what was read', () => {
  test('is what the file says, with the line of each entry', () => {
    const file = readBaseline(JSON.stringify(example, null, 2), 'b.json')
    expect(file.baseline.approvals[1]).toEqual({
      ...{ kind: 'user', user: 'bob', user_id: 'id-bob', permission: 'p', grants: [{ actions: ['iam:*'] }] },
      extra: { 'x-a': { b: 1 } },
    })
    expect(file.lines).toEqual([12, 24])
    expect(Object.hasOwn(file.baseline, 'known_gaps')).toBe(false)
  })

  test('hostile texts are quoted: nothing of theirs controls the terminal', () => {
    const [problem] = problems(withEntry({ 'a\u001b[2J\n\u202e::error::': 1 }))
    expect(problem).toContain('"a\\u001b[2J\\n\\u202e::error::"')
  })

  test('a file of brackets ends in a problem, not in an overflow', () => {
    expect(problems('['.repeat(200_000) + ']'.repeat(200_000)).length).toBeGreaterThan(0)
  })

  test('five thousand entries are read, each with its line', () => {
    const approvals = Array.from({ length: 5000 }, (_, at) => ({
      ...example.approvals[0],
      user_id: `u${at}`,
    }))
    expect(readBaseline(JSON.stringify({ ...example, approvals }, null, 2), 'b').lines).toHaveLength(5000)
  })
})

describe('jsonErrorOffset', () => {
  const valid = fc.json({ maxDepth: 4 })

  test('is the end of every text that is JSON', () => {
    fc.assert(
      fc.property(valid, (json) => jsonErrorOffset(json) === json.length),
      settings(),
    )
  })

  test('agrees with the platform on what is JSON, and never points beyond the mistake', () => {
    fc.assert(
      fc.property(
        valid,
        fc.nat(),
        fc.constantFrom('', '"', '{', '}', ',', '1', 'x', '\\', '-', '.'),
        (json, at, by) => {
          const text = json.slice(0, at % (json.length + 1)) + by + json.slice((at % (json.length + 1)) + 1)
          const offset = jsonErrorOffset(text)
          const isJson = (one: string): boolean => {
            try {
              JSON.parse(one)
              return true
            } catch {
              return false
            }
          }
          if (isJson(text)) expect(offset).toBe(text.length)
          // Valid up to there: the platform complains at this very character, or that the text ends too soon.
          else if (offset < text.length) expect(isJson(text.slice(0, offset + 1))).toBe(false)
        },
      ),
      settings(500),
    )
  })
})
