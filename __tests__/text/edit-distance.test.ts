import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { editDistance } from '../../src/text/edit-distance.ts'
import { settings } from '../property-settings.ts'

/** Tries everything at each letter. */
function slowDistance(one: string, other: string): number {
  if (one === '' || other === '') return one.length + other.length
  const [rest, otherRest] = [one.slice(1), other.slice(1)]
  if (one[0] === other[0]) return slowDistance(rest, otherRest)
  return 1 + Math.min(slowDistance(rest, other), slowDistance(one, otherRest), slowDistance(rest, otherRest))
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })

test('it is what trying everything finds; above the bound, it is above the bound', () => {
  fc.assert(
    fc.property(word, word, fc.nat(5), (one, other, atMost) => {
      const distance = slowDistance(one, other)
      expect(editDistance(one, other)).toBe(distance)
      const bounded = editDistance(one, other, atMost)
      if (distance <= atMost) expect(bounded).toBe(distance)
      else expect(bounded).toBeGreaterThan(atMost)
    }),
    settings(500),
  )
})
