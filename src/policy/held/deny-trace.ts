/** Which Deny statements took something of what the Allow statements of a source grant, and by which pattern. */
import type { BoxGrant } from '../grants/box-grants.ts'
import type { Box } from '../sets/box.ts'
import { boxSet } from '../sets/box-set.ts'
import type { Question } from '../sets/question.ts'
import { reachesBeyond } from '../sets/witness.ts'
import type { Match } from '../types.ts'
import type { DenyPattern, Relevant } from './prepare.ts'

/** Legacy actions whose twins some Allow grants. */
function originalsOf(ordered: readonly Relevant[]): ReadonlySet<number> {
  const originals = new Set<number>()
  for (const { pieces } of ordered)
    for (const { original } of pieces) if (original !== null) originals.add(original)
  return originals
}

/** The pattern by which a Deny takes a twin that some Allow grants; undefined: it takes none. */
function twinPattern(deny: Relevant, ordered: readonly Relevant[]): string | undefined {
  if (deny.covered.size === 0) return undefined
  const originals = originalsOf(ordered)
  for (const [original, pattern] of deny.covered) if (originals.has(original)) return pattern
  return undefined
}

/** Unconditional Deny statements that name what they take, and by which of their patterns each took something first. */
export class DenyTrace {
  readonly #denies: readonly Relevant[]
  readonly #first: number[]

  constructor(ordered: readonly Relevant[]) {
    this.#denies = ordered.filter((one) => one.kind === 'deny')
    this.#first = this.#denies.map(({ patterns }) => patterns.length)
  }

  /** What they take of a box. @throws BoundReached */
  take(box: Box, except: readonly Box[], question: Question): 'nothing' | 'part' | 'all' {
    let taken: 'nothing' | 'part' | 'all' = 'nothing'
    for (let deny = 0; deny < this.#denies.length; deny++) {
      const { patterns } = this.#denies[deny] as Relevant
      for (let at = 0; at < patterns.length; at++)
        for (const one of (patterns[at] as DenyPattern).boxes) {
          question.take()
          if (!question.meet(one, box)) continue
          if (taken !== 'all') taken = question.includes(one, box) ? 'all' : 'part'
          const first = this.#first[deny] as number
          if (at < first && haveInCommon(one, box, except, question)) this.#first[deny] = at
        }
    }
    return taken
  }

  /** @param ordered whose Allow statements may have granted twins */
  deniedBy(ordered: readonly Relevant[]): readonly Match[] {
    const taken: Match[] = []
    this.#denies.forEach((one, deny) => {
      const pattern = one.patterns[this.#first[deny] as number]?.text ?? twinPattern(one, ordered)
      if (pattern !== undefined) taken.push({ ...one.ref, pattern, restricted: false })
    })
    return taken
  }
}

/** Unconditional Deny statements that take something away which an Allow of the source covers. @throws BoundReached */
export function takenAway(ordered: readonly Relevant[], question: Question): readonly Match[] {
  const granted = ordered.flatMap((one) => one.pieces.filter((piece) => piece.original === null))
  const taken: Match[] = []
  for (const one of ordered) {
    if (!isUnconditionalDeny(one)) continue
    const pattern = touchingPattern(one, granted, question) ?? twinPattern(one, ordered)
    if (pattern !== undefined) taken.push({ ...one.ref, pattern, restricted: false })
  }
  return taken
}

/** The first pattern of a Deny that touches what is granted, `NotAction` for such a one; null: none. @throws BoundReached */
export function touchingPattern(
  deny: Pick<Relevant, 'statement' | 'patterns'>,
  granted: readonly BoxGrant[],
  question: Question,
): string | null {
  if (deny.statement.notAction !== undefined) {
    const spared = boxSet(boxesOf(deny))
    const beyond = granted.some((grant) =>
      grant.actions.some((box) => reachesBeyond(box, [boxSet(grant.except), spared], question)),
    )
    return beyond ? 'NotAction' : null
  }
  for (const { text, boxes } of deny.patterns)
    for (const one of boxes)
      for (const { actions, except } of granted)
        for (const box of actions) if (haveInCommon(one, box, except, question)) return text
  return null
}

/** Whether two boxes have an action string in common that is not excepted. @throws BoundReached */
function haveInCommon(one: Box, other: Box, except: readonly Box[], question: Question): boolean {
  question.take()
  if (!question.meet(one, other)) return false
  // Segments that have no text in common but the empty one are empty themselves, and no box is without actions.
  if (except.length === 0) return true
  const outside = [boxSet(except)]
  return question.intersect(other, one).some((both) => reachesBeyond(both, outside, question))
}

export function boxesOf(deny: Pick<Relevant, 'patterns'>): readonly Box[] {
  return deny.patterns.flatMap((pattern) => pattern.boxes)
}

export function isUnconditionalDeny({ kind }: Relevant): boolean {
  return kind === 'deny' || kind === 'deny-all-but'
}
