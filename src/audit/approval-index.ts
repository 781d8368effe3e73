/** The baseline's entries as the comparison asks for them: by user and permission, within their definitions. */
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { type Approved, exampleOf, intersectGrants, subtractGrants } from '../policy/index.ts'
import type { ActionSet, Difference, Grant, Permission, Undetermined } from '../policy/types.ts'
import type { Holding } from './model.ts'

/** `user_id` of an entry that approves a restricted grant for everybody. */
export const EVERYBODY = '*'

export interface IndexedEntry {
  readonly entry: BaselineEntry
  /** Index in the baseline's approvals. */
  readonly index: number
  readonly expired: boolean
}

export class ApprovalIndex {
  readonly entries: readonly IndexedEntry[]
  readonly #byPermission = new Map<string, Map<string, IndexedEntry>>()
  readonly #users = new Set<string>()
  readonly #baseline: Baseline | null
  readonly #permissions: ReadonlyMap<string, Permission>
  readonly #differences = new Map<string, Difference | Undetermined>()
  readonly #texts = new WeakMap<object, string>()
  /** For entries that approve word for word what their user holds: what that is. */
  readonly #wordForWord = new Map<BaselineEntry, readonly Grant[]>()
  /** Permissions that are recorded as they are audited today. */
  readonly #recordedToday: ReadonlySet<string>

  /** Entries of permissions that are not audited any more are left alone. */
  constructor(baseline: Baseline | null, permissions: readonly Permission[], today: string) {
    this.#baseline = baseline
    this.#permissions = new Map(permissions.map((permission) => [permission.name, permission]))
    this.#recordedToday = new Set(
      permissions.flatMap((permission) => {
        const recorded = baseline?.audited_permissions[permission.name]
        return recorded !== undefined && sameDefinition(recorded, permission) ? [permission.name] : []
      }),
    )
    this.entries = (baseline?.approvals ?? []).flatMap((entry, index) =>
      this.#permissions.has(entry.permission)
        ? [{ entry, index, expired: entry.expires !== undefined && entry.expires < today }]
        : [],
    )
    for (const indexed of this.entries) {
      const { user_id, permission } = indexed.entry
      const ofPermission = this.#byPermission.get(permission) ?? new Map<string, IndexedEntry>()
      this.#byPermission.set(permission, ofPermission.set(user_id, indexed))
      this.#users.add(indexed.entry.user_id)
    }
  }

  own(userId: string, permission: string): IndexedEntry | null {
    return this.#byPermission.get(permission)?.get(userId) ?? null
  }

  everybody(permission: string): IndexedEntry | null {
    return this.own(EVERYBODY, permission)
  }

  /** Entries that speak for a holding, expired or not: one that was made while the user was disabled ends with that. */
  speakingFor({ user_id, permission, enabled }: Holding): IndexedEntry[] {
    const own = this.own(user_id, permission)
    const everybody = this.everybody(permission)
    const speaks = own !== null && !(own.entry.disabled === true && enabled)
    return [...(speaks ? [own] : []), ...(everybody === null ? [] : [everybody])]
  }

  /** Whether the user has an entry of their own for any audited permission. */
  hasEntry(userId: string): boolean {
    return this.#users.has(userId)
  }

  /** The definition an entry was made against. */
  definitionOf(entry: BaselineEntry): ActionSet | undefined {
    return entry.within ?? this.#baseline?.audited_permissions[entry.permission]
  }

  /**
   * What an entry given today must say of its definition: nothing where the recorded one is that of today, else that
   * of today. Without it, an entry would approve no more than what was audited when the definition was recorded.
   */
  withinToday(name: string): { readonly within?: ActionSet } {
    const permission = this.#permissions.get(name)
    if (permission === undefined || this.#recordedToday.has(name)) return {}
    const { actions, except } = permission
    return { within: { actions, ...(except.length === 0 ? {} : { except }) } }
  }

  approved(entry: BaselineEntry): Approved {
    return { grants: entry.grants, within: this.definitionOf(entry) }
  }

  /** What an entry approves of its permission as that is audited now. */
  approvedOf(entry: BaselineEntry): { readonly grants: readonly Grant[] } | Undetermined {
    const permission = this.#permissions.get(entry.permission)
    let grants: readonly Grant[] = entry.grants
    for (const bound of [this.definitionOf(entry), permission]) {
      if (bound === undefined) continue
      const { actions, except } = bound
      const inside = intersectGrants(grants, { actions, ...(except ? { except } : {}) })
      if ('undetermined' in inside) return inside
      grants = inside
    }
    return { grants }
  }

  /**
   * Whether an entry approves exactly what is held, word for word and within the definition of today: nothing is
   * gained or lost, and no set needs to be computed. Most entries were written by an update and are like that. False
   * says nothing.
   */
  isWordForWord(entry: BaselineEntry, held: readonly Grant[]): boolean {
    if (this.#wordForWord.get(entry) === held) return true
    const same =
      this.#isOfToday(entry) &&
      entry.grants.length === held.length &&
      entry.grants.every((grant, at) => sameGrant(grant, held[at] as Grant))
    if (same) this.#wordForWord.set(entry, held)
    return same
  }

  /** Whether an entry was made against the definition of today. */
  #isOfToday({ within, permission }: BaselineEntry): boolean {
    const today = this.#permissions.get(permission)
    return within === undefined || today === undefined
      ? this.#recordedToday.has(permission)
      : sameDefinition(within, today)
  }

  /** Whether what the user of an entry holds was found to be what it approves, word for word. False says nothing. */
  wasWordForWord(entry: BaselineEntry): boolean {
    return this.#wordForWord.has(entry)
  }

  /** Whether the entry alone, as it stands today, approves all of the holding, word for word. False says nothing. */
  settles({ entry, expired }: IndexedEntry, holding: Holding): boolean {
    const speaks = !expired && !(entry.disabled === true && holding.enabled)
    return speaks && this.isWordForWord(entry, holding.grants)
  }

  /**
   * minuend minus what the entries approve; answers are remembered, since users share holdings and approvals. A minuend
   * must be in canonical form: from which nothing is taken, it comes back as the same list.
   */
  subtract(minuend: readonly Grant[], approved: readonly Approved[]): Difference | Undetermined {
    const parts = approved.map(
      ({ grants, within }) => `${this.#textOf(grants)} ${within === undefined ? '' : this.#textOf(within)}`,
    )
    const key = [this.#textOf(minuend), ...parts].join('\n')
    const known = this.#differences.get(key)
    if (known !== undefined) return known
    const difference = approved.length === 0 ? untouched(minuend) : subtractGrants(minuend, approved)
    this.#differences.set(key, difference)
    return difference
  }

  /** Whether two lists of grants, each in canonical form, are the same. */
  areEqual(one: readonly Grant[], other: readonly Grant[]): boolean {
    return one === other || this.#textOf(one) === this.#textOf(other)
  }

  /** As JSON, remembered: nobody changes what an audit was given, and users share what they hold. */
  #textOf(value: object): string {
    const known = this.#texts.get(value) ?? JSON.stringify(value)
    this.#texts.set(value, known)
    return known
  }
}

function sameDefinition(one: ActionSet, { actions, except }: Permission): boolean {
  return sameTexts(one.actions, actions) && sameTexts(one.except ?? [], except)
}

function sameGrant(one: Grant, other: Grant): boolean {
  return (
    sameTexts(one.actions, other.actions) &&
    sameTexts(one.except, other.except) &&
    sameTexts(one.resources, other.resources) &&
    sameTexts(one.not_resources, other.not_resources) &&
    (one.condition === other.condition || JSON.stringify(one.condition) === JSON.stringify(other.condition))
  )
}

function sameTexts(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === other) return true
  if (one === undefined || other === undefined || one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}

function untouched(grants: readonly Grant[]): Difference | Undetermined {
  const example = exampleOf(grants)
  return typeof example === 'object' && example !== null ? example : { grants, example }
}
