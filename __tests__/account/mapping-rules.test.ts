import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Alternative,
  coversAlternative,
  type NamedAlternative,
  type Test,
} from '../../src/account/alternatives.ts'
import { readMapping } from '../../src/account/mapping-rules.ts'
import { settings } from '../property-settings.ts'

interface Case {
  readonly name: string
  readonly existing_groups: readonly string[]
  readonly rules: unknown
  readonly groups: readonly string[]
  readonly group_from_provider: boolean
  readonly undetermined?: true
  readonly missing?: readonly string[]
  readonly names_user?: false
  readonly when?: Readonly<Record<string, readonly Alternative[]>>
  readonly names?: readonly NamedAlternative[]
}

const cases = JSON.parse(
  readFileSync(new URL('cases/mappings.json', import.meta.url), 'utf8'),
) as readonly Case[]

// A group's id is its name with a letter before it, so that no test mixes them up.
const groupsCalled = (names: readonly string[]) =>
  names.map((name) => ({ group_id: `g${name}`, group_name: name }))

describe('mapping rules', () => {
  test.each(cases)('$name', (one) => {
    const mapping = readMapping(one.rules, groupsCalled(one.existing_groups))
    expect(mapping.undetermined !== null).toBe(one.undetermined === true)
    const given = new Set([...mapping.byGroup.keys(), ...(mapping.byProvider?.group_ids ?? [])])
    expect([...given].sort()).toEqual(one.groups.map((name) => `g${name}`))
    expect(mapping.byProvider !== null).toBe(one.group_from_provider)
    expect(mapping.missing).toEqual(one.missing ?? [])
    if (one.undetermined === undefined) expect(mapping.namesUser).toBe(one.names_user !== false)
    for (const [name, when] of Object.entries(one.when ?? {}))
      expect(mapping.byGroup.get(`g${name}`)).toEqual(when)
    if (one.names !== undefined) expect(mapping.byProvider?.alternatives).toEqual(one.names)
  })
})

describe('a mapping written to look like less', () => {
  const read = (local: object, attributes: readonly string[], names: readonly string[]) =>
    readMapping(
      [{ local: [{ user: { name: 'x' } }, local], remote: attributes.map((type) => ({ type })) }],
      groupsCalled(names),
    )

  test('groups with separators mean no group that bears the whole text as its name', () => {
    expect(read({ groups: 'dev;admin' }, [], ['dev', 'admin', 'dev;admin']).undetermined).toMatch(
      /separators/,
    )
  })

  test('a group that fits exactly hides none that fits but for letter case', () => {
    const { byProvider } = read({ group: { name: 'OPS-{0}' } }, ['Team'], ['OPS-x', 'ops-admins', 'dev'])
    expect(byProvider?.group_ids).toEqual(['gOPS-x', 'gops-admins'])
  })

  test('an attribute called like two is not mistaken for them', () => {
    expect(read({ group: { name: 'corp-{0}' } }, ['x}-{y'], ['corp-a']).undetermined).toMatch(/braces/)
  })
})

test('a mapping made to hurt is read in time', () => {
  const names = Array.from({ length: 2000 }, (_, at) => `${'a'.repeat(100)}${at}`)
  const result = { group: { name: `${'{0}a{1}'.repeat(40)}b` } }
  const remote = [{ type: 'A' }, { type: 'B' }]
  const one = { local: Array.from({ length: 500 }, () => result), remote }
  const many = {
    local: Array.from({ length: 5000 }, (_, at) => ({ group: { name: `{0}${at}` } })),
    remote,
  }
  const literal = {
    local: [{ group: { name: 'ops' } }],
    remote: [{ type: 'A', any_one_of: ['x'] }],
  }
  const groups = groupsCalled([...names, 'ops'])
  expect(readMapping([one], groups).byProvider?.group_ids).toEqual([])
  expect(readMapping([many], groups).undetermined).toContain('too many rules')
  expect(readMapping(Array(20_000).fill(literal), groups).byGroup.get('gops')).toHaveLength(1)
})

const any = (type: string, ...any_one_of: string[]): Test => ({ type, any_one_of })
const none = (type: string, ...not_any_of: string[]): Test => ({ type, not_any_of })
const regex = (type: string, ...any_one_of: string[]): Test => ({ type, any_one_of, regex: true })
const named = (names: string, ...tests: Test[]): NamedAlternative => ({ names, tests })

type Either = Alternative | NamedAlternative
const coverings: readonly (readonly [approved: Either, held: Either, covers: boolean])[] = [
  [[], [], true],
  [[], [any('A', 'x')], true],
  [[any('A', 'x')], [], false],
  [[any('A', 'x')], [any('A', 'x')], true],
  [[any('A', 'x', 'y')], [any('A', 'y')], true],
  [[any('A', 'x')], [any('A', 'x', 'y')], false],
  [[any('A', 'x')], [any('B', 'x')], false],
  [[any('A', 'x')], [any('A', 'x'), none('B', 'y')], true],
  [[any('A', 'x'), none('B', 'y')], [any('A', 'x')], false],
  [[none('A', 'x')], [none('A', 'x', 'y')], true],
  [[none('A', 'x', 'y')], [none('A', 'x')], false],
  [[none('A', 'x')], [any('A', 'y')], false],
  [[any('A', 'x')], [{ ...any('A', 'x'), not_any_of: ['y'] }], true],
  [[{ ...any('A', 'x'), not_any_of: ['y'] }], [any('A', 'x')], false],
  [[regex('A', 'x')], [regex('A', 'x')], true],
  [[regex('A', 'x')], [any('A', 'x')], false],
  [[any('A', 'x')], [regex('A', 'x')], false],
  [named('corp-{T}'), named('corp-{T}', any('A', 'x')), true],
  [named('corp-{T}'), named('corp-{U}'), false],
  [named('corp-{T}', any('A', 'x')), named('corp-{T}'), false],
  [[], named('corp-{T}'), false],
  [named('corp-{T}'), [], false],
]

test.each(coverings)('approving %j covers %j: %j', (approved, held, covers) => {
  expect(coversAlternative(approved, held)).toBe(covers)
})

// A second model: a rule is applied to an assertion, and gives the groups whose names it writes.

type Assertion = Readonly<Record<string, readonly string[]>>
interface Remote {
  readonly type: string
  readonly any_one_of?: readonly string[]
  readonly not_any_of?: readonly string[]
}
interface Rule {
  readonly local: readonly { readonly group: { readonly name: string } }[]
  readonly remote: readonly Remote[]
}

const values = ['a', 'b', 'ops']
const attributes = ['A', 'B']
const valueSets = [['a'], ['b'], ['ops'], ['a', 'b'], ['b', 'ops']]
const assertions: readonly Assertion[] = valueSets.flatMap((A) => valueSets.map((B) => ({ A, B })))
const groupNames = ['a', 'b', 'ops', 'a-b', 'ops-ops', 'a-a', 'corp-a']

const someValues = fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 })
const remotes = fc.array(
  fc.oneof(
    fc.record<Remote>({ type: fc.constantFrom(...attributes) }),
    fc.record<Remote>({ type: fc.constantFrom(...attributes), any_one_of: someValues }),
    fc.record<Remote>({ type: fc.constantFrom(...attributes), not_any_of: someValues }),
  ),
  { maxLength: 3 },
)
const rules = fc.array(
  fc.record<Rule>({
    local: fc.array(
      fc.record({
        group: fc.record({
          name: fc.constantFrom('a', 'ops', 'gone', '{0}', 'corp-{0}', '{0}-{1}', '{0}-{0}', '{1}'),
        }),
      }),
      { maxLength: 2 },
    ),
    remote: remotes,
  }),
  { maxLength: 3 },
)

const passes = (assertion: Assertion, { type, any_one_of, not_any_of }: Remote): boolean => {
  const sent = assertion[type] ?? []
  return (
    (any_one_of === undefined || sent.some((value) => any_one_of.includes(value))) &&
    (not_any_of === undefined || !sent.some((value) => not_any_of.includes(value)))
  )
}

/** The names that a rule writes for an assertion; null where a placeholder has nothing to stand for. */
function namesOf(rule: Rule, assertion: Assertion): string[] | null {
  const free = rule.remote.filter((one) => one.any_one_of === undefined && one.not_any_of === undefined)
  const written: string[] = []
  for (const { group } of rule.local) {
    let texts = [group.name]
    for (const number of [0, 1]) {
      const placeholder = `{${number}}`
      if (!group.name.includes(placeholder)) continue
      const attribute = free[number]
      if (attribute === undefined) return null
      const sent = assertion[attribute.type] ?? []
      texts = texts.flatMap((text) => sent.map((value) => text.split(placeholder).join(value)))
    }
    written.push(...texts)
  }
  return written
}

test('somebody is a member by an assertion exactly where one of its alternatives holds', () => {
  fc.assert(
    fc.property(rules, (list) => {
      const mapping = readMapping(list, groupsCalled(groupNames))
      const first = assertions[0] as Assertion
      if (list.some((rule) => namesOf(rule, first) === null)) {
        expect(mapping.undetermined).not.toBeNull()
        return
      }
      const placed = (rule: Rule): Rule => ({
        ...rule,
        local: rule.local.filter((one) => one.group.name.includes('{')),
      })
      const literal = (rule: Rule): Rule => ({
        ...rule,
        local: rule.local.filter((one) => !one.group.name.includes('{')),
      })
      for (const assertion of assertions) {
        const applying = list.filter((rule) => rule.remote.every((one) => passes(assertion, one)))
        const given = new Set(applying.flatMap((rule) => namesOf(literal(rule), assertion) ?? []))
        const holding = groupNames.filter((name) =>
          mapping.byGroup.get(`g${name}`)?.some((tests) => tests.every((one) => passes(assertion, one))),
        )
        expect(holding).toEqual(groupNames.filter((name) => given.has(name)))
        const named = applying.flatMap((rule) => namesOf(placed(rule), assertion) ?? [])
        const reached = mapping.byProvider?.group_ids ?? []
        expect(named.filter((name) => groupNames.includes(name) && !reached.includes(`g${name}`))).toEqual([])
      }
    }),
    settings(800),
  )
})

test('an approved alternative that covers another holds wherever that holds', () => {
  const tests = remotes.map((list) => list.filter((one) => one.any_one_of ?? one.not_any_of))
  fc.assert(
    fc.property(tests, tests, (approved, held) => {
      fc.pre(coversAlternative(approved, held))
      for (const assertion of assertions)
        if (held.every((one) => passes(assertion, one)))
          expect(approved.every((one) => passes(assertion, one))).toBe(true)
    }),
    settings(800),
  )
})
