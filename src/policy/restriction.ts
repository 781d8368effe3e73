/** What limits a grant: resources and conditions, in a canonical form and compared by inclusion. */
import { globIncludes } from './automaton.ts'
import { canonicalGlob, globSurelyIncludes, withoutIncluded } from './glob.ts'
import { decide, Steps } from './steps.ts'
import type { Condition, Grant, Restriction } from './types.ts'
import { servicesWithoutLimit } from './urn.ts'

/** Far more than a pair of real resource patterns takes. */
const RESOURCE_STEPS = 100_000

/** No limit at all. */
export const UNRESTRICTED: Restriction = {}

/** Whether nothing limits the grant. */
export function isUnrestricted(restriction: Restriction): boolean {
  return (
    restriction.resources === undefined &&
    restriction.not_resources === undefined &&
    restriction.condition === undefined
  )
}

/** 0: nothing limits. 1: resources do. 2: a condition does. */
export function restrictionRank(restriction: Restriction): number {
  return isUnrestricted(restriction) ? 0 : restriction.condition === undefined ? 1 : 2
}

/** The restriction of a grant alone. */
export function restrictionOf(grant: Grant): Restriction {
  if (isUnrestricted(grant)) return UNRESTRICTED
  return {
    ...(grant.resources === undefined ? {} : { resources: grant.resources }),
    ...(grant.not_resources === undefined ? {} : { not_resources: grant.not_resources }),
    ...(grant.condition === undefined ? {} : { condition: grant.condition }),
  }
}

/**
 * One form for equal restrictions: lists sorted, included resource patterns dropped, operators and keys sorted,
 * values as sorted lists, an empty condition gone.
 */
export function canonicalRestriction(restriction: Restriction): Restriction {
  if (isUnrestricted(restriction)) return UNRESTRICTED
  const known = canonicalOf.get(restriction)
  if (known !== undefined) return known
  const made = makeCanonical(restriction)
  canonicalOf.set(restriction, made)
  canonicalOf.set(made, made)
  return made
}

/** Restrictions are plain data that nobody changes, and each is asked about for every user that it reaches. */
const canonicalOf = new WeakMap<Restriction, Restriction>()
const keyOf = new WeakMap<Restriction, string>()

function makeCanonical(restriction: Restriction): Restriction {
  const resources = restriction.resources && includedDropped(restriction.resources)
  return {
    ...(resources === undefined || servicesWithoutLimit(resources).includes('*') ? {} : { resources }),
    ...(restriction.not_resources === undefined
      ? {}
      : { not_resources: includedDropped(restriction.not_resources) }),
    ...(restriction.condition === undefined || Object.keys(restriction.condition).length === 0
      ? {}
      : { condition: canonicalCondition(restriction.condition) }),
  }
}

/** Text that two restrictions share exactly when they are equal in canonical form. */
export function restrictionKey(restriction: Restriction): string {
  if (isUnrestricted(restriction)) return '{}'
  const known = keyOf.get(restriction)
  if (known !== undefined) return known
  const key = JSON.stringify(canonicalRestriction(restriction))
  keyOf.set(restriction, key)
  return key
}

function canonicalCondition(condition: Condition): Condition {
  const sorted = <T>(object: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(
    sorted(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        sorted(keys).map(([key, values]) => [
          key,
          [...new Set(typeof values === 'string' ? [values] : values)].sort(),
        ]),
      ),
    ]),
  )
}

/**
 * Whether the outer restriction allows all that the inner one allows: condition equal or absent in the outer,
 * `not_resources` equal, every inner resource pattern inside an outer one. Resource patterns are compared with their
 * letter case, since names are.
 */
export function restrictionIncludes(outer: Restriction, inner: Restriction): boolean {
  return canonicalIncludes(canonicalRestriction(outer), canonicalRestriction(inner))
}

/**
 * The same for two that are in canonical form.
 *
 * @param includes whether one resource pattern is inside another
 */
export function canonicalIncludes(
  wide: Restriction,
  narrow: Restriction,
  includes: (outer: string, inner: string) => boolean = resourceIncludes,
): boolean {
  if (isUnrestricted(wide)) return true
  if (wide.condition !== undefined && JSON.stringify(wide.condition) !== JSON.stringify(narrow.condition))
    return false
  if (wide.not_resources !== undefined)
    return JSON.stringify(wide.not_resources) === JSON.stringify(narrow.not_resources)
  if (wide.resources === undefined) return true
  return (narrow.resources ?? ['*']).every((pattern) => wide.resources?.some((one) => includes(one, pattern)))
}

function includedDropped(patterns: readonly string[]): string[] {
  return withoutIncluded([...new Set(patterns.map(canonicalGlob))].sort(), globSurelyIncludes)
}

/** A pair of patterns made to hurt counts as not included, which at worst reports a grant that was approved. */
function resourceIncludes(outer: string, inner: string): boolean {
  return decide(() => globIncludes(outer, inner, new Steps(RESOURCE_STEPS))) === true
}
