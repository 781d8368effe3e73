/** Everything needed to evaluate one audited permission for any principal. */
import type { GrantMemory } from '../grants/grant-question.ts'
import { GrantQuestion } from '../grants/grant-question.ts'
import type { Box } from '../sets/box.ts'
import { boxMatchesSegments } from '../sets/pattern.ts'
import { NumberedGrants } from './numbered-grants.ts'
import type { Relevant } from './prepare.ts'
import type { PreparedPermission } from './prepared-permission.ts'

/** A statement and the numbers of what it grants: of all its pieces, and of each. */
export interface NumberedStatement extends Relevant {
  readonly grants: readonly number[]
  readonly ofPieces: readonly (readonly number[])[]
}

export class AuditedPermission {
  readonly prepared: PreparedPermission
  /** All that touch the permission, in the order of their policies and as they stand there. */
  readonly statements: readonly NumberedStatement[]
  readonly grants: NumberedGrants
  readonly #memory: GrantMemory
  readonly #bound: number
  /** One action string of the permission; null for one of nothing. */
  readonly #sample: readonly string[] | null
  readonly #hasSample = new Map<Box, boolean>()

  constructor(
    prepared: PreparedPermission,
    statements: readonly Relevant[],
    memory: GrantMemory,
    bound: number,
  ) {
    this.prepared = prepared
    this.#memory = memory
    this.#bound = bound
    this.#sample = prepared.actions[0]?.sample ?? null
    const pieces = statements.flatMap((one) => one.pieces)
    const grants = new NumberedGrants(pieces, prepared.except, memory.restrictions)
    this.grants = grants
    this.statements = statements.map((one): NumberedStatement => {
      const ofPieces = one.pieces.map((piece) => grants.of(piece))
      const { ref, statement, kind, pieces, matches, patterns, covered, depends, reader } = one
      const own = ofPieces.flat()
      return {
        ref,
        statement,
        kind,
        pieces,
        matches,
        patterns,
        covered,
        depends,
        reader,
        grants: own,
        ofPieces,
      }
    })
  }

  /** A question about it, with steps of its own. */
  ask(): GrantQuestion {
    return new GrantQuestion(this.#memory, this.#bound)
  }

  /** Whether some box has one certain string of the permission: one look that ends most questions for all of it. */
  hasSample(boxes: readonly Box[]): boolean {
    for (const box of boxes) {
      let known = this.#hasSample.get(box)
      if (known === undefined) {
        known = this.#sample === null || boxMatchesSegments(box, this.#sample)
        this.#hasSample.set(box, known)
      }
      if (known) return true
    }
    return false
  }
}
