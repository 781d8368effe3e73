/** Entries that a person should look at although nothing drifts: renamed, ending, without a required field. */
import type { Findings } from '../access/findings.ts'
import { entryPrincipal, recordedName } from '../baseline/entry.ts'
import type { Config } from '../config/config.ts'
import { daysBetween } from '../text/day.ts'
import type { ApprovalIndex } from './approval-index.ts'
import { type ComparisonContext, presentPrincipal } from './comparison.ts'
import type { ExpiringRow, LostRow, RenamedRow, UnreviewedRow } from './model.ts'

/** Entries that record another name than their principal has now. */
export function renamedRows(index: ApprovalIndex, found: Findings): RenamedRow[] {
  return index.entries.flatMap(({ entry, index: at }): RenamedRow[] => {
    const recorded = recordedName(entry)
    const principal = entryPrincipal(entry)
    const name = found.presentName(principal)
    if (name === null || name === recorded) return []
    const row = { principal: { ...principal, name }, permission: entry.permission }
    return [{ ...row, recorded, recorded_id: null, entry_index: at }]
  })
}

/** Entries of agencies that are gone, which cover one made anew. */
export function remadeRows({ remade }: ComparisonContext): RenamedRow[] {
  return [...remade].map(([{ entry, index }, principal]) => ({
    principal,
    permission: entry.permission,
    recorded: recordedName(entry),
    recorded_id: entryPrincipal(entry).id,
    entry_index: index,
  }))
}

/** Approvals that end within the days of `warn-days`. */
export function expiringRows(
  lost: readonly LostRow[],
  { index, config, found, today }: ComparisonContext,
): ExpiringRow[] {
  const gone = new Set(lost.filter((row) => row.entirely).map((row) => row.entry_index))
  return index.entries.flatMap(({ entry, index: at }): ExpiringRow[] => {
    const { expires, permission, owner = null } = entry
    if (expires === undefined || gone.has(at)) return []
    const days_left = daysBetween(today, expires)
    if (days_left < 0 || days_left > config.approvals.warnDays) return []
    return [
      { principal: presentPrincipal(entry, found), permission, expires, days_left, owner, entry_index: at },
    ]
  })
}

/** Entries that lack a field which the config requires. */
export function unreviewedRows(index: ApprovalIndex, config: Config): UnreviewedRow[] {
  const required = config.approvals.require.filter((field) => field !== 'review')
  if (required.length === 0) return []
  return index.entries.flatMap(({ entry, index: at }): UnreviewedRow[] => {
    const missing = required.filter((field) => (entry[field] ?? '') === '')
    if (missing.length === 0) return []
    const principal = entryPrincipal(entry)
    return [{ principal, permission: entry.permission, missing, entry_index: at }]
  })
}
