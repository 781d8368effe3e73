/**
 * What one user holds of one audited permission: the actions that some Allow covers and no unconditional Deny does,
 * over all statements of all policies that reach the user. Deny comes first, wherever it stands.
 */
import type { Atoms } from './atoms.ts'
import { type BoxGrant, canonical, distinctSorted, writeGrant } from './box-grants.ts'
import { withoutNarrower } from './matches.ts'
import { keyOf, type NumberSet } from './number-set.ts'
import type { Box, Boxes } from './pattern.ts'
import type { Piece, PreparedPermission, Relevant } from './prepare.ts'
import { isUnrestricted } from './restriction.ts'
import { decide, Steps } from './steps.ts'
import type { Held, Match, Permission, Undetermined } from './types.ts'
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

/** One permission, asked about for many users. */
export interface Scope {
  readonly permission: PreparedPermission
  readonly boxes: Boxes
  /** Steps that one question may take. */
  readonly bound: number
  readonly atoms: Atoms
  /** For whoever counts at the moment. */
  readonly numbers: NumberSet
  /** What was written before, by the atoms it was written of: users hold the same by different statements. */
  readonly written: Map<string, Written | Undetermined>
}

type Written = Pick<Held, 'extent' | 'restricted' | 'grants'>

/** Statements come in the order of their policies and numbers. */
export function evaluate(ordered: readonly Relevant[], scope: Scope): Held | Undetermined {
  return ordered.every((one) => one.kind === 'allow')
    ? evaluateAllowed(ordered, scope)
    : decide(() => evaluateDenied(ordered, scope, new Steps(scope.bound)))
}

/** Without any Deny everything that is allowed is held. */
function evaluateAllowed(ordered: readonly Relevant[], scope: Scope): Held | Undetermined {
  scope.numbers.clear()
  for (const one of ordered) for (const atom of one.atoms) scope.numbers.add(atom)
  const atoms = scope.numbers.sorted()
  const key = keyOf(atoms)
  let written = scope.written.get(key)
  if (written === undefined) {
    const parts = scope.atoms.grants(atoms)
    written = decide(() => write(parts, scope, new Steps(scope.bound)))
    scope.written.set(key, written)
  }
  if ('undetermined' in written) return written
  const { extent, restricted, grants } = written
  const matches = ordered.flatMap((one) => one.matches)
  return { extent, restricted, grants, matches, deniedBy: [], conditionalDenies: [] }
}

/** @throws BoundReached */
function evaluateDenied(ordered: readonly Relevant[], scope: Scope, steps: Steps): Held {
  const { boxes } = scope
  const { parts, matches } = allowed(ordered, boxes, steps)
  if (parts.length === 0) return nothing
  return {
    ...write(parts, scope, steps),
    matches,
    deniedBy: takenAway(ordered, boxes, steps),
    conditionalDenies: ordered
      .filter((one) => one.kind === 'conditional-deny' && touchingPattern(one, parts, boxes, steps) !== null)
      .map((one) => one.ref),
  }
}

/** @throws BoundReached */
function write(parts: readonly BoxGrant[], { permission, boxes }: Scope, steps: Steps): Written {
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
  }
}

interface Allowed {
  readonly parts: readonly BoxGrant[]
  readonly matches: readonly Match[]
}

/** Pieces of Allow statements that no Deny takes away whole, joined where they are limited alike. @throws BoundReached */
function allowed(ordered: readonly Relevant[], boxes: Boxes, steps: Steps): Allowed {
  const denied = distinctSorted(ordered.flatMap((one) => (one.kind === 'deny' ? boxesOf(one) : [])))
  const spared = ordered.flatMap((one) => (one.kind === 'deny-all-but' ? [boxesOf(one)] : []))
  const leftOf = subtraction(denied, spared, boxes, steps)
  const parts = new Map<string, Omit<BoxGrant, 'actions'> & { readonly actions: Set<Box> }>()
  const matches: Match[] = []
  for (const one of ordered) {
    const own: Match[] = []
    for (const piece of one.pieces) {
      const left = leftOf(piece)
      if (left.length === 0) continue
      let part = parts.get(piece.limit)
      if (part === undefined) {
        const except = denied.length === 0 ? piece.except : [...piece.except, ...denied]
        part = { actions: new Set(), except, restriction: piece.restriction }
        parts.set(piece.limit, part)
      }
      for (const box of left) part.actions.add(box)
      own.push(piece.match)
    }
    matches.push(...(own.length === one.pieces.length ? one.matches : withoutNarrower(own, boxes, steps)))
  }
  return { parts: [...parts.values()].map((part) => ({ ...part, actions: [...part.actions] })), matches }
}

/** Tells which boxes of a piece have anything left once everything denied is gone. */
function subtraction(
  denied: readonly Box[],
  spared: readonly (readonly Box[])[],
  boxes: Boxes,
  steps: Steps,
): (piece: Piece) => readonly Box[] {
  const literals = new Set(denied.flatMap((box) => (box.wild ? [] : [box.id])))
  const wild = denied.filter((box) => box.wild)
  const isTouched = (box: Box): boolean => {
    if (!box.wild && literals.has(box.id)) return true
    for (const one of box.wild ? denied : wild) {
      steps.take()
      if (boxes.meet(one, box, steps)) return true
    }
    return false
  }
  const within = (list: readonly Box[]): readonly Box[] =>
    spared.reduce(
      (left, sparing) => [
        ...new Set(left.flatMap((box) => sparing.flatMap((one) => boxes.intersect(box, one, steps)))),
      ],
      list,
    )
  const deniedSet = boxSet(denied)
  return ({ actions, except }) => {
    // A piece has actions beyond its exceptions; where no Deny touches it, it still has.
    if (spared.length === 0 && !actions.some(isTouched)) return actions
    const outside = [boxSet(except), deniedSet]
    return within(actions).filter((box) => reachesBeyond(box, outside, boxes, steps))
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
  const granted = ordered.flatMap((one) => one.pieces)
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
      boxes.meet(box, one, steps) &&
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
