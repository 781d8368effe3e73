/** A glob as an automaton that is made deterministic only where somebody walks. */

import { globMatches, globSurelyIncludes } from './glob.ts'
import type { Steps } from './steps.ts'

/** No text that continues from here can match. */
export const DEAD = 0

/** Letters that occur in no glob of a question behave alike; this stands for all of them. */
export const OTHER = ''

export class GlobAutomaton {
  readonly glob: string
  readonly #positions: (readonly number[])[] = [[]]
  readonly #byKey = new Map<string, number>([['', DEAD]])
  readonly #next: Map<string, number>[] = [new Map()]
  readonly start: number
  readonly #steps: Steps

  /** @param steps of the question: a state of a long glob is as much work as it has positions */
  constructor(glob: string, steps: Steps) {
    this.glob = glob
    this.#steps = steps
    this.start = this.#state(this.#closure([0]))
  }

  /** The state after one more letter. @throws BoundReached */
  step(state: number, letter: string): number {
    const transitions = this.#next[state] as Map<string, number>
    const known = transitions.get(letter)
    if (known !== undefined) return known
    const reached: number[] = []
    const positions = this.#positions[state] as readonly number[]
    this.#steps.take(positions.length)
    for (const position of positions) {
      const token = this.glob[position]
      if (token === '*') reached.push(position)
      else if (token === '?' || (token !== undefined && token === letter)) reached.push(position + 1)
    }
    const next = this.#state(this.#closure(reached))
    transitions.set(letter, next)
    return next
  }

  /** Whether the text so far matches. */
  accepts(state: number): boolean {
    const positions = this.#positions[state] as readonly number[]
    return positions[positions.length - 1] === this.glob.length
  }

  /** Whether the text so far matches however it goes on. */
  acceptsAll(state: number): boolean {
    const positions = this.#positions[state] as readonly number[]
    return this.glob.endsWith('*') && positions.includes(this.glob.length - 1)
  }

  /** Positions reachable without a letter: a `*` may be skipped. They come sorted, and so they go, each once. */
  #closure(positions: readonly number[]): readonly number[] {
    const reached: number[] = []
    let last = -1
    for (const position of positions)
      for (let at = position; ; at++) {
        if (at > last) {
          reached.push(at)
          last = at
        }
        if (this.glob[at] !== '*') break
      }
    return reached
  }

  #state(positions: readonly number[]): number {
    const key = positions.join(',')
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const state = this.#positions.length
    this.#byKey.set(key, state)
    this.#positions.push(positions)
    this.#next.push(new Map())
    return state
  }
}

/**
 * Whether everything that `inner` matches is matched by `outer`; exact.
 *
 * @throws BoundReached
 */
export function globIncludes(outer: string, inner: string, steps: Steps): boolean {
  if (globSurelyIncludes(outer, inner)) return true
  // One string of the inner glob, with a letter that hardly occurs, settles most of the rest.
  if (!globMatches(outer, inner.replaceAll('*', '\u0001').replaceAll('?', '\u0001'))) return false
  const [wide, narrow] = [new GlobAutomaton(outer, steps), new GlobAutomaton(inner, steps)]
  const letters = [...new Set(`${outer}${inner}`.replaceAll('*', '').replaceAll('?', '')), OTHER]
  const seen = new Set<string>()
  const pending: [number, number][] = [[wide.start, narrow.start]]
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [w, n] = pair
    if (seen.has(`${w} ${n}`)) continue
    seen.add(`${w} ${n}`)
    if (narrow.accepts(n) && !wide.accepts(w)) return false
    for (const letter of letters) {
      steps.take()
      const next = narrow.step(n, letter)
      if (next !== DEAD) pending.push([wide.step(w, letter), next])
    }
  }
  return true
}
