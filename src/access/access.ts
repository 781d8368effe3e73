/**
 * Who holds what: every principal of the account against every audited permission. What a principal holds is the union
 * of what it holds by each source, each with its own Deny, and of what the agencies hold that it may assume.
 */
import {
  type AssumeLink,
  type AttachmentLink,
  type Link,
  LinkSet,
  type Path,
  type RoleLink,
} from '../account/link.ts'
import type { Principal, PrincipalRef } from '../account/principal.ts'
import type { Bundle } from '../account/routes.ts'
import {
  type Evaluator,
  type GrantSource,
  grantsMeet,
  HeldBeside,
  holdsEverything,
  isUnrestricted,
  type PolicyIds,
} from '../policy/index.ts'
import type { Grant, Held, Identity, Match, Permission, Statement } from '../policy/types.ts'
import type { Documents } from './documents.ts'
import { Graph, type GraphParts, type Reached } from './graph.ts'
import { PathMemory } from './path-memory.ts'
import { type Route, RoutesByDocument, type SourceLists } from './sources.ts'

/** Paths shown of one principal and permission; the others are counted. */
export const MAXIMUM_PATHS = 50

export interface Paths {
  readonly paths: readonly Path[]
  readonly omitted: number
}

/** A Deny beside what is held, and what it came with. */
export interface ShownDeny {
  readonly grant: AttachmentLink | RoleLink
  readonly statement: Statement
}

/** A source of a principal, and along which agencies it comes. */
interface TracedSource {
  readonly source: GrantSource
  readonly chain: readonly AssumeLink[]
  readonly routes: RoutesByDocument
}

/** Sources that are asked about several times, and the answers so far, by permission. */
interface Sources {
  readonly list: readonly TracedSource[]
  readonly answers: Map<string, Held | null>
}

export interface AccessParts extends GraphParts {
  readonly account: string
  readonly permissions: readonly Permission[]
  readonly evaluator: Evaluator
  readonly documents: Documents
  readonly lists: SourceLists
  /** Documents that a live known gap accepts: they grant and deny nothing. */
  readonly accepted: ReadonlySet<string>
}

export class Access {
  readonly #parts: AccessParts
  readonly #graph: Graph
  readonly #agencySources = new Map<string, Sources>()
  readonly #everything: ReadonlyMap<string, Held>
  readonly #paths: PathMemory

  /** @param whole the account as it is, of which this is one without some links: what is alike is remembered once */
  constructor(parts: AccessParts, graph = new Graph(parts), whole: Access | null = null) {
    this.#parts = parts
    this.#graph = graph
    this.#paths = whole === null ? new PathMemory(parts.account) : whole.#paths
    this.#everything =
      whole === null
        ? new Map(parts.permissions.map((one) => [one.name, holdsEverything(one)]))
        : whole.#everything
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
    return this.#ask(this.#sources(principal), permission)
  }

  /** By what sources a principal holds something, those of the agencies that it may come to act as among them. */
  sourcesOf(principal: Principal): readonly GrantSource[] {
    return this.#sources(principal).list.map(({ source }) => source)
  }

  /** What it holds without assuming any agency, and without the built-in group. */
  heldWithoutAgencies(principal: Principal, permission: string): Held | null {
    return this.#ask(this.#ownSources(principal), permission)
  }

  /** What one document by itself gives a principal, by whatever source it comes. */
  heldThrough(principal: Principal, document: string, permission: string): Held | null {
    const identities = new Set<Identity>()
    for (const { source } of this.#sources(principal).list)
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
    return this.#ownSources(principal).list.some(({ source }) =>
      source.policies.some((list) => this.#paths.denying(list, everything, this.#parts.documents).length > 0),
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

  /** Of the principal that was asked about last: one is asked about all permissions in turn. */
  #recent: {
    readonly principal: Principal
    own: Sources
    all: Sources | null
  } | null = null

  #ownSources(principal: Principal): Sources {
    if (this.#recent?.principal === principal) return this.#recent.own
    const own = this.#makeSources(principal)
    this.#recent = { principal, own, all: null }
    return own
  }

  #makeSources(principal: Principal): Sources {
    const bundles = this.bundles(principal)
    const sources = this.#parts.lists.of(bundles, principal)
    const routes = new RoutesByDocument(bundles)
    return { list: sources.map((source) => ({ source, chain: [], routes })), answers: new Map() }
  }

  #sources(principal: Principal): Sources {
    const own = this.#ownSources(principal)
    const known = this.#recent?.principal === principal ? this.#recent.all : null
    if (known !== null) return known
    const reached = this.reached(principal)
    const all =
      reached.length === 0
        ? own
        : {
            list: [
              ...own.list,
              ...reached.flatMap(({ agency, chain }) =>
                this.#sourcesOfAgency(agency).list.map((traced) => ({ ...traced, chain })),
              ),
            ],
            answers: new Map(),
          }
    if (this.#recent?.principal === principal) this.#recent.all = all
    return all
  }

  #sourcesOfAgency(agency: Principal): Sources {
    const known = this.#agencySources.get(agency.id) ?? this.#makeSources(agency)
    this.#agencySources.set(agency.id, known)
    return known
  }

  /** Asked of the same sources for what is held, for its paths and for Denies beside it: the answer is remembered. */
  #ask({ list, answers }: Sources, permission: string): Held | null {
    const known = answers.get(permission)
    if (known !== undefined) return known
    const answer = this.#evaluate(list, permission)
    answers.set(permission, answer)
    return answer
  }

  #evaluate(traced: readonly TracedSource[], permission: string): Held | null {
    const { evaluator, accepted } = this.#parts
    const without = (gone: (document: string) => boolean): GrantSource[] =>
      traced.map(({ source }) => ({
        policies: source.policies.flat().filter((document) => !gone(document)),
        identity: source.identity,
      }))
    const sources =
      accepted.size === 0 ? traced.map((one) => one.source) : without((document) => accepted.has(document))
    const held = evaluator.held(sources, permission)
    if (!('undetermined' in held)) return held
    // What a policy beyond the bound means is a gap of its own; what the others grant is held all the same.
    const decided = without(
      (document) => accepted.has(document) || evaluator.relevance(document) === 'undetermined',
    )
    const rest = evaluator.held(decided, permission)
    return 'undetermined' in rest ? null : rest
  }

  /**
   * By which ways a principal came to what it holds: one for each last link, none through an agency for what it holds
   * without one.
   */
  paths(principal: Principal, permission: string): Paths {
    const bundles = this.bundles(principal)
    const builtin = bundles.flatMap((bundle) => this.#paths.ofBuiltin(bundle) ?? [])
    const own = this.#ownSources(principal)
    if (builtin.length > 0) {
      const held = this.#ask(own, permission)
      return bounded([...builtin, ...(held === null ? [] : this.#pathsOf(held, own.list))])
    }
    const reached = this.reached(principal)
    if (reached.length === 0) {
      const held = this.#ask(own, permission)
      return bounded(held === null ? [] : this.#pathsOf(held, own.list))
    }
    return bounded(this.#pathsThroughAgencies(principal, permission, own))
  }

  #pathsThroughAgencies(principal: Principal, permission: string, own: Sources): readonly Path[] {
    const all = this.#sources(principal)
    const held = this.#ask(all, permission)
    if (held === null) return []
    const mine = own.list.length === 0 ? null : this.#ask(own, permission)
    if (mine === null || mine.extent === 'none') return this.#pathsOf(held, all.list)
    // What agencies give beyond that is held through them alone.
    const isAll = mine.extent === 'all' && !mine.restricted && mine.grants.every(isUnrestricted)
    const beside = new HeldBeside(mine.grants, { account: this.#parts.account, memory: this.#paths.memory })
    const beyond = new Map<string, readonly Grant[] | null>()
    const { documents } = this.#parts
    return this.#pathsOf(held, all.list, ({ chain }, { policy, pattern }) => {
      if (chain.length === 0) return true
      if (isAll) return false
      const names = this.#paths.namesIn(pattern, documents.roles.has(policy))
      const glance = pattern === 'NotAction' ? 'unclear' : beside.glance(names)
      if (glance !== 'unclear') return glance === 'apart'
      const id = chain[chain.length - 1]?.agency_id ?? ''
      let rest = beyond.get(id)
      if (rest === undefined) {
        const theirs = this.#heldByAgency(id, permission)
        rest = theirs === null ? null : beside.beyond(theirs.grants)
        beyond.set(id, rest)
      }
      if (rest === null) return true
      if (rest.length === 0) return false
      return (
        pattern === 'NotAction' ||
        grantsMeet(rest, { actions: names }, { memory: this.#paths.memory }) !== false
      )
    })
  }

  /** What an agency holds without assuming others; null where that cannot be told. */
  #heldByAgency(id: string, permission: string): Held | null {
    const agency = this.#graph.principal({ kind: 'agency', id })
    return agency === null ? null : this.#ask(this.#sourcesOfAgency(agency), permission)
  }

  #pathsOf(
    held: Held,
    traced: readonly TracedSource[],
    isShown: ((traced: TracedSource, match: Match) => boolean) | null = null,
  ): readonly Path[] {
    const paths: Path[] = []
    for (let at = 0; at < held.sources.length; at++) {
      const one = traced[at]
      const { matches } = held.sources[at] as Held['sources'][number]
      if (one === undefined) continue
      let policy: string | null = null
      let routes: readonly Route[] = []
      for (let of = 0; of < matches.length; of++) {
        const match = matches[of] as Match
        if (isShown?.(one, match) === false) continue
        // What a policy grants stands together.
        if (match.policy !== policy) {
          policy = match.policy
          routes = one.routes.of(policy)
        }
        for (let by = 0; by < routes.length; by++) {
          const path = (routes[by] as Route).pathTo(match)
          paths.push(
            one.chain.length === 0 ? path : { links: [...one.chain, ...path.links], origin: path.origin },
          )
        }
      }
    }
    return paths
  }

  /** Deny statements that touch what is held and take nothing away: they are limited, or bind another source. */
  conditionalDenies(principal: Principal, permission: string): readonly ShownDeny[] {
    const all = this.holdsAll(principal)
    const traced = all ? this.#ownSources(principal) : this.#sources(principal)
    const held = this.#ask(traced, permission)
    const limited = held === null ? [] : this.#limitedDenies(held, traced.list)
    const everything = this.#everything.get(permission)?.grants ?? []
    const grants = all ? everything : held?.grants
    const isAlone = traced.list.length < 2 && !all
    if (isAlone || grants === undefined) return limited
    const unheeded = this.#unheeded(principal, grants, everything)
    return unheeded.length === 0 ? limited : [...limited, ...unheeded]
  }

  #limitedDenies({ sources }: Held, traced: readonly TracedSource[]): readonly ShownDeny[] {
    const shown: ShownDeny[] = []
    for (let at = 0; at < sources.length; at++)
      for (const ref of sources[at]?.conditionalDenies ?? []) {
        const grant = traced[at]?.routes.of(ref.policy)[0]?.grant
        const document = this.#parts.documents.parsed.get(ref.policy)
        const statement =
          document?.ok === true ? document.statements.find((one) => one.number === ref.statement) : undefined
        if (grant !== undefined && statement !== undefined) shown.push({ grant, statement })
      }
    return shown
  }

  /** Unconditional Deny statements of a principal's own that deny what it holds all the same. */
  #unheeded(
    principal: Principal,
    grants: readonly Grant[],
    everything: readonly Grant[],
  ): readonly ShownDeny[] {
    const { documents } = this.#parts
    const shown: ShownDeny[] = []
    for (const { source, routes } of this.#ownSources(principal).list)
      for (let at = 0; at < source.policies.length; at++) {
        // Nearly every Deny speaks of nothing that is audited.
        const denying = this.#paths.denying(source.policies[at] as PolicyIds, everything, documents)
        if (denying.length === 0) continue
        for (const { document, statement } of denying) {
          if (!this.#paths.denies(statement, grants)) continue
          const grant = routes.of(document)[0]?.grant
          if (grant !== undefined) shown.push({ grant, statement })
        }
      }
    return shown
  }
}

function documentOf(grant: AttachmentLink | RoleLink): string {
  return grant.kind === 'attachment' ? grant.policy_id : grant.document
}

function bounded(paths: readonly Path[]): Paths {
  return paths.length <= MAXIMUM_PATHS
    ? { paths, omitted: 0 }
    : { paths: paths.slice(0, MAXIMUM_PATHS), omitted: paths.length - MAXIMUM_PATHS }
}
