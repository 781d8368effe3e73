/** Known actions: they give names to what a set contains, and never decide that nothing is there. */
import { presets } from '../language/presets.ts'
import type { Catalogue, CatalogueAction } from '../types.ts'
import { ActionNames } from './action-names.ts'
import shipped from './catalogue.json' with { type: 'json' }

const shippedActions = shipped as CatalogueAction[]

/** One for everybody: it remembers what it was asked for. */
const shippedNames = new ActionNames('shipped', shippedActions)

/** The catalogue that comes with the product: IAM and its neighbours, from Huawei's documentation. */
export function shippedCatalogue(): Catalogue {
  return shippedNames
}

/** A catalogue of these actions that remembers what it was asked for. */
export function catalogueOf(source: Catalogue['source'], actions: readonly CatalogueAction[]): Catalogue {
  return new ActionNames(source, actions)
}

/** The live actions of the services that were read, and the shipped ones of all others. */
export function mergeCatalogue(live: readonly CatalogueAction[]): Catalogue {
  const services = new Set(live.map((row) => serviceOf(row.action)))
  const rest = shippedActions.filter((row) => !services.has(serviceOf(row.action)))
  return new ActionNames('live', [...live, ...rest])
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

function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':')).toLowerCase()
}
