/** One spelling for every JSON value: what differs only in the order of keys or in blanks is the same text. */
import { compareText } from '../../text/compare-text.ts'

/** Deeper than any document that the cloud takes. */
const MAXIMUM_DEPTH = 100

/** The value with sorted keys and without blanks; null when it is nested too deep to be looked at. */
export function canonicalJson(value: unknown): string | null {
  return write(value, 0)
}

function write(value: unknown, depth: number): string | null {
  if (depth > MAXIMUM_DEPTH) return null
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const parts = Array.isArray(value)
    ? value.map((one: unknown) => write(one, depth + 1))
    : Object.entries(value)
        .sort(([a], [b]) => compareText(a, b))
        .map(([key, one]) => {
          const text = write(one, depth + 1)
          return text === null ? null : `${JSON.stringify(key)}:${text}`
        })
  if (parts.includes(null)) return null
  return Array.isArray(value) ? `[${parts.join(',')}]` : `{${parts.join(',')}}`
}
