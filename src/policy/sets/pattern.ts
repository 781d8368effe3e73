/**
 * Action patterns. An action string has exactly three segments, `service:type:operation`; every pattern is turned
 * into boxes, a box being three globs, one for each segment. On boxes nothing is left to interpret.
 */
import type { Box } from './box.ts'
import {
  canonicalGlob,
  differAtOnce,
  globMatches,
  globSurelyIncludes,
  globsMeet,
  hasWildcard,
  intersectGlobs,
} from './glob.ts'
import { PairMemory } from './pair-memory.ts'
import { BoundReached, type Steps } from './steps.ts'

/** More boxes than this from one pattern would be a document made to hurt. */
const MAXIMUM_BOXES = 2000

/** Remembers boxes and what was asked of pairs of them, since users share policies. One for each audit. */
export class Boxes {
  readonly #byText = new Map<string, Box>()
  readonly #ids = new Map<string, number>()
  readonly #read = {
    grants: new Map<string, readonly Box[]>(),
    'takes-away': new Map<string, readonly Box[]>(),
  }
  readonly #includes = new PairMemory(globSurelyIncludes)
  readonly #meets = new PairMemory(globsMeet)

  /** Lists of boxes that come again and again, without what others of them include, and the steps which that took. */
  readonly lists = new WeakMap<readonly Box[], { readonly boxes: readonly Box[]; readonly steps: number }>()

  get size(): number {
    return this.#byText.size
  }

  /** The box of a pattern with exactly two colons. */
  of(text: string): Box {
    const written = this.#byText.get(text)
    if (written !== undefined) return written
    const canonical = canonicalSegments(text)
    const known = this.#byText.get(canonical)
    if (known !== undefined) return known
    const key = canonical.toLowerCase()
    const id = this.#ids.get(key) ?? this.#ids.size
    this.#ids.set(key, id)
    const segments = key.split(':') as [string, string, string]
    const wild = hasWildcard(key)
    const box: Box = {
      id,
      key,
      wild,
      service: hasWildcard(segments[0]) ? null : segments[0],
      segments,
      sample: wild ? sampleOf(key) : segments,
      text: canonical,
    }
    this.#byText.set(canonical, box)
    return box
  }

  /**
   * The boxes of a pattern. Where it has fewer than two colons, it is not documented whether a wildcard crosses them,
   * and doubt goes to reporting: where the pattern grants, every wildcard may; where it takes away, only a last `*`.
   * Boxes without any action string (no service, no operation) are left out: nothing that is written may show them.
   *
   * @throws BoundReached when a granting pattern unfolds beyond all bounds.
   */
  read(pattern: string, meaning: 'grants' | 'takes-away', steps: Steps): readonly Box[] {
    // Whether or not it is remembered, so that no answer depends on what was asked before.
    steps.take(readingSteps(pattern, meaning))
    const known = this.#read[meaning].get(pattern)
    if (known !== undefined) return known
    const boxes = this.#unfolded(pattern, meaning).filter(hasActions)
    this.#read[meaning].set(pattern, boxes)
    return boxes
  }

  #unfolded(pattern: string, meaning: 'grants' | 'takes-away'): readonly Box[] {
    const missing = 2 - (pattern.split(':').length - 1)
    if (missing === 0) return [this.of(pattern)]
    if (missing < 0) return []
    if (meaning === 'takes-away')
      return pattern.endsWith('*') ? [this.of(pattern + ':*'.repeat(missing))] : []
    const unfolded = new Set<string>()
    unfold(canonicalGlob(pattern), 0, missing, unfolded)
    return [...unfolded].map((text) => this.of(text))
  }

  /** Whether `outer` surely includes `inner` (see `globSurelyIncludes`). @throws BoundReached */
  includes(outer: Box, inner: Box, steps: Steps): boolean {
    if (outer.id === inner.id) return true
    return outer.wild && this.#includes.ask(outer, inner, steps)
  }

  /** Whether some action string is in both. Exact. @throws BoundReached */
  meet(one: Box, other: Box, steps: Steps): boolean {
    if (one.id === other.id) return true
    return (one.wild || other.wild) && this.#meets.ask(one, other, steps)
  }

  /** The boxes whose union is exactly what is in both. @throws BoundReached */
  intersect(one: Box, other: Box, steps: Steps): readonly Box[] {
    if (this.includes(other, one, steps)) return [one]
    if (this.includes(one, other, steps)) return [other]
    if (!this.meet(one, other, steps)) return []
    const [left, right] = [one.text.split(':'), other.text.split(':')]
    const choices = one.segments.map((segment, at) =>
      intersectGlobs(segment, other.segments[at] as string, steps).map((glob) =>
        withCase(glob, left[at] as string, right[at] as string),
      ),
    ) as [string[], string[], string[]]
    const boxes: Box[] = []
    for (const service of choices[0])
      for (const type of choices[1])
        for (const operation of choices[2]) {
          steps.take()
          if (boxes.length > MAXIMUM_BOXES) steps.fail()
          boxes.push(this.of(`${service}:${type}:${operation}`))
        }
    return boxes
  }
}

/** Whether any action string is in the box: service and operation are never empty. */
function hasActions(box: Box): boolean {
  return box.segments[0] !== '' && box.segments[2] !== ''
}

/** Whether an action string is in the box. */
export function boxMatches(box: Box, action: string): boolean {
  return boxMatchesSegments(box, action.toLowerCase().split(':'))
}

/** The same for an action string that was lowered and taken apart. */
export function boxMatchesSegments(box: Box, segments: readonly string[]): boolean {
  if (segments.length !== 3) return false
  for (let at = 0; at < 3; at++) {
    const glob = box.segments[at] as string
    const segment = segments[at] as string
    if (glob !== '*' && glob !== segment && !(box.wild && globMatches(glob, segment))) return false
  }
  return true
}

/** Whether the text is an action string: three segments of printable ASCII, the outer two not empty. */
export function isActionString(text: string): boolean {
  return /^[\x20-\x39\x3b-\x7e]+:[\x20-\x39\x3b-\x7e]*:[\x20-\x39\x3b-\x7e]+$/.test(text)
}

/**
 * What is wrong with a pattern of config or baseline, where only forms with one meaning are allowed; null when
 * nothing is.
 */
export function patternProblem(pattern: string): string | null {
  const allowed =
    'allowed: a pattern with exactly two colons such as "iam:users:create*", or "*", or "<service>:*"'
  if (pattern === '') return `an empty pattern; ${allowed}`
  if (!/^[\x20-\x7e]*$/.test(pattern)) return `a character outside printable ASCII; ${allowed}`
  const colons = pattern.split(':').length - 1
  if (colons === 2) {
    const [service, , operation] = pattern.split(':')
    return service === '' || operation === ''
      ? `an empty service or operation, which no action has; ${allowed}`
      : null
  }
  if (pattern === '*' || /^[^:*?]+:\*$/.test(pattern)) return null
  return `${colons} colon${colons === 1 ? '' : 's'}; ${allowed}`
}

/** Patterns longer than this are not compared at a glance: nobody writes them, and they cost the square of their length. */
const LONGEST_AT_A_GLANCE = 128

/** Compares patterns at a glance, each pair once: for what people are told, never for what counts as approved. */
export class GlancedPatterns {
  readonly #segments = new Map<string, readonly string[]>()
  readonly #answers = new Map<string, Map<string, boolean>>()

  /** Whether one pattern surely grants all that another does. False of long ones, and of those that need a closer look. */
  includes(outer: string, inner: string): boolean {
    if (outer.length > LONGEST_AT_A_GLANCE || inner.length > LONGEST_AT_A_GLANCE) return false
    if (outer === inner) return true
    if (differAtOnce(outer, inner)) return false
    let ofOuter = this.#answers.get(outer)
    if (ofOuter === undefined) {
      ofOuter = new Map()
      this.#answers.set(outer, ofOuter)
    }
    let answer = ofOuter.get(inner)
    if (answer === undefined) {
      const [wide, narrow] = [this.#segmentsOf(outer), this.#segmentsOf(inner)]
      answer =
        wide.length === 3 &&
        narrow.length === 3 &&
        wide.every((glob, at) => globSurelyIncludes(glob, narrow[at] as string))
      ofOuter.set(inner, answer)
    }
    return answer
  }

  #segmentsOf(pattern: string): readonly string[] {
    const segments =
      this.#segments.get(pattern) ?? (pattern === '*' ? '*:*:*' : pattern).toLowerCase().split(':')
    this.#segments.set(pattern, segments)
    return segments
  }
}

function sampleOf(key: string): [string, string, string] {
  return key.replaceAll('*', '~').replaceAll('?', '~').split(':') as [string, string, string]
}

function canonicalSegments(text: string): string {
  if (!/[*?]{2}/.test(text)) return text
  return text.split(':').map(canonicalGlob).join(':')
}

/** A box takes about as long to make and to look at as this many steps of a walk, and each of its letters as one. */
const STEPS_OF_A_BOX = 128

/** Steps to read a pattern: it may unfold into as many boxes as there are pairs of its wildcards. */
export function readingSteps(pattern: string, meaning: 'grants' | 'takes-away'): number {
  const long = 1 + (pattern.length >> 5)
  const first = pattern.indexOf(':')
  const missing = first < 0 ? 2 : pattern.indexOf(':', first + 1) < 0 ? 1 : 0
  if (meaning === 'takes-away' || missing === 0) return long
  let wildcards = 0
  for (let at = 0; at < pattern.length; at++) if (pattern[at] === '*' || pattern[at] === '?') wildcards++
  const boxes = missing === 1 ? wildcards : (wildcards * (wildcards + 1)) >> 1
  return long + boxes * (STEPS_OF_A_BOX + pattern.length)
}

/** Every way to place the missing colons into wildcards: a `*` splits in two, a `?` becomes one. */
function unfold(pattern: string, from: number, missing: number, found: Set<string>): void {
  if (missing === 0) {
    found.add(pattern)
    if (found.size > MAXIMUM_BOXES)
      throw new BoundReached('a pattern without colons unfolds into more than 2,000 meanings')
    return
  }
  for (let at = from; at < pattern.length; at++) {
    if (pattern[at] === '*')
      unfold(`${pattern.slice(0, at)}*:*${pattern.slice(at + 1)}`, at + 2, missing - 1, found)
    else if (pattern[at] === '?')
      unfold(`${pattern.slice(0, at)}:${pattern.slice(at + 1)}`, at + 1, missing - 1, found)
  }
}

/** Gives a lower-case intersection the letter case of one of its origins, where that is the same text. */
function withCase(glob: string, left: string, right: string): string {
  if (left.toLowerCase() === glob) return left
  if (right.toLowerCase() === glob) return right
  return glob
}
