/** Resource patterns against URNs, `service:region:account:type:path`. */
import { DEAD, GlobAutomaton } from './automaton.ts'
import { canonicalGlob, globMatches } from './glob.ts'
import { Steps } from './steps.ts'

/** Services whose URNs have an empty region, so that a pattern which asks for one leaves nothing of them out. */
const WITHOUT_REGION = ['iam']

/**
 * The services whose every URN one of these resource patterns includes, as globs in lower case: `*` for `*` and
 * `*:*:*:*:*`, `iam` for `iam:*:*:*:*`, `iam::*:*:*` and `iam:*`. A pattern that fixes region, account, type or path
 * leaves URNs out and limits. Whether account, type and path may be empty is not told; all may be here.
 */
export function servicesWithoutLimit(resources: readonly string[]): readonly string[] {
  const known = servicesOf.get(resources)
  if (known !== undefined) return known
  const services = findServices(resources)
  servicesOf.set(resources, services)
  return services
}

/** A list of resources is asked about for every user whom its statement reaches. */
const servicesOf = new WeakMap<readonly string[], readonly string[]>()

function findServices(resources: readonly string[]): readonly string[] {
  const services = resources.flatMap((resource) => {
    const pattern = canonicalGlob(resource)
    const found: string[] = []
    // A `*` at the cut stands on both sides of it.
    for (let cut = 0; cut <= pattern.length; cut++) {
      const service = pattern.slice(0, cut)
      if (service.includes(':')) break
      if (service === '') continue
      const tail = pattern[cut - 1] === '*' ? pattern.slice(cut - 1) : pattern.slice(cut)
      if (matchesEveryTail(tail, 'any')) found.push(service)
      else if (matchesEveryTail(tail, 'empty'))
        found.push(...WITHOUT_REGION.filter((one) => globMatches(service.toLowerCase(), one)))
    }
    return found
  })
  return [...new Set(services.map((service) => service.toLowerCase()))]
}

/** Whether the glob matches all of `:region:account:type:path`, whatever stands between the colons. */
function matchesEveryTail(glob: string, region: 'any' | 'empty'): boolean {
  // A letter that the glob asks for may be missing from a URN; without any, one letter stands for all.
  if (!glob.endsWith('*') || /[^:?*]/.test(glob)) return false
  // Nor does the shortest, `::::`, have more than four.
  if (glob.replaceAll('*', '').length > 4) return false
  const automaton = new GlobAutomaton(glob, new Steps())
  const other = 'a'
  const colon = automaton.step(automaton.start, ':')
  const pending: (readonly [state: number, colons: number])[] =
    region === 'any' ? [[colon, 1]] : [[automaton.step(colon, ':'), 2]]
  const seen = new Set<string>()
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [state, colons] = next
    if (state === DEAD) return false
    if (colons === 4 && automaton.acceptsAll(state)) continue
    if (colons === 4 && !automaton.accepts(state)) return false
    if (seen.has(`${state} ${colons}`)) continue
    seen.add(`${state} ${colons}`)
    pending.push(
      [automaton.step(state, other), colons],
      [automaton.step(state, ':'), Math.min(colons + 1, 4)],
    )
  }
  return true
}

/** Whether a resource pattern names this user: a user's URN is `iam::<account>:user:<name>`, with an empty region. */
export function userResourceMatches(resourcePattern: string, account: string, userName: string): boolean {
  return globMatches(canonicalGlob(resourcePattern), `iam::${account}:user:${userName}`)
}
