/** Documents that cannot be determined and that a pull request accepts: for whom, until when, and why. */
import type { Baseline, KnownGap } from '../baseline/baseline.ts'
import { gapDocument } from '../baseline/known-gap.ts'
import { quoteText } from '../text/quote.ts'

export interface KnownGapChange {
  readonly gap: KnownGap
  /** Its index in `known_gaps` of the head. */
  readonly index: number
  /** What was done to it: `new`, `changed`, `prolonged to …`, `extended to …`. */
  readonly word: string
}

/**
 * Items of `known_gaps` that are new, changed, prolonged, or for somebody more. One that ends earlier or is for fewer,
 * and otherwise the same, is none: nothing is accepted by it that was not before.
 */
export function changedKnownGaps(base: Baseline | null, head: Baseline | null): readonly KnownGapChange[] {
  const before = base?.known_gaps ?? []
  return (head?.known_gaps ?? []).flatMap((gap, index): KnownGapChange[] => {
    const same = before.filter((one) => gapDocument(one) === gapDocument(gap))
    const exact = same.filter((one) => one.sha256 === gap.sha256)
    const word = changeOf(gap, same, exact)
    return word === null ? [] : [{ gap, index, word }]
  })
}

/** Null: somebody accepted as much before. */
function changeOf(gap: KnownGap, same: readonly KnownGap[], exact: readonly KnownGap[]): string | null {
  const added = (one: KnownGap): readonly string[] => gap.for.filter((who) => !one.for.includes(who))
  const covers = (one: KnownGap): boolean =>
    one.justification === gap.justification && one.expires >= gap.expires && added(one).length === 0
  if (exact.some(covers)) return null
  const [old] = exact
  if (same.length === 0) return 'new'
  if (old === undefined || exact.length > 1 || old.justification !== gap.justification) return 'changed'
  const words = [
    ...(old.expires < gap.expires ? [`prolonged to ${gap.expires}`] : []),
    ...(added(old).length > 0
      ? [
          `extended to ${added(old)
            .map((who) => quoteText(who))
            .join(', ')}`,
        ]
      : []),
  ]
  return words.join(' and ')
}

/** The gap as a sentence names it. */
export function knownGapName(gap: KnownGap): string {
  if ('policy_id' in gap)
    return `The known gap for version ${quoteText(gap.version_id)} of policy ${quoteText(gap.policy_id)}`
  if ('role_id' in gap) return `The known gap for the role ${quoteText(gap.role_id)}`
  return `The known gap for the mapping ${quoteText(gap.mapping_id)} of the provider ${quoteText(gap.provider)}`
}
