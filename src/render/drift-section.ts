/** Drift for people, the same in summary and issue: grouped by cause, each with its path and what to do. */
import type { Drift, Verdict } from '../audit/model.ts'
import { entryJson } from '../baseline/write-baseline.ts'
import { code, jsonBlock } from './escape.ts'
import {
  actionsWords,
  causeWords,
  cutWords,
  datesWords,
  denyWords,
  driftHeading,
  pathWords,
  restrictionWords,
} from './words.ts'

/** Paths shown of one drift; the report has them all. */
const PATHS = 5

/** Rows of Markdown, one for each cause heading and each drift, in the order of the drift. */
export function driftRows(
  verdict: Pick<Verdict, 'drift' | 'causes'>,
  options: { readonly entries: boolean },
): string[] {
  const causes = [...new Set(verdict.drift.map((row) => row.cause))]
  return causes.flatMap((key) => {
    const cause = verdict.causes.find((one) => one.key === key)
    const drift = verdict.drift.filter((row) => row.cause === key)
    const heading = cause === undefined ? [] : [`### ${causeWords(cause, drift, code)}\n`]
    const [first, ...rest] = drift.map((row) => driftRow(row, options.entries))
    // A heading never stands alone at the end of what fitted.
    return [[...heading, first ?? ''].join('\n'), ...rest]
  })
}

function driftRow(row: Drift, withEntry: boolean): string {
  const paths = row.paths.slice(0, PATHS).map((path) => {
    const dates = datesWords(path, code)
    return `- ${pathWords(row.user, path, code)}${dates === null ? '' : ` (${dates})`}`
  })
  const more = row.paths.length - PATHS
  const restriction = restrictionWords(row.grants, code)
  const denies = denyWords(row.conditional_denies, code)
  return [
    `#### ${driftHeading(row, code)}`,
    '',
    `${row.kind === 'approval-expired' ? 'Holds' : 'Gained'}: ${actionsWords(row.grants, row.actions, row.example, code)}${restriction === null ? '' : `, ${restriction}`}.`,
    '',
    ...paths,
    ...(more > 0 ? [`- and ${more} more paths, all in the report`] : []),
    ...(denies === null ? [] : [`- ${denies}`]),
    '',
    ...whatToDo(row, withEntry),
  ].join('\n')
}

function whatToDo(row: Drift, withEntry: boolean): string[] {
  const cuts = row.cuts.map((alternatives) =>
    alternatives.map((cut) => cutWords(row.user, cut, code)).join(', or '),
  )
  const numbered = [...new Set(cuts)].map((cut) => `- ${cut}`)
  const entry = entryJson(row.proposed_entry)
  return [
    ...(numbered.length === 0
      ? []
      : [numbered.length === 1 ? 'To take it away:' : 'To take it away, all of these:', '', ...numbered, '']),
    ...(withEntry
      ? [
          '<details><summary>To approve it, put this entry into the baseline and say why</summary>',
          '',
          jsonBlock(entry),
          '',
          '</details>',
          '',
        ]
      : []),
  ]
}
