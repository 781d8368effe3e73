/** Answers for principals, remembered by what matters for the answer: they share groups, and groups share policies. */
import { GrantMemory, GrantQuestion } from '../grants/grant-question.ts'
import { provablyFalse } from '../language/condition.ts'
import { valuesFor } from '../language/variables.ts'
import { NumberSet } from '../sets/number-set.ts'
import { bounded, STEP_BOUND } from '../sets/steps.ts'
import type { Held, HeldBySource, Identity, ParsedDocument, Permission, Undetermined } from '../types.ts'
import { AuditedPermission } from './audited-permission.ts'
import {
  type Granted,
  grantedByOne,
  heldByAll,
  heldByOne,
  nothing,
  type Source,
  type Together,
} from './evaluate.ts'
import { preparePolicy, type Relevant } from './prepare.ts'
import { preparePermission } from './prepared-permission.ts'

/** Whether a policy has anything to say of what is audited. */
export type Relevance = 'some' | 'none' | 'undetermined'

export interface Evaluator {
  /** Of all audited permissions together: `some` has an Allow or a Deny, with conditions or without, that touches one. */
  relevance(policy: string): Relevance
  /**
   * What a principal holds of a permission by these sources: the union of what each grants after its own Deny. A
   * policy without a readable document counts as absent: whoever asks knows which ones those are.
   *
   * @throws Error for a permission that the evaluator was not made with.
   */
  held(sources: readonly GrantSource[], permission: string): Held | Undetermined
}

/** A policy, or some of them: a list, such as that of a group, is looked at once for all members and must not change. */
export type PolicyIds = string | readonly string[]

/** Policies whose Deny statements bind one another's Allow statements, in any order, twice or once. */
export interface GrantSource {
  readonly policies: readonly PolicyIds[]
  /** Whom conditions and variables are about. */
  readonly identity: Identity
}

export interface EvaluatorOptions {
  /** Documents by policy id. */
  readonly documents: ReadonlyMap<string, ParsedDocument>
  readonly permissions: readonly Permission[]
  /** The audited account; without it, a resource pattern that names one always limits. */
  readonly account?: string | null
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

  constructor({ documents, permissions, account, stepBound = STEP_BOUND }: EvaluatorOptions) {
    this.#documents = documents
    const memory = new GrantMemory(account ?? null)
    this.#views = new Map(
      permissions.map((permission) => [permission.name, new View(permission, documents, memory, stepBound)]),
    )
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

  held(sources: readonly GrantSource[], name: string): Held | Undetermined {
    const view = this.#views.get(name)
    if (view === undefined) throw new Error(`No audited permission is called ${name}.`)
    return view.held(sources)
  }
}

/** Numbers of statements; or why they could not be decided. */
type Numbers = readonly number[] | string

const none: Numbers = []

/** Statements of a source that reach somebody, and a text that equal ones share; empty: no Allow is among them. */
interface Reaching {
  readonly numbers: Source
  readonly key: string
}

const noAllow: Reaching = { numbers: [], key: '' }

/** All policies as seen through one permission. */
class View {
  readonly #audited: AuditedPermission
  readonly #account: string | null
  /** Of every policy that has statements which touch the permission. */
  readonly #byPolicy = new Map<string, Numbers>()
  /** Of lists of policies that were asked about. */
  readonly #byList = new WeakMap<readonly string[], Numbers>()
  /** Answers for one source, and what one of several grants, and what several grant together; by their keys. */
  readonly #ofOne = new Map<string, Held | Undetermined>()
  readonly #granted = new Map<string, Granted | Undetermined>()
  readonly #together = new Map<string, Together | Undetermined>()
  readonly #ofAll = new Map<string, Held | Undetermined>()

  constructor(
    permission: Permission,
    documents: EvaluatorOptions['documents'],
    memory: GrantMemory,
    bound: number,
  ) {
    const prepared = preparePermission(permission, memory.boxes, hasTwins(documents))
    const statements: Relevant[] = []
    // By policy id, then as they stand in the policy.
    for (const policy of [...documents.keys()].sort()) {
      const document = documents.get(policy)
      if (document?.ok !== true) continue
      const own = bounded(() =>
        preparePolicy(policy, document.statements, prepared, new GrantQuestion(memory, bound)),
      )
      if ('undetermined' in own) this.#byPolicy.set(policy, own.undetermined)
      else if (own.length > 0)
        this.#byPolicy.set(
          policy,
          own.map((one) => statements.push(one) - 1),
        )
    }
    this.#account = memory.restrictions.account
    this.#audited = new AuditedPermission(prepared, statements, memory, bound)
  }

  statementsOf(policy: string): Numbers {
    return this.#byPolicy.get(policy) ?? none
  }

  held(sources: readonly GrantSource[]): Held | Undetermined {
    const reaching: Reaching[] = []
    for (const source of sources) {
      const found = this.#reaching(source)
      if (typeof found === 'string') return { undetermined: found }
      reaching.push(found)
    }
    if (reaching.every((one) => one === noAllow)) return nothing(sources.length)
    if (reaching.length === 1) return this.#heldByOne(reaching[0] as Reaching)
    return this.#heldByAll(reaching)
  }

  #reaching({ policies, identity }: GrantSource): Reaching | string {
    const { statements } = this.#audited
    const reaching = new NumberSet(statements.length)
    let granted = false
    for (const policy of policies) {
      const numbers = typeof policy === 'string' ? this.statementsOf(policy) : this.#statementsOfAll(policy)
      if (typeof numbers === 'string') return numbers
      for (const number of numbers) {
        const one = statements[number] as Relevant
        if (one.depends && !this.#reaches(one, identity)) continue
        if (one.kind === 'allow') granted = true
        reaching.add(number)
      }
    }
    if (!granted) return noAllow
    const numbers = reaching.list()
    return { numbers, key: numbers.join() }
  }

  /** Whether a statement that depends on who is asked about reaches them. */
  #reaches({ reader, statement }: Relevant, identity: Identity): boolean {
    if (reader !== null) {
      const values = valuesFor(identity, this.#account)
      if (reader.keys.every((key) => values(key) !== undefined) !== reader.known) return false
    }
    return !provablyFalse(statement.condition, identity)
  }

  #heldByOne({ numbers, key }: Reaching): Held | Undetermined {
    const known = this.#ofOne.get(key)
    if (known !== undefined) return known
    const held = heldByOne(numbers, this.#audited)
    this.#ofOne.set(key, held)
    return held
  }

  #heldByAll(reaching: readonly Reaching[]): Held | Undetermined {
    const keys = reaching.map((one) => one.key)
    return remembered(this.#ofAll, keys.join('|'), () => {
      const distinct = new Map<string, Granted>()
      const sources: HeldBySource[] = []
      for (const { numbers, key } of reaching) {
        const granted = remembered(this.#granted, key, () => grantedByOne(numbers, this.#audited))
        if ('undetermined' in granted) return granted
        if (key !== '') distinct.set(key, granted)
        sources.push(granted.shown)
      }
      const sorted = [...distinct.keys()].sort()
      const together = remembered(this.#together, sorted.join('|'), () =>
        heldByAll(
          sorted.map((key) => distinct.get(key) as Granted),
          this.#audited,
        ),
      )
      if ('undetermined' in together) return together
      return together.extent === 'none' ? nothing(reaching.length) : { ...together, sources }
    })
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
      for (const number of own) all.push(number)
    }
    this.#byList.set(policies, numbers)
    return numbers
  }
}

function remembered<K, V>(
  memory: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = memory.get(key)
  if (known !== undefined) return known
  const made = make()
  memory.set(key, made)
  return made
}

/** Whether some document is of the legacy model, whose actions have v5 twins. */
function hasTwins(documents: EvaluatorOptions['documents']): boolean {
  for (const document of documents.values())
    if (document.ok && document.statements.some((statement) => statement.twins === true)) return true
  return false
}
