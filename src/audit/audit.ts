/** The audit: snapshot, config and baseline in, verdict out. Everything is decided here, nothing is rendered. */
import { type Findings, findAccess } from '../access/findings.ts'
import { principalKey } from '../account/principal.ts'
import type { Snapshot } from '../account/snapshot.ts'
import type { BaselineFile } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { mergeCatalogue, shippedCatalogue } from '../policy/index.ts'
import { compareText } from '../text/compare-text.ts'
import { accountNames, withNamedParties, withNamedTrust } from './account-names.ts'
import { ApprovalIndex } from './approval-index.ts'
import type { BaselineHistory } from './baseline-history.ts'
import { compare } from './compare.ts'
import type { Comparison } from './comparison.ts'
import { configNotices } from './config-notices.ts'
import { completeDrift } from './drift.ts'
import type { ApprovedHolding, AuditResult, DifferenceRow, Gap, Holding, Verdict } from './model.ts'
import { findPast, withTraceSetting } from './past.ts'
import { withSources } from './sources.ts'
import { findWho } from './who.ts'

export interface AuditInput {
  readonly snapshot: Snapshot
  readonly config: Config
  /** As the inputs name the config, for what is said of it. */
  readonly configPath?: string
  /** Null: there is no baseline file. */
  readonly baseline: BaselineFile | null
  /** UTC day. */
  readonly today: string
  /** Hex digest of the UTF-8 bytes of a text. */
  readonly sha256: (text: string) => string
  /** The baseline of the default branch over time, for what traces tell. Not given: nobody could read it. */
  readonly history?: BaselineHistory
}

/** A verdict, and what it was worked out from for those who ask further. */
export interface Audited {
  readonly verdict: Verdict
  readonly found: Findings
}

/** Runs the audit. */
export function audit(input: AuditInput): Verdict {
  return auditWithFindings(input).verdict
}

/** The same, with what was found. */
export function auditWithFindings(input: AuditInput): Audited {
  const { config, today } = input
  const baseline = input.baseline?.baseline ?? null
  const snapshot = withTraceSetting(withSources(input.snapshot, config, baseline), config)
  const catalogue = snapshot.catalogue === null ? shippedCatalogue() : mergeCatalogue(snapshot.catalogue)
  const found = findAccess({ ...input, snapshot, baseline, permissions: config.permissions, catalogue })
  const comparison = baseline === null ? null : compare({ found, config, baseline, catalogue, today })
  const { drift, causes } = comparison === null ? { drift: [], causes: [] } : completeDrift(comparison, found)
  const past = findPast({ ...input, snapshot, baseline, catalogue, found })
  const gaps: readonly Gap[] = [...found.gaps, ...(comparison?.gaps ?? []), ...past.gaps]
  const index = comparison?.index ?? new ApprovalIndex(null, [], today, snapshot.account_id)
  const nameAccounts = accountNames(snapshot)
  const named = <Row extends DifferenceRow>(rows: readonly Row[]): readonly Row[] =>
    rows.map((row) => withNamedParties(row, nameAccounts))
  const holdings = [...found.holdings].sort(compareHoldings).map((holding): ApprovedHolding => {
    const { principal, permission } = holding
    const indexed = index.entryOf(principal, permission) ?? index.everyUsers(principal, permission)
    return { ...withNamedTrust(holding, nameAccounts), approval: indexed?.entry ?? null }
  })
  const verdict: Verdict = {
    result: resultOf(gaps, comparison, past.rows.length > 0),
    complete: gaps.length === 0,
    coverage_level: isFull(found) ? 'full' : 'partial',
    account: { id: snapshot.account_id, name: config.name },
    auditor: snapshot.auditor,
    taken_at: snapshot.taken_at,
    gaps,
    known_gaps: found.known_gaps,
    notices: [
      ...found.notices,
      ...configNotices(config, input.configPath ?? 'config', catalogue, liveServices(snapshot)),
      ...past.notices,
    ],
    coverage: found.coverage,
    population: snapshot.population,
    catalogue: catalogue.source,
    root_user: found.root_user,
    holdings: holdings.filter((one) => one.counts),
    partial: holdings.filter((one) => !one.counts),
    dormant: found.dormant,
    drift: named(drift),
    causes: findWho(causes, snapshot, comparison?.renamed ?? []),
    was_held: named(past.rows),
    traces: past.traces,
    no_longer_held: named(comparison?.no_longer_held ?? []),
    reduced: named(comparison?.reduced ?? []),
    expiring: comparison?.expiring ?? [],
    renamed: comparison?.renamed ?? [],
    unreviewed: comparison?.unreviewed ?? [],
    permissions: config.permissions.map(({ name, severity, holds, actions, except }) => ({
      name,
      severity,
      holds,
      definition: { actions, ...(except.length === 0 ? {} : { except }) },
    })),
    stats: snapshot.stats,
    has_baseline: baseline !== null,
    admin_group: found.admin_group,
  }
  return { verdict, found }
}

/** Services whose actions the account itself listed. */
function liveServices({ catalogue }: Snapshot): ReadonlySet<string> {
  return new Set((catalogue ?? []).map(({ action }) => action.split(':')[0] as string))
}

/** Identity Center and traces tell of other things than who holds what here now. */
function isFull({ coverage }: Findings): boolean {
  return coverage.every(
    ({ source, status }) =>
      source === 'identity-center' || source === 'traces' || status === 'audited' || status === 'absent',
  )
}

/** The first that holds: drift (also when incomplete), incomplete, no-baseline, reduced, unchanged. */
function resultOf(gaps: readonly Gap[], comparison: Comparison | null, wasHeld: boolean): AuditResult {
  if (comparison !== null && (comparison.drift.length > 0 || wasHeld)) return 'drift'
  if (gaps.length > 0) return 'incomplete'
  if (comparison === null) return 'no-baseline'
  return comparison.no_longer_held.length + comparison.reduced.length > 0 ? 'reduced' : 'unchanged'
}

/** By name, then by id, then by permission. */
function compareHoldings(one: Holding, other: Holding): number {
  return (
    compareText(one.principal.name, other.principal.name) ||
    compareText(principalKey(one.principal), principalKey(other.principal)) ||
    compareText(one.permission, other.permission)
  )
}
