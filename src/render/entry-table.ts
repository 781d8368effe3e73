/** The entries that a pull request changes, as a table: who, permission, before → after, until, line. */
import { keyOfRow } from '../gate/compare-entries.ts'
import { approvesMore } from '../gate/entry-rules.ts'
import type { GateEntry, GatePaths } from '../gate/model.ts'
import { causesWords, differenceWords, humanWords, whoWords } from './entry-words.ts'
import { code, prose } from './escape.ts'
import { bytes, fitRows } from './rows.ts'

/** Address of a line (from 1) of a file as it was judged; null where there is none. */
export type LineLink = (file: string, line: number) => string | null

export interface EntryTable {
  readonly rows: readonly GateEntry[]
  readonly paths: GatePaths
  /** Keys of principals whose name the account confirmed. */
  readonly verified: readonly string[]
  readonly link: LineLink
}

const head = '| Who | Permission | Before → after | Until | Line |\n| --- | --- | --- | --- | --- |\n'

/** One row for each entry, those that approve more first; `budget` in bytes. */
export function entryTable(table: EntryTable, budget: number): string {
  const entries = [...Map.groupBy(table.rows, keyOfRow).values()]
  const [more, less] = [
    entries.filter((rows) => rows.some(approvesMore)),
    entries.filter((rows) => !rows.some(approvesMore)),
  ]
  const lines = [...more, ...less].map((rows) => entryLine(rows, table))
  return `${head}${fitRows(lines, budget - bytes(head), 'entries')}`
}

function entryLine(rows: readonly GateEntry[], { paths, verified, link }: EntryTable): string {
  const row = rows[0] as GateEntry
  const { before, after, line } = row
  const human = after === null ? '' : `<br>${humanWords(after).join(', ')}`
  const cells = [
    whoWords(row, verified),
    code(row.permission),
    `${rows
      .map(changeCell)
      .filter((text) => text !== '')
      .join('<br>')}${human}`,
    untilCell(rows, before?.expires, after?.expires),
    line === null ? '–' : placeLink(paths.baseline, line, String(line), link),
  ]
  return `| ${cells.join(' | ')} |`
}

/** A line of a file, linked where there is an address for it. */
export function placeLink(file: string, line: number, text: string, link: LineLink): string {
  const address = link(file, line)
  // Brackets and bars would end the link or the cell.
  return address === null ? text : `[${text}](${address.replace(/[()|<>\s]/g, encodeURIComponent)})`
}

function changeCell(row: GateEntry): string {
  const { change, gained, lost, fields, undetermined } = row
  switch (change) {
    case 'added':
      return `nothing → ${gained === null ? '' : differenceWords(gained)}`
    case 'removed':
      return `${lost === null ? '' : differenceWords(lost)} → nothing`
    case 'widened':
      return `**more**${causesWords(row)}: ${gained === null ? prose(undetermined ?? '') : differenceWords(gained)}`
    case 'narrowed':
      return `less${causesWords(row)}: ${lost === null ? '' : differenceWords(lost)}`
    case 'prolonged':
      return '**longer**'
    case 'shortened':
      return 'shorter'
    case 'reworded':
      return `reworded: ${fields.map(code).join(', ')}`
  }
}

function untilCell(
  rows: readonly GateEntry[],
  before: string | undefined,
  after: string | undefined,
): string {
  const day = (text: string | undefined): string => text ?? 'no end'
  const isChanged = rows.some(({ change }) => change === 'prolonged' || change === 'shortened')
  if (isChanged) return `${day(before)} → ${day(after)}`
  return day(after ?? before)
}
