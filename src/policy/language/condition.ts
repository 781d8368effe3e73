/** Conditions that the inventory can contradict. Everything else about a condition is kept and shown, never judged. */
import { canonicalGlob, globMatches } from '../sets/glob.ts'
import type { Condition, Identity } from '../types.ts'
import { literalText, plainText, type Values, valuesFor, withValues } from './variables.ts'

/** Whether a fact may satisfy one value of a condition; false is a proof that it does not. */
type Test = (fact: string, value: string, values: Values) => boolean

const equals: Test = (fact, value, values) => {
  const text = plainText(value, values)
  return text === null || text === fact
}

/** How letters outside ASCII are folded is not documented: there, nothing is proved. */
const equalsIgnoringCase: Test = (fact, value, values) => {
  const text = plainText(value, values)
  if (text === null || !isPrintableAscii(text) || !isPrintableAscii(fact)) return true
  return text.toLowerCase() === fact.toLowerCase()
}

const isLike: Test = (fact, value, values) => {
  const glob = withValues(value, values, 'anything') as string
  return globMatches(canonicalGlob(glob), literalText(fact))
}

const equalities: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
}

const ofUsers: Readonly<Record<string, Test>> = { ...equalities, StringMatch: isLike, StringLike: isLike }

const factsOfUsers: readonly string[] = ['g:userid', 'g:username', 'g:principalurn']

function isPrintableAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** Whether the condition names who is meant, so that answers differ from principal to principal. */
export function namesIdentity(condition: Condition | undefined): boolean {
  return Object.entries(condition ?? {}).some(
    ([operator, keys]) =>
      Object.hasOwn(ofUsers, operator) &&
      Object.keys(keys).some((key) => factsOfUsers.includes(key.toLowerCase())),
  )
}

/**
 * Whether the condition is provably false for a principal: one comparison of the id, name or URN of a user, or of the
 * URN of an agency, that the inventory contradicts. All operators and keys of a condition must hold, so one is enough.
 * A variable without a value, an empty list and every other operator prove nothing.
 */
export function provablyFalse(condition: Condition | undefined, identity: Identity): boolean {
  if (condition === undefined || identity.kind === 'federated') return false
  const isUser = identity.kind === 'user'
  const operators = isUser ? ofUsers : equalities
  const values = valuesFor(identity, null)
  return Object.entries(condition).some(([operator, keys]) => {
    const test = Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (test === undefined) return false
    return Object.entries(keys).some(([written, value]) => {
      const list = typeof value === 'string' ? [value] : value
      const key = written.toLowerCase()
      if (list.length === 0) return false
      if (!isUser) return key === 'g:principalurn' && contradictsAgency(list, operator, identity, values)
      const fact = factsOfUsers.includes(key) ? identity.facts.get(key) : undefined
      return fact !== undefined && !list.some((one) => test(fact, one, values))
    })
  })
}

/**
 * Whether none of the values is the URN of the agency, with or without its path, or goes on from
 * `sts::<account>:assumed-agency:` with its name, with or without path, at the end or before a `/`.
 */
function contradictsAgency(
  list: readonly string[],
  operator: string,
  { facts }: Identity,
  values: Values,
): boolean {
  const parts = facts.get('g:principalurn')?.split(':') ?? []
  // `iam::<account>:agency:<path and name>`
  if (parts.length < 5 || parts[3] !== 'agency') return false
  const account = facts.get('g:domainid') ?? parts[2]
  const withPath = parts.slice(4).join(':')
  const names = new Set([withPath, withPath.slice(withPath.lastIndexOf('/') + 1)])
  const folds = operator === 'StringEqualsIgnoreCase'
  const folded = (text: string): string => (folds ? text.toLowerCase() : text)
  return list.every((value) => {
    const text = plainText(value, values)
    if (text === null || (folds && !isPrintableAscii(text + withPath))) return false
    return ![...names].some((name) => {
      const session = folded(`sts::${account}:assumed-agency:${name}`)
      return (
        folded(text) === folded(`iam::${parts[2]}:agency:${name}`) ||
        folded(text) === session ||
        folded(text).startsWith(`${session}/`)
      )
    })
  })
}
