/**
 * Restrictions that came to reach another person by a rename. Nothing else tells: the policy is what it was, and so is
 * what its holder holds of it.
 */
import type { Holding } from '../access/model.ts'
import { principalKey } from '../account/principal.ts'
import { entryPrincipal, recordedName } from '../baseline/entry.ts'
import { renameReaches } from '../policy/index.ts'
import type { Grant, Identity } from '../policy/types.ts'
import type { ApprovalIndex } from './approval-index.ts'
import type { RenamedRow } from './model.ts'

export interface Renamed {
  /** Key of the user. */
  readonly key: string
  /** The name there is now. */
  readonly name: string
  /** Names that entries record. */
  readonly known: ReadonlySet<string>
}

/** Users whose present name some entry of theirs does not record. */
export function renamedUsers(rows: readonly RenamedRow[], index: ApprovalIndex): Renamed[] {
  const present = new Map(
    rows
      .filter((row) => row.principal.kind === 'user')
      .map((row) => [principalKey(row.principal), row.principal.name]),
  )
  if (present.size === 0) return []
  const entries = Map.groupBy(
    index.entries.filter(({ entry }) => present.has(principalKey(entryPrincipal(entry)))),
    ({ entry }) => principalKey(entryPrincipal(entry)),
  )
  return [...present].map(([key, name]) => ({
    key,
    name,
    known: new Set(entries.get(key)?.map(({ entry }) => recordedName(entry))),
  }))
}

/**
 * Restricted grants that came to cover somebody by a rename. While any entry of theirs records such a name the rename
 * was not reviewed: a new entry beside it records the new name by itself.
 *
 * @param account whose users the patterns name
 */
export function grantsReachingRenamed(
  { principal, grants }: Holding,
  renamed: readonly Renamed[],
  account: string,
  identity: Identity | null,
): Grant[] {
  const key = principalKey(principal)
  return grants.filter((grant) =>
    renamed.some((user) =>
      [...user.known].some((recorded) =>
        renameReaches(grant, { recorded, present: user.name }, account, identity, user.key === key),
      ),
    ),
  )
}
