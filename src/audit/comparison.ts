/** What a comparison works with and what it says. */
import type { Findings } from '../access/findings.ts'
import { undecidedGap } from '../access/gap.ts'
import type { Gap, Holding } from '../access/model.ts'
import { type NamedPrincipal, nameOnly } from '../account/principal.ts'
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { entryPrincipal } from '../baseline/entry.ts'
import type { Config } from '../config/config.ts'
import type { Catalogue, Difference } from '../policy/types.ts'
import type { ApprovalIndex, IndexedEntry } from './approval-index.ts'
import type {
  Because,
  DifferenceRow,
  DriftKind,
  ExpiringRow,
  LostRow,
  RenamedRow,
  UnreviewedRow,
} from './model.ts'
import type { Renamed } from './renames.ts'

export interface ComparisonInput {
  readonly found: Findings
  readonly config: Config
  readonly baseline: Baseline
  readonly catalogue: Catalogue
  /** UTC day. */
  readonly today: string
}

/** Drift as the comparison sees it; causes, cuts and the entry to paste are added by `drift.ts`. */
export interface BareDrift extends DifferenceRow {
  readonly kind: DriftKind
  readonly holding: Holding
  readonly indexed: IndexedEntry | null
  readonly because: Because | null
}

export interface Comparison {
  readonly index: ApprovalIndex
  readonly drift: readonly BareDrift[]
  readonly no_longer_held: readonly LostRow[]
  readonly reduced: readonly LostRow[]
  readonly expiring: readonly ExpiringRow[]
  readonly renamed: readonly RenamedRow[]
  readonly unreviewed: readonly UnreviewedRow[]
  /** Differences that could not be decided. */
  readonly gaps: readonly Gap[]
}

/** What every part of a comparison asks. */
export interface ComparisonContext extends ComparisonInput {
  readonly index: ApprovalIndex
  readonly renamed: readonly Renamed[]
  /** Entries of agencies that are gone, by the agency made anew that each covers. */
  readonly remade: Map<IndexedEntry, NamedPrincipal>
}

/** Nothing was gained, or lost. */
export const nothingLeft: Difference = { grants: [], example: null }

/** As rows about what is held name somebody; who is not there is called as the entry does. */
export function presentPrincipal(entry: BaselineEntry, found: Findings): NamedPrincipal {
  const recorded = entryPrincipal(entry)
  const name = found.access.principal(recorded)?.name ?? found.presentName(recorded)
  return { ...recorded, name: name ?? recorded.name }
}

/** Of a difference that goes beyond the bound. */
export function undecided({ principal, permission }: Pick<Holding, 'principal' | 'permission'>): Gap {
  return undecidedGap(
    {
      code: 'undetermined-comparison',
      call: 'comparison',
      message: `What ${principal.name} holds of ${permission} could not be compared with what was approved: the patterns go beyond the bound of the analysis.`,
      remedy: `Simplify the policies of this ${principal.kind === 'federated' ? 'group' : principal.kind}, or the grants of the entry: fewer wildcards inside words.`,
    },
    [nameOnly(principal)],
  )
}
