/**
 * A walk through the automata of patterns side by side, only where one box leads, until a string is found that is in
 * none of the sets.
 */
import { DEAD, GlobAutomaton, OTHER } from './automaton.ts'
import type { Box } from './box.ts'
import type { BoxSet } from './box-set.ts'
import type { Steps } from './steps.ts'

/** A walk stands in one segment, with the state of every box that is still in play (-1: out of play). */
interface Stand {
  readonly segment: number
  readonly states: readonly number[]
  readonly from: Stand | null
  readonly letter: string
  /** Whether a letter of this segment was read already. */
  readonly begun: boolean
}

/** One search through the automata of a box and of the sets. */
export class Search {
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
      // A step for each automaton that moves, and half of one for those that stand still: time and memory are bounded alike.
      this.#steps.take(1 + alive + (states.length >> 1))
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

/** Equal for stands from which the same ways lead on. */
function key({ segment, begun, states }: Stand): string {
  // One letter for each state is the shortest text there is; few automata have more states than there are letters.
  let text = begun ? `${segment}+` : `${segment}-`
  for (const state of states) {
    if (state >= 0xff_ff) return `far ${segment} ${begun} ${states.join()}`
    text += String.fromCharCode(state + 1)
  }
  return text
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
export function lettersOf(globs: readonly string[]): readonly string[] {
  const occurring = new Set(globs.join('').replaceAll('*', '').replaceAll('?', ''))
  const other = alphabet.find((letter) => !occurring.has(letter)) ?? OTHER
  const letters = alphabet.filter((letter) => occurring.has(letter))
  return other === OTHER ? letters : [...letters, other]
}
