/**
 * A window in stretches within which nothing changes: neither the account, nor the baseline, nor what has expired.
 */

import type { TraceEvent } from '../account/trace-record.ts'
import type { Baseline } from '../baseline/baseline.ts'
import { addDays } from '../text/day.ts'
import type { Moment } from '../traces/history.ts'
import type { BaselineHistory } from './baseline-history.ts'

export interface Segment {
  readonly moment: Moment
  /** Milliseconds since 1970. */
  readonly start: number
  readonly end: number
  /** The trace that began it; null: the baseline changed, an approval expired, or the window begins. */
  readonly event: TraceEvent | null
  /** Nothing tells since when it had been so: the window begins, or only the end of something is shown. */
  readonly beginsUnknown: boolean
  /** What was before it ended at a time that nothing shows. */
  readonly afterUnknownEnd: boolean
}

/**
 * @param moments in order, the first at the beginning of the window
 * @param end of the window, milliseconds since 1970
 */
export function segmentsOf(
  moments: readonly Moment[],
  end: number,
  cuts: readonly number[],
): readonly Segment[] {
  const sorted = [...new Set(cuts)].sort((one, other) => one - other)
  return moments.flatMap((moment, index): Segment[] => {
    const { time: start, event, appearing, vanishing } = moment
    const next = moments[index + 1]
    const until = Math.max(start, next?.time ?? end)
    // What is just beside an event has no length.
    const stop = vanishing && next === undefined ? Math.max(start, end) : until
    const inside = sorted.filter((cut) => cut > start && cut < stop)
    const starts = [start, ...inside]
    return starts.map((from, at) => ({
      moment,
      start: from,
      end: starts[at + 1] ?? stop,
      event: at === 0 && !appearing && !vanishing ? event : null,
      beginsUnknown: at === 0 && (appearing || event === null),
      afterUnknownEnd: at === 0 && vanishing,
    }))
  })
}

/** When approvals of these baselines end: the first moment of the day after the last. */
export function expiryCuts(baselines: readonly (Baseline | null)[]): number[] {
  return baselines.flatMap((baseline) =>
    (baseline?.approvals ?? []).flatMap(({ expires }) =>
      expires === undefined ? [] : [Date.parse(`${addDays(expires, 1)}T00:00:00Z`)],
    ),
  )
}

/** Every baseline that stood at some moment of a window, those that nobody can read left out. */
export function baselinesIn(history: BaselineHistory, from: number): (Baseline | null)[] {
  return [from, ...history.changes].flatMap((time) => {
    const baseline = history.at(time)
    return baseline === 'unreadable' ? [] : [baseline]
  })
}
