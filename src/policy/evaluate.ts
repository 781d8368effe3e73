/**
 * What one user holds of one audited permission: the actions that some Allow covers and no unconditional Deny does,
 * over all statements of all policies that reach the user. Deny comes first, wherever it stands.
 */
import { type BoxGrant, canonical, writeGrant } from './box-grants.ts'
import { withoutNarrower } from './matches.ts'
import type { Box, Boxes } from './pattern.ts'
import type { PreparedPermission, Relevant } from './prepare.ts'
import { isUnrestricted } from './restriction.ts'
import type { Steps } from './steps.ts'
import type { Held, Match, Permission, StatementRef } from './types.ts'
import { boxSet, reachesBeyond } from './witness.ts'

/** The answer for whom no Allow reaches. */
export const nothing: Held = {
  extent: 'none',
  restricted: false,
  grants: [],
  matches: [],
  deniedBy: [],
  conditionalDenies: [],
}

/** What root and the members of the built-in group hold: all of it, whatever any Deny says. */
export function holdsEverything(permission: Permission): Held {
  const { actions, except } = permission
  return { ...nothing, extent: 'all', grants: [{ actions, ...(except.length === 0 ? {} : { except }) }] }
}

/** Statements come in the order of their policies and numbers. @throws BoundReached */
export function evaluate(
  ordered: readonly Relevant[],
  permission: PreparedPermission,
  boxes: Boxes,
  steps: Steps,
): Held {
  const { parts, matches } = allowed(ordered, boxes, steps)
  if (parts.length === 0) return nothing
  const everything = permission.permission.holds === 'all'
  // For `holds: all` a condition alone does not restrict.
  const grants = canonical(everything ? parts.map(withoutCondition) : parts, boxes, steps)
  const free = grants.filter((grant) => isUnrestricted(grant.restriction))
  const all = isAllOf(permission, everything ? free : grants, boxes, steps)
  const written = everything && !all ? canonical(parts, boxes, steps) : grants
  return {
    extent: all ? 'all' : 'part',
    restricted: !written.some((grant) => isUnrestricted(grant.restriction)),
    grants: written.map(writeGrant),
    matches,
    deniedBy: takenAway(ordered, boxes, steps),
    conditionalDenies: ordered
      .filter((one) => one.kind === 'conditional-deny' && touchingPattern(one, parts, boxes, steps) !== null)
      .map((one) => one.ref),
  }
}

/** Pieces of Allow statements that no Deny takes away whole, joined where they are limited alike. @throws BoundReached */
function allowed(
  ordered: readonly Relevant[],
  boxes: Boxes,
  steps: Steps,
): { parts: readonly BoxGrant[]; matches: readonly Match[] } {
  const denied = [...new Set(ordered.filter((one) => one.kind === 'deny').flatMap(boxesOf))]
  const literals = new Set(denied.flatMap((box) => (box.wild ? [] : [box.id])))
  const wild = denied.filter((box) => box.wild)
  const isTouched = (box: Box): boolean =>
    (!box.wild && literals.has(box.id)) ||
    (box.wild ? denied : wild).some((one) => {
      steps.take()
      return boxes.meet(one, box)
    })
  const spared = ordered.filter((one) => one.kind === 'deny-all-but').map(boxesOf)
  const untouched = denied.length === 0 && spared.length === 0
  const withoutSpared = (list: readonly Box[]): readonly Box[] =>
    spared.reduce(
      (left, sparing) => [
        ...new Set(left.flatMap((box) => sparing.flatMap((one) => boxes.intersect(box, one, steps)))),
      ],
      list,
    )
  const parts = new Map<
    string,
    { actions: Set<Box>; except: readonly Box[]; restriction: BoxGrant['restriction'] }
  >()
  const matches: Match[] = []
  for (const one of ordered) {
    const own: Match[] = []
    for (const piece of one.pieces) {
      const sets = [boxSet(piece.except), boxSet(denied)]
      const left = untouched
        ? piece.boxes
        : withoutSpared(piece.boxes).filter(
            (box) =>
              // A piece has actions beyond its exceptions; where no Deny touches it, it still has.
              (spared.length === 0 && !isTouched(box)) || reachesBeyond(box, sets, boxes, steps),
          )
      if (left.length === 0) continue
      const { restriction } = piece
      const part = parts.get(piece.limit) ?? {
        actions: new Set(),
        except: denied.length === 0 ? piece.except : [...piece.except, ...denied],
        restriction,
      }
      parts.set(piece.limit, part)
      for (const box of left) part.actions.add(box)
      own.push(piece.match)
    }
    matches.push(...(own.length === one.pieces.length ? one.matches : withoutNarrower(own, boxes, steps)))
  }
  return {
    parts: [...parts.values()].map((part) => ({ ...part, actions: [...part.actions] })),
    matches,
  }
}

function boxesOf(deny: Relevant): readonly Box[] {
  return deny.patterns.flatMap((pattern) => pattern.boxes)
}

/** Whether the grants together are the whole permission. @throws BoundReached */
function isAllOf(
  permission: PreparedPermission,
  grants: readonly BoxGrant[],
  boxes: Boxes,
  steps: Steps,
): boolean {
  const sets = [boxSet(permission.except), ...grants.map((grant) => boxSet(grant.actions, grant.except))]
  return !permission.actions.some((box) => reachesBeyond(box, sets, boxes, steps))
}

function withoutCondition(grant: BoxGrant): BoxGrant {
  const { condition: _, ...restriction } = grant.restriction
  return { ...grant, restriction }
}

/** Unconditional Deny statements that take something away which an Allow of this user covers. @throws BoundReached */
function takenAway(ordered: readonly Relevant[], boxes: Boxes, steps: Steps): readonly Match[] {
  const denies = ordered.filter((one) => one.kind === 'deny' || one.kind === 'deny-all-but')
  if (denies.length === 0) return []
  const granted = ordered.flatMap((one) =>
    one.pieces.map(({ boxes: actions, except, restriction }) => ({ actions, except, restriction })),
  )
  return denies.flatMap((deny): Match[] => {
    const pattern = touchingPattern(deny, granted, boxes, steps)
    return pattern === null ? [] : [{ ...deny.ref, pattern, restricted: false }]
  })
}

/** The first pattern of a Deny that touches what is granted, `NotAction` for such a one; null: none. @throws BoundReached */
function touchingPattern(
  deny: Relevant,
  granted: readonly BoxGrant[],
  boxes: Boxes,
  steps: Steps,
): string | null {
  if (deny.statement.notAction !== undefined) {
    const spared = boxSet(boxesOf(deny))
    const beyond = granted.some((grant) =>
      grant.actions.some((box) => reachesBeyond(box, [boxSet(grant.except), spared], boxes, steps)),
    )
    return beyond ? 'NotAction' : null
  }
  const touches = (one: Box, box: Box, except: readonly Box[]): boolean => {
    steps.take()
    return (
      boxes.meet(box, one) &&
      boxes.intersect(box, one, steps).some((both) => reachesBeyond(both, [boxSet(except)], boxes, steps))
    )
  }
  const touching = deny.patterns.find((pattern) =>
    pattern.boxes.some((one) =>
      granted.some(({ actions, except }) => actions.some((box) => touches(one, box, except))),
    ),
  )
  return touching?.text ?? null
}

/** By policy, then by number. */
export function compareRefs(one: StatementRef, other: StatementRef): number {
  if (one.policy !== other.policy) return one.policy < other.policy ? -1 : 1
  return one.statement - other.statement
}
