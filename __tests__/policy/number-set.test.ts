import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { keyOf, NumberSet } from '../../src/policy/number-set.ts'

const number = fc.oneof(fc.nat(70), fc.constantFrom(0, 65_535, 65_536, 65_537, 2 ** 31, 2 ** 32 - 1))
const list = fc.array(number, { maxLength: 300 })

test('has each number once, in ascending order, however many there are', () => {
  const set = new NumberSet()
  fc.assert(
    fc.property(list, (numbers) => {
      set.clear()
      for (const one of numbers) set.add(one)
      expect([...set.sorted()]).toEqual([...new Set(numbers)].sort((one, other) => one - other))
    }),
  )
})

test('only equal lists share a key, long ones too', () => {
  fc.assert(
    fc.property(list, list, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other)
      expect(keyOf(Uint32Array.from(one)) === keyOf(Uint32Array.from(other))).toBe(same)
    }),
  )
  expect(keyOf(Uint32Array.of(1, 0))).not.toBe(keyOf(Uint32Array.of(1)))
  expect(keyOf(Uint32Array.of(65_537))).not.toBe(keyOf(Uint32Array.of(1)))
  const long = Uint32Array.from({ length: 200_000 }, (_, at) => at)
  const changed = Uint32Array.from(long)
  changed[199_999] = 7
  expect(keyOf(long)).not.toBe(keyOf(changed))
})
