/** Sets of action strings, written as boxes. */
import type { Box } from './box.ts'
import { boxMatchesSegments } from './pattern.ts'

/** The strings that match some box of every list of `allOf`, and none of `noneOf`. */
export interface BoxSet {
  readonly allOf: readonly (readonly Box[])[]
  readonly noneOf: readonly Box[]
}

/** Plain set: some box of `boxes`, none of `noneOf`. */
export function boxSet(boxes: readonly Box[], noneOf: readonly Box[] = []): BoxSet {
  return { allOf: [boxes], noneOf }
}

/** Whether nothing is in it, as an empty list tells. */
export function isEmpty(set: BoxSet): boolean {
  return set.allOf.some((list) => list.length === 0)
}

/** Whether an action string, in segments and lower case, is in it. */
export function setMatches(set: BoxSet, segments: readonly string[]): boolean {
  return (
    set.allOf.every((list) => list.some((box) => boxMatchesSegments(box, segments))) &&
    !set.noneOf.some((box) => boxMatchesSegments(box, segments))
  )
}

/** Boxes of all sets. */
export function sizeOf(sets: readonly BoxSet[]): number {
  let size = 0
  for (const { noneOf, allOf } of sets) {
    size += noneOf.length
    for (const list of allOf) size += list.length
  }
  return size
}
