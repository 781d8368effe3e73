/**
 * Traces that do not say which policy was attached: the account says when each attachment was made, and one that was
 * made at that very moment, and no other, is the one.
 */
import type { Snapshot } from '../account/snapshot.ts'
import type { TraceEvent } from '../account/trace-record.ts'

/** Milliseconds by which the two may differ: a trace has the time of the request, the account that of the effect. */
const TOLERANCE = 3_000

/** The events, with the policy of each attachment that can be told from when it was made. */
export function identifyEvents(events: readonly TraceEvent[], snapshot: Snapshot): readonly TraceEvent[] {
  const unnamed = events.filter(({ change }) => change?.kind === 'attached' && change.policy_id === null)
  if (unnamed.length === 0) return events
  const named = new Map<TraceEvent, TraceEvent>()
  for (const event of unnamed) {
    const { change, time } = event
    if (change?.kind !== 'attached') continue
    const { type, id } = change.to
    const rivals = unnamed.filter(
      (other) =>
        other.change?.kind === 'attached' &&
        other.change.to.id === id &&
        Math.abs(other.time - time) <= 2 * TOLERANCE,
    )
    const found = snapshot.attachments.filter(
      (one) =>
        one.principal_type === type &&
        one.principal_id === id &&
        one.attached_at !== null &&
        Math.abs(Date.parse(one.attached_at) - time) <= TOLERANCE,
    )
    const [only] = found
    if (rivals.length !== 1 || found.length !== 1 || only === undefined) continue
    named.set(event, { ...event, untold: null, change: { ...change, policy_id: only.policy_id } })
  }
  return events.map((event) => named.get(event) ?? event)
}
