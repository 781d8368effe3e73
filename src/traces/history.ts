/**
 * The account at every moment of a window, worked out backwards from what it is now. Nothing is guessed: what no trace
 * tells grants nobody anything at that moment, and is said.
 */
import type { Snapshot } from '../account/snapshot.ts'
import type { TraceEvent, TraceRecord } from '../account/trace-record.ts'
import { changesOf } from './changes.ts'
import { Facts, type Untold } from './facts.ts'
import { identifyEvents } from './identify.ts'
import { PastAccount } from './past-account.ts'
import { eventPosition, isAppearing, isVanishing } from './spans.ts'
import { Touched } from './touched.ts'
import { untoldOf } from './untold.ts'

export interface HistoryOptions {
  readonly snapshot: Snapshot
  readonly record: TraceRecord
  /** Whether a document has anything to say of what is audited, or of assuming an agency. */
  readonly matters: (document: string) => boolean
  /** Ids of the groups whose members hold everything. */
  readonly builtinGroups: ReadonlySet<string>
}

/** A moment from which on the account was another. */
export interface Moment {
  readonly position: number
  /** Milliseconds since 1970. */
  readonly time: number
  /** What changed it; null: the window begins. */
  readonly event: TraceEvent | null
  /** It is not known when this began: nothing shows it, only its end. */
  readonly appearing: boolean
  /** It is not known when what was before this ended. */
  readonly vanishing: boolean
}

export class AccountHistory {
  /** Moments in order, the first at the beginning of the window. */
  readonly moments: readonly Moment[]
  readonly untold: readonly Untold[]
  readonly #past: PastAccount

  constructor({ snapshot, record, matters, builtinGroups }: HistoryOptions) {
    const events = identifyEvents(record.events, snapshot)
    const facts = new Facts(events)
    const changes = changesOf(facts, snapshot, record)
    const relevant = new Touched({ snapshot, record, facts, changes, matters, builtinGroups })
    this.#past = new PastAccount({ snapshot, record, facts, changes, touched: relevant })
    const untold = { snapshot, record, facts, changes, events }
    this.untold = [...facts.untold, ...untoldOf({ ...untold, matters: (policy) => relevant.matters(policy) })]
    const first: Moment = {
      ...{ position: 0, time: record.from, event: null, appearing: false, vanishing: false },
    }
    this.moments = [
      first,
      ...[...relevant.positions]
        .sort((one, other) => one - other)
        .map((position): Moment => {
          const event = events[eventPosition(position) - 1] as TraceEvent
          const [appearing, vanishing] = [isAppearing(position), isVanishing(position)]
          return { position, time: event.time, event, appearing, vanishing }
        }),
    ]
  }

  /** The account from a moment on, as far as anything of it changed within the window; as of a time in ISO 8601. */
  at({ position }: Moment, time: string): Snapshot {
    return this.#past.at(position, time)
  }
}
