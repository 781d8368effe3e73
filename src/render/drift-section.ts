/** Drift for people, the same in summary and issue: grouped by cause, each with its path and what to do. */
import type { Drift, Verdict } from '../audit/model.ts'
import { entryJson } from '../baseline/write-baseline.ts'
import { code, jsonBlock } from './escape.ts'
import { bytes } from './rows.ts'
import {
  actionsWords,
  causeWords,
  cutWords,
  datesWords,
  denyWords,
  driftHeading,
  listWords,
  pathWords,
  restrictionWords,
  wayWords,
} from './words.ts'

/** Paths shown of one drift; the report has them all. */
const PATHS = 5
/** UTF-8 bytes of a row without an entry: long names must not push the findings after them out of the text. */
const LONGEST_ROW = 6000

/**
 * Rows of Markdown that may be cut after any of them: causes in the order of the drift, and under each what was
 * gained once, with a row for each user who gained it.
 *
 * @param options.entries whether each user comes with the entry to paste
 */
export function driftRows(
  verdict: Pick<Verdict, 'drift' | 'causes'>,
  options: { readonly entries: boolean },
): string[] {
  const byCause = Map.groupBy(verdict.drift, (row) => row.cause)
  return [...byCause].flatMap(([key, drift]) => {
    const cause = verdict.causes.find((one) => one.key === key)
    const heading = cause === undefined ? '' : `### ${causeWords(cause, drift, code)}\n\n`
    const rows = [...Map.groupBy(drift, sameGain).values()].flatMap((group, at) => {
      const [first = '', ...others] = gainRows(group, options.entries)
      // What others gained is a paragraph of its own, not the last words of the one before.
      return [at === 0 ? first : `\n${first}`, ...others]
    })
    // A heading never stands alone at the end of what fitted, and none follows without a blank line.
    return rows.map((row, at) => (at === 0 ? heading + row : row) + (at === rows.length - 1 ? '\n' : ''))
  })
}

/** Users who came to the same by the same way, and lose it by the same cuts, are told of together. */
function sameGain(row: Drift): string {
  const { kind, permission, grants, extent, because } = row
  const ways = row.paths.map((path) => [path.group_id, path.policy_id, path.statement, path.pattern])
  const cuts = row.cuts.map((alternatives) => alternatives.map((cut) => [cut.group_id, cut.policy_id]))
  // What is attached to a user has its own date, and is detached from nobody else.
  const isOwn =
    row.paths.some((path) => path.via === 'user') ||
    row.cuts.some((alternatives) => alternatives.some((cut) => cut.kind === 'detach-from-user'))
  return JSON.stringify([kind, permission, grants, extent, because, ways, cuts, isOwn ? row.user_id : ''])
}

/** Of several users, what they share is said first, so that it stands there whatever of the rest does not fit. */
function gainRows(group: readonly Drift[], withEntries: boolean): string[] {
  const [first, ...others] = group
  if (first === undefined) return []
  const what = whatToDo(group)
  const users = group.map((row) => userRow(row, [], withEntries) + (withEntries ? '\n' : ''))
  const told =
    others.length === 0
      ? [gainWords(first), userRow(first, ways(first, true), withEntries), what]
      : [gainWords(first), `Each of them: ${ways(first, false).join('; and ')}.`, what, users[0] ?? '']
  const row = told.filter((part) => part !== '').join('\n\n')
  const isTooLong = !withEntries && bytes(row) > LONGEST_ROW
  const short = `The path and what to do are too long to be shown here; the report has them.\n\n- **${driftHeading(first, code)}**`
  return [isTooLong ? short : row, ...users.slice(1)]
}

function gainWords(first: Drift): string {
  const restriction = restrictionWords(first.grants, code)
  const gained = `${first.kind === 'approval-expired' ? 'Holds' : 'Gained'}: ${actionsWords(first, code)}${restriction === null ? '' : `, ${restriction}`}.`
  const paths = first.paths.slice(0, PATHS)
  const dates = paths.flatMap((path) => {
    const words = datesWords(path, code)
    if (words === null) return []
    // With several policies, a date without its policy says nothing.
    return paths.length > 1 && path.policy !== null
      ? `${code(path.policy)}: ${words}.`
      : `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`
  })
  return [gained, ...new Set(dates)].join(' ')
}

/** The ways by which it is held, from the user on or without the user. */
function ways(row: Drift, fromUser: boolean): string[] {
  const more = row.paths.length - PATHS
  return [
    ...row.paths
      .slice(0, PATHS)
      .map((path) => (fromUser ? pathWords(row.user, path, code) : wayWords(path, code))),
    ...(more > 0 ? [`and ${more} more ${more === 1 ? 'path' : 'paths'}, all in the report`] : []),
  ]
}

/** `IAMUserB: everything in IAM, not approved`, with what is its own below. */
function userRow(row: Drift, below: readonly string[], withEntry: boolean): string {
  const denies = denyWords(row.conditional_denies, code)
  const lines = [...below, ...(denies === null ? [] : [denies])].map((line) => `\n  - ${line}`)
  const inPlace = row.approval?.user_id === row.user_id ? ', in place of the present one' : ''
  const entry = withEntry
    ? `\n\n  <details><summary>The entry that approves it${inPlace}</summary>\n\n${indent(jsonBlock(entryJson(row.proposed_entry)))}\n\n  </details>`
    : ''
  return `- **${driftHeading(row, code)}**${lines.join('')}${entry}`
}

/** The complete set of cuts, said once for everybody it is the same for. */
function whatToDo(group: readonly Drift[]): string {
  const [first] = group
  if (first === undefined || first.cuts.length === 0) return ''
  const who = group.length === 1 ? first.user : null
  const steps = first.cuts.map((alternatives) =>
    alternatives
      .map((cut) =>
        who === null && cut.kind === 'remove-from-group'
          ? `remove each of the ${group.length} users from group ${code(cut.group ?? '')}`
          : cutWords(first.user, { ...cut, others: Math.max(0, cut.others - (group.length - 1)) }, code),
      )
      .join(', or '),
  )
  return steps.length === 1
    ? `To take it away: ${steps[0]}.`
    : `To take it away, all of these: ${listWords(
        steps.map((step, at) => `(${at + 1}) ${step}`),
        20,
      )}.`
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
