/** What of an entry was edited, as its text says: fields and expiry. */
import type { BaselineEntry } from '../baseline/baseline.ts'
import { entryJson } from '../baseline/write-baseline.ts'
import type { EntryChange } from './model.ts'

/** Keys whose value differs, in the order of the file. The order of keys inside a value is spelling. */
export function differingFields(before: BaselineEntry, after: BaselineEntry): readonly string[] {
  const [one, other] = [entryJson(before), entryJson(after)]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (key) => !sameJson(one[key], other[key]),
  )
}

/** Whether two values are the same JSON, whatever the order of their keys. */
export function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, sortedKeys) === JSON.stringify(other, sortedKeys)
}

/** Null: it ends when it ended. */
export function changeOfExpiry(
  before: string | undefined,
  after: string | undefined,
): Extract<EntryChange, 'prolonged' | 'shortened'> | null {
  if (before === after) return null
  if (before === undefined) return 'shortened'
  return after === undefined || after > before ? 'prolonged' : 'shortened'
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
