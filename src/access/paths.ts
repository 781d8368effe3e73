/** By which ways a principal came to what it holds. */
import type { Path } from '../account/link.ts'
import type { Principal } from '../account/principal.ts'
import { grantsMeet, HeldBeside, isUnrestricted } from '../policy/index.ts'
import type { Grant, Held, Match } from '../policy/types.ts'
import type { Documents } from './documents.ts'
import type { Graph } from './graph.ts'
import type { PathMemory } from './path-memory.ts'
import type { PrincipalSources, TracedSource } from './principal-sources.ts'
import type { Route } from './sources.ts'

/** Paths shown of one principal and permission; the others are counted. */
const MAXIMUM_PATHS = 50

export interface Paths {
  readonly paths: readonly Path[]
  readonly omitted: number
}

/** An account that is asked for paths, and for Denies beside them. */
export interface AskedAccount {
  readonly account: string
  readonly documents: Documents
  readonly graph: Graph
  readonly sources: PrincipalSources
  readonly memory: PathMemory
}

/** One path for each last link, none through an agency for what is held without one. */
export function pathsOf(principal: Principal, permission: string, asked: AskedAccount): Paths {
  const { graph, sources, memory } = asked
  const builtin = graph.bundles(principal).flatMap((bundle) => memory.ofBuiltin(bundle) ?? [])
  if (builtin.length === 0 && graph.reached(principal).length > 0)
    return bounded(throughAgencies(principal, permission, asked))
  const own = sources.own(principal)
  const held = sources.ask(own, permission)
  const paths = held === null ? [] : pathsTo(held, own.list)
  return bounded(builtin.length === 0 ? paths : [...builtin, ...paths])
}

function bounded(paths: readonly Path[]): Paths {
  return paths.length <= MAXIMUM_PATHS
    ? { paths, omitted: 0 }
    : { paths: paths.slice(0, MAXIMUM_PATHS), omitted: paths.length - MAXIMUM_PATHS }
}

function throughAgencies(principal: Principal, permission: string, asked: AskedAccount): readonly Path[] {
  const { account, documents, sources, memory: paths } = asked
  const { memory } = paths
  const [own, all] = [sources.own(principal), sources.all(principal)]
  const held = sources.ask(all, permission)
  if (held === null) return []
  const mine = own.list.length === 0 ? null : sources.ask(own, permission)
  if (mine === null || mine.extent === 'none') return pathsTo(held, all.list)
  // What agencies give beyond that is held through them alone.
  const isAll = mine.extent === 'all' && !mine.restricted && mine.grants.every(isUnrestricted)
  const beside = new HeldBeside(mine.grants, { account, memory })
  const beyond = new Map<string, readonly Grant[] | null>()
  const beyondMine = (id: string): readonly Grant[] | null => {
    const known = beyond.get(id)
    if (known !== undefined) return known
    const theirs = heldByAgency(id, permission, asked)
    const rest = theirs === null ? null : beside.beyond(theirs.grants)
    beyond.set(id, rest)
    return rest
  }
  return pathsTo(held, all.list, ({ chain }, { policy, pattern }) => {
    if (chain.length === 0) return true
    if (isAll) return false
    const names = paths.namesIn(pattern, documents.roles.has(policy))
    const glance = pattern === 'NotAction' ? 'unclear' : beside.glance(names)
    if (glance !== 'unclear') return glance === 'apart'
    const rest = beyondMine(chain[chain.length - 1]?.agency_id ?? '')
    if (rest === null) return true
    if (rest.length === 0) return false
    return pattern === 'NotAction' || grantsMeet(rest, { actions: names }, { memory }) !== false
  })
}

/** What an agency holds without assuming others; null where that cannot be told. */
function heldByAgency(id: string, permission: string, { graph, sources }: AskedAccount): Held | null {
  const agency = graph.principal({ kind: 'agency', id })
  return agency === null ? null : sources.ask(sources.ofAgency(agency), permission)
}

function pathsTo(
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
