/** Who comes by which path, and so by which link: put together once, for causes and for ways out. */
import type { Holding } from '../access/model.ts'
import { type AssumeLink, type Link, linkKey, type Path } from '../account/link.ts'
import { type PrincipalRef, principalKey } from '../account/principal.ts'
import { NumberSet } from '../policy/index.ts'

/**
 * All who come by a path share its object, so that links are looked at once for each path and not for each holder. It
 * is made when first asked.
 */
export class HoldersByPath {
  readonly #holdings: readonly Holding[]
  #byPath: ReadonlyMap<Path, readonly number[]> | null = null
  #byLink: ReadonlyMap<string, ReadonlySet<Path>> | null = null
  /** Of each holding its principal, and of each principal its number. */
  readonly #principals: number[] = []
  readonly #numbers = new Map<string, number>()
  readonly #reached = new Map<string, NumberSet>()

  constructor(holdings: readonly Holding[]) {
    this.#holdings = holdings
  }

  /** Each path that somebody holds something by, and the holdings that have it, by their numbers. */
  get byPath(): ReadonlyMap<Path, readonly number[]> {
    this.#byPath ??= this.#collect()
    return this.#byPath
  }

  holding(number: number): Holding {
    return this.#holdings[number] as Holding
  }

  #collect(): ReadonlyMap<Path, readonly number[]> {
    const byPath = new Map<Path, number[]>()
    for (let at = 0; at < this.#holdings.length; at++) {
      const { principal, paths } = this.#holdings[at] as Holding
      const key = principalKey(principal)
      let number = this.#numbers.get(key)
      if (number === undefined) {
        number = this.#numbers.size
        this.#numbers.set(key, number)
      }
      this.#principals.push(number)
      for (let of = 0; of < paths.length; of++) {
        const path = paths[of] as Path
        const known = byPath.get(path)
        if (known === undefined) byPath.set(path, [at])
        else known.push(at)
      }
    }
    return byPath
  }

  /** How many beside a principal come by any of these links to something audited. */
  othersBy(links: readonly Link[], principal: PrincipalRef): number {
    const [first, ...more] = links.map((link) => this.#reachedBy(link))
    if (first === undefined) return 0
    let all = first
    if (more.length > 0) {
      all = new NumberSet(this.#numbers.size)
      for (const one of [first, ...more]) all.addAll(one)
    }
    const own = this.#numbers.get(principalKey(principal))
    return all.size - (own !== undefined && all.has(own) ? 1 : 0)
  }

  /** Principals who come by a link, by their numbers. */
  #reachedBy(link: Link): NumberSet {
    const key = linkKey(link)
    const known = this.#reached.get(key)
    if (known !== undefined) return known
    const byPath = this.byPath
    this.#byLink ??= pathsByLink(byPath.keys())
    const made = new NumberSet(this.#numbers.size)
    for (const path of this.#byLink.get(key) ?? []) {
      const holdings = byPath.get(path) ?? []
      for (let at = 0; at < holdings.length; at++)
        made.add(this.#principals[holdings[at] as number] as number)
    }
    this.#reached.set(key, made)
    return made
  }
}

function pathsByLink(paths: Iterable<Path>): ReadonlyMap<string, ReadonlySet<Path>> {
  const byLink = new Map<string, Set<Path>>()
  const add = (link: Link, path: Path): void => {
    const key = linkKey(link)
    const known = byLink.get(key)
    if (known === undefined) byLink.set(key, new Set([path]))
    else known.add(path)
  }
  for (const path of paths)
    for (const link of path.links) {
      add(link, path)
      if (link.kind !== 'assume') continue
      add(trustLink(link), path)
      if (link.by.kind === 'policy' || link.by.kind === 'role') add(link.by.grant, path)
    }
  return byLink
}

/** Who may assume is whom the agency trusts: the party that names them. */
export function trustLink({ agency_id, agency, party }: AssumeLink): Link {
  return { kind: 'trust', agency_id, agency, item: party }
}
