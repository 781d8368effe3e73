/** What to take away so that a drift is gone: complete, and checked by working out what would be held afterwards. */
import type { Approved } from '../policy/index.ts'
import type { User } from '../snapshot/snapshot.ts'
import type { ApprovalIndex } from './approval-index.ts'
import { type HoldingsWithContext, pathsOf } from './holdings.ts'
import type { Route } from './inventory.ts'
import type { Cut, Path } from './model.ts'

/** Tells, for a policy attached to a group, which users hold something audited through it. */
export type HoldersThrough = (groupId: string, policyId: string) => ReadonlySet<string>

export interface CutQuestion {
  readonly user: User
  readonly permission: string
  /** Paths by which the drift came. */
  readonly paths: readonly Path[]
  readonly approved: readonly Approved[]
}

/** Indexes holdings by the group attachment they came through. */
export function holdersThrough({ holdings }: HoldingsWithContext): HoldersThrough {
  const holders = new Map<string, Set<string>>()
  for (const holding of holdings)
    for (const path of holding.paths) {
      if (path.group_id === null || path.policy_id === null) continue
      const key = `${path.group_id} ${path.policy_id}`
      holders.set(key, (holders.get(key) ?? new Set()).add(holding.user_id))
    }
  return (groupId, policyId) => holders.get(`${groupId} ${policyId}`) ?? new Set()
}

/**
 * The complete set of cuts: one alternative of each inner list removes the drift. A group that is left may have
 * carried a Deny, and a wide policy may hide a narrower one, so both ways to cut are followed until nothing that is
 * not approved is held any more.
 */
export function cutsFor(
  question: CutQuestion,
  found: HoldingsWithContext,
  index: ApprovalIndex,
  through: HoldersThrough,
): readonly (readonly Cut[])[] {
  const cuts = new Map<string, readonly Cut[]>()
  const add = (paths: readonly Path[]): number => {
    const before = cuts.size
    for (const path of paths) {
      const key = path.policy_id === null ? `admin ${path.group_id}` : `${path.group_id} ${path.policy_id}`
      if (!cuts.has(key)) cuts.set(key, alternatives(path, question.user, through))
    }
    return cuts.size - before
  }
  add(question.paths)
  for (const leaving of [true, false])
    while (add(remaining(question, [...cuts.values()].flat(), leaving, found, index)) > 0);
  return [...cuts.values()]
}

function alternatives(path: Path, user: User, through: HoldersThrough): readonly Cut[] {
  const { group, group_id, policy, policy_id } = path
  if (path.via === 'user')
    return [{ kind: 'detach-from-user', group, group_id, policy, policy_id, others: 0 }]
  const leave: Cut = { kind: 'remove-from-group', group, group_id, policy: null, policy_id: null, others: 0 }
  if (path.via === 'builtin-group') return [leave]
  const others = [...through(group_id ?? '', policy_id ?? '')].filter((id) => id !== user.user_id).length
  return [leave, { kind: 'detach-from-group', group, group_id, policy, policy_id, others }]
}

/** Paths of what would still be held unapproved after the cuts, by leaving groups or by detaching from them. */
function remaining(
  question: CutQuestion,
  cuts: readonly Cut[],
  leaving: boolean,
  found: HoldingsWithContext,
  index: ApprovalIndex,
): readonly Path[] {
  const { user, permission, approved } = question
  const left = found.inventory
    .routes(user.user_id)
    .filter((route) => !cuts.some((cut) => removes(cut, route, leaving)))
  const adminPath = found.adminMembers.get(user.user_id)
  const stays = adminPath !== undefined && !cuts.some((cut) => cut.group_id === adminPath.group_id)
  if (stays) return [adminPath]
  const held = found.heldBy(user, left, false, permission)
  if (held === null || held.extent === 'none' || !found.counts(permission, held)) return []
  const rest = index.subtract(held.grants, approved)
  return 'undetermined' in rest || rest.grants.length > 0 ? pathsOf(held, left) : []
}

function removes(cut: Cut, route: Route, leaving: boolean): boolean {
  const sameGroup = (route.group?.group_id ?? null) === cut.group_id
  if (cut.kind === 'remove-from-group') return sameGroup && route.group !== null && leaving
  return sameGroup && route.policy.policy_id === cut.policy_id
}
