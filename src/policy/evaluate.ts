/**
 * What one user holds of one audited permission: the actions that some Allow covers and no unconditional Deny does,
 * over all statements of all policies that reach the user. Deny comes first, wherever it stands.
 */
import type { Part } from './atoms.ts'
import { type BoxGrant, writeGrants } from './box-grants.ts'
import { canonical, withinBound } from './canonical.ts'
import { canonicalByPairs } from './canonical-by-pairs.ts'
import { deniedBoxes, leftOver, touchingPattern } from './left-over.ts'
import type { Box } from './pattern.ts'
import { isUnrestricted } from './restriction.ts'
import type { Numbered, Scope } from './scope.ts'
import { decide, Steps } from './steps.ts'
import type { Held, Match, Permission, Undetermined } from './types.ts'
import { boxSet, reachesBeyond } from './witness.ts'

/** The answer for whom no Allow reaches. */
export const nothing: Held = {
  extent: 'none',
  restricted: false,
  grants: [],
  matches: [],
  deniedBy: [],
  conditionalDenies: [],
}

/** What root and the members of the built-in group hold: all of it, whatever any Deny says. */
export function holdsEverything(permission: Permission): Held {
  const { actions, except } = permission
  return { ...nothing, extent: 'all', grants: [{ actions, ...(except.length === 0 ? {} : { except }) }] }
}

type Written = Pick<Held, 'extent' | 'restricted' | 'grants'>

/** The answer for whom these statements reach, by their numbers in ascending order. */
export function evaluate(numbers: readonly number[], scope: Scope): Held | Undetermined {
  const ordered: Numbered[] = []
  let denied = false
  for (const number of numbers) {
    const one = scope.statements[number] as Numbered
    denied ||= one.kind !== 'allow'
    ordered.push(one)
  }
  const steps = new Steps(scope.bound)
  return decide(() => (denied ? evaluateDenied : evaluateAllowed)(ordered, scope, steps))
}

/** Without any Deny everything that is allowed is held. @throws BoundReached */
function evaluateAllowed(ordered: readonly Numbered[], scope: Scope, steps: Steps): Held {
  const { atoms, left } = scope
  const matches: Match[] = []
  left.clear()
  for (const one of ordered) {
    for (const atom of one.atoms) left.add(atom)
    for (const match of one.matches) matches.push(match)
  }
  const { extent, restricted, grants } = write(atoms.parts(left.list()), [], scope, steps)
  return { extent, restricted, grants, matches, deniedBy: [], conditionalDenies: [] }
}

/** @throws BoundReached */
function evaluateDenied(ordered: readonly Numbered[], scope: Scope, steps: Steps): Held {
  const { boxes } = scope
  const denied = deniedBoxes(ordered)
  const { parts, matches, deniedBy } = leftOver(ordered, denied, scope, steps)
  if (parts.length === 0) return nothing
  const { extent, restricted, grants } = write(parts, denied, scope, steps)
  const granted = parts.map((part) => grantOf(part, denied))
  const conditionalDenies = ordered
    .filter((one) => one.kind === 'conditional-deny' && touchingPattern(one, granted, boxes, steps) !== null)
    .map((one) => one.ref)
  return { extent, restricted, grants, matches, deniedBy, conditionalDenies }
}

function grantOf({ actions, limit }: Part, denied: readonly Box[]): BoxGrant {
  const { except, restriction } = limit
  return { actions, except: denied.length === 0 ? except : [...except, ...denied], restriction }
}

/** @throws BoundReached */
function write(parts: readonly Part[], denied: readonly Box[], scope: Scope, steps: Steps): Written {
  const { permission, boxes } = scope
  const everything = permission.permission.holds === 'all'
  const sets = (): readonly BoxGrant[] => parts.map((part) => grantOf(part, denied))
  // For `holds: all` a condition alone does not restrict.
  const grants = everything
    ? canonical(sets().map(withoutCondition), boxes, steps)
    : (canonicalByPairs(parts, denied, permission.except, boxes, steps) ?? canonical(sets(), boxes, steps))
  const free = grants.filter((grant) => isUnrestricted(grant.restriction))
  const all = isAllOf(scope, everything ? free : grants, steps)
  const written = withinBound(everything && !all ? canonical(sets(), boxes, steps) : grants, steps)
  return {
    extent: all ? 'all' : 'part',
    restricted: !written.some((grant) => isUnrestricted(grant.restriction)),
    grants: writeGrants(written),
  }
}

/** Whether the grants together are the whole permission. @throws BoundReached */
function isAllOf({ permission, boxes, sampled }: Scope, grants: readonly BoxGrant[], steps: Steps): boolean {
  // One string of it that no grant has ends the question for nearly everybody.
  if (!sampled.has(permission.except) && !grants.some(({ actions }) => sampled.has(actions))) return false
  const sets = [boxSet(permission.except), ...grants.map((grant) => boxSet(grant.actions, grant.except))]
  return !permission.actions.some((box) => reachesBeyond(box, sets, boxes, steps))
}

function withoutCondition(grant: BoxGrant): BoxGrant {
  const { condition: _, ...restriction } = grant.restriction
  return { actions: grant.actions, except: grant.except, restriction }
}
