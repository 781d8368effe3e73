/** What is held and not approved, holding by holding. */
import type { Holding } from '../access/model.ts'
import { nameOnly } from '../account/principal.ts'
import { entryPrincipal } from '../baseline/entry.ts'
import { type Approved, namedActions } from '../policy/index.ts'
import type { Difference } from '../policy/types.ts'
import type { ApprovalIndex, IndexedEntry } from './approval-index.ts'
import { type BareDrift, type ComparisonContext, nothingLeft } from './comparison.ts'
import type { Because, DriftKind, Parties } from './model.ts'
import { noParties } from './model.ts'
import { becauseOf, hasParties, partiesBeyond, partiesOf } from './parties.ts'
import { grantsReachingRenamed } from './renames.ts'

/** The drift of one holding; null when it cannot be decided. */
export function driftOf(holding: Holding, context: ComparisonContext): BareDrift[] | null {
  const { index, renamed } = context
  const own = index.entryOf(holding.principal, holding.permission)
  const parties = own === null ? noParties : partiesBeyond(holding, own.entry)
  // Nearly every holding of an account at rest.
  if (renamed.length === 0 && own !== null && !hasParties(parties) && isSettledBy(own, holding, index))
    return []
  if (own === null && isRemade(holding, context)) return []
  const drift = gainedDrift(holding, own, context)
  if (drift === null) return null
  const withParties = own === null ? drift : addParties(drift, holding, own, parties, context)
  return addRenames(withParties, holding, own, context)
}

/** Whether the entry alone, as it stands today, approves all of the holding, word for word. False says nothing. */
function isSettledBy({ entry, expired }: IndexedEntry, holding: Holding, index: ApprovalIndex): boolean {
  const applies = !expired && !(entry.disabled === true && holding.enabled)
  return applies && index.coversExactly(entry, holding.grants)
}

/**
 * Services and Terraform make agencies anew: one that bears the recorded name and path of an entry whose agency is
 * gone, and that holds and trusts no more than that approves, is covered by it until an update records the new id.
 */
function isRemade(holding: Holding, { index, found, remade }: ComparisonContext): boolean {
  if (holding.principal.kind !== 'agency' || index.hasEntry(holding.principal)) return false
  const named = found.fullNameOf(holding.principal)
  for (const candidate of index.ofAgencyNamed(named, holding.permission)) {
    const { entry, expired } = candidate
    if (expired || found.isPresent(entryPrincipal(entry)) || hasParties(partiesBeyond(holding, entry)))
      continue
    if (entry.disabled === true && holding.enabled) continue
    const identity = found.access.principal(holding.principal)
    const left = index.subtract(holding.grants, [index.approved(entry)], identity)
    if ('undetermined' in left || left.grants.length > 0) continue
    remade.set(candidate, holding.principal)
    return true
  }
  return false
}

/** What is held and no entry in force approves. */
function gainedDrift(
  holding: Holding,
  own: IndexedEntry | null,
  context: ComparisonContext,
): BareDrift[] | null {
  const { index, found } = context
  const identity = found.access.principal(holding.principal)
  const usable = index.applicableTo(holding)
  const everybody = index.everyUsers(holding.principal, holding.permission)
  const enabledAgain = own !== null && !usable.includes(own)
  const approvals = (entries: readonly IndexedEntry[]): Approved[] =>
    entries.map((one) => index.approved(one.entry))
  const valid = usable.filter((one) => !one.expired)
  const exact = valid.some((one) => index.coversExactly(one.entry, holding.grants))
  const left = exact ? nothingLeft : index.subtract(holding.grants, approvals(valid), identity)
  if ('undetermined' in left) return null
  if (left.grants.length === 0) return []
  const beyond = index.subtract(left.grants, approvals(usable), identity)
  if ('undetermined' in beyond) return null
  const lapsed =
    beyond.grants === left.grants ? nothingLeft : index.subtract(left.grants, [{ grants: beyond.grants }])
  if ('undetermined' in lapsed) return null
  const drift: BareDrift[] = []
  if (beyond.grants.length > 0) {
    const kind = index.hasEntry(holding.principal) ? 'exceeds-approval' : 'unapproved-holder'
    // Without an entry of its own, all who may come by it are more than was approved.
    const parties = own === null ? partiesOf(holding) : noParties
    drift.push(rowOf(kind, holding, beyond, own, enabledAgain ? 'enabled' : null, context, parties))
  }
  if (lapsed.grants.length > 0) {
    const lapsing = own?.expired && !enabledAgain ? own : everybody
    drift.push(rowOf('approval-expired', holding, lapsed, lapsing, null, context))
  }
  return drift
}

function rowOf(
  kind: DriftKind,
  holding: Holding,
  difference: Difference,
  indexed: IndexedEntry | null,
  because: Because | null,
  { catalogue }: ComparisonContext,
  parties: Parties = noParties,
): BareDrift {
  const actions = namedActions(difference.grants, catalogue)
  return {
    kind,
    holding,
    indexed,
    because,
    principal: nameOnly(holding.principal),
    permission: holding.permission,
    grants: difference.grants,
    example: actions[0] ?? difference.example,
    actions,
    parties,
  }
}

/** Somebody more who may come by it is more than was approved, although nothing more is held. */
function addParties(
  drift: readonly BareDrift[],
  holding: Holding,
  own: IndexedEntry,
  parties: Parties,
  context: ComparisonContext,
): BareDrift[] {
  if (!hasParties(parties)) return [...drift]
  const because = becauseOf(parties, own.entry)
  const beyond = drift.find((row) => row.kind === 'exceeds-approval')
  if (beyond === undefined)
    return [...drift, rowOf('exceeds-approval', holding, nothingLeft, own, because, context, parties)]
  return drift.map((row) => (row === beyond ? { ...row, parties, because: row.because } : row))
}

/** What was approved of old and now reaches another person is one row with what was never approved. */
function addRenames(
  drift: readonly BareDrift[],
  holding: Holding,
  own: IndexedEntry | null,
  context: ComparisonContext,
): BareDrift[] | null {
  const { index, renamed, found } = context
  const reached =
    renamed.length === 0
      ? []
      : grantsReachingRenamed(
          holding,
          renamed,
          found.snapshot.account_id,
          found.access.principal(holding.principal),
        )
  if (reached.length === 0 || drift.some((row) => row.kind === 'unapproved-holder')) return [...drift]
  const beyond = drift.find((row) => row.kind === 'exceeds-approval')
  const joined = index.union([beyond?.grants ?? [], reached])
  if ('undetermined' in joined) return null
  const both = index.subtract(joined, [])
  if ('undetermined' in both) return null
  const entry = own ?? index.everyUsers(holding.principal, holding.permission)
  const because = beyond === undefined ? 'rename' : beyond.because
  const row = rowOf('exceeds-approval', holding, both, entry, because, context, beyond?.parties)
  return [row, ...drift.filter((one) => one !== beyond)]
}
