/** Policy variables and names where grants are compared, and where a rename makes them reach somebody else. */
import { describe, expect, test } from '@jest/globals'
import {
  agencyIdentity,
  canonicalGrants,
  renameReaches,
  subtractGrants,
  userIdentity,
} from '../../src/policy/index.ts'
import type { Grant, Identity, Restriction } from '../../src/policy/types.ts'

const about = { account: '1234' }
const named = (name: string): Identity =>
  userIdentity({ user_id: `id-${name}`, user_name: name, urn: `iam::1234:user:${name}` }, about)
const alice = named('alice')
const agency = agencyIdentity('iam::1234:agency:ops/deploy', about)

describe('what is held is covered by what is approved', () => {
  const covered = (held: Restriction, approved: Restriction, identity?: Identity): boolean => {
    const grant = (restriction: Restriction): Grant => ({ actions: ['iam:users:*'], ...restriction })
    const left = subtractGrants([grant(held)], [{ grants: [grant(approved)] }], {
      ...{ account: '1234', identity },
    })
    return 'grants' in left && left.grants.length === 0
  }
  const on = (...resources: string[]): Restriction => ({ resources })
  const when = (key: string, ...values: string[]): Restriction => ({
    condition: { StringEquals: { [key]: values } },
  })

  test.each<[string, Restriction, Restriction, Identity | undefined, boolean]>([
    ['the same text', on('iam:*:*:user:${g:UserName}'), on('iam:*:*:user:${g:UserName}'), undefined, true],
    ['the same text nobody has a value for', on('iam:*:*:user:${x}'), on('iam:*:*:user:${x}'), alice, true],
    ['a value put in', on('iam:*:*:user:${g:UserName}'), on('iam:*:*:user:alice'), alice, true],
    [
      'the value of somebody else',
      on('iam:*:*:user:${g:UserName}'),
      on('iam:*:*:user:alice'),
      named('bob'),
      false,
    ],
    ['no value', on('iam:*:*:user:${g:UserName}'), on('iam:*:*:user:deploy'), agency, false],
    ['an approval without a value', on('iam:*:*:user:x'), on('iam:*:*:user:${g:UserName}'), agency, false],
    ['anything', on('iam:*:*:user:${g:UserName}'), on('iam:*:*:user:*'), undefined, true],
    [
      'as many letters as the variable',
      on('iam:*:*:user:${g:UserName}'),
      on('iam:*:*:user:?????????????'),
      undefined,
      false,
    ],
    ['the account', on('iam::1234:user:x'), on('iam:*:${g:DomainId}:user:x'), undefined, true],
    ['the account that limits nothing', {}, on('iam:*:1234:*:*'), undefined, true],
    ['a variable that limits in an approval', {}, on('iam:*:${g:PrincipalTag/x}:*:*'), undefined, false],
    ['a key in other letters', when('g:mfapresent', 'true'), when('g:MFAPresent', 'true'), undefined, true],
    ['a condition with the value put in', when('k', '${g:UserName}'), when('k', 'alice'), alice, true],
    ['a condition of somebody else', when('k', '${g:UserName}'), when('k', 'alice'), named('bob'), false],
    ['a condition without a value', when('k', '${g:UserName}'), when('k', 'alice'), agency, false],
  ])('%s', (_, held, approved, identity, expected) => {
    expect(covered(held, approved, identity)).toBe(expected)
  })

  test('a difference keeps the variable', () => {
    const held = [{ actions: ['iam:users:*'], resources: ['iam:*:*:user:${g:UserName}'] }]
    const left = subtractGrants(held, [], { account: '1234', identity: alice })
    expect(left).toMatchObject({ grants: held })
  })
})

describe('canonical restrictions', () => {
  const written = (...restrictions: Restriction[]): unknown =>
    canonicalGrants(
      restrictions.map((one) => ({ actions: ['iam:users:*'], ...one })),
      { account: '1234' },
    )

  test('what limits nothing is gone', () => {
    for (const nothing of [
      { not_resources: [] },
      { condition: {} },
      { resources: ['iam:*:${g:DomainId}:*:*'] },
    ])
      expect(written(nothing)).toEqual([{ actions: ['iam:users:*'] }])
  })

  test('a pattern is dropped that another includes whatever the values', () => {
    expect(written({ resources: ['iam:*:*:user:${g:UserName}', 'iam:*:*:user:*'] })).toEqual([
      { actions: ['iam:users:*'], resources: ['iam:*:*:user:*'] },
    ])
  })

  test('of two spellings of a condition always the same one is written', () => {
    const [one, other] = ['g:MFAPresent', 'g:mfapresent'].map((key) => ({
      condition: { Bool: { [key]: ['true'] } },
    })) as readonly Restriction[] as [Restriction, Restriction]
    expect(written(one, other)).toEqual(written(other, one))
    expect(written(one, other)).toHaveLength(1)
  })

  test('a key in two spellings in one condition is not taken for one key with two values', () => {
    const twice = { condition: { Bool: { 'g:X': ['a'], 'g:x': ['b'] } } }
    expect(written(twice, { condition: { Bool: { 'g:x': ['a', 'b'] } } })).toHaveLength(2)
  })
})

describe('a rename reaches somebody else', () => {
  const bob = { recorded: 'bob', present: 'ops-root' }
  const reaches = (restriction: Restriction, holder: Identity | null = null, isHolder = false): boolean =>
    renameReaches(restriction, bob, '1234', holder, isHolder)

  test.each<[string, Restriction, boolean]>([
    ['a pattern that matches the new name', { resources: ['iam:*:*:user:ops-*'] }, true],
    ['with the account as a variable', { resources: ['iam::${g:DomainId}:user:ops-*'] }, true],
    ['a pattern that matches both', { resources: ['iam:*:*:user:*'] }, false],
    ['a pattern of the old name', { resources: ['iam:*:*:user:bob'] }, false],
    ['the old name that was spared', { not_resources: ['iam:*:*:user:bob'] }, true],
    ['the new name that is spared', { not_resources: ['iam:*:*:user:ops-*'] }, false],
    ['another account', { resources: ['iam::9999:user:ops-*'] }, false],
    ['a group of that name', { resources: ['iam:*:*:group:ops-*'] }, false],
  ])('%s: %j', (_, restriction, expected) => {
    expect(reaches(restriction)).toBe(expected)
  })

  test('values are those of the holder, and what is granted on oneself follows oneself', () => {
    expect(reaches({ resources: ['iam:*:*:user:${g:UserName}-root'] }, named('ops'))).toBe(true)
    expect(reaches({ resources: ['iam:*:*:user:${g:UserName}-root'] }, named('dev'))).toBe(false)
    const own = { resources: ['iam:*:*:user:${g:UserName}'] }
    expect(reaches(own, named('ops-root'), true)).toBe(false)
    expect(reaches(own, named('ops-root'), false)).toBe(true)
  })
})
