/** Grants as boxes: what the evaluator and the comparison compute with before anything is written as text. */
import { withoutIncluded } from './glob.ts'
import type { Box, Boxes } from './pattern.ts'
import { canonicalRestriction, isUnrestricted, restrictionKey } from './restriction.ts'
import { PATTERN_BOUND, type Steps } from './steps.ts'
import type { Grant, Restriction } from './types.ts'
import { type BoxSet, boxSet, reachesBeyond } from './witness.ts'

/** actions minus except, under one restriction. */
export interface BoxGrant {
  readonly actions: readonly Box[]
  readonly except: readonly Box[]
  readonly restriction: Restriction
}

/** Reads the grants of a baseline or a config, whose patterns have one meaning each. */
export function readGrants(grants: readonly Grant[], boxes: Boxes): BoxGrant[] {
  return grants.map((grant) => ({
    actions: grant.actions.flatMap((pattern) => boxes.read(pattern, 'grants')),
    except: (grant.except ?? []).flatMap((pattern) => boxes.read(pattern, 'grants')),
    restriction: canonicalRestriction(grant),
  }))
}

/** Keeps what is needed: boxes that are not empty, not twice, and exceptions that touch something. */
function tidied(grant: BoxGrant, boxes: Boxes, steps: Steps): BoxGrant {
  const includes = (outer: Box, inner: Box): boolean => boxes.includes(outer, inner)
  const alive = withoutIncluded([...new Set(grant.actions)], includes).filter((box) =>
    reachesBeyond(box, [boxSet(grant.except)], boxes, steps),
  )
  const except = withoutIncluded([...new Set(grant.except)], includes).filter((one) =>
    alive.some((box) => boxes.meet(one, box)),
  )
  return { ...grant, actions: alive, except }
}

/**
 * The same union in few grants: those of equal restriction and exceptions joined, boxes that another grant covers
 * under an equal or wider restriction dropped, resources of equal sets joined. Independent of the order given.
 *
 * @throws BoundReached when it cannot be decided or needs more than 200 patterns.
 */
export function canonical(grants: readonly BoxGrant[], boxes: Boxes, steps: Steps): BoxGrant[] {
  const byLimit = join(
    grants.map((grant) => tidied(grant, boxes, steps)),
    (grant) => `${restrictionKey(grant.restriction)}${textKey(grant.except)}`,
    (one, other) => ({ ...one, actions: [...one.actions, ...other.actions] }),
  ).map((grant) => tidied(grant, boxes, steps))
  const ordered = sorted(byLimit)
  const kept = withoutCovered(ordered, boxes, steps)
  const joined = join(
    kept,
    (grant) =>
      grant.restriction.resources === undefined
        ? grantKey(grant)
        : `${textKey(grant.actions)}|${textKey(grant.except)}|${JSON.stringify(grant.restriction.condition)}`,
    (one, other) => ({
      ...one,
      restriction: canonicalRestriction({
        ...one.restriction,
        resources: [...(one.restriction.resources ?? []), ...(other.restriction.resources ?? [])],
      }),
    }),
  )
  const result = sorted(joined.map((grant) => tidied(grant, boxes, steps)))
  const patterns = result.reduce((sum, grant) => sum + grant.actions.length + grant.except.length, 0)
  if (patterns > PATTERN_BOUND) steps.fail()
  return result
}

/** Drops, one after the other, every box that the remaining grants of equal or wider restriction cover. */
function withoutCovered(grants: readonly BoxGrant[], boxes: Boxes, steps: Steps): BoxGrant[] {
  const current = [...grants]
  // The most restricted first: what is unrestricted is kept and covers the rest.
  for (let at = current.length - 1; at >= 0; at--) {
    const grant = current[at] as BoxGrant
    const others = current.filter(
      (other, index) => index !== at && covers(other.restriction, grant.restriction),
    )
    if (others.length === 0) continue
    const sets: BoxSet[] = others.map((other) => boxSet(other.actions, other.except))
    const actions = grant.actions.filter((box) =>
      reachesBeyond(box, [...sets, boxSet(grant.except)], boxes, steps),
    )
    current[at] = { ...grant, actions }
  }
  return current.filter((grant) => grant.actions.length > 0)
}

function covers(outer: Restriction, inner: Restriction): boolean {
  return isUnrestricted(outer) || restrictionKey(outer) === restrictionKey(inner)
}

function sorted(grants: readonly BoxGrant[]): BoxGrant[] {
  return grants
    .filter((grant) => grant.actions.length > 0)
    .map((grant) => ({ grant, key: `${restrictionRank(grant.restriction)}${grantKey(grant)}` }))
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
    .map(({ grant }) => grant)
}

function restrictionRank(restriction: Restriction): string {
  return isUnrestricted(restriction) ? '0' : restriction.condition === undefined ? '1' : '2'
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
  return [...new Set(boxes.map((box) => box.segments.join(':')))].sort().join(' ')
}

function grantKey(grant: BoxGrant): string {
  return `${textKey(grant.actions)}|${textKey(grant.except)}|${restrictionKey(grant.restriction)}`
}

/** As the baseline and the report write it. */
export function writeGrant(grant: BoxGrant): Grant {
  const texts = (list: readonly Box[]): string[] =>
    [...new Set(list)].map((box) => box.text).sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
  return {
    actions: texts(grant.actions),
    ...(grant.except.length === 0 ? {} : { except: texts(grant.except) }),
    ...grant.restriction,
  }
}
