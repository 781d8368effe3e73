/**
 * What came and went between two runs: who held something audited at a moment of the window, approved neither then nor
 * now, and does not hold it any more.
 */
import { type Findings, findAccess } from '../access/findings.ts'
import type { Holding } from '../access/model.ts'
import { nameOnly, principalKey } from '../account/principal.ts'
import type { Snapshot } from '../account/snapshot.ts'
import type { TraceRecord } from '../account/trace-record.ts'
import type { Baseline } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { isUnrestricted, namedActions, unionGrants } from '../policy/index.ts'
import type { Catalogue, Grant } from '../policy/types.ts'
import { dayOf } from '../text/day.ts'
import type { AccountHistory, Moment } from '../traces/history.ts'
import { ApprovalIndex } from './approval-index.ts'
import type { BaselineHistory } from './baseline-history.ts'
import { compare } from './compare.ts'
import type { Parties, WasHeldRow } from './model.ts'
import { noParties } from './model.ts'
import { compareSeverity } from './order.ts'
import { hasParties, partiesOf } from './parties.ts'
import { baselinesIn, expiryCuts, type Segment, segmentsOf } from './past-segments.ts'
import { type Period, periodsUnseen, type Stretch } from './unseen-periods.ts'

export interface WasHeldInput {
  readonly snapshot: Snapshot
  readonly record: TraceRecord
  readonly account: AccountHistory
  readonly config: Config
  /** The baseline of this run. */
  readonly baseline: Baseline
  readonly history: BaselineHistory
  readonly catalogue: Catalogue
  /** What is held now. */
  readonly found: Findings
  readonly sha256: (text: string) => string
}

export interface WasHeld {
  readonly rows: readonly WasHeldRow[]
  /** What could not be decided of the window, a sentence each. */
  readonly undecided: readonly string[]
}

/** Changes that are looked at, each with the whole account: beyond it a run would not end in its time. */
const MAXIMUM_MOMENTS = 5_000

/** Works the window out, stretch by stretch. */
export function findWasHeld(input: WasHeldInput): WasHeld {
  const { record, account, history, baseline, snapshot } = input
  const cuts = [
    ...history.changes,
    ...expiryCuts([baseline, ...baselinesIn(history, record.from)]),
    ...expiriesOfAgencies(snapshot),
  ]
  const judge = new Judge(input)
  const stretches = new Map<string, Stretch[]>()
  const segments = segmentsOf(newest(account.moments), record.until, cuts)
  segments.forEach((segment, index) => {
    for (const stretch of judge.judge(segment, index)) {
      const key = `${stretch.holding.permission} ${principalKey(stretch.holding.principal)}`
      stretches.set(key, [...(stretches.get(key) ?? []), stretch])
    }
  })
  const rows = [...stretches.values()].flatMap((list) =>
    periodsUnseen(
      list,
      record.readings,
      (index) => segments[index + 1] ?? null,
      (one, others) => judge.subtract(one, others),
    ).map((period) => rowOf(period, input, judge.entryIndexOf(period.holding))),
  )
  const more = account.moments.length - MAXIMUM_MOMENTS
  return {
    rows: rows.sort(inOrder),
    undecided: [
      ...(more > 0
        ? [
            `More than ${MAXIMUM_MOMENTS} changes within the window of the traces can matter; the ${more} oldest were not looked at.`,
          ]
        : []),
      ...judge.undecided,
    ],
  }
}

/** The newest of them; what was so when the first of these began, began nobody knows when. */
function newest(moments: readonly Moment[]): readonly Moment[] {
  if (moments.length <= MAXIMUM_MOMENTS) return moments
  const [first, ...others] = moments.slice(-MAXIMUM_MOMENTS)
  return first === undefined ? [] : [{ ...first, event: null }, ...others]
}

/** An agency that has expired could be assumed before. */
function expiriesOfAgencies({ agencies }: Snapshot): number[] {
  return agencies.flatMap(({ expire_time }) => {
    const time = expire_time === null ? Number.NaN : Date.parse(expire_time)
    return Number.isNaN(time) ? [] : [time]
  })
}

class Judge {
  readonly undecided = new Set<string>()
  readonly #input: WasHeldInput
  readonly #present: ReadonlyMap<string, Holding>
  readonly #index: ApprovalIndex
  readonly #presentGaps: ReadonlySet<string>
  #last: { readonly position: number; readonly time: string; readonly found: Findings } | null = null

  constructor(input: WasHeldInput) {
    this.#input = input
    this.#presentGaps = new Set(input.found.gaps.map((gap) => gap.message))
    this.#present = new Map(input.found.holdings.map((one) => [keyOf(one), one]))
    this.#index = new ApprovalIndex(input.baseline, input.config.permissions, '', input.snapshot.account_id)
  }

  subtract(minuend: readonly Grant[], approved: readonly (readonly Grant[])[]): readonly Grant[] | null {
    const left = this.#index.subtract(
      minuend,
      approved.map((grants) => ({ grants })),
    )
    return 'undetermined' in left ? null : left.grants
  }

  /** Of the holder's own entry in the baseline of this run. */
  entryIndexOf({ principal, permission }: Holding): number | null {
    return this.#index.entryOf(principal, permission)?.index ?? null
  }

  /** Who held something in a stretch that nothing approves, then or now, and that is not held now. */
  judge(segment: Segment, index: number): readonly Stretch[] {
    const { config, catalogue, baseline, history } = this.#input
    const today = dayOf(new Date(segment.start).toISOString())
    const found = this.#foundAt(segment, today)
    const suspects = found.holdings.filter((one) => one.counts && !this.#isStillHeld(one))
    if (suspects.length === 0) return []
    const then = history.at(segment.start)
    const only = { ...found, holdings: suspects }
    const by = (one: Baseline) => compare({ found: only, config, baseline: one, catalogue, today })
    const now = gainsOf(by(baseline))
    const past = then === 'unreadable' ? null : gainsOf(by(then ?? nothingApproved(baseline)))
    const approvals = new ApprovalIndex(baseline, config.permissions, today, found.snapshot.account_id)
    return suspects.flatMap((holding): Stretch[] => {
      const key = keyOf(holding)
      const gained = past === null ? wholeOf(holding) : past.get(key)
      if (gained === undefined || !now.has(key)) return []
      const held = this.#present.get(key)
      const left = approvals.subtract(gained.grants, [
        ...approvals
          .applicableTo(holding)
          .filter((one) => !one.expired)
          .map((one) => approvals.approved(one.entry)),
        ...(held === undefined ? [] : [{ grants: held.grants }]),
      ])
      if ('undetermined' in left) {
        this.undecided.add(
          `What ${holding.principal.name} held within the window of the traces could not be compared with what was approved: the patterns go beyond the bound of the analysis.`,
        )
        return []
      }
      const parties = partiesLeft(gained.parties, now.get(key)?.parties ?? noParties, held)
      if (left.grants.length === 0 && (held === undefined || !hasParties(parties))) return []
      return [{ segment, index, holding, grants: left.grants, parties, judged: past !== null }]
    })
  }

  /** Nearly all of what was held at any moment is held now. */
  #isStillHeld(holding: Holding): boolean {
    const held = this.#present.get(keyOf(holding))
    if (held === undefined) return false
    return (
      JSON.stringify([held.grants, partiesOf(held)]) === JSON.stringify([holding.grants, partiesOf(holding)])
    )
  }

  #foundAt({ moment, start }: Segment, today: string): Findings {
    const { account, config, baseline, catalogue, sha256 } = this.#input
    const time = new Date(start).toISOString()
    if (this.#last?.position === moment.position && this.#last.time === time) return this.#last.found
    const snapshot = account.at(moment, time)
    const found = findAccess({
      ...{ snapshot, permissions: config.permissions, baseline, today, catalogue, sha256 },
    })
    this.#noteUndetermined(found)
    this.#last = { position: moment.position, time, found }
    return found
  }

  /** Documents that could be read and not be understood then; those of now have their own gaps. */
  #noteUndetermined({ gaps }: Findings): void {
    for (const { code, document, message } of gaps) {
      const isRead = document !== null && document.sha256 !== null
      if (!isRead && code !== 'undetermined-holding') continue
      if (!this.#presentGaps.has(message)) this.undecided.add(`Within the window of the traces: ${message}`)
    }
  }
}

interface Gain {
  readonly grants: readonly Grant[]
  readonly parties: Parties
}

/** What was not approved, by whom and which permission; what a later rename or enabling alone would make drift is not. */
function gainsOf({ drift }: ReturnType<typeof compare>): ReadonlyMap<string, Gain> {
  const gains = new Map<string, Gain>()
  for (const row of drift) {
    if (row.because === 'rename') continue
    const key = keyOf(row)
    const known = gains.get(key)
    const union = known === undefined ? row.grants : unionGrants([known.grants, row.grants])
    gains.set(key, {
      grants: Array.isArray(union) ? union : [...(known?.grants ?? []), ...row.grants],
      parties: known !== undefined && hasParties(known.parties) ? known.parties : row.parties,
    })
  }
  return gains
}

function wholeOf(holding: Holding): Gain {
  return { grants: holding.grants, parties: partiesOf(holding) }
}

/** Parties that were not approved then, nor are by the present baseline, and that are not there now. */
function partiesLeft(then: Parties, now: Parties, held: Holding | undefined): Parties {
  const present = held === undefined ? noParties : partiesOf(held)
  const without = <T>(list: readonly T[], unapproved: readonly T[], there: readonly T[]): T[] => {
    const texts = (items: readonly T[]): ReadonlySet<string> =>
      new Set(items.map((one) => JSON.stringify(one)))
    const [wanted, gone] = [texts(unapproved), texts(there)]
    return list.filter((one) => wanted.has(JSON.stringify(one)) && !gone.has(JSON.stringify(one)))
  }
  return {
    trusted: without(then.trusted, now.trusted, present.trusted),
    when: without(then.when, now.when, present.when),
    issuer:
      then.issuer !== null && then.issuer === now.issuer && then.issuer !== present.issuer
        ? then.issuer
        : null,
    keys: without(then.keys, now.keys, present.keys),
  }
}

/** What stood before there was a file. */
function nothingApproved({ account, audited_permissions }: Baseline): Baseline {
  return { account, audited_permissions, approvals: [] }
}

function keyOf({ principal, permission }: Pick<Holding, 'principal' | 'permission'>): string {
  return `${permission} ${principalKey(principal)}`
}

function rowOf(period: Period, { catalogue }: WasHeldInput, entry_index: number | null): WasHeldRow {
  const { holding, grants, parties, from, until, began, ended, judged } = period
  const actions = namedActions(grants, catalogue)
  const isWhole = JSON.stringify(grants) === JSON.stringify(holding.grants)
  return {
    principal: nameOnly(holding.principal),
    permission: holding.permission,
    ...{ grants, actions, example: actions[0] ?? null, parties },
    severity: holding.severity,
    enabled: holding.enabled,
    extent: isWhole ? holding.extent : 'part',
    restricted: grants.length === 0 ? holding.restricted : grants.every((grant) => !isUnrestricted(grant)),
    paths: holding.paths,
    from: from === null ? null : new Date(from).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
    by: began?.by ?? null,
    ended_by: ended?.by ?? null,
    ...{ entry_index, history_read: judged },
  }
}

function inOrder(one: WasHeldRow, other: WasHeldRow): number {
  return (
    compareSeverity(one.severity, other.severity) ||
    Number(one.extent === 'part') - Number(other.extent === 'part') ||
    Number(one.restricted) - Number(other.restricted) ||
    (one.principal.name < other.principal.name ? -1 : one.principal.name > other.principal.name ? 1 : 0) ||
    ((one.from ?? '') < (other.from ?? '') ? -1 : 1)
  )
}
