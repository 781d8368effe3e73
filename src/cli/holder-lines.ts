/** Holders as lines, grouped by the way they came: whoever reads looks at the ways. */
import type { Holding } from '../access/model.ts'
import { principalLabel } from '../account/principal.ts'
import { compareDanger } from '../audit/order.ts'
import { visible } from '../render/escape.ts'
import { datesWords, pathWords, routeWords } from '../render/path-words.ts'
import { principalWords } from '../render/principal-words.ts'
import { actionsWords, denyWords, listWords, restrictionWords } from '../render/words.ts'
import { compareText } from '../text/compare-text.ts'

export interface HolderWords {
  /** Whether ids stand beside the names. */
  readonly ids: boolean
  /** Whether it is said which permission is held, and how much of it. */
  readonly permission: boolean
}

/** Names shown of one way; the report has all. */
const NAMES = 100

/** Every holding once, those that came by the same ways in one group, the most dangerous first. */
export function holderLines(holdings: readonly Holding[], words: HolderWords): string[] {
  const groups = new Map<string, Holding[]>()
  for (const holding of holdings) {
    const key = JSON.stringify([
      ...[holding.permission, holding.extent, holding.restricted, holding.grants],
      ...[waysOf(holding), holding.paths_omitted, holding.conditional_denies],
    ])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [holding])
    else group.push(holding)
  }
  return [...groups.values()].sort(compareGroups).flatMap((group) => groupLines(group, words))
}

function groupLines(group: readonly Holding[], { ids, permission }: HolderWords): string[] {
  const [first] = group
  if (first === undefined) return []
  const names = group.map((one) => nameOf(one, ids)).sort(compareText)
  const denies = denyWords(first.conditional_denies, visible)
  const omitted = first.paths_omitted
  return [
    `  ${listWords(names, NAMES)}`,
    ...(permission
      ? [`    holds ${heldWords(first)} ${visible(first.permission)}: ${actionsWords(first, visible)}`]
      : first.extent === 'part'
        ? [`    a part of it: ${actionsWords(first, visible)}`]
        : []),
    ...limitLines(first),
    ...waysOf(first).map((way) => `    through ${way}`),
    ...(omitted > 0 ? [`    and ${omitted} more ways`] : []),
    ...(denies === null ? [] : [`    ${denies}`]),
  ]
}

/** A principal by name, with what else is needed to tell who that is. */
export function nameOf({ principal, enabled }: Pick<Holding, 'principal' | 'enabled'>, ids: boolean): string {
  const id = ids ? ` (${visible(principal.kind === 'user' ? principal.id : principalLabel(principal))})` : ''
  return `${principalWords(principal, visible)}${id}${enabled ? '' : ', disabled'}`
}

function heldWords({ extent }: Holding): string {
  return extent === 'all' ? 'everything in' : 'a part of'
}

function limitLines({ grants, restricted }: Holding): string[] {
  const limits = restrictionWords(grants, visible)
  return limits === null ? [] : [`    ${restricted ? 'only' : 'in part only'} ${limits}`]
}

/** Ways with their dates; of agencies and federated people with who that may be. */
function waysOf(holding: Holding): readonly string[] {
  const ways = holding.paths.map((path) => {
    const dates = datesWords(path, visible)
    const way =
      holding.principal.kind === 'user' ? routeWords(path, visible) : pathWords(holding, path, visible)
    return `${way}${dates === null ? '' : ` (${dates})`}`
  })
  return [...new Set(ways)]
}

function compareGroups(one: readonly Holding[], other: readonly Holding[]): number {
  const [a, b] = [one[0] as Holding, other[0] as Holding]
  return compareDanger(a, b) || other.length - one.length || compareText(a.principal.name, b.principal.name)
}
