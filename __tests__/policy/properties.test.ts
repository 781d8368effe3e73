import { describe, test } from '@jest/globals'
import fc from 'fast-check'
import { properties } from './properties.ts'

describe('properties of the policy core', () => {
  test.each(properties)('$name', ({ property, runs }) => {
    fc.assert(property, { numRuns: runs, seed: 20261124, endOnFailure: true })
  })
})
