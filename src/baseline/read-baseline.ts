/** Reads the baseline file: strict JSON, every problem at once, each with its line. */

import { refuseConflictMarkers } from '../text/conflict-markers.ts'
import { jsonErrorOffset, withLineFeeds } from '../text/json-syntax.ts'
import { UserError } from '../text/problem.ts'
import { byPosition, schemaProblems, type ZodIssue } from '../text/schema-problems.ts'
import { YamlSource } from '../text/yaml-source.ts'
import type { Baseline, BaselineEntry, BaselineFile } from './baseline.ts'
import { baselineSchema, type FrameJson, frameSchema, knownGapSchema } from './baseline-schema.ts'
import { crossProblems, type ReadBaselineOptions } from './cross-problems.ts'
import { entryProblems } from './entry-problems.ts'
import { entrySchemas, grantSchema, keysOf, kindlessSchema, shapeOf, trustedSchema } from './entry-schema.ts'
import { isMap } from './rows.ts'

export type { ReadBaselineOptions } from './cross-problems.ts'

/**
 * Parses the baseline.
 *
 * @throws UserError with every problem: conflict markers, syntax, duplicate keys, unknown keys, bad dates, entries
 *   that stand twice, another account, an entry whose permission has no recorded definition.
 */
export function readBaseline(text: string, path: string, options: ReadBaselineOptions = {}): BaselineFile {
  const sides =
    'Resolve the conflict: keep the entries of both sides, in the order of kind, id and permission.'
  refuseConflictMarkers(text, path, sides)
  const value = parseJson(text, path)
  const source = YamlSource.read(withLineFeeds(text), path)
  const frame = frameSchema.safeParse(value)
  const { entries, issues } = readEntries(value)
  const own = frame.success ? [] : frame.error.issues
  const problems = [
    ...schemaProblems([...own, ...issues], source, knownKeys),
    ...entryProblems(value, source),
    ...crossProblems(value, source, options),
  ].sort(byPosition)
  if (problems.length > 0 || !frame.success) throw new UserError(problems)
  const lines = entries.map((_, at) => source.position(['approvals', at]).line)
  return { baseline: baselineOf(frame.data, entries), text, lines }
}

/** Editors of some platforms put this first; it says nothing. */
const BYTE_ORDER_MARK = '\ufeff'

function parseJson(text: string, path: string): unknown {
  const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
  try {
    return JSON.parse(json)
  } catch {
    throw new UserError([
      {
        where: path,
        ...lineAndColumn(withLineFeeds(json), jsonErrorOffset(json)),
        message: json.trim() === '' ? 'the file is empty.' : 'not JSON from here on.',
        remedy: 'Correct the syntax; comments and trailing commas are not JSON.',
      },
    ])
  }
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before[before.length - 1] ?? '').length + 1 }
}

/** Each entry is read by the schema of its kind, so that it is held to its own rules. */
function readEntries(value: unknown): { entries: BaselineEntry[]; issues: readonly ZodIssue[] } {
  const list = isMap(value) && Array.isArray(value.approvals) ? value.approvals : []
  const entries: BaselineEntry[] = []
  const issues: ZodIssue[] = []
  list.forEach((item: unknown, at) => {
    const shape = isMap(item) ? shapeOf(item) : null
    const result = (shape === null ? kindlessSchema : entrySchemas[shape]).safeParse(item)
    if (!result.success)
      issues.push(
        ...result.error.issues.map((issue) => ({ ...issue, path: ['approvals', at, ...issue.path] })),
      )
    else if (shape !== null)
      entries.push(entryOf(result.data, shape === 'federated-any' ? 'federated' : shape))
  })
  return { entries, issues }
}

function entryOf(json: Readonly<Record<string, unknown>>, kind: BaselineEntry['kind']): BaselineEntry {
  const known: [string, unknown][] = []
  const extra: [string, unknown][] = []
  const keys = keysOf(kind)
  for (const field of Object.entries(json)) (keys.includes(field[0]) ? known : extra).push(field)
  // The schema of this kind has passed.
  return { kind, ...Object.fromEntries(known), extra: Object.fromEntries(extra) } as unknown as BaselineEntry
}

function baselineOf({ version: _, approvals: __, ...file }: FrameJson, approvals: BaselineEntry[]): Baseline {
  // The rules on known gaps have passed: each names exactly one document.
  return { ...file, approvals } as unknown as Baseline
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(baselineSchema.shape)
  if (path.includes('trusted')) return Object.keys(trustedSchema.shape)
  if (path.includes('when')) return ['type', 'any_one_of', 'not_any_of', 'regex', 'names', 'tests']
  if (path.includes('grants')) return Object.keys(grantSchema.shape)
  if (path[0] === 'known_gaps') return Object.keys(knownGapSchema.shape)
  return ['actions', 'except']
}
