/** Annotations on the lines concerned: at most ten, the worst first. */
import type { Verdict, WasHeldRow } from '../audit/model.ts'
import { driftHeading } from './drift-words.ts'
import { visible } from './escape.ts'
import { principalWords } from './principal-words.ts'
import { wasHeldWords } from './trace-words.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly title: string
  readonly message: string
}

/** GitHub shows no more of one level and step. */
const MAXIMUM = 10

export interface Places {
  readonly config: string
  readonly baseline: string
  /** Line of each entry of the baseline, by index. */
  readonly entryLines: readonly number[]
  /** Line of each audited permission in the config, by name. */
  readonly permissionLines: ReadonlyMap<string, number>
}

/** Where a row of the verdict stands: its entry in the baseline, else its permission in the config. */
export function placeOf(
  row: { readonly entry_index: number | null; readonly permission: string },
  places: Places,
): { readonly file: string; readonly line: number } {
  const line = row.entry_index === null ? undefined : places.entryLines[row.entry_index]
  return line === undefined
    ? { file: places.config, line: places.permissionLines.get(row.permission) ?? 1 }
    : { file: places.baseline, line }
}

/** Where somebody stands who held more between two runs: their entry, else the file that has none. */
export function placeOfPast(
  { entry_index }: Pick<WasHeldRow, 'entry_index'>,
  { baseline, entryLines }: Places,
): { readonly file: string; readonly line: number } {
  return { file: baseline, line: (entry_index === null ? undefined : entryLines[entry_index]) ?? 1 }
}

/** Annotations of an audit. */
export function auditAnnotations(verdict: Verdict, places: Places): readonly Annotation[] {
  const drift = verdict.drift.map((row): Annotation => {
    const message = driftHeading(row, visible)
    return { level: 'error', ...placeOf(row, places), title: 'Held and not approved', message }
  })
  const past = verdict.was_held.map((row): Annotation => {
    const message = `${principalWords(row.principal, visible)} ${wasHeldWords(row, visible)}`
    const level = row.history_read ? 'error' : 'warning'
    return { level, ...placeOfPast(row, places), title: 'Held between two runs', message }
  })
  const expiring = verdict.expiring.map((row): Annotation => {
    const message = `The approval of ${principalWords(row.principal, visible)} for ${row.permission} ends on ${row.expires}, ${row.days_left === 0 ? 'today' : `in ${row.days_left} days`}.`
    return { level: 'warning', ...placeOf(row, places), title: 'Approval ends soon', message }
  })
  return [...drift, ...past, ...expiring].slice(0, MAXIMUM)
}
