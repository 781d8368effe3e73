/** Turns what a zod schema finds wrong into problems that name line, column, what was found and what is allowed. */
import type { z } from 'zod'
import type { Problem } from '../problem.ts'
import { quoteText } from '../text-quote.ts'
import type { YamlSource } from './yaml-source.ts'

type Issue = z.core.$ZodIssue

/**
 * @param keysAt the keys that are known at a path, for the hint behind an unknown key
 */
export function schemaProblems(
  issues: readonly Issue[],
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
    return [
      {
        ...where,
        message: `${name === '' ? 'the file' : quoteText(name)}: found ${found}; ${allowedBy(issue)}.`,
      },
    ]
  })
}

function unknownKey(
  path: readonly PropertyKey[],
  key: string,
  source: YamlSource,
  known: readonly string[],
): Problem {
  const near = known.find((one) => distance(one, key.toLowerCase()) <= 2)
  return {
    where: source.path,
    ...source.keyPosition(path, key),
    message: `found the unknown key ${quoteText(key)}${known.length === 0 ? '' : `; allowed: ${known.join(', ')}`}.`,
    remedy: near === undefined ? 'Remove it or correct its name.' : `Did you mean ${near}?`,
  }
}

/** What the schema would have taken, in words. */
function allowedBy(issue: Issue): string {
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

/** Edits between two words, at most a few letters long. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++)
      next[j] = Math.min(
        (next[j - 1] as number) + 1,
        (row[j] as number) + 1,
        (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1),
      )
    row = next
  }
  return row[other.length] as number
}

/** Problems in the order in which a reader of the file meets them. */
export function byPosition(one: Problem, other: Problem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)
}
