/** How the job ends. `fail-on` and `fail-on-severity` decide about nothing else. */
import { principalKey } from '../account/principal.ts'
import type { Severity } from '../policy/types.ts'
import type { DriftKind, Exit, Verdict } from './model.ts'
import { compareSeverity } from './order.ts'

export interface ExitRules {
  readonly failOn: ReadonlySet<DriftKind | 'was-held' | 'no-longer-held'>
  readonly failOnSeverity: Severity
}

/** `incomplete` and `no-baseline` always fail; drift fails by its kind and severity. */
export function exitOf(verdict: Verdict, { failOn, failOnSeverity }: ExitRules): Exit {
  const severe = (severity: Severity): boolean => compareSeverity(severity, failOnSeverity) <= 0
  const failing = verdict.drift.filter((row) => failOn.has(row.kind) && severe(row.severity))
  const severities = new Map(verdict.permissions.map((one) => [one.name, one.severity]))
  const lost = verdict.no_longer_held.filter(
    (row) => failOn.has('no-longer-held') && severe(severities.get(row.permission) ?? 'high'),
  )
  const went = verdict.was_held.filter(
    (row) => failOn.has('was-held') && row.history_read && severe(row.severity),
  )
  const reasons = [
    failing.length > 0
      ? `${people(failing)} more of ${permissionsOf(failing)} than was approved: ${namesOf(failing)}.`
      : null,
    went.length > 0
      ? `Between two runs ${people(went).replace(/ holds?$/, ' held')} more of ${permissionsOf(went)} than was approved: ${namesOf(went)}.`
      : null,
    verdict.complete
      ? null
      : `The audit is incomplete: ${verdict.gaps.length} thing${verdict.gaps.length === 1 ? '' : 's'} could not be read or decided.`,
    verdict.has_baseline ? null : 'There is no baseline yet, so no holder is approved.',
    lost.length > 0
      ? `${lost.length} approved holding${lost.length === 1 ? ' is' : 's are'} held no longer.`
      : null,
  ].filter((reason) => reason !== null)
  return { fails: reasons.length > 0, reason: reasons.length > 0 ? reasons.join(' ') : null }
}

type Named = Pick<Verdict['drift'][number], 'principal' | 'permission'>

function people(rows: readonly Named[]): string {
  const principals = new Map(rows.map((row) => [principalKey(row.principal), row.principal.kind]))
  const kinds = new Set(principals.values())
  const [kind] = kinds
  const [one, many] = kinds.size > 1 || kind === undefined ? ['principal', 'principals'] : words[kind]
  return principals.size === 1 ? `1 ${one} holds` : `${principals.size} ${many} hold`
}

const words = {
  user: ['user', 'users'],
  agency: ['agency', 'agencies'],
  federated: ['federated principal', 'federated principals'],
} as const

function namesOf(rows: readonly Named[]): string {
  return someOf([...new Set(rows.map((row) => row.principal.name))])
}

function permissionsOf(rows: readonly Named[]): string {
  return someOf([...new Set(rows.map((row) => row.permission))])
}

function someOf(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
}
