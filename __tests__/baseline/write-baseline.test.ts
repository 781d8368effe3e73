import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Baseline, BaselineEntry, UserEntry } from '../../src/baseline/baseline.ts'
import { entryKey, holderKey } from '../../src/baseline/entry.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { entryJson, rewriteBaseline, writeBaseline } from '../../src/baseline/write-baseline.ts'
import { settings } from '../property-settings.ts'
import { baselines, entries } from './arbitraries.ts'

const example = readFileSync('examples/iam-baseline.json', 'utf8')

const layoutExample: Baseline = {
  account: 'acc',
  admin_group: 'g1',
  audited_permissions: {
    org: { actions: ['organizations:*:*'], except: [] },
    iam: { actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] },
  },
  approvals: [
    {
      ...{ kind: 'user', user: 'Ana "A" <b>', user_id: 'id-1', permission: 'iam' },
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
    {
      ...{ kind: 'federated', provider: 'corp', group: '*', group_id: '*', permission: 'iam' },
      ...{ issuer: 'https://idp.example', keys: [], grants: [{ actions: ['iam:*:*'] }], extra: {} },
      when: [{ tests: [{ regex: true, any_one_of: ['a'], type: 'Groups' }], names: 'corp-{Team}' }],
    },
    {
      ...{ kind: 'agency', agency: 'ci/deploy', agency_id: 'zz', permission: 'iam', expires: '2027-03-31' },
      ...{ grants: [{ actions: ['iam:*:*'], scopes: ['project:1'] }], justification: 'SEC-2', extra: {} },
      trusted: [
        { condition: { Bool: { a: 'b' } }, keys: ['k'], issuer: 'i', provider: 'p' },
        { account: 'acc', service: 'service.ECS' },
      ],
    },
  ],
  known_gaps: [
    {
      ...{ justification: 'read by hand', expires: '2027-01-01', for: ['corp'], provider: 'corp' },
      ...{ sha256: 'a'.repeat(64), mapping_id: 'm' },
    },
  ],
}

/** The same values laid out as somebody's editor likes them. */
const layouts: readonly [string, (json: string) => string][] = [
  ['as written', (json) => json],
  ['in one line', (json) => JSON.stringify(JSON.parse(json))],
  ['with tabs', (json) => JSON.stringify(JSON.parse(json), null, '\t')],
  ['with carriage returns', (json) => JSON.stringify(JSON.parse(json), null, 3).replaceAll('\n', '\r\n')],
]

describe('writeBaseline', () => {
  test('one line for each definition, for who is approved and until when, for the grants, for each other field; gaps likewise', () => {
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
    },
    {
      "agency": "ci/deploy", "agency_id": "zz", "permission": "iam", "trusted": [{ "provider": "p", "issuer": "i", "keys": ["k"], "condition": { "Bool": { "a": "b" } } }, { "service": "service.ECS", "account": "acc" }], "expires": "2027-03-31",
      "grants": [{ "actions": ["iam:*:*"], "scopes": ["project:1"] }],
      "justification": "SEC-2"
    },
    {
      "provider": "corp", "group": "*", "group_id": "*", "permission": "iam", "issuer": "https://idp.example", "keys": [], "when": [{ "names": "corp-{Team}", "tests": [{ "type": "Groups", "any_one_of": ["a"], "regex": true }] }],
      "grants": [{ "actions": ["iam:*:*"] }]
    }
  ],
  "known_gaps": [
    {
      "mapping_id": "m", "provider": "corp", "sha256": "${'a'.repeat(64)}", "for": ["corp"], "expires": "2027-01-01",
      "justification": "read by hand"
    }
  ]
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
      settings(150),
    )
  })

  test('entries are in the order of code units, which no locale changes', () => {
    const entry = (user_id: string, permission: string): UserEntry => ({
      ...{ kind: 'user', user: 'u', user_id, permission, grants: [{ actions: ['*'] }], extra: {} },
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
    expect(order.map((one) => holderKey(one) + one.permission)).toEqual(['10p', '9p', 'Zp', 'ap', 'aq', 'ép'])
  })

  test('known_gaps is there exactly when the baseline has it', () => {
    const { known_gaps: _, ...without } = readBaseline(example, 'b').baseline
    expect(writeBaseline(without)).not.toContain('known_gaps')
  })
})

describe('rewriteBaseline', () => {
  test.each(layouts)('of a file %s: the same baseline leaves every byte', (_, layout) => {
    fc.assert(
      fc.property(baselines, (baseline) => {
        const text = layout(writeBaseline(baseline))
        const file = readBaseline(text, 'b')
        expect(rewriteBaseline(file, { ...baseline, approvals: baseline.approvals.toReversed() })).toBe(text)
      }),
      settings(30),
    )
  })

  test('the schema line stays, also where the new baseline does not speak of it', () => {
    const file = readBaseline(example.replace(/"\$schema": "[^"]*"/, '"$schema": "s"'), 'b')
    const { $schema, ...rest } = file.baseline
    expect($schema).toBe('s')
    expect(rewriteBaseline(file, { ...rest, account: 'x' })).toMatch(/^\{\n {2}"\$schema": "s",\n/)
  })

  test('known gaps that are equal keep their bytes', () => {
    const gap = {
      role_id: 'r',
      for: ['user:a'],
      sha256: '0'.repeat(64),
      justification: 'j',
      expires: '2027-01-01',
    }
    const text = JSON.stringify({ ...JSON.parse(example), known_gaps: [gap] }, null, 2)
    const file = readBaseline(text, 'b')
    expect(rewriteBaseline(file, { ...file.baseline, account: 'x' })).toContain(
      JSON.stringify(gap, null, 2).replaceAll('\n', '\n    '),
    )
  })

  test.each(layouts)('of a file %s: equal entries keep their bytes, twice is once', (_, layout) => {
    fc.assert(
      fc.property(baselines, entries, (baseline, more) => {
        const file = readBaseline(layout(writeBaseline(baseline)), 'b')
        const kept = file.baseline.approvals.filter((one) => entryKey(one) !== entryKey(more))
        const next = { ...file.baseline, account: 'other', approvals: [more, ...kept] }
        const once = rewriteBaseline(file, next)
        expect(rewriteBaseline(readBaseline(once, 'b'), next)).toBe(once)
        // Whatever the bytes, the meaning is that of the new baseline.
        expect(writeBaseline(readBaseline(once, 'b').baseline)).toBe(writeBaseline(next))
        for (const entry of kept) expect(once).toContain(bytesOf(file.text, entry))
      }),
      settings(60),
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
      const other = rewriteBaseline(file, { ...file.baseline, account: 'other' })
      expect(removed.replace(next.account, 'other')).toBe(other)
    },
  )

  test('a checkout with carriage returns has them everywhere, and no change of its own', () => {
    const file = readBaseline(
      writeBaseline(readBaseline(example, 'b').baseline).replaceAll('\n', '\r\n'),
      'b',
    )
    expect(rewriteBaseline(file, file.baseline)).toBe(file.text)
    const more = { ...(file.baseline.approvals[0] as UserEntry), user_id: 'zz' }
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
  const anchor = `"permission":`
  const wanted: Record<string, unknown> = { ...entryJson(entry), grants: null }
  const isWanted = (json: unknown): boolean =>
    Object.entries(wanted).every(
      ([key, value]) => value === null || isDeepStrictEqual((json as typeof wanted)[key], value),
    )
  for (let at = text.indexOf(anchor); at >= 0; at = text.indexOf(anchor, at + 1))
    for (let start = text.lastIndexOf('{', at); start >= 0; start = text.lastIndexOf('{', start - 1)) {
      const found = objectAt(text, start)
      if (found !== null && isWanted(found.json)) return found.text
      if (found !== null || start === 0) break
    }
  throw new Error('The entry is not in the file.')
}

/** The JSON object that begins there; null where none does. */
function objectAt(text: string, start: number): { text: string; json: unknown } | null {
  for (let end = text.indexOf('}', start); end >= 0; end = text.indexOf('}', end + 1)) {
    try {
      const candidate = text.slice(start, end + 1)
      return { text: candidate, json: JSON.parse(candidate) }
    } catch {}
  }
  return null
}
