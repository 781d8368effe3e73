/** Whose further policies are worth reading once there is drift: of those whom a way out takes something from. */
import type { Access } from '../access/access.ts'
import type { Holder, Link } from '../account/link.ts'
import type { Beside } from '../account/snapshot.ts'
import type { Verdict } from './model.ts'

/** Requests that nobody waits for: of the others the verdict says that they were not read. */
const MOST_LISTED = 40

export type ListedHolder = Beside['holders'][number]

/**
 * Groups and agencies that a way out leaves or lets go first, then agencies that go with a permission to assume, then
 * users by themselves; each once.
 */
export function holdersToList(
  { drift }: Pick<Verdict, 'drift'>,
  access: Pick<Access, 'principal' | 'reached'>,
): readonly ListedHolder[] {
  const found = new Map<string, ListedHolder>()
  const add = ({ kind, id }: Pick<Holder, 'kind' | 'id'>): void => {
    found.set(`${kind} ${id}`, { kind, id })
  }
  for (const { revocations, paths } of drift) {
    for (const { cuts } of revocations)
      for (const { link } of cuts) {
        const holder = holderOf(link)
        if (holder !== null && holder.kind !== 'user') add(holder)
      }
    for (const { links } of paths)
      for (const link of links) if (link.kind === 'assume') add({ kind: 'agency', id: link.agency_id })
  }
  for (const row of drift) {
    const principal = access.principal(row.principal)
    for (const { agency } of principal === null ? [] : access.reached(principal))
      add({ kind: 'agency', id: agency.id })
  }
  // What is their own they keep, whatever group they leave.
  for (const { principal } of drift)
    if (principal.kind !== 'federated') add({ kind: principal.kind, id: principal.id })
  return [...found.values()].slice(0, MOST_LISTED)
}

/** Who has what a link gives, beside other things. */
function holderOf(link: Link): Pick<Holder, 'kind' | 'id'> | null {
  switch (link.kind) {
    case 'membership':
    case 'mapping':
    case 'builtin-group':
      return { kind: 'group', id: link.group_id }
    case 'attachment':
    case 'role':
      return link.to
    case 'trust':
      return { kind: 'agency', id: link.agency_id }
    case 'assume':
      return null
  }
}
