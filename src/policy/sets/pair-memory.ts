/** What was asked of pairs of boxes, remembered: users share policies, and policies share patterns. */
import type { Box } from './box.ts'
import type { Steps } from './steps.ts'

/** Boxes with ids below this are asked about in pairs at a glance; few accounts have more patterns. */
const NEAR = 4096

/** Pairs of others that are remembered: beyond, each is looked at anew, which takes no more steps. */
const MAXIMUM_FAR = 200_000

/** Whether a pair of boxes has no string in common, as services or first and last letters tell; or else the answer. */
type Known = 'apart' | 'no' | 'yes'
const KNOWN: readonly (Known | undefined)[] = [undefined, 'apart', 'no', 'yes']

/** Remembers what was asked of pairs of boxes. An answer takes as many steps again as it took the first time. */
export class PairMemory {
  readonly #holds: (left: string, right: string) => boolean
  /** For each first box: at the id of the second, the place of what is known in `KNOWN`. */
  readonly #near = new Array<Uint8Array | undefined>(NEAR)
  readonly #far = new Map<number, Map<number, Known>>()
  #farSize = 0

  /** @param holds asked of each segment of two boxes */
  constructor(holds: (left: string, right: string) => boolean) {
    this.#holds = holds
  }

  /** Whether it holds of every segment. @throws BoundReached */
  ask(one: Box, other: Box, steps: Steps): boolean {
    let known = this.#get(one.id, other.id)
    if (known === undefined && areApart(one, other)) known = this.#set(one.id, other.id, 'apart')
    if (known === 'apart') return false
    steps.take(excess(one, other))
    known ??= this.#set(one.id, other.id, everySegment(one, other, this.#holds) ? 'yes' : 'no')
    return known === 'yes'
  }

  #get(one: number, other: number): Known | undefined {
    if (one >= NEAR || other >= NEAR) return this.#far.get(one)?.get(other)
    return KNOWN[this.#near[one]?.[other] ?? 0]
  }

  #set(one: number, other: number, known: Known): Known {
    if (one >= NEAR || other >= NEAR) {
      // That two are apart is seen as quickly as it is remembered, and most pairs are.
      if (known === 'apart' || this.#farSize >= MAXIMUM_FAR) return known
      const row = this.#far.get(one) ?? new Map<number, Known>()
      this.#far.set(one, row.set(other, known))
      this.#farSize++
      return known
    }
    let row = this.#near[one]
    if (row === undefined || row.length <= other) {
      const longer = new Uint8Array(Math.min(NEAR, 2 * (other + 1)))
      if (row !== undefined) longer.set(row)
      row = longer
      this.#near[one] = row
    }
    row[other] = KNOWN.indexOf(known)
    return known
  }
}

/** Letters of one pattern times letters of another that cost no more than the step that whoever asks takes anyway. */
const ORDINARY = 48 * 48

/** The steps that it takes to hold one box against another because they are long: none, as a rule. */
export function excess(one: Box, other: Box): number {
  const work = one.key.length * other.key.length
  return work <= ORDINARY ? 0 : Math.floor(work / 64)
}

/** Whether services or the first or last letters of type or operation tell two boxes apart, as they do most pairs. */
function areApart(one: Box, other: Box): boolean {
  if (one.service !== null && other.service !== null && one.service !== other.service) return true
  for (let at = 1; at < 3; at++) {
    const [left, right] = [one.segments[at] as string, other.segments[at] as string]
    if (left === '' || right === '') continue
    if (lettersDiffer(left.charCodeAt(0), right.charCodeAt(0))) return true
    if (lettersDiffer(left.charCodeAt(left.length - 1), right.charCodeAt(right.length - 1))) return true
  }
  return false
}

const [STAR, QUESTION] = ['*'.charCodeAt(0), '?'.charCodeAt(0)]

function lettersDiffer(one: number, other: number): boolean {
  return one !== other && one !== STAR && one !== QUESTION && other !== STAR && other !== QUESTION
}

function everySegment(one: Box, other: Box, holds: (left: string, right: string) => boolean): boolean {
  return one.segments.every((segment, at) => holds(segment, other.segments[at] as string))
}
