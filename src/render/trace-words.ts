/** What traces tell, in words: who did something, from where; who held something between two runs. */

import type { TraceBy } from '../account/trace-record.ts'
import type { TraceFindings, Verdict, WasHeldRow } from '../audit/model.ts'
import { partiesGained, severityMarks } from './drift-words.ts'
import { code } from './escape.ts'
import { routeWords } from './path-words.ts'
import { principalsCount, principalWords } from './principal-words.ts'
import { fitRows } from './rows.ts'
import { actionsWords, extentWords, listWords, type Name } from './words.ts'

/** `iam::…:user:eve through ci, from 203.0.113.7, in the console, with MFA, on 2026-11-24 07:00:00 UTC, trace 7c1d…`. */
export function byWords(by: TraceBy, name: Name): string {
  const { principal, through, address, via, mfa, time, trace_id } = by
  return [
    `${principal === null ? 'somebody whom the trace does not name' : name(principal)}${through === null ? '' : ` through ${name(through)}`}`,
    ...(address === null ? [] : [`from ${name(address)}`]),
    ...(via === null ? [] : [via === 'console' ? 'in the console' : 'by API']),
    ...(mfa === null ? [] : [mfa ? 'with MFA' : 'without MFA']),
    `on ${timeWords(time)}`,
    `trace ${name(trace_id)}`,
  ].join(', ')
}

/** `2026-11-24 07:00:00 UTC`. */
export function timeWords(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')} UTC`
}

/** Who brought a cause; where no trace shows it, the window to look in. */
export function whoDidWords(by: TraceBy | null, { from, until }: TraceFindings, name: Name): string {
  if (by !== null) return byWords(by, name)
  const hours = Math.round((Date.parse(until) - Date.parse(from)) / 3_600_000)
  return `not found in the last ${hours} hours (traces from ${timeWords(from)} to ${timeWords(until)})`
}

/** What somebody held between two runs, without the principal: one line. */
export function wasHeldWords(row: WasHeldRow, name: Name): string {
  const { from, until, permission, grants } = row
  const parties = partiesGained(row, name)
  const what =
    grants.length === 0
      ? `${extentWords(row)} ${name(permission)}: ${parties ?? 'others could come by it'}`
      : `${extentWords(row)} ${name(permission)} (${actionsWords(row, name)})`
  const since = from === null ? 'since before the window' : `from ${timeWords(from)}`
  const to = until === null ? ', and no trace shows until when' : ` until ${timeWords(until)}`
  const unread = row.history_read ? '' : ', and what was approved then could not be read'
  return `held ${what} ${since}${to}${unread}`
}

/** How many held something in between; null when nobody did. */
export function wasHeldSentence({ was_held }: Pick<Verdict, 'was_held'>): string | null {
  if (was_held.length === 0) return null
  return `${principalsCount(was_held.map((row) => row.principal))} held something between two runs that was not approved, and ${was_held.length === 1 ? 'holds' : 'hold'} it no longer.`
}

/** `ada held … by ada → Admin v1 …; who did it: …`. */
export function wasHeldLine(row: WasHeldRow, name: Name): string {
  const [path] = row.paths
  const how = path === undefined ? '' : `, by ${routeWords(path, name)}`
  const began = row.by === null ? '' : `; begun by ${byWords(row.by, name)}`
  const ended = row.ended_by === null ? '' : `; ended by ${byWords(row.ended_by, name)}`
  return `${principalWords(row.principal, name)} ${wasHeldWords(row, name)}${how}${began}${ended}`
}

/** The section of summary and issue, with its heading; nothing when nobody held anything in between. */
export function wasHeldSection({ was_held }: Pick<Verdict, 'was_held'>, budget: number): string[] {
  if (was_held.length === 0) return []
  return [
    '## Held between two runs',
    'By the traces somebody held this, approved neither then nor now, and holds it no longer. Find out what was done with it: the access is gone, what it made possible may not be.',
    fitRows(
      was_held.map((row) => `- ${severityMarks[row.severity]} ${wasHeldLine(row, code)}`),
      budget,
      'findings',
    ),
  ]
}

/** What of the window nobody can undo, a line each. */
export function untoldLines({ traces }: Pick<Verdict, 'traces'>, name: Name): string[] {
  return (traces?.untold ?? []).map(
    ({ time, operation, type, name: what, why, by }) =>
      `${timeWords(time)} ${name(operation)} of ${name(`${type} ${what}`.trim())} by ${name(by.principal ?? 'somebody')}: ${why}`,
  )
}

/** Permissions that were held in between, for a headline. */
export function wasHeldHeadline({ was_held }: Pick<Verdict, 'was_held'>, name: Name): string {
  const permissions = [...new Set(was_held.map((row) => row.permission))].map(name)
  return `${principalsCount(was_held.map((row) => row.principal))} held ${listWords(permissions, 3)} between two runs without an approval`
}
