import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { NumberSet } from '../../src/policy/sets/number-set.ts'
import { settings } from '../property-settings.ts'

test('has each number once, in ascending order', () => {
  for (const bound of [0, 1, 31, 32, 33, 64, 200]) {
    const list = bound === 0 ? fc.constant([]) : fc.array(fc.nat(bound - 1), { maxLength: 300 })
    fc.assert(
      fc.property(list, (numbers) => {
        const set = new NumberSet(bound)
        for (const one of numbers) set.add(one)
        expect(set.list()).toEqual([...new Set(numbers)].sort((one, other) => one - other))
      }),
      settings(),
    )
  }
})

test('counts its numbers, and takes in those of another', () => {
  for (const bound of [1, 31, 32, 33, 64, 200]) {
    const list = fc.array(fc.nat(bound - 1), { maxLength: 300 })
    fc.assert(
      fc.property(list, list, (numbers, others) => {
        const [set, other] = [new NumberSet(bound), new NumberSet(bound)]
        for (const one of numbers) set.add(one)
        for (const one of others) other.add(one)
        set.addAll(other)
        expect(set.list()).toEqual([...new Set([...numbers, ...others])].sort((one, two) => one - two))
        expect(set.size).toBe(set.list().length)
        expect(other.size).toBe(new Set(others).size)
      }),
      settings(),
    )
  }
})
