/**
 * What the issue's body carries for the next run: a marker on its first line that says whose issue it is, and a hidden
 * record at its end that says which findings it shows. Both are text that anybody with write access can edit, so a
 * record that does not fit is treated as unknown, never trusted half. Each delimiter is a line of its own, and none
 * of the lines between is one: names are made of anything, and so are the texts that quote them.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { IssueSection } from './desired-issue.ts'
import {
  GITHUB_BODY_LIMIT,
  type IssueKey,
  type IssueParts,
  type IssueRow,
  type IssueStamp,
  type NamedRow,
} from './desired-issue.ts'

const RECORD_START = '<!-- iam-audit:record '
const RECORD_END = ' -->'
const DRIFT_START = '<!-- iam-audit:drift -->'
const DRIFT_END = '<!-- /iam-audit:drift -->'
/** How every line of ours begins. */
const OURS = /^\s*<!-- \/?iam-audit:/
/** Base64 digits of a row's digest, 60 bits: 3,000 rows collide once in some hundred billion audits. */
const KEY_LENGTH = 10
/** Beyond it rows are still in the fingerprint, and only counted afterwards: the record must leave room to read. */
const MAXIMUM_KEYS = 3000
/** UTF-16 units for rows recorded with their names. */
const NAMES_BUDGET = 6000

const recordSchema = z.object({
  v: z.literal(1),
  /** How many times the body was written; a comment names the one it belongs to. */
  revision: z.number().int().nonnegative(),
  fingerprints: z.object({
    drift: z.string(),
    unconfirmed: z.string(),
    incomplete: z.string(),
    expiring: z.string(),
  }),
  /** Digests of the drift rows, `KEY_LENGTH` digits each, one after the other. */
  keys: z.string().regex(/^([A-Za-z0-9_-]{10})*$/),
  /** Rows with names: name, principal, permission, words, digest. */
  rows: z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.string().length(KEY_LENGTH)])),
  /** Handles that were assigned, so that one who was taken off again is not put back. */
  assigned: z.array(z.string()),
  /** Digest of everything before the record: tells whether somebody edited the text. */
  text: z.string(),
  /** Missing in bodies of version 1.0: such a body is written anew. */
  stamp: z.object({ taken_at: z.string(), run_url: z.string() }).optional(),
})

export type Fingerprints = z.infer<typeof recordSchema>['fingerprints']

/** A drift row as it is known between runs: `digest` stands for its key. */
export interface RecordedRow extends NamedRow {
  readonly digest: string
}

export interface IssueRecord {
  readonly revision: number
  readonly fingerprints: Fingerprints
  readonly digests: readonly string[]
  readonly rows: readonly RecordedRow[]
  readonly assigned: readonly string[]
  /** Null: an earlier version wrote the body. */
  readonly stamp: IssueStamp | null
}

/** What a body found on GitHub says. */
export interface ReadBody {
  /** Null: there is no record, or it was damaged. */
  readonly record: IssueRecord | null
  /** The text before the record is what was written. */
  readonly intact: boolean
  /** The drift part as it stands, edited or not; null when its delimiters are gone. */
  readonly drift: string | null
}

/** Short digest of a text, in base64 digits that mean nothing to markdown or HTML. */
export function digest(text: string, length = 16): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, length)
}

/** The digest that stands for a row. */
export function rowDigest(row: Pick<IssueRow, 'key'>): string {
  return digest(row.key, KEY_LENGTH)
}

/** The same set gives the same fingerprint, in whatever order. Empty for the empty set. */
export function fingerprint(digests: Iterable<string>): string {
  const sorted = [...new Set(digests)].sort()
  return sorted.length === 0 ? '' : digest(sorted.join('\n'))
}

/** True while some section has a row: what a person closes then is closed by hand. */
export function hasRows({ drift, incomplete, expiring }: Record<IssueSection, string>): boolean {
  return drift !== '' || incomplete !== '' || expiring !== ''
}

/**
 * First line of the body. Values are percent-encoded: nothing in them can end the comment or the line. The repository
 * is the one that the issue stands in: its name is not written down, since it may be renamed.
 */
export function markerLine(key: IssueKey): string {
  const [account, baseline] = [key.account, key.baseline].map(encodeURIComponent)
  return `<!-- iam-audit:v1 account=${account} baseline=${baseline} -->`
}

/** Whether a body is that of the issue for `key`. */
export function hasMarker(body: string | null, key: IssueKey): boolean {
  return (body ?? '').split('\n', 1)[0]?.trimEnd() === markerLine(key)
}

/** The web editor turns line ends into CRLF and drops blanks at their ends; neither is an edit. */
export function normalizedText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()
}

/** JSON that can neither end an HTML comment nor mean anything to markdown. */
function hiddenJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&@`\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Rows that fit the budget for names, first ones first. */
function fittingRows(rows: readonly RecordedRow[]): z.infer<typeof recordSchema>['rows'] {
  const fitting: z.infer<typeof recordSchema>['rows'] = []
  let used = 0
  for (const row of rows) {
    const tuple: (typeof fitting)[number] = [row.name, row.principal, row.permission, row.words, row.digest]
    used += hiddenJson(tuple).length + 1
    if (used > NAMES_BUDGET) break
    fitting.push(tuple)
  }
  return fitting
}

function recordBlock(record: IssueRecord, text: string): string {
  const keys = record.digests.slice(0, MAXIMUM_KEYS)
  const kept = new Set(keys)
  const json = hiddenJson({
    v: 1,
    revision: record.revision,
    fingerprints: record.fingerprints,
    keys: keys.join(''),
    rows: fittingRows(record.rows.filter((row) => kept.has(row.digest))),
    assigned: [...record.assigned],
    text: digest(normalizedText(text)),
    ...(record.stamp === null ? {} : { stamp: record.stamp }),
  } satisfies z.infer<typeof recordSchema>)
  return `${RECORD_START}${json}${RECORD_END}`
}

/** UTF-16 units that the visible parts may have together. */
export function visibleBudget(key: IssueKey, record: IssueRecord): number {
  return GITHUB_BODY_LIMIT - writeBody(key, { head: '', drift: '', rest: '' }, record).length
}

function visibleText(key: IssueKey, parts: IssueParts): string {
  const [head, drift, rest] = [parts.head, parts.drift, parts.rest].map(withoutDelimiters)
  return `${markerLine(key)}\n\n${head}\n\n${DRIFT_START}\n${drift}\n${DRIFT_END}\n\n${rest}`
}

/** The text with every line that begins as ours do shown as text: whoever renders may have let one through. */
function withoutDelimiters(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => (OURS.test(line) ? line.replace('<', '&lt;') : line))
    .join('\n')
}

/** The whole body: marker, visible parts, record. */
export function writeBody(key: IssueKey, parts: IssueParts, record: IssueRecord): string {
  const text = visibleText(key, parts)
  return `${text}\n\n${recordBlock(record, text)}\n`
}

/** Reads a body back. Never throws: whatever does not fit is unknown. */
export function readBody(body: string | null): ReadBody {
  const lines = (body ?? '').replace(/\r\n?/g, '\n').split('\n')
  const drift = driftPart(lines)
  const at = lines.findLastIndex((line) => line.startsWith(RECORD_START))
  const line = lines[at]?.trimEnd() ?? ''
  if (!line.endsWith(RECORD_END)) return { record: null, intact: false, drift }
  const parsed = recordSchema.safeParse(parseJson(line.slice(RECORD_START.length, -RECORD_END.length)))
  if (!parsed.success) return { record: null, intact: false, drift }
  const [before, after] = [lines.slice(0, at), lines.slice(at + 1)].map((part) => part.join('\n'))
  const intact = digest(normalizedText(before ?? '')) === parsed.data.text && after?.trim() === ''
  return { record: recordOf(parsed.data), intact, drift }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function recordOf(data: z.infer<typeof recordSchema>): IssueRecord {
  return {
    revision: data.revision,
    fingerprints: data.fingerprints,
    digests: Array.from({ length: data.keys.length / KEY_LENGTH }, (_, index) =>
      data.keys.slice(index * KEY_LENGTH, (index + 1) * KEY_LENGTH),
    ),
    rows: data.rows.map(([name, principal, permission, words, rowKey]) => ({
      ...{ name, principal, permission, words },
      digest: rowKey,
    })),
    assigned: data.assigned,
    stamp: data.stamp ?? null,
  }
}

/** What stands between the delimiters. Of several the outermost count: a text in between has none. */
function driftPart(lines: readonly string[]): string | null {
  const start = lines.findIndex((line) => line.trimEnd() === DRIFT_START)
  const end = lines.findLastIndex((line) => line.trimEnd() === DRIFT_END)
  return start < 0 || end < start
    ? null
    : lines
        .slice(start + 1, end)
        .join('\n')
        .trim()
}
