/**
 * Globs: `*` is any run of characters, `?` exactly one, everything else itself. All text here is compared as it
 * stands; whoever wants letter case ignored lowers it first. Nothing here is turned into a regular expression.
 */
import type { Steps } from './steps.ts'

/** One spelling for each run of wildcards (`?` first, one `*` last), so that equal globs are equal text. */
export function canonicalGlob(glob: string): string {
  if (!/[*?]{2}/.test(glob)) return glob
  let text = ''
  for (let at = 0; at < glob.length; ) {
    if (glob[at] !== '*' && glob[at] !== '?') {
      text += glob[at++]
      continue
    }
    let questions = 0
    let star = false
    for (; glob[at] === '*' || glob[at] === '?'; at++) {
      if (glob[at] === '*') star = true
      else questions++
    }
    text += '?'.repeat(questions) + (star ? '*' : '')
  }
  return text
}

/** Whether the glob contains a wildcard. */
export function hasWildcard(glob: string): boolean {
  return glob.includes('*') || glob.includes('?')
}

/**
 * Whether the first letters tell that two globs have no text in common, whatever their letter case, as they do of most
 * pairs. False says nothing.
 */
export function differAtOnce(one: string, other: string): boolean {
  for (let at = 0; at < FIRST_LETTERS; at++) {
    const left = one.charCodeAt(at)
    const right = other.charCodeAt(at)
    if (left === STAR || left === QUESTION || right === STAR || right === QUESTION) return false
    // Beyond ASCII two letters may be one letter in two cases, and nothing is known of where a text ends.
    if (!(left < ASCII && right < ASCII)) return false
    if ((left | LOWER_CASE) !== (right | LOWER_CASE)) return true
  }
  return false
}

const FIRST_LETTERS = 3
const [STAR, QUESTION] = ['*'.charCodeAt(0), '?'.charCodeAt(0)]
const ASCII = 128
/** The bit in which the two cases of a letter differ. */
const LOWER_CASE = 32

/** Whether the text matches: linear in practice, at most text × glob, whatever the glob. */
export function globMatches(glob: string, text: string): boolean {
  let at = 0
  let position = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    if (position < glob.length && glob[position] === '*') {
      star = position++
      resume = at
    } else if (position < glob.length && (glob[position] === '?' || glob[position] === text[at])) {
      position++
      at++
    } else if (star >= 0) {
      position = star + 1
      at = ++resume
    } else return false
  }
  while (glob[position] === '*') position++
  return position === glob.length
}

/**
 * Whether everything that `inner` matches is surely matched by `outer`: treats the wildcards of `inner` as letters
 * that only an equal or wider wildcard of `outer` takes. True is always right; false means "look closer" (`?*a`
 * includes `*ba`, which this does not see).
 */
export function globSurelyIncludes(outer: string, inner: string): boolean {
  if (outer === '*' || outer === inner) return true
  let at = 0
  let position = 0
  let star = -1
  let resume = 0
  while (at < inner.length) {
    const token = inner[at]
    if (position < outer.length && outer[position] === '*') {
      star = position++
      resume = at
    } else if (
      position < outer.length &&
      (outer[position] === token || (outer[position] === '?' && token !== '*'))
    ) {
      position++
      at++
    } else if (star >= 0) {
      position = star + 1
      at = ++resume
    } else return false
  }
  while (outer[position] === '*') position++
  return position === outer.length
}

/** Whether some text matches both. Exact; at most length × length. */
export function globsMeet(one: string, other: string): boolean {
  if (one === '*' || other === '*' || one === other) return true
  if (!hasWildcard(one)) return globMatches(other, one)
  if (!hasWildcard(other)) return globMatches(one, other)
  const width = other.length + 1
  // meets[i][j]: the rests from i and j have a text in common; filled from the end, one row kept.
  let below = new Uint8Array(width)
  for (let i = one.length; i >= 0; i--) {
    const row = new Uint8Array(width)
    for (let j = other.length; j >= 0; j--) {
      const [a, b] = [one[i], other[j]]
      if (a === undefined && b === undefined) row[j] = 1
      else if (a === '*') row[j] = (below[j] as number) | (b === undefined ? 0 : (row[j + 1] as number))
      else if (b === '*') row[j] = (row[j + 1] as number) | (a === undefined ? 0 : (below[j] as number))
      else if (a !== undefined && b !== undefined && (a === b || a === '?' || b === '?'))
        row[j] = below[j + 1] as number
    }
    below = row
  }
  return below[0] === 1
}

/** More alternatives than this cannot be written in a grant anyway. */
const MAXIMUM_ALTERNATIVES = 1000

/** Letters of two globs whose intersection is worked out. */
const MAXIMUM_DEPTH = 2000

/**
 * The globs whose union is exactly what both match. Globs are closed under intersection: `a*` and `*b` meet in `a*b`,
 * `*ab*` and `*ba*` in `*aba*`, `*bab*`, `*ab*ba*` and `*ba*ab*`.
 *
 * @throws BoundReached when the alternatives do not fit.
 */
export function intersectGlobs(one: string, other: string, steps: Steps): readonly string[] {
  if (one === other || globSurelyIncludes(other, one)) return [one]
  if (globSurelyIncludes(one, other)) return [other]
  if (!globsMeet(one, other)) return []
  // What follows goes as deep as both are long, and a stack has an end.
  if (one.length + other.length > MAXIMUM_DEPTH) steps.fail()
  const memo = new Map<number, ReadonlySet<string>>()
  const meet = (i: number, j: number): ReadonlySet<string> => {
    const key = i * (other.length + 1) + j
    const known = memo.get(key)
    if (known !== undefined) return known
    steps.take()
    const found = new Set<string>()
    const add = (prefix: string, rests: ReadonlySet<string>): void => {
      for (const rest of rests) {
        // Text that is put together takes time and memory by its length.
        steps.take(1 + (rest.length >> 2))
        found.add(canonicalGlob(prefix + rest))
      }
      if (found.size > MAXIMUM_ALTERNATIVES) steps.fail()
    }
    const [a, b] = [one[i], other[j]]
    if (a === undefined && b === undefined) found.add('')
    else if (a === '*' && b === '*') {
      add('*', meet(i + 1, j))
      add('*', meet(i, j + 1))
    } else if (a === '*') {
      add('', meet(i + 1, j))
      if (b !== undefined) add(b, meet(i, j + 1))
    } else if (b === '*') {
      add('', meet(i, j + 1))
      if (a !== undefined) add(a, meet(i + 1, j))
    } else if (a !== undefined && b !== undefined && (a === b || a === '?' || b === '?'))
      add(a === '?' ? b : a, meet(i + 1, j + 1))
    memo.set(key, found)
    return found
  }
  const found = [...meet(0, 0)].sort()
  // Each is held against each.
  steps.take(2 * found.length * found.length)
  return withoutIncluded(found)
}

/** Drops what another glob of the list surely includes; of equal ones the first stays. Order is kept. */
export function withoutIncluded(list: readonly string[]): string[] {
  if (list.length < 2) return [...list]
  // What matches shorter texts is in nothing that asks for longer ones.
  const least = list.map((glob) => glob.length - countStars(glob))
  const isIncluded = (inner: string, at: number): boolean => {
    for (let other = 0; other < list.length; other++) {
      if (other === at || (least[other] as number) > (least[at] as number)) continue
      const outer = list[other] as string
      if (globSurelyIncludes(outer, inner) && (other < at || !globSurelyIncludes(inner, outer))) return true
    }
    return false
  }
  return list.filter((inner, at) => !isIncluded(inner, at))
}

function countStars(glob: string): number {
  let stars = 0
  for (let at = 0; at < glob.length; at++) if (glob[at] === '*') stars++
  return stars
}
