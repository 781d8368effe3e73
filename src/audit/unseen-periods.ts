/**
 * Stretches in which somebody held something, joined to periods, without what an earlier run of the audit read: that was
 * for it to report.
 */
import type { Holding } from '../access/model.ts'
import type { Reading, TraceEvent } from '../account/trace-record.ts'
import { unionGrants } from '../policy/index.ts'
import type { Grant } from '../policy/types.ts'
import { noParties, type Parties } from './model.ts'
import { hasParties } from './parties.ts'
import type { Segment } from './past-segments.ts'

/** What somebody held in one stretch, approved by nothing. */
export interface Stretch {
  readonly segment: Segment
  /** Of the segment in the window: neighbours are one apart. */
  readonly index: number
  readonly holding: Holding
  readonly grants: readonly Grant[]
  readonly parties: Parties
  /** Whether the baseline as it stood then could be read. */
  readonly judged: boolean
}

export interface Period {
  readonly holding: Holding
  readonly grants: readonly Grant[]
  readonly parties: Parties
  /** Milliseconds since 1970; null: nothing shows it. */
  readonly from: number | null
  readonly until: number | null
  readonly began: TraceEvent | null
  readonly ended: TraceEvent | null
  readonly judged: boolean
}

/** Null: it cannot be told, and nothing is taken away. */
export type Subtract = (
  minuend: readonly Grant[],
  approved: readonly (readonly Grant[])[],
) => readonly Grant[] | null

/**
 * The periods of one principal and permission that no reading saw.
 *
 * @param stretches in order
 * @param next the segment that follows another, by its index; null after the last
 */
export function periodsUnseen(
  stretches: readonly Stretch[],
  readings: readonly Reading[],
  next: (index: number) => Segment | null,
  subtract: Subtract,
): readonly Period[] {
  return joined(stretches).flatMap((list) => {
    const seen = readings.flatMap((reading) => seenBy(reading, list, subtract) ?? [])
    const left = seen.length === 0 ? list : list.flatMap((one) => withoutSeen(one, seen, subtract) ?? [])
    return joined(left).map((part) => periodOf(part, next))
  })
}

/** Lists of stretches that follow one another. */
function joined(stretches: readonly Stretch[]): Stretch[][] {
  const lists: Stretch[][] = []
  for (const stretch of stretches) {
    const list = lists.at(-1)
    if (list !== undefined && list.at(-1)?.index === stretch.index - 1) list.push(stretch)
    else lists.push([stretch])
  }
  return lists
}

interface Seen {
  readonly grants: readonly Grant[]
  readonly parties: Parties
}

/** What was held all the time that a run took to read the account; null: it was not held from its first read to its last. */
function seenBy({ from, until }: Reading, list: readonly Stretch[], subtract: Subtract): Seen | null {
  const [first, last] = [list[0]?.segment, list.at(-1)?.segment]
  if (first === undefined || last === undefined) return null
  const isOpen = first.beginsUnknown && first.moment.event === null
  const begins = isOpen ? Number.NEGATIVE_INFINITY : first.start
  if (from < begins || until > last.end) return null
  const during = list.filter(({ segment }) => segment.start <= until && segment.end >= from)
  const [one, ...others] = during.length === 0 ? [list[0] as Stretch] : during
  if (one === undefined) return null
  let seen: Seen = { grants: one.grants, parties: one.parties }
  for (const other of others) {
    const beyond = subtract(seen.grants, [other.grants])
    const common = beyond === null ? null : subtract(seen.grants, [beyond])
    seen = {
      grants: common ?? [],
      parties: partiesWith(seen.parties, (text) => partyTexts(other.parties).has(text)),
    }
  }
  return seen
}

function withoutSeen(stretch: Stretch, seen: readonly Seen[], subtract: Subtract): Stretch | null {
  const grants =
    stretch.grants.length === 0
      ? stretch.grants
      : (subtract(
          stretch.grants,
          seen.map((one) => one.grants),
        ) ?? stretch.grants)
  const texts = new Set(seen.flatMap((one) => [...partyTexts(one.parties)]))
  const parties = partiesWith(stretch.parties, (text) => !texts.has(text))
  // Parties stand beside what is held; alone they count where they alone were more.
  const isLeft = grants.length > 0 || (stretch.grants.length === 0 && hasParties(parties))
  return isLeft ? { ...stretch, grants, parties } : null
}

function partyTexts({ trusted, when, issuer, keys }: Parties): ReadonlySet<string> {
  return new Set(
    [...trusted, ...when, ...keys, ...(issuer === null ? [] : [{ issuer }])].map((one) =>
      JSON.stringify(one),
    ),
  )
}

function partiesWith(parties: Parties, keeps: (text: string) => boolean): Parties {
  if (!hasParties(parties)) return noParties
  const { trusted, when, issuer, keys } = parties
  return {
    trusted: trusted.filter((one) => keeps(JSON.stringify(one))),
    when: when.filter((one) => keeps(JSON.stringify(one))),
    issuer: issuer !== null && keeps(JSON.stringify({ issuer })) ? issuer : null,
    keys: keys.filter((one) => keeps(JSON.stringify(one))),
  }
}

function periodOf(list: readonly Stretch[], next: (index: number) => Segment | null): Period {
  const first = list[0] as Stretch
  const last = list.at(-1) as Stretch
  const after = next(last.index)
  const union = unionGrants(list.map((one) => one.grants))
  // What somebody held most of is shown with its paths.
  const widest = list.reduce((one, other) => (other.grants.length > one.grants.length ? other : one))
  return {
    holding: widest.holding,
    grants: 'undetermined' in union ? widest.grants : union,
    parties: widest.parties,
    from: first.segment.beginsUnknown ? null : first.segment.start,
    until: after === null || after.afterUnknownEnd ? null : after.start,
    began: first.segment.event,
    ended: after?.event ?? null,
    judged: list.every((one) => one.judged),
  }
}
