import { expect, test } from '@jest/globals'
import { hasExpired } from '../../src/account/agency-expiry.ts'

const now = Date.parse('2026-06-01T00:00:00Z')

test.each([
  [null, false],
  ['2026-05-31T23:59:59.000000Z', true],
  ['2026-06-01T00:00:00.000000Z', true],
  ['2026-06-01T00:00:00.001Z', false],
  ['2026-06-01T00:30:00+01:00', true],
  ['2026-05-31T23:59:59.000000', true],
  ['2026-06-01 00:00:01', false],
  ['2027-01-01T00:00:00.000000Z', false],
  ['FOREVER', false],
  ['', false],
])('an agency that expires %j has expired: %j', (expireTime, expected) => {
  expect(hasExpired(expireTime, now)).toBe(expected)
})
