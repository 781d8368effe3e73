/** Gaps for people, the same in summary and issue. */
import type { Gap } from '../audit/model.ts'
import { code, prose } from './escape.ts'
import { fitRows } from './rows.ts'
import { listWords } from './words.ts'

/** What could not be read or decided, whom it concerns, and what to do about it; nothing without a gap. */
export function gapSection(gaps: readonly Gap[], budget: number): string[] {
  if (gaps.length === 0) return []
  const rows = gaps.map((gap) => {
    const reach =
      gap.users === null ? 'may concern everybody' : `concerns ${listWords(gap.users.map(code), 5)}`
    const known =
      gap.sha256 === null
        ? ''
        : ` To accept it: \`known_gaps\` with policy_id ${code(gap.policy_id ?? '')}, version_id ${code(gap.version_id ?? '')}, sha256 ${code(gap.sha256)}.`
    return `- ${prose(gap.message)} It ${reach}. ${prose(gap.remedy)}${known}`
  })
  return ['## What could not be read or decided', fitRows(rows, budget, 'gaps')]
}
