/**
 * Whether a pattern means anything that is known: a slip in a name audits nothing, and nobody would notice. It decides
 * nothing; sets of actions are exact, whatever is known of them.
 */
import { catalogueOf, namedActions, shippedCatalogue } from '../policy/index.ts'
import type { Catalogue, CatalogueAction } from '../policy/types.ts'
import { quoteText } from '../text/quote.ts'
import { globEdits, isGlob, nearLimit } from './glob-edits.ts'

export interface KnownNames {
  readonly catalogue: Catalogue
  /** Operations by service and type, all in lower case with their spelling. */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, readonly Name[]>>
  /** Services in lower case of which every action is known. */
  readonly live: ReadonlySet<string>
}

interface Name {
  readonly operation: string
  readonly spelled: readonly [service: string, type: string, operation: string]
}

/** A pattern that is probably a slip. Both are sentences or parts of one. */
export interface NameDoubt {
  /** What is wrong with it, to follow the pattern itself. */
  readonly reason: string
  /** A pattern that was perhaps meant. */
  readonly suggestion: string | null
}

export interface NameSources {
  /** The catalogue of this audit. */
  readonly catalogue: Catalogue
  /** Services whose actions were read from the account. */
  readonly live: Iterable<string>
  /** Further names that exist, such as those of the legacy model. */
  readonly others?: readonly string[]
}

/** All names there are: of the catalogue, of the shipped one, with their aliases, and the others. */
export function knownNames({ catalogue, live, others = [] }: NameSources): KnownNames {
  const all = new Map<string, CatalogueAction>()
  const add = (action: string, accessLevel: CatalogueAction['accessLevel']): void => {
    if (!all.has(action.toLowerCase())) all.set(action.toLowerCase(), { action, accessLevel, aliases: [] })
  }
  for (const row of [...catalogue.actions, ...shippedCatalogue().actions])
    for (const name of [row.action, ...row.aliases]) add(name, row.accessLevel)
  for (const name of others) add(name, 'Write')
  const services = new Map<string, Map<string, Name[]>>()
  const lively = new Set([...live].map((service) => service.toLowerCase()))
  for (const service of lively) services.set(service, new Map())
  for (const [lower, { action }] of all) {
    const [service, type, operation] = segmentsOf(lower)
    const types = services.get(service) ?? new Map<string, Name[]>()
    services.set(service, types)
    types.set(type, [...(types.get(type) ?? []), { operation, spelled: segmentsOf(action) }])
  }
  return { catalogue: catalogueOf(catalogue.source, [...all.values()]), services, live: lively }
}

/** Why a pattern, or an action, is probably a slip; null where nothing says so. */
export function doubtAbout(pattern: string, known: KnownNames): NameDoubt | null {
  if (pattern === '*' || namedActions([{ actions: [pattern] }], known.catalogue).length > 0) return null
  const [service] = segmentsOf(pattern.toLowerCase())
  const meant = [...known.services.keys()].filter((one) => globEdits(service, one) === 0)
  const suggestion = nearest(pattern, known)
  if (meant.length === 0)
    return {
      reason: `names the service ${quoteText(service)}, of which no action is known`,
      suggestion: suggestion ?? withNearService(pattern, known),
    }
  if (meant.some((one) => known.live.has(one)))
    return { reason: `matches no action of ${meant.join(', ')}`, suggestion }
  return suggestion === null ? null : { reason: 'matches no known action', suggestion }
}

/** At most so many slips in the whole of a pattern. */
const MAXIMUM_EDITS = 2

/** The pattern with its segments put right after the known name that is nearest; null where none is near. */
function nearest(pattern: string, { services }: KnownNames): string | null {
  const written = segmentsOf(pattern)
  const [service, type, operation] = segmentsOf(pattern.toLowerCase())
  let best: { readonly edits: number; readonly text: string } | null = null
  for (const [oneService, types] of services) {
    const ofService = near(service, oneService)
    if (ofService === null) continue
    for (const [oneType, names] of types) {
      const ofType = near(type, oneType)
      if (ofType === null) continue
      for (const name of names) {
        const ofOperation = near(operation, name.operation)
        if (ofOperation === null) continue
        const edits = ofService + ofType + ofOperation
        if (edits > MAXIMUM_EDITS || (best !== null && best.edits <= edits)) continue
        const right = [ofService, ofType, ofOperation].map((wrong, at) =>
          wrong === 0 ? written[at] : name.spelled[at],
        )
        best = { edits, text: right.join(':') }
      }
    }
  }
  return best?.text ?? null
}

function withNearService(pattern: string, { services }: KnownNames): string | null {
  const [service, ...rest] = pattern.split(':') as [string, ...string[]]
  const found = [...services]
    .map(([one, types]) => ({ one, types, edits: near(service.toLowerCase(), one) }))
    .filter((candidate) => candidate.edits !== null)
    .sort((a, b) => (a.edits as number) - (b.edits as number))[0]
  if (found === undefined) return null
  const spelled = [...found.types.values()][0]?.[0]?.spelled[0] ?? found.one
  return [spelled, ...rest].join(':')
}

function near(segment: string, known: string): number | null {
  const limit = nearLimit(segment)
  // Without wildcards, lengths that differ by more are no slip.
  if (!isGlob(segment) && Math.abs(segment.length - known.length) > limit) return null
  const edits = globEdits(segment, known)
  return edits <= limit ? edits : null
}

/** `<service>:*` is every action of the service. */
function segmentsOf(pattern: string): readonly [string, string, string] {
  const [service = '', type = '', operation] = pattern.split(':')
  return operation === undefined ? [service, '*', type] : [service, type, operation]
}
