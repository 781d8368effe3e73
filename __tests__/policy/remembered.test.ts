import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BETWEEN_KEYS, keyOf } from '../../src/policy/held/remembered.ts'
import { settings } from '../property-settings.ts'

const ascending = (most: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.nat(most), { maxLength: 8 }).map((list) => [...list].sort((one, other) => one - other))

test('no two lists of ascending numbers have the same key', () => {
  // Codes of digits and commas, what no letter is left for, and anything between.
  const list = fc.oneof(
    ascending(60),
    ascending(70_000),
    ascending(65_540).map((all) => all.slice(-2)),
  )
  fc.assert(
    fc.property(list, list, (one, other) => {
      expect(keyOf(one) === keyOf(other)).toBe(one.join() === other.join())
      expect(keyOf(one)).not.toContain(BETWEEN_KEYS)
    }),
    settings(2000),
  )
})

test('a number is no text of another list', () => {
  const texts = ['65535', '65535,65536', '0,65535', '9,65535']
  const codes = texts.map((text) => [...text].map((letter) => letter.charCodeAt(0)))
  const lists = [[65_535], [65_535, 65_536], [0, 65_535], [9, 65_535]]
  for (const [at, list] of lists.entries()) {
    expect(keyOf(list)).toBe(texts[at])
    // As letters the same text would come of numbers that do not ascend, which no list has.
    const own = codes[at] as number[]
    expect(own.every((code, place) => place === 0 || code > (own[place - 1] as number))).toBe(false)
  }
})

test('a list longer than a call may have arguments has a key too', () => {
  const long = Array.from({ length: 300_000 }, (_, at) => at)
  expect(keyOf(long)).toBe(long.join())
})
