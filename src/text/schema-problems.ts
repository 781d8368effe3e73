/** Turns what a zod schema finds wrong into problems that name line, column, what was found and what is allowed. */
import type { z } from 'zod'
import { editDistance } from './edit-distance.ts'
import type { Problem } from './problem.ts'
import { quoteText } from './quote.ts'
import type { YamlSource } from './yaml-source.ts'

/** What a schema finds wrong at one place. */
export type ZodIssue = z.core.$ZodIssue

/**
 * @param keysAt the keys that are known at a path, for the hint behind an unknown key
 */
export function schemaProblems(
  issues: readonly ZodIssue[],
  source: YamlSource,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownKey(issue.path, key, source, keysAt(issue.path)))
    const where = { where: source.path, ...source.position(issue.path) }
    const name = issue.path.map(String).join('.')
    const found = source.found(issue.path)
    if (found === 'nothing')
      return [{ ...where, message: `${quoteText(name)} is missing.`, remedy: `Add it; ${allowedBy(issue)}.` }]
    const near = nearValue(issue, source.scalarText(issue.path))
    return [
      {
        ...where,
        message: `${name === '' ? 'the file' : quoteText(name)}: found ${found}; ${allowedBy(issue)}.`,
        ...(near === null ? {} : { remedy: `Did you mean ${near}?` }),
      },
    ]
  })
}

/** Letters that may be wrong in a word that was meant. */
const SLIPS = 2

function unknownKey(
  path: readonly PropertyKey[],
  key: string,
  source: YamlSource,
  known: readonly string[],
): Problem {
  const lower = key.toLowerCase()
  const near = known.find((one) => editDistance(one, lower, SLIPS) <= SLIPS)
  return {
    where: source.path,
    ...source.keyPosition(path, key),
    message: `found the unknown key ${quoteText(key)}${known.length === 0 ? '' : `; allowed: ${known.join(', ')}`}.`,
    remedy: near === undefined ? 'Remove it or correct its name.' : `Did you mean ${near}?`,
  }
}

/** The allowed value that was probably meant: a name that lacks its version, the newest of which is the last, or a slip. */
function nearValue(issue: ZodIssue, found: string | null): string | null {
  if (issue.code !== 'invalid_value' || found === null) return null
  const text = found.trim().toLowerCase()
  const version = /@[0-9]+$/
  const isBare = !version.test(text)
  let near: { value: string; edits: number } | null = null
  for (const value of issue.values.map(String)) {
    const compared = isBare ? value.toLowerCase().replace(version, '') : value.toLowerCase()
    const edits = editDistance(compared, text)
    const limit = text.length > 3 ? 2 : 0
    if (edits <= limit && (near === null || edits <= near.edits)) near = { value, edits }
  }
  return near?.value ?? null
}

/** What the schema would have taken, in words. */
function allowedBy(issue: ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `allowed: ${typeWords[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return issue.values.length === 1 && issue.message.startsWith('allowed')
        ? issue.message
        : `allowed: ${issue.values.map(String).join(', ')}`
    case 'too_small':
    case 'too_big':
      if (issue.message.startsWith('allowed')) return issue.message
      return `allowed: ${issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`}`
    default:
      return issue.message
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

/** Problems in the order in which a reader of the file meets them. */
export function byPosition(one: Problem, other: Problem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)
}
