/** Whether a statement covers one action, for readers that ask about single actions and need no algebra. */
import { differAtOnce, globMatches } from '../sets/glob.ts'
import type { Statement } from '../types.ts'

/** Whether the statement covers the action. A pattern grants with every wildcard, and takes away in doubt nothing. */
export function coversAction(statement: Statement, action: string): boolean {
  const allows = statement.effect === 'Allow'
  if (statement.action !== undefined)
    return statement.action.some((pattern) => (allows ? mayMatch : surelyMatches)(pattern, action))
  return !(statement.notAction ?? []).some((pattern) => (allows ? surelyMatches : mayMatch)(pattern, action))
}

/** With fewer than two colons, wildcards may stand for those that are missing. */
function mayMatch(pattern: string, action: string): boolean {
  return !differAtOnce(pattern, action) && globMatches(pattern.toLowerCase(), action.toLowerCase())
}

/** With fewer than two colons, only a last `*` surely stands for those that are missing. */
function surelyMatches(pattern: string, action: string): boolean {
  if (differAtOnce(pattern, action)) return false
  const padded = paddedPattern(pattern)
  return padded !== null && globMatches(padded.toLowerCase(), action.toLowerCase())
}

/** The pattern with all colons that it surely has; null where they are missing. */
export function paddedPattern(pattern: string): string | null {
  const missing = 3 - pattern.split(':').length
  if (missing > 0 && !pattern.endsWith('*')) return null
  return pattern + ':*'.repeat(Math.max(missing, 0))
}
