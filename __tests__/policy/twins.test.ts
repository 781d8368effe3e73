/** A pattern of the legacy model by all names of what it grants. */
import { expect, test } from '@jest/globals'
import { legacyTwins, withTwins } from '../../src/policy/index.ts'
import { matches } from './slow-model.ts'

const patterns = [
  'iam:users:createUser',
  'IAM:*:create*',
  'iam:*:*',
  '*:*:*',
  'iam:*:*V5',
  'obs:*:*',
  'iam:agencies:*',
]

test.each(patterns)('%s and the v5 names of what it grants, each once', (pattern) => {
  const names = withTwins(pattern)
  const granted = legacyTwins.filter(({ original }) => matches(pattern, original)).map(({ twin }) => twin)
  const isNamed = (action: string): boolean => names.some((name) => matches(name, action))
  expect(granted.filter((twin) => !isNamed(twin))).toEqual([])
  expect(names.slice(1).filter((name) => !granted.includes(name) || matches(pattern, name))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})

test('a pattern made to hurt may have all of them', () => {
  const names = new Set(withTwins(`iam${'*a'.repeat(3000)}`))
  expect(legacyTwins.filter(({ twin }) => !names.has(twin))).toEqual([])
})
