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
  const isDenied = source.some((number) => audited.statements[number]?.kind !== 'allow')
  if (!isDenied) return allowed(source, audited)
  const own = afterDeny(statementsOf(source, audited), audited, question)
  if (own.shown.deniedBy.length > 0) return own
  // A source from which no Deny takes anything is as one without.
  const { parts } = own.twins.length === 0 ? own : allowed(source, audited)
  return { denied: none, parts, twins: none, shown: own.shown }
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

/** What one of several sources grants after its own Deny, and the steps which that took. */
export interface Granted {
  readonly source: Source
  readonly afterDeny: AfterDeny
  readonly steps: number
  readonly shown: HeldBySource
}

/** What one of several sources grants that has a Deny among its statements. */
export function grantedAfterDeny(source: Source, audited: AuditedPermission): Granted | Undetermined {
  return bounded(() => {
    const question = audited.ask()
    const before = question.steps.left
    const own = afterDeny(statementsOf(source, audited), audited, question)
    return { source, afterDeny: own, steps: before - question.steps.left, shown: own.shown }
  })
}

/**
 * What several sources grant together; their order does not matter.
 *
 * @param free statements of those that have no Deny
 */
export function heldByAll(
  free: Source,
  others: readonly Granted[],
  audited: AuditedPermission,
): Together | Undetermined {
  return bounded(() => {
    const question = audited.ask()
    const united = new NumberSet(audited.grants.size)
    addGrants(free, audited, united)
    const granted: AfterDeny[] = []
    for (const { source, afterDeny: own, steps } of others) {
      // As many as without what is remembered, so that no answer depends on what was asked before.
      question.take(steps)
      // A source from which no Deny takes anything is as one without.
      if (own.shown.deniedBy.length === 0) addGrants(source, audited, united)
      else granted.push(own)
    }
    const parts = audited.grants.parts(united.list())
    if (parts.length > 0) granted.unshift({ denied: [], parts, twins: [], shown: nothingShown })
    return together(granted, audited, question)
  })
}

/** The answer for whom no Allow reaches by as many sources. */
export function nothing(sources: number): Held {
  const shown = Array<HeldBySource>(sources).fill(nothingShown)
  return { extent: 'none', restricted: false, grants: [], sources: shown }
}

/** What root and the members of the built-in group hold: all of it, whatever any Deny says. */
export function holdsEverything(permission: Permission): Held {
  const { actions, except } = permission
  const grant = { actions, ...(except.length === 0 ? {} : { except }) }
  return { extent: 'all', restricted: false, grants: [grant], sources: [] }
}

/** Without any Deny everything that is allowed is held. */
function allowed(source: Source, audited: AuditedPermission): AfterDeny {
  const numbers = new NumberSet(audited.grants.size)
  addGrants(source, audited, numbers)
  const parts = audited.grants.parts(numbers.list())
  return { denied: none, parts, twins: none, shown: shownOfAllowed(source, audited) }
}

/** What is shown of a source that has no Deny. */
export function shownOfAllowed(source: Source, { statements }: AuditedPermission): HeldBySource {
  if (source.length === 0) return nothingShown
  const [first, ...others] = source
  const { matches: own } = statements[first as number] as NumberedStatement
  if (others.length === 0) return { matches: own, deniedBy: none, conditionalDenies: none }
  const matches: Match[] = own.slice()
  for (let at = 0; at < others.length; at++) {
    const more = (statements[others[at] as number] as NumberedStatement).matches
    for (let of = 0; of < more.length; of++) matches.push(more[of] as Match)
  }
  return { matches, deniedBy: none, conditionalDenies: none }
}

function statementsOf(source: Source, { statements }: AuditedPermission): readonly NumberedStatement[] {
  return source.map((number) => statements[number] as NumberedStatement)
}

function addGrants(source: Source, { statements }: AuditedPermission, numbers: NumberSet): void {
  for (let at = 0; at < source.length; at++) {
    const { grants } = statements[source[at] as number] as NumberedStatement
    for (let of = 0; of < grants.length; of++) numbers.add(grants[of] as number)
  }
}

const none: readonly never[] = []
const nothingShown: HeldBySource = { matches: none, deniedBy: none, conditionalDenies: none }

/** @throws BoundReached */
function together(
  granted: readonly AfterDeny[],
  audited: AuditedPermission,
  question: GrantQuestion,
): Together {
  if (!granted.some(({ parts, twins }) => parts.length + twins.length > 0)) return noGrants
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
  const [only, ...more] = granted
  if (only !== undefined && more.length === 0 && only.twins.length === 0)
    return canonicalByPairs(only.parts, only.denied, prepared.except, question)
  if (pairsIn(granted) > MOST_PAIRS) return null
  // No Deny touches twins: they are as what another source grants.
  const sources = granted.flatMap(({ parts, denied: whole, twins }): Limited[] => {
    // What took whole boxes away speaks of nothing that is left.
    const denied = whole.filter((box) => speaksOf(box, parts, question))
    return twins.length === 0
      ? [{ parts, denied }]
      : [
          { parts, denied },
          { parts: twins, denied: none },
        ]
  })
  const [first, ...others] = sources as [Limited, ...Limited[]]
  if (others.length === 0) return canonicalByPairs(first.parts, first.denied, prepared.except, question)
  // What another source grants is denied by none.
  const all = sources.map(({ parts, denied }, at) => ({
    parts,
    denied: denied.filter(
      (box) => !sources.some((one, other) => other !== at && grantsAllOf(box, one, question)),
    ),
  }))
  if (!areApart(all, question)) return null
  const denied = all.flatMap((one) => one.denied)
  return canonicalByPairs(mergeParts(all), denied, prepared.except, question)
}

/** More pairs than this of what is denied and what is granted are not looked at one by one: sets count their steps. */
const MOST_PAIRS = 250_000

function pairsIn(granted: readonly AfterDeny[]): number {
  let [denied, allowed] = [0, 0]
  for (const one of granted) {
    denied += one.denied.length
    for (const { actions } of one.parts) allowed += actions.length
    for (const { actions } of one.twins) allowed += actions.length
  }
  return denied * allowed
}

type Limited = Pick<AfterDeny, 'parts' | 'denied'>

/** Whether no Deny of one speaks of what another grants, so that it is denied nothing by being united with it. */
function areApart(all: readonly Limited[], question: GrantQuestion): boolean {
  return !all.some(({ denied }, at) =>
    denied.some((box) => all.some(({ parts }, other) => other !== at && speaksOf(box, parts, question))),
  )
}

/** Whether a source surely grants all of a box, and without limits. */
function grantsAllOf(box: Box, { parts, denied }: Limited, question: GrantQuestion): boolean {
  return (
    parts.some(
      ({ limit, actions }) =>
        limit.plain &&
        isUnrestricted(limit.restriction) &&
        actions.some((one) => question.includes(one, box)),
    ) && !denied.some((one) => question.meet(one, box))
  )
}

function speaksOf(denied: Box, parts: readonly Part[], question: GrantQuestion): boolean {
  return parts.some(({ actions }) => actions.some((action) => question.meet(denied, action)))
}

/** The parts of several sources, unrestricted ones first, boxes by text. */
function mergeParts(all: readonly Limited[]): readonly Part[] {
  const byLimit = Map.groupBy(
    all.flatMap((one) => one.parts),
    (part) => part.limit,
  )
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
  if (audited.lacksSample(grants, except)) return false
  const sets = [boxSet(except), ...grants.map((grant) => boxSet(grant.actions, grant.except))]
  return !actions.some((box) => reachesBeyond(box, sets, question))
}

function withoutCondition(grant: BoxGrant): BoxGrant {
  const { condition: _, ...restriction } = grant.restriction
  return { actions: grant.actions, except: grant.except, restriction }
}
