/** Names of known actions that grants contain, of both models. */
import { compareText } from '../../text/compare-text.ts'
import { legacyActions } from '../language/legacy-actions.ts'
import { presets } from '../language/presets.ts'
import { NumberSet } from '../sets/number-set.ts'
import { Boxes, boxMatchesSegments } from '../sets/pattern.ts'
import { Question } from '../sets/question.ts'
import type { AccessLevel, Catalogue, CatalogueAction, Grant } from '../types.ts'

/**
 * Names of the catalogue and of the legacy catalogue that the grants contain, as a reader should see them: first the
 * ways to more power in the order of the escalation preset, then by access level (the level alone is no guide: making
 * another user a key is only a Write), then by name.
 */
export function namedActions(grants: readonly Grant[], catalogue: Catalogue): readonly string[] {
  const names =
    catalogue instanceof ActionNames ? catalogue : new ActionNames(catalogue.source, catalogue.actions)
  return names.of(grants)
}

/** A catalogue that remembers which of its actions a pattern matches: every holding asks for the same patterns. */
export class ActionNames implements Catalogue {
  readonly source: Catalogue['source']
  readonly actions: readonly CatalogueAction[]
  #index: Index | null = null

  constructor(source: Catalogue['source'], actions: readonly CatalogueAction[]) {
    this.source = source
    this.actions = actions
  }

  /** Most dangerous first. */
  of(grants: readonly Grant[]): readonly string[] {
    this.#index ??= new Index(this.actions)
    return this.#index.of(grants)
  }
}

class Index {
  /** Each once, most dangerous first. */
  readonly #names: readonly string[]
  readonly #segments: readonly (readonly string[])[]
  /** Numbers of all names, and of those of one service. */
  readonly #all: readonly number[]
  readonly #byService: ReadonlyMap<string | undefined, readonly number[]>
  readonly #matched = new Map<string, readonly number[]>()
  readonly #excepted = new Map<string, NumberSet>()
  /** What is named was written by the evaluator, or passed the check of config and baseline: it does not unfold. */
  readonly #question = new Question(new Boxes(), Number.POSITIVE_INFINITY)

  constructor(actions: readonly CatalogueAction[]) {
    this.#names = dangerousFirst(actions, this.#question)
    this.#segments = this.#names.map((action) => action.toLowerCase().split(':'))
    this.#all = [...this.#names.keys()]
    this.#byService = Map.groupBy(this.#all, (at) => this.#segments[at]?.[0])
  }

  of(grants: readonly Grant[]): readonly string[] {
    const named = new NumberSet(this.#names.length)
    for (const { actions, except } of grants) {
      const excepted = except === undefined ? null : this.#numbersOf(except)
      for (let of = 0; of < actions.length; of++) {
        const numbers = this.#matching(actions[of] as string)
        for (let at = 0; at < numbers.length; at++) {
          const number = numbers[at] as number
          if (excepted === null || !excepted.has(number)) named.add(number)
        }
      }
    }
    return named.list().map((at) => this.#names[at] as string)
  }

  /** What is excepted is what the permission excepts, or some Deny: few lists, and they come again and again. */
  #numbersOf(patterns: readonly string[]): NumberSet {
    const text = patterns.join('\n')
    const known = this.#excepted.get(text)
    if (known !== undefined) return known
    const numbers = new NumberSet(this.#names.length)
    for (const pattern of patterns) {
      const own = this.#matching(pattern)
      for (let at = 0; at < own.length; at++) numbers.add(own[at] as number)
    }
    this.#excepted.set(text, numbers)
    return numbers
  }

  #matching(pattern: string): readonly number[] {
    const known = this.#matched.get(pattern)
    if (known !== undefined) return known
    const matched = new Set<number>()
    for (const box of this.#question.read(pattern, 'grants'))
      for (const at of box.service === null ? this.#all : (this.#byService.get(box.service) ?? []))
        if (boxMatchesSegments(box, this.#segments[at] as readonly string[])) matched.add(at)
    const numbers = [...matched]
    this.#matched.set(pattern, numbers)
    return numbers
  }
}

const levelRank: Readonly<Record<AccessLevel, number>> = {
  Permission_management: 1,
  Write: 2,
  Tagging: 3,
  Read: 4,
  List: 5,
}

/** Patterns of the escalation preset, the worst first. */
const escalations = (presets['privilege-escalation@1']?.actions ?? []).map((row) => row.pattern)

/** All names of both catalogues, each once; of equal danger the v5 ones first. */
function dangerousFirst(actions: readonly CatalogueAction[], question: Question): readonly string[] {
  const ways = escalations.map((pattern) => question.read(pattern, 'grants'))
  // Of most services no action is a way to more power.
  const services = new Set(ways.flatMap((own) => own.map((box) => box.service)))
  const danger = (action: string): number => {
    const service = action.slice(0, action.indexOf(':')).toLowerCase()
    if (!services.has(service) && !services.has(null)) return ways.length
    const segments = action.toLowerCase().split(':')
    const way = ways.findIndex((own) => own.some((box) => boxMatchesSegments(box, segments)))
    return way < 0 ? ways.length : way
  }
  const known = new Set(actions.map(({ action }) => action.toLowerCase()))
  const rows = [
    ...new Map(actions.map((row) => [row.action, { ...row, legacy: 0 }])).values(),
    ...legacyActions
      .filter(({ action }) => !known.has(action.toLowerCase()))
      .map(({ action, access }) => {
        const accessLevel: AccessLevel = access === 'read' ? 'Read' : 'Write'
        return { action, accessLevel, legacy: 1 }
      }),
  ].map(({ action, accessLevel, legacy }) => ({
    ...{ action, legacy, danger: danger(action), level: levelRank[accessLevel] },
  }))
  return rows
    .sort(
      (one, other) =>
        one.danger - other.danger ||
        one.level - other.level ||
        one.legacy - other.legacy ||
        compareText(one.action, other.action),
    )
    .map((one) => one.action)
}
