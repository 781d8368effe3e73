/** What limits a grant: resources and conditions, in a canonical form and compared by inclusion. */
import { globIncludes } from './automaton.ts'
import { canonicalGlob, globMatches, globSurelyIncludes, withoutIncluded } from './glob.ts'
import { Steps } from './steps.ts'
import { servicesWithoutLimit } from './urn.ts'
import type { Condition, Grant, Restriction } from './types.ts'

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

/** The restriction of a grant alone. */
export function restrictionOf(grant: Grant): Restriction {
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
  return JSON.stringify(canonicalRestriction(restriction))
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
  const [wide, narrow] = [canonicalRestriction(outer), canonicalRestriction(inner)]
  if (wide.condition !== undefined && JSON.stringify(wide.condition) !== JSON.stringify(narrow.condition))
    return false
  if (wide.not_resources !== undefined)
    return JSON.stringify(wide.not_resources) === JSON.stringify(narrow.not_resources)
  if (wide.resources === undefined) return true
  return (narrow.resources ?? ['*']).every((pattern) =>
    wide.resources?.some((one) => globIncludes(one, pattern, new Steps(RESOURCE_STEPS))),
  )
}

function includedDropped(patterns: readonly string[]): string[] {
  return withoutIncluded([...new Set(patterns.map(canonicalGlob))].sort(), globSurelyIncludes)
}
