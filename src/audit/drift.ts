/** Completes drift for people: by which paths it came, what to take away, what to paste. */

import type { BaselineEntry } from '../baseline/baseline.ts'
import { compareText } from '../compare-text.ts'
import { type Approved, grantsMeet, isUnrestricted } from '../policy/index.ts'
import type { Grant } from '../policy/types.ts'
import type { User } from '../snapshot/snapshot.ts'
import type { ApprovalIndex } from './approval-index.ts'
import { groupByCause } from './causes.ts'
import type { BareDrift, Comparison } from './compare.ts'
import { cutsFor, othersThrough } from './cuts.ts'
import type { HoldingsWithContext } from './holdings.ts'
import type { Cause, Drift, HoldersByPath, Holding, Path } from './model.ts'

/** Adds to each drift what a person needs to act on it. */
export function completeDrift(
  comparison: Comparison,
  found: HoldingsWithContext,
): { readonly drift: readonly Drift[]; readonly causes: readonly Cause[] } {
  const { index } = comparison
  const holders = holdersByPath(found.holdings)
  const through = othersThrough(holders)
  const meets = rememberMeeting()
  const rows = comparison.drift.map((bare): Omit<Drift, 'cause'> => {
    const { holding, indexed } = bare
    const user = found.inventory.users.get(holding.user_id)
    const own = index.own(holding.user_id, holding.permission)
    const usable = index.speakingFor(holding)
    const valid = usable.filter((one) => !one.expired)
    const approved = valid.map((one) => index.approved(one.entry))
    const brings = (policyId: string): boolean =>
      user === undefined || bringsSome(policyId, user, { bare, approved }, found, index)
    // What was approved may be part of what is held and yet not of what was gained: the same, but for some resources.
    const isAll = usable.length === 0 && index.areEqual(bare.grants, holding.grants)
    const paths = isAll ? allPaths(holding) : gainedPaths(holding, bare.grants, brings, meets)
    const question = user && { user, permission: holding.permission, paths, approved }
    return {
      ...{ kind: bare.kind, user_id: bare.user_id, user: bare.user, permission: bare.permission },
      ...{ grants: bare.grants, actions: bare.actions, example: bare.example },
      ...{ severity: holding.severity, enabled: holding.enabled },
      extent: isAll || isWhole(bare.grants, holding, index) ? holding.extent : 'part',
      restricted: bare.grants.every((grant) => !isUnrestricted(grant)),
      paths,
      conditional_denies: holding.conditional_denies,
      cuts: question ? cutsFor(question, found, index, through) : [],
      proposed_entry: {
        ...entryFor(holding, own?.entry ?? null, own?.expired === true),
        ...index.withinToday(holding.permission),
      },
      approval: indexed?.entry ?? null,
      entry_index: indexed?.index ?? null,
      because: bare.because,
    }
  })
  return groupByCause(rows.sort(byWeight), holders)
}

function holdersByPath(holdings: readonly Holding[]): HoldersByPath {
  const holders = new Map<Path, Holding[]>()
  for (const holding of holdings)
    for (const path of holding.paths) {
      const others = holders.get(path)
      if (others === undefined) holders.set(path, [holding])
      else others.push(holding)
    }
  return holders
}

/**
 * The entry that approves exactly what is held. An old justification was given for less, so it is kept beside, for
 * the person who writes the new one. What was approved for a time stays so: only a date that has passed is dropped.
 */
export function entryFor(holding: Holding, previous: BaselineEntry | null, expired: boolean): BaselineEntry {
  const { justification, ...human } = previous ?? { extra: {} }
  const { disabled: _, within: __, assignment, expires, ...kept } = human as BaselineEntry
  const timed = {
    ...(expires === undefined ? {} : { expires }),
    ...(assignment === undefined ? {} : { assignment }),
  }
  return {
    ...kept,
    ...(expired ? {} : timed),
    user: holding.user,
    user_id: holding.user_id,
    permission: holding.permission,
    grants: holding.grants,
    justification: '',
    ...(holding.enabled ? {} : { disabled: true as const }),
    extra: {
      ...kept.extra,
      ...(justification ? { 'x-previous-justification': justification } : {}),
    },
  }
}

/** Whether what drifted is all that is held. */
function isWhole(gained: readonly Grant[], holding: Holding, index: ApprovalIndex): boolean {
  const rest = index.subtract(holding.grants, [{ grants: gained }])
  return !('undetermined' in rest) && rest.grants.length === 0
}

type Meets = (grants: readonly Grant[], pattern: string) => boolean

/** All paths of a holding; the built-in group gives everything, and no other path matters beside it. */
function allPaths({ paths }: Holding): readonly Path[] {
  const builtin = paths.filter((path) => path.via === 'builtin-group')
  return builtin.length > 0 ? builtin : paths
}

/** The paths of a holding that lead to some part of these grants; all of them where that cannot be told. */
function gainedPaths(
  holding: Holding,
  gained: readonly Grant[],
  brings: (policyId: string) => boolean,
  meets: Meets,
): readonly Path[] {
  const all = allPaths(holding)
  if (all !== holding.paths) return all
  const covers = (path: Path, grants: readonly Grant[]): boolean =>
    path.pattern === null || path.pattern === 'NotAction' || meets(grants, path.pattern)
  const leads = (path: Path): boolean => {
    const alike = gained.filter((grant) => path.restricted !== isUnrestricted(grant))
    return alike.length > 0 && covers(path, alike)
  }
  const ofPolicies = Map.groupBy(holding.paths, (path) => path.policy_id)
  const leading = new Set(
    [...ofPolicies].flatMap(([policyId, paths]) => {
      if (policyId === null || !paths.some((path) => covers(path, gained)) || !brings(policyId)) return []
      // A statement that is limited for one service and not for another counts as unrestricted.
      const some = paths.filter(leads)
      return some.length > 0 ? some : paths
    }),
  )
  return leading.size > 0 ? holding.paths.filter((path) => leading.has(path)) : holding.paths
}

/**
 * Whether a policy by itself grants some part of what was gained and not approved: the same actions on other
 * resources, approved long ago, are no way by which it came. True where that cannot be told.
 */
function bringsSome(
  policyId: string,
  user: User,
  { bare, approved }: { readonly bare: BareDrift; readonly approved: readonly Approved[] },
  found: HoldingsWithContext,
  index: ApprovalIndex,
): boolean {
  const { holding, grants } = bare
  const routes = found.inventory.routes(user.user_id).filter((route) => route.policy.policy_id === policyId)
  const alone = found.heldBy(user, routes, false, holding.permission)
  if (alone === null || !found.counts(holding.permission, alone)) return true
  const beyond = index.subtract(alone.grants, approved)
  if ('undetermined' in beyond || beyond.grants.some((grant) => grantsMeet(grants, grant) !== false))
    return true
  // What reaches somebody by a rename was gained although it is approved.
  const rest = index.subtract(grants, [{ grants: alone.grants }])
  return 'undetermined' in rest || JSON.stringify(rest.grants) !== JSON.stringify(grants)
}

function rememberMeeting(): Meets {
  const answers = new Map<string, boolean>()
  return (grants, pattern) => {
    const key = JSON.stringify([grants, pattern])
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = grantsMeet(grants, { actions: [pattern] }) !== false
    answers.set(key, answer)
    return answer
  }
}

const severityRank = { critical: 0, high: 1, medium: 2, low: 3 }
const kindRank = { 'unapproved-holder': 0, 'exceeds-approval': 1, 'approval-expired': 2 }

/** The worst first, then by name, so that the same drift reads the same every day. */
function byWeight(one: Omit<Drift, 'cause'>, other: Omit<Drift, 'cause'>): number {
  return (
    severityRank[one.severity] - severityRank[other.severity] ||
    kindRank[one.kind] - kindRank[other.kind] ||
    compareText(one.user, other.user) ||
    compareText(one.user_id, other.user_id) ||
    compareText(one.permission, other.permission)
  )
}
