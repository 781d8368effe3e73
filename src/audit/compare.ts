/** What is held against what was approved: by meaning, pair by pair, as section after section of the verdict needs it. */
import type { Findings } from '../access/findings.ts'
import { undecidedGap } from '../access/gaps.ts'
import type { Gap, Holding } from '../access/model.ts'
import { type NamedPrincipal, nameOnly, principalKey } from '../account/principal.ts'
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { entryPrincipal, isForEveryUser, recordedName } from '../baseline/entry.ts'
import type { Config } from '../config/config.ts'
import { type Approved, namedActions } from '../policy/index.ts'
import type { Catalogue, Difference } from '../policy/types.ts'
import { daysBetween } from '../text/day.ts'
import { ApprovalIndex, type IndexedEntry } from './approval-index.ts'
import type {
  Because,
  DifferenceRow,
  DriftKind,
  ExpiringRow,
  LostRow,
  Parties,
  RenamedRow,
  UnreviewedRow,
} from './model.ts'
import { noParties } from './model.ts'
import { becauseOf, hasParties, partiesBeyond, partiesLost, partiesOf } from './parties.ts'
import { grantsReachingRenamed, type Renamed, renamedUsers } from './renames.ts'

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

/** Compares holdings with the baseline. Pure; the order of principals and entries does not matter. */
export function compare(input: ComparisonInput): Comparison {
  const { found, config, baseline, today } = input
  const index = new ApprovalIndex(baseline, config.permissions, today, found.snapshot.account_id)
  const rows = renamedRows(index, found)
  const context: Context = { ...input, index, renamed: renamedUsers(rows, index), remade: new Map() }
  const drift: BareDrift[] = []
  const gaps: Gap[] = []
  for (const holding of found.holdings) {
    if (!holding.counts) continue
    const result = driftOf(holding, context)
    if (result === null) gaps.push(undecided(holding))
    else drift.push(...result)
  }
  const { rows: lost, undecided: unclear } = lostRows(context)
  gaps.push(...unclear)
  return {
    index,
    drift,
    no_longer_held: lost.filter((row) => row.entirely),
    reduced: lost.filter((row) => !row.entirely),
    expiring: expiringRows(lost, context),
    renamed: [...rows, ...remadeRows(context)],
    unreviewed: unreviewedRows(index, config),
    gaps,
  }
}

interface Context extends ComparisonInput {
  readonly index: ApprovalIndex
  readonly renamed: readonly Renamed[]
  /** Entries of agencies that are gone, by the agency made anew that each covers. */
  readonly remade: Map<IndexedEntry, NamedPrincipal>
}

const nothingLeft: Difference = { grants: [], example: null }

/** The drift of one holding; null when it cannot be decided. */
function driftOf(holding: Holding, context: Context): BareDrift[] | null {
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
function isRemade(holding: Holding, { index, found, remade }: Context): boolean {
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
function gainedDrift(holding: Holding, own: IndexedEntry | null, context: Context): BareDrift[] | null {
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
  { catalogue }: Context,
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
  context: Context,
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
  context: Context,
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

/** Entries that record another name than their principal has now. */
function renamedRows(index: ApprovalIndex, found: Findings): RenamedRow[] {
  return index.entries.flatMap(({ entry, index: at }): RenamedRow[] => {
    const recorded = recordedName(entry)
    const principal = entryPrincipal(entry)
    const name = found.presentName(principal)
    if (name === null || name === recorded) return []
    const row = { principal: { ...principal, name }, permission: entry.permission }
    return [{ ...row, recorded, recorded_id: null, entry_index: at }]
  })
}

function remadeRows({ remade }: Context): RenamedRow[] {
  return [...remade].map(([{ entry, index }, principal]) => ({
    principal,
    permission: entry.permission,
    recorded: recordedName(entry),
    recorded_id: entryPrincipal(entry).id,
    entry_index: index,
  }))
}

/**
 * Approved and not held, wholly or in part. Not computed for principals that a gap reaches: they may hold it after
 * all; nor where a source of theirs was not looked at, since what was not looked at is never "no longer held".
 */
function lostRows(context: Context): { rows: LostRow[]; undecided: Gap[] } {
  const { index, found, remade } = context
  const rows: LostRow[] = []
  const gaps: Gap[] = []
  if (found.uncertain.everybody || !found.looksAtEverySourceOf('user')) return { rows, undecided: gaps }
  let held: ReadonlyMap<string, Holding> | null = null
  for (const indexed of index.entries) {
    const { entry } = indexed
    const principal = entryPrincipal(entry)
    if (isForEveryUser(entry) || entry.assignment === 'eligible' || remade.has(indexed)) continue
    if (!found.looksAtEverySourceOf(principal.kind) || found.uncertain.has(principal)) continue
    if (found.isDormant(principal)) continue
    // With `holds: all`, who holds a part holds nothing.
    held ??= new Map(
      found.holdings.flatMap((one) =>
        one.counts ? [[`${one.permission} ${principalKey(one.principal)}`, one] as const] : [],
      ),
    )
    const holding = held.get(`${entry.permission} ${principalKey(principal)}`) ?? null
    const row = lostRow(indexed, holding, context)
    if (row === 'undecided') gaps.push(undecided({ principal, permission: entry.permission }))
    else if (row !== null) rows.push(row)
  }
  return { rows, undecided: gaps }
}

function lostRow(
  { entry, index: at }: IndexedEntry,
  holding: Holding | null,
  { index, found, catalogue }: Context,
): LostRow | null | 'undecided' {
  const parties = holding === null ? noParties : partiesLost(holding, entry)
  // Nearly every entry of an account at rest.
  const exact = holding !== null && index.coversExactly(entry, holding.grants)
  if (exact && !hasParties(parties)) return null
  const approved = index.approvedOf(entry)
  const lost =
    'undetermined' in approved
      ? approved
      : exact
        ? nothingLeft
        : index.subtract(approved.grants, holding === null ? [] : [{ grants: holding.grants }])
  if ('undetermined' in lost) return 'undecided'
  if (lost.grants.length === 0 && !hasParties(parties)) return null
  const actions = namedActions(lost.grants, catalogue)
  return {
    principal: presentPrincipal(entry, found),
    permission: entry.permission,
    grants: lost.grants,
    actions,
    example: actions[0] ?? lost.example,
    parties,
    entry_index: at,
    entirely: holding === null,
  }
}

function expiringRows(lost: readonly LostRow[], { index, config, found, today }: Context): ExpiringRow[] {
  const gone = new Set(lost.filter((row) => row.entirely).map((row) => row.entry_index))
  return index.entries.flatMap(({ entry, index: at }): ExpiringRow[] => {
    const { expires, permission, owner = null } = entry
    if (expires === undefined || gone.has(at)) return []
    const days_left = daysBetween(today, expires)
    if (days_left < 0 || days_left > config.approvals.warnDays) return []
    return [
      { principal: presentPrincipal(entry, found), permission, expires, days_left, owner, entry_index: at },
    ]
  })
}

function unreviewedRows(index: ApprovalIndex, config: Config): UnreviewedRow[] {
  const required = config.approvals.require.filter((field) => field !== 'review')
  if (required.length === 0) return []
  return index.entries.flatMap(({ entry, index: at }): UnreviewedRow[] => {
    const missing = required.filter((field) => (entry[field] ?? '') === '')
    if (missing.length === 0) return []
    const principal = entryPrincipal(entry)
    return [{ principal, permission: entry.permission, missing, entry_index: at }]
  })
}

/** As rows about what is held name somebody; who is not there is called as the entry does. */
function presentPrincipal(entry: BaselineEntry, found: Findings): NamedPrincipal {
  const recorded = entryPrincipal(entry)
  const name = found.access.principal(recorded)?.name ?? found.presentName(recorded)
  return { ...recorded, name: name ?? recorded.name }
}

function undecided({ principal, permission }: Pick<Holding, 'principal' | 'permission'>): Gap {
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
