import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { principalKey, principalKinds } from '../../src/account/principal.ts'
import { settings } from '../property-settings.ts'

const id = fc.oneof(
  fc.string(),
  fc
    .tuple(fc.constantFrom('user:', 'agency:', 'federated:', ''), fc.string({ maxLength: 2 }))
    .map(([kind, rest]) => kind + kind + rest),
  fc.constantFrom('a', 'agency:a', 'user:a', 'user:agency:a', 'federated:a'),
)
const principal = fc.record({ kind: fc.constantFrom(...principalKinds), id })

describe('the key of a principal', () => {
  test('no two have the same, whatever their ids look like', () => {
    fc.assert(
      fc.property(principal, principal, (one, other) => {
        const same = one.kind === other.kind && one.id === other.id
        expect(principalKey(one) === principalKey(other)).toBe(same)
      }),
      settings(5000),
    )
  })

  test('of a user with an id of the account it is the id', () => {
    expect(principalKey({ kind: 'user', id: '0a1b' })).toBe('0a1b')
  })
})
