/** What an entry approves as a set: its grants, read within its definition. */
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { type Approved, intersectGrants, subtractGrants } from '../policy/index.ts'
import type { Difference, Undetermined } from '../policy/types.ts'

/** An entry with the baseline that it stands in. */
export interface PlacedEntry {
  readonly entry: BaselineEntry
  readonly baseline: Baseline
}

/** The definition that the baseline records for the permission. */
export function recordedOf({ entry, baseline }: PlacedEntry): Approved['within'] {
  return Object.hasOwn(baseline.audited_permissions, entry.permission)
    ? baseline.audited_permissions[entry.permission]
    : undefined
}

/** Its grants within its own or the recorded definition. */
export function approvedBy(one: PlacedEntry): Approved {
  return { grants: one.entry.grants, within: one.entry.within ?? recordedOf(one) }
}

/**
 * What of a set the others do not approve. An entry with very many patterns can be too long to be written once it is
 * read within its definition, while the part that is left of it can not; so both orders are tried.
 */
export function setBeyond(
  { grants, within }: Approved,
  others: readonly Approved[],
): Difference | Undetermined {
  if (within === undefined) return subtractGrants(grants, others)
  const inside = intersectGrants(grants, within)
  if (!('undetermined' in inside)) return subtractGrants(inside, others)
  const left = subtractGrants(grants, others)
  if ('undetermined' in left) return left
  const part = intersectGrants(left.grants, within)
  return 'undetermined' in part ? part : subtractGrants(part, [])
}
