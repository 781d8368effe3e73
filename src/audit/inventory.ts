/** The snapshot, indexed: which policies reach which user, and how. Built once, in one pass over its lists. */
import type { Attachment, Group, Policy, Snapshot, User } from '../snapshot/snapshot.ts'

/** One way by which a policy reaches a user. `group` null: attached to the user. */
export interface Route {
  readonly policy: Policy
  readonly group: Group | null
  readonly attached_at: string | null
}

export interface Inventory {
  readonly users: ReadonlyMap<string, User>
  readonly groups: ReadonlyMap<string, Group>
  readonly policies: ReadonlyMap<string, Policy>
  /** Members of the groups that were read; a group without a row was not. */
  readonly members: ReadonlyMap<string, readonly string[]>
  readonly groupsOf: ReadonlyMap<string, readonly Group[]>
  readonly attachmentsOf: ReadonlyMap<string, readonly Attachment[]>
  /** Routes of a group are the same objects for all its members. */
  routes(userId: string): readonly Route[]
  /** The same by how they reach the user: those attached and those of each group, one object for all its members. */
  ways(userId: string): readonly Way[]
  /** Ids of the users that a policy reaches; null when a group with it was not read, so that it may be anybody. */
  reachedBy(policyId: string): readonly string[] | null
}

/** The routes of a group, or those of the policies attached to a user; and the ids of their policies. */
export interface Way {
  readonly routes: readonly Route[]
  readonly policies: readonly string[]
}

/**
 * Indexes a snapshot.
 *
 * @param matters policies that stand in routes; others grant and deny nothing that is asked about. All, unless told
 */
export function takeInventory(
  snapshot: Snapshot,
  matters: (policyId: string) => boolean = () => true,
): Inventory {
  const users = new Map(snapshot.users.map((user) => [user.user_id, user]))
  const groups = new Map(snapshot.groups.map((group) => [group.group_id, group]))
  const policies = new Map(snapshot.policies.map((policy) => [policy.policy_id, policy]))
  const members = new Map(snapshot.memberships.map((row) => [row.group_id, row.user_ids]))
  const groupsOf = new Map<string, Group[]>()
  for (const [groupId, ids] of members) {
    const group = groups.get(groupId)
    if (group === undefined) continue
    for (const id of new Set(ids)) append(groupsOf, id, group)
  }
  const byUser = new Map<string, Attachment[]>()
  const byGroup = new Map<string, Attachment[]>()
  const attachmentsOf = new Map<string, Attachment[]>()
  for (const attachment of snapshot.attachments) {
    append(attachmentsOf, attachment.policy_id, attachment)
    if (attachment.principal_type === 'user') append(byUser, attachment.principal_id, attachment)
    if (attachment.principal_type === 'group') append(byGroup, attachment.principal_id, attachment)
  }
  const routesOf = (attachments: readonly Attachment[], group: Group | null): Route[] =>
    attachments.flatMap(({ policy_id, attached_at }) => {
      const policy = policies.get(policy_id)
      return policy === undefined || !matters(policy_id) ? [] : [{ policy, group, attached_at }]
    })
  const wayOf = (attachments: readonly Attachment[] | undefined, group: Group | null): Way => {
    const routes = routesOf(attachments ?? [], group)
    return { routes, policies: routes.map((route) => route.policy.policy_id) }
  }
  const ofGroup = new Map([...groups].map(([id, group]) => [group, wayOf(byGroup.get(id), group)]))
  const ofUser = new Map([...byUser].map(([id, attachments]) => [id, wayOf(attachments, null)]))
  const ways = (userId: string): Way[] => {
    const found: Way[] = []
    const add = (way: Way | undefined): void => {
      if (way !== undefined && way.routes.length > 0) found.push(way)
    }
    add(ofUser.get(userId))
    for (const group of groupsOf.get(userId) ?? []) add(ofGroup.get(group))
    return found
  }
  return {
    users,
    groups,
    policies,
    members,
    groupsOf,
    attachmentsOf,
    routes: (userId) => ways(userId).flatMap((way) => way.routes),
    ways,
    reachedBy: (policyId) => {
      const reached = new Set<string>()
      for (const { principal_type, principal_id } of attachmentsOf.get(policyId) ?? []) {
        if (principal_type === 'user') reached.add(principal_id)
        if (principal_type !== 'group') continue
        const ids = members.get(principal_id)
        if (ids === undefined) return null
        for (const id of ids) reached.add(id)
      }
      return [...reached]
    },
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
