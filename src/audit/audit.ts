/** The audit: snapshot, config and baseline in, verdict out. Everything is decided here, nothing is rendered. */

import type { BaselineFile } from '../baseline/baseline.ts'
import { compareText } from '../compare-text.ts'
import type { Config } from '../config/config.ts'
import { mergeCatalogue, shippedCatalogue } from '../policy/index.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { ApprovalIndex } from './approval-index.ts'
import { type Comparison, compare } from './compare.ts'
import { completeDrift } from './drift.ts'
import { findHoldings } from './holdings.ts'
import type { AuditResult, Gap, Holding, Verdict } from './model.ts'

export interface AuditInput {
  readonly snapshot: Snapshot
  readonly config: Config
  /** Null: there is no baseline file. */
  readonly baseline: BaselineFile | null
  /** UTC day. */
  readonly today: string
  /** Hex digest of the UTF-8 bytes of a text. */
  readonly sha256: (text: string) => string
}

/** Runs the audit. */
export function audit(input: AuditInput): Verdict {
  const { snapshot, config, today } = input
  const baseline = input.baseline?.baseline ?? null
  const catalogue = snapshot.catalogue === null ? shippedCatalogue() : mergeCatalogue(snapshot.catalogue)
  const found = findHoldings({ ...input, baseline, permissions: config.permissions, catalogue })
  const comparison =
    baseline === null ? null : compare({ found, snapshot, config, baseline, catalogue, today })
  const { drift, causes } = comparison === null ? { drift: [], causes: [] } : completeDrift(comparison, found)
  const gaps: readonly Gap[] = [...found.gaps, ...(comparison?.gaps ?? [])]
  const index = comparison?.index ?? new ApprovalIndex(null, [], today)
  const approvalOf = (userId: string, permission: string) =>
    (index.own(userId, permission) ?? index.everybody(permission))?.entry ?? null
  return {
    result: resultOf(gaps, comparison),
    complete: gaps.length === 0,
    coverage_level: snapshot.coverage.every((row) => row.status === 'audited' || row.status === 'absent')
      ? 'full'
      : 'partial',
    account: { id: snapshot.account_id, name: config.name },
    auditor: snapshot.auditor,
    taken_at: snapshot.taken_at,
    gaps,
    known_gaps: found.known_gaps,
    notices: found.notices,
    coverage: snapshot.coverage,
    population: snapshot.population,
    catalogue: catalogue.source,
    root_user: found.root_user,
    holdings: [...found.holdings].sort(compareHoldings).map((holding) => ({
      ...holding,
      approval: approvalOf(holding.user_id, holding.permission),
    })),
    drift,
    causes,
    no_longer_held: comparison?.no_longer_held ?? [],
    reduced: comparison?.reduced ?? [],
    expiring: comparison?.expiring ?? [],
    renamed: comparison?.renamed ?? [],
    unreviewed: comparison?.unreviewed ?? [],
    permissions: config.permissions.map(({ name, severity, actions, except }) => ({
      name,
      severity,
      definition: { actions, ...(except.length === 0 ? {} : { except }) },
    })),
    stats: snapshot.stats,
    has_baseline: baseline !== null,
    admin_group: found.admin_group,
  }
}

/** The first that holds: drift (also when incomplete), incomplete, no-baseline, reduced, unchanged. */
function resultOf(gaps: readonly Gap[], comparison: Comparison | null): AuditResult {
  if (comparison !== null && comparison.drift.length > 0) return 'drift'
  if (gaps.length > 0) return 'incomplete'
  if (comparison === null) return 'no-baseline'
  return comparison.no_longer_held.length + comparison.reduced.length > 0 ? 'reduced' : 'unchanged'
}

/** By name, then by id, then by permission. */
function compareHoldings(one: Holding, other: Holding): number {
  return (
    compareText(one.user, other.user) ||
    compareText(one.user_id, other.user_id) ||
    compareText(one.permission, other.permission)
  )
}
