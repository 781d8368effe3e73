/** What is held against what was approved: by meaning, pair by pair, as section after section of the verdict needs it. */
import type { Baseline } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { type Approved, namedActions, unionGrants, userResourceMatches } from '../policy/index.ts'
import type { Catalogue, Difference, Grant } from '../policy/types.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { ApprovalIndex, EVERYBODY, type IndexedEntry } from './approval-index.ts'
import { gapFor } from './gaps.ts'
import type { HoldingsWithContext } from './holdings.ts'
import type {
  DifferenceRow,
  DriftKind,
  ExpiringRow,
  Gap,
  Holding,
  LostRow,
  RenamedRow,
  UnreviewedRow,
} from './model.ts'

export interface ComparisonInput {
  readonly found: HoldingsWithContext
  readonly snapshot: Snapshot
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
  readonly because: 'rename' | 'enabled' | null
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

/** Compares holdings with the baseline. Pure; the order of users and entries does not matter. */
export function compare(input: ComparisonInput): Comparison {
  const { found, config, baseline, today } = input
  const index = new ApprovalIndex(baseline, config.permissions, today)
  const rows = renamedRows(index, found)
  const renamed = renamedUsers(rows, index)
  const drift: BareDrift[] = []
  const gaps: Gap[] = []
  for (const holding of found.holdings) {
    if (!holding.counts) continue
    const result = judge(holding, index, renamed, input)
    if (result === null) gaps.push(undecided(holding, found))
    else drift.push(...result)
  }
  const { rows: lost, undecided: unclear } = lostRows(index, input)
  gaps.push(...unclear)
  return {
    index,
    drift,
    no_longer_held: lost.filter((row) => row.entirely),
    reduced: lost.filter((row) => !row.entirely),
    expiring: expiringRows(index, lost, input),
    renamed: rows,
    unreviewed: unreviewedRows(index, config),
    gaps,
  }
}

const nothingLeft: Difference = { grants: [], example: null }

/** The drift of one holding; null when it cannot be decided. */
function judge(
  holding: Holding,
  index: ApprovalIndex,
  renamed: readonly Renamed[],
  input: ComparisonInput,
): BareDrift[] | null {
  const own = index.own(holding.user_id, holding.permission)
  // Nearly every holding of an account at rest.
  if (renamed.length === 0 && own !== null && index.settles(own, holding)) return []
  const everybody = index.everybody(holding.permission)
  const usable = index.speakingFor(holding)
  const enabledAgain = own !== null && !usable.includes(own)
  const approvals = (entries: readonly IndexedEntry[]): Approved[] =>
    entries.map((one) => index.approved(one.entry))
  const valid = usable.filter((one) => !one.expired)
  const exact = valid.some((one) => index.isWordForWord(one.entry, holding.grants))
  const left = exact ? nothingLeft : index.subtract(holding.grants, approvals(valid))
  if ('undetermined' in left) return null
  const drift: BareDrift[] = []
  const push = (
    kind: DriftKind,
    difference: Difference,
    indexed: IndexedEntry | null,
    because: BareDrift['because'],
  ): void => {
    drift.push({
      ...{
        kind,
        holding,
        indexed,
        because,
        user_id: holding.user_id,
        user: holding.user,
        permission: holding.permission,
      },
      ...{ grants: difference.grants, example: difference.example },
      actions: namedActions(difference.grants, input.catalogue),
    })
  }
  if (left.grants.length > 0) {
    const beyond = index.subtract(left.grants, approvals(usable))
    if ('undetermined' in beyond) return null
    const lapsed =
      beyond.grants === left.grants ? nothingLeft : index.subtract(left.grants, [{ grants: beyond.grants }])
    if ('undetermined' in lapsed) return null
    if (beyond.grants.length > 0) {
      const kind = index.hasEntry(holding.user_id) ? 'exceeds-approval' : 'unapproved-holder'
      push(kind, beyond, own, enabledAgain ? 'enabled' : null)
    }
    if (lapsed.grants.length > 0)
      push('approval-expired', lapsed, own?.expired && !enabledAgain ? own : everybody, null)
  }
  const reached = grantsReachingRenamed(holding, renamed, input.snapshot.account_id)
  if (reached.length === 0 || drift.some((row) => row.kind === 'unapproved-holder')) return drift
  // What was approved of old and now reaches another person stands in one row with what was never approved.
  const beyond = drift.find((row) => row.kind === 'exceeds-approval')
  const joined = unionGrants([beyond?.grants ?? [], reached])
  if ('undetermined' in joined) return null
  const both = index.subtract(joined, [])
  if ('undetermined' in both) return null
  const others = drift.filter((row) => row !== beyond)
  drift.length = 0
  push('exceeds-approval', both, own ?? everybody, beyond === undefined ? 'rename' : beyond.because)
  return [...drift, ...others]
}

interface Renamed {
  readonly user: string
  /** Names that entries record. */
  readonly known: ReadonlySet<string>
}

/** Entries that record another name than the user has now. */
function renamedRows(index: ApprovalIndex, { inventory }: HoldingsWithContext): RenamedRow[] {
  const rows: RenamedRow[] = []
  for (const { entry } of index.entries) {
    const { user_id, user: recorded, permission } = entry
    const user = inventory.users.get(user_id)?.user_name ?? recorded
    if (user !== recorded) rows.push({ user_id, user, permission, recorded })
  }
  return rows
}

/** Users whose present name some entry of theirs does not record. */
function renamedUsers(rows: readonly RenamedRow[], index: ApprovalIndex): Renamed[] {
  if (rows.length === 0) return []
  const users = new Map(rows.map((row) => [row.user_id, row.user]))
  const entries = Map.groupBy(
    index.entries.filter(({ entry }) => users.has(entry.user_id)),
    ({ entry }) => entry.user_id,
  )
  return [...users].map(([id, user]) => ({
    user,
    known: new Set(entries.get(id)?.map(({ entry }) => entry.user)),
  }))
}

/**
 * Restricted grants that came to cover somebody by a rename: a `user` resource pattern matches the present name and
 * not one that an entry records. Nothing else tells that the grant now reaches another person. While any entry of
 * theirs records such a name the rename was not reviewed: a new entry beside it records the new name by itself.
 */
function grantsReachingRenamed(holding: Holding, renamed: readonly Renamed[], account: string): Grant[] {
  return holding.grants.filter((grant) =>
    grant.resources?.some((pattern) =>
      renamed.some(
        (row) =>
          userResourceMatches(pattern, account, row.user) &&
          [...row.known].some((name) => !userResourceMatches(pattern, account, name)),
      ),
    ),
  )
}

/** Approved and not held, wholly or in part. Not computed for users that a gap reaches: they may hold it after all. */
function lostRows(index: ApprovalIndex, input: ComparisonInput): { rows: LostRow[]; undecided: Gap[] } {
  const { uncertain_user_ids: uncertain, inventory, holdings } = input.found
  const rows: LostRow[] = []
  const gaps: Gap[] = []
  if (uncertain === 'all') return { rows, undecided: gaps }
  let held: ReadonlyMap<string, Holding> | null = null
  for (const { entry, index: at } of index.entries) {
    // Nearly every entry of an account at rest.
    if (index.wasWordForWord(entry)) continue
    if (entry.user_id === EVERYBODY || entry.assignment === 'eligible' || uncertain.has(entry.user_id))
      continue
    // With `holds: all`, who holds a part holds nothing.
    held ??= new Map(
      holdings.flatMap((one) => (one.counts ? [[`${one.permission} ${one.user_id}`, one] as const] : [])),
    )
    const holding = held.get(`${entry.permission} ${entry.user_id}`)
    if (holding !== undefined && index.isWordForWord(entry, holding.grants)) continue
    const user = inventory.users.get(entry.user_id)?.user_name ?? entry.user
    const approved = index.approvedOf(entry)
    const lost =
      'undetermined' in approved
        ? approved
        : index.subtract(approved.grants, holding === undefined ? [] : [{ grants: holding.grants }])
    if ('undetermined' in lost) gaps.push(undecided({ ...entry, user }, input.found))
    else if (lost.grants.length > 0)
      rows.push({
        ...{ user_id: entry.user_id, user, permission: entry.permission },
        ...{ grants: lost.grants, example: lost.example },
        actions: namedActions(lost.grants, input.catalogue),
        entry_index: at,
        entirely: holding === undefined,
      })
  }
  return { rows, undecided: gaps }
}

const DAY = 86_400_000

function expiringRows(
  index: ApprovalIndex,
  lost: readonly LostRow[],
  { config, found, today }: ComparisonInput,
): ExpiringRow[] {
  const gone = new Set(lost.filter((row) => row.entirely).map((row) => row.entry_index))
  const rows: ExpiringRow[] = []
  for (const { entry, index: at } of index.entries) {
    if (entry.expires === undefined || gone.has(at)) continue
    const days_left = Math.round((Date.parse(entry.expires) - Date.parse(today)) / DAY)
    if (days_left < 0 || days_left > config.approvals.warnDays) continue
    const user = found.inventory.users.get(entry.user_id)?.user_name ?? entry.user
    const { user_id, permission, expires } = entry
    rows.push({ user_id, user, permission, expires, days_left, owner: entry.owner ?? null, entry_index: at })
  }
  return rows
}

function unreviewedRows(index: ApprovalIndex, config: Config): UnreviewedRow[] {
  if (config.approvals.require.length === 0) return []
  return index.entries.flatMap(({ entry, index: at }) => {
    const missing = config.approvals.require.filter((field) => (entry[field] ?? '') === '')
    if (missing.length === 0) return []
    return [
      { user_id: entry.user_id, user: entry.user, permission: entry.permission, missing, entry_index: at },
    ]
  })
}

function undecided(
  pair: Pick<Holding, 'user_id' | 'user' | 'permission'>,
  { inventory }: HoldingsWithContext,
): Gap {
  return gapFor(
    {
      code: 'undetermined-comparison',
      call: 'comparison',
      message: `What ${pair.user} holds of ${pair.permission} could not be compared with what was approved: the patterns go beyond the bound of the analysis.`,
      remedy: 'Simplify the policies of this user, or the grants of the entry: fewer wildcards inside words.',
      ...{ iam_action: null, policy_id: null, policy: null, version_id: null, sha256: null },
      user_ids: [pair.user_id],
    },
    inventory,
  )
}
