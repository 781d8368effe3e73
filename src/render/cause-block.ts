/** What a cause brought, by which paths, and both ways out: complete, so that no reader needs the report. */
import { principalKey } from '../account/principal.ts'
import type { Cause, Drift, TraceFindings } from '../audit/model.ts'
import { holderKey } from '../baseline/entry.ts'
import { entryJson } from '../baseline/write-baseline.ts'
import { driftWords, partiesGained } from './drift-words.ts'
import { code, jsonBlock } from './escape.ts'
import { fold, textBlock } from './fold.ts'
import { type Links, traceNames, updateCommand } from './links.ts'
import { datesWords, pathWords, routeWords } from './path-words.ts'
import { type People, principalWords } from './principal-words.ts'
import { bytes } from './rows.ts'
import { touchedWords } from './touched-words.ts'
import { whoDidWords } from './trace-words.ts'
import {
  operationLines,
  revocationGroups,
  revocationWords,
  sharedRevocations,
  whoWords,
} from './way-out-words.ts'
import { actionsWords, denyWords, listWords, restrictionWords } from './words.ts'

export interface BlockOptions {
  /** Whether each principal comes with the entry to paste. */
  readonly entries: boolean
  /** Names shown of those who share a finding. */
  readonly names: number
  readonly links: Links
  /** What traces told; null: nobody read them. */
  readonly traces: TraceFindings | null
}

/** Paths shown of one block; the report has them all. */
const PATHS = 5
/** Operations of one way out: whoever has more of them to make takes them from the report. */
const OPERATIONS = 20
/** UTF-8 bytes of a block without entries: long names must not push the findings after them out of the text. */
const LONGEST_BLOCK = 6000
/** The same for the names of those who share a finding, and how many of them there is always room for. */
const ROOM_FOR_NAMES = 6000
const FEW_NAMES = 20

/** Markdown of one cause. */
export function causeBlock(
  cause: Cause,
  drift: readonly Drift[],
  people: People,
  options: BlockOptions,
): string {
  const rest = [paths(cause, drift, people, options), denies(drift), revoke(cause, drift)]
  const ways = [...rest, approve(drift, people, options)].filter((part) => part !== '').join('\n\n')
  const longest = options.entries ? Number.POSITIVE_INFINITY : LONGEST_BLOCK
  for (const names of [options.names, FEW_NAMES]) {
    const text = `${held(drift, names)}\n\n${ways}`
    const room = names > FEW_NAMES ? longest + ROOM_FOR_NAMES : longest
    if (bytes(text) <= room) return text
  }
  return `${whoWords(drift, code, 3)}: the paths and what to do are too long to be shown here; the report has them.`
}

/** What is held, once for all who hold the same. */
function held(drift: readonly Drift[], names: number): string {
  const all = new Set(drift.map((row) => principalKey(row.principal))).size
  const groups = [...Map.groupBy(drift, gainKey).values()]
  return groups
    .flatMap((rows) => {
      const [row] = rows
      if (row === undefined) return []
      const count = new Set(rows.map((one) => principalKey(one.principal))).size
      const who = `**${all > 1 && count === all ? `all ${all}` : whoWords(rows, code, 3)}**`
      const disabled = rows.filter((one) => !one.enabled)
      const off = disabled.length === 0 ? '' : count === 1 ? ' (disabled)' : ` (${disabled.length} disabled)`
      const restriction = restrictionWords(row.grants, code)
      const parties = row.because === null ? partiesGained(row, code) : null
      const lines = [
        ...(row.grants.length === 0 ? [] : [`: ${actionsWords(row, code)}`]),
        ...(restriction === null ? [] : [`, ${restriction}`]),
        ...(parties === null ? [] : [`; ${parties}`]),
      ]
      return [`- ${who}${off}: ${driftWords(row, code)}${lines.join('')}`]
    })
    .concat(all > 3 ? [`- They are: ${whoWords(drift, code, names)}.`] : [])
    .join('\n')
}

function gainKey({ kind, permission, grants, extent, because, parties }: Drift): string {
  return JSON.stringify([kind, permission, grants, extent, because, parties])
}

/** The paths of everybody, each once, and when their parts appeared. */
function paths(
  cause: Cause,
  drift: readonly Drift[],
  { subjectOf }: People,
  { traces: told }: BlockOptions,
): string {
  const principals = new Set(drift.map((row) => principalKey(row.principal))).size
  const [first] = drift
  if (first === undefined) return ''
  const all = drift.flatMap((row) => row.paths)
  const routes = new Map(all.map((path) => [routeWords(path, code), path]))
  const shown = [...routes].slice(0, PATHS)
  const from = (route: string, path: Drift['paths'][number]): string =>
    principals === 1 ? pathWords(subjectOf(first.principal), path, code) : `each of them → ${route}`
  const lines = shown.map(([route, path]) => {
    const dates = datesWords(path, code)
    return `- ${from(route, path)}${dates === null ? '' : ` (${dates})`}`
  })
  const more = routes.size - shown.length
  const traces = traceNames(cause)
  const who =
    traces.length === 0
      ? []
      : told === null
        ? [`- who did it: traces ${listWords(traces.map(code), 9)}`]
        : [`- who did it: ${whoDidWords(cause.by, told, code)}`]
  if (lines.length === 0) return told === null ? '' : who.join('\n')
  return [
    '**Inherited through:**\n',
    ...lines,
    ...(more > 0 ? [`- and ${more} more, all in the report`] : []),
    ...who,
  ].join('\n')
}

function denies(drift: readonly Drift[]): string {
  const words = drift.flatMap((row) => denyWords(row.conditional_denies, code) ?? [])
  return [...new Set(words)]
    .slice(0, 3)
    .map((one) => `- ${one}`)
    .join('\n')
}

/** Every complete way to take it away, the best first, each with its operations. */
function revoke(cause: Cause, drift: readonly Drift[]): string {
  const groups = revocationGroups(drift)
  return groups
    .map((rows) => {
      const who = groups.length > 1 ? ` from ${whoWords(rows, code, 3)}` : ''
      const ways = sharedRevocations(rows, cause.kind, cause.principals)
      if (ways.length === 0)
        return `**Revoke${who}:** nothing in the account can be taken away for it alone; see the paths.`
      const told = ways.map((way, at) => {
        const operations = way.steps.flat()
        const more = operations.length - OPERATIONS
        const lines = [
          ...operations.slice(0, OPERATIONS).flatMap(operationLines),
          ...(more > 0 ? [`# and ${more} more, all in the report`] : []),
        ]
        return `${at === 0 ? '' : 'Or '}${revocationWords(way, code)} (${touchedWords(way, code)}):\n\n${textBlock(lines)}`
      })
      return `**Revoke${who}:** ${told.join('\n\n')}`
    })
    .join('\n\n')
}

/** The command for exactly these principals, and the entries to paste. */
function approve(drift: readonly Drift[], people: People, options: BlockOptions): string {
  const command = updateCommand(
    drift.map((row) => row.principal),
    people,
    options.links,
  )
  const entries = options.entries ? entriesToPaste(drift) : ''
  if (command === '' && entries === '')
    return '**Approve:** in the baseline; the output `proposed-baseline` has the entries.'
  return ['**Approve** in a reviewed pull request:', command, entries]
    .filter((part) => part !== '')
    .join('\n\n')
}

function entriesToPaste(drift: readonly Drift[]): string {
  const [row] = drift
  if (row === undefined) return ''
  const replaced = drift.filter(
    ({ approval, principal }) => approval !== null && holderKey(approval) === principalKey(principal),
  ).length
  if (drift.length === 1) {
    const inPlace = replaced === 1 ? ', in place of the present one' : ''
    const who = principalWords(row.principal, code)
    return `The entry that approves ${who}${inPlace}:\n\n${jsonBlock(entryJson(row.proposed_entry))}`
  }
  const inPlace = replaced === 0 ? '' : `, ${replaced} of them in place of present ones`
  return fold(
    `The ${drift.length} entries to paste${inPlace}`,
    `Items of \`approvals\`:\n\n${jsonBlock(drift.map((one) => entryJson(one.proposed_entry)))}`,
  )
}
