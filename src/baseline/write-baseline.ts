/**
 * Writes the baseline: the same baseline is the same bytes. Sorted by (`user_id`, `permission`), two spaces, a final
 * newline, no time of day anywhere. Entries that did not change keep the bytes they had.
 *
 * Git merges lines, and entries look alike: to it, an entry that was taken out is often its neighbour under another
 * name. So who is approved, until when and within what is one line that no other entry has, and the grants are one
 * line right below it. Where one branch changes either and another moves the entry, git sees a conflict, and cannot
 * put together what nobody approved. Each definition is one line for the same reason.
 */
import { compareText } from '../compare-text.ts'
import { YamlSource } from '../config/yaml-source.ts'
import type { ActionSet, Grant } from '../policy/types.ts'
import type { Baseline, BaselineEntry, BaselineFile, KnownGap } from './baseline.ts'

/** The whole file. */
export function writeBaseline(baseline: Baseline): string {
  return assemble(baseline, entryText)
}

/**
 * The file with another baseline in it. An entry that is equal keeps its bytes, whoever formatted it; one that only
 * gained its `within` keeps all others. Lines end as they did.
 */
export function rewriteBaseline(file: BaselineFile, next: Baseline): string {
  const source = YamlSource.read(file.text, 'baseline')
  // A checkout may have put carriage returns everywhere; a file with half of them is a change that nobody made.
  const isCarriageReturned = file.text.includes('\r\n') && !/(?<!\r)\n/.test(file.text)
  const before = new Map(file.baseline.approvals.map((entry, at) => [keyOf(entry), { entry, at }] as const))
  const text = assemble(next, (entry) => {
    const known = before.get(keyOf(entry))
    if (known === undefined) return entryText(entry)
    if (sameEntry(known.entry, entry)) return bytesAt(file.text, source, known.at)
    const { within, ...rest } = entry
    if (within !== undefined && known.entry.within === undefined && sameEntry(known.entry, rest))
      return withWithin(file.text, source, known.at, within)
    return entryText(entry)
  })
  return isCarriageReturned ? text.replaceAll(/\r?\n/g, '\r\n') : text
}

/** Entries in the order of the file: by code units, which no locale changes. */
export function compareEntries(one: BaselineEntry, other: BaselineEntry): number {
  return compareText(one.user_id, other.user_id) || compareText(one.permission, other.permission)
}

/** An entry as the file writes it: keys in their order, absent ones left out. */
export function entryJson(entry: BaselineEntry): Record<string, unknown> {
  return withoutUndefined({
    user: entry.user,
    user_id: entry.user_id,
    permission: entry.permission,
    grants: entry.grants.map(grantJson),
    justification: entry.justification,
    owner: entry.owner,
    expires: entry.expires,
    assignment: entry.assignment,
    disabled: entry.disabled,
    within: entry.within && actionSetJson(entry.within),
    ...entry.extra,
  })
}

/** What stands on the first line of an entry, in this order. */
const firstLine = ['user', 'user_id', 'permission', 'within', 'expires', 'assignment', 'disabled']

/** An entry as it stands in the file: its first line not indented, the others as far as there. */
function entryText(entry: BaselineEntry): string {
  const json = entryJson(entry)
  const field = (key: string): string => `${JSON.stringify(key)}: ${line(json[key])}`
  const first = firstLine.filter((key) => Object.hasOwn(json, key)).map(field)
  const others = Object.keys(json)
    .filter((key) => !firstLine.includes(key))
    .map(field)
  return `{\n${[first.join(', '), ...others].map((text) => `      ${text}`).join(',\n')}\n    }`
}

function assemble(baseline: Baseline, write: (entry: BaselineEntry) => string): string {
  const { account, admin_group, known_gaps } = baseline
  const definitions = Object.entries(baseline.audited_permissions)
    .sort(([one], [other]) => compareText(one, other))
    .map(([name, definition]) => `    ${JSON.stringify(name)}: ${line(actionSetJson(definition))}`)
  const entries = [...baseline.approvals].sort(compareEntries).map(write)
  const gaps = known_gaps && [...known_gaps].sort((one, other) => compareText(gapKey(one), gapKey(other)))
  const parts = [
    '  "version": 1',
    `  "account": ${line(account)}`,
    ...(admin_group === undefined ? [] : [`  "admin_group": ${line(admin_group)}`]),
    `  "audited_permissions": ${definitions.length === 0 ? '{}' : `{\n${definitions.join(',\n')}\n  }`}`,
    `  "approvals": ${block(entries, '  ')}`,
    ...(gaps === undefined ? [] : [`  "known_gaps": ${block(gaps.map(gapText), '  ')}`]),
  ]
  return `{\n${parts.join(',\n')}\n}\n`
}

function grantJson(grant: Grant): Record<string, unknown> {
  return withoutUndefined({
    ...actionSetJson(grant),
    resources: grant.resources,
    not_resources: grant.not_resources,
    condition: grant.condition,
  })
}

function actionSetJson(set: ActionSet): Record<string, unknown> {
  return withoutUndefined({ actions: set.actions, except: set.except?.length ? set.except : undefined })
}

function gapText(gap: KnownGap): string {
  const { policy_id, version_id, sha256, justification, expires } = gap
  const lines = Object.entries({ policy_id, version_id, sha256, justification, expires }).map(
    ([key, value]) => `      "${key}": ${line(value)}`,
  )
  return `{\n${lines.join(',\n')}\n    }`
}

/** A list whose items stand below each other, two spaces further in than the line it begins on. */
function block(items: readonly string[], indent: string): string {
  if (items.length === 0) return '[]'
  return `[\n${items.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}]`
}

/** A value on one line, with spaces where people put them. */
function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${line(one)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function bytesAt(text: string, source: YamlSource, at: number): string {
  const range = source.range(['approvals', at])
  if (range === null) throw new Error(`The baseline has no entry ${at} where it was read.`)
  return text.slice(range.start, range.end)
}

/** Puts `within` behind `permission`, in the manner of the fields around it. */
function withWithin(text: string, source: YamlSource, at: number, within: ActionSet): string {
  const path = ['approvals', at]
  const range = source.range(path)
  const start = source.keyOffset(path, 'permission')
  const end = source.range([...path, 'permission'])?.end
  if (range === null || start === null || end === undefined)
    throw new Error(`The baseline has no entry ${at} where it was read.`)
  const gap = /\r?\n[ \t]*$/.exec(text.slice(range.start, start))?.[0] ?? ' '
  return [
    text.slice(range.start, end),
    `,${gap}"within": ${line(actionSetJson(within))}`,
    text.slice(end, range.end),
  ].join('')
}

function sameEntry(one: BaselineEntry, other: BaselineEntry): boolean {
  return JSON.stringify(entryJson(one)) === JSON.stringify(entryJson(other))
}

function keyOf(entry: BaselineEntry): string {
  return JSON.stringify([entry.user_id, entry.permission])
}

function gapKey(gap: KnownGap): string {
  return JSON.stringify([gap.policy_id, gap.version_id, gap.sha256])
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
