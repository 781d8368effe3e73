/** Drift for people, the same in summary and issue: one row for each cause, and a folded block for each. */
import type { Cause, Drift, Verdict } from '../audit/model.ts'
import { compareSeverity, isOpen } from '../audit/order.ts'
import { type BlockOptions, causeBlock } from './cause-block.ts'
import { causeDay, causeHolders, causeWords, heldWords, severityMarks } from './drift-words.ts'
import { code } from './escape.ts'
import { fold } from './fold.ts'
import { htmlCode } from './html.ts'
import { peopleOf } from './principal-words.ts'
import { fitMade } from './rows.ts'
import { touchedCell } from './touched-words.ts'
import { revocationCell, revocationGroups, sharedRevocations } from './way-out-words.ts'

/** What of a verdict the drift is shown of. */
export type Shown = Pick<Verdict, 'drift' | 'causes' | 'holdings' | 'traces'>

/** One cause with the drift that it explains. */
export interface Finding {
  /** From 1: the row of the table and the block bear the same. */
  readonly number: number
  readonly cause: Cause
  readonly drift: readonly Drift[]
}

/** Causes of some drift in their order, with none that explains nothing of it. */
export function findingsOf({ drift, causes }: Pick<Shown, 'drift' | 'causes'>): readonly Finding[] {
  const byCause = Map.groupBy(drift, (row) => row.cause)
  return causes
    .flatMap((cause) => {
      const rows = byCause.get(cause.key)
      if (rows === undefined) return []
      const drifting = new Set(rows.map((row) => `${row.principal.kind} ${row.principal.id}`))
      const principals = cause.principals.filter(({ kind, id }) => drifting.has(`${kind} ${id}`))
      return [{ cause: { ...cause, principals }, drift: rows }]
    })
    .map((finding, at) => ({ number: at + 1, ...finding }))
}

/** The mark of the gravest of some drift. */
export function markOf(drift: readonly Drift[]): string {
  const [gravest] = drift.map((row) => row.severity).sort(compareSeverity)
  return `${drift.some(isOpen) ? `⚠️${NO_BREAK}` : ''}${gravest === undefined ? '' : severityMarks[gravest]}`
}

const HEAD =
  '| | What changed | When | Who | Now holds | Undo it | Others touched |\n| --- | --- | --- | --- | --- | --- | --- |\n'

/** One table with one row for each cause. */
export function causeTable(findings: readonly Finding[], budget: number): string {
  // What did not fit is said below the table, where a row of another shape would break it.
  return `${HEAD}${fitMade(findings, causeRow, budget - HEAD.length, 'changes')}`
}

function causeRow({ number, cause, drift }: Finding): string {
  const groups = revocationGroups(drift)
  const [best] = sharedRevocations(groups[0] ?? [], cause.kind, cause.principals)
  const who = causeHolders(cause, code)
  const cells = [
    `${markOf(drift)}${NO_BREAK}${number}`,
    causeWords(cause, drift, code),
    cellDay(causeDay(cause)),
    cause.principals.length > 1 ? `**${who}**` : who,
    heldWords(drift, code),
    undoCell(cause, best === undefined ? null : revocationCell(best, code), groups.length > 1),
    best === undefined ? '' : touchedCell(best, code),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('\n', ' ')).join(' | ')} |`
}

/** Cells are narrow, and a day or a number alone on its line is read as another. */
const NO_BREAK = '\u00a0'
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `24 Nov 2026`; words that are no day as they are. */
function cellDay(day: string): string {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
  if (year === undefined) return day
  return [String(Number(date)), months[Number(month) - 1], year].join(NO_BREAK)
}

function undoCell({ kind }: Cause, revocation: string | null, several: boolean): string {
  const words = [
    ...(kind === 'expiry' ? ['renew'] : []),
    ...(revocation === null ? [] : [`${revocation}${several ? ' and more, see below' : ''}`]),
  ]
  return words.length === 0 ? 'see below' : words.join(', or ')
}

/** Makes the folded block of a cause, with a blank line after it. */
export function blockMaker(shown: Shown, more: Omit<BlockOptions, 'traces'>): (finding: Finding) => string {
  const people = peopleOf(shown)
  const options = { ...more, traces: shown.traces }
  return (finding) => {
    const { number, cause, drift } = finding
    const heading = `${markOf(drift)} ${number} · ${causeWords(cause, drift, htmlCode)} → ${causeHolders(cause, htmlCode)}`
    return `${fold(heading, causeBlock(cause, drift, people, options))}\n`
  }
}
