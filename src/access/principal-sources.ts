/** By what sources each principal holds something, and what these grant: the answers are remembered. */
import type { AssumeLink } from '../account/link.ts'
import type { Principal } from '../account/principal.ts'
import type { Evaluator, GrantSource } from '../policy/index.ts'
import type { Held } from '../policy/types.ts'
import type { Graph } from './graph.ts'
import type { RoutesByDocument, SourceLists } from './sources.ts'

/** A source of a principal, and along which agencies it comes. */
export interface TracedSource {
  readonly source: GrantSource
  readonly chain: readonly AssumeLink[]
  readonly routes: RoutesByDocument
}

/** Sources that are asked about several times, and the answers so far, by permission. */
export interface Sources {
  readonly list: readonly TracedSource[]
  readonly answers: Map<string, Held | null>
}

export interface SourcesParts {
  readonly evaluator: Evaluator
  readonly lists: SourceLists
  /** Documents that a live known gap accepts: they grant and deny nothing. */
  readonly accepted: ReadonlySet<string>
}

export class PrincipalSources {
  readonly #parts: SourcesParts
  readonly #graph: Graph
  readonly #ofAgencies = new Map<string, Sources>()

  constructor(parts: SourcesParts, graph: Graph) {
    this.#parts = parts
    this.#graph = graph
  }

  /** Of the principal that was asked about last: one is asked about all permissions in turn. */
  #recent: {
    readonly principal: Principal
    own: Sources
    all: Sources | null
  } | null = null

  /** What it holds something by without assuming any agency. */
  own(principal: Principal): Sources {
    if (this.#recent?.principal === principal) return this.#recent.own
    const own = this.#make(principal)
    this.#recent = { principal, own, all: null }
    return own
  }

  #make(principal: Principal): Sources {
    const bundles = this.#graph.bundles(principal)
    const sources = this.#parts.lists.of(bundles, principal)
    const routes = this.#parts.lists.routesOf(bundles)
    return { list: sources.map((source) => ({ source, chain: [], routes })), answers: new Map() }
  }

  /** Those of the agencies that it may come to act as among them. */
  all(principal: Principal): Sources {
    const own = this.own(principal)
    const known = this.#recent?.principal === principal ? this.#recent.all : null
    if (known !== null) return known
    const reached = this.#graph.reached(principal)
    const all =
      reached.length === 0
        ? own
        : {
            list: [
              ...own.list,
              ...reached.flatMap(({ agency, chain }) =>
                this.ofAgency(agency).list.map((traced) => ({ ...traced, chain })),
              ),
            ],
            answers: new Map(),
          }
    if (this.#recent?.principal === principal) this.#recent.all = all
    return all
  }

  ofAgency(agency: Principal): Sources {
    const known = this.#ofAgencies.get(agency.id) ?? this.#make(agency)
    this.#ofAgencies.set(agency.id, known)
    return known
  }

  /**
   * What sources grant of a permission; null where that cannot be decided. It is asked of the same ones for what is held,
   * for its paths and for Denies beside it.
   */
  ask({ list, answers }: Sources, permission: string): Held | null {
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
}
