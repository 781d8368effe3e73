/** An ordinary loss as some principals see it: what goes from them, and who else loses what. */
import { compareText } from '../text/compare-text.ts'
import type { OrdinaryLoss, Revocation } from './revocation.ts'

/** What a way out takes that is not audited. */
export interface SeenLoss {
  /** Principals beside those who see it so. */
  readonly others: number
  /** Services of which the others lose something; `*`: all. */
  readonly services: readonly string[]
  /** Services of which they lose something themselves. */
  readonly own: readonly string[]
  readonly unread: readonly string[]
  readonly unlisted: OrdinaryLoss['unlisted']
}

/**
 * What some revocations take together; null where nobody worked it out of one of them.
 *
 * @param keys of the principals who see it so
 */
export function seenLoss(
  revocations: readonly Pick<Revocation, 'ordinary'>[],
  keys: ReadonlySet<string>,
): SeenLoss | null {
  // What is taken from everybody is one object for all who drift by it.
  const losses: OrdinaryLoss[] = []
  for (const loss of new Set(revocations.map((one) => one.ordinary))) {
    if (loss === undefined) return null
    losses.push(loss)
  }
  const own = losses.flatMap(({ losers }) => [...keys].flatMap((key) => losers.get(key) ?? []))
  const unlisted = new Map(
    losses.flatMap((loss) => loss.unlisted.map((one) => [`${one.kind} ${one.name}`, one] as const)),
  )
  return {
    ...othersOf(losses, keys),
    own: sorted(new Set(own)),
    unread: sorted(new Set(losses.flatMap((one) => one.unread))),
    unlisted: [...unlisted.values()],
  }
}

function othersOf(
  losses: readonly OrdinaryLoss[],
  keys: ReadonlySet<string>,
): Pick<SeenLoss, 'others' | 'services'> {
  const [only, second] = losses
  if (only !== undefined && second === undefined) return othersOfOne(only, keys)
  const others = new Map(losses.flatMap(({ losers }) => [...losers]))
  for (const key of keys) others.delete(key)
  return {
    others: others.size,
    services: sorted(new Set(losses.flatMap((one) => othersOfOne(one, keys).services))),
  }
}

/** How many lose something of a service, by loss: hundreds may see the same one, each as one of them. */
const counted = new WeakMap<OrdinaryLoss, ReadonlyMap<string, number>>()

function othersOfOne(loss: OrdinaryLoss, keys: ReadonlySet<string>): Pick<SeenLoss, 'others' | 'services'> {
  const counts = new Map(countsOf(loss))
  let others = loss.losers.size
  for (const key of keys) {
    const services = loss.losers.get(key)
    if (services === undefined) continue
    others--
    for (const one of services) counts.set(one, (counts.get(one) ?? 0) - 1)
  }
  const services = [...counts].flatMap(([service, count]) => (count > 0 ? [service] : []))
  return { others, services: sorted(new Set(services)) }
}

function countsOf(loss: OrdinaryLoss): ReadonlyMap<string, number> {
  const known = counted.get(loss)
  if (known !== undefined) return known
  const counts = new Map<string, number>()
  for (const services of loss.losers.values())
    for (const one of services) counts.set(one, (counts.get(one) ?? 0) + 1)
  counted.set(loss, counts)
  return counts
}

/** All services are those of every other pattern as well. */
function sorted(names: ReadonlySet<string>): readonly string[] {
  return names.has('*') ? ['*'] : [...names].sort(compareText)
}
