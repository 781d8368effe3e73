/**
 * What Allow statements grant, in parts that are told apart by number: each (pattern, limit) that some Allow grants has
 * one, so that what is allowed is a set of numbers, whatever policies somebody has.
 */
import { compareText } from '../../text/compare-text.ts'
import type { Restrictions } from '../grants/restriction.ts'
import { restrictionRank } from '../grants/restriction.ts'
import type { Box } from '../sets/box.ts'
import type { Restriction } from '../types.ts'
import type { Piece } from './prepare.ts'

/** What limits numbered grants: those of one limit are one grant. */
export interface Limit {
  readonly except: readonly Box[]
  readonly restriction: Restriction
  /**
   * Whether nothing is excepted but what the permission excepts, and no resource pattern is free for some service: then
   * pairs of boxes tell what is left of them side by side.
   */
  readonly plain: boolean
  /** Ids of boxes that occur here in more than one letter case. */
  readonly spelledTwice: ReadonlySet<number>
}

/** A box under a limit. */
interface NumberedGrant {
  readonly box: Box
  readonly limit: Limit
  /** Of a v5 twin: the place of its legacy action. */
  readonly original: number | null
}

/** Boxes under one limit, by text. */
export interface Part {
  readonly limit: Limit
  readonly actions: Box[]
}

/** A box as a v5 twin, or as itself. */
type ByOriginal = Map<number | null, number>

/**
 * The grants of all statements that touch one permission: limit by limit, unrestricted ones first, by text. What
 * another policy adds changes their numbers, but not their order.
 */
export class NumberedGrants {
  readonly #list: readonly NumberedGrant[]
  readonly #numbers = new Map<string, Map<Box, ByOriginal>>()

  constructor(pieces: readonly Piece[], except: readonly Box[], restrictions: Restrictions) {
    const byLimit = Map.groupBy(pieces, (piece) => piece.limit)
    const ranked = [...byLimit].sort(
      ([name, [one]], [other, [two]]) => rankOf(one) - rankOf(two) || compareText(name, other),
    )
    const list: NumberedGrant[] = []
    for (const [name, own] of ranked) {
      const originals = new Map<Box, Set<number | null>>()
      for (const { actions, original } of own)
        for (const box of actions) originals.set(box, (originals.get(box) ?? new Set()).add(original))
      const boxes = [...originals.keys()].sort((one, other) => compareText(one.text, other.text))
      const limit = limitOf(own[0] as Piece, boxes, except, restrictions)
      const numbers = new Map<Box, ByOriginal>()
      this.#numbers.set(name, numbers)
      for (const box of boxes) {
        const ofBox: ByOriginal = new Map()
        numbers.set(box, ofBox)
        for (const original of originals.get(box) ?? []) {
          ofBox.set(original, list.length)
          list.push({ box, limit, original })
        }
      }
    }
    this.#list = list
  }

  get size(): number {
    return this.#list.length
  }

  at(number: number): NumberedGrant {
    return this.#list[number] as NumberedGrant
  }

  /** The numbers of the boxes of a piece. */
  of({ limit, actions, original }: Piece): readonly number[] {
    const numbers = this.#numbers.get(limit)
    const own: number[] = []
    for (const box of actions) own.push(numbers?.get(box)?.get(original) as number)
    return own
  }

  /** What these numbers, in ascending order, stand for: boxes of one limit together, each once, by text. */
  parts(numbers: readonly number[]): Part[] {
    const parts: Part[] = []
    let last: Part | undefined
    for (let at = 0; at < numbers.length; at++) {
      const { box, limit } = this.at(numbers[at] as number)
      if (last?.limit !== limit) {
        last = { limit, actions: [box] }
        parts.push(last)
      } else if (last.actions[last.actions.length - 1] !== box) last.actions.push(box)
    }
    return parts
  }
}

function rankOf(piece: Piece | undefined): number {
  return piece === undefined ? 0 : restrictionRank(piece.restriction)
}

function limitOf(
  { except, restriction }: Piece,
  boxes: readonly Box[],
  excepted: readonly Box[],
  restrictions: Restrictions,
): Limit {
  const { resources } = restriction
  const isFree = resources !== undefined && restrictions.freeServices(resources).length > 0
  const seen = new Set<number>()
  const spelledTwice = new Set<number>()
  for (const { id } of boxes) (seen.has(id) ? spelledTwice : seen).add(id)
  return { except, restriction, plain: except === excepted && !isFree, spelledTwice }
}
