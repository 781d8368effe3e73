/** What entries of every kind answer alike: whom they approve, and by what key. */
import { federatedId, federatedName, type NamedPrincipal, principalKey } from '../account/principal.ts'
import type { BaselineEntry, UserEntry } from './baseline.ts'

/** As `user_id` or `group_id`: of every user a restricted grant; of a provider whatever group it names. */
export const ANY = '*'

/** Whom the entry approves, by the name that it records. */
export function entryPrincipal(entry: BaselineEntry): NamedPrincipal {
  switch (entry.kind) {
    case 'user':
      return { kind: 'user', id: entry.user_id, name: entry.user }
    case 'agency':
      return { kind: 'agency', id: entry.agency_id, name: entry.agency }
    case 'federated': {
      const { provider, group, group_id } = entry
      const groupId = group_id === ANY ? null : group_id
      return {
        ...{ kind: 'federated', id: federatedId(provider, groupId) },
        name: federatedName(provider, groupId === null ? null : group),
      }
    }
  }
}

/** One text for whom the entry approves: of a user the id. */
export function holderKey(entry: BaselineEntry): string {
  return principalKey(entryPrincipal(entry))
}

/** The name that the entry records. */
export function recordedName(entry: BaselineEntry): string {
  return entryPrincipal(entry).name
}

/** One text for each principal and permission: a file has one entry of each. */
export function entryKey(entry: BaselineEntry): string {
  return approvalKey(holderKey(entry), entry.permission)
}

/** The same of a principal's key and a permission, which need not have an entry. */
export function approvalKey(principal: string, permission: string): string {
  return JSON.stringify([principal, permission])
}

/** Whether the entry approves a restricted grant for every user. It is nobody's own. */
export function isForEveryUser(entry: BaselineEntry): entry is UserEntry {
  return entry.kind === 'user' && entry.user_id === ANY
}
