/** Grants as boxes: what the evaluator and the comparison compute with before anything is written as text. */
import { compareText } from '../compare-text.ts'
import { globIncludes } from './automaton.ts'
import type { Box, Boxes } from './pattern.ts'
import {
  canonicalIncludes,
  canonicalRestriction,
  isUnrestricted,
  restrictionKey,
  restrictionOf,
} from './restriction.ts'
import { PATTERN_BOUND, type Steps } from './steps.ts'
import type { ActionSet, Grant, Restriction } from './types.ts'
import { servicesWithoutLimit } from './urn.ts'
import { type BoxSet, boxSet, reachesBeyond } from './witness.ts'

/** actions minus except, under one restriction. */
export interface BoxGrant {
  readonly actions: readonly Box[]
  readonly except: readonly Box[]
  readonly restriction: Restriction
}

/** Other actions under the same limits. */
export function withActions({ except, restriction }: BoxGrant, actions: readonly Box[]): BoxGrant {
  return { actions, except, restriction }
}

/** Reads the grants of a baseline or a config, whose patterns have one meaning each. @throws BoundReached */
export function readGrants(grants: readonly Grant[], boxes: Boxes, steps: Steps): BoxGrant[] {
  return grants.flatMap((grant) => {
    const { actions, except } = readActionSet(grant, boxes)
    return byRestriction(actions, restrictionOf(grant), boxes, steps).map((part) => ({
      actions: part.actions,
      except,
      restriction: part.restriction,
    }))
  })
}

/** The boxes of an action set. */
export function readActionSet(
  set: ActionSet,
  boxes: Boxes,
): { actions: readonly Box[]; except: readonly Box[] } {
  const read = (patterns: readonly string[]): readonly Box[] =>
    patterns.flatMap((pattern) => boxes.read(pattern, 'grants'))
  return { actions: read(set.actions), except: read(set.except ?? []) }
}

/**
 * Splits boxes by what limits them: a resource pattern that includes every URN of a service limits nothing for the
 * actions of that service. @throws BoundReached
 */
export function byRestriction(
  actions: readonly Box[],
  restriction: Restriction,
  boxes: Boxes,
  steps: Steps,
): { actions: readonly Box[]; restriction: Restriction }[] {
  const { resources } = restriction
  if (resources === undefined || servicesWithoutLimit(resources).length === 0)
    return [{ actions, restriction: canonicalRestriction(restriction) }]
  const { resources: _, ...unlimited } = restriction
  const services = servicesWithoutLimit(resources).map((service) => boxes.of(`${service}:*:*`))
  const free = actions.flatMap((box) => services.flatMap((service) => boxes.intersect(box, service, steps)))
  const limited = actions.filter((box) => !services.some((service) => boxes.includes(service, box, steps)))
  return [
    ...(free.length === 0
      ? []
      : [{ actions: [...new Set(free)], restriction: canonicalRestriction(unlimited) }]),
    ...(limited.length === 0 ? [] : [{ actions: limited, restriction: canonicalRestriction(restriction) }]),
  ]
}

/** Keeps what is needed: boxes that are not empty, not twice, and exceptions that touch something. */
function tidied(grant: BoxGrant, boxes: Boxes, steps: Steps): BoxGrant {
  const outside = [boxSet(grant.except)]
  const alive = withoutNarrower(grant.actions, boxes, steps).filter((box) =>
    reachesBeyond(box, outside, boxes, steps),
  )
  if (grant.except.length === 0) return withActions(grant, alive)
  const except = narrowest(grant.except, boxes, steps).filter((one) =>
    alive.some((box) => boxes.meet(one, box, steps)),
  )
  return { actions: alive, except, restriction: grant.restriction }
}

/** `withoutNarrower` of a list that comes again and again, such as what a permission excepts; it takes as many steps. */
export function narrowest(list: readonly Box[], boxes: Boxes, steps: Steps): readonly Box[] {
  const known = narrowestOf.get(list)
  if (known !== undefined) {
    steps.take(known.steps)
    return known.boxes
  }
  const before = steps.left
  const result = withoutNarrower(list, boxes, steps)
  narrowestOf.set(list, { boxes: result, steps: before - steps.left })
  return result
}

const narrowestOf = new WeakMap<readonly Box[], { readonly boxes: readonly Box[]; readonly steps: number }>()

/** Sorted by text, without those that another one surely includes. Only a box with wildcards includes another. */
function withoutNarrower(list: readonly Box[], boxes: Boxes, steps: Steps): readonly Box[] {
  if (list.length < 2) return list
  const distinct = distinctSorted(list)
  const wide = distinct.filter((box) => box.wild)
  if (wide.length === 0) return distinct
  steps.take(wide.length * distinct.length)
  return distinct.filter((inner) => !isWithinOne(inner, wide, boxes, steps))
}

function isWithinOne(inner: Box, wide: readonly Box[], boxes: Boxes, steps: Steps): boolean {
  for (const outer of wide)
    if (outer !== inner && boxes.includes(outer, inner, steps) && !isLater(outer, inner, boxes, steps))
      return true
  return false
}

/** By text; of boxes of one id, which differ in letter case alone, the first. */
export function distinctSorted(list: readonly Box[]): readonly Box[] {
  if (isDistinctAndSorted(list)) return list
  const seen = new Set<number>()
  const distinct: Box[] = []
  for (const box of [...list].sort(byText)) {
    if (seen.has(box.id)) continue
    seen.add(box.id)
    distinct.push(box)
  }
  return distinct
}

/** False says nothing: texts and ids may be sorted each in its own way. */
function isDistinctAndSorted(list: readonly Box[]): boolean {
  for (let at = 1; at < list.length; at++) {
    const one = list[at - 1] as Box
    const other = list[at] as Box
    if (one.text >= other.text || one.key >= other.key) return false
  }
  return true
}

/** Of two boxes that include each other, the later one goes. */
function isLater(outer: Box, inner: Box, boxes: Boxes, steps: Steps): boolean {
  return boxes.includes(inner, outer, steps) && outer.text > inner.text
}

function byText(one: Box, other: Box): number {
  return one.text < other.text ? -1 : one.text > other.text ? 1 : 0
}

/**
 * The same union in few grants: those of equal restriction and exceptions joined, boxes that another grant covers
 * under an equal or wider restriction dropped, resources of equal sets joined. Independent of the order given.
 *
 * @throws BoundReached when it cannot be decided
 */
export function canonical(grants: readonly BoxGrant[], boxes: Boxes, steps: Steps): BoxGrant[] {
  // Joining and dropping can make further grants alike, so a pass is repeated until it changes nothing.
  let result: readonly BoxGrant[] = grants
  for (let round = 0; ; round++) {
    if (round === MAXIMUM_ROUNDS) steps.fail()
    const pass = canonicalPass(result, boxes, steps)
    // What splitting by service adds is dropped again in each round: then only the text tells that nothing changed.
    if (!pass.changed || (round > 0 && textOf(pass.grants) === textOf(result))) return pass.grants
    result = pass.grants
  }
}

/** More patterns than a holding may need would not be read by anybody. @throws BoundReached */
export function withinBound(grants: readonly BoxGrant[], steps: Steps): readonly BoxGrant[] {
  const patterns = grants.reduce((sum, grant) => sum + grant.actions.length + grant.except.length, 0)
  if (patterns > PATTERN_BOUND) steps.fail()
  return grants
}

/** No grants are known that take a fifth round; none may go round for ever. */
const MAXIMUM_ROUNDS = 20

function textOf(grants: readonly BoxGrant[]): string {
  return JSON.stringify(grants.map(writeGrant))
}

function canonicalPass(
  grants: readonly BoxGrant[],
  boxes: Boxes,
  steps: Steps,
): { readonly grants: BoxGrant[]; readonly changed: boolean } {
  const split = grants.flatMap((grant) =>
    grant.restriction.resources === undefined
      ? [grant]
      : byRestriction(grant.actions, grant.restriction, boxes, steps).map((part) => ({
          actions: part.actions,
          except: grant.except,
          restriction: part.restriction,
        })),
  )
  const tidy = sorted(split.map((grant) => tidied(grant, boxes, steps)))
  if (tidy.length < 2) return { grants: tidy, changed: false }
  const byLimit = join(
    tidy,
    (grant) => `${restrictionKey(grant.restriction)}\n|\n${textKey(grant.except)}`,
    (one, other) => withActions(one, withoutNarrower([...one.actions, ...other.actions], boxes, steps)),
  )
  const kept = withoutCovered(byLimit.length === tidy.length ? tidy : sorted(byLimit), boxes, steps)
  // What shares exceptions, condition and the absence of resources is one grant already.
  const joined =
    kept.filter((grant) => grant.restriction.resources !== undefined).length < 2
      ? kept
      : join(
          kept,
          (grant) =>
            grant.restriction.resources === undefined
              ? grantKey(grant)
              : `${textKey(grant.actions)}\n|\n${textKey(grant.except)}\n|\n${JSON.stringify(grant.restriction.condition)}`,
          (one, other) => ({
            actions: one.actions,
            except: one.except,
            restriction: canonicalRestriction({
              ...one.restriction,
              resources: [...(one.restriction.resources ?? []), ...(other.restriction.resources ?? [])],
            }),
          }),
        )
  const before = new Set(tidy)
  const changed = joined.some((grant) => !before.has(grant))
  return { grants: changed ? sorted(joined) : joined, changed }
}

/** Drops, one after the other, every box that the remaining grants of equal or wider restriction cover. */
function withoutCovered(grants: readonly BoxGrant[], boxes: Boxes, steps: Steps): BoxGrant[] {
  const current = [...grants]
  // The most restricted first: what is unrestricted is kept and covers the rest.
  for (let at = current.length - 1; at >= 0; at--) {
    const grant = current[at] as BoxGrant
    const others = current.filter(
      (other, index) => index !== at && covers(other.restriction, grant.restriction, steps),
    )
    if (others.length === 0) continue
    const sets: BoxSet[] = others.map((other) => boxSet(other.actions, other.except))
    const actions = grant.actions.filter((box) =>
      reachesBeyond(box, [...sets, boxSet(grant.except)], boxes, steps),
    )
    if (actions.length < grant.actions.length) current[at] = withActions(grant, actions)
  }
  return current.filter((grant) => grant.actions.length > 0)
}

/** Whether the outer restriction allows all that the inner one allows. @throws BoundReached */
export function covers(outer: Restriction, inner: Restriction, steps: Steps): boolean {
  if (isUnrestricted(outer) || restrictionKey(outer) === restrictionKey(inner)) return true
  return canonicalIncludes(outer, inner, (one, other) => {
    steps.take()
    return globIncludes(one, other, steps)
  })
}

/** What limits least comes first. */
export function sorted(grants: readonly BoxGrant[]): BoxGrant[] {
  const alive = grants.filter((grant) => grant.actions.length > 0)
  if (alive.length < 2 || haveAscendingRanks(alive)) return alive
  const keys = new Map<BoxGrant, string>()
  const key = (grant: BoxGrant): string => {
    const known = keys.get(grant) ?? grantKey(grant)
    keys.set(grant, known)
    return known
  }
  const spelled = (list: readonly Box[]): string => list.map((box) => box.text).join(' ')
  return alive.sort(
    (one, other) =>
      restrictionRank(one.restriction) - restrictionRank(other.restriction) ||
      compareText(key(one), key(other)) ||
      compareText(spelled(one.actions), spelled(other.actions)) ||
      compareText(spelled(one.except), spelled(other.except)),
  )
}

function haveAscendingRanks(grants: readonly BoxGrant[]): boolean {
  for (let at = 1; at < grants.length; at++) {
    const [one, other] = [grants[at - 1] as BoxGrant, grants[at] as BoxGrant]
    if (restrictionRank(one.restriction) >= restrictionRank(other.restriction)) return false
  }
  return true
}

/** 0: nothing limits. 1: resources do. 2: a condition does. */
export function restrictionRank(restriction: Restriction): number {
  return isUnrestricted(restriction) ? 0 : restriction.condition === undefined ? 1 : 2
}

function join(
  grants: readonly BoxGrant[],
  key: (grant: BoxGrant) => string,
  merge: (one: BoxGrant, other: BoxGrant) => BoxGrant,
): BoxGrant[] {
  const joined = new Map<string, BoxGrant>()
  for (const grant of grants) {
    if (grant.actions.length === 0) continue
    const name = key(grant)
    const known = joined.get(name)
    joined.set(name, known === undefined ? grant : merge(known, grant))
  }
  return [...joined.values()]
}

function textKey(boxes: readonly Box[]): string {
  const keys = boxes.map((box) => box.key)
  // A line break is in no pattern, as a space may be.
  return (isDistinctAndSorted(boxes) ? keys : [...new Set(keys)].sort()).join('\n')
}

function grantKey(grant: BoxGrant): string {
  return `${textKey(grant.actions)}\n|\n${textKey(grant.except)}\n|\n${restrictionKey(grant.restriction)}`
}

/** As the baseline and the report write it. */
export function writeGrant({ actions, except, restriction }: BoxGrant): Grant {
  const grant: Writable<Grant> = { actions: textsOf(actions) }
  if (except.length > 0) grant.except = textsOf(except)
  if (restriction.resources !== undefined) grant.resources = restriction.resources
  if (restriction.not_resources !== undefined) grant.not_resources = restriction.not_resources
  if (restriction.condition !== undefined) grant.condition = restriction.condition
  return grant
}

export function writeGrants(grants: readonly BoxGrant[]): Grant[] {
  const written: Grant[] = []
  for (const grant of grants) written.push(writeGrant(grant))
  return written
}

type Writable<T> = { -readonly [key in keyof T]: T[key] }

function textsOf(list: readonly Box[]): string[] {
  const texts: string[] = []
  for (const box of isDistinctAndSorted(list) ? list : [...new Set(list)].sort(byText)) texts.push(box.text)
  return texts
}
