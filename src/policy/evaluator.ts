/** Answers for users, remembered by what matters for the answer: users share groups, and groups share policies. */
import { provablyFalse } from './condition.ts'
import { compareRefs, evaluate, nothing } from './evaluate.ts'
import { Boxes } from './pattern.ts'
import { type PreparedPermission, preparePermission, prepareStatement, type Relevant } from './prepare.ts'
import { decide, STEP_BOUND, Steps } from './steps.ts'
import type { Held, Identity, ParsedDocument, Permission, Undetermined } from './types.ts'

export interface Evaluator {
  /**
   * What a policy means for the audited permissions, all of them together: `denies` has a Deny that touches one, with
   * or without conditions, and no Allow that does.
   */
  relevance(policy: string): 'grants' | 'denies' | 'none' | 'undetermined'
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

interface Memory {
  readonly permission: PreparedPermission
  readonly prepared: Map<string, Prepared>
  readonly answers: Map<string, Held | Undetermined>
}

class RememberingEvaluator implements Evaluator {
  readonly #documents: ReadonlyMap<string, ParsedDocument>
  readonly #memories: ReadonlyMap<string, Memory>
  readonly #boxes = new Boxes()
  readonly #bound: number
  #statements = 0

  constructor(options: EvaluatorOptions) {
    this.#documents = options.documents
    this.#bound = options.stepBound ?? STEP_BOUND
    this.#memories = new Map(
      options.permissions.map((permission) => [
        permission.name,
        {
          permission: preparePermission(permission, this.#boxes),
          prepared: new Map(),
          answers: new Map(),
        },
      ]),
    )
  }

  relevance(policy: string): 'grants' | 'denies' | 'none' | 'undetermined' {
    if (this.#documents.get(policy)?.ok !== true) return 'undetermined'
    let relevance: 'grants' | 'denies' | 'none' = 'none'
    for (const memory of this.#memories.values()) {
      const prepared = this.#prepare(policy, memory)
      if (typeof prepared === 'string') return 'undetermined'
      if (prepared.some((one) => one.kind === 'allow')) relevance = 'grants'
      else if (prepared.length > 0 && relevance === 'none') relevance = 'denies'
    }
    return relevance
  }

  held(policies: readonly string[], identity: Identity, name: string): Held | Undetermined {
    const memory = this.#memories.get(name)
    if (memory === undefined) throw new Error(`No audited permission is called ${name}.`)
    const relevant: Relevant[] = []
    let granted = false
    for (const policy of new Set(policies)) {
      const prepared = this.#prepare(policy, memory)
      if (typeof prepared === 'string') return { undetermined: prepared }
      for (const one of prepared) {
        if (one.namesIdentity && provablyFalse(one.statement.condition, identity)) continue
        if (one.kind === 'allow') granted = true
        relevant.push(one)
      }
    }
    if (!granted) return nothing
    relevant.sort((one, other) => compareRefs(one.ref, other.ref))
    let key = ''
    for (const one of relevant) key += `${one.id} `
    const known = memory.answers.get(key)
    if (known !== undefined) return known
    const steps = new Steps(this.#bound)
    const answer = decide(() => evaluate(relevant, memory.permission, this.#boxes, steps))
    memory.answers.set(key, answer)
    return answer
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
            return document.statements.flatMap((statement): Relevant[] => {
              const ref = { policy, statement: statement.number }
              const one = prepareStatement(ref, statement, memory.permission, this.#boxes, steps)
              return one === null ? [] : [{ ...one, id: this.#statements++ }]
            })
          })
    const result = 'undetermined' in prepared ? prepared.undetermined : prepared
    memory.prepared.set(policy, result)
    return result
  }
}
