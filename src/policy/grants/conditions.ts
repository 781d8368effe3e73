/** Conditions of grants in one form. Operators and values are text; keys have no letter case. */
import { hasVariable, plainText, type Values } from '../language/variables.ts'
import type { Condition } from '../types.ts'

type Keys = Readonly<Record<string, string | readonly string[]>>

/** Operators and keys sorted, values as sorted lists; keys are spelled as somebody wrote them. */
export function canonicalCondition(condition: Condition): Condition {
  return sorted(condition, (key) => key)
}

/** Text that two conditions in canonical form share exactly when they are equal but for the letter case of keys. */
export function conditionKey(condition: Condition): string {
  return JSON.stringify(sorted(condition, (key) => key.toLowerCase()))
}

function sorted(condition: Condition, spell: (key: string) => string): Condition {
  return fromSorted(
    Object.entries(condition).map(([operator, keys]) => {
      const entries = Object.entries(keys).map(
        ([key, values]) =>
          [spell(key), [...new Set(typeof values === 'string' ? [values] : values)].sort()] as const,
      )
      // Of one key in two spellings nobody knows whether both must hold: they stay as they are.
      const isClear = new Set(entries.map(([key]) => key)).size === entries.length
      return [operator, isClear ? fromSorted(entries) : keys]
    }),
  )
}

function fromSorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** A condition with the values put in for its variables; null where one has no value. */
export function conditionWithValues(condition: Condition, values: Values): Condition | null {
  let isKnown = true
  const put = (text: string): string => {
    const plain = hasVariable(text) ? plainText(text, values) : text
    if (plain === null) isKnown = false
    return plain ?? ''
  }
  const putIn = (keys: Keys): Keys =>
    Object.fromEntries(
      Object.entries(keys).map(([key, value]) => [
        key,
        (typeof value === 'string' ? [value] : value).map(put),
      ]),
    )
  const result = Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [operator, putIn(keys)]),
  )
  return isKnown ? result : null
}
