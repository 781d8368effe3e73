/** How the job ends. `fail-on` and `fail-on-severity` decide about nothing else. */
import type { Severity } from '../policy/types.ts'
import type { DriftKind, Exit, Verdict } from './model.ts'

const rank: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 }

export interface ExitRules {
  readonly failOn: ReadonlySet<DriftKind | 'no-longer-held'>
  readonly failOnSeverity: Severity
}

/** `incomplete` and `no-baseline` always fail; drift fails by its kind and severity. */
export function exitOf(verdict: Verdict, { failOn, failOnSeverity }: ExitRules): Exit {
  const severe = (severity: Severity): boolean => rank[severity] <= rank[failOnSeverity]
  const failing = verdict.drift.filter((row) => failOn.has(row.kind) && severe(row.severity))
  const severities = new Map(verdict.permissions.map((one) => [one.name, one.severity]))
  const lost = verdict.no_longer_held.filter(
    (row) => failOn.has('no-longer-held') && severe(severities.get(row.permission) ?? 'high'),
  )
  const reasons = [
    failing.length > 0 ? `${people(failing)} more than was approved: ${namesOf(failing)}.` : null,
    verdict.complete
      ? null
      : `The audit is incomplete: ${verdict.gaps.length} thing${verdict.gaps.length === 1 ? '' : 's'} could not be read or decided.`,
    verdict.has_baseline
      ? null
      : 'There is no baseline yet, so nobody is approved; the summary has the proposed one.',
    lost.length > 0
      ? `${lost.length} approved holding${lost.length === 1 ? ' is' : 's are'} held no longer.`
      : null,
  ].filter((reason) => reason !== null)
  return { fails: reasons.length > 0, reason: reasons.length > 0 ? reasons.join(' ') : null }
}

function people(rows: Verdict['drift']): string {
  const users = new Set(rows.map((row) => row.user_id)).size
  return users === 1 ? '1 user holds' : `${users} users hold`
}

function namesOf(rows: Verdict['drift']): string {
  const names = [...new Set(rows.map((row) => row.user))]
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
}
