/** Reads the baseline file: strict JSON, every problem at once, each with its line. */

import { refuseConflictMarkers } from '../config/conflict-markers.ts'
import { byPosition, schemaProblems } from '../config/schema-problems.ts'
import { YamlSource } from '../config/yaml-source.ts'
import { UserError } from '../problem.ts'
import type { Baseline, BaselineEntry, BaselineFile } from './baseline.ts'
import { type BaselineJson, baselineSchema, entryShape } from './baseline-schema.ts'
import { crossProblems, type ReadBaselineOptions } from './cross-problems.ts'
import { entryProblems } from './entry-problems.ts'
import { jsonErrorOffset } from './json-syntax.ts'

export type { ReadBaselineOptions } from './cross-problems.ts'

/**
 * Parses the baseline.
 *
 * @throws UserError with every problem: conflict markers, syntax, duplicate keys, unknown keys, bad dates, entries
 *   that stand twice, another account, an entry whose permission has no recorded definition.
 */
export function readBaseline(text: string, path: string, options: ReadBaselineOptions = {}): BaselineFile {
  const sides =
    'Resolve the conflict: keep the entries of both sides, in the order of user_id and permission.'
  refuseConflictMarkers(text, path, sides)
  refuseOtherThanJson(text, path)
  const source = YamlSource.read(text, path)
  const value: unknown = JSON.parse(text)
  const parsed = baselineSchema.safeParse(value)
  const issues = parsed.success ? [] : schemaProblems(parsed.error.issues, source, knownKeys)
  const problems = [
    ...issues,
    ...entryProblems(value, source),
    ...crossProblems(value, source, options),
  ].sort(byPosition)
  if (problems.length > 0 || !parsed.success) throw new UserError(problems)
  const lines = parsed.data.approvals.map((_, at) => source.position(['approvals', at]).line)
  return { baseline: baselineOf(parsed.data), text, lines }
}

function refuseOtherThanJson(text: string, path: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new UserError([
      {
        where: path,
        ...lineAndColumn(text, jsonErrorOffset(text)),
        message: text.trim() === '' ? 'the file is empty.' : 'not JSON from here on.',
        remedy: 'Correct the syntax; comments and trailing commas are not JSON.',
      },
    ])
  }
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before[before.length - 1] ?? '').length + 1 }
}

function baselineOf(file: BaselineJson): Baseline {
  return {
    account: file.account,
    ...(file.admin_group === undefined ? {} : { admin_group: file.admin_group }),
    audited_permissions: file.audited_permissions as Baseline['audited_permissions'],
    approvals: file.approvals.map(entryOf),
    ...(file.known_gaps === undefined ? {} : { known_gaps: file.known_gaps }),
  }
}

function entryOf(json: BaselineJson['approvals'][number]): BaselineEntry {
  const known = Object.entries(json).filter(([key]) => Object.hasOwn(entryShape, key))
  const extra = Object.entries(json).filter(([key]) => !Object.hasOwn(entryShape, key))
  return {
    ...(Object.fromEntries(known) as unknown as Omit<BaselineEntry, 'extra'>),
    extra: Object.fromEntries(extra),
  }
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(baselineSchema.shape)
  if (path[0] === 'approvals' && path.length === 2) return [...Object.keys(entryShape), 'x-…']
  if (path.includes('grants')) return ['actions', 'except', 'resources', 'not_resources', 'condition']
  if (path[0] === 'known_gaps') return ['policy_id', 'version_id', 'sha256', 'justification', 'expires']
  return ['actions', 'except']
}
