/** When an identity provider's users are members of a group: the tests that a mapping makes, and how they compare. */

/** What a rule asks of one attribute that the provider sends. With `regex` the values are regular expressions. */
export interface Test {
  readonly type: string
  /** One of the attribute's values is among these. */
  readonly any_one_of?: readonly string[]
  /** None of the attribute's values is among these. */
  readonly not_any_of?: readonly string[]
  readonly regex?: true
}

/** All of its tests hold; without tests it is whoever the provider vouches for. */
export type Alternative = readonly Test[]

/** An alternative by which the provider names the group: `names` is `corp-{Team}` for `corp-{0}`. */
export interface NamedAlternative {
  readonly names: string
  readonly tests: Alternative
}

/** One form for equal tests: keys in one order, values as sorted sets. */
export function canonicalTest(test: Test): Test {
  const set = (values: readonly string[]): readonly string[] => [...new Set(values)].sort()
  return {
    type: test.type,
    ...(test.any_one_of && { any_one_of: set(test.any_one_of) }),
    ...(test.not_any_of && { not_any_of: set(test.not_any_of) }),
    ...(test.regex && { regex: true }),
  }
}

/** The tests as a sorted set. */
export function canonicalAlternative(tests: Alternative): Alternative {
  return sortedSet(tests.map(canonicalTest))
}

/** Equal ones once, in an order that depends on nothing but them. */
export function sortedSet<T>(values: readonly T[]): readonly T[] {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]))
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value)
}

/**
 * Whether an approved alternative covers one that is held: each of its tests is there, as strict or stricter. No test
 * covers everything of the same `names`.
 */
export function coversAlternative(
  approved: Alternative | NamedAlternative,
  held: Alternative | NamedAlternative,
): boolean {
  const [wide, narrow] = [withNames(approved), withNames(held)]
  if (wide.names !== narrow.names) return false
  return wide.tests.every((test) => narrow.tests.some((one) => isAsStrict(test, one)))
}

function withNames(alternative: Alternative | NamedAlternative): {
  readonly names: string | null
  readonly tests: Alternative
} {
  return 'names' in alternative ? alternative : { names: null, tests: alternative }
}

/** Values are compared as texts, regular expressions too: whether one includes another is not asked. */
function isAsStrict(approved: Test, held: Test): boolean {
  const { any_one_of: any, not_any_of: none } = approved
  return (
    approved.type === held.type &&
    (approved.regex === true) === (held.regex === true) &&
    (any === undefined || held.any_one_of?.every((value) => any.includes(value)) === true) &&
    (none === undefined || none.every((value) => held.not_any_of?.includes(value) === true))
  )
}
