import { expect, test } from '@jest/globals'
import type { LeftAlone } from '../../src/audit/propose.ts'
import { renderUpdate } from '../../src/render/update.ts'

const update = (left_alone: readonly LeftAlone[]): string =>
  renderUpdate({
    ...{ baselinePath: '.github/iam-baseline.yml', updated: false, entries: 3, changes: [] },
    left_alone,
  })

test('whoever was named and finds nothing written is told why', () => {
  const text = update([
    { principal: { kind: 'user', id: 'u1', name: 'alice' }, permission: null, why: 'holds nothing audited' },
    {
      principal: { kind: 'agency', id: 'a1', name: 'ci|deploy`' },
      permission: 'iam-admin',
      why: 'every account is trusted; name it to approve that',
    },
  ])
  expect(text).toContain('## Left as it was')
  expect(text).toContain('`alice`: holds nothing audited')
  expect(text).toMatch(/agency `{1,3} ?ci.*deploy.*iam-admin.*every account is trusted/)
})

test('nobody is mentioned where nobody was left', () => {
  expect(update([])).not.toContain('Left as it was')
})

test('four hundred fit, and the rest is counted', () => {
  const text = update(
    Array.from({ length: 40_000 }, (_, at) => ({
      principal: { kind: 'user' as const, id: `u${at}`, name: `user-${at}` },
      permission: 'iam-admin',
      why: 'holds nothing audited',
    })),
  )
  expect(Buffer.byteLength(text)).toBeLessThan(1_000_000)
  expect(text).toMatch(/more entries/)
})
