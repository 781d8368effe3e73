/**
 * One action on one resource, exactly: what allows it, what denies it, and what depends on circumstances that the
 * inventory does not know. Deny comes first.
 */
import { resourceMatches } from '../grants/urn.ts'
import { provablyFalse } from '../language/condition.ts'
import { legacyTwins } from '../language/legacy-actions.ts'
import { type Values, valuesFor } from '../language/variables.ts'
import { Boxes } from '../sets/pattern.ts'
import { Question } from '../sets/question.ts'
import { bounded } from '../sets/steps.ts'
import type { Identity, ParsedDocument, Statement, StatementRef, Undetermined } from '../types.ts'
import { coveringPattern } from './covers-action.ts'

/** A statement and the pattern of it that covers the action. */
export interface DecidedStatement extends StatementRef {
  readonly pattern: string
  /** Whether it has a condition, reaches only some scopes, or has a variable whose value nobody knows. */
  readonly conditional: boolean
}

export interface Decision {
  /** `conditional`: allowed under conditions only. `undetermined`: nothing allows it, but a document is unclear. */
  readonly answer: 'allowed' | 'denied' | 'conditional' | 'undetermined' | 'not-allowed'
  /** Whether every statement that allows it is conditional. */
  readonly conditional: boolean
  readonly allowedBy: readonly DecidedStatement[]
  readonly deniedBy: readonly DecidedStatement[]
  /** Deny statements that may or may not apply: shown, and nothing is taken away. */
  readonly conditionalDenies: readonly DecidedStatement[]
  readonly undetermined: readonly { readonly policy: string; readonly reason: string }[]
}

export interface DecisionOptions {
  readonly documents: ReadonlyMap<string, ParsedDocument>
  /** Policies of one source. */
  readonly policies: readonly string[]
  readonly identity: Identity
  /** An action string. */
  readonly action: string
  /** The URN of the one resource, or whatever a legacy document calls it. */
  readonly resource: string
  /** The value of `g:DomainId`; null: not known. */
  readonly account: string | null
  /** What earlier questions about these documents remember; of the same account and the same documents. */
  readonly memory?: DecisionMemory | undefined
}

/** Answers that are remembered at once, some hundred bytes each. */
const MOST_REMEMBERED = 1_000_000

/** What a document says of an action on a resource, where that is the same for everybody. */
export class DecisionMemory {
  readonly boxes = new Boxes()
  readonly #covering = new Map<string, Map<string, readonly Covering[] | Undetermined>>()
  readonly #dependsOnWho = new Map<string, boolean>()
  readonly #most: number
  #size = 0

  constructor(most = MOST_REMEMBERED) {
    this.#most = most
  }

  /** @param make asked where it is not known; what depends on who is asked about is not kept */
  of(
    policy: string,
    { documents, action, resource }: DecisionOptions,
    make: () => readonly Covering[] | Undetermined,
  ): readonly Covering[] | Undetermined {
    let dependsOnWho = this.#dependsOnWho.get(policy)
    if (dependsOnWho === undefined) {
      dependsOnWho = namesWho(documents.get(policy))
      this.#dependsOnWho.set(policy, dependsOnWho)
    }
    if (dependsOnWho) return make()
    const key = `${action} ${resource}`
    const known = this.#covering.get(policy)?.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#remember(policy, key, made)
    return made
  }

  #remember(policy: string, key: string, made: readonly Covering[] | Undetermined): void {
    // Begun anew when it is full: as many agencies as permissions to assume one would fill the machine.
    if (this.#size >= this.#most) {
      this.#covering.clear()
      this.#size = 0
    }
    const ofPolicy = this.#covering.get(policy) ?? new Map<string, readonly Covering[] | Undetermined>()
    this.#covering.set(policy, ofPolicy.set(key, made))
    this.#size++
  }
}

/** Whether what a document says may differ from one principal to another: by conditions or variables. */
export function namesWho(document: ParsedDocument | undefined): boolean {
  return (
    document?.ok === true &&
    document.statements.some(
      ({ condition, resource, notResource }) =>
        condition !== undefined ||
        [...(resource ?? []), ...(notResource ?? [])].some((one) => one.includes('${')),
    )
  )
}

/** Decides for one principal, one action and one resource. A Deny without Condition that covers the resource denies. */
export function decide(options: DecisionOptions): Decision {
  const undetermined: { policy: string; reason: string }[] = []
  const covering: Covering[] = []
  const memory = options.memory ?? new DecisionMemory()
  for (const policy of [...new Set(options.policies)].sort()) {
    const found = memory.of(policy, options, () => coveringIn(policy, options, memory.boxes))
    if ('undetermined' in found) undetermined.push({ policy, reason: found.undetermined })
    else covering.push(...found)
  }
  const denies = covering.filter((one) => one.effect === 'Deny')
  const applying = denies.filter((one) => !one.row.conditional)
  const isDenied = applying.some((one) => one.as === 'itself')
  const lost = new Set(applying.flatMap((one) => one.as))
  const allows = covering.filter(
    ({ effect, as }) => effect === 'Allow' && (as === 'itself' ? !isDenied : !lost.has(as)),
  )
  const rows = (list: readonly Covering[]): DecidedStatement[] => distinct(list.map((one) => one.row))
  const allowedBy = rows(isDenied ? covering.filter((one) => one.effect === 'Allow') : allows)
  const conditional = allowedBy.length > 0 && allowedBy.every((one) => one.conditional)
  return {
    answer: answerOf({ isDenied, allows: rows(allows), conditional, unclear: undetermined.length > 0 }),
    ...{ conditional, allowedBy, undetermined },
    deniedBy: rows(applying.filter((one) => one.as === 'itself')),
    conditionalDenies: rows(denies.filter((one) => one.row.conditional && one.as === 'itself')),
  }
}

/** Each document is a question of its own, so that what one costs makes no other undetermined. */
function coveringIn(
  policy: string,
  options: DecisionOptions,
  boxes: Boxes,
): readonly Covering[] | Undetermined {
  const document = options.documents.get(policy)
  if (document?.ok !== true) return { undetermined: document?.reason ?? 'its document could not be read' }
  const question = new Question(boxes)
  return bounded(() => document.statements.flatMap((one) => coveringOf(policy, one, options, question)))
}

function answerOf(found: {
  readonly isDenied: boolean
  readonly allows: readonly DecidedStatement[]
  readonly conditional: boolean
  readonly unclear: boolean
}): Decision['answer'] {
  if (found.allows.some((one) => !one.conditional)) return 'allowed'
  if (found.allows.length > 0) return 'conditional'
  if (found.isDenied) return 'denied'
  return found.unclear ? 'undetermined' : 'not-allowed'
}

/** A statement that covers the action on the resource. */
interface Covering {
  readonly effect: Statement['effect']
  /** By its own name, or as the v5 twin of a legacy action that the statement covers. */
  readonly as: string
  readonly row: DecidedStatement
}

/** @throws BoundReached */
function coveringOf(
  policy: string,
  statement: Statement,
  { identity, action, resource, account }: DecisionOptions,
  question: Question,
): readonly Covering[] {
  question.take(10)
  const reach = reachOf(statement, resource, valuesFor(identity, account))
  const isAllow = statement.effect === 'Allow'
  if (reach === 'none' || (isAllow && provablyFalse(statement.condition, identity))) return []
  const conditional =
    reach === 'maybe' ||
    (isAllow ? Object.keys(statement.condition ?? {}).length > 0 : statement.condition !== undefined) ||
    (isAllow && statement.scopes !== undefined)
  const covering = (as: string, name: string): Covering[] => {
    const pattern = coveringPattern(statement, name, question)
    if (pattern === null) return []
    return [
      { effect: statement.effect, as, row: { policy, statement: statement.number, pattern, conditional } },
    ]
  }
  // An Allow of the legacy model grants the v5 names of what it grants; a Deny of those names does not touch them.
  const originals = legacyTwins.filter(({ twin }) => twin.toLowerCase() === action.toLowerCase())
  const asTwin = isAllow && statement.twins !== true ? [] : originals
  return [...covering('itself', action), ...asTwin.flatMap(({ original }) => covering(original, original))]
}

/** Whether a statement covers the resource: surely, only for some values of a variable, or not at all. */
function reachOf(
  { resource: resources, notResource, effect }: Statement,
  urn: string,
  values: Values,
): 'sure' | 'maybe' | 'none' {
  const patterns = resources ?? notResource
  if (patterns === undefined) return 'sure'
  // A Deny that is limited to nothing is how readers of legacy documents write one that is only shown.
  if (effect === 'Deny' && resources?.length === 0) return 'maybe'
  const matchesFor = (unknown: 'anything' | 'nothing'): boolean =>
    patterns.some((pattern) => pattern === '*' || resourceMatches(pattern, urn, values, unknown))
  const [most, least] = [matchesFor('anything'), matchesFor('nothing')]
  const [may, must] = resources === undefined ? [!least, !most] : [most, least]
  if (must) return 'sure'
  // Where an Allow may reach, it counts as reaching: doubt goes to reporting.
  if (may) return effect === 'Allow' ? 'sure' : 'maybe'
  return 'none'
}

function distinct(rows: readonly DecidedStatement[]): DecidedStatement[] {
  const byPlace = new Map<string, DecidedStatement>()
  for (const row of rows) {
    const place = `${row.policy}\n${row.statement}`
    if (!byPlace.has(place)) byPlace.set(place, row)
  }
  return [...byPlace.values()]
}
