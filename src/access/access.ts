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
import { type Principal, type PrincipalRef, principalKey } from '../account/principal.ts'
import { type Bundle, grantsOf, type Routes } from '../account/routes.ts'
import {
  type Evaluator,
  type GrantSource,
  grantsMeet,
  HeldBeside,
  holdsEverything,
  isUnrestricted,
} from '../policy/index.ts'
import type { Grant, Held, Identity, Match, Permission, Statement } from '../policy/types.ts'
import type { Assume } from './assume.ts'
import type { Documents } from './documents.ts'
import { PathMemory } from './path-memory.ts'
import { type Route, RoutesByDocument, type SourceLists } from './sources.ts'

/** Paths shown of one principal and permission; the others are counted. */
export const MAXIMUM_PATHS = 50

/** An agency that a principal may come to act as, and the shortest chain of links to it. */
export interface Reached {
  readonly agency: Principal
  readonly chain: readonly AssumeLink[]
}

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

export interface AccessParts {
  readonly account: string
  readonly permissions: readonly Permission[]
  readonly principals: readonly Principal[]
  readonly routes: Routes
  readonly evaluator: Evaluator
  readonly documents: Documents
  readonly lists: SourceLists
  readonly assume: Assume
  /** Bundles of whoever a provider vouches for, by their key. */
  readonly mapped: ReadonlyMap<string, readonly Bundle[]>
  /** Documents that a live known gap accepts: they grant and deny nothing. */
  readonly accepted: ReadonlySet<string>
}

export class Access {
  readonly #parts: AccessParts
  readonly #removed: LinkSet
  readonly #byKey: ReadonlyMap<string, Principal>
  readonly #bundles = new Map<string, readonly Bundle[]>()
  readonly #reached = new Map<string, readonly Reached[]>()
  readonly #agencyEdges = new Map<string, readonly AssumeLink[]>()
  readonly #agencySources = new Map<string, Sources>()
  readonly #everything: ReadonlyMap<string, Held>
  readonly #paths: PathMemory
  /** The account as it is, of which this is one without some links. */
  readonly #whole: Access | null

  constructor(parts: AccessParts, whole: Access | null = null, removed = new LinkSet([])) {
    this.#parts = parts
    this.#removed = removed
    this.#whole = whole
    this.#paths = whole === null ? new PathMemory(parts.account) : whole.#paths
    this.#byKey =
      whole === null ? new Map(parts.principals.map((one) => [principalKey(one), one])) : whole.#byKey
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
    return this.#byKey.get(principalKey(ref)) ?? null
  }

  /**
   * The account as it would be without some links. A membership or a mapping is taken from the principal that is asked
   * about; everything else from everybody.
   */
  without(links: Iterable<Link>): Access {
    return new Access(this.#parts, this.#whole ?? this, new LinkSet([...this.#removed.links, ...links]))
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
    const key = principalKey(principal)
    const known = this.#bundles.get(key)
    if (known !== undefined) return known
    const left =
      this.#whole === null
        ? this.#given(principal)
        : this.#whole.bundles(principal).flatMap((bundle) => this.#leftOf(bundle) ?? [])
    this.#bundles.set(key, left)
    return left
  }

  #given(principal: PrincipalRef): readonly Bundle[] {
    const { routes, mapped } = this.#parts
    if (principal.kind === 'user') return routes.ofUser(principal.id)
    if (principal.kind === 'agency') return routes.ofAgency(principal.id)
    return mapped.get(principalKey(principal)) ?? []
  }

  #leftOf(bundle: Bundle): Bundle | null {
    const { through, attachments, roles, builtin } = bundle
    const isRemoved = (link: Link): boolean => this.#removed.has(link)
    if (through !== null && isRemoved(through)) return null
    if (!grantsOf(bundle).some(isRemoved)) return bundle
    const kept = attachments.filter((link) => !isRemoved(link))
    return {
      through,
      attachments: kept,
      roles: roles.filter((link) => !isRemoved(link)),
      builtin: builtin !== null && isRemoved(builtin) ? null : builtin,
      policies: kept.map((link) => link.policy_id),
    }
  }

  /** Whether a principal is in the built-in group, so that it may do everything whatever any Deny says. */
  holdsAll(principal: PrincipalRef): boolean {
    return this.bundles(principal).some((bundle) => bundle.builtin !== null)
  }

  /** Agencies that a principal may come to act as, each once, nearest first. */
  reached(principal: Principal): readonly Reached[] {
    const key = principalKey(principal)
    const known = this.#reached.get(key)
    if (known !== undefined) return known
    const found: Reached[] = []
    const seen = new Set<string>(principal.kind === 'agency' ? [principal.id] : [])
    const follow = (links: readonly AssumeLink[], chain: readonly AssumeLink[]): void => {
      for (const link of links) {
        if (seen.has(link.agency_id)) continue
        seen.add(link.agency_id)
        const agency = this.#byKey.get(principalKey({ kind: 'agency', id: link.agency_id }))
        if (agency !== undefined) found.push({ agency, chain: [...chain, link] })
      }
    }
    follow(this.#edges(principal), [])
    // What is found is followed in turn: nearest first.
    for (let at = 0; at < found.length; at++) {
      const { agency, chain } = found[at] as Reached
      follow(this.#edges(agency), chain)
    }
    const reached = found.length === 0 ? nobodyReached : found
    this.#reached.set(key, reached)
    return reached
  }

  #edges(from: Principal): readonly AssumeLink[] {
    if (from.kind !== 'agency') return this.#makeEdges(from)
    // Whoever comes by an agency goes on from there by the same links.
    const known = this.#agencyEdges.get(from.id) ?? this.#makeEdges(from)
    this.#agencyEdges.set(from.id, known)
    return known
  }

  #makeEdges(from: Principal): readonly AssumeLink[] {
    const { assume } = this.#parts
    const bundles = this.bundles(from)
    const whole = this.#whole
    if (whole === null) return assume.edges(from, bundles)
    const isRemoved = (link: Link): boolean => this.#removed.has(link)
    const isTrustRemoved = (agency_id: string, item: string): boolean =>
      isRemoved({ kind: 'trust', agency_id, agency: '', item })
    const before = whole.bundles(from)
    const isSame = bundles.length === before.length && bundles.every((one, at) => one === before[at])
    if (!isSame) return assume.edges(from, bundles, isTrustRemoved).filter((link) => !isRemoved(link))
    // Where nothing else was taken from them, less trust only takes links away, or leaves another reason.
    return whole
      .#edges(from)
      .flatMap((link) =>
        isTrustRemoved(link.agency_id, link.party)
          ? (assume.edge(from, bundles, link.agency_id, isTrustRemoved) ?? [])
          : [link],
      )
      .filter((link) => !isRemoved(link))
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
      if (source.policies.flat().includes(document)) identities.add(source.identity)
    const sources = [...identities].map((identity) => ({ policies: [document], identity }))
    const held = this.#parts.evaluator.held(sources, permission)
    return 'undetermined' in held ? null : held
  }

  /** Documents that reach a principal by a link alone; none where a Deny of theirs may take from what these give. */
  documentsBy(principal: Principal, permission: string, link: Link): readonly string[] {
    const everything = this.#everything.get(permission)?.grants ?? []
    const isDenied = this.#ownSources(principal).list.some(({ source }) =>
      source.policies.some((list) => this.#paths.denying(list, everything, this.#parts.documents).length > 0),
    )
    if (isDenied) return []
    const one = new LinkSet([link])
    return this.bundles(principal).flatMap(({ through, attachments, roles }) => {
      const all = through !== null && one.has(through)
      return [...attachments, ...roles]
        .filter((grant) => all || one.has(grant))
        .map((grant) => (grant.kind === 'attachment' ? grant.policy_id : grant.document))
    })
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
    return this.#pathsOf(held, all.list, ({ chain }, { pattern }) => {
      if (chain.length === 0) return true
      if (isAll) return false
      const glance = pattern === 'NotAction' ? 'unclear' : beside.glance(pattern)
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
        grantsMeet(rest, { actions: [pattern] }, { memory: this.#paths.memory }) !== false
      )
    })
  }

  /** What an agency holds without assuming others; null where that cannot be told. */
  #heldByAgency(id: string, permission: string): Held | null {
    const agency = this.#byKey.get(principalKey({ kind: 'agency', id }))
    return agency === undefined ? null : this.#ask(this.#sourcesOfAgency(agency), permission)
  }

  #pathsOf(
    held: Held,
    traced: readonly TracedSource[],
    isShown: (traced: TracedSource, match: Match) => boolean = () => true,
  ): readonly Path[] {
    const paths: Path[] = []
    held.sources.forEach(({ matches }, at) => {
      const one = traced[at]
      if (one === undefined) return
      let policy: string | null = null
      let routes: readonly Route[] = []
      for (const match of matches) {
        if (!isShown(one, match)) continue
        // What a policy grants stands together.
        if (match.policy !== policy) {
          policy = match.policy
          routes = one.routes.of(policy)
        }
        for (const route of routes) {
          const path = route.pathTo(match)
          paths.push(
            one.chain.length === 0 ? path : { links: [...one.chain, ...path.links], origin: path.origin },
          )
        }
      }
    })
    return paths
  }

  /** Deny statements that touch what is held and take nothing away: they are limited, or bind another source. */
  conditionalDenies(principal: Principal, permission: string): readonly ShownDeny[] {
    const all = this.holdsAll(principal)
    const traced = all ? this.#ownSources(principal) : this.#sources(principal)
    const held = this.#ask(traced, permission)
    const limited = (held?.sources ?? []).flatMap(({ conditionalDenies }, at) =>
      conditionalDenies.flatMap((ref) => {
        const grant = traced.list[at]?.routes.of(ref.policy)[0]?.grant
        const document = this.#parts.documents.parsed.get(ref.policy)
        const statement =
          document?.ok === true ? document.statements.find((one) => one.number === ref.statement) : undefined
        return grant === undefined || statement === undefined ? [] : [{ grant, statement }]
      }),
    )
    const everything = this.#everything.get(permission)?.grants ?? []
    const grants = all ? everything : held?.grants
    const isAlone = traced.list.length < 2 && !all
    if (isAlone || grants === undefined) return limited
    return [...limited, ...this.#unheeded(principal, grants, everything)]
  }

  /** Unconditional Deny statements of a principal's own that deny what it holds all the same. */
  #unheeded(
    principal: Principal,
    grants: readonly Grant[],
    everything: readonly Grant[],
  ): readonly ShownDeny[] {
    const { documents } = this.#parts
    const shown: ShownDeny[] = []
    // Nearly every Deny speaks of nothing that is audited.
    for (const { source, routes } of this.#ownSources(principal).list)
      for (const list of source.policies)
        for (const { document, statement } of this.#paths.denying(list, everything, documents)) {
          if (!this.#paths.denies(statement, grants)) continue
          const grant = routes.of(document)[0]?.grant
          if (grant !== undefined) shown.push({ grant, statement })
        }
    return shown
  }
}

const nobodyReached: readonly Reached[] = []

function bounded(paths: readonly Path[]): Paths {
  return paths.length <= MAXIMUM_PATHS
    ? { paths, omitted: 0 }
    : { paths: paths.slice(0, MAXIMUM_PATHS), omitted: paths.length - MAXIMUM_PATHS }
}
