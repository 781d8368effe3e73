/** What a crawl is made of: sources of power, each of which reads its part and says itself how much it saw. */
import type { Coverage } from '../../account/snapshot.ts'

/** One thing to read in a reading of the account. */
export interface Task {
  /** Tells it from all others; it is done once in a reading. */
  readonly key: string
  /** What a person who follows the crawl is told. */
  readonly phase: string
  readonly run: () => Promise<void>
}

/**
 * One part of what matters. The account is read again and again until two readings in a row agree; each reading
 * begins anew, knowing what the one before found, so that everything can be asked for in any order.
 */
export interface Source {
  /** A new reading begins. */
  begin(): void
  /** What is to be read as far as is known by now; what was read in this reading already may be among it. */
  plan(): readonly Task[]
  /** Asked when nothing else is left: what looks odd, such as somebody that no list has, is looked at again. */
  planAgain(): readonly Task[]
  /** Everything of the reading that can matter for the verdict, as one text. */
  fingerprint(): string
  /** Whether something that is listed was not found, so that no two readings can agree. */
  isMissingSomething(): boolean
  /** Says what never came to rest or does not add up. `settled`: two readings in a row agreed on this source. */
  finish(settled: boolean): void
  coverage(): readonly Coverage[]
}

/** Lines of a fingerprint in an order that does not depend on the order of reading. */
export function fingerprintOf(rows: readonly (readonly unknown[])[]): string {
  return rows
    .map((row) => JSON.stringify(row))
    .sort()
    .join('\n')
}
