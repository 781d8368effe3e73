/** What the log says: the verdict, one line for each drift with its path, gaps with what to do. */
import type { Verdict } from '../audit/model.ts'
import { driftHeading, severityMarks } from './drift-words.ts'
import { logLine } from './escape.ts'
import { pathWords } from './path-words.ts'
import { subjectsOf } from './principal-words.ts'
import { wasHeldLine } from './trace-words.ts'
import { verdictSentence } from './verdict-words.ts'
import { countWords } from './words.ts'

/** Gaps tell of one cause again and again; after so many the summary and the report serve better. */
const MAXIMUM_GAPS = 200

/** Lines without a newline or a workflow command in them, whatever the names. */
export function renderLog(verdict: Verdict): readonly string[] {
  const plain = (text: string): string => text
  const subjectOf = subjectsOf(verdict)
  const drift = verdict.drift.map((row) => {
    const [path, ...others] = row.paths
    const more = others.length > 0 ? ` (and ${countWords(others.length, 'more path', 'more paths')})` : ''
    const how = path === undefined ? '' : `: ${pathWords(subjectOf(row.principal), path, plain)}`
    return `DRIFT ${driftHeading(row, plain)} ${severityMarks[row.severity]} ${row.severity}${how}${more}`
  })
  const gaps = verdict.gaps.slice(0, MAXIMUM_GAPS).map((gap) => `GAP ${gap.message} ${gap.remedy}`)
  const more = verdict.gaps.length - gaps.length
  return [
    verdictSentence(verdict, plain),
    ...drift,
    ...verdict.was_held.map((row) => `WAS HELD ${wasHeldLine(row, plain)}`),
    ...gaps,
    ...(more > 0 ? [`and ${more} more gaps, all in the report`] : []),
    ...verdict.notices.map((notice) => `Note: ${notice}`),
  ].map(logLine)
}
