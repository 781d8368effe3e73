/**
 * Writes the baseline: the same baseline is the same bytes. Sorted by (`user_id`, `permission`), two spaces, a final
 * newline, no time of day anywhere. Entries that did not change keep the bytes they had.
 */
import type { ActionSet, Grant } from '../policy/types.ts'
import type { Baseline, BaselineEntry, BaselineFile } from './baseline.ts'

/** The whole file. */
export function writeBaseline(baseline: Baseline): string {
  return assemble(baseline, (entry) => indented(entryJson(entry), '    '))
}

/** The file with another baseline in it; entries that are equal keep their bytes, whoever formatted them. */
export function rewriteBaseline(file: BaselineFile, next: Baseline): string {
  const before = new Map(
    entryTexts(file.text, file.baseline.approvals.length).map((text, at) => [
      keyOf(file.baseline.approvals[at] as BaselineEntry),
      { text, json: JSON.stringify(entryJson(file.baseline.approvals[at] as BaselineEntry)) },
    ]),
  )
  return assemble(next, (entry) => {
    const known = before.get(keyOf(entry))
    const json = entryJson(entry)
    return known !== undefined && known.json === JSON.stringify(json) ? known.text : indented(json, '    ')
  })
}

/** Entries in the order of the file. */
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

function assemble(baseline: Baseline, write: (entry: BaselineEntry) => string): string {
  const { account, admin_group, known_gaps } = baseline
  const definitions = Object.entries(baseline.audited_permissions)
    .sort(([one], [other]) => compareText(one, other))
    .map(([name, definition]) => [name, actionSetJson(definition)])
  const entries = [...baseline.approvals].sort(compareEntries).map(write)
  const gaps = known_gaps && [...known_gaps].sort((one, other) => compareText(gapKey(one), gapKey(other)))
  const head = withoutUndefined({
    version: 1,
    account,
    admin_group,
    audited_permissions: Object.fromEntries(definitions),
  })
  const parts = [
    ...Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${inner(value, '  ')}`),
    entries.length === 0
      ? '  "approvals": []'
      : `  "approvals": [\n${entries.map((entry) => `    ${entry}`).join(',\n')}\n  ]`,
    ...(gaps === undefined ? [] : [`  "known_gaps": ${inner(gaps, '  ')}`]),
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

function indented(json: unknown, indent: string): string {
  return inner(json, indent)
}

/** Multi-line JSON that continues at an indent; its first line is not indented. */
function inner(json: unknown, indent: string): string {
  return JSON.stringify(json, null, 2).replaceAll('\n', `\n${indent}`)
}

/**
 * The bytes of each entry in a file that was read as JSON before: from its opening brace to its closing one.
 */
function entryTexts(json: string, count: number): string[] {
  const texts: string[] = []
  let depth = 0
  let start = -1
  let inApprovals = false
  for (let at = 0; at < json.length && texts.length < count; at++) {
    const character = json[at]
    if (character === '"') {
      const end = endOfString(json, at)
      if (depth === 1 && json.slice(at, end) === '"approvals"') inApprovals = true
      at = end - 1
    } else if (character === '{' || character === '[') {
      depth++
      if (inApprovals && depth === 3) start = at
    } else if (character === '}' || character === ']') {
      depth--
      if (inApprovals && depth === 2) texts.push(json.slice(start, at + 1))
      if (depth === 1) inApprovals = false
    }
  }
  return texts
}

function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}

function keyOf(entry: BaselineEntry): string {
  return JSON.stringify([entry.user_id, entry.permission])
}

function gapKey(gap: { policy_id: string; version_id: string; sha256: string }): string {
  return [gap.policy_id, gap.version_id, gap.sha256].join(' ')
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
