/** Rules of the baseline that span several of its parts. They look at the raw value, so that one bad entry hides nothing. */
import { principalKinds } from '../account/principal.ts'
import type { Problem } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'
import type { YamlSource } from '../text/yaml-source.ts'
import { type EntryShape, shapeOf } from './entry-schema.ts'
import { gapDocumentKeys } from './known-gap.ts'
import { isMap, type Row, rows } from './rows.ts'

export interface ReadBaselineOptions {
  /** The account the config names; null when it names none. */
  readonly account?: string | null
  /** Ids of root users, where they are known: they are never in the baseline. */
  readonly rootUserIds?: readonly string[]
}

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
  duplicates(approvals.map(identityOf)).forEach(([first, again]) => {
    const id = identityOf(approvals[again] as Row) ?? []
    report(
      ['approvals', again],
      `the entry of ${id.map(([key, text]) => `${key} ${quoteText(text)}`).join(' and ')} stands twice; the first is on line ${lineOf(['approvals', first])}.`,
      'Keep one of them.',
    )
  })
  const definitions = isMap(value.audited_permissions) ? value.audited_permissions : {}
  approvals.forEach((entry, at) => {
    withoutDefinition(entry, at, definitions, report)
    if (shapeOf(entry) === 'user' && options.rootUserIds?.includes(String(entry.user_id)))
      report(
        ['approvals', at],
        'found an entry for the root user, who always holds everything and needs no approval.',
        'Remove it.',
      )
  })
  gapProblems(rows(value.known_gaps), report, lineOf)
  return problems
}

/** What names each entry, but for a permission: a second one would approve by halves what the first does. */
const identityKeys: Readonly<Record<EntryShape, readonly string[]>> = {
  user: ['user_id'],
  agency: ['agency_id'],
  federated: ['provider', 'group_id'],
  'federated-any': ['provider', 'group_id'],
}

type Identity = readonly (readonly [key: string, text: string])[]

function identityOf(entry: Row): Identity | null {
  const shape = shapeOf(entry)
  return shape === null ? null : textsOf(entry, [...identityKeys[shape], 'permission'])
}

function textsOf(row: Row, keys: readonly string[]): Identity | null {
  const texts = keys.flatMap((key) => {
    const text = row[key]
    return typeof text === 'string' ? [[key, text] as const] : []
  })
  return texts.length === keys.length ? texts : null
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

function gapProblems(
  gaps: readonly Row[],
  report: Report,
  lineOf: (path: readonly PropertyKey[]) => number,
): void {
  duplicates(gaps.map(gapIdentity)).forEach(([first, again]) => {
    report(
      ['known_gaps', again],
      `the known gap of this document stands twice; the first is on line ${lineOf(['known_gaps', first])}.`,
      'Keep one of them.',
    )
  })
  gaps.forEach((gap, at) => {
    const all = gapDocumentKeys.flat()
    const present = all.filter((key) => Object.hasOwn(gap, key))
    const document = gapDocumentKeys.find((keys) => keys.join() === present.join())
    if (document === undefined && Object.keys(gap).length > 0)
      report(
        ['known_gaps', at],
        `found a known gap of no single document; allowed: ${gapDocumentKeys.map((keys) => keys.join(' and ')).join('; or ')}.`,
        'Write an item for each document.',
      )
    if (document === undefined || document.includes('mapping_id' as never) || !Array.isArray(gap.for)) return
    gap.for.forEach((one: unknown, number) => {
      if (typeof one !== 'string' || one === '' || isLabel(one)) return
      report(
        ['known_gaps', at, 'for', number],
        `found ${quoteText(one)}; allowed: a principal as ${principalKinds.map((kind) => `${kind}:<id>`).join(', ')}.`,
        'Put the kind and a colon before the id.',
      )
    })
  })
}

function gapIdentity(gap: Row): Identity | null {
  const document = gapDocumentKeys.find((keys) => keys.every((key) => typeof gap[key] === 'string'))
  return document === undefined ? null : textsOf(gap, [...document, 'sha256'])
}

function isLabel(text: string): boolean {
  return principalKinds.some((kind) => text.startsWith(`${kind}:`) && text.length > kind.length + 1)
}

/** Index pairs (first, again) of rows that are named alike. */
function duplicates(identities: readonly (Identity | null)[]): [number, number][] {
  const seen = new Map<string, number>()
  return identities.flatMap((identity, at): [number, number][] => {
    if (identity === null) return []
    const key = JSON.stringify(identity)
    const first = seen.get(key)
    if (first !== undefined) return [[first, at]]
    seen.set(key, at)
    return []
  })
}
