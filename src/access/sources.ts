/** The sources of one principal, each with its own Deny, and where each of their documents comes from. */
import {
  type AttachmentLink,
  documentOf,
  type MappingLink,
  type MembershipLink,
  type Path,
  type RoleLink,
} from '../account/link.ts'
import type { Bundle } from '../account/routes.ts'
import type { GrantSource } from '../policy/index.ts'
import type { Identity, Match } from '../policy/types.ts'
import type { Documents } from './documents.ts'

/** One way by which a document reaches somebody. Members of a group come by the same routes. */
export class Route {
  readonly through: MembershipLink | MappingLink | null
  readonly grant: AttachmentLink | RoleLink
  #paths: Map<Match, Path> | null = null

  constructor(through: Route['through'], grant: Route['grant']) {
    this.through = through
    this.grant = grant
  }

  /** The path that ends in a statement of the document: one object for all who come by it. */
  pathTo(match: Match): Path {
    this.#paths ??= new Map()
    const known = this.#paths.get(match)
    if (known !== undefined) return known
    const { grant, through } = this
    const { statement, pattern, restricted } = match
    const made: Path = {
      links: through === null ? [grant] : [through, grant],
      origin: { kind: 'statement', statement, pattern, restricted },
    }
    this.#paths.set(match, made)
    return made
  }
}

/** What one holder's roles say, by the statements among which they are evaluated. */
interface LegacyLists {
  readonly domain: readonly string[]
  readonly allProjects: readonly string[]
  readonly allProjectsDenies: readonly string[]
  readonly alone: readonly string[]
  readonly apart: readonly string[]
}

export class SourceLists {
  readonly #documents: Documents
  readonly #legacy = new WeakMap<Bundle, LegacyLists>()
  readonly #routes = new WeakMap<Bundle, BundleRoutes>()

  constructor(documents: Documents) {
    this.#documents = documents
  }

  /** Where each document of some bundles comes from. What is known of a bundle serves everybody who has it. */
  routesOf(bundles: readonly Bundle[]): RoutesByDocument {
    return new RoutesByDocument(bundles, (bundle) => {
      const known = this.#routes.get(bundle) ?? routesIn(bundle)
      this.#routes.set(bundle, known)
      return known
    })
  }

  /**
   * The sources of a principal with these bundles. Identity policies are one; legacy policies of one scope are one;
   * a Deny for all resources also takes from what is granted for global services; each legacy role is one by itself.
   */
  of(bundles: readonly Bundle[], identity: Identity): GrantSource[] {
    const sources: GrantSource[] = []
    const policies: (readonly string[])[] = []
    let hasRoles = false
    for (let at = 0; at < bundles.length; at++) {
      const bundle = bundles[at] as Bundle
      if (bundle.policies.length > 0) policies.push(bundle.policies)
      if (bundle.roles.length > 0) hasRoles = true
    }
    if (policies.length > 0) sources.push({ policies, identity })
    if (hasRoles) this.#addLegacy(sources, bundles, identity)
    return sources
  }

  #addLegacy(sources: GrantSource[], bundles: readonly Bundle[], identity: Identity): void {
    const domain: (readonly string[])[] = []
    const denies: (readonly string[])[] = []
    const allProjects: (readonly string[])[] = []
    const apart: (readonly string[])[] = []
    let alone: Set<string> | null = null
    for (let at = 0; at < bundles.length; at++) {
      const bundle = bundles[at] as Bundle
      if (bundle.roles.length === 0) continue
      const own = this.#legacyOf(bundle)
      if (own.domain.length > 0) domain.push(own.domain)
      if (own.allProjectsDenies.length > 0) denies.push(own.allProjectsDenies)
      if (own.allProjects.length > 0) allProjects.push(own.allProjects)
      if (own.apart.length > 0) apart.push(own.apart)
      if (own.alone.length > 0) alone = new Set([...(alone ?? []), ...own.alone])
    }
    if (domain.length > 0)
      sources.push({ policies: denies.length === 0 ? domain : [...domain, ...denies], identity })
    if (allProjects.length > 0) sources.push({ policies: allProjects, identity })
    if (apart.length > 0) sources.push({ policies: apart, identity })
    for (const key of alone ?? []) sources.push({ policies: [key], identity })
  }

  #legacyOf(bundle: Bundle): LegacyLists {
    const known = this.#legacy.get(bundle)
    if (known !== undefined) return known
    const rows = bundle.roles.flatMap((link) => this.#documents.roles.get(link.document) ?? [])
    const keys = (lane: string): string[] =>
      bundle.roles.map((link) => link.document).filter((key) => this.#documents.roles.get(key)?.lane === lane)
    const lists = {
      domain: keys('domain'),
      allProjects: keys('all-projects'),
      allProjectsDenies: rows.flatMap((row) => row.denies ?? []),
      alone: keys('alone'),
      apart: keys('apart'),
    }
    this.#legacy.set(bundle, lists)
    return lists
  }
}

/** Routes of some bundles by the key of their document. */
export class RoutesByDocument {
  readonly #bundles: readonly Bundle[]
  readonly #routesOf: (bundle: Bundle) => BundleRoutes
  #byBundle: readonly BundleRoutes[] | null = null

  constructor(bundles: readonly Bundle[], routesOf: (bundle: Bundle) => BundleRoutes) {
    this.#bundles = bundles
    this.#routesOf = routesOf
  }

  of(document: string): readonly Route[] {
    this.#byBundle ??= this.#bundles.map(this.#routesOf)
    const all = this.#byBundle
    let routes = noRoutes
    for (let at = 0; at < all.length; at++) {
      const own = all[at]?.get(document)
      if (own !== undefined) routes = routes.length === 0 ? own : [...routes, ...own]
    }
    return routes
  }
}

const noRoutes: readonly Route[] = []

/** Routes of one bundle by the key of their document. */
type BundleRoutes = ReadonlyMap<string, readonly Route[]>

function routesIn({ through, attachments, roles }: Bundle): BundleRoutes {
  return Map.groupBy<string, Route>(
    [...attachments, ...roles].map((grant) => new Route(through, grant)),
    ({ grant }) => documentOf(grant),
  )
}
