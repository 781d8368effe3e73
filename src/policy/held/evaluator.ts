/** Answers for principals, remembered by what matters for the answer: they share groups, and groups share policies. */
import { GrantMemory, GrantQuestion } from '../grants/grant-question.ts'
import { provablyFalse } from '../language/condition.ts'
import { hasTwins } from '../language/statement.ts'
import { valuesFor } from '../language/variables.ts'
import { NumberSet } from '../sets/number-set.ts'
import { bounded, STEP_BOUND } from '../sets/steps.ts'
import type { Held, HeldBySource, Identity, ParsedDocument, Permission, Undetermined } from '../types.ts'
import { AuditedPermission } from './audited-permission.ts'
import {
  type Granted,
  grantedAfterDeny,
  heldByAll,
  heldByOne,
  nothing,
  type Source,
  shownOfAllowed,
  type Together,
} from './evaluate.ts'
import { preparePolicy, type Relevant } from './prepare.ts'
import { preparePermission } from './prepared-permission.ts'
import { BETWEEN_KEYS, keyOf, remembered } from './remembered.ts'

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
  readonly #permissions: ReadonlyMap<string, Permission>
  readonly #memory: GrantMemory
  readonly #stepBound: number
  #hasTwins: boolean | null = null
  /** Each is made when it is first asked: of a policy that one cannot decide, relevance asks no other. */
  readonly #views = new Map<string, View>()

  constructor({ documents, permissions, account, stepBound = STEP_BOUND }: EvaluatorOptions) {
    this.#documents = documents
    this.#permissions = new Map(permissions.map((permission) => [permission.name, permission]))
    this.#memory = new GrantMemory(account ?? null)
    this.#stepBound = stepBound
  }

  relevance(policy: string): Relevance {
    if (this.#documents.get(policy)?.ok !== true) return 'undetermined'
    let relevance: Relevance = 'none'
    for (const name of this.#permissions.keys()) {
      const listed = this.#viewOf(name).statementsOf(policy)
      if (typeof listed === 'string') return 'undetermined'
      if (listed.numbers.length > 0) relevance = 'some'
    }
    return relevance
  }

  held(sources: readonly GrantSource[], name: string): Held | Undetermined {
    return this.#viewOf(name).held(sources)
  }

  #viewOf(name: string): View {
    const known = this.#views.get(name)
    if (known !== undefined) return known
    const permission = this.#permissions.get(name)
    if (permission === undefined) throw new Error(`No audited permission is called ${name}.`)
    this.#hasTwins ??= hasTwins(this.#documents)
    const made = new View(permission, this.#documents, this.#hasTwins, this.#memory, this.#stepBound)
    this.#views.set(name, made)
    return made
  }
}

/** Statements of some policies by their numbers, and what is among them; or why they could not be decided. */
type Listed = Statements | string

interface Statements {
  readonly numbers: readonly number[]
  readonly hasAllow: boolean
  readonly hasDeny: boolean
  /** Whether some reach one and not another. */
  readonly depends: boolean
}

const noStatements: Statements = { numbers: [], hasAllow: false, hasDeny: false, depends: false }

/** Statements of a source that reach somebody, in ascending order. */
interface Reaching {
  readonly numbers: Source
  readonly hasDeny: boolean
}

/** No Allow reaches, so that nothing is granted. */
const noAllow: Reaching = { numbers: [], hasDeny: false }

/** All policies as seen through one permission. */
class View {
  readonly #audited: AuditedPermission
  readonly #account: string | null
  /** Of every policy that has statements which touch the permission. */
  readonly #byPolicy = new Map<string, Listed>()
  /** Of lists of policies that were asked about. */
  readonly #byList = new WeakMap<readonly string[], Listed>()
  /** Answers for one source, what one with a Deny grants, and what several grant together; by numbers of statements. */
  readonly #ofOne = new Map<string, Held | Undetermined>()
  readonly #granted = new Map<string, Granted | Undetermined>()
  readonly #together = new Map<string, Together | Undetermined>()

  constructor(
    permission: Permission,
    documents: EvaluatorOptions['documents'],
    withTwins: boolean,
    memory: GrantMemory,
    bound: number,
  ) {
    const prepared = preparePermission(permission, memory.boxes, withTwins)
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
        this.#byPolicy.set(policy, {
          numbers: own.map((one) => statements.push(one) - 1),
          hasAllow: own.some((one) => one.kind === 'allow'),
          hasDeny: own.some((one) => one.kind !== 'allow'),
          depends: own.some((one) => one.depends),
        })
    }
    this.#account = memory.restrictions.account
    this.#audited = new AuditedPermission(prepared, statements, memory, bound)
  }

  statementsOf(policy: string): Listed {
    return this.#byPolicy.get(policy) ?? noStatements
  }

  held(sources: readonly GrantSource[]): Held | Undetermined {
    const reaching: Reaching[] = []
    let granting = 0
    for (let at = 0; at < sources.length; at++) {
      const found = this.#reaching(sources[at] as GrantSource)
      if (typeof found === 'string') return { undetermined: found }
      if (found !== noAllow) granting++
      reaching.push(found)
    }
    if (granting === 0) return nothing(sources.length)
    return granting === 1 ? this.#heldByOne(reaching) : this.#heldByAll(reaching)
  }

  #reaching({ policies, identity }: GrantSource): Reaching | string {
    const { statements } = this.#audited
    let reaching: NumberSet | null = null
    let [hasAllow, hasDeny] = [false, false]
    for (let of = 0; of < policies.length; of++) {
      const policy = policies[of] as PolicyIds
      const listed = typeof policy === 'string' ? this.statementsOf(policy) : this.#statementsOfAll(policy)
      if (typeof listed === 'string') return listed
      if (listed.numbers.length === 0) continue
      reaching ??= new NumberSet(statements.length)
      if (!listed.depends) {
        hasAllow ||= listed.hasAllow
        hasDeny ||= listed.hasDeny
        const { numbers } = listed
        for (let at = 0; at < numbers.length; at++) reaching.add(numbers[at] as number)
        continue
      }
      for (const number of listed.numbers) {
        const one = statements[number] as Relevant
        if (one.depends && !this.#reaches(one, identity)) continue
        if (one.kind === 'allow') hasAllow = true
        else hasDeny = true
        reaching.add(number)
      }
    }
    return reaching === null || !hasAllow ? noAllow : { numbers: reaching.list(), hasDeny }
  }

  /** Whether a statement that depends on who is asked about reaches them. */
  #reaches({ reader, statement }: Relevant, identity: Identity): boolean {
    if (reader !== null) {
      const values = valuesFor(identity, this.#account)
      if (reader.keys.every((key) => values(key) !== undefined) !== reader.known) return false
    }
    return !provablyFalse(statement.condition, identity)
  }

  /** Of several sources, one grants something. */
  #heldByOne(reaching: readonly Reaching[]): Held | Undetermined {
    const at = reaching.findIndex((one) => one !== noAllow)
    const { numbers } = reaching[at] as Reaching
    const held = remembered(this.#ofOne, keyOf(numbers), () => heldByOne(numbers, this.#audited))
    if (reaching.length === 1 || 'undetermined' in held) return held
    const { extent, restricted, grants, sources } = held
    const shown = nothing(reaching.length).sources.with(at, sources[0] as HeldBySource)
    return { extent, restricted, grants, sources: shown }
  }

  #heldByAll(reaching: readonly Reaching[]): Held | Undetermined {
    const audited = this.#audited
    // Sources without any Deny are as one.
    const free = new NumberSet(audited.statements.length)
    const others = new Map<string, Granted>()
    const sources: HeldBySource[] = []
    for (const { numbers, hasDeny } of reaching) {
      if (!hasDeny) {
        for (let at = 0; at < numbers.length; at++) free.add(numbers[at] as number)
        sources.push(shownOfAllowed(numbers, audited))
        continue
      }
      const key = keyOf(numbers)
      const granted = remembered(this.#granted, key, () => grantedAfterDeny(numbers, audited))
      if ('undetermined' in granted) return granted
      others.set(key, granted)
      sources.push(granted.shown)
    }
    const sorted = others.size === 0 ? [] : [...others.keys()].sort()
    const allowed = free.list()
    const key = sorted.length === 0 ? keyOf(allowed) : [keyOf(allowed), ...sorted].join(BETWEEN_KEYS)
    const together = remembered(this.#together, key, () =>
      heldByAll(
        allowed,
        sorted.map((key) => others.get(key) as Granted),
        audited,
      ),
    )
    if ('undetermined' in together) return together
    const { extent, restricted, grants } = together
    return extent === 'none' ? nothing(reaching.length) : { extent, restricted, grants, sources }
  }

  #statementsOfAll(policies: readonly string[]): Listed {
    const known = this.#byList.get(policies)
    if (known !== undefined) return known
    const listed = this.#listAll(policies)
    this.#byList.set(policies, listed)
    return listed
  }

  #listAll(policies: readonly string[]): Listed {
    const all: Statements[] = []
    for (const policy of policies) {
      const own = this.statementsOf(policy)
      if (typeof own === 'string') return own
      if (own !== noStatements) all.push(own)
    }
    if (all.length < 2) return all[0] ?? noStatements
    return {
      numbers: all.flatMap((one) => one.numbers),
      hasAllow: all.some((one) => one.hasAllow),
      hasDeny: all.some((one) => one.hasDeny),
      depends: all.some((one) => one.depends),
    }
  }
}
