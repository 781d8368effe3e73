/** Reads the baseline file: strict JSON, every problem at once, each with its line. */
import { schemaProblems } from '../config/schema-problems.ts'
import { YamlSource } from '../config/yaml-source.ts'
import { duplicateKey } from '../policy/index.ts'
import { type Problem, UserError } from '../problem.ts'
import { quoteText } from '../text-quote.ts'
import type { Baseline, BaselineEntry, BaselineFile } from './baseline.ts'
import { type BaselineJson, baselineSchema, entryShape } from './baseline-schema.ts'

export interface ReadBaselineOptions {
  /** The account the config names; null when it names none. */
  readonly account?: string | null
  /** Ids of root users, where they are known: they are never in the baseline. */
  readonly rootUserIds?: readonly string[]
}

/**
 * Parses the baseline.
 *
 * @throws UserError with every problem: conflict markers, syntax, duplicate keys, unknown keys, bad dates, entries
 *   that stand twice, another account, an entry whose permission has no recorded definition.
 */
export function readBaseline(text: string, path: string, options: ReadBaselineOptions = {}): BaselineFile {
  refuseConflictMarkers(text, path)
  refuseOtherThanJson(text, path)
  const source = YamlSource.read(text, path)
  const parsed = baselineSchema.safeParse(JSON.parse(text))
  if (!parsed.success) throw new UserError(schemaProblems(parsed.error.issues, source, knownKeys))
  const lines = parsed.data.approvals.map((_, at) => source.position(['approvals', at]).line)
  const problems = crossProblems(parsed.data, source, options)
  if (problems.length > 0) throw new UserError(problems)
  return { baseline: baselineOf(parsed.data), text, lines }
}

function refuseConflictMarkers(text: string, path: string): void {
  const line = text.split('\n').findIndex((one) => /^(<{7}|={7}|>{7}|\|{7})( |$)/.test(one.trimEnd()))
  if (line >= 0)
    throw new UserError([
      {
        where: path,
        line: line + 1,
        column: 1,
        message: 'found a merge conflict marker.',
        remedy:
          'Resolve the conflict: keep the entries of both sides, in the order of user_id and permission.',
      },
    ])
}

function refuseOtherThanJson(text: string, path: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    const message = (error as Error).message
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? text.length)
    throw new UserError([
      {
        where: path,
        ...lineAndColumn(text, offset),
        message: text.trim() === '' ? 'the file is empty.' : 'not JSON from here on.',
        remedy: 'Correct the syntax; comments and trailing commas are not JSON.',
      },
    ])
  }
  const duplicate = duplicateKey(text)
  if (duplicate !== null)
    throw new UserError([
      {
        where: path,
        ...lineAndColumn(text, duplicate.offset),
        message: `the key ${quoteText(duplicate.key)} stands twice in one object.`,
        remedy: 'Keep one of them.',
      },
    ])
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before[before.length - 1] ?? '').length + 1 }
}

function crossProblems(file: BaselineJson, source: YamlSource, options: ReadBaselineOptions): Problem[] {
  const problems: Problem[] = []
  const at = (path: readonly PropertyKey[], message: string, remedy: string): void => {
    problems.push({ where: source.path, ...source.position(path), message, remedy })
  }
  if (options.account && file.account !== options.account)
    at(
      ['account'],
      `found the account ${quoteText(file.account)}; the config names ${quoteText(options.account)}.`,
      'Use the baseline of that account.',
    )
  const keys = new Map<string, number>()
  file.approvals.forEach((entry, index) => {
    const key = JSON.stringify([entry.user_id, entry.permission])
    const first = keys.get(key)
    if (first !== undefined)
      at(
        ['approvals', index],
        `the entry of user_id ${quoteText(entry.user_id)} and permission ${quoteText(entry.permission)} stands twice; the first is on line ${source.position(['approvals', first]).line}.`,
        'Keep one of them.',
      )
    else keys.set(key, index)
    if (entry.within === undefined && !Object.hasOwn(file.audited_permissions, entry.permission))
      at(
        ['approvals', index, 'permission'],
        `the permission ${quoteText(entry.permission)} has no definition in audited_permissions, and the entry has no within.`,
        'Record the definition that it was approved against.',
      )
    if (options.rootUserIds?.includes(entry.user_id))
      at(
        ['approvals', index],
        'found an entry for the root user, who always holds everything and needs no approval.',
        'Remove it.',
      )
  })
  return problems
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
