/** Conditions that the inventory can contradict. Everything else about a condition is kept and shown, never judged. */
import type { Condition, Identity } from './types.ts'

const operators: Readonly<Record<string, (one: string, other: string) => boolean>> = {
  StringEquals: (one, other) => one === other,
  // Whether the cloud folds to upper or lower case is not documented, and for some letters it matters.
  StringEqualsIgnoreCase: (one, other) =>
    one.toLowerCase() === other.toLowerCase() || one.toUpperCase() === other.toUpperCase(),
}

const facts: Readonly<Record<string, (identity: Identity) => string>> = {
  'g:UserId': (identity) => identity.user_id,
  'g:UserName': (identity) => identity.user_name,
  'g:PrincipalUrn': (identity) => identity.urn,
}

/** Whether the condition names who is meant, so that answers differ from user to user. */
export function namesIdentity(condition: Condition | undefined): boolean {
  return Object.entries(condition ?? {}).some(
    ([operator, keys]) =>
      Object.hasOwn(operators, operator) && Object.keys(keys).some((key) => Object.hasOwn(facts, key)),
  )
}

/**
 * Whether the condition is provably false for this user: one plain equality on the user's id, name or URN that the
 * inventory contradicts. All operators and keys of a condition must hold, so one is enough. Variables (`${`), an
 * empty list and every other operator prove nothing.
 */
export function provablyFalse(condition: Condition | undefined, identity: Identity): boolean {
  return Object.entries(condition ?? {}).some(([operator, keys]) => {
    const equal = Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (equal === undefined) return false
    return Object.entries(keys).some(([key, value]) => {
      const fact = Object.hasOwn(facts, key) ? facts[key] : undefined
      const values = typeof value === 'string' ? [value] : value
      if (fact === undefined || values.length === 0 || values.some((one) => one.includes('${'))) return false
      return !values.some((one) => equal(one, fact(identity)))
    })
  })
}
