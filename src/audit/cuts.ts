/** What to take away so that a drift is gone: complete, and checked by working out what would be held afterwards. */
import type { Approved } from '../policy/index.ts'
import type { User } from '../snapshot/snapshot.ts'
import type { ApprovalIndex } from './approval-index.ts'
import type { HoldingsWithContext } from './holdings.ts'
import type { Route } from './inventory.ts'
import type { Cut, HoldersByPath, Path } from './model.ts'

/** Tells, for a policy attached to a group, how many users beside one hold something audited through it. */
export type OthersThrough = (groupId: string, policyId: string, userId: string) => number

export interface CutQuestion {
  readonly user: User
  readonly permission: string
  /** Paths by which the drift came. */
  readonly paths: readonly Path[]
  readonly approved: readonly Approved[]
}

/** Finds holders by the group attachment they came through; those of one are put together when first asked for. */
export function othersThrough(holders: HoldersByPath): OthersThrough {
  const key = (groupId: string | null, policyId: string | null): string => `${groupId} ${policyId}`
  const ways = Map.groupBy(holders.keys(), (path) => key(path.group_id, path.policy_id))
  const users = new Map<string, ReadonlySet<string>>()
  return (groupId, policyId, userId) => {
    const way = key(groupId, policyId)
    let known = users.get(way)
    if (known === undefined) {
      const holdings = ways.get(way)?.flatMap((path) => holders.get(path) ?? []) ?? []
      known = new Set(holdings.map((holding) => holding.user_id))
      users.set(way, known)
    }
    return known.size - (known.has(userId) ? 1 : 0)
  }
}

/**
 * The complete set of cuts: whichever alternative of each inner list is chosen, together they remove the drift. A
 * group that is left may have carried a Deny, and a wide policy may hide a narrower one, so every mixture of leaving
 * and detaching is followed until nothing that is not approved is held any more.
 */
export function cutsFor(
  question: CutQuestion,
  found: HoldingsWithContext,
  index: ApprovalIndex,
  through: OthersThrough,
): readonly (readonly Cut[])[] {
  const cuts = new Map<string, readonly Cut[]>()
  const add = (paths: readonly Path[]): boolean => {
    const before = cuts.size
    for (const path of paths) {
      const key = path.policy_id === null ? `admin ${path.group_id}` : `${path.group_id} ${path.policy_id}`
      if (!cuts.has(key)) cuts.set(key, alternatives(path, question.user, through))
    }
    return cuts.size > before
  }
  add(question.paths)
  for (let grew = true; grew; ) {
    const chosen = [...cuts.values()].flat()
    grew = leavings(chosen, question, found)
      .map((left) => remaining(question, chosen, left, found, index))
      .some(add)
  }
  return [...cuts.values()]
}

/** Up to here every mixture is tried; beyond, each group alone, all but each, all and none. */
const MIXED_GROUPS = 4

/** Which groups might be left: without a Deny that takes something away, leaving is never worse than detaching. */
function leavings(
  cuts: readonly Cut[],
  { user, permission }: CutQuestion,
  found: HoldingsWithContext,
): readonly ReadonlySet<string>[] {
  // There is no detaching from a built-in group. It is left, with whatever Deny it carries.
  const builtin = found.adminMembers.get(user.user_id) ?? []
  const none = new Set(builtin.flatMap((path) => path.group_id ?? []))
  const held = found.heldBy(user, found.inventory.routes(user.user_id), false, permission)
  if (held !== null && held.deniedBy.length === 0) return [none]
  const groups = [...new Set(cuts.flatMap((cut) => (cut.kind === 'detach-from-group' ? [cut.group_id] : [])))]
  const ids = groups.filter((id) => id !== null)
  if (ids.length > MIXED_GROUPS)
    return [
      none,
      new Set([...none, ...ids]),
      ...ids.map((id) => new Set([...none, id])),
      ...ids.map((id) => new Set([...none, ...ids.filter((other) => other !== id)])),
    ]
  const sets: ReadonlySet<string>[] = [none]
  for (const id of ids) sets.push(...sets.map((set) => new Set([...set, id])))
  return sets
}

function alternatives(path: Path, user: User, through: OthersThrough): readonly Cut[] {
  const { group, group_id, policy, policy_id } = path
  if (path.via === 'user')
    return [{ kind: 'detach-from-user', group, group_id, policy, policy_id, others: 0 }]
  const leave: Cut = { kind: 'remove-from-group', group, group_id, policy: null, policy_id: null, others: 0 }
  if (path.via === 'builtin-group') return [leave]
  const others = through(group_id ?? '', policy_id ?? '', user.user_id)
  return [leave, { kind: 'detach-from-group', group, group_id, policy, policy_id, others }]
}

/** Paths of what would still be held unapproved after the cuts, some groups being left, the others detached from. */
function remaining(
  question: CutQuestion,
  cuts: readonly Cut[],
  leaving: ReadonlySet<string>,
  found: HoldingsWithContext,
  index: ApprovalIndex,
): readonly Path[] {
  const { user, permission, approved } = question
  const left = found.inventory
    .routes(user.user_id)
    .filter((route) => !cuts.some((cut) => removes(cut, route, leaving)))
  const builtin = found.adminMembers.get(user.user_id) ?? []
  const staying = builtin.filter((path) => !cuts.some((cut) => cut.group_id === path.group_id))
  if (staying.length > 0) return staying
  const held = found.heldBy(user, left, false, permission)
  if (held === null || held.extent === 'none' || !found.counts(permission, held)) return []
  const rest = index.subtract(held.grants, approved)
  return 'undetermined' in rest || rest.grants.length > 0 ? found.pathsTo(held, left) : []
}

function removes(cut: Cut, route: Route, leaving: ReadonlySet<string>): boolean {
  if (cut.group_id !== (route.group?.group_id ?? null)) return false
  if (cut.kind === 'remove-from-group') return cut.group_id !== null && leaving.has(cut.group_id)
  return route.policy.policy_id === cut.policy_id
}
