/**
 * Restrictions name users by resource pattern, and the audit asks for an update when somebody comes to be called what
 * a pattern names. So to record a new name is to approve that whoever holds such a restriction reaches them.
 */
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { ANY } from '../baseline/entry.ts'
import { renameReaches, userIdentity } from '../policy/index.ts'
import type { Grant, Identity } from '../policy/types.ts'

/** Names that the entries of one user record, before and now. */
export interface RecordedNames {
  readonly user_id: string
  readonly before: readonly string[]
  readonly now: readonly string[]
}

/**
 * Users with entries on both sides that record other names. A user without an entry is recorded nowhere, so somebody
 * who comes or goes changes no name.
 */
export function changedNames(base: Baseline, head: Baseline): readonly RecordedNames[] {
  const [old, now] = [namesByUser(base), namesByUser(head)]
  return [...now].flatMap(([user_id, names]) => {
    const before = old.get(user_id)
    if (before === undefined || sameSet(before, names)) return []
    return [{ user_id, before: [...before], now: [...names] }]
  })
}

/** The grants of an entry whose restriction some changed name makes match. */
export function grantsMadeToMatch(
  entry: BaselineEntry,
  changed: readonly RecordedNames[],
  account: string,
): readonly Grant[] {
  const holder = holderOf(entry, account)
  return entry.grants.filter((grant) =>
    changed.some(({ user_id, before, now }) => {
      const isOwn = entry.kind === 'user' && entry.user_id === user_id
      /** Whether the audit asks about the name by what is recorded. */
      const isAsked = (recorded: readonly string[], present: string): boolean =>
        recorded.some((name) => renameReaches(grant, { recorded: name, present }, account, holder, isOwn))
      return now.some((present) => isAsked(before, present) && !isAsked(now, present))
    }),
  )
}

/** As far as the entry tells; null for every user, of whom a variable can be anybody. */
function holderOf(entry: BaselineEntry, account: string): Identity | null {
  if (entry.kind !== 'user' || entry.user_id === ANY) return null
  return userIdentity({ user_id: entry.user_id, user_name: entry.user, urn: null }, { account })
}

function namesByUser({ approvals }: Baseline): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>()
  for (const entry of approvals)
    if (entry.kind === 'user' && entry.user_id !== ANY)
      names.set(entry.user_id, (names.get(entry.user_id) ?? new Set()).add(entry.user))
  return names
}

function sameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name))
}
