/** Known actions: they give names to what a set contains, and never decide that nothing is there. */
import { compareText } from '../compare-text.ts'
import shipped from './catalogue.json' with { type: 'json' }
import { NumberSet } from './number-set.ts'
import { boxMatchesSegments, rememberedBoxes } from './pattern.ts'
import { presets } from './presets.ts'
import type { AccessLevel, Catalogue, CatalogueAction, Grant } from './types.ts'

const shippedActions = shipped as CatalogueAction[]

const shippedWhole: Catalogue = { source: 'shipped', actions: shippedActions }

/** The catalogue that comes with the product: IAM and its neighbours, from Huawei's documentation. */
export function shippedCatalogue(): Catalogue {
  return shippedWhole
}

/** The live actions of the services that were read, and the shipped ones of all others. */
export function mergeCatalogue(live: readonly CatalogueAction[]): Catalogue {
  const services = new Set(live.map((row) => serviceOf(row.action)))
  const rest = shippedActions.filter((row) => !services.has(serviceOf(row.action)))
  return { source: 'live', actions: [...live, ...rest] }
}

/** Text whose digest tells one shipped catalogue and set of presets from another. */
export function shippedData(): { readonly catalogue: string; readonly presets: string } {
  return { catalogue: JSON.stringify(shippedActions), presets: JSON.stringify(presets) }
}

/**
 * The patterns, each literal followed by the aliases the shipped catalogue gives it, in both directions. Always the
 * shipped one, so that a verdict does not depend on which catalogue could be read.
 */
export function expandAliases(actions: readonly string[]): readonly string[] {
  const expanded = new Map<string, string>()
  const add = (action: string): void => {
    if (!expanded.has(action.toLowerCase())) expanded.set(action.toLowerCase(), action)
  }
  for (const action of actions) {
    add(action)
    for (const row of shippedActions) {
      const names = [row.action, ...row.aliases]
      if (names.some((name) => name.toLowerCase() === action.toLowerCase())) names.forEach(add)
    }
  }
  return [...expanded.values()]
}

/**
 * Names of the catalogue that the grants contain, as a reader should see them: first the ways to more power in the order
 * of the escalation preset, then by access level (the level alone is no guide: making another user a key is only a
 * Write), then by name.
 */
export function namedActions(grants: readonly Grant[], catalogue: Catalogue): readonly string[] {
  const index = indexOf(catalogue)
  const { named, excepted, actions } = index
  named.clear()
  for (const grant of grants) {
    const { except } = grant
    if (except !== undefined) {
      excepted.clear()
      for (const pattern of except) for (const row of rowsOf(pattern, index)) excepted.add(row)
    }
    for (const pattern of grant.actions)
      for (const row of rowsOf(pattern, index)) if (except === undefined || !excepted.has(row)) named.add(row)
  }
  return named.list().map((row) => actions[row] as string)
}

interface CatalogueIndex {
  /** Each once, most dangerous first. */
  readonly actions: readonly string[]
  readonly segments: readonly (readonly string[])[]
  /** Numbers of all rows, and of those of one service. */
  readonly all: readonly number[]
  readonly byService: ReadonlyMap<string | undefined, readonly number[]>
  /** Of rows, for whoever asks at the moment. */
  readonly named: NumberSet
  readonly excepted: NumberSet
  /** Rows that a pattern matches, remembered: every holding asks for the same patterns. */
  readonly rows: Map<string, readonly number[]>
}

const indexes = new WeakMap<Catalogue, CatalogueIndex>()

function indexOf(catalogue: Catalogue): CatalogueIndex {
  const known = indexes.get(catalogue)
  if (known !== undefined) return known
  const actions = dangerousFirst(catalogue)
  const segments = actions.map((action) => action.toLowerCase().split(':'))
  const [named, excepted] = [new NumberSet(actions.length), new NumberSet(actions.length)]
  const all = [...actions.keys()]
  const byService = Map.groupBy(all, (row) => segments[row]?.[0])
  const index = { actions, segments, all, byService, named, excepted, rows: new Map() }
  indexes.set(catalogue, index)
  return index
}

function rowsOf(pattern: string, index: CatalogueIndex): readonly number[] {
  const known = index.rows.get(pattern)
  if (known !== undefined) return known
  const rows = matchedRows(pattern, index)
  index.rows.set(pattern, rows)
  return rows
}

function matchedRows(pattern: string, { all, byService, segments }: CatalogueIndex): readonly number[] {
  const matched = new Set<number>()
  for (const box of rememberedBoxes().read(pattern, 'grants'))
    for (const row of box.service === null ? all : (byService.get(box.service) ?? []))
      if (boxMatchesSegments(box, segments[row] as readonly string[])) matched.add(row)
  return [...matched]
}

const levelRank: Readonly<Record<AccessLevel, number>> = {
  Permission_management: 1,
  Write: 2,
  Tagging: 3,
  Read: 4,
  List: 5,
}

/** Patterns of the escalation preset, the worst first. */
const escalations = (presets['privilege-escalation@1']?.actions ?? []).map((row) => row.pattern)

/** All names, each once. */
function dangerousFirst({ actions }: Catalogue): readonly string[] {
  const boxes = rememberedBoxes()
  const ways = escalations.map((pattern) => boxes.read(pattern, 'grants'))
  const ranked = new Map<string, { readonly action: string; readonly way: number; readonly level: number }>()
  for (const { action, accessLevel } of actions) {
    const segments = action.toLowerCase().split(':')
    const way = ways.findIndex((own) => own.some((box) => boxMatchesSegments(box, segments)))
    ranked.set(action, { action, way: way < 0 ? ways.length : way, level: levelRank[accessLevel] })
  }
  return [...ranked.values()]
    .sort(
      (one, other) => one.way - other.way || one.level - other.level || compareText(one.action, other.action),
    )
    .map((one) => one.action)
}

function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':')).toLowerCase()
}
