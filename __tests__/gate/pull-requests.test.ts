import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { settings } from '../property-settings.ts'
import { sides } from './pull-requests.ts'
import { expectedOf } from './slow-gate.ts'
import { approvedByRita, codes, judged, kinds, texts } from './texts.ts'

const runs = 130

test('a random pull request is judged as the slow model judges it', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(sides, ([base, head]) => {
      const [before, after] = [texts(base.config, base.baseline), texts(head.config, head.baseline)]
      const verdict = judged(before, after)
      if (!verdict.touched) return
      const expected = expectedOf(base, head)
      const changes = verdict.entries.map(
        (row) => `${(row.after ?? row.before) ? idOfRow(row) : ''} ${row.change}`,
      )
      expect(codes(verdict)).not.toContain('malformed')
      expect(changes.sort()).toEqual(expected.changes)
      expect(kinds(verdict).sort()).toEqual(expected.kinds)
      expect(codes(verdict).sort()).toEqual(expected.codes)
      // A review helps what needs one, and nothing else; a merge group asks for none.
      const others = expected.codes.filter((code) => !code.endsWith('-not-reviewed'))
      expect(codes(judged(before, after, {}, { reviews: approvedByRita })).sort()).toEqual(others)
      expect(codes(judged(before, after, { event: 'merge_group' })).sort()).toEqual(others)
      for (const word of [
        ...expected.changes.map((one) => one.split(' ')[1] as string),
        ...expected.kinds,
        ...expected.codes,
      ])
        seen.set(word, (seen.get(word) ?? 0) + 1)
    }),
    settings(runs),
  )
  // Every answer must be there, or the property says little of it.
  expect([...seen].filter(([, count]) => count < 2)).toEqual([])
  expect(seen.size).toBe(28)
})

function idOfRow({ principal }: { readonly principal: { readonly id: string } }): string {
  return principal.id.replace('corp/', '')
}
