/** The one form of equal grants, computed on sets. */
import { compareText } from '../compare-text.ts'
import { globIncludes } from './automaton.ts'
import { type BoxGrant, byRestriction, withActions, writeGrant } from './box-grants.ts'
import { isDistinctAndSorted, narrowest, withoutNarrower } from './box-lists.ts'
import type { Box, Boxes } from './pattern.ts'
import {
  canonicalIncludes,
  canonicalRestriction,
  isUnrestricted,
  restrictionKey,
  restrictionRank,
} from './restriction.ts'
import { PATTERN_BOUND, type Steps } from './steps.ts'
import type { Restriction } from './types.ts'
import { type BoxSet, boxSet, reachesBeyond } from './witness.ts'

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
