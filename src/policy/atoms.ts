/** What Allow statements give, in parts that are told apart by number: users share them, whatever policies they have. */
import { compareText } from '../compare-text.ts'
import type { Box } from './pattern.ts'
import type { Piece } from './prepare.ts'
import { restrictionRank } from './restriction.ts'
import type { Restriction } from './types.ts'
import { servicesWithoutLimit } from './urn.ts'

/** What limits atoms: those of one limit are one grant. */
export interface Limit {
  readonly except: readonly Box[]
  readonly restriction: Restriction
  /**
   * Whether nothing is excepted but what the permission excepts, and no resource pattern is free for some service: then
   * pairs of boxes tell what is left of them side by side.
   */
  readonly plain: boolean
  /** Ids of boxes that stand here in more than one letter case. */
  readonly spelledTwice: ReadonlySet<number>
}

/** A box under a limit. */
interface Atom {
  readonly box: Box
  readonly limit: Limit
}

/**
 * The atoms of all statements that touch one permission: limit by limit, unrestricted ones first, by text. What another
 * policy adds changes their numbers, but not their order.
 */
export class Atoms {
  readonly #list: readonly Atom[]
  readonly #numbers = new Map<string, Map<Box, number>>()

  constructor(pieces: readonly Piece[], except: readonly Box[]) {
    const byLimit = Map.groupBy(pieces, (piece) => piece.limit)
    const ranked = [...byLimit].sort(
      ([name, [one]], [other, [two]]) => rankOf(one) - rankOf(two) || compareText(name, other),
    )
    const list: Atom[] = []
    for (const [name, own] of ranked) {
      const boxes = [...new Set(own.flatMap((piece) => piece.actions))].sort((one, other) =>
        compareText(one.text, other.text),
      )
      const limit = limitOf(own[0] as Piece, boxes, except)
      const numbers = new Map<Box, number>()
      this.#numbers.set(name, numbers)
      for (const box of boxes) {
        numbers.set(box, list.length)
        list.push({ box, limit })
      }
    }
    this.#list = list
  }

  get size(): number {
    return this.#list.length
  }

  at(number: number): Atom {
    return this.#list[number] as Atom
  }

  /** The numbers of the boxes of a piece. */
  of(piece: Piece): readonly number[] {
    const numbers = this.#numbers.get(piece.limit)
    const own: number[] = []
    for (const box of piece.actions) own.push(numbers?.get(box) as number)
    return own
  }

  /** What these numbers, in ascending order, stand for: atoms of one limit together, each by text. */
  parts(numbers: Iterable<number>): Part[] {
    const parts: Part[] = []
    let last: Part | undefined
    for (const number of numbers) {
      const { box, limit } = this.at(number)
      if (last?.limit === limit) last.actions.push(box)
      else {
        last = { limit, actions: [box] }
        parts.push(last)
      }
    }
    return parts
  }
}

/** Boxes under one limit, by text. */
export interface Part {
  readonly limit: Limit
  readonly actions: Box[]
}

function rankOf(piece: Piece | undefined): number {
  return piece === undefined ? 0 : restrictionRank(piece.restriction)
}

function limitOf({ except, restriction }: Piece, boxes: readonly Box[], excepted: readonly Box[]): Limit {
  const isFree = restriction.resources !== undefined && servicesWithoutLimit(restriction.resources).length > 0
  const seen = new Set<number>()
  const spelledTwice = new Set<number>()
  for (const { id } of boxes) (seen.has(id) ? spelledTwice : seen).add(id)
  return { except, restriction, plain: except === excepted && !isFree, spelledTwice }
}
