/** What Deny statements leave of what Allow statements give, and which of them took something. */
import { compareText } from '../compare-text.ts'
import type { Part } from './atoms.ts'
import type { BoxGrant } from './box-grants.ts'
import { distinctSorted } from './box-lists.ts'
import { withoutNarrower } from './matches.ts'
import type { NumberSet } from './number-set.ts'
import type { Box, Boxes } from './pattern.ts'
import type { DenyPattern, Relevant } from './prepare.ts'
import type { Numbered, Scope } from './scope.ts'
import type { Steps } from './steps.ts'
import type { Match } from './types.ts'
import { boxSet, reachesBeyond } from './witness.ts'

/** What Allow statements give and no unconditional Deny takes away whole, joined where it is limited alike. */
export interface Left {
  readonly parts: readonly Part[]
  readonly matches: readonly Match[]
  /** Unconditional Deny statements that take something away which an Allow of this user covers. */
  readonly deniedBy: readonly Match[]
}

/** What the unconditional Deny statements leave; `denied` are the boxes of those that name them. @throws BoundReached */
export function leftOver(
  ordered: readonly Numbered[],
  denied: readonly Box[],
  scope: Scope,
  steps: Steps,
): Left {
  return ordered.some((one) => one.kind === 'deny-all-but')
    ? leftWithin(ordered, denied, scope.boxes, steps)
    : leftBeside(ordered, denied, scope, steps)
}

/** Boxes that unconditional Deny statements name, each once, by text. */
export function deniedBoxes(ordered: readonly Relevant[]): readonly Box[] {
  return distinctSorted(ordered.flatMap((one) => (one.kind === 'deny' ? boxesOf(one) : [])))
}

/** What is left where every Deny names what it takes. @throws BoundReached */
function leftBeside(ordered: readonly Numbered[], denied: readonly Box[], scope: Scope, steps: Steps): Left {
  const { atoms, boxes, left, gone } = scope
  left.clear()
  for (const one of ordered) for (const atom of one.atoms) left.add(atom)
  const takers = new Takers(ordered)
  const kept: number[] = []
  gone.clear()
  for (const number of left.list()) {
    const { box, limit } = atoms.at(number)
    const taken = takers.take(box, limit.except, boxes, steps)
    // An atom has actions beyond its exceptions; where no Deny touches it, it still has.
    const isLeft =
      taken === 'nothing' ||
      (taken === 'part' && reachesBeyond(box, [boxSet(limit.except), boxSet(denied)], boxes, steps))
    if (isLeft) kept.push(number)
    else gone.add(number)
  }
  const matches: Match[] = []
  for (const one of ordered) for (const match of shownOf(one, gone, boxes, steps)) matches.push(match)
  return { parts: atoms.parts(kept), matches, deniedBy: takers.deniedBy() }
}

/** The patterns shown of an Allow of which some atoms are gone. @throws BoundReached */
function shownOf(one: Numbered, gone: NumberSet, boxes: Boxes, steps: Steps): readonly Match[] {
  if (!one.atoms.some((atom) => gone.has(atom))) return one.matches
  const own = one.pieces.flatMap(({ match }, at) =>
    one.ofPieces[at]?.every((atom) => gone.has(atom)) ? [] : [match],
  )
  return own.length === one.pieces.length ? one.matches : withoutNarrower(own, boxes, steps)
}

/** Unconditional Deny statements that name what they take, and by which of their patterns each took something first. */
class Takers {
  readonly #denies: readonly Relevant[]
  readonly #first: number[]

  constructor(ordered: readonly Relevant[]) {
    this.#denies = ordered.filter((one) => one.kind === 'deny')
    this.#first = this.#denies.map(({ patterns }) => patterns.length)
  }

  /** What they take of a box. @throws BoundReached */
  take(box: Box, except: readonly Box[], boxes: Boxes, steps: Steps): 'nothing' | 'part' | 'all' {
    let taken: 'nothing' | 'part' | 'all' = 'nothing'
    for (let deny = 0; deny < this.#denies.length; deny++) {
      const { patterns } = this.#denies[deny] as Relevant
      for (let at = 0; at < patterns.length; at++)
        for (const one of (patterns[at] as DenyPattern).boxes) {
          steps.take()
          if (!boxes.meet(one, box, steps)) continue
          if (taken !== 'all') taken = boxes.includes(one, box, steps) ? 'all' : 'part'
          const first = this.#first[deny] as number
          if (at < first && haveInCommon(one, box, except, boxes, steps)) this.#first[deny] = at
        }
    }
    return taken
  }

  deniedBy(): readonly Match[] {
    return this.#denies.flatMap(({ ref, patterns }, deny): Match[] => {
      const pattern = patterns[this.#first[deny] as number]?.text
      return pattern === undefined ? [] : [{ ...ref, pattern, restricted: false }]
    })
  }
}

/** What is left where a Deny takes all but what it spares. @throws BoundReached */
function leftWithin(ordered: readonly Relevant[], denied: readonly Box[], boxes: Boxes, steps: Steps): Left {
  // By text, not as the statements stand: of boxes that differ in letter case alone, always the same one is written.
  const spared = ordered
    .flatMap((one) => (one.kind === 'deny-all-but' ? [distinctSorted(boxesOf(one))] : []))
    .sort((one, other) => compareText(textOf(one), textOf(other)))
  const parts = new Map<string, Part & { readonly seen: Set<Box> }>()
  const matches: Match[] = []
  for (const one of ordered) {
    const own: Match[] = []
    for (const piece of one.pieces) {
      const outside = [boxSet(piece.except), boxSet(denied)]
      const within = spared.reduce<readonly Box[]>(
        (left, sparing) => [
          ...new Set(left.flatMap((box) => sparing.flatMap((two) => boxes.intersect(box, two, steps)))),
        ],
        piece.actions,
      )
      const left = within.filter((box) => reachesBeyond(box, outside, boxes, steps))
      if (left.length === 0) continue
      const { except, restriction } = piece
      const part = parts.get(piece.limit) ?? {
        limit: { except, restriction, plain: false, spelledTwice: new Set() },
        actions: [],
        seen: new Set(),
      }
      parts.set(piece.limit, part)
      for (const box of left) {
        if (part.seen.has(box)) continue
        part.seen.add(box)
        part.actions.push(box)
      }
      own.push(piece.match)
    }
    matches.push(...(own.length === one.pieces.length ? one.matches : withoutNarrower(own, boxes, steps)))
  }
  return { parts: [...parts.values()], matches, deniedBy: takenAway(ordered, boxes, steps) }
}

function textOf(boxes: readonly Box[]): string {
  return boxes.map((box) => box.text).join(' ')
}

function boxesOf(deny: Pick<Relevant, 'patterns'>): readonly Box[] {
  return deny.patterns.flatMap((pattern) => pattern.boxes)
}

/** Unconditional Deny statements that take something away which an Allow of this user covers. @throws BoundReached */
function takenAway(ordered: readonly Relevant[], boxes: Boxes, steps: Steps): readonly Match[] {
  const granted = ordered.flatMap((one) => one.pieces)
  const taken: Match[] = []
  for (const { kind, ref, patterns, statement } of ordered) {
    if (kind !== 'deny' && kind !== 'deny-all-but') continue
    const pattern = touchingPattern({ statement, patterns }, granted, boxes, steps)
    if (pattern !== null) taken.push({ ...ref, pattern, restricted: false })
  }
  return taken
}

/** The first pattern of a Deny that touches what is granted, `NotAction` for such a one; null: none. @throws BoundReached */
export function touchingPattern(
  deny: Pick<Relevant, 'statement' | 'patterns'>,
  granted: readonly BoxGrant[],
  boxes: Boxes,
  steps: Steps,
): string | null {
  if (deny.statement.notAction !== undefined) {
    const spared = boxSet(boxesOf(deny))
    const beyond = granted.some((grant) =>
      grant.actions.some((box) => reachesBeyond(box, [boxSet(grant.except), spared], boxes, steps)),
    )
    return beyond ? 'NotAction' : null
  }
  for (const { text, boxes: denied } of deny.patterns)
    for (const one of denied)
      for (const { actions, except } of granted)
        for (const box of actions) if (haveInCommon(one, box, except, boxes, steps)) return text
  return null
}

/** Whether two boxes have an action string in common that is not excepted. @throws BoundReached */
function haveInCommon(one: Box, other: Box, except: readonly Box[], boxes: Boxes, steps: Steps): boolean {
  steps.take()
  if (!boxes.meet(one, other, steps)) return false
  // Segments that have no text in common but the empty one are empty themselves, and no box is without actions.
  if (except.length === 0) return true
  const outside = [boxSet(except)]
  return boxes.intersect(other, one, steps).some((both) => reachesBeyond(both, outside, boxes, steps))
}
