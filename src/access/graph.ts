/**
 * The account as a graph: what each principal was given, directly and by groups, and which agencies it may come to act
 * as. Links can be taken away, and the rest is as it would be without them.
 */
import { type AssumeLink, type Link, LinkSet } from '../account/link.ts'
import { type Principal, type PrincipalRef, principalKey } from '../account/principal.ts'
import type { Bundle, Routes } from '../account/routes.ts'
import type { Assume } from './assume.ts'

/** An agency that a principal may come to act as, and the shortest chain of links to it. */
export interface Reached {
  readonly agency: Principal
  readonly chain: readonly AssumeLink[]
}

export interface GraphParts {
  readonly principals: readonly Principal[]
  readonly routes: Routes
  readonly assume: Assume
  /** Bundles of whoever a provider vouches for, by their key. */
  readonly mapped: ReadonlyMap<string, readonly Bundle[]>
}

export class Graph {
  readonly #parts: GraphParts
  readonly #removed: LinkSet
  readonly #byKey: ReadonlyMap<string, Principal>
  readonly #bundles = new Map<string, readonly Bundle[]>()
  readonly #reached = new Map<string, readonly Reached[]>()
  readonly #agencyEdges = new Map<string, readonly AssumeLink[]>()
  #last: { readonly principal: PrincipalRef; readonly bundles: readonly Bundle[] } | null = null
  /** The graph as it is, of which this is one without some links. */
  readonly #whole: Graph | null

  constructor(parts: GraphParts, whole: Graph | null = null, removed = new LinkSet([])) {
    this.#parts = parts
    this.#removed = removed
    this.#whole = whole
    this.#byKey =
      whole === null ? new Map(parts.principals.map((one) => [principalKey(one), one])) : whole.#byKey
  }

  /** Null for somebody who is no principal of this account. */
  principal(ref: PrincipalRef): Principal | null {
    return this.#byKey.get(principalKey(ref)) ?? null
  }

  /** A membership or a mapping is taken from whoever is asked about; everything else from everybody. */
  without(links: Iterable<Link>): Graph {
    return new Graph(this.#parts, this.#whole ?? this, new LinkSet([...this.#removed.links, ...links]))
  }

  /** What was given to a principal, directly and by groups. */
  bundles(principal: PrincipalRef): readonly Bundle[] {
    // One is asked about many times in turn.
    if (this.#last?.principal === principal) return this.#last.bundles
    const bundles = this.#bundlesOf(principal)
    this.#last = { principal, bundles }
    return bundles
  }

  #bundlesOf(principal: PrincipalRef): readonly Bundle[] {
    // What was given is at hand; what is left of it is made once.
    if (this.#whole === null) return this.#given(principal)
    const key = principalKey(principal)
    const known = this.#bundles.get(key)
    if (known !== undefined) return known
    const left = this.#whole.bundles(principal).flatMap((bundle) => this.#leftOf(bundle) ?? [])
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
    const holder = (attachments[0] ?? roles[0])?.to
    const givesAll = holder === undefined || !this.#removed.hasGrantTo(holder)
    if (givesAll && (builtin === null || !isRemoved(builtin))) return bundle
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
    if (this.#parts.assume.isEmpty) return nobodyReached
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
}

const nobodyReached: readonly Reached[] = []
