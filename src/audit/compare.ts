/** What is held against what was approved: by meaning, pair by pair, as section after section of the verdict needs it. */
import type { Gap } from '../access/model.ts'
import { ApprovalIndex } from './approval-index.ts'
import {
  type BareDrift,
  type Comparison,
  type ComparisonContext,
  type ComparisonInput,
  undecided,
} from './comparison.ts'
import { expiringRows, remadeRows, renamedRows, unreviewedRows } from './entries-to-mind.ts'
import { driftOf } from './gained.ts'
import { lostRows } from './lost.ts'
import { renamedUsers } from './renames.ts'

/** Compares holdings with the baseline. Pure; the order of principals and entries does not matter. */
export function compare(input: ComparisonInput): Comparison {
  const { found, config, baseline, today } = input
  const index = new ApprovalIndex(baseline, config.permissions, today, found.snapshot.account_id)
  const rows = renamedRows(index, found)
  const context: ComparisonContext = {
    ...input,
    index,
    renamed: renamedUsers(rows, index),
    remade: new Map(),
  }
  const drift: BareDrift[] = []
  const gaps: Gap[] = []
  for (const holding of found.holdings) {
    if (!holding.counts) continue
    const result = driftOf(holding, context)
    if (result === null) gaps.push(undecided(holding))
    else drift.push(...result)
  }
  const { rows: lost, undecided: unclear } = lostRows(context)
  gaps.push(...unclear)
  return {
    index,
    drift,
    no_longer_held: lost.filter((row) => row.entirely),
    reduced: lost.filter((row) => !row.entirely),
    expiring: expiringRows(lost, context),
    renamed: [...rows, ...remadeRows(context)],
    unreviewed: unreviewedRows(index, config),
    gaps,
  }
}
