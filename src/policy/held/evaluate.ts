/**
 * What somebody holds of one audited permission: the union of what each source grants; and a source grants the actions
 * that some Allow of it covers and no unconditional Deny of it does. Deny comes first, wherever it stands, and never
 * leaves its source.
 */

import { compareText } from '../../text/compare-text.ts'
import { type BoxGrant, writeGrants } from '../grants/box-grants.ts'
import { canonical } from '../grants/canonical.ts'
import type { GrantQuestion } from '../grants/grant-question.ts'
import { isUnrestricted, restrictionRank } from '../grants/restriction.ts'
import type { Box } from '../sets/box.ts'
import { boxSet } from '../sets/box-set.ts'
import { NumberSet } from '../sets/number-set.ts'
import { bounded } from '../sets/steps.ts'
import { reachesBeyond } from '../sets/witness.ts'
import type { Held, HeldBySource, Match, Permission, Undetermined } from '../types.ts'
import { type AfterDeny, afterDeny, grantsOf } from './after-deny.ts'
import type { AuditedPermission, NumberedStatement } from './audited-permission.ts'
import { canonicalByPairs } from './canonical-by-pairs.ts'
import type { Part } from './numbered-grants.ts'
import { withinBound } from './written-bound.ts'

/** What the sources grant together. */
export type Together = Pick<Held, 'extent' | 'restricted' | 'grants'>

/** Statements of one source that reach somebody, by their numbers in ascending order. */
export type Source = readonly number[]

/** Of one source: allowed, and not denied. @throws BoundReached */
function grantedBy(source: Source, audited: AuditedPermission, question: GrantQuestion): AfterDeny {
  const statements = source.map((number) => audited.statements[number] as NumberedStatement)
  const isDenied = statements.some((one) => one.kind !== 'allow')
  return isDenied ? afterDeny(statements, audited, question) : allowed(statements, audited)
}

/** The answer for whom one source reaches. */
export function heldByOne(source: Source, audited: AuditedPermission): Held | Undetermined {
  return bounded(() => {
    const question = audited.ask()
    const granted = grantedBy(source, audited, question)
    const { extent, restricted, grants } = together([granted], audited, question)
    return extent === 'none' ? nothing(1) : { extent, restricted, grants, sources: [granted.shown] }
  })
}

/** What one of several sources grants. */
export function shownBy(source: Source, audited: AuditedPermission): HeldBySource | Undetermined {
  return bounded(() => grantedBy(source, audited, audited.ask()).shown)
}

/** What several sources grant together; their order does not matter. */
export function heldByAll(sources: readonly Source[], audited: AuditedPermission): Together | Undetermined {
  return bounded(() => {
    const question = audited.ask()
    const hasDeny = (source: Source): boolean =>
      source.some((number) => audited.statements[number]?.kind !== 'allow')
    const free = new NumberSet(audited.statements.length)
    const granted: AfterDeny[] = []
    for (const source of sources) {
      const own = hasDeny(source) ? grantedBy(source, audited, question) : null
      // Sources from which no Deny takes anything are as one.
      if (own === null || own.shown.deniedBy.length === 0) for (const number of source) free.add(number)
      else granted.push(own)
    }
    const united = free.list().map((number) => audited.statements[number] as NumberedStatement)
    return together(united.length === 0 ? granted : [allowed(united, audited), ...granted], audited, question)
  })
}

/** The answer for whom no Allow reaches by as many sources. */
export function nothing(sources: number): Held {
  const none: HeldBySource = { matches: [], deniedBy: [], conditionalDenies: [] }
  return { extent: 'none', restricted: false, grants: [], sources: Array<HeldBySource>(sources).fill(none) }
}

/** What root and the members of the built-in group hold: all of it, whatever any Deny says. */
export function holdsEverything(permission: Permission): Held {
  const { actions, except } = permission
  const grant = { actions, ...(except.length === 0 ? {} : { except }) }
  return { extent: 'all', restricted: false, grants: [grant], sources: [] }
}

/** Without any Deny everything that is allowed is held. */
function allowed(statements: readonly NumberedStatement[], { grants }: AuditedPermission): AfterDeny {
  const matches: Match[] = []
  const numbers = new NumberSet(grants.size)
  for (const one of statements) {
    for (const number of one.grants) numbers.add(number)
    for (const match of one.matches) matches.push(match)
  }
  const shown = { matches, deniedBy: [], conditionalDenies: [] }
  return { denied: [], parts: grants.parts(numbers.list()), twins: [], shown }
}

/** @throws BoundReached */
function together(
  granted: readonly AfterDeny[],
  audited: AuditedPermission,
  question: GrantQuestion,
): Together {
  if (granted.every(({ parts, twins }) => parts.length + twins.length === 0)) return noGrants
  const { permission } = audited.prepared
  const everything = permission.holds === 'all'
  // For `holds: all` a condition alone does not restrict.
  const grants = everything
    ? canonical(allGrants(granted).map(withoutCondition), question)
    : (byPairs(granted, audited, question) ?? canonical(allGrants(granted), question))
  const free = grants.filter((grant) => isUnrestricted(grant.restriction))
  const isAll = isAllOf(audited, everything ? free : grants, question)
  const shown = everything && !isAll ? canonical(allGrants(granted), question) : grants
  const written = withinBound(shown, question)
  return {
    extent: isAll ? 'all' : 'part',
    restricted: !written.some((grant) => isUnrestricted(grant.restriction)),
    grants: writeGrants(written),
  }
}

const noGrants: Together = { extent: 'none', restricted: false, grants: [] }

function allGrants(granted: readonly AfterDeny[]): BoxGrant[] {
  return granted.flatMap(({ parts, twins, denied }) => [...grantsOf(parts, denied), ...grantsOf(twins, [])])
}

/** The quick way to the canonical form, where one source tells all; null: it is not to be had. @throws BoundReached */
function byPairs(
  granted: readonly AfterDeny[],
  { prepared }: AuditedPermission,
  question: GrantQuestion,
): BoxGrant[] | null {
  if (granted.some((one) => one.twins.length > 0)) return null
  const [first, second, ...others] = granted as readonly [AfterDeny, ...AfterDeny[]]
  if (second === undefined) return canonicalByPairs(first.parts, first.denied, prepared.except, question)
  if (others.length > 0 || !areApart(first, second, question)) return null
  const parts = mergeParts(first.parts, second.parts)
  return canonicalByPairs(parts, [...first.denied, ...second.denied], prepared.except, question)
}

/** Whether no Deny of one source speaks of what the other grants, so that it is denied nothing by being united with it. */
function areApart(one: AfterDeny, other: AfterDeny, question: GrantQuestion): boolean {
  const speaks = (denied: readonly Box[], parts: readonly Part[]): boolean =>
    denied.some((box) => parts.some(({ actions }) => actions.some((action) => question.meet(box, action))))
  return !speaks(one.denied, other.parts) && !speaks(other.denied, one.parts)
}

/** The parts of two sources, unrestricted ones first, boxes by text. */
function mergeParts(one: readonly Part[], other: readonly Part[]): readonly Part[] {
  const byLimit = Map.groupBy([...one, ...other], (part) => part.limit)
  return [...byLimit]
    .map(([limit, parts]): Part => {
      const actions = [...new Set(parts.flatMap((part) => part.actions))]
      return { limit, actions: actions.sort((left, right) => compareText(left.text, right.text)) }
    })
    .sort((left, right) => restrictionRank(left.limit.restriction) - restrictionRank(right.limit.restriction))
}

/** Whether the grants together are the whole permission. @throws BoundReached */
function isAllOf(audited: AuditedPermission, grants: readonly BoxGrant[], question: GrantQuestion): boolean {
  const { actions, except } = audited.prepared
  // One string of it that no grant has ends the question for nearly everybody.
  if (!audited.hasSample(except) && !grants.some((grant) => audited.hasSample(grant.actions))) return false
  const sets = [boxSet(except), ...grants.map((grant) => boxSet(grant.actions, grant.except))]
  return !actions.some((box) => reachesBeyond(box, sets, question))
}

function withoutCondition(grant: BoxGrant): BoxGrant {
  const { condition: _, ...restriction } = grant.restriction
  return { actions: grant.actions, except: grant.except, restriction }
}
