/** The baseline's entries as the comparison asks for them: by user and permission, within their definitions. */
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { type Approved, intersectGrants, subtractGrants } from '../policy/index.ts'
import type { ActionSet, Difference, Grant, Undetermined } from '../policy/types.ts'
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
  readonly #byPair = new Map<string, IndexedEntry>()
  readonly #users = new Set<string>()
  readonly #baseline: Baseline | null
  readonly #differences = new Map<string, Difference | Undetermined>()

  /** Entries of permissions that are not audited any more are left alone. */
  constructor(baseline: Baseline | null, permissions: ReadonlySet<string>, today: string) {
    this.#baseline = baseline
    this.entries = (baseline?.approvals ?? []).flatMap((entry, index) =>
      permissions.has(entry.permission)
        ? [{ entry, index, expired: entry.expires !== undefined && entry.expires < today }]
        : [],
    )
    for (const indexed of this.entries) {
      this.#byPair.set(pairKey(indexed.entry.user_id, indexed.entry.permission), indexed)
      this.#users.add(indexed.entry.user_id)
    }
  }

  own(userId: string, permission: string): IndexedEntry | null {
    return this.#byPair.get(pairKey(userId, permission)) ?? null
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

  approved(entry: BaselineEntry): Approved {
    return { grants: entry.grants, within: this.definitionOf(entry) }
  }

  /** What an entry approves of its permission as that is audited now. */
  approvedOf(entry: BaselineEntry, config: Config): { readonly grants: readonly Grant[] } | Undetermined {
    const permission = config.permissions.find((one) => one.name === entry.permission)
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

  /** minuend minus what the entries approve; answers are remembered, since users share holdings and approvals. */
  subtract(minuend: readonly Grant[], approved: readonly Approved[]): Difference | Undetermined {
    const key = JSON.stringify([minuend, approved])
    const known = this.#differences.get(key) ?? subtractGrants(minuend, approved)
    this.#differences.set(key, known)
    return known
  }
}

function pairKey(userId: string, permission: string): string {
  return `${permission} ${userId}`
}
