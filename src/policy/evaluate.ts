/**
 * What one user holds of one audited permission: the actions that some Allow covers and no unconditional Deny does,
 * over all statements of all policies that reach the user. Deny comes first, wherever it stands.
 */
import { type BoxGrant, canonical, writeGrant } from './box-grants.ts'
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

/** @throws BoundReached */
export function evaluate(
  relevant: readonly Relevant[],
  permission: PreparedPermission,
  boxes: Boxes,
  steps: Steps,
): Held {
  const ordered = [...relevant].sort((one, other) => compareRefs(one.ref, other.ref))
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
    matches: withoutNarrower(matches, boxes),
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
  for (const { pieces } of ordered) {
    for (const piece of pieces) {
      const sets = [boxSet(piece.except), boxSet(denied)]
      const left = untouched
        ? piece.boxes
        : withoutSpared(piece.boxes).filter((box) => reachesBeyond(box, sets, boxes, steps))
      if (left.length === 0) continue
      const { restriction } = piece
      const part = parts.get(piece.limit) ?? {
        actions: new Set(),
        except: [...piece.except, ...denied],
        restriction,
      }
      parts.set(piece.limit, part)
      for (const box of left) part.actions.add(box)
      matches.push(piece.match)
    }
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

/** Of the patterns of one statement, those that no other of it includes; each once, unrestricted if any part is. */
function withoutNarrower(matches: readonly Match[], boxes: Boxes): readonly Match[] {
  const kept: Match[] = []
  for (let at = 0; at < matches.length; ) {
    const first = matches[at] as Match
    let end = at
    while (end < matches.length && isAt(matches[end] as Match, first)) end++
    const own = matches.slice(at, end)
    at = end
    kept.push(...(own.length === 1 ? own : own.filter((match) => !isSaidBy(match, own, boxes))))
  }
  return kept
}

/** Whether another of these matches, an equal one only when it comes first, says as much. */
function isSaidBy(match: Match, own: readonly Match[], boxes: Boxes): boolean {
  return own.some((other) => {
    if (other === match || (other.restricted && !match.restricted)) return false
    if (other.pattern === match.pattern)
      return other.restricted !== match.restricted || own.indexOf(other) < own.indexOf(match)
    const [wide, narrow] = [boxes.read(other.pattern, 'grants'), boxes.read(match.pattern, 'grants')]
    const inside = narrow.every((one) => wide.some((two) => boxes.includes(two, one)))
    const around = wide.every((one) => narrow.some((two) => boxes.includes(two, one)))
    return inside && (!around || own.indexOf(other) < own.indexOf(match))
  })
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
  const touching = deny.patterns.find((pattern) =>
    pattern.boxes.some((one) =>
      granted.some((grant) =>
        grant.actions.some((box) =>
          boxes
            .intersect(box, one, steps)
            .some((both) => reachesBeyond(both, [boxSet(grant.except)], boxes, steps)),
        ),
      ),
    ),
  )
  return touching?.text ?? null
}

function isAt(one: StatementRef, other: StatementRef): boolean {
  return one.policy === other.policy && one.statement === other.statement
}

function compareRefs(one: StatementRef, other: StatementRef): number {
  if (one.policy !== other.policy) return one.policy < other.policy ? -1 : 1
  return one.statement - other.statement
}
