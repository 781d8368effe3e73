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
  listWords,
  pathWords,
  restrictionWords,
  wayWords,
} from './words.ts'

/** Paths shown of one drift; the report has them all. */
const PATHS = 5

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
    const rows = [...Map.groupBy(drift, sameGain).values()].flatMap((group) =>
      gainRows(group, options.entries),
    )
    // A heading never stands alone at the end of what fitted, and none follows without a blank line.
    return rows.map((row, at) => (at === 0 ? heading + row : row) + (at === rows.length - 1 ? '\n' : ''))
  })
}

/** Users who came to the same by the same way are told of together. */
function sameGain(row: Drift): string {
  const ways = row.paths.map((path) => [path.group_id, path.policy_id, path.statement, path.pattern])
  const { kind, permission, grants, extent, because } = row
  return JSON.stringify([
    kind,
    permission,
    grants,
    extent,
    because,
    ways,
    row.paths[0]?.via === 'user' ? row.user_id : '',
  ])
}

/** Of several users, what they share is said first, so that it stands there whatever of the rest does not fit. */
function gainRows(group: readonly Drift[], withEntries: boolean): string[] {
  const [first, ...others] = group
  if (first === undefined) return []
  const what = whatToDo(group)
  if (others.length === 0)
    return [`${gainWords(first)}\n\n${userRow(first, ways(first, true), withEntries)}\n\n${what}`]
  const shared = [gainWords(first), `Each of them: ${ways(first, false).join('; and ')}.`, what]
  const users = group.map((row) => userRow(row, [], withEntries) + (withEntries ? '\n' : ''))
  return [`${shared.join('\n\n')}\n\n${users[0]}`, ...users.slice(1)]
}

function gainWords(first: Drift): string {
  const restriction = restrictionWords(first.grants, code)
  const gained = `${first.kind === 'approval-expired' ? 'Holds' : 'Gained'}: ${actionsWords(first.grants, first.actions, first.example, code)}${restriction === null ? '' : `, ${restriction}`}.`
  const dates = [...new Set(first.paths.slice(0, PATHS).map((path) => datesWords(path, code)))].filter(
    (words) => words !== null,
  )
  return [gained, ...dates.map((words) => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`)].join(' ')
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
  const entry = withEntry
    ? `\n\n  <details><summary>The entry that approves it</summary>\n\n${indent(jsonBlock(entryJson(row.proposed_entry)))}\n\n  </details>`
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
  const unique = [...new Set(steps)]
  return unique.length === 1
    ? `To take it away: ${unique[0]}.`
    : `To take it away, all of these: ${listWords(
        unique.map((step, at) => `(${at + 1}) ${step}`),
        20,
      )}.`
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
