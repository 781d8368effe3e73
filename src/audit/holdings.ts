/** Who holds what: every user against every audited permission, with every path and every doubt. */
import type { Baseline } from '../baseline/baseline.ts'
import {
  createEvaluator,
  holdsEverything,
  namedActions,
  type PolicyIds,
  parseDocument,
} from '../policy/index.ts'
import type { Catalogue, Grant, Held, Permission } from '../policy/types.ts'
import type { Snapshot, User } from '../snapshot/snapshot.ts'
import { findGaps, gapFor } from './gaps.ts'
import { type Inventory, type Route, takeInventory } from './inventory.ts'
import type { ConditionalDeny, Gap, Holding, Holdings, Path } from './model.ts'
import { Paths, Routes } from './paths.ts'

/** Name of the group that is born with every account and may do everything. */
export const ADMIN_GROUP = 'admin'

export interface HoldingsInput {
  readonly snapshot: Snapshot
  readonly permissions: readonly Permission[]
  readonly baseline: Baseline | null
  /** UTC day, for `known_gaps`. */
  readonly today: string
  readonly catalogue: Catalogue
  /** Hex digest of the UTF-8 bytes of a text. */
  readonly sha256: (text: string) => string
}

/** A holding as it would be if a user had only some of its routes: what cuts are checked against. */
export type HeldBy = (
  user: User,
  routes: readonly Route[],
  inAdminGroup: boolean,
  permission: string,
) => Held | null

export interface HoldingsWithContext extends Holdings {
  readonly inventory: Inventory
  /** Null: cannot be decided. */
  readonly heldBy: HeldBy
  /** Whether so much of a permission counts as holding it: with `holds: all` a part does not. */
  readonly counts: (permission: string, held: Held) => boolean
  /** Of members of a built-in group, the path by each that they are in: one renamed and one made anew may be two. */
  readonly adminMembers: ReadonlyMap<string, readonly Path[]>
  /** Every path to what is held by these routes; the same object for all who come by it. */
  readonly pathsTo: (held: Held, routes: readonly Route[]) => readonly Path[]
}

/** Works out what every user holds. A pure function of its input; linear in users. */
export function findHoldings(input: HoldingsInput): HoldingsWithContext {
  const { snapshot, permissions, catalogue } = input
  const documents = new Map(
    snapshot.policies.flatMap((policy) =>
      policy.version === null ? [] : [[policy.policy_id, parseDocument(policy.version.document)] as const],
    ),
  )
  const evaluator = createEvaluator({ documents, permissions })
  const inventory = takeInventory(snapshot, (policyId) => evaluator.relevance(policyId) !== 'none')
  const found = findGaps({ ...input, inventory, documents, evaluator })
  const admin = findAdminGroup(input, inventory)
  const gaps: Gap[] = [...found.gaps, ...admin.gaps]
  const everything = new Map(permissions.map((permission) => [permission.name, holdsEverything(permission)]))
  const names = new Map<readonly Grant[], readonly string[]>()
  const named = (grants: readonly Grant[]): readonly string[] => {
    const known = names.get(grants) ?? namedActions(grants, catalogue)
    names.set(grants, known)
    return known
  }
  // A live known gap grants and denies nothing, whatever of its document could be decided.
  const accepted = new Set(found.known.map((gap) => gap.policy_id))
  const ask = (
    user: User,
    lists: readonly PolicyIds[],
    inAdminGroup: boolean,
    permission: string,
  ): Held | null => {
    if (inAdminGroup) return everything.get(permission) as Held
    const policies = accepted.size === 0 ? lists : lists.flat().filter((id) => !accepted.has(id))
    const held = evaluator.held(policies, user, permission)
    if (!('undetermined' in held)) return held
    // What a policy beyond the bound means is a gap of its own; what the others grant is held all the same.
    const all = policies.flat()
    const decided = all.filter((id) => evaluator.relevance(id) !== 'undetermined')
    const rest = decided.length < all.length ? evaluator.held(decided, user, permission) : held
    return 'undetermined' in rest ? null : rest
  }
  const paths = new Paths()
  const holdings: Holding[] = []
  const addHoldings = (user: User): void => {
    const ways = inventory.ways(user.user_id)
    const adminPaths = admin.members.get(user.user_id) ?? []
    const isAdmin = adminPaths.length > 0
    if (ways.length === 0 && !isAdmin) return
    const policies: PolicyIds[] = []
    for (const way of ways) policies.push(way.policies)
    const routes = new Routes(ways)
    const pathsTo = (held: Held, permission: string): readonly Path[] =>
      isAdmin
        ? [...adminPaths, ...paths.of(ask(user, policies, false, permission) ?? held, routes)]
        : paths.of(held, routes)
    for (const permission of permissions) {
      const held = ask(user, policies, isAdmin, permission.name)
      if (held === null) gaps.push(boundGap(user, permission, inventory))
      else if (held.extent !== 'none') {
        const denies = conditionalDenies(held, routes)
        const all = pathsTo(held, permission.name)
        holdings.push(holdingOf(user, permission, held, named(held.grants), all, denies))
      }
    }
  }
  for (const user of snapshot.users) if (!user.is_root_user) addHoldings(user)
  const root = snapshot.users.find((user) => user.is_root_user)
  return {
    holdings,
    gaps,
    known_gaps: found.known,
    notices: [...snapshot.notices, ...admin.notices],
    root_user: root ? { user_id: root.user_id, user: root.user_name, enabled: root.enabled } : null,
    admin_group: admin.id,
    uncertain_user_ids: gaps.some((gap) => gap.user_ids === null)
      ? 'all'
      : new Set(gaps.flatMap((gap) => gap.user_ids ?? [])),
    inventory,
    heldBy: (user, routes, inAdminGroup, permission) => {
      const policies = routes.map((route) => route.policy.policy_id)
      return ask(user, policies, inAdminGroup, permission)
    },
    counts: (permission, held) =>
      held.extent === 'all' || permissions.some((one) => one.name === permission && one.holds === 'any'),
    adminMembers: admin.members,
    pathsTo: (held, routes) => paths.of(held, new Routes([{ routes }])),
  }
}

function holdingOf(
  user: User,
  permission: Permission,
  held: Held,
  actions: readonly string[],
  paths: readonly Path[],
  conditional_denies: readonly ConditionalDeny[],
): Holding {
  return {
    principal_type: 'user',
    user_id: user.user_id,
    user: user.user_name,
    enabled: user.enabled,
    permission: permission.name,
    severity: permission.severity,
    extent: held.extent === 'all' ? 'all' : 'part',
    restricted: held.restricted,
    counts: permission.holds === 'any' || held.extent === 'all',
    grants: held.grants,
    actions,
    paths,
    conditional_denies,
  }
}

function conditionalDenies(held: Held, routes: Routes): readonly ConditionalDeny[] {
  return held.conditionalDenies.flatMap((deny) => {
    const policy = routes.of(deny.policy)[0]?.policy
    if (policy === undefined) return []
    const { policy_id, policy_name, version, default_version_id } = policy
    const version_id = version?.version_id ?? default_version_id
    return [{ policy_id, policy: policy_name, version_id, statement: deny.statement }]
  })
}

function boundGap(user: User, permission: Permission, inventory: Inventory): Gap {
  return gapFor(
    {
      code: 'undetermined-holding',
      call: 'policy evaluation',
      message: `What ${user.user_name} holds of ${permission.name} could not be decided: the patterns of the policies that reach this user go beyond the bound of the analysis.`,
      remedy: 'Simplify the policies of this user: fewer wildcards inside words.',
      ...{ iam_action: null, policy_id: null, policy: null, version_id: null, sha256: null },
      user_ids: [user.user_id],
    },
    inventory,
  )
}

interface AdminGroup {
  readonly id: string | null
  readonly members: ReadonlyMap<string, readonly Path[]>
  readonly gaps: readonly Gap[]
  readonly notices: readonly string[]
}

/**
 * The built-in group is known by its name, and by the id that the baseline recorded: renamed, its members count all
 * the same and a gap says so, because nobody documents what a rename does to its power; gone, a notice says so.
 */
function findAdminGroup({ snapshot, baseline }: HoldingsInput, inventory: Inventory): AdminGroup {
  const byName = snapshot.groups.find((group) => group.group_name === ADMIN_GROUP)
  const recorded = baseline?.admin_group
  const byId = recorded === undefined ? undefined : inventory.groups.get(recorded)
  const members = new Map<string, readonly Path[]>()
  const gaps: Gap[] = []
  const gap = (code: string, message: string, remedy: string, ids: readonly string[] | null): void => {
    const nothing = { iam_action: null, policy_id: null, policy: null, version_id: null, sha256: null }
    gaps.push(
      gapFor({ code, call: 'GET /v5/users?group_id', message, remedy, ...nothing, user_ids: ids }, inventory),
    )
  }
  for (const group of new Set([byName, byId])) {
    if (group === undefined) continue
    const ids = inventory.members.get(group.group_id)
    const path: Path = {
      ...{ via: 'builtin-group', group_id: group.group_id, group: group.group_name },
      ...{ policy_id: null, policy: null, version_id: null, version_created_at: null },
      ...{ statement: null, pattern: null, attached_at: null, restricted: false },
    }
    for (const id of new Set(ids)) members.set(id, [...(members.get(id) ?? []), path])
    const strangers = (ids ?? []).filter((id) => !inventory.users.has(id))
    if (strangers.length > 0)
      gap(
        'unknown-principal',
        `${strangers.join(', ')} can do everything as a member of the built-in group ${group.group_name}, and no list of users has them.`,
        'Run the audit again; the account may have changed while it was read.',
        strangers,
      )
    const unread = snapshot.gaps.some(
      (one) => one.scope.type === 'group' && one.scope.group_id === group.group_id,
    )
    if (ids === undefined && !unread)
      gap(
        'unread-group',
        `The members of the built-in group ${group.group_name} were not read.`,
        'Crawl the account again.',
        null,
      )
    if (group.group_name !== ADMIN_GROUP)
      gap(
        'admin-group-renamed',
        `The built-in group admin is now called ${group.group_name}; what a rename does to its power is not documented, so its members are counted as holding everything.`,
        'Call it admin again, or record the group that has its power as admin_group in the baseline.',
        ids ?? null,
      )
  }
  const notices =
    recorded !== undefined && byId === undefined
      ? ['The built-in group admin that the baseline records (admin_group) is not in the account any more.']
      : []
  return { id: byName?.group_id ?? byId?.group_id ?? null, members, gaps, notices }
}
