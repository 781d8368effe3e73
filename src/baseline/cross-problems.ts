/** Rules of the baseline that span several of its parts. They look at the raw value, so that one bad entry hides nothing. */
import type { YamlSource } from '../config/yaml-source.ts'
import type { Problem } from '../problem.ts'
import { quoteText } from '../text-quote.ts'

export interface ReadBaselineOptions {
  /** The account the config names; null when it names none. */
  readonly account?: string | null
  /** Ids of root users, where they are known: they are never in the baseline. */
  readonly rootUserIds?: readonly string[]
}

export type Row = Readonly<Record<string, unknown>>
type Report = (path: readonly PropertyKey[], message: string, remedy: string) => void

/** Every such problem of a file that is JSON, whatever its shape; what has the wrong shape is left to the schema. */
export function crossProblems(value: unknown, source: YamlSource, options: ReadBaselineOptions): Problem[] {
  const problems: Problem[] = []
  const report: Report = (path, message, remedy) => {
    problems.push({ where: source.path, ...source.position(path), message, remedy })
  }
  if (!isMap(value)) return []
  if (options.account && typeof value.account === 'string' && value.account !== options.account)
    report(
      ['account'],
      `found the account ${quoteText(value.account)}; the config names ${quoteText(options.account)}.`,
      'Use the baseline of that account.',
    )
  const lineOf = (path: readonly PropertyKey[]): number => source.position(path).line
  const approvals = rows(value.approvals)
  duplicates(approvals, ['user_id', 'permission']).forEach(([first, again]) => {
    const { user_id, permission } = approvals[again] as Row
    report(
      ['approvals', again],
      `the entry of user_id ${quoteText(user_id)} and permission ${quoteText(permission)} stands twice; the first is on line ${lineOf(['approvals', first])}.`,
      'Keep one of them.',
    )
  })
  duplicates(rows(value.known_gaps), ['policy_id', 'version_id', 'sha256']).forEach(([first, again]) => {
    report(
      ['known_gaps', again],
      `the known gap of this document stands twice; the first is on line ${lineOf(['known_gaps', first])}.`,
      'Keep one of them.',
    )
  })
  const definitions = isMap(value.audited_permissions) ? value.audited_permissions : {}
  approvals.forEach((entry, at) => {
    withoutDefinition(entry, at, definitions, report)
    if (options.rootUserIds?.includes(String(entry.user_id)))
      report(
        ['approvals', at],
        'found an entry for the root user, who always holds everything and needs no approval.',
        'Remove it.',
      )
  })
  return problems
}

function withoutDefinition(entry: Row, at: number, definitions: Row, report: Report): void {
  const { permission, within } = entry
  if (typeof permission !== 'string' || within !== undefined || Object.hasOwn(definitions, permission)) return
  report(
    ['approvals', at, 'permission'],
    `the permission ${quoteText(permission)} has no definition in audited_permissions, and the entry has no within.`,
    'Record the definition that it was approved against.',
  )
}

/** Index pairs (first, again) of rows that agree in all the keys, each of them text. */
function duplicates(list: readonly Row[], keys: readonly string[]): [number, number][] {
  const seen = new Map<string, number>()
  return list.flatMap((row, at): [number, number][] => {
    const parts = keys.map((key) => row[key])
    if (!parts.every((part) => typeof part === 'string')) return []
    const key = JSON.stringify(parts)
    const first = seen.get(key)
    if (first !== undefined) return [[first, at]]
    seen.set(key, at)
    return []
  })
}

/** Positions in the list stay what they are in the file; what is no map counts as an empty one. */
export function rows(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value.map((one) => (isMap(one) ? one : {})) : []
}

export function isMap(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
