import { describe, test } from '@jest/globals'
import fc from 'fast-check'
import { settings } from '../property-settings.ts'
import { properties } from './properties.ts'

describe('properties of the policy core', () => {
  test.each(properties)('$name', ({ property, runs }) => {
    fc.assert(property, { ...settings(runs), endOnFailure: true })
  })
})
