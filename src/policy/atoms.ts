/** What Allow statements give, numbered: what users hold is told apart by numbers, and written once. */
import type { BoxGrant } from './box-grants.ts'
import type { Box } from './pattern.ts'
import type { Piece } from './prepare.ts'

/** A box under a limit. */
interface Atom {
  readonly box: Box
  readonly piece: Piece
}

/** The atoms of all statements that touch one permission. */
export class Atoms {
  readonly #numbers = new Map<string, Map<Box, number>>()
  readonly #atoms: Atom[] = []

  /** The numbers of all boxes of the pieces, each once. */
  of(pieces: readonly Piece[]): readonly number[] {
    const numbers = new Set<number>()
    for (const piece of pieces) {
      const ofLimit = this.#numbers.get(piece.limit) ?? new Map<Box, number>()
      this.#numbers.set(piece.limit, ofLimit)
      for (const box of piece.actions) {
        const number = ofLimit.get(box) ?? this.#atoms.length
        if (number === this.#atoms.length) this.#atoms.push({ box, piece })
        ofLimit.set(box, number)
        numbers.add(number)
      }
    }
    return [...numbers]
  }

  /** What these numbers stand for, atoms of one limit together. */
  grants(numbers: Iterable<number>): readonly BoxGrant[] {
    const grants = new Map<string, BoxGrant & { readonly actions: Box[] }>()
    for (const number of numbers) {
      const { box, piece } = this.#atoms[number] as Atom
      const { limit, except, restriction } = piece
      const known = grants.get(limit)
      if (known === undefined) grants.set(limit, { actions: [box], except, restriction })
      else known.actions.push(box)
    }
    return [...grants.values()]
  }
}
