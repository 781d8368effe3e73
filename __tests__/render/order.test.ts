import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Drift } from '../../src/audit/model.ts'
import { inOrder } from '../../src/audit/order.ts'
import { settings } from '../property-settings.ts'
import { adminPath, attached, type Change, path, type Row, user, verdictWith } from './builders.ts'

const link = (name: string) => path([attached(name, { ...user(name), kind: 'user' })])
const one = (name: string, fields: Partial<Row> = {}): Change => ({
  kind: 'attachment',
  rows: [{ principal: user(name), paths: [link(name)], ...fields }],
})

/** Names in their order, first of what is said first. */
const cases: readonly (readonly [string, readonly Change[], readonly string[]])[] = [
  ['the gravest first', [one('a', { severity: 'low' }), one('b', { severity: 'critical' })], ['b', 'a']],
  [
    'open to everybody before the gravest',
    [
      one('a', { severity: 'critical' }),
      one('b', { severity: 'low', parties: { trusted: [{ everybody: true, open: true }] } }),
    ],
    ['b', 'a'],
  ],
  ['everything before a part', [one('a', { extent: 'part' }), one('b')], ['b', 'a']],
  [
    'a new member of admin before everything of one permission',
    [one('a'), one('b', { paths: [adminPath()] })],
    ['b', 'a'],
  ],
  ['unrestricted before restricted', [one('a', { restricted: true }), one('b')], ['b', 'a']],
  [
    'what reaches more first',
    [one('a'), { kind: 'attachment', rows: [...one('b').rows, ...one('c').rows] }],
    ['b', 'c', 'a'],
  ],
  ['then by name', [one('b'), one('a')], ['a', 'b']],
]

describe('findings stand in one order', () => {
  test.each(cases)('%s', (_, changes, expected) => {
    expect(verdictWith(changes).drift.map((row) => row.principal.name)).toEqual(expected)
  })

  test('causes stand as the first finding of each, and whatever order they came in makes no difference', () => {
    const rows = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        severity: fc.constantFrom('critical', 'high', 'medium', 'low'),
        extent: fc.constantFrom('all', 'part'),
        restricted: fc.boolean(),
        permission: fc.constantFrom('p', 'q'),
      } as const),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(rows, (specs) => {
        const { drift, causes } = verdictWith(specs.map(({ name, ...fields }) => one(name, fields)))
        const firsts = [...new Set(drift.map((row: Drift) => row.cause))]
        expect(causes.map((cause) => cause.key)).toEqual(firsts)
        const again = inOrder({ drift: [...drift].reverse(), causes: [...causes].reverse() })
        const named = (row: Drift) => [
          row.principal.name,
          row.permission,
          row.severity,
          row.extent,
          row.restricted,
        ]
        expect(again.drift.map(named)).toEqual(drift.map(named))
      }),
      settings(),
    )
  })
})
