import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Baseline, BaselineEntry } from '../../src/baseline/baseline.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { rewriteBaseline, writeBaseline } from '../../src/baseline/write-baseline.ts'

const example = readFileSync('examples/iam-baseline.json', 'utf8')

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 })
const pattern = fc.constantFrom('iam:*:*', 'iam:users:*', '*', 'iam:*', 'IAM:users:get?')
const set = fc.record(
  { actions: fc.array(pattern, { minLength: 1, maxLength: 3 }), except: fc.array(pattern, { maxLength: 2 }) },
  { requiredKeys: ['actions'] },
)
const grant = fc
  .record({
    set,
    limit: fc.constantFrom<object[]>(
      {},
      { resources: ['iam:*:*:user:a', 'x"y'] },
      { not_resources: ['iam:*:*:user:*'] },
      { condition: { StringEquals: { 'g:UserName': ['b', 'a'] } } },
    ),
  })
  .map(({ set, limit }) => ({ ...set, ...limit }))
const day = fc.constantFrom('2026-01-01', '2028-02-29')
const extraKey = fc.constantFrom('x-ticket', 'x-', 'x-a b', 'x-1')
const entries: fc.Arbitrary<BaselineEntry> = fc
  .record(
    {
      user: text,
      user_id: fc.oneof(text, fc.constantFrom('a', 'b', 'Z', 'é', '10', '9', 'approvals')),
      permission: fc.constantFrom('p', 'q', '7'),
      grants: fc.array(grant, { minLength: 1, maxLength: 3 }),
      justification: fc.oneof(fc.constant(''), text),
      owner: text,
      expires: day,
      assignment: fc.constant('active' as const),
      disabled: fc.constant(true as const),
      within: set,
      extra: fc.dictionary(extraKey, fc.jsonValue({ maxDepth: 2 })),
    },
    { requiredKeys: ['user', 'user_id', 'permission', 'grants', 'extra'] },
  )
  // For everybody there are rules of its own; the other is a key that no file may have.
  .filter((entry) => entry.user_id !== '*' && !JSON.stringify(entry).includes('__proto__'))
const baselines: fc.Arbitrary<Baseline> = fc.record(
  {
    account: fc.constantFrom('acc', 'approvals'),
    admin_group: fc.constantFrom('g1', 'approvals'),
    audited_permissions: fc.record({ p: set, q: set, '7': set }),
    approvals: fc.uniqueArray(entries, {
      maxLength: 5,
      selector: (entry) => JSON.stringify([entry.user_id, entry.permission]),
    }),
    known_gaps: fc.array(
      fc.record({
        ...{ policy_id: text, version_id: text, sha256: fc.constant('0'.repeat(64)) },
        ...{ justification: text, expires: day },
      }),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: ['account', 'audited_permissions', 'approvals'] },
)

const layoutExample: Baseline = {
  account: 'acc',
  admin_group: 'g1',
  audited_permissions: {
    org: { actions: ['organizations:*:*'], except: [] },
    iam: { actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] },
  },
  approvals: [
    {
      ...{ user: 'Ana "A" <b>', user_id: 'id-1', permission: 'iam' },
      grants: [
        { actions: ['iam:*:*'], except: ['iam:users:delete*'] },
        {
          actions: ['iam:users:*'],
          resources: ['iam:*:*:user:a'],
          condition: { Bool: { 'g:MFAPresent': ['true'] } },
        },
      ],
      ...{ justification: '', owner: 'team', expires: '2027-03-31', assignment: 'eligible', disabled: true },
      within: { actions: ['iam:users:*'] },
      extra: { 'x-ticket': { id: 1, seen: [] } },
    },
  ],
  known_gaps: [],
}

/** The same values laid out as somebody's editor likes them. */
const layouts: readonly [string, (json: string) => string][] = [
  ['as written', (json) => json],
  ['in one line', (json) => JSON.stringify(JSON.parse(json))],
  ['with tabs', (json) => JSON.stringify(JSON.parse(json), null, '\t')],
  ['with carriage returns', (json) => JSON.stringify(JSON.parse(json), null, 3).replaceAll('\n', '\r\n')],
]

describe('writeBaseline', () => {
  test('one line for each definition, for who is approved and until when, for the grants, for each other field', () => {
    expect(writeBaseline(layoutExample)).toBe(`{
  "version": 1,
  "account": "acc",
  "admin_group": "g1",
  "audited_permissions": {
    "iam": { "actions": ["iam:*:*"], "except": ["iam:*:get*", "iam:*:list*"] },
    "org": { "actions": ["organizations:*:*"] }
  },
  "approvals": [
    {
      "user": "Ana \\"A\\" <b>", "user_id": "id-1", "permission": "iam", "within": { "actions": ["iam:users:*"] }, "expires": "2027-03-31", "assignment": "eligible", "disabled": true,
      "grants": [{ "actions": ["iam:*:*"], "except": ["iam:users:delete*"] }, { "actions": ["iam:users:*"], "resources": ["iam:*:*:user:a"], "condition": { "Bool": { "g:MFAPresent": ["true"] } } }],
      "justification": "",
      "owner": "team",
      "x-ticket": { "id": 1, "seen": [] }
    }
  ],
  "known_gaps": []
}
`)
  })

  test('reads back to itself, whatever the order it was given in', () => {
    fc.assert(
      fc.property(baselines, fc.infiniteStream(fc.nat(9)), (baseline, chance) => {
        const written = writeBaseline(baseline)
        expect(written).toMatch(/[^\n]\n$/)
        const again = readBaseline(written, 'b').baseline
        const order = new Map(baseline.approvals.map((entry) => [entry, chance.next().value]))
        const shuffled = baseline.approvals.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
        expect(writeBaseline(again)).toBe(written)
        expect(writeBaseline({ ...baseline, approvals: shuffled })).toBe(written)
      }),
      { numRuns: 150 },
    )
  })

  test('entries are in the order of code units, which no locale changes', () => {
    const entry = (user_id: string, permission: string): BaselineEntry => ({
      ...{ user: 'u', user_id, permission, grants: [{ actions: ['*'] }], extra: {} },
    })
    const pairs = [
      ['a', 'q'],
      ['a', 'p'],
      ['é', 'p'],
      ['Z', 'p'],
      ['10', 'p'],
      ['9', 'p'],
    ] as const
    const baseline = {
      account: 'a',
      audited_permissions: { p: { actions: ['*'] }, q: { actions: ['*'] } },
      approvals: pairs.map(([id, permission]) => entry(id, permission)),
    }
    const order = readBaseline(writeBaseline(baseline), 'b').baseline.approvals
    expect(order.map((one) => one.user_id + one.permission)).toEqual(['10p', '9p', 'Zp', 'ap', 'aq', 'ép'])
  })

  test('known_gaps is there exactly when the baseline has it', () => {
    const { known_gaps: _, ...without } = readBaseline(example, 'b').baseline
    expect(writeBaseline(without)).not.toContain('known_gaps')
  })
})

describe('rewriteBaseline', () => {
  test.each(layouts)('of a file %s: equal entries keep their bytes, twice is once', (_, layout) => {
    fc.assert(
      fc.property(baselines, entries, (baseline, more) => {
        const file = readBaseline(layout(writeBaseline(baseline)), 'b')
        const key = (one: BaselineEntry): string => JSON.stringify([one.user_id, one.permission])
        const kept = file.baseline.approvals.filter((one) => key(one) !== key(more))
        const next = { ...file.baseline, account: 'other', approvals: [more, ...kept] }
        const once = rewriteBaseline(file, next)
        expect(rewriteBaseline(readBaseline(once, 'b'), next)).toBe(once)
        // Whatever the bytes, the meaning is that of the new baseline.
        expect(writeBaseline(readBaseline(once, 'b').baseline)).toBe(writeBaseline(next))
        for (const entry of kept) expect(once).toContain(bytesOf(file.text, entry))
      }),
      { numRuns: 60 },
    )
  })

  test.each(layouts)(
    'of a file %s: an entry that gains its definition keeps all other bytes',
    (_, layout) => {
      const file = readBaseline(layout(example), 'b')
      const within = { actions: ['iam:users:*'] }
      const approvals = file.baseline.approvals.map((entry) => ({ ...entry, within }))
      const next = { ...file.baseline, approvals }
      const once = rewriteBaseline(file, next)
      expect(readBaseline(once, 'b').baseline).toEqual(next)
      const removed = once.replaceAll(/,(?:\r?\n)?[ \t]*"within": \{ "actions": \["iam:users:\*"\] \}/g, '')
      expect(removed).toBe(rewriteBaseline(file, file.baseline))
    },
  )

  test('a checkout with carriage returns has them everywhere, and no change of its own', () => {
    const file = readBaseline(
      writeBaseline(readBaseline(example, 'b').baseline).replaceAll('\n', '\r\n'),
      'b',
    )
    expect(rewriteBaseline(file, file.baseline)).toBe(file.text)
    const more = { ...(file.baseline.approvals[0] as BaselineEntry), user_id: 'zz' }
    const next = { ...file.baseline, approvals: [...file.baseline.approvals, more] }
    expect(rewriteBaseline(file, next)).toBe(writeBaseline(next).replaceAll('\n', '\r\n'))
  })

  test('an entry that gains its definition reads as if it were written anew', () => {
    const file = readBaseline(writeBaseline(readBaseline(example, 'b').baseline), 'b')
    const approvals = file.baseline.approvals.map((entry) => ({ ...entry, within: { actions: ['*'] } }))
    const next = { ...file.baseline, approvals }
    expect(rewriteBaseline(file, next)).toBe(writeBaseline(next))
  })

  test('an entry that changed in something else as well is written anew', () => {
    const file = readBaseline(JSON.stringify(JSON.parse(example)), 'b')
    const [first, ...rest] = file.baseline.approvals as [BaselineEntry, ...BaselineEntry[]]
    const approvals = [{ ...first, owner: 'other', within: { actions: ['*'] } }, ...rest]
    const text = rewriteBaseline(file, { ...file.baseline, approvals })
    expect(text).toContain('\n      "owner": "other"\n')
  })
})

/** The entry as the file has it, cut out by what JSON says of its neighbours. */
function bytesOf(text: string, entry: BaselineEntry): string {
  const anchor = `"user_id":`
  const value = JSON.stringify(entry.user_id)
  for (let at = text.indexOf(anchor); at >= 0; at = text.indexOf(anchor, at + 1)) {
    const start = text.lastIndexOf('{', at)
    for (let end = text.indexOf('}', at); end >= 0; end = text.indexOf('}', end + 1)) {
      const candidate = text.slice(start, end + 1)
      try {
        const parsed = JSON.parse(candidate)
        if (JSON.stringify(parsed.user_id) === value && parsed.permission === entry.permission)
          return candidate
        break
      } catch {}
    }
  }
  throw new Error('The entry is not in the file.')
}
