/** Lets a person follow a long crawl: a line every few seconds, none when it is quick. */
import type { HttpClient } from '../http/http-client.ts'
import type { Progress } from './schedule.ts'

/** Milliseconds between two lines. */
const INTERVAL = 5_000

/** A progress callback that writes `members: 120 of 400, 731 requests, 9.8 a second, 2 retries` now and then. */
export function progressLines(
  now: () => number,
  http: HttpClient,
  write: (line: string) => void,
): (progress: Progress) => void {
  const started = now()
  let last = started
  return ({ phase, done, total }) => {
    const time = now()
    if (time - last < INTERVAL) return
    last = time
    const { requests, retries } = http.stats
    const rate = (requests * 1000) / Math.max(1, time - started)
    write(
      `${phase}: ${done} of ${total}, ${requests} requests, ${rate.toFixed(1)} a second${retries === 0 ? '' : `, ${retries} ${retries === 1 ? 'retry' : 'retries'}`}`,
    )
  }
}
