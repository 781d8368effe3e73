/** Random policies, biased to near-misses: few letters, prefixes and suffixes of one another, wildcards everywhere. */
import fc from 'fast-check'
import type { Grant, Permission, Restriction } from '../../src/policy/types.ts'
import type { ModelStatement } from './slow-model.ts'

const glob = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '*',
      'a',
      'b',
      'a*',
      '*a',
      '*b*',
      '?',
      'a?',
      'ab',
      '*ab*',
      '*ba*',
      'b*a',
      '?*',
      'A*',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom('a', 'b', '*', '?', 'B'), { maxLength: 4 })
      .map((list) => list.join('')),
  },
)
const service = fc.constantFrom('a', 'b', '*', 'a*', '?', '*b', 'A')

/** A pattern with exactly two colons. */
export const pattern = fc
  .tuple(service, glob, glob)
  .map(([one, two, three]) => `${one}:${two}:${three === '' ? '*' : three}`)

/** A pattern as it may stand in a policy, also with fewer colons. */
export const loosePattern = fc.oneof(
  { weight: 6, arbitrary: pattern },
  {
    weight: 1,
    arbitrary: fc.constantFrom('*', 'a:*', '*b', 'a*', '*:b', 'a?b', 'b:*a*', '??a', 'a:a?a', '*?*', '', 'a'),
  },
)

const patterns = (one: fc.Arbitrary<string>, most = 3): fc.Arbitrary<string[]> =>
  fc.array(one, { minLength: 1, maxLength: most })

export const permission: fc.Arbitrary<Permission> = fc
  .tuple(patterns(pattern, 2), fc.array(pattern, { maxLength: 2 }))
  .map(([actions, except]) => ({ name: 'p', severity: 'high', holds: 'any', actions, except }))

/** All there is, where what is granted and denied matters more than what is audited. */
export const everything: fc.Arbitrary<Permission> = fc.constant({
  ...{ name: 'p', severity: 'high', holds: 'any', actions: ['*:*:*'], except: [] },
})

const resource = fc.constantFrom<readonly string[] | undefined>(
  undefined,
  undefined,
  undefined,
  ['*'],
  ['a:*:*:x:*'],
  ['a:*:*:*:*', 'b::1:x:y'],
)
const condition = fc.constantFrom<ModelStatement['Condition']>(undefined, undefined, undefined, undefined, {
  Bool: { 'g:MFAPresent': 'true' },
})

const shape = (effect: fc.Arbitrary<'Allow' | 'Deny'>): fc.Arbitrary<ModelStatement> =>
  fc
    .tuple(effect, fc.boolean(), fc.boolean(), fc.array(loosePattern, { maxLength: 3 }), resource, condition)
    .map(([Effect, not, again, list, Resource, Condition]) => ({
      Effect,
      [not && again ? 'NotAction' : 'Action']: list,
      ...(Resource === undefined ? {} : { Resource }),
      ...(Condition === undefined ? {} : { Condition }),
    }))

export const statement = shape(fc.constantFrom('Allow', 'Allow', 'Deny'))
export const allow = shape(fc.constant('Allow'))
export const unconditionalDeny = shape(fc.constant<'Deny'>('Deny')).map(
  ({ Resource: _, Condition: __, ...rest }): ModelStatement => rest,
)
export const statements = fc.array(statement, { minLength: 1, maxLength: 5 })

/** Few patterns, one within the other: what one source denies, another grants whole, in part or not at all. */
const nested = fc.constantFrom('*:*:*', 'a:*:*', 'a:a:*', 'a:a:a', 'a:a:b', 'a:b:*', 'a:b:a', 'b:*:*')
const nestedStatement: fc.Arbitrary<ModelStatement> = fc
  .tuple(fc.constantFrom('Allow', 'Deny'), patterns(nested, 2), fc.nat(7))
  .map(([Effect, Action, limited]) => ({
    ...{ Effect, Action },
    ...(limited === 0 ? { Resource: ['a:*:*:x:*'] } : {}),
  }))

/** Statements of several sources. */
export const sources = fc.oneof(
  fc.array(statements, { minLength: 1, maxLength: 3 }),
  fc.array(fc.array(nestedStatement, { minLength: 2, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
)

const limit: fc.Arbitrary<Partial<Grant>> = fc.constantFrom<Partial<Grant>>(
  {},
  {},
  {},
  { resources: ['a:*:*:x:*'] },
  { resources: ['a:*:*:*:*'] },
  { not_resources: ['a:*:*:y:*'] },
  { condition: { Bool: { 'g:MFAPresent': 'true' } } },
)

const restriction: fc.Arbitrary<Restriction> = fc.constantFrom<Restriction>(
  {},
  {},
  { resources: ['a:*:*:x:*'] },
  { resources: ['a:*:*:y:*'] },
  { resources: ['a:*:*:?:*'] },
  { resources: ['a:*:*:x:*'], condition: { Bool: { 'g:MFAPresent': ['true'] } } },
  { resources: ['a:*:*:*:*', 'b:*:*:y:*'] },
  { not_resources: ['a:*:*:y:*'] },
  { condition: { Bool: { 'g:MFAPresent': ['true'] } } },
)

/** Some patterns, now and then with one twice, in capitals. */
const patternList = fc
  .tuple(fc.array(pattern, { maxLength: 5 }), fc.nat(3))
  .map(([list, at]) => (at === 0 ? [...list, ...list.slice(0, 1).map((one) => one.toUpperCase())] : list))

/** Patterns, each list under a limit; the same list stands under several. */
export const limitedPatterns = fc
  .tuple(
    fc.array(patternList, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(restriction, fc.nat(2)), { maxLength: 4 }),
  )
  .map(([lists, limits]) => limits.map(([limit, at]) => [limit, lists[at % lists.length] ?? []] as const))

export const actionSet = fc
  .tuple(patterns(pattern), fc.array(pattern, { maxLength: 2 }))
  .map(([actions, except]) => ({ actions, except }))

export const grant: fc.Arbitrary<Grant> = fc
  .tuple(actionSet, limit)
  .map(([set, rest]) => ({ ...set, ...rest }))
export const grants = fc.array(grant, { minLength: 1, maxLength: 3 })
export const plainGrants = fc.array(actionSet, { minLength: 1, maxLength: 3 })

const resourcePattern = fc.oneof(
  fc.constantFrom(
    '*',
    'a:*:*:user:*',
    'a::1:user:x',
    'a::1:user:x*',
    'a:*:${g:DomainId}:user:*',
    'a:*:${ G:domainid }:*:x?',
    'a::1:user:${g:UserName}',
    "a::1:user:${g:UserName, 'none'}*",
    'a::1:user:${g:PrincipalTag/t}',
    'a::1:*:${*}',
    'a::1:user:x${?}',
    'a:*:2:*:*',
  ),
  fc
    .array(fc.constantFrom('a', ':', '1', 'user', 'x', '*', '?', '${g:UserId}'), { maxLength: 6 })
    .map((list) => list.join('')),
)

/** Statements with resources and variables, about one action. */
export const resourceStatements = fc.array(
  fc
    .tuple(
      fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Allow', 'Deny'),
      fc.boolean(),
      fc.array(loosePattern, { maxLength: 2 }),
      fc.constantFrom('Resource', 'NotResource', null),
      fc.array(resourcePattern, { maxLength: 3 }),
      fc.constantFrom<ModelStatement['Condition']>(
        undefined,
        undefined,
        {},
        { Bool: { 'g:MFAPresent': 'true' } },
        { StringEquals: { 'g:UserName': 'x' } },
        { StringEquals: { 'G:username': 'other' } },
      ),
    )
    .map(([Effect, not, list, kind, resources, Condition]) => ({
      Effect,
      [not ? 'NotAction' : 'Action']: list,
      ...(kind === null ? {} : { [kind]: resources }),
      ...(Condition === undefined ? {} : { Condition }),
    })),
  { minLength: 1, maxLength: 4 },
)

export const urn = fc.constantFrom(
  'a::1:user:x',
  'a::1:user:xy',
  'a::1:user:*',
  'a::2:user:x',
  'a::1:user:x?',
  'a:r:1:group:x',
)
