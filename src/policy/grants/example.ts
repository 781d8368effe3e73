/** One action string that stands for a difference: a shortest one, where it is found soon. */

import type { Box } from '../sets/box.ts'
import { type BoxSet, boxSet } from '../sets/box-set.ts'
import { Question } from '../sets/question.ts'
import { bounded } from '../sets/steps.ts'
import { anyBeyond, shortestBeyond } from '../sets/witness.ts'
import type { BoxGrant } from './box-grants.ts'

/** Strings of the box that are in none of the sets. */
export interface Candidate {
  readonly box: Box
  readonly sets: readonly BoxSet[]
}

/** Steps to look for a shortest string: what was decided is not given up for the sake of its example. */
const EXAMPLE_STEPS = 200_000

/** A short action string of the grants; null when they have none. @throws BoundReached */
export function exampleIn(grants: readonly BoxGrant[], question: Question): string | null {
  const candidates = grants.flatMap(({ actions, except }) =>
    actions.map((box) => ({ box, sets: [boxSet(except)] })),
  )
  return shortExample(
    candidates,
    grants.flatMap((grant) => grant.actions),
    question,
  )
}

/**
 * A short action string of the candidates, a shortest one where that is found soon; null when they have none.
 *
 * @param written a literal of these is shown as somebody wrote it; everything else in lower case
 * @throws BoundReached
 */
export function shortExample(
  candidates: readonly Candidate[],
  written: readonly Box[],
  question: Question,
): string | null {
  const own = new Question(question.boxes, Math.min(EXAMPLE_STEPS, question.steps.left))
  const shortest = bounded(() => ({ example: shortestOf(candidates, own) }))
  const example = 'undetermined' in shortest ? anyOf(candidates, question) : shortest.example
  return example && (written.find((box) => box.text.toLowerCase() === example)?.text ?? example)
}

function anyOf(candidates: readonly Candidate[], question: Question): string | null {
  for (const { box, sets } of candidates) {
    const found = anyBeyond(box, sets, question)
    if (found !== null) return found
  }
  return null
}

function shortestOf(candidates: readonly Candidate[], question: Question): string | null {
  const ordered = candidates
    .map(({ box, sets }) => ({ box, sets, least: leastLength(box) }))
    .sort((one, other) => one.least - other.least)
  let found: string | null = null
  for (const { box, sets, least } of ordered) {
    // Longer boxes cannot hold anything shorter; equally long ones may, and the first in order is shown.
    if (found !== null && least > found.length) break
    found = shorter(found, shortestBeyond(box, sets, question))
  }
  return found
}

/** No action string of the box is shorter. */
function leastLength(box: Box): number {
  const [service, type, operation] = box.segments.map((glob) => glob.replaceAll('*', '').length) as [
    number,
    number,
    number,
  ]
  return Math.max(service, 1) + type + Math.max(operation, 1) + 2
}

/** The shorter text; of equally long ones the first in order. */
function shorter(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  if (one.length !== other.length) return one.length < other.length ? one : other
  return one < other ? one : other
}
