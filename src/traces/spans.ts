/**
 * What was so from when to when. A fact of the account (an attachment, a membership, the version in force) has marks:
 * moments at which a trace says what it became. Between two moments that contradict each other a trace is missing; the
 * time in between is known at the moments themselves and unknown elsewhere.
 *
 * A position is the place of an event in the window, from 1; what was so before all of them has the position 0. Just
 * after an event, and just before one, are positions of their own: there what cannot be followed further ends or begins.
 */

/** Not there. */
export const ABSENT = Symbol('absent')
/** Nobody can tell. */
export const UNKNOWN = Symbol('unknown')
export type Known<T> = T | typeof ABSENT
export type Value<T> = Known<T> | typeof UNKNOWN

export interface Span<T> {
  /** Position from which on it was so, up to the next span. */
  readonly from: number
  readonly value: Value<T>
}

const JUST = 0.25
/** Of a position: it is just after an event that nothing shows the end of. */
export const isVanishing = (position: number): boolean => position % 1 === JUST
/** Of a position: it is just before an event that ended what nothing shows the beginning of. */
export const isAppearing = (position: number): boolean => position % 1 === 1 - JUST
/** The event at or beside a position. */
export const eventPosition = (position: number): number => Math.round(position)

export interface Mark<T> {
  readonly at: number
  /** Milliseconds since 1970. */
  readonly time: number
  readonly after: Value<T>
  /** It came to be: before, there was nothing. */
  readonly created?: boolean
  /** It ended because what it belonged to was deleted; that does not show that it was there. */
  readonly weak?: boolean
}

/**
 * The spans of what is either there or not.
 *
 * @param present whether it is there now
 * @param settled milliseconds since 1970: changes after it may not be in what is called the present
 */
export function presenceSpans(
  marks: readonly Mark<true>[],
  present: boolean,
  settled: number,
): readonly Span<true>[] {
  const known = [...marks].sort((one, other) => one.at - other.at)
  // The account was read while this happened: the reading did not see it yet.
  while (known.length > 0) {
    const last = known[known.length - 1] as Mark<true>
    if (last.time < settled || (last.after === true) === present) break
    known.pop()
  }
  const [first] = known
  if (first === undefined) return [{ from: 0, value: present ? true : ABSENT }]
  const spans: Span<true>[] = [{ from: 0, value: first.after === ABSENT && !first.weak ? true : ABSENT }]
  known.forEach((mark, index) => {
    const next = known[index + 1]
    spans.push({ from: mark.at, value: mark.after })
    if (mark.after === true) {
      const isFollowed = next === undefined ? present : next.after === ABSENT
      if (!isFollowed) spans.push({ from: mark.at + JUST, value: ABSENT })
    } else if (next !== undefined && next.after === ABSENT && !next.weak)
      spans.push({ from: next.at - JUST, value: true })
  })
  return spans
}

/**
 * The spans of what has a value. What it was before its first change is unknown, unless that made it.
 *
 * @param present its value now; ABSENT: it is not there
 */
export function valueSpans<T>(
  marks: readonly Mark<T>[],
  present: Known<T>,
  settled: number,
  isSame: (one: T, other: T) => boolean = (one, other) => one === other,
): readonly Span<T>[] {
  const known = [...marks].sort((one, other) => one.at - other.at)
  const agrees = ({ after }: Mark<T>): boolean =>
    after === UNKNOWN ? present !== ABSENT : same(after, present, isSame)
  while (known.length > 0) {
    const last = known[known.length - 1] as Mark<T>
    if (last.time < settled || agrees(last)) break
    known.pop()
  }
  const [first] = known
  if (first === undefined) return [{ from: 0, value: present }]
  const spans: Span<T>[] = [{ from: 0, value: first.created === true ? ABSENT : UNKNOWN }]
  known.forEach((mark, index) => {
    const isLast = index === known.length - 1
    if (!isLast || agrees(mark)) {
      spans.push({ from: mark.at, value: isLast && mark.after === UNKNOWN ? present : mark.after })
      return
    }
    spans.push({ from: mark.at, value: mark.after })
    if (mark.after !== UNKNOWN) spans.push({ from: mark.at + JUST, value: UNKNOWN })
  })
  return spans
}

function same<T>(one: Known<T>, other: Known<T>, isSame: (one: T, other: T) => boolean): boolean {
  return one === ABSENT || other === ABSENT ? one === other : isSame(one as T, other as T)
}

/** What was so at a position. */
export function valueAt<T>(spans: readonly Span<T>[], position: number): Value<T> {
  let found: Value<T> = UNKNOWN
  for (const { from, value } of spans) {
    if (from > position) break
    found = value
  }
  return found
}
