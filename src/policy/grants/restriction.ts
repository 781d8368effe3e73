/** What limits a grant: resources, conditions and scopes, in a canonical form and compared by inclusion. */
import { accountValues, hasVariable, type Values, withValues } from '../language/variables.ts'
import { globIncludes } from '../sets/automaton.ts'
import { canonicalGlob, globSurelyIncludes, withoutIncluded } from '../sets/glob.ts'
import { bounded, Steps } from '../sets/steps.ts'
import type { Condition, Grant, Restriction } from '../types.ts'
import { canonicalCondition, conditionKey, conditionWithValues } from './conditions.ts'
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
    restriction.condition === undefined &&
    restriction.scopes === undefined
  )
}

/** 0: nothing limits. 1: resources or scopes do. 2: a condition does. */
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
    ...(grant.scopes === undefined ? {} : { scopes: grant.scopes }),
  }
}

/** What a resource variable is taken for where a pattern is held against every URN of a service. */
export type Variables = 'limit' | 'known' | 'unknown'

/**
 * Canonical forms of restrictions, remembered: they are plain data that nobody changes, and each is asked about for
 * every principal that it reaches.
 */
export class Restrictions {
  readonly account: string | null
  readonly #canonical = new WeakMap<Restriction, Restriction>()
  readonly #keys = new WeakMap<Restriction, string>()
  readonly #free = {
    limit: new WeakMap<readonly string[], readonly string[]>(),
    known: new WeakMap<readonly string[], readonly string[]>(),
    unknown: new WeakMap<readonly string[], readonly string[]>(),
  }

  /** @param account whose URNs a resource pattern has to include to limit nothing; null: of every account */
  constructor(account: string | null) {
    this.account = account
  }

  /**
   * The services whose every URN one of these patterns includes.
   *
   * @param variables `limit`: a variable limits, as in what is approved. `known`: one that principals may have a value
   *   for limits, any other matches anything. `unknown`: every one matches anything. The account has a value always.
   */
  freeServices(resources: readonly string[], variables: Variables = 'limit'): readonly string[] {
    const known = this.#free[variables].get(resources)
    if (known !== undefined) return known
    const values = this.#valuesFor(variables)
    const globs = resources.map((one) => withValues(one, values, 'anything') as string)
    const services = servicesWithoutLimit(globs, this.account)
    this.#free[variables].set(resources, services)
    return services
  }

  #valuesFor(variables: Variables): Values {
    const ofAccount = accountValues(this.account)
    if (variables === 'unknown') return ofAccount
    return (key) => ofAccount(key) ?? (variables === 'limit' || isOfPrincipals(key) ? SOME_VALUE : undefined)
  }

  /**
   * One form for equal restrictions: lists sorted, included resource patterns dropped, operators and keys sorted,
   * values as sorted lists; what limits nothing is gone.
   */
  canonical(restriction: Restriction): Restriction {
    if (isUnrestricted(restriction)) return UNRESTRICTED
    const known = this.#canonical.get(restriction)
    if (known !== undefined) return known
    const made = this.#make(restriction)
    this.#canonical.set(restriction, made)
    this.#canonical.set(made, made)
    return made
  }

  #make({ resources, not_resources, condition, scopes }: Restriction): Restriction {
    const listed = resources && this.#includedDropped(resources)
    return {
      ...(listed === undefined || this.freeServices(listed).includes('*') ? {} : { resources: listed }),
      ...(not_resources === undefined || not_resources.length === 0
        ? {}
        : { not_resources: this.#includedDropped(not_resources) }),
      ...(condition === undefined || Object.keys(condition).length === 0
        ? {}
        : { condition: canonicalCondition(condition) }),
      ...(scopes === undefined ? {} : { scopes: canonicalScopes(scopes) }),
    }
  }

  /** Text that two restrictions share exactly when they are equal in canonical form. */
  key(restriction: Restriction): string {
    if (isUnrestricted(restriction)) return '{}'
    const known = this.#keys.get(restriction)
    if (known !== undefined) return known
    const { condition, ...others } = this.canonical(restriction)
    const key = `${JSON.stringify(others)}${condition === undefined ? '' : conditionKey(condition)}`
    this.#keys.set(restriction, key)
    return key
  }

  /** Sorted, without patterns that another one includes whatever the values of their variables. */
  #includedDropped(patterns: readonly string[]): string[] {
    const sorted = [...new Set(patterns.map(canonicalGlob))].sort()
    if (!sorted.some(hasVariable)) return withoutIncluded(sorted)
    const values = accountValues(this.account)
    const includes = (outer: string, inner: string): boolean =>
      resourceIncludes(outer, inner, values, globSurelyIncludes)
    return sorted.filter(
      (inner, at) =>
        !sorted.some(
          (outer, other) => other !== at && includes(outer, inner) && (other < at || !includes(inner, outer)),
        ),
    )
  }
}

/** A letter that no pattern asks for. */
const SOME_VALUE = '\u0002'

const keysOfPrincipals: readonly string[] = ['g:domainname', 'g:userid', 'g:username', 'g:principalurn']

function isOfPrincipals(key: string): boolean {
  return keysOfPrincipals.includes(key)
}

/** Whether two comparisons of resource patterns may take steps of a question, and with which values. */
export interface Inclusion {
  readonly values: Values
  /** Whether one glob includes another. */
  readonly includes: (outer: string, inner: string) => boolean
}

/** A pair of patterns made to hurt counts as not included, which at worst reports a grant that was approved. */
function surelyIncludes(outer: string, inner: string): boolean {
  return bounded(() => globIncludes(outer, inner, new Steps(RESOURCE_STEPS))) === true
}

/**
 * Whether the outer restriction, in canonical form like the inner one, allows all that the inner one allows: condition
 * equal or absent in the outer, `not_resources` equal, every inner resource pattern inside an outer one, scopes a part
 * of the outer or absent there. Resource patterns are compared with their letter case, since names are. Equal text is
 * equal whatever its variables; values are put in only where texts differ.
 */
export function canonicalIncludes(
  wide: Restriction,
  narrow: Restriction,
  { values, includes }: Inclusion = { values: () => undefined, includes: surelyIncludes },
): boolean {
  if (isUnrestricted(wide)) return true
  if (!conditionCovers(wide.condition, narrow.condition, values)) return false
  if (wide.scopes !== undefined && !scopesInclude(wide.scopes, narrow.scopes)) return false
  if (wide.not_resources !== undefined) return sameResources(wide.not_resources, narrow.not_resources, values)
  if (wide.resources === undefined) return true
  return (narrow.resources ?? ['*']).every((inner) =>
    wide.resources?.some((outer) => resourceIncludes(outer, inner, values, includes)),
  )
}

/** Whether one resource pattern is inside another. A variable without a value is everything inside, nothing outside. */
function resourceIncludes(
  outer: string,
  inner: string,
  values: Values,
  includes: (outer: string, inner: string) => boolean = surelyIncludes,
): boolean {
  if (outer === inner) return true
  if (!hasVariable(outer) && !hasVariable(inner)) return includes(outer, inner)
  const [wide, narrow] = [withValues(outer, values, 'nothing'), withValues(inner, values, 'anything')]
  return wide !== null && narrow !== null && includes(canonicalGlob(wide), canonicalGlob(narrow))
}

function sameResources(
  one: readonly string[],
  other: readonly string[] | undefined,
  values: Values,
): boolean {
  if (other === undefined) return false
  const write = (list: readonly string[]): string | null => {
    const put = list.map((text) => withValues(text, values, 'nothing'))
    return put.includes(null) ? null : JSON.stringify([...new Set(put)].sort())
  }
  if (JSON.stringify(one) === JSON.stringify(other)) return true
  const written = [...one, ...other].some(hasVariable) ? write(one) : null
  return written !== null && written === write(other)
}

function conditionCovers(
  wide: Condition | undefined,
  narrow: Condition | undefined,
  values: Values,
): boolean {
  if (wide === undefined) return true
  if (narrow === undefined) return false
  if (conditionKey(wide) === conditionKey(narrow)) return true
  const [one, other] = [conditionWithValues(wide, values), conditionWithValues(narrow, values)]
  return one !== null && other !== null && conditionKey(one) === conditionKey(other)
}

/** Sorted, each once, without what an approval of all of the kind covers. */
function canonicalScopes(scopes: readonly string[]): readonly string[] {
  const distinct = [...new Set(scopes)].sort()
  return distinct.filter((scope) => isWholeKind(scope) || !distinct.includes(wholeKindOf(scope)))
}

function scopesInclude(wide: readonly string[], narrow: readonly string[] | undefined): boolean {
  return narrow?.every((scope) => wide.includes(scope) || wide.includes(wholeKindOf(scope))) ?? false
}

/** `project:*` for `project:<id>`. */
function wholeKindOf(scope: string): string {
  return `${scope.slice(0, scope.indexOf(':'))}:*`
}

function isWholeKind(scope: string): boolean {
  return scope === wholeKindOf(scope)
}

/** Whether the outer restriction allows all that the inner one allows (see `canonicalIncludes`). */
export function restrictionIncludes(
  outer: Restriction,
  inner: Restriction,
  account: string | null = null,
): boolean {
  const restrictions = new Restrictions(account)
  const inclusion = { values: accountValues(account), includes: surelyIncludes }
  return canonicalIncludes(restrictions.canonical(outer), restrictions.canonical(inner), inclusion)
}

/** The canonical form of one restriction. */
export function canonicalRestriction(restriction: Restriction, account: string | null = null): Restriction {
  return new Restrictions(account).canonical(restriction)
}
