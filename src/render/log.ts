/** What the log says: the verdict, one line for each drift with its path, gaps with what to do. */
import type { Verdict } from '../audit/model.ts'
import { logLine } from './escape.ts'
import { driftHeading, pathWords, verdictSentence } from './words.ts'

/** Gaps tell of one cause again and again; after so many the summary and the report serve better. */
const MAXIMUM_GAPS = 200

/** Lines without a newline or a workflow command in them, whatever the names. */
export function renderLog(verdict: Verdict): readonly string[] {
  const plain = (text: string): string => text
  const drift = verdict.drift.map((row) => {
    const [path] = row.paths
    const more = row.paths.length > 1 ? ` (and ${row.paths.length - 1} more paths)` : ''
    return `DRIFT ${driftHeading(row, plain)}${path === undefined ? '' : `: ${pathWords(row.user, path, plain)}`}${more}`
  })
  const gaps = verdict.gaps.slice(0, MAXIMUM_GAPS).map((gap) => `GAP ${gap.message} ${gap.remedy}`)
  const more = verdict.gaps.length - gaps.length
  return [
    verdictSentence(verdict, plain),
    ...drift,
    ...gaps,
    ...(more > 0 ? [`and ${more} more gaps, all in the report`] : []),
    ...verdict.notices.map((notice) => `Note: ${notice}`),
  ].map(logLine)
}
