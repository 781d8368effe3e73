/** The one order in which findings stand everywhere: the most dangerous first, the same every day. */
import { principalKey } from '../account/principal.ts'
import type { Severity } from '../policy/types.ts'
import { compareText } from '../text/compare-text.ts'
import type { Caused } from './causes.ts'
import type { Cause, Drift, Holding } from './model.ts'

/** The gravest first. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low']

const kindRank: Readonly<Record<Drift['kind'], number>> = {
  'unapproved-holder': 0,
  'exceeds-approval': 1,
  'approval-expired': 2,
}

/** For lists that are sorted by how bad something is. */
export function compareSeverity(one: Severity, other: Severity): number {
  return severities.indexOf(one) - severities.indexOf(other)
}

/** Drift and causes: open to everybody first, then severity, extent, limits, number of principals, name. */
export function inOrder({ drift, causes }: Caused): Caused {
  const sizes = new Map(causes.map((cause) => [cause.key, cause.principals.length]))
  const sorted = [...drift].sort((one, other) => compareDrift(one, other, sizes))
  const first = new Map<string, number>()
  sorted.forEach((row, at) => {
    if (!first.has(row.cause)) first.set(row.cause, at)
  })
  const position = ({ key }: Cause): number => first.get(key) ?? sorted.length
  const ordered = [...causes].sort((one, other) => position(one) - position(other))
  return {
    drift: sorted,
    causes: ordered.map((cause) => ({
      ...cause,
      principals: [...cause.principals].sort((one, other) => compareText(one.name, other.name)),
    })),
  }
}

function compareDrift(one: Drift, other: Drift, sizes: ReadonlyMap<string, number>): number {
  const size = ({ cause }: Drift): number => sizes.get(cause) ?? 0
  return (
    Number(isOpen(other)) - Number(isOpen(one)) ||
    compareSeverity(one.severity, other.severity) ||
    reachRank(one) - reachRank(other) ||
    Number(one.restricted) - Number(other.restricted) ||
    size(other) - size(one) ||
    compareText(one.principal.name, other.principal.name) ||
    compareText(principalKey(one.principal), principalKey(other.principal)) ||
    compareText(one.permission, other.permission) ||
    kindRank[one.kind] - kindRank[other.kind]
  )
}

/** Whether somebody whom nobody knows may come by it: everybody whom an issuer serves. */
export function isOpen({ parties }: Pick<Drift, 'parties'>): boolean {
  return parties.trusted.some((item) => item.open === true)
}

/** The same of what somebody holds, approved or not. */
export function isOpenHolding({ trusted }: Pick<Holding, 'trusted'>): boolean {
  return trusted?.some((item) => item.open === true) === true
}

/** Holdings as findings stand: open to everybody first, then severity, extent, limits. */
export function compareDanger(one: Holding, other: Holding): number {
  return (
    Number(isOpenHolding(other)) - Number(isOpenHolding(one)) ||
    compareSeverity(one.severity, other.severity) ||
    Number(other.extent === 'all') - Number(one.extent === 'all') ||
    Number(one.restricted) - Number(other.restricted)
  )
}

/** Everything there is, all of a permission, a part of it. */
function reachRank({ paths, extent }: Drift): number {
  if (paths.some((path) => path.origin.kind === 'builtin-group')) return 0
  return extent === 'all' ? 1 : 2
}
