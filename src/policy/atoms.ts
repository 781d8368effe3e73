/** What Allow statements give, in parts that are told apart by number: users share them, whatever policies they have. */
import { restrictionRank } from './box-grants.ts'
import type { Box } from './pattern.ts'
import type { Piece } from './prepare.ts'
import type { Restriction } from './types.ts'
import { servicesWithoutLimit } from './urn.ts'

/** What limits atoms: those of one limit are one grant. */
export interface Limit {
  readonly except: readonly Box[]
  readonly restriction: Restriction
  /**
   * Whether nothing is excepted but what the permission excepts, no resource pattern is free for some service, and no
   * two boxes differ in letter case alone: then pairs of boxes tell what is left of them side by side.
   */
  readonly plain: boolean
}

/** A box under a limit. */
export interface Atom {
  readonly box: Box
  readonly limit: Limit
}

/** The atoms of all statements that touch one permission: limit by limit, unrestricted ones first, by text. */
export class Atoms {
  readonly #list: readonly Atom[]
  readonly #numbers = new Map<string, Map<Box, number>>()

  constructor(pieces: readonly Piece[], except: readonly Box[]) {
    const boxes = new Map<string, Set<Box>>()
    const samples = new Map<string, Piece>()
    for (const piece of pieces) {
      const known = boxes.get(piece.limit) ?? new Set()
      boxes.set(piece.limit, known)
      samples.set(piece.limit, piece)
      for (const box of piece.actions) known.add(box)
    }
    const list: Atom[] = []
    const ranked = [...samples].sort(
      ([, one], [, other]) => restrictionRank(one.restriction) - restrictionRank(other.restriction),
    )
    for (const [name, piece] of ranked) {
      const own = [...(boxes.get(name) ?? [])].sort((one, other) => (one.text < other.text ? -1 : 1))
      const { restriction } = piece
      const isFree =
        restriction.resources !== undefined && servicesWithoutLimit(restriction.resources).length > 0
      const plain =
        piece.except === except && !isFree && new Set(own.map((box) => box.id)).size === own.length
      const limit: Limit = { except: piece.except, restriction, plain }
      const numbers = new Map<Box, number>()
      this.#numbers.set(name, numbers)
      for (const box of own) {
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
