/** Which patterns of a statement are shown for what it grants. */
import type { Box, Boxes } from './pattern.ts'
import type { Steps } from './steps.ts'
import type { Match } from './types.ts'

/**
 * Of the patterns of one statement, those that no other of it includes; each once, unrestricted if any part is.
 *
 * @throws BoundReached
 */
export function withoutNarrower(own: readonly Match[], boxes: Boxes, steps: Steps): readonly Match[] {
  if (own.length < 2) return own
  const candidates = firstOfEqual(own, boxes)
  // Only a pattern with wildcards includes another one: lists of literals, however long, are read once.
  const wide = candidates.filter((candidate) => candidate.boxes.some((box) => box.wild))
  steps.take(wide.length * candidates.length)
  const isSaidBy = (one: Candidate, other: Candidate): boolean =>
    saysAsMuch(other, one, boxes, steps) && (other.at < one.at || !saysAsMuch(one, other, boxes, steps))
  return candidates
    .filter((one) => !wide.some((other) => other !== one && isSaidBy(one, other)))
    .map((one) => one.match)
}

interface Candidate {
  readonly at: number
  readonly match: Match
  readonly boxes: readonly Box[]
}

/** Of matches whose patterns differ in letter case alone, one: unrestricted if there is such a one, else the first. */
function firstOfEqual(own: readonly Match[], boxes: Boxes): readonly Candidate[] {
  const byMeaning = new Map<string, Candidate>()
  for (const [at, match] of own.entries()) {
    const read = boxes.read(match.pattern, 'grants')
    const meaning = read.length === 0 ? match.pattern : read.map((box) => box.id).join(' ')
    const known = byMeaning.get(meaning)
    if (known === undefined) byMeaning.set(meaning, { at, match, boxes: read })
    else if (known.match.restricted && !match.restricted) byMeaning.set(meaning, { ...known, match })
  }
  return [...byMeaning.values()]
}

/** Whether all of the second pattern is in the first, under no more of a restriction. */
function saysAsMuch(one: Candidate, other: Candidate, boxes: Boxes, steps: Steps): boolean {
  if (one.match.restricted && !other.match.restricted) return false
  return other.boxes.every((narrow) => one.boxes.some((wide) => boxes.includes(wide, narrow, steps)))
}
