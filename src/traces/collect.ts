/**
 * Takes the traces of a window, newest first as they are listed, and keeps what matters: events, sessions, and when
 * the audit itself read the account. Reads are nearly all of a window; nothing of them is kept but times.
 */
import type { Reading, Trace, TraceEvent } from '../account/trace-record.ts'
import { eventOf } from './events.ts'
import { Sessions, sessionOf, whoDid } from './who-did.ts'

/**
 * Milliseconds between the reads of two runs: one that waits as long as the cloud may ask for is not done yet. Whoever
 * revokes what a run found and runs it again takes longer.
 */
const PAUSE = 150_000
/** What every run reads. A run that listed less did not look at the account. */
const listed: readonly RegExp[] = [/^list.*users/i, /^list.*groups/i, /^list.*polic/i]

export interface Collected {
  /** Oldest first. */
  readonly events: readonly TraceEvent[]
  readonly readings: readonly Reading[]
}

export class TraceCollector {
  readonly #isAuditor: (urn: string) => boolean
  readonly #events: TraceEvent[] = []
  readonly #sessions = new Sessions()
  readonly #readings: Reading[] = []
  /** Runs whose first reads were not met yet, by the principal: sessions have names of their own. */
  readonly #runs = new Map<string, { from: number; readonly until: number; readonly seen: Set<RegExp> }>()

  /** @param auditor URN of whoever crawls; null: nobody knows */
  constructor(auditor: string | null) {
    this.#isAuditor = auditor === null ? () => false : samePrincipal(auditor)
  }

  /** @param trace not younger than any before it */
  add(trace: Trace): void {
    if (trace.read_only) {
      this.#addRead(trace)
      return
    }
    if (trace.success && /assume$|^assumewith/i.test(trace.name.replace(/V5$/i, '')))
      this.#sessions.add(trace, whoDid(trace))
    const event = eventOf(trace)
    if (event !== null) this.#events.push(event)
  }

  #addRead({ name, success, time, user }: Trace): void {
    const { principal_urn: urn } = user
    if (!success || typeof urn !== 'string' || !this.#isAuditor(urn)) return
    const known = this.#runs.get(urn)
    if (known !== undefined && known.from - time > PAUSE) this.#endRun(urn)
    const run = this.#runs.get(urn) ?? { from: time, until: time, seen: new Set<RegExp>() }
    run.from = Math.min(run.from, time)
    for (const what of listed) if (what.test(name)) run.seen.add(what)
    this.#runs.set(urn, run)
  }

  #endRun(urn: string): void {
    const run = this.#runs.get(urn)
    this.#runs.delete(urn)
    if (run?.seen.size === listed.length) this.#readings.push({ from: run.from, until: run.until })
  }

  finish(): Collected {
    for (const urn of [...this.#runs.keys()]) this.#endRun(urn)
    const events = this.#events.map((event) => ({ ...event, by: this.#sessions.resolve(event.by) }))
    return {
      // Sorting keeps the order of those of one time, which is that in which they were recorded.
      events: events.reverse().sort((one, other) => one.time - other.time),
      readings: this.#readings.sort((one, other) => one.from - other.from),
    }
  }
}

/** The same principal; of an agency, whatever the session is called: every run has another. */
function samePrincipal(auditor: string): (urn: string) => boolean {
  const own = sessionOf(auditor)
  if (own === null) return (urn) => urn.toLowerCase() === auditor.toLowerCase()
  const account = auditor.split(':')[2]
  return (urn) => {
    const session = sessionOf(urn)
    return session?.agency.toLowerCase() === own.agency.toLowerCase() && urn.split(':')[2] === account
  }
}
