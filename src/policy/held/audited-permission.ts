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
  /** An action string of each box of the permission, and of which of them some box has it. */
  readonly #samples: readonly (readonly string[])[]
  readonly #has = new Map<Box, readonly boolean[]>()

  constructor(
    prepared: PreparedPermission,
    statements: readonly Relevant[],
    memory: GrantMemory,
    bound: number,
  ) {
    this.prepared = prepared
    this.#memory = memory
    this.#bound = bound
    this.#samples = prepared.actions.slice(0, MOST_SAMPLES).map((box) => box.sample)
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

  /** Whether some string of the permission is neither granted nor excepted: one look that ends most questions for all of it. */
  lacksSample(grants: readonly { readonly actions: readonly Box[] }[], except: readonly Box[]): boolean {
    return this.#samples.some(
      (_, at) => !this.#hasSample(except, at) && !grants.some(({ actions }) => this.#hasSample(actions, at)),
    )
  }

  #hasSample(boxes: readonly Box[], at: number): boolean {
    for (let of = 0; of < boxes.length; of++) {
      const box = boxes[of] as Box
      let known = this.#has.get(box)
      if (known === undefined) {
        known = this.#samples.map((sample) => boxMatchesSegments(box, sample))
        this.#has.set(box, known)
      }
      if (known[at] === true) return true
    }
    return false
  }
}

/** A look at more of them would cost more than it saves. */
const MOST_SAMPLES = 32
