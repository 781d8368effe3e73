/**
 * The one question that everything else is asked in: is there an action string in this box that is in none of those
 * sets, and which is a shortest one? Answered exactly, by walking the automata of the patterns concerned side by side
 * and only where the box leads; most questions are answered before the walk begins.
 */
import { DEAD, GlobAutomaton, OTHER } from './automaton.ts'
import { excess } from './pair-memory.ts'
import { type Box, type Boxes, boxMatchesSegments } from './pattern.ts'
import type { Steps } from './steps.ts'

/** The strings that match some box of every list of `allOf`, and none of `noneOf`. */
export interface BoxSet {
  readonly allOf: readonly (readonly Box[])[]
  readonly noneOf: readonly Box[]
}

/** Plain set: some box of `boxes`, none of `noneOf`. */
export function boxSet(boxes: readonly Box[], noneOf: readonly Box[] = []): BoxSet {
  return { allOf: [boxes], noneOf }
}

/** Whether the box has an action string outside all the sets. @throws BoundReached */
export function reachesBeyond(box: Box, sets: readonly BoxSet[], boxes: Boxes, steps: Steps): boolean {
  if (sets.every(isEmpty)) return box.segments[0] !== '' && box.segments[2] !== ''
  return search(box, sets, boxes, steps, false) !== null
}

function isEmpty(set: BoxSet): boolean {
  return set.allOf.some((list) => list.length === 0)
}

/** A shortest action string of the box outside all the sets, in lower case; null when there is none. @throws BoundReached */
export function shortestBeyond(box: Box, sets: readonly BoxSet[], boxes: Boxes, steps: Steps): string | null {
  return search(box, sets, boxes, steps, true)
}

/** What is left of the sets once everything that does not touch the box is gone; null: one covers the box whole. */
function narrowed(box: Box, sets: readonly BoxSet[], boxes: Boxes, steps: Steps): BoxSet[] | null {
  const left: BoxSet[] = []
  for (const set of sets) {
    const allOf: Box[][] = []
    let impossible = false
    for (const list of set.allOf) {
      if (list.some((one) => boxes.includes(one, box, steps))) continue
      const touching = list.filter((one) => boxes.meet(one, box, steps))
      if (touching.length === 0) impossible = true
      else allOf.push(touching)
    }
    if (impossible) continue
    if (set.noneOf.some((one) => boxes.includes(one, box, steps))) continue
    const noneOf = set.noneOf.filter((one) => boxes.meet(one, box, steps))
    if (allOf.length === 0 && noneOf.length === 0) return null
    left.push({ allOf, noneOf })
  }
  return left.some((set) => coversWithOthers(set, left, boxes, steps)) ? null : left
}

/** Whether a set covers the box but for exceptions that others cover: `A − E` beside `E`, as in every comparison. */
function coversWithOthers(set: BoxSet, others: readonly BoxSet[], boxes: Boxes, steps: Steps): boolean {
  return (
    set.allOf.length === 0 &&
    set.noneOf.every((exception) =>
      others.some(
        (other) =>
          other.noneOf.length === 0 &&
          other.allOf.every((list) => list.some((one) => boxes.includes(one, exception, steps))),
      ),
    )
  )
}

function setMatches(set: BoxSet, segments: readonly string[]): boolean {
  return (
    set.allOf.every((list) => list.some((box) => boxMatchesSegments(box, segments))) &&
    !set.noneOf.some((box) => boxMatchesSegments(box, segments))
  )
}

/**
 * The shortest strings of the box, in segments, in the order of a walk, where at most one letter of them is free; empty
 * where more is.
 */
function leastOf(box: Box, sets: readonly BoxSet[]): readonly (readonly string[])[] {
  if (box.key.includes('?')) return []
  const [service, type, operation] = box.segments.map((glob) => glob.replaceAll('*', '')) as [
    string,
    string,
    string,
  ]
  if (service !== '' && operation !== '') return [[service, type, operation]]
  if (service === '' && operation === '') return []
  const others = sets.flatMap((set) => [...set.noneOf, ...set.allOf.flat()])
  const letters = lettersOf([box, ...others].flatMap((one) => one.segments))
  return letters.map((letter) => [service || letter, type, operation || letter])
}

/** Boxes of all sets. */
function sizeOf(sets: readonly BoxSet[]): number {
  let size = 0
  for (const { noneOf, allOf } of sets) {
    size += noneOf.length
    for (const list of allOf) size += list.length
  }
  return size
}

function search(
  box: Box,
  sets: readonly BoxSet[],
  boxes: Boxes,
  steps: Steps,
  shortest: boolean,
): string | null {
  if (box.segments[0] === '' || box.segments[2] === '') return null
  // Looking a string up in the sets takes a step for each of their boxes.
  steps.take(sizeOf(sets))
  for (const set of sets)
    for (const list of [set.noneOf, ...set.allOf]) for (const one of list) steps.take(excess(one, box))
  // Most boxes have room around what is taken from them: one string of theirs, looked up, ends most questions.
  const literal = !box.wild
  if ((literal || !shortest) && !sets.some((set) => setMatches(set, box.sample))) return box.sample.join(':')
  if (literal) return null
  const relevant = narrowed(box, sets, boxes, steps)
  if (relevant === null) return null
  if (shortest) {
    const least = leastOf(box, relevant).find((text) => {
      steps.take(sizeOf(relevant))
      return !relevant.some((set) => setMatches(set, text))
    })
    if (least !== undefined) return least.join(':')
  }
  return new Search(box, relevant, steps, shortest).run()
}

/** A walk stands in one segment, with the state of every box that is still in play (-1: out of play). */
interface Stand {
  readonly segment: number
  readonly states: readonly number[]
  readonly from: Stand | null
  readonly letter: string
  /** Whether a letter of this segment was read already. */
  readonly begun: boolean
}

class Search {
  readonly #boxes: readonly Box[]
  readonly #sets: readonly {
    readonly allOf: readonly (readonly number[])[]
    readonly noneOf: readonly number[]
  }[]
  readonly #automata: readonly (readonly GlobAutomaton[])[]
  readonly #letters: readonly string[]
  readonly #steps: Steps
  readonly #shortest: boolean
  /** For each box and segment: whether its segments from here on include those of the box searched. */
  readonly #coversRest: readonly (readonly boolean[])[]

  constructor(box: Box, sets: readonly BoxSet[], steps: Steps, shortest: boolean) {
    const index = new Map<Box, number>([[box, 0]])
    const number = (one: Box): number => {
      const known = index.get(one)
      if (known !== undefined) return known
      index.set(one, index.size)
      return index.size - 1
    }
    this.#sets = sets.map((set) => ({
      allOf: set.allOf.map((list) => list.map(number)),
      noneOf: set.noneOf.map(number),
    }))
    this.#boxes = [...index.keys()]
    const made = new Map<string, GlobAutomaton>()
    const automaton = (glob: string): GlobAutomaton => {
      const known = made.get(glob) ?? new GlobAutomaton(glob, steps)
      made.set(glob, known)
      return known
    }
    this.#automata = this.#boxes.map((one) => one.segments.map(automaton))
    this.#letters = lettersOf([...made.keys()])
    this.#coversRest = this.#boxes.map((one) =>
      [0, 1, 2, 3].map((from) =>
        one.segments.every((glob, at) => at < from || glob === '*' || glob === box.segments[at]),
      ),
    )
    this.#steps = steps
    this.#shortest = shortest
  }

  run(): string | null {
    const start: Stand = {
      segment: 0,
      states: this.#boxes.map((_, at) => this.#automaton(at, 0).start),
      from: null,
      letter: '',
      begun: false,
    }
    const seen = new Set<string>([key(start)])
    // One list serves both orders: taken from its front it finds a shortest string, from its end any.
    const pending: Stand[] = [start]
    for (let head = 0; head < pending.length; ) {
      const stand = this.#shortest ? (pending[head++] as Stand) : (pending.pop() as Stand)
      const moves = this.#moves(stand)
      if (moves === 'found') return textOf(stand)
      for (const next of moves) {
        const name = key(next)
        if (seen.has(name)) continue
        seen.add(name)
        pending.push(next)
      }
    }
    return null
  }

  #automaton(box: number, segment: number): GlobAutomaton {
    return (this.#automata[box] as readonly GlobAutomaton[])[segment] as GlobAutomaton
  }

  #moves(stand: Stand): Stand[] | 'found' {
    const moves: Stand[] = []
    const { segment, states } = stand
    // The end of a segment: the type may be empty, service and operation may not.
    const mayEnd = (stand.begun || segment === 1) && this.#automaton(0, segment).accepts(states[0] as number)
    if (mayEnd) {
      const ended = states.map((state, box) =>
        state >= 0 && this.#automaton(box, segment).accepts(state) ? 0 : -1,
      )
      if (segment === 2) {
        if (!this.#isCovered(ended)) return 'found'
      } else {
        const next = ended.map((state, box) => (state < 0 ? -1 : this.#automaton(box, segment + 1).start))
        this.#push(moves, { segment: segment + 1, states: next, from: stand, letter: ':', begun: false })
      }
    }
    let alive = 0
    for (const state of states) if (state >= 0) alive++
    for (const letter of this.#letters) {
      // One step is one move of one automaton, so that the bound holds for time and memory alike.
      this.#steps.take(alive)
      const next = states.map((state, box) => {
        if (state < 0) return -1
        const reached = this.#automaton(box, segment).step(state, letter)
        return reached === DEAD ? -1 : reached
      })
      if (next[0] === -1) continue
      this.#push(moves, { segment, states: next, from: stand, letter, begun: true })
    }
    return moves
  }

  /** Keeps a stand unless every way on from it is covered by one set. */
  #push(moves: Stand[], stand: Stand): void {
    const universal = (box: number): boolean => {
      const state = stand.states[box] as number
      return (
        state >= 0 &&
        this.#automaton(box, stand.segment).acceptsAll(state) &&
        (this.#coversRest[box] as readonly boolean[])[stand.segment + 1] === true
      )
    }
    const hopeless = this.#sets.some(
      (set) =>
        set.allOf.every((list) => list.some(universal)) &&
        set.noneOf.every((box) => (stand.states[box] as number) < 0),
    )
    if (!hopeless) moves.push(stand)
  }

  /** Whether a whole string, given which boxes it matched (0) or not (-1), lies in one of the sets. */
  #isCovered(ended: readonly number[]): boolean {
    const matched = (box: number): boolean => ended[box] === 0
    return this.#sets.some(
      (set) => set.allOf.every((list) => list.some(matched)) && !set.noneOf.some(matched),
    )
  }
}

function key(stand: Stand): string {
  return `${stand.segment}${stand.begun ? '+' : '-'}${stand.states.join(',')}`
}

function textOf(stand: Stand): string {
  let text = ''
  for (let at: Stand | null = stand; at !== null; at = at.from) text = at.letter + text
  return text
}

/** What an action string is made of, in lower case, pleasant letters first. */
const alphabet = [...'abcdefghijklmnopqrstuvwxyz0123456789-_./', ...' !"#$%&\'()*+,;<=>?@[\\]^`{|}~']

/**
 * The letters that a walk has to try: those that occur, and one that stands for all others. The stand-in is a real
 * letter, so that an example can be read; it is tried last from the front and first from the end, because it leads
 * where the fewest patterns reach.
 */
function lettersOf(globs: readonly string[]): readonly string[] {
  const occurring = new Set(globs.join('').replaceAll('*', '').replaceAll('?', ''))
  const other = alphabet.find((letter) => !occurring.has(letter)) ?? OTHER
  const letters = alphabet.filter((letter) => occurring.has(letter))
  return other === OTHER ? letters : [...letters, other]
}
