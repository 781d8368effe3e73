/** `update-baseline` for people: what it wrote, entry by entry, and what is left for them to do. */
import type { Verdict } from '../audit/model.ts'
import type { LeftAlone } from '../audit/propose.ts'
import type { GateEntry } from '../gate/model.ts'
import { entryRow } from './entry-words.ts'
import { code, reason } from './escape.ts'
import { gapSection } from './gap-section.ts'
import { principalWords } from './principal-words.ts'
import { fitRows } from './rows.ts'
import { SUMMARY_BUDGET } from './summary.ts'
import type { Name } from './words.ts'

export interface UpdateResult {
  /** Path of the baseline, as the input gives it. */
  readonly baselinePath: string
  readonly updated: boolean
  /** Number of entries in the file now. */
  readonly entries: number
  /** What was changed in what is approved. */
  readonly changes: readonly GateEntry[]
  /** Named and not written, and what is written only when it is named. */
  readonly left_alone: readonly LeftAlone[]
}

/** One sentence for log and summary. */
export function updateSentence(result: UpdateResult): string {
  const entries = `${result.entries} ${result.entries === 1 ? 'entry' : 'entries'}`
  return result.updated
    ? `Wrote ${result.baselinePath}: ${entries}, ${result.changes.length} changed.`
    : `${result.baselinePath} is up to date: ${entries}.`
}

/** Who was left alone, and why. */
export function leftAloneWords({ principal, permission, why }: LeftAlone, name: Name, text = name): string {
  const what = permission === null ? '' : `, ${name(permission)}`
  return `${principalWords(principal, name)}${what}: ${text(why)}`
}

/** Markdown of what was written. */
export function renderUpdate(result: UpdateResult): string {
  const unjustified = result.changes.filter((row) => row.after !== null && !row.after.justification)
  const next = !result.updated
    ? []
    : [
        unjustified.length === 0
          ? 'Open a pull request with it: the gate judges it, and somebody else reviews it.'
          : `Say why in each entry that has no justification (${unjustified.length}), and open a pull request with it: the gate judges it, and somebody else reviews it.`,
      ]
  const entries = `${result.entries} ${result.entries === 1 ? 'entry' : 'entries'}`
  const head = result.updated
    ? `✅ **Wrote ${code(result.baselinePath)}: ${entries}, ${result.changes.length} changed.**`
    : `✅ **Nothing to change in ${code(result.baselinePath)}: ${entries}.**`
  const rows = result.changes.map((row) => entryRow(row, null))
  const changes = rows.length === 0 ? [] : ['## What changed', fitRows(rows, SUMMARY_BUDGET * 0.6, 'changes')]
  const left = result.left_alone.map((row) => `- ${leftAloneWords(row, code, reason)}`)
  const leftAlone =
    left.length === 0 ? [] : ['## Left as it was', fitRows(left, SUMMARY_BUDGET * 0.3, 'entries')]
  return `${['# IAM permission audit: baseline', head, ...next, ...leftAlone, ...changes].join('\n\n')}\n`
}

/** Markdown of an update that was not made: half an account is nobody's baseline. */
export function renderUpdateRefused(verdict: Verdict, baselinePath: string): string {
  return `${[
    '# IAM permission audit: baseline',
    `⚠️ **${code(baselinePath)} was not written, because the audit is incomplete.** Nothing is changed.`,
    ...gapSection(verdict.gaps, 100_000),
  ].join('\n\n')}\n`
}
