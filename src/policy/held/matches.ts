/** Which patterns of a statement are shown for what it grants. */
import type { Box } from '../sets/box.ts'
import type { Question } from '../sets/question.ts'
import type { Match } from '../types.ts'

/**
 * Of the patterns of one statement, those that no other of it includes; each once, unrestricted if any part is.
 *
 * @throws BoundReached
 */
export function withoutNarrower(own: readonly Match[], question: Question): readonly Match[] {
  if (own.length < 2) return own
  const candidates = firstOfEqual(own, question)
  // Only a pattern with wildcards includes another one: lists of literals, however long, are read once.
  const wide = candidates.filter((candidate) => candidate.boxes.some((box) => box.wild))
  // Each is held against each, in both directions.
  question.take(2 * sizeOf(wide) * sizeOf(candidates))
  const isSaidBy = (one: Candidate, other: Candidate): boolean =>
    saysAsMuch(other, one, question) && (other.at < one.at || !saysAsMuch(one, other, question))
  return candidates
    .filter((one) => !wide.some((other) => other !== one && isSaidBy(one, other)))
    .map((one) => one.match)
}

/** A pattern without two colons may stand for many boxes, each of which is held against each. */
function sizeOf(candidates: readonly Candidate[]): number {
  let size = 0
  for (const { boxes } of candidates) size += boxes.length
  return size
}

interface Candidate {
  readonly at: number
  readonly match: Match
  readonly boxes: readonly Box[]
}

/** Of matches whose patterns differ in letter case alone, one: unrestricted if there is such a one, else the first. */
function firstOfEqual(own: readonly Match[], question: Question): readonly Candidate[] {
  const byMeaning = new Map<string, Candidate>()
  for (const [at, match] of own.entries()) {
    const read = question.read(match.pattern, 'grants')
    const meaning = read.length === 0 ? match.pattern : read.map((box) => box.id).join(' ')
    const known = byMeaning.get(meaning)
    if (known === undefined) byMeaning.set(meaning, { at, match, boxes: read })
    else if (known.match.restricted && !match.restricted) byMeaning.set(meaning, { ...known, match })
  }
  return [...byMeaning.values()]
}

/** Whether all of the second pattern is in the first, under no more of a restriction. */
function saysAsMuch(one: Candidate, other: Candidate, question: Question): boolean {
  if (one.match.restricted && !other.match.restricted) return false
  return other.boxes.every((narrow) => one.boxes.some((wide) => question.includes(wide, narrow)))
}
