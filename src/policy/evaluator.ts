/** Answers for users, remembered by what matters for the answer: users share groups, and groups share policies. */
import { Atoms } from './atoms.ts'
import { provablyFalse } from './condition.ts'
import { evaluate, nothing, type Scope } from './evaluate.ts'
import { keyOf, NumberSet } from './number-set.ts'
import { Boxes } from './pattern.ts'
import { preparePermission, prepareStatement, type Relevant } from './prepare.ts'
import { decide, STEP_BOUND, Steps } from './steps.ts'
import type { Held, Identity, ParsedDocument, Permission, Undetermined } from './types.ts'

/** Whether a policy has anything to say of what is audited. */
export type Relevance = 'some' | 'none' | 'undetermined'

export interface Evaluator {
  /** Of all audited permissions together: `some` has an Allow or a Deny, with conditions or without, that touches one. */
  relevance(policy: string): Relevance
  /**
   * What a user with these policies (attached directly or by group, in any order, twice or once) holds of a
   * permission. A policy without a readable document counts as absent: whoever asks knows which ones those are.
   *
   * @throws Error for a permission that the evaluator was not made with.
   */
  held(policies: readonly string[], identity: Identity, permission: string): Held | Undetermined
}

export interface EvaluatorOptions {
  /** Documents of the default versions, by policy id. */
  readonly documents: ReadonlyMap<string, ParsedDocument>
  readonly permissions: readonly Permission[]
  /** Steps that one question may take, 1,000,000 unless told. */
  readonly stepBound?: number
}

/** Makes an evaluator for one snapshot and one audited list. It changes nothing it was given. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  return new RememberingEvaluator(options)
}

/** Everything of one policy that touches one permission; a string says why it could not be decided. */
type Prepared = readonly Relevant[] | string

interface Memory extends Scope {
  readonly prepared: Map<string, Prepared>
  /** Statements by their numbers. */
  readonly statements: Relevant[]
  /** By the numbers of the statements. */
  readonly answers: Map<string, Held | Undetermined>
}

class RememberingEvaluator implements Evaluator {
  readonly #documents: ReadonlyMap<string, ParsedDocument>
  readonly #memories: ReadonlyMap<string, Memory>
  readonly #boxes = new Boxes()
  readonly #numbers = new NumberSet()
  readonly #relevances = new Map<string, Relevance>()
  readonly #bound: number
  /** What the statements of a policy are numbered from: by policy id, then as they stand in it. */
  readonly #firstNumbers = new Map<string, number>()

  constructor(options: EvaluatorOptions) {
    this.#documents = options.documents
    this.#bound = options.stepBound ?? STEP_BOUND
    let statements = 0
    for (const policy of [...options.documents.keys()].sort()) {
      this.#firstNumbers.set(policy, statements)
      const document = options.documents.get(policy)
      if (document?.ok) statements += document.statements.length
    }
    this.#memories = new Map(
      options.permissions.map((permission) => [
        permission.name,
        {
          permission: preparePermission(permission, this.#boxes),
          boxes: this.#boxes,
          bound: this.#bound,
          written: new Map(),
          atoms: new Atoms(),
          numbers: this.#numbers,
          prepared: new Map(),
          statements: [],
          answers: new Map(),
        },
      ]),
    )
  }

  relevance(policy: string): Relevance {
    const known = this.#relevances.get(policy)
    if (known !== undefined) return known
    const relevance = this.#relevanceOf(policy)
    this.#relevances.set(policy, relevance)
    return relevance
  }

  #relevanceOf(policy: string): Relevance {
    if (this.#documents.get(policy)?.ok !== true) return 'undetermined'
    let relevance: Relevance = 'none'
    for (const memory of this.#memories.values()) {
      const prepared = this.#prepare(policy, memory)
      if (typeof prepared === 'string') return 'undetermined'
      if (prepared.length > 0) relevance = 'some'
    }
    return relevance
  }

  held(policies: readonly string[], identity: Identity, name: string): Held | Undetermined {
    const memory = this.#memories.get(name)
    if (memory === undefined) throw new Error(`No audited permission is called ${name}.`)
    const reaching = this.#numbers
    reaching.clear()
    let granted = false
    for (const policy of policies) {
      const prepared = this.#prepare(policy, memory)
      if (typeof prepared === 'string') return { undetermined: prepared }
      for (const one of prepared) {
        if (one.namesIdentity && provablyFalse(one.statement.condition, identity)) continue
        if (one.kind === 'allow') granted = true
        reaching.add(one.number)
      }
    }
    if (!granted) return nothing
    const numbers = reaching.sorted()
    const key = keyOf(numbers)
    const known = memory.answers.get(key)
    if (known !== undefined) return known
    const held = evaluate(
      Array.from(numbers, (number) => memory.statements[number] as Relevant),
      memory,
    )
    memory.answers.set(key, held)
    return held
  }

  #prepare(policy: string, memory: Memory): Prepared {
    const known = memory.prepared.get(policy)
    if (known !== undefined) return known
    const document = this.#documents.get(policy)
    const prepared =
      document?.ok !== true
        ? []
        : decide(() => {
            const steps = new Steps(this.#bound)
            const first = this.#firstNumbers.get(policy) ?? 0
            return document.statements.flatMap((statement, at): Relevant[] => {
              const ref = { policy, statement: statement.number }
              const one = prepareStatement(ref, statement, memory.permission, this.#boxes, steps)
              if (one === null) return []
              const relevant = { ...one, number: first + at, atoms: memory.atoms.of(one.pieces) }
              memory.statements[relevant.number] = relevant
              return [relevant]
            })
          })
    const result = 'undetermined' in prepared ? prepared.undetermined : prepared
    memory.prepared.set(policy, result)
    return result
  }
}
