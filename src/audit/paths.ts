/** By which ways a user came to what is held. */
import type { Held, Match } from '../policy/types.ts'
import type { Route, Way } from './inventory.ts'
import type { Path } from './model.ts'

/** Routes by their policies. */
export class Routes {
  readonly #byPolicy = new Map<string, Route[]>()

  constructor(ways: readonly Pick<Way, 'routes'>[]) {
    for (const { routes } of ways)
      for (const route of routes) {
        const known = this.#byPolicy.get(route.policy.policy_id)
        if (known === undefined) this.#byPolicy.set(route.policy.policy_id, [route])
        else known.push(route)
      }
  }

  of(policyId: string): readonly Route[] {
    return this.#byPolicy.get(policyId) ?? []
  }
}

/** Members of a group come by the same paths: one object serves them all. */
export class Paths {
  readonly #known = new Map<Route, Map<Match, Path>>()

  /** Every route of every statement that grants a part of it, in the order of the statements. */
  of(held: Held, routes: Routes): readonly Path[] {
    const paths: Path[] = []
    for (const match of held.matches)
      for (const route of routes.of(match.policy)) paths.push(this.#path(match, route))
    return paths
  }

  #path(match: Match, route: Route): Path {
    let ofRoute = this.#known.get(route)
    if (ofRoute === undefined) {
      ofRoute = new Map()
      this.#known.set(route, ofRoute)
    }
    let path = ofRoute.get(match)
    if (path === undefined) {
      path = pathOf(match, route)
      ofRoute.set(match, path)
    }
    return path
  }
}

function pathOf(match: Match, { group, policy, attached_at }: Route): Path {
  return {
    via: group === null ? 'user' : 'group',
    group_id: group?.group_id ?? null,
    group: group?.group_name ?? null,
    policy_id: policy.policy_id,
    policy: policy.policy_name,
    version_id: policy.version?.version_id ?? null,
    version_created_at: policy.version?.created_at ?? null,
    statement: match.statement,
    pattern: match.pattern,
    attached_at,
    restricted: match.restricted,
  }
}
