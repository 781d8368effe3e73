/** What answers about one permission are made from, for all users: its statements, their atoms, and room to count. */
import { Atoms } from './atoms.ts'
import { NumberSet } from './number-set.ts'
import { type Box, type Boxes, boxMatchesSegments } from './pattern.ts'
import type { PreparedPermission, Relevant } from './prepare.ts'

/** A statement and its atoms: of all its pieces, and of each. */
export interface Numbered extends Relevant {
  readonly atoms: readonly number[]
  readonly ofPieces: readonly (readonly number[])[]
}

/** One permission, asked about for many users. */
export interface Scope {
  readonly permission: PreparedPermission
  readonly boxes: Boxes
  /** Steps that one question may take. */
  readonly bound: number
  /** All that touch the permission, in the order of their policies and as they stand there. */
  readonly statements: readonly Numbered[]
  readonly atoms: Atoms
  readonly sampled: Sampled
  /** Of atoms, for whoever puts some together at the moment. */
  readonly left: NumberSet
  readonly gone: NumberSet
}

/** Puts together what answers about one permission are made from. */
export function scopeOf(
  permission: PreparedPermission,
  statements: readonly Relevant[],
  boxes: Boxes,
  bound: number,
): Scope {
  const pieces = statements.flatMap((one) => one.pieces)
  const atoms = new Atoms(pieces, permission.except)
  const numbered = statements.map(
    ({ ref, statement, kind, pieces, matches, patterns, namesIdentity }): Numbered => {
      const ofPieces = pieces.map((piece) => atoms.of(piece))
      const own = ofPieces.flat()
      return { ref, statement, kind, pieces, matches, patterns, namesIdentity, atoms: own, ofPieces }
    },
  )
  const sampled = new Sampled(permission)
  const [left, gone] = [new NumberSet(atoms.size), new NumberSet(atoms.size)]
  return { permission, boxes, bound, statements: numbered, atoms, sampled, left, gone }
}

/** Tells which boxes have one certain string of a permission, and remembers it of each. */
export class Sampled {
  readonly #sample: readonly string[] | null
  readonly #known = new Map<Box, boolean>()

  constructor({ actions }: PreparedPermission) {
    this.#sample = actions[0]?.sample ?? null
  }

  has(boxes: readonly Box[]): boolean {
    for (const box of boxes) {
      let known = this.#known.get(box)
      if (known === undefined) {
        known = this.#sample === null || boxMatchesSegments(box, this.#sample)
        this.#known.set(box, known)
      }
      if (known) return true
    }
    return false
  }
}
