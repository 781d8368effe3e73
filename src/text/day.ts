/** UTC days as `YYYY-MM-DD`: the only time of day that files and verdicts know. */

const DAY = 86_400_000

/** Whether the text is a calendar day that exists. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  )
}

/** The day of a time in ISO 8601, which the cloud writes in UTC. */
export function dayOf(time: string): string {
  return time.slice(0, 10)
}

/** The day that many days after another. */
export function addDays(day: string, days: number): string {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString())
}

/** How many days one day is after another; negative when it is before. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY)
}
