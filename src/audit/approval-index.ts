/** The baseline's entries as the comparison asks for them: by principal and permission, within their definitions. */
import type { Holding } from '../access/model.ts'
import { type PrincipalRef, principalKey } from '../account/principal.ts'
import type { AgencyEntry, Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { ANY, holderKey } from '../baseline/entry.ts'
import {
  type Approved,
  exampleOf,
  type GrantMemory,
  grantsMeet,
  intersectGrants,
  rememberGrants,
  subtractGrants,
  unionGrants,
} from '../policy/index.ts'
import type { ActionSet, Difference, Grant, Identity, Permission, Undetermined } from '../policy/types.ts'

export interface IndexedEntry {
  readonly entry: BaselineEntry
  /** Index in the baseline's approvals. */
  readonly index: number
  readonly expired: boolean
}

export class ApprovalIndex {
  readonly entries: readonly IndexedEntry[]
  readonly #byPermission = new Map<string, Map<string, IndexedEntry>>()
  readonly #holders = new Set<string>()
  readonly #baseline: Baseline | null
  readonly #permissions: ReadonlyMap<string, Permission>
  readonly #differences = new Map<string, Difference | Undetermined>()
  readonly #texts = new WeakMap<object, string>()
  /** For entries that approve word for word what their holder holds: what that is. */
  readonly #wordForWord = new Map<BaselineEntry, readonly Grant[]>()
  /** Permissions that are recorded as they are audited today. */
  readonly #recordedToday: ReadonlySet<string>
  readonly #account: string
  readonly #memory: GrantMemory

  /** Entries of permissions that are not audited any more are left alone. */
  constructor(baseline: Baseline | null, permissions: readonly Permission[], today: string, account: string) {
    this.#account = account
    this.#memory = rememberGrants(account)
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
      const { permission } = indexed.entry
      const key = holderKey(indexed.entry)
      const ofPermission = this.#byPermission.get(permission) ?? new Map<string, IndexedEntry>()
      this.#byPermission.set(permission, ofPermission.set(key, indexed))
      this.#holders.add(key)
    }
  }

  /** The principal's own entry. */
  entryOf(principal: PrincipalRef, permission: string): IndexedEntry | null {
    return this.#byPermission.get(permission)?.get(principalKey(principal)) ?? null
  }

  /** The entry that approves a restricted grant for every user; none of an agency or a federated principal. */
  everyUsers(principal: PrincipalRef, permission: string): IndexedEntry | null {
    if (principal.kind !== 'user') return null
    return this.#byPermission.get(permission)?.get(ANY) ?? null
  }

  /** Entries that apply to a holding, expired or not: one that was made while it was disabled ends with that. */
  applicableTo({ principal, permission, enabled }: Holding): IndexedEntry[] {
    const own = this.entryOf(principal, permission)
    const everybody = this.everyUsers(principal, permission)
    const applies = own !== null && !(own.entry.disabled === true && enabled)
    return [...(applies ? [own] : []), ...(everybody === null ? [] : [everybody])]
  }

  /** Whether the principal has an entry of its own for any audited permission. */
  hasEntry(principal: PrincipalRef): boolean {
    return this.#holders.has(principalKey(principal))
  }

  /** Entries of agencies that bear this path and name. */
  ofAgencyNamed(agency: string, permission: string): readonly (IndexedEntry & { entry: AgencyEntry })[] {
    return this.entries.filter(
      (one): one is IndexedEntry & { entry: AgencyEntry } =>
        one.entry.kind === 'agency' && one.entry.agency === agency && one.entry.permission === permission,
    )
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
      const inside = intersectGrants(grants, { actions, ...(except ? { except } : {}) }, this.#options())
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
  coversExactly(entry: BaselineEntry, held: readonly Grant[]): boolean {
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

  /**
   * minuend minus what the entries approve; answers are remembered, since principals share holdings and approvals. A
   * minuend must be in canonical form: from which nothing is taken, it comes back as the same list.
   */
  subtract(
    minuend: readonly Grant[],
    approved: readonly Approved[],
    identity: Identity | null = null,
  ): Difference | Undetermined {
    const parts = approved.map(
      ({ grants, within }) => `${this.#textOf(grants)} ${within === undefined ? '' : this.#textOf(within)}`,
    )
    const texts = [this.#textOf(minuend), ...parts].join('\n')
    // Only where a variable stands does it matter whose grants they are.
    const whose = identity !== null && texts.includes('${') ? identity : undefined
    const key = whose === undefined ? texts : `${texts}\n${JSON.stringify([...whose.facts])}`
    const known = this.#differences.get(key)
    if (known !== undefined) return known
    const difference =
      approved.length === 0
        ? this.#untouched(minuend)
        : subtractGrants(minuend, approved, { ...this.#options(), identity: whose })
    this.#differences.set(key, difference)
    return difference
  }

  /** Whether grants in canonical form go beyond what the entries approve; true where that cannot be told. */
  exceeds(
    grants: readonly Grant[],
    approved: readonly Approved[],
    identity: Identity | null = null,
  ): boolean {
    // Without any approval it needs no example of what is beyond, which is the dearest part of a difference.
    if (approved.length === 0) return grants.length > 0
    const rest = this.subtract(grants, approved, identity)
    return 'undetermined' in rest || rest.grants.length > 0
  }

  /** The union of grants, in canonical form. */
  union(lists: readonly (readonly Grant[])[]): readonly Grant[] | Undetermined {
    return unionGrants(lists, this.#options())
  }

  #options(): { readonly account: string; readonly memory: GrantMemory } {
    return { account: this.#account, memory: this.#memory }
  }

  #untouched(grants: readonly Grant[]): Difference | Undetermined {
    const example = exampleOf(grants, this.#options())
    return typeof example === 'object' && example !== null ? example : { grants, example }
  }

  /** Whether grants have something in common with a set of actions; true where that cannot be told. */
  mayMeet(grants: readonly Grant[], set: ActionSet): boolean {
    return grantsMeet(grants, set, this.#options()) !== false
  }

  /** Whether two lists of grants, each in canonical form, are the same. */
  areEqual(one: readonly Grant[], other: readonly Grant[]): boolean {
    return one === other || this.#textOf(one) === this.#textOf(other)
  }

  /** As JSON, remembered: nobody changes what an audit was given, and principals share what they hold. */
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
    sameTexts(one.scopes, other.scopes) &&
    (one.condition === other.condition || JSON.stringify(one.condition) === JSON.stringify(other.condition))
  )
}

function sameTexts(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === other) return true
  if (one === undefined || other === undefined || one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}
