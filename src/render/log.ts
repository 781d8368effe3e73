/** What the log says: the verdict, one line for each drift with its path, gaps with what to do. */
import type { Verdict } from '../audit/model.ts'
import { logLine } from './escape.ts'
import { driftHeading, pathWords, verdictSentence } from './words.ts'

/** More lines than this bury the verdict; the report has them all. */
const MAXIMUM_LINES = 200

/** Lines without a newline or a workflow command in them, whatever the names. */
export function renderLog(verdict: Verdict): readonly string[] {
  const plain = (text: string): string => text
  const drift = verdict.drift.map((row) => {
    const [path] = row.paths
    const more = row.paths.length > 1 ? ` (and ${row.paths.length - 1} more paths)` : ''
    return `DRIFT ${driftHeading(row, plain)}${path === undefined ? '' : `: ${pathWords(row.user, path, plain)}`}${more}`
  })
  const gaps = verdict.gaps.map((gap) => `GAP ${gap.message} ${gap.remedy}`)
  const cut = (lines: string[], what: string): string[] =>
    lines.length <= MAXIMUM_LINES
      ? lines
      : [
          ...lines.slice(0, MAXIMUM_LINES),
          `and ${lines.length - MAXIMUM_LINES} more ${what}, all in the report`,
        ]
  return [
    verdictSentence(verdict, plain),
    ...cut(drift, 'drift'),
    ...cut(gaps, 'gaps'),
    ...verdict.notices.map((notice) => `Note: ${notice}`),
  ].map(logLine)
}
