/**
 * Writes the baseline: the same baseline is the same bytes. Sorted by kind (users, agencies, federated), id and
 * `permission`, two spaces, a final newline, no time of day anywhere. Entries that did not change keep the bytes they
 * had.
 *
 * Git merges lines, and entries look alike: to it, an entry that was taken out is often its neighbour under another
 * name. So who is approved, until when and within what is one line that no other entry has, and the grants are one
 * line right below it. Who may assume an agency, and whom a provider must vouch for, is part of who is approved. Where
 * one branch changes either line and another moves the entry, git sees a conflict, and cannot put together what nobody
 * approved. Each definition, and what a known gap lives with, for whom and until when, is one line for the same reason.
 */
import { comparePrincipals } from '../account/principal.ts'
import type { ActionSet, Grant } from '../policy/types.ts'
import { compareText } from '../text/compare-text.ts'
import { block, item, line, withoutUndefined } from '../text/json-lines.ts'
import { withLineFeeds } from '../text/json-syntax.ts'
import { YamlSource } from '../text/yaml-source.ts'
import type { Baseline, BaselineEntry, BaselineFile, KnownGap } from './baseline.ts'
import { entryKey, entryPrincipal } from './entry.ts'
import { gapDocument, gapDocumentKeys } from './known-gap.ts'
import { trustedKeys } from './trusted.ts'

/** How the parts of a file are written that need not be written anew. */
interface Writers {
  readonly entry: (entry: BaselineEntry) => string
  readonly gap: (gap: KnownGap) => string
}

const anew: Writers = { entry: entryText, gap: gapText }

/** The whole file. */
export function writeBaseline(baseline: Baseline): string {
  return assemble(baseline, anew)
}

/**
 * The file with another baseline in it; one that says the same leaves every byte. An entry that is equal keeps its
 * bytes, whoever formatted it; one that only gained its `within` keeps all others. Lines end as they did.
 */
export function rewriteBaseline(file: BaselineFile, baseline: Baseline): string {
  const { $schema = file.baseline.$schema, ...rest } = baseline
  const next = $schema === undefined ? rest : { $schema, ...rest }
  if (writeBaseline(next) === writeBaseline(file.baseline)) return file.text
  // A checkout may have put carriage returns everywhere; a file with half of them is a change that nobody made.
  const isCarriageReturned = file.text.includes('\r\n') && !/(?<!\r)\n/.test(file.text)
  const text = assemble(next, keepingBytes(file))
  return isCarriageReturned ? text.replaceAll(/\r?\n/g, '\r\n') : text
}

function keepingBytes({ text, baseline }: BaselineFile): Writers {
  const source = YamlSource.read(withLineFeeds(text), 'baseline')
  const entries = new Map(baseline.approvals.map((entry, at) => [entryKey(entry), { entry, at }] as const))
  const gaps = new Map(baseline.known_gaps?.map((gap, at) => [gapKey(gap), { gap, at }] as const))
  return {
    entry(entry) {
      const known = entries.get(entryKey(entry))
      if (known === undefined) return entryText(entry)
      if (sameEntry(known.entry, entry)) return bytesAt(text, source, ['approvals', known.at])
      const { within, ...rest } = entry
      if (within !== undefined && known.entry.within === undefined && sameEntry(known.entry, rest))
        return withWithin(text, source, known.at, within)
      return entryText(entry)
    },
    gap(gap) {
      const known = gaps.get(gapKey(gap))
      const isSame = known !== undefined && gapText(known.gap) === gapText(gap)
      return isSame ? bytesAt(text, source, ['known_gaps', known.at]) : gapText(gap)
    },
  }
}

/** Entries in the order of the file: by code units, which no locale changes. */
export function compareEntries(one: BaselineEntry, other: BaselineEntry): number {
  return (
    comparePrincipals(entryPrincipal(one), entryPrincipal(other)) ||
    compareText(one.permission, other.permission)
  )
}

/** An entry as the file writes it: keys in their order, absent ones left out. */
export function entryJson(entry: BaselineEntry): Record<string, unknown> {
  return withoutUndefined({
    ...holderJson(entry),
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

/** Who is approved, for what permission. */
function holderJson(entry: BaselineEntry): Record<string, unknown> {
  const { permission } = entry
  switch (entry.kind) {
    case 'user':
      return { user: entry.user, user_id: entry.user_id, permission }
    case 'agency': {
      const { agency, agency_id } = entry
      const trusted = entry.trusted.map((one) => inOrder(one, trustedKeys))
      return { agency, agency_id, permission, trusted }
    }
    case 'federated': {
      const { provider, group, group_id, issuer, keys } = entry
      const when = entry.when.map((one) =>
        'names' in one ? { names: one.names, tests: one.tests.map(testJson) } : one.map(testJson),
      )
      return { provider, group, group_id, permission, issuer, keys, when }
    }
  }
}

function testJson(test: object): Record<string, unknown> {
  return inOrder(test, ['type', 'any_one_of', 'not_any_of', 'regex'])
}

function inOrder(object: object, keys: readonly string[]): Record<string, unknown> {
  const values = object as Readonly<Record<string, unknown>>
  return withoutUndefined(Object.fromEntries(keys.map((key) => [key, values[key]])))
}

/** What stands on the first line of an entry, in this order. */
const firstLine = [
  ...['user', 'user_id', 'agency', 'agency_id', 'provider', 'group', 'group_id', 'permission', 'within'],
  ...['issuer', 'keys', 'when', 'trusted', 'expires', 'assignment', 'disabled'],
]

function entryText(entry: BaselineEntry): string {
  return item(entryJson(entry), firstLine)
}

function assemble(baseline: Baseline, write: Writers): string {
  const { $schema, account, admin_group, known_gaps } = baseline
  const definitions = Object.entries(baseline.audited_permissions)
    .sort(([one], [other]) => compareText(one, other))
    .map(([name, definition]) => `    ${JSON.stringify(name)}: ${line(actionSetJson(definition))}`)
  const entries = [...baseline.approvals].sort(compareEntries).map(write.entry)
  const gaps = known_gaps && [...known_gaps].sort((one, other) => compareText(gapKey(one), gapKey(other)))
  const parts = [
    ...($schema === undefined ? [] : [`  "$schema": ${line($schema)}`]),
    '  "version": 1',
    `  "account": ${line(account)}`,
    ...(admin_group === undefined ? [] : [`  "admin_group": ${line(admin_group)}`]),
    `  "audited_permissions": ${definitions.length === 0 ? '{}' : `{\n${definitions.join(',\n')}\n  }`}`,
    `  "approvals": ${block(entries, '  ')}`,
    ...(gaps === undefined ? [] : [`  "known_gaps": ${block(gaps.map(write.gap), '  ')}`]),
  ]
  return `{\n${parts.join(',\n')}\n}\n`
}

function grantJson(grant: Grant): Record<string, unknown> {
  const { resources, not_resources, condition, scopes } = grant
  return withoutUndefined({ ...actionSetJson(grant), resources, not_resources, condition, scopes })
}

function actionSetJson(set: ActionSet): Record<string, unknown> {
  return withoutUndefined({ actions: set.actions, except: set.except?.length ? set.except : undefined })
}

const gapKeys = [...gapDocumentKeys.flat(), 'sha256', 'for', 'expires', 'justification']

function gapText(gap: KnownGap): string {
  return item(inOrder(gap, gapKeys), gapKeys.slice(0, -1))
}

function gapKey(gap: KnownGap): string {
  return JSON.stringify([gapDocument(gap), gap.sha256])
}

function bytesAt(text: string, source: YamlSource, path: readonly PropertyKey[]): string {
  const range = source.range(path)
  if (range === null) throw new Error(`The baseline has nothing at ${path.join('.')} where it was read.`)
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
