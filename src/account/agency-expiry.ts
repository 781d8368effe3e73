/** Whether an agency can still be assumed. */

/**
 * Whether the agency has expired.
 *
 * @param expireTime as the v3 list of agencies writes it, in UTC; null: never, or not known. What cannot be read
 *   counts as valid.
 * @param now milliseconds since 1970, by the clock of the server
 */
export function hasExpired(expireTime: string | null, now: number): boolean {
  if (expireTime === null) return false
  // Without a zone the text would be read as local time.
  const text = /[zZ]$|[+-]\d\d:?\d\d$/.test(expireTime) ? expireTime : `${expireTime}Z`
  const expiry = Date.parse(text.replace(/^(\d{4}-\d\d-\d\d) /, '$1T'))
  return !Number.isNaN(expiry) && expiry <= now
}
