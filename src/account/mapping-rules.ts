/**
 * The rules of a mapping: which groups an identity provider's users become members of, and when. A rule that is not
 * understood in full leaves the whole mapping undetermined: nobody may conclude that it gives nothing.
 */
import {
  type Alternative,
  canonicalAlternative,
  type NamedAlternative,
  sortedSet,
  type Test,
} from './alternatives.ts'
import { type GroupText, groupText, mayForm } from './group-text.ts'

export interface Group {
  readonly group_id: string
  readonly group_name: string
}

export interface ReadMapping {
  /** Why it cannot be determined whom it gives what; everything else is then empty. */
  readonly undetermined: string | null
  /** Groups that rules name, by id, each with its alternatives: sorted, each once. */
  readonly byGroup: ReadonlyMap<string, readonly Alternative[]>
  /** Rules by which the provider names the group, with every existing group that it can name. */
  readonly byProvider: {
    readonly alternatives: readonly NamedAlternative[]
    readonly group_ids: readonly string[]
  } | null
  /** Groups that rules name and that do not exist: whoever makes one gives it to them. */
  readonly missing: readonly string[]
  /** False: no rule says the user's name, and without one nobody logs in. */
  readonly namesUser: boolean
}

/** Comparisons of a name with what a rule can form; more than real mappings take by far. */
const COMPARISONS = 2_000_000

/** Internal: why the rules are undetermined. */
class Unclear extends Error {}

/** One rule: its tests, and the groups that it gives. */
interface Rule {
  readonly tests: Alternative
  readonly groups: readonly GroupText[]
  readonly namesUser: boolean
}

type Json = Readonly<Record<string, unknown>>

/** Reads the `rules` of a mapping for the groups of the account. Never throws. */
export function readMapping(rules: unknown, groups: readonly Group[]): ReadMapping {
  try {
    if (!Array.isArray(rules)) throw new Unclear('its rules are not a list')
    const index = new GroupIndex(groups)
    return applied(
      rules.map((rule, at) => readRule(rule, at + 1)),
      index,
    )
  } catch (error) {
    if (!(error instanceof Unclear)) throw error
    return {
      undetermined: error.message,
      byGroup: new Map(),
      byProvider: null,
      missing: [],
      namesUser: false,
    }
  }
}

function applied(rules: readonly Rule[], index: GroupIndex): ReadMapping {
  const byGroup = new Map<string, Alternative[]>()
  const named: NamedAlternative[] = []
  const texts = new Map<string, GroupText>()
  const missing = new Set<string>()
  for (const { tests, groups } of rules)
    for (const text of groups) {
      if (text.names !== null) {
        named.push({ names: text.names, tests })
        texts.set(text.written, text)
        continue
      }
      const found = index.called(text.written)
      if (found.length === 0) missing.add(text.written)
      for (const { group_id } of found) add(byGroup, group_id, tests)
    }
  return {
    undetermined: null,
    byGroup: new Map([...byGroup].map(([id, alternatives]) => [id, sortedSet(alternatives)])),
    byProvider:
      named.length === 0
        ? null
        : { alternatives: sortedSet(named), group_ids: index.formedBy([...texts.values()]) },
    missing: [...missing].sort(),
    namesUser: rules.some((rule) => rule.namesUser),
  }
}

/** The groups of the account by name. */
class GroupIndex {
  readonly #groups: readonly Group[]
  readonly #byName = new Map<string, Group[]>()
  readonly #byLowerName = new Map<string, Group[]>()

  constructor(groups: readonly Group[]) {
    this.#groups = groups
    for (const group of groups) {
      add(this.#byName, group.group_name, group)
      add(this.#byLowerName, group.group_name.toLowerCase(), group)
    }
  }

  /** Whether names differ by letter case is not documented: where none is equal, another spelling counts. */
  called(name: string): readonly Group[] {
    return this.#byName.get(name) ?? this.#byLowerName.get(name.toLowerCase()) ?? []
  }

  /** The ids of the groups that some of the texts can become, sorted. */
  formedBy(texts: readonly GroupText[]): readonly string[] {
    if (texts.length * this.#groups.length > COMPARISONS)
      throw new Unclear('it has too many rules by which the provider names the group')
    return [...new Set(texts.flatMap((text) => this.#formed(text)))].sort()
  }

  #formed(text: GroupText): readonly string[] {
    // Letter case of a name may not matter: a group that fits by it alone counts too, whatever others fit exactly.
    const lower = { ...text, parts: text.parts.map((part) => part.toLowerCase()) }
    return this.#groups
      .filter((group) => mayForm(lower, group.group_name.toLowerCase()))
      .map((group) => group.group_id)
  }
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function readRule(rule: unknown, number: number): Rule {
  const fail = (what: string): never => {
    throw new Unclear(`rule ${number} ${what}`)
  }
  if (!isObject(rule)) return fail('is not an object')
  onlyKeys(rule, ['local', 'remote'], fail)
  if (!Array.isArray(rule.remote)) return fail('has no list of attributes (remote)')
  if (!Array.isArray(rule.local)) return fail('has no list of results (local)')
  const attributes = rule.remote.map((one) => readAttribute(one, fail))
  const tests = attributes.filter(isTest)
  // Placeholders count the attributes without a test, since only these have a value to give.
  const values = attributes.filter((test) => !isTest(test)).map((test) => test.type)
  const groups: GroupText[] = []
  let namesUser = false
  for (const result of rule.local) {
    if (!isObject(result)) return fail('has a result (local) that is not an object')
    onlyKeys(result, ['user', 'group', 'groups'], fail)
    if (result.user !== undefined) {
      nameOf(result.user, fail)
      namesUser = true
    }
    const names = [
      ...(result.group === undefined ? [] : [nameOf(result.group, fail)]),
      ...(result.groups === undefined ? [] : namesOf(result.groups, fail)),
    ]
    for (const name of names) {
      const text = groupText(name, values)
      groups.push(typeof text === 'string' ? fail(`names a group by ${text}`) : text)
    }
  }
  return { tests: canonicalAlternative(tests), groups, namesUser }
}

type Fail = (what: string) => never

function isTest(test: Test): boolean {
  return test.any_one_of !== undefined || test.not_any_of !== undefined
}

function readAttribute(value: unknown, fail: Fail): Test {
  if (!isObject(value)) return fail('has an attribute (remote) that is not an object')
  onlyKeys(value, ['type', 'any_one_of', 'not_any_of', 'regex'], fail)
  if (typeof value.type !== 'string') return fail('has an attribute (remote) without a type')
  const { regex } = value
  if (regex !== undefined && regex !== null && typeof regex !== 'boolean')
    return fail('has a regex that is neither true nor false')
  const any_one_of = valuesOf(value.any_one_of, fail)
  const not_any_of = valuesOf(value.not_any_of, fail)
  return {
    type: value.type,
    ...(any_one_of && { any_one_of }),
    ...(not_any_of && { not_any_of }),
    ...(regex === true && { regex }),
  }
}

/** Whether an empty list tests nothing, or holds for nobody, is not documented. */
function valuesOf(value: unknown, fail: Fail): readonly string[] | null {
  if (value === undefined || value === null) return null
  if (!isStrings(value) || value.length === 0)
    return fail('tests an attribute by something that is not a list of texts')
  return value
}

/** `{"name": "…"}`. */
function nameOf(value: unknown, fail: Fail): string {
  if (!isObject(value)) return fail('has a result without a name')
  onlyKeys(value, ['name'], fail)
  return typeof value.name === 'string' ? value.name : fail('has a result whose name is not a text')
}

/** `groups` is an object with a name, one text, or a JSON list inside a text. */
function namesOf(value: unknown, fail: Fail): readonly string[] {
  if (typeof value !== 'string') return [nameOf(value, fail)]
  if (value.trimStart().startsWith('[')) {
    const list = parsedOrNull(value)
    return isStrings(list) ? list : fail('has groups that are not a list of texts')
  }
  // Also where a group bears the whole text as its name: anybody can make one, to be taken for what is meant.
  if (/[,;]/.test(value))
    return fail('has groups in one text with separators, whose meaning is not documented')
  return [value]
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function onlyKeys(value: Json, known: readonly string[], fail: Fail): void {
  if (Object.keys(value).some((key) => !known.includes(key)))
    fail(`has an element that is not known (known: ${known.join(', ')})`)
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
