/**
 * Policy variables, `${key}` and `${key, 'default'}`, in resources and condition values. Grants are written with their
 * variables; what is decided is decided with the values put in. Values are literal text: a wildcard in one is a letter.
 */
import type { Identity } from '../types.ts'

/** The value of a key in lower case; undefined where nobody knows it. */
export type Values = (key: string) => string | undefined

/** Keys that are the same for everybody of an account. */
const ofAccount: readonly string[] = ['g:domainid', 'g:principalaccount']

/** Keys that differ from principal to principal, or that not every account tells. */
const ofPrincipal: readonly string[] = ['g:domainname', 'g:userid', 'g:username', 'g:principalurn']

/** Values that the account alone gives. */
export function accountValues(account: string | null): Values {
  return (key) => (account !== null && ofAccount.includes(key) ? account : undefined)
}

/** Values for a principal. Sessions of an agency have URNs of their own, so its URN is no value. */
export function valuesFor(identity: Identity, account: string | null): Values {
  const { kind, facts } = identity
  return (key) => {
    if (ofAccount.includes(key)) return account ?? facts.get(key)
    if (!ofPrincipal.includes(key) || (kind !== 'user' && key !== 'g:domainname')) return undefined
    return facts.get(key)
  }
}

/** Keys of variables in these texts that some principals have a value for, and others have not. */
export function keysOfPrincipals(texts: readonly string[]): readonly string[] {
  const keys = texts.filter(hasVariable).flatMap((text) => partsOf(text).flatMap((part) => part.key ?? []))
  return [...new Set(keys.filter((key) => ofPrincipal.includes(key)))]
}

export function hasVariable(text: string): boolean {
  return text.includes('${')
}

/**
 * A pattern with the values put in, as a glob for texts that went through `literalText`.
 *
 * @param unknown what a variable without a value matches: anything where that grants or reports, nothing where it
 *   takes away
 * @returns null for a pattern that matches nothing
 */
export function withValues(pattern: string, values: Values, unknown: 'anything' | 'nothing'): string | null {
  if (!hasVariable(pattern)) return pattern
  let glob = ''
  for (const { text, literal, key } of partsOf(pattern)) {
    const value = key === undefined ? undefined : values(key)
    if (text !== undefined) glob += text
    else if (literal !== undefined) glob += literalText(literal)
    else if (value !== undefined) glob += literalText(value)
    else if (unknown === 'nothing') return null
    else glob += '*'
  }
  return glob
}

/** A text with the values put in, wildcards being letters; null where a variable has no value. */
export function plainText(text: string, values: Values): string | null {
  if (!hasVariable(text)) return text
  let plain = ''
  for (const part of partsOf(text)) {
    const found = part.text ?? part.literal ?? values(part.key ?? '')
    if (found === undefined) return null
    plain += found
  }
  return plain
}

/** A text whose wildcards are letters: they are put where no name has any. */
export function literalText(text: string): string {
  return text.includes('*') || text.includes('?')
    ? text.replaceAll('*', LITERAL_STAR).replaceAll('?', LITERAL_QUESTION)
    : text
}

/** Private use: no name or URN contains them, and if one did, a pattern would only match more than it says. */
const [LITERAL_STAR, LITERAL_QUESTION] = ['\ue000', '\ue001']

/** Of a pattern: text as it stands, a character that means itself, or the key of a variable in lower case. */
interface Part {
  readonly text?: string
  readonly literal?: string
  readonly key?: string
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = []
  for (let at = 0; at < pattern.length; ) {
    const start = pattern.indexOf('${', at)
    if (start < 0) {
      parts.push({ text: pattern.slice(at) })
      break
    }
    if (start > at) parts.push({ text: pattern.slice(at, start) })
    const end = endOfVariable(pattern, start + 2)
    const inside = pattern.slice(start + 2, end)
    // What is never closed is no key that has a value.
    const key = end < pattern.length ? keyOf(inside) : ''
    parts.push(['*', '?', '$'].includes(inside.trim()) ? { literal: inside.trim() } : { key })
    at = end + 1
  }
  return parts
}

/** Where the closing brace is, or the end; a default in quotes may contain one. */
function endOfVariable(pattern: string, from: number): number {
  let quoted = false
  for (let at = from; at < pattern.length; at++) {
    if (pattern[at] === "'") quoted = !quoted
    else if (pattern[at] === '}' && !quoted) return at
  }
  return pattern.length
}

/**
 * The default of a variable is never put in: it stands for a key that a request lacks, and what a request has beside
 * what the account tells, nobody knows.
 */
function keyOf(inside: string): string {
  const comma = inside.indexOf(',')
  return (comma < 0 ? inside : inside.slice(0, comma)).trim().toLowerCase()
}
