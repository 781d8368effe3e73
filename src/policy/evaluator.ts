/** Answers for users, remembered by what matters for the answer: users share groups, and groups share policies. */
import { provablyFalse } from './condition.ts'
import { evaluate, nothing } from './evaluate.ts'
import { NumberSet } from './number-set.ts'
import { Boxes } from './pattern.ts'
import { preparePermission, preparePolicy, type Relevant } from './prepare.ts'
import { type Scope, scopeOf } from './scope.ts'
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
   * @param policies ids, or lists of ids such as those of a group, which are looked at once for all its members: they
   *   must not change
   * @throws Error for a permission that the evaluator was not made with.
   */
  held(policies: readonly PolicyIds[], identity: Identity, permission: string): Held | Undetermined
}

/** A policy, or some of them. */
export type PolicyIds = string | readonly string[]

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

class RememberingEvaluator implements Evaluator {
  readonly #documents: EvaluatorOptions['documents']
  readonly #views: ReadonlyMap<string, View>

  constructor({ documents, permissions, stepBound = STEP_BOUND }: EvaluatorOptions) {
    this.#documents = documents
    const boxes = new Boxes()
    const views = permissions.map(
      (permission) => [permission.name, new View(permission, documents, boxes, stepBound)] as const,
    )
    this.#views = new Map(views)
  }

  relevance(policy: string): Relevance {
    if (this.#documents.get(policy)?.ok !== true) return 'undetermined'
    let relevance: Relevance = 'none'
    for (const view of this.#views.values()) {
      const numbers = view.statementsOf(policy)
      if (typeof numbers === 'string') return 'undetermined'
      if (numbers.length > 0) relevance = 'some'
    }
    return relevance
  }

  held(policies: readonly PolicyIds[], identity: Identity, name: string): Held | Undetermined {
    const view = this.#views.get(name)
    if (view === undefined) throw new Error(`No audited permission is called ${name}.`)
    return view.held(policies, identity)
  }
}

/** Numbers of statements; or why they could not be decided. */
type Numbers = readonly number[] | string

const none: Numbers = []

/** All policies as seen through one permission. */
class View {
  readonly #scope: Scope
  /** Of every policy that has statements which touch the permission. */
  readonly #byPolicy = new Map<string, Numbers>()
  /** Of lists of policies that were asked about. */
  readonly #byList = new WeakMap<readonly string[], Numbers>()
  /** Of statements, for the user who is asked about at the moment. */
  readonly #reaching: NumberSet
  /** By the numbers of the statements. */
  readonly #answers = new Map<string, Held | Undetermined>()

  constructor(audited: Permission, documents: EvaluatorOptions['documents'], boxes: Boxes, bound: number) {
    const permission = preparePermission(audited, boxes)
    const statements: Relevant[] = []
    // By policy id, then as they stand in the policy.
    for (const policy of [...documents.keys()].sort()) {
      const document = documents.get(policy)
      if (document?.ok !== true) continue
      const own = decide(() =>
        preparePolicy(policy, document.statements, permission, boxes, new Steps(bound)),
      )
      if ('undetermined' in own) this.#byPolicy.set(policy, own.undetermined)
      else if (own.length > 0)
        this.#byPolicy.set(
          policy,
          own.map((one) => statements.push(one) - 1),
        )
    }
    this.#reaching = new NumberSet(statements.length)
    this.#scope = scopeOf(permission, statements, boxes, bound)
  }

  statementsOf(policy: string): Numbers {
    return this.#byPolicy.get(policy) ?? none
  }

  held(policies: readonly PolicyIds[], identity: Identity): Held | Undetermined {
    const reaching = this.#reaching
    reaching.clear()
    let granted = false
    for (const policy of policies) {
      const numbers = typeof policy === 'string' ? this.statementsOf(policy) : this.#statementsOfAll(policy)
      if (typeof numbers === 'string') return { undetermined: numbers }
      for (const number of numbers) {
        const one = this.#scope.statements[number] as Relevant
        if (one.namesIdentity && provablyFalse(one.statement.condition, identity)) continue
        if (one.kind === 'allow') granted = true
        reaching.add(number)
      }
    }
    if (!granted) return nothing
    const numbers = reaching.list()
    const key = numbers.join()
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const held = evaluate(numbers, this.#scope)
    this.#answers.set(key, held)
    return held
  }

  #statementsOfAll(policies: readonly string[]): Numbers {
    const known = this.#byList.get(policies)
    if (known !== undefined) return known
    const all: number[] = []
    let numbers: Numbers = all
    for (const policy of policies) {
      const own = this.statementsOf(policy)
      if (typeof own === 'string') {
        numbers = own
        break
      }
      all.push(...own)
    }
    this.#byList.set(policies, numbers)
    return numbers
  }
}
