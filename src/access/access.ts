/**
 * Who holds what: every principal of the account against every audited permission. What a principal holds is the union
 * of what it holds by each source, each with its own Deny, and of what the agencies hold that it may assume.
 */
import { documentOf, type Link, LinkSet } from '../account/link.ts'
import type { Principal, PrincipalRef } from '../account/principal.ts'
import type { Bundle } from '../account/routes.ts'
import { type GrantSource, holdsEverything } from '../policy/index.ts'
import type { Held, Identity, Permission } from '../policy/types.ts'
import type { Documents } from './documents.ts'
import { Graph, type GraphParts, type Reached } from './graph.ts'
import { PathMemory } from './path-memory.ts'
import { type AskedAccount, type Paths, pathsOf } from './paths.ts'
import { PrincipalSources, type SourcesParts } from './principal-sources.ts'
import { type ShownDeny, shownDenies } from './shown-denies.ts'

export interface AccessParts extends GraphParts, SourcesParts {
  readonly account: string
  readonly permissions: readonly Permission[]
  readonly documents: Documents
}

/** A document, and the links by which it reaches somebody. */
export interface ReachingDocument {
  readonly document: string
  readonly links: readonly Link[]
}

export class Access {
  readonly #parts: AccessParts
  readonly #graph: Graph
  readonly #sources: PrincipalSources
  readonly #everything: ReadonlyMap<string, Held>
  readonly #memory: PathMemory
  readonly #asked: AskedAccount

  /** @param whole the account as it is, of which this is one without some links: what is alike is remembered once */
  constructor(parts: AccessParts, graph = new Graph(parts), whole: Access | null = null) {
    this.#parts = parts
    this.#graph = graph
    this.#sources = new PrincipalSources(parts, graph)
    this.#memory = whole === null ? new PathMemory(parts.account) : whole.#memory
    this.#everything =
      whole === null
        ? new Map(parts.permissions.map((one) => [one.name, holdsEverything(one)]))
        : whole.#everything
    const { account, documents } = parts
    this.#asked = { account, documents, graph, sources: this.#sources, memory: this.#memory }
  }

  get principals(): readonly Principal[] {
    return this.#parts.principals
  }

  /** Null for somebody who is no principal of this account. */
  principal(ref: PrincipalRef): Principal | null {
    return this.#graph.principal(ref)
  }

  /**
   * The account as it would be without some links. A membership or a mapping is taken from the principal that is asked
   * about; everything else from everybody.
   */
  without(links: Iterable<Link>): Access {
    return new Access(this.#parts, this.#graph.without(links), this)
  }

  /** The account as it is when these documents grant and deny nothing. */
  accepting(documents: ReadonlySet<string>): Access {
    return documents.size === 0 ? this : new Access({ ...this.#parts, accepted: documents })
  }

  /** The same people asked about other permissions, by documents and routes that say more than what is audited. */
  asking(parts: Partial<AccessParts>): Access {
    return new Access({ ...this.#parts, ...parts })
  }

  get documents(): Documents {
    return this.#parts.documents
  }

  /** Whether there is anything at all that might give something to a principal. */
  mayHold(principal: Principal): boolean {
    return this.bundles(principal).length > 0 || this.reached(principal).length > 0
  }

  /** What was given to a principal, directly and by groups. */
  bundles(principal: PrincipalRef): readonly Bundle[] {
    return this.#graph.bundles(principal)
  }

  /** Whether a principal is in the built-in group, so that it may do everything whatever any Deny says. */
  holdsAll(principal: PrincipalRef): boolean {
    return this.#graph.holdsAll(principal)
  }

  /** Agencies that a principal may come to act as, each once, nearest first. */
  reached(principal: Principal): readonly Reached[] {
    return this.#graph.reached(principal)
  }

  /** What a principal holds of a permission, by all its sources; null when it cannot be decided. */
  held(principal: Principal, permission: string): Held | null {
    if (this.holdsAll(principal)) return this.#everything.get(permission) ?? null
    return this.#sources.ask(this.#sources.all(principal), permission)
  }

  /** By what sources a principal holds something, those of the agencies that it may come to act as among them. */
  sourcesOf(principal: Principal): readonly GrantSource[] {
    return this.#sources.all(principal).list.map(({ source }) => source)
  }

  /** What it holds without assuming any agency, and without the built-in group. */
  heldWithoutAgencies(principal: Principal, permission: string): Held | null {
    return this.#sources.ask(this.#sources.own(principal), permission)
  }

  /** What one document by itself gives a principal, by whatever source it comes. */
  heldThrough(principal: Principal, document: string, permission: string): Held | null {
    const identities = new Set<Identity>()
    for (const { source } of this.#sources.all(principal).list)
      if (
        source.policies.some(
          (list) => list === document || (typeof list !== 'string' && list.includes(document)),
        )
      )
        identities.add(source.identity)
    const sources = [...identities].map((identity) => ({ policies: [document], identity }))
    const held = this.#parts.evaluator.held(sources, permission)
    return 'undetermined' in held ? null : held
  }

  /** Whether some Deny of a principal's own speaks of anything of a permission; true where that cannot be told. */
  isDenied(principal: Principal, permission: string): boolean {
    const everything = this.#everything.get(permission)?.grants ?? []
    return this.#sources
      .own(principal)
      .list.some(({ source }) =>
        source.policies.some(
          (list) => this.#memory.denying(list, everything, this.#parts.documents).length > 0,
        ),
      )
  }

  /** Every document that reaches a principal, once for each way by which it does. */
  documentsOf(principal: Principal): readonly ReachingDocument[] {
    return this.#sources.all(principal).list.flatMap(({ source, chain, routes }) =>
      source.policies.flat().flatMap((document) =>
        routes.of(document).map(({ through, grant }) => ({
          document,
          links: through === null ? [...chain, grant] : [...chain, through, grant],
        })),
      ),
    )
  }

  /** Documents that reach a principal by a link. */
  documentsBy(principal: Principal, link: Link): readonly string[] {
    const one = new LinkSet([link])
    return this.bundles(principal).flatMap((bundle) => {
      const { through, attachments, roles } = bundle
      const all = through !== null && one.has(through)
      const given = [...attachments, ...roles]
      return (all ? given : given.filter((grant) => one.has(grant))).map(documentOf)
    })
  }

  /** Whether only all of a permission counts as holding it, so that a condition alone limits nothing. */
  isHeldWhole(permission: string): boolean {
    return this.#parts.permissions.some((one) => one.name === permission && one.holds === 'all')
  }

  /** Whether so much of a permission counts as holding it: with `holds: all` a part does not. */
  counts(permission: string, held: Held): boolean {
    return (
      held.extent === 'all' ||
      (held.extent === 'part' &&
        this.#parts.permissions.some((one) => one.name === permission && one.holds === 'any'))
    )
  }

  /** By which ways a principal came to what it holds. */
  paths(principal: Principal, permission: string): Paths {
    return pathsOf(principal, permission, this.#asked)
  }

  /** Deny statements that touch what is held and take nothing away: they are limited, or bind another source. */
  conditionalDenies(principal: Principal, permission: string): readonly ShownDeny[] {
    const everything = this.#everything.get(permission)?.grants ?? []
    return shownDenies(principal, permission, everything, this.#asked)
  }
}
