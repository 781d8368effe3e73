/**
 * The canonical form of plain parts, from what is known of pairs of their boxes: users share boxes, so that nearly
 * every pair was looked at before. The same result as that of `canonical`, which has to compute it on sets.
 */
import type { Part } from './atoms.ts'
import type { BoxGrant } from './box-grants.ts'
import { narrowest, widest } from './box-lists.ts'
import { covers, sorted } from './canonical.ts'
import type { Box, Boxes } from './pattern.ts'
import { isUnrestricted } from './restriction.ts'
import type { Steps } from './steps.ts'
import { boxSet, reachesBeyond } from './witness.ts'

/**
 * Null where pairs do not tell.
 *
 * @param denied what is excepted beside the exceptions of the permission; every box of the parts reaches beyond both
 * @throws BoundReached as `canonical` does
 */
export function canonicalByPairs(
  parts: readonly Part[],
  denied: readonly Box[],
  except: readonly Box[],
  boxes: Boxes,
  steps: Steps,
): BoxGrant[] | null {
  if (!parts.every((part) => part.limit.plain && !isAnySpelledTwice(part))) return null
  const outside = narrowest(denied.length === 0 ? except : [...except, ...denied], boxes, steps)
  const grants: BoxGrant[] = []
  let free: BoxGrant | null = null
  for (const { actions, limit } of parts) {
    const distinct = widest(actions, boxes, steps)
    const kept: readonly Box[] =
      free === null ? distinct : withoutCovered(distinct, free, outside, boxes, steps)
    if (kept.length === 0) continue
    const touching: Box[] = []
    for (const one of outside) if (meetsAny(one, kept, boxes, steps)) touching.push(one)
    const grant: BoxGrant = { actions: kept, except: touching, restriction: limit.restriction }
    if (isUnrestricted(limit.restriction)) free = grant
    grants.push(grant)
  }
  if (belongTogether(grants, steps)) return null
  return sorted(grants)
}

/** Whether two boxes of a part differ in letter case alone. */
function isAnySpelledTwice({ actions, limit: { spelledTwice } }: Part): boolean {
  if (spelledTwice.size === 0) return false
  return new Set(actions.map((box) => box.id)).size < actions.length
}

function withoutCovered(
  list: readonly Box[],
  free: BoxGrant,
  outside: readonly Box[],
  boxes: Boxes,
  steps: Steps,
): readonly Box[] {
  const kept: Box[] = []
  for (const box of list) if (!isCovered(box, free, outside, boxes, steps)) kept.push(box)
  return kept
}

/** Whether an unrestricted grant contains all of the box that is not excepted from both. @throws BoundReached */
function isCovered(box: Box, free: BoxGrant, outside: readonly Box[], boxes: Boxes, steps: Steps): boolean {
  let touched = false
  for (const one of free.actions) {
    steps.take()
    if (boxes.includes(one, box, steps)) return true
    touched ||= boxes.meet(one, box, steps)
  }
  return touched && !reachesBeyond(box, [boxSet(free.actions), boxSet(outside)], boxes, steps)
}

function meetsAny(one: Box, others: readonly Box[], boxes: Boxes, steps: Steps): boolean {
  for (const other of others) if (boxes.meet(one, other, steps)) return true
  return false
}

/** Whether two grants that are limited have the same actions, or limits of which one is within the other. @throws BoundReached */
function belongTogether(grants: readonly BoxGrant[], steps: Steps): boolean {
  const limited: BoxGrant[] = []
  for (const grant of grants) if (!isUnrestricted(grant.restriction)) limited.push(grant)
  if (limited.length < 2) return false
  const seen = new Set<string>()
  for (const { actions } of limited) {
    const ids = actions.map((box) => box.id)
    seen.add(ids.sort((one, other) => one - other).join())
  }
  return (
    seen.size < limited.length ||
    limited.some((one) =>
      limited.some((other) => one !== other && covers(one.restriction, other.restriction, steps)),
    )
  )
}
