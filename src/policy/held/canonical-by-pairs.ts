/**
 * The canonical form of plain parts, from what is known of pairs of their boxes: users share boxes, so that nearly
 * every pair was looked at before. The same result as that of `canonical`, which has to compute it on sets.
 */
import type { BoxGrant } from '../grants/box-grants.ts'
import { covers, sorted } from '../grants/canonical.ts'
import type { GrantQuestion } from '../grants/grant-question.ts'
import { isUnrestricted } from '../grants/restriction.ts'
import type { Box } from '../sets/box.ts'
import { narrowest, widest } from '../sets/box-lists.ts'
import { boxSet } from '../sets/box-set.ts'
import type { Question } from '../sets/question.ts'
import { reachesBeyond } from '../sets/witness.ts'
import type { Part } from './numbered-grants.ts'

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
  question: GrantQuestion,
): BoxGrant[] | null {
  if (!parts.every((part) => part.limit.plain && !isAnySpelledTwice(part))) return null
  const outside = narrowest(denied.length === 0 ? except : [...except, ...denied], question)
  const grants: BoxGrant[] = []
  let free: BoxGrant | null = null
  for (const { actions, limit } of parts) {
    const distinct = widest(actions, question)
    const kept: readonly Box[] = free === null ? distinct : withoutCovered(distinct, free, outside, question)
    if (kept.length === 0) continue
    const touching: Box[] = []
    for (let at = 0; at < outside.length; at++)
      if (meetsAny(outside[at] as Box, kept, question)) touching.push(outside[at] as Box)
    const grant: BoxGrant = { actions: kept, except: touching, restriction: limit.restriction }
    if (isUnrestricted(limit.restriction)) free = grant
    grants.push(grant)
  }
  if (belongTogether(grants, question)) return null
  return sorted(grants, question)
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
  question: Question,
): readonly Box[] {
  const kept: Box[] = []
  for (let at = 0; at < list.length; at++)
    if (!isCovered(list[at] as Box, free, outside, question)) kept.push(list[at] as Box)
  return kept
}

/** Whether an unrestricted grant contains all of the box that is not excepted from both. @throws BoundReached */
function isCovered(box: Box, free: BoxGrant, outside: readonly Box[], question: Question): boolean {
  let touched = false
  const { actions } = free
  for (let at = 0; at < actions.length; at++) {
    const one = actions[at] as Box
    question.take()
    if (question.includes(one, box)) return true
    touched ||= question.meet(one, box)
  }
  return touched && !reachesBeyond(box, [boxSet(free.actions), boxSet(outside)], question)
}

function meetsAny(one: Box, others: readonly Box[], question: Question): boolean {
  for (let at = 0; at < others.length; at++) if (question.meet(one, others[at] as Box)) return true
  return false
}

/** Whether two grants that are limited have the same actions, or limits of which one is within the other. @throws BoundReached */
function belongTogether(grants: readonly BoxGrant[], question: GrantQuestion): boolean {
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
      limited.some((other) => one !== other && covers(one.restriction, other.restriction, question)),
    )
  )
}
