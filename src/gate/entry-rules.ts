/** What a changed entry must have to pass: the fields that the config asks for, a new reason for more, a day in bounds. */

import type { BaselineEntry } from '../baseline/baseline.ts'
import { entryPrincipal } from '../baseline/entry.ts'
import type { Config } from '../config/config.ts'
import { addDays } from '../text/day.ts'
import { readText } from '../text/human-text.ts'
import { quoteText } from '../text/quote.ts'
import { keyOfRow } from './compare-entries.ts'
import type { EntryChange, FailureCode, GateEntry, GateFailure } from './model.ts'

/** The stricter of what base and head ask for. */
export interface ApprovalRules {
  /** Fields that an entry must have. */
  readonly require: readonly HumanField[]
  /** Whether everything that approves more or longer needs an approving review. */
  readonly review: boolean
  readonly maxDays: number | null
}

type HumanField = 'justification' | 'owner' | 'expires'
const humanFields: readonly HumanField[] = ['justification', 'owner', 'expires']

/** @param configs those of base and head that could be read */
export function stricterRules(configs: readonly Config[]): ApprovalRules {
  const asked = new Set(configs.flatMap((config) => config.approvals.require))
  const days = configs.map((config) => config.approvals.maxDays).filter((one) => one !== null)
  return {
    require: humanFields.filter((field) => asked.has(field)),
    review: asked.has('review'),
    maxDays: days.length === 0 ? null : Math.min(...days),
  }
}

/** Every reason for which the changed entries fail; an entry that the pull request leaves alone has none. */
export function entryFailures(
  entries: readonly GateEntry[],
  rules: ApprovalRules,
  { today, file }: { readonly today: string; readonly file: string },
): readonly GateFailure[] {
  return [...rowsByEntry(entries).values()].flatMap((rows) => failuresOf(rows, rules, today, file))
}

/** The rows of each entry, in their order: one that changes in two ways has two. */
export function rowsByEntry(rows: readonly GateEntry[]): ReadonlyMap<string, readonly GateEntry[]> {
  return Map.groupBy(rows, keyOfRow)
}

/** Whether the pull request says of an active entry that it is held: by writing it, or by making it active. */
export function claimsHolding(rows: readonly GateEntry[]): boolean {
  const [row] = rows
  if (row?.after == null || row.after.assignment === 'eligible') return false
  return rows.some(approvesMore) || row.before?.assignment === 'eligible'
}

/** Whether a change approves more, or for longer. */
export function approvesMore({ change }: Pick<GateEntry, 'change'>): boolean {
  return change === 'added' || change === 'widened' || change === 'prolonged'
}

function failuresOf(
  rows: readonly GateEntry[],
  rules: ApprovalRules,
  today: string,
  file: string,
): GateFailure[] {
  const { before, after, line } = rows[0] as GateEntry
  if (after === null) return []
  const changes = rows.map((row) => row.change)
  const { kind, id } = entryPrincipal(after)
  const about = { file, line, column: null, principal: { kind, id }, permission: after.permission }
  const failures: GateFailure[] = []
  const fail = (code: FailureCode, message: string, remedy: string): void => {
    failures.push({ ...about, code, message: `${nameOf(after)} ${message}`, remedy })
  }
  const undecided = rows.find((row) => row.undetermined !== null)
  if (undecided)
    fail(
      'undetermined',
      `was changed, and whether it approves more than before could not be decided: ${undecided.undetermined}.`,
      'Write its grants with fewer wildcards inside words.',
    )
  const grows = rows.some(approvesMore)
  const dropped = changes.includes('prolonged') && after.expires === undefined
  if (grows) {
    const missing = rules.require
      .filter((field) => readText(after[field]) === '')
      .filter((field) => !(field === 'expires' && dropped))
    if (missing.length > 0)
      fail(
        'missing-field',
        `is ${wordOf(changes)} without ${missing.join(' and ')}, which approvals.require asks for.`,
        `Add ${missing.join(' and ')} to the entry.`,
      )
  }
  if (changes.includes('widened') && before !== null) checkReason(before, after, rules, fail)
  if (dropped)
    fail(
      'expires-dropped',
      `loses its expires, which was ${before?.expires}.`,
      'Give it a day on which the approval ends.',
    )
  // Whoever writes a day, or relies on the one that stands there for more, writes one that holds.
  if (after.expires !== undefined && (grows || changes.includes('shortened')))
    checkDay(after.expires, rules, today, fail)
  return failures
}

type Fail = (code: FailureCode, message: string, remedy: string) => void

/** More is approved than the old reason was given for. */
function checkReason(before: BaselineEntry, after: BaselineEntry, rules: ApprovalRules, fail: Fail): void {
  const [old, now] = [readText(before.justification), readText(after.justification)]
  if (now === '' && rules.require.includes('justification')) return
  if (now === '' || now === old)
    fail(
      'justification-unchanged',
      now === ''
        ? 'approves more than before and gives no justification for it.'
        : 'approves more than before with the justification that was given for less.',
      'Say in justification why more is needed.',
    )
}

function checkDay(expires: string, { maxDays }: ApprovalRules, today: string, fail: Fail): void {
  if (expires < today)
    fail(
      'expired',
      `expires on ${expires}, which is past (today is ${today}, UTC).`,
      'Give it a day to come.',
    )
  const last = maxDays === null ? null : addDays(today, maxDays)
  if (last !== null && expires > last)
    fail(
      'expires-too-late',
      `expires on ${expires}, beyond the ${maxDays} days that approvals.max-days allows.`,
      `Give it a day no later than ${last}.`,
    )
}

/** An entry as a sentence names it: with its id, since names may be anything. */
export function nameOf(entry: BaselineEntry): string {
  return `The entry of ${principalWords(entry)} for ${quoteText(entry.permission)}`
}

function principalWords(entry: BaselineEntry): string {
  switch (entry.kind) {
    case 'user':
      return `${quoteText(entry.user)} (user_id ${quoteText(entry.user_id)})`
    case 'agency':
      return `the agency ${quoteText(entry.agency)} (agency_id ${quoteText(entry.agency_id)})`
    case 'federated':
      return `the provider ${quoteText(entry.provider)} and the group ${quoteText(entry.group)} (group_id ${quoteText(entry.group_id)})`
  }
}

function wordOf(changes: readonly EntryChange[]): string {
  if (changes.includes('added')) return 'new'
  return changes.filter((one) => one === 'widened' || one === 'prolonged').join(' and ')
}
