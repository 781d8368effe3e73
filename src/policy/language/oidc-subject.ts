/** Whether the trust in an OIDC provider is limited to somebody, or open to everybody whom its issuer serves. */
import type { Condition } from '../types.ts'

const equalities = ['StringEquals', 'StringEqualsIgnoreCase']
const matches = ['StringMatch', 'StringLike']

/**
 * Whether some test of `oidc:sub` fixes whose tokens are taken. A condition that need not be there (`IfExists`), that
 * excludes, or that nobody here knows, fixes nobody.
 */
export function fixesOwner(condition: Condition | undefined): boolean {
  return Object.entries(condition ?? {}).some(([operator, keys]) => {
    const plain = operator.startsWith('ForAnyValue:') ? operator.slice('ForAnyValue:'.length) : operator
    const exact = equalities.includes(plain)
    if (!exact && !matches.includes(plain)) return false
    return Object.entries(keys).some(([key, value]) => {
      const subjects = typeof value === 'string' ? [value] : value
      if (key.toLowerCase() !== 'oidc:sub' || subjects.length === 0) return false
      return subjects.every((subject) => fixedBySubject(subject, exact))
    })
  })
}

/** A subject without wildcards is somebody; with them, the owner's whole name must come before the first. */
function fixedBySubject(subject: string, exact: boolean): boolean {
  const end = firstWildcard(subject, exact)
  if (end === subject.length) return true
  const start = subject.slice(0, end).toLowerCase()
  // GitHub and GitLab name the owner before a slash.
  const owner = /^(?:repo|project_path):/.exec(start)
  if (owner !== null) return start.includes('/', owner[0].length)
  return start.split(':').length > 2
}

/** Where the text begins that can be anything: a wildcard, or a variable, which the caller may fill. */
function firstWildcard(subject: string, exact: boolean): number {
  for (let at = 0; at < subject.length; at++) {
    const character = subject[at]
    if (character === '$' && subject[at + 1] === '{') {
      // `${*}`, `${?}` and `${$}` are the characters themselves.
      if (!'*?$'.includes(subject[at + 2] ?? ' ') || subject[at + 3] !== '}') return at
      at += 3
    } else if (!exact && (character === '*' || character === '?')) return at
  }
  return subject.length
}
