import { describe, expect, test } from '@jest/globals'
import type { GateVerdict } from '../../src/gate/model.ts'
import { gateSentence, renderGate } from '../../src/render/comment.ts'
import { agencyEntry, entry, federatedEntry, type Json, judgedEntries } from '../gate/texts.ts'

test('a justification as long as a comment pushes no other change out of it', () => {
  const others = ['bob', 'cid'].map((user) => entry({ user, user_id: `id-${user}` }))
  for (const letter of ['x', '#', '\u200b']) {
    const long = entry({ user_id: '0', justification: `Because ${letter.repeat(60_000)} of this` })
    const text = renderGate(judgedEntries([], [long, ...others]), { remarks: [], link: () => null }, 60_000)
    for (const shown of ['Because', 'of this', '`id-bob`', '`id-cid`']) expect(text).toContain(shown)
    expect(text).not.toContain('did not fit')
  }
})

describe('the headline counts entries, however many reasons there are', () => {
  const good = (user: string) => entry({ user, user_id: `id-${user}`, justification: 'On call' })
  /** Two reasons: no justification, and a day that has passed. */
  const bad = (user: string) => {
    const { justification: _, ...rest } = good(user)
    return { ...rest, expires: '2020-01-01' }
  }
  test.each<[readonly Json[], string]>([
    [[bad('ada')], 'fails: the changed approval is refused. In'],
    [[bad('ada'), bad('bob')], 'fails: all 2 changed approvals are refused. In'],
    [[bad('ada'), good('bob'), good('cid')], 'fails: 1 of 3 changed approvals is refused. In'],
    [[bad('ada'), bad('bob'), good('cid')], 'fails: 2 of 3 changed approvals are refused. In'],
  ])('%#', (entries, words) => {
    expect(judgedEntries([], entries as Json[]).failures.length).toBeGreaterThan(0)
    expect(gateSentence(judgedEntries([], entries as Json[]))).toContain(words)
  })

  test('a missing review refuses all that needs it, and what is wrong with a file counts by itself', () => {
    const verdict = judgedEntries([], [good('ada'), good('bob')])
    const failure = {
      file: 'b',
      line: 1,
      column: null,
      message: '',
      remedy: '',
      principal: null,
      permission: null,
    }
    const unreviewed: GateVerdict = {
      ...{ ...verdict, result: 'failed', entries_to_review: verdict.entries },
      failures: [
        { ...failure, code: 'entry-not-reviewed' },
        { ...failure, code: 'malformed' },
      ],
    }
    expect(gateSentence(unreviewed)).toContain(
      'fails: all 2 changed approvals are refused and 1 thing is wrong. In',
    )
  })
})

const hostile = [
  'a|b',
  '`|`',
  '\n| x |',
  '<!-- iam-audit -->',
  '@octocat',
  '[x](https://evil.example)',
  '\u202e|',
]

test.each(hostile)('no name breaks the table: %j', (name) => {
  const grants = [{ actions: ['iam:users:*'], resources: [name] }]
  const entries: Json[] = [
    entry({
      user: name,
      user_id: `id${name}`,
      justification: name,
      owner: name,
      grants,
      [`x-${name}`]: name,
    }),
    agencyEntry({
      agency: name,
      agency_id: name,
      trusted: [{ user: name, condition: { A: { [name]: name } } }],
    }),
    federatedEntry({
      ...{ provider: name, group: name, group_id: name, issuer: name, keys: [name] },
      when: [[{ type: name, any_one_of: [name] }]],
    }),
  ]
  for (const [before, after] of [
    [[], entries],
    [entries, []],
    [entries, entries.map((one) => ({ ...one, owner: 'x' }))],
  ] as Json[][][]) {
    const verdict = judgedEntries(before as Json[], after as Json[])
    expect(verdict.failures.filter(({ code }) => code === 'malformed')).toEqual([])
    const text = renderGate(verdict, { remarks: [], link: (_, line) => `https://x/(${line})|` }, 60_000)
    const rows = text.split('\n').filter((line) => line.startsWith('| '))
    expect(rows).toHaveLength(2 + entries.length)
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(6)
    expect(text).not.toMatch(/(?<!`[^`]*)(@octocat|<!-- iam-audit|\]\(https:\/\/evil)/)
  }
})

test('every line is linked at the commit that was judged', () => {
  const link = (file: string, line: number): string => `https://github.example/${file}#L${line}`
  const text = renderGate(judgedEntries([], [entry({ justification: '' })]), { remarks: [], link }, 60_000)
  expect(text).toContain('| [21](https://github.example/.github/iam-baseline.json#L21) |')
  expect(text).toContain('line 21](https://github.example/.github/iam-baseline.json#L21)')
})
