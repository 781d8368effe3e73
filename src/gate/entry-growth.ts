/** Whether an entry approves more than before, or less, by whatever was edited for that. */
import {
  type Approved,
  namedActions,
  shippedCatalogue,
  subtractGrants,
  unionGrants,
} from '../policy/index.ts'
import type { Difference, Grant, Undetermined } from '../policy/types.ts'
import { approvedBy, type PlacedEntry, recordedOf, setBeyond } from './approved-set.ts'
import { sameJson } from './entry-fields.ts'
import type { EntryCause, GateDifference } from './model.ts'
import {
  type ApprovedParties,
  noParties,
  partiesBeyond,
  partiesOf,
  partyCauses,
} from './principal-changes.ts'
import { grantsMadeToMatch, type RecordedNames } from './recorded-names.ts'

/** What one side approves and the other does not. */
export interface Growth {
  /** Not empty. */
  readonly causes: readonly EntryCause[]
  /** Null: it could not be decided; `undetermined` says why. */
  readonly difference: GateDifference | null
  readonly undetermined: string | null
}

/** Everything that an entry approves. One that is too long to be written within its definition is shown as it stands. */
export function wholeEntry(one: PlacedEntry): GateDifference {
  const set = setBeyond(approvedBy(one), [])
  const found = 'undetermined' in set ? { grants: one.entry.grants, example: null } : set
  return { ...described(found, partiesOf(one.entry)), whole: approvesAll(one) }
}

/** Whether nothing of the recorded permission is left that it does not approve. Undecided counts as less. */
function approvesAll(one: PlacedEntry): boolean {
  const recorded = recordedOf(one)
  if (recorded === undefined) return false
  const { actions, except } = recorded
  const left = subtractGrants([{ actions, ...(except === undefined ? {} : { except }) }], [approvedBy(one)])
  return !('undetermined' in left) && left.grants.length === 0
}

/**
 * What `one` approves beyond `other`, an earlier or later form of the same entry; null: nothing.
 *
 * @param names recorded names that changed; null where what was approved before is asked for: no name takes anything
 */
export function growth(
  one: PlacedEntry,
  other: PlacedEntry,
  names: readonly RecordedNames[] | null,
): Growth | null {
  // An entry of somebody disabled covers nothing once they are enabled.
  if (other.entry.disabled === true && one.entry.disabled !== true)
    return { causes: ['enabled'], difference: wholeEntry(one), undetermined: null }
  const [mine, theirs] = [approvedBy(one), approvedBy(other)]
  const parties = partiesBeyond(one.entry, other.entry)
  const edited = editedPart(one, other, mine, theirs)
  // Where nothing was edited that decides about actions, there is nothing to compute.
  const byActions = edited === null ? nothing : setBeyond(mine, [theirs])
  const reaching = names === null ? [] : grantsOfNames(one, other, names)
  const byNames = reaching.length === 0 ? nothing : setBeyond({ ...mine, grants: reaching }, [])
  const gained = joined(byActions, byNames)
  const causes: EntryCause[] = [
    ...(edited !== null && hasMore(byActions) ? [edited] : []),
    ...partyCauses(parties),
    ...(hasMore(byNames) ? (['name'] as const) : []),
  ]
  if (causes.length === 0) return null
  if ('undetermined' in gained) return { causes, difference: null, undetermined: gained.undetermined }
  return { causes, difference: described(gained, parties), undetermined: null }
}

const nothing: Difference = { grants: [], example: null }

/** Undecided counts as more. */
function hasMore(found: Difference | Undetermined): boolean {
  return 'undetermined' in found || found.grants.length > 0
}

/** Null: nothing was edited that decides which actions are approved. */
function editedPart(
  one: PlacedEntry,
  other: PlacedEntry,
  mine: Approved,
  theirs: Approved,
): EntryCause | null {
  if (!sameJson(one.entry.grants, other.entry.grants)) return 'grants'
  if (sameJson(mine.within, theirs.within)) return null
  return sameJson(one.entry.within, other.entry.within) ? 'definition' : 'within'
}

/** Grants that reach further by a recorded name alone. */
function grantsOfNames(
  { entry, baseline }: PlacedEntry,
  other: PlacedEntry,
  names: readonly RecordedNames[],
): readonly Grant[] {
  // An agency made anew is covered by an entry that records its name.
  if (entry.kind === 'agency' && other.entry.kind === 'agency' && entry.agency !== other.entry.agency)
    return entry.grants
  return grantsMadeToMatch(entry, names, baseline.account)
}

function joined(one: Difference | Undetermined, other: Difference | Undetermined): Difference | Undetermined {
  if ('undetermined' in one || ('grants' in other && other.grants.length === 0)) return one
  if ('undetermined' in other || one.grants.length === 0) return other
  const both = unionGrants([one.grants, other.grants])
  return 'undetermined' in both ? both : { grants: both, example: one.example }
}

function described({ grants, example }: Difference, parties: ApprovedParties): GateDifference {
  return {
    ...{ grants, whole: false, actions: namedActions(grants, shippedCatalogue()), example },
    ...noParties,
    ...parties,
  }
}
