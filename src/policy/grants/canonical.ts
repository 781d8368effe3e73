/** The one form of equal grants, computed on sets. */
import { compareText } from '../../text/compare-text.ts'
import { accountValues } from '../language/variables.ts'
import { globIncludes } from '../sets/automaton.ts'
import type { Box } from '../sets/box.ts'
import { isDistinctAndSorted, narrowed, narrowedOnce } from '../sets/box-lists.ts'
import { type BoxSet, boxSet } from '../sets/box-set.ts'
import { reachesBeyond } from '../sets/witness.ts'
import type { Restriction } from '../types.ts'
import { type BoxGrant, byRestriction, withActions, writeGrant } from './box-grants.ts'
import type { GrantQuestion } from './grant-question.ts'
import { canonicalIncludes, isUnrestricted, restrictionRank } from './restriction.ts'

/**
 * The same union in few grants: those of equal restriction and exceptions joined, boxes that another grant covers
 * under an equal or wider restriction dropped, resources of equal sets joined. Independent of the order given.
 *
 * @throws BoundReached when it cannot be decided
 */
export function canonical(grants: readonly BoxGrant[], question: GrantQuestion): BoxGrant[] {
  // Joining and dropping can make further grants alike, so a pass is repeated until it changes nothing.
  let result: readonly BoxGrant[] = grants
  for (let round = 0; ; round++) {
    if (round === MAXIMUM_ROUNDS) question.fail()
    const pass = canonicalPass(result, question)
    // What splitting by service adds is dropped again in each round: then only the text tells that nothing changed.
    if (!pass.changed || (round > 0 && textOf(pass.grants) === textOf(result))) return pass.grants
    result = pass.grants
  }
}

/** No grants are known that take a fifth round; none may go round for ever. */
const MAXIMUM_ROUNDS = 20

function textOf(grants: readonly BoxGrant[]): string {
  return JSON.stringify(grants.map(writeGrant))
}

function canonicalPass(
  grants: readonly BoxGrant[],
  question: GrantQuestion,
): { readonly grants: BoxGrant[]; readonly changed: boolean } {
  const split = grants.flatMap((grant) =>
    grant.restriction.resources === undefined
      ? [grant]
      : byRestriction(grant.actions, grant.restriction, question).map((part) => ({
          actions: part.actions,
          except: grant.except,
          restriction: part.restriction,
        })),
  )
  const tidy = sorted(
    split.map((grant) => tidied(grant, question)),
    question,
  )
  if (tidy.length < 2) return { grants: tidy, changed: false }
  const byLimit = join(
    tidy,
    (grant) => `${question.restrictions.key(grant.restriction)}\n|\n${textKey(grant.except)}`,
    (alike, first) =>
      withActions(
        first,
        narrowed(
          alike.flatMap((grant) => grant.actions),
          question,
        ),
      ),
  )
  const kept = withoutCovered(byLimit.length === tidy.length ? tidy : sorted(byLimit, question), question)
  const joined = joinScopes(joinResources(kept, question), question)
  const before = new Set(tidy)
  const changed = joined.some((grant) => !before.has(grant))
  return { grants: changed ? sorted(joined, question) : [...joined], changed }
}

/** Grants that differ in their resources alone are one. What has none, and is alike else, was joined already. */
function joinResources(grants: readonly BoxGrant[], question: GrantQuestion): readonly BoxGrant[] {
  if (grants.filter((grant) => grant.restriction.resources !== undefined).length < 2) return grants
  const { restrictions } = question
  return join(
    grants,
    (grant) => {
      const { resources, ...others } = grant.restriction
      return resources === undefined
        ? grantKey(grant, question)
        : `${textKey(grant.actions)}\n|\n${textKey(grant.except)}\n|\n+ ${restrictions.key(others)}`
    },
    (alike, { actions, except, restriction }) => {
      const resources = alike.flatMap((grant) => grant.restriction.resources ?? [])
      return { actions, except, restriction: restrictions.canonical({ ...restriction, resources }) }
    },
  )
}

/** Grants that differ in their scopes alone are one. */
function joinScopes(grants: readonly BoxGrant[], question: GrantQuestion): readonly BoxGrant[] {
  if (grants.filter((grant) => grant.restriction.scopes !== undefined).length < 2) return grants
  const { restrictions } = question
  return join(
    grants,
    (grant) => {
      const { scopes, ...others } = grant.restriction
      return scopes === undefined
        ? grantKey(grant, question)
        : `${textKey(grant.actions)}\n|\n${textKey(grant.except)}\n|\n+ ${restrictions.key(others)}`
    },
    (alike, { actions, except, restriction }) => {
      const scopes = alike.flatMap((grant) => grant.restriction.scopes ?? [])
      return { actions, except, restriction: restrictions.canonical({ ...restriction, scopes }) }
    },
  )
}

/** Drops, one after the other, every box that the remaining grants of equal or wider restriction cover. */
function withoutCovered(grants: readonly BoxGrant[], question: GrantQuestion): BoxGrant[] {
  const current = [...grants]
  // The most restricted first: what is unrestricted is kept and covers the rest.
  for (let at = current.length - 1; at >= 0; at--) {
    const grant = current[at] as BoxGrant
    const others = current.filter(
      (other, index) => index !== at && covers(other.restriction, grant.restriction, question),
    )
    if (others.length === 0) continue
    const sets: BoxSet[] = others.map((other) => boxSet(other.actions, other.except))
    const actions = grant.actions.filter((box) =>
      reachesBeyond(box, [...sets, boxSet(grant.except)], question),
    )
    if (actions.length < grant.actions.length) current[at] = withActions(grant, actions)
  }
  return current.filter((grant) => grant.actions.length > 0)
}

/** Whether the outer restriction allows all that the inner one allows. @throws BoundReached */
export function covers(outer: Restriction, inner: Restriction, question: GrantQuestion): boolean {
  const { restrictions } = question
  if (isUnrestricted(outer) || restrictions.key(outer) === restrictions.key(inner)) return true
  return canonicalIncludes(outer, inner, {
    values: accountValues(restrictions.account),
    includes: (one, other) => {
      question.take()
      return globIncludes(one, other, question.steps)
    },
  })
}

/** What limits least comes first. */
export function sorted(grants: readonly BoxGrant[], question: GrantQuestion): BoxGrant[] {
  const alive = grants.filter((grant) => grant.actions.length > 0)
  if (alive.length < 2 || haveAscendingRanks(alive)) return alive
  const keys = new Map<BoxGrant, string>()
  const key = (grant: BoxGrant): string => {
    const known = keys.get(grant) ?? grantKey(grant, question)
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

/** All of one key at once: one after the other would look at the first ones again for each that follows. */
function join(
  grants: readonly BoxGrant[],
  key: (grant: BoxGrant) => string,
  merge: (alike: readonly BoxGrant[], first: BoxGrant) => BoxGrant,
): BoxGrant[] {
  const byKey = Map.groupBy(
    grants.filter((grant) => grant.actions.length > 0),
    key,
  )
  return [...byKey.values()].map((alike) => {
    const first = alike[0] as BoxGrant
    return alike.length === 1 ? first : merge(alike, { ...first, restriction: firstSpelled(alike) })
  })
}

/** Of restrictions that are equal, and may be spelled in different letter case, always the same one. */
function firstSpelled(alike: readonly BoxGrant[]): Restriction {
  const [first, ...others] = alike.map((grant) => grant.restriction) as [Restriction, ...Restriction[]]
  if (others.every((other) => other === first || other.condition === undefined)) return first
  return [first, ...others].reduce((one, other) =>
    compareText(JSON.stringify(one), JSON.stringify(other)) <= 0 ? one : other,
  )
}

function textKey(boxes: readonly Box[]): string {
  const keys = boxes.map((box) => box.key)
  // A line break is in no pattern, as a space may be.
  return (isDistinctAndSorted(boxes) ? keys : [...new Set(keys)].sort()).join('\n')
}

function grantKey(grant: BoxGrant, question: GrantQuestion): string {
  return `${textKey(grant.actions)}\n|\n${textKey(grant.except)}\n|\n${question.restrictions.key(grant.restriction)}`
}

/** Keeps what is needed: boxes that are not empty, not twice, and exceptions that touch something. */
function tidied(grant: BoxGrant, question: GrantQuestion): BoxGrant {
  const outside = [boxSet(grant.except)]
  const alive = narrowed(grant.actions, question).filter((box) => reachesBeyond(box, outside, question))
  if (grant.except.length === 0) return withActions(grant, alive)
  // What touches nothing is dropped first: to hold the rest against one another takes its square.
  question.take(alive.length * grant.except.length)
  const touching = grant.except.filter((one) => alive.some((box) => question.meet(one, box)))
  const except = narrowedOnce(touching, question)
  return { actions: alive, except, restriction: grant.restriction }
}
