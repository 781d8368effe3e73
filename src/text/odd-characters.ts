/** Characters that look like the space or the line end that YAML wants, and are none: they get their own clear error. */
import { type Problem, UserError } from './problem.ts'

/** @throws UserError for line ends of old systems, which parsers read in different ways */
export function refuseLoneCarriageReturns(text: string, path: string): void {
  const at = text.search(/\r(?!\n)/)
  if (at < 0) return
  const before = text.slice(0, at).split('\n')
  throw new UserError([
    {
      where: path,
      ...{ line: before.length, column: (before[before.length - 1] as string).length + 1 },
      message: 'found a carriage return (CR) without a line feed; lines end with LF or CRLF.',
      remedy: 'Save the file with other line ends.',
    },
  ])
}

/** Where a space belongs to the structure of the file: at the beginning of a line, or behind what opens a value. */
const STRUCTURAL = /(?:^[ \t]*(?:-[ \t]*)*|[:,[{-][ \t]*)([\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000]+)/gm
const MAXIMUM = 20

/**
 * What `parse` makes of the text. Where that is an error, spaces that are none are named before anything else, and the
 * other problems are those that the text would have without them. Within a text such a space is nobody's mistake, so a
 * file that is read without problems may have them anywhere.
 *
 * @throws UserError as `parse` does
 */
export function explainingOddSpaces<T>(text: string, path: string, parse: (text: string) => T): T {
  try {
    return parse(text)
  } catch (error) {
    const found = error instanceof UserError ? oddSpaces(text, path) : []
    if (found.length === 0) throw error
    throw new UserError([...found, ...problemsOf(withSpaces(text), parse)], { cause: error })
  }
}

function oddSpaces(text: string, path: string): Problem[] {
  return [...text.matchAll(STRUCTURAL)].slice(0, MAXIMUM).map((match): Problem => {
    const odd = match[1] as string
    const before = text.slice(0, match.index + match[0].length - odd.length).split('\n')
    const code = odd.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return {
      ...{ where: path, line: before.length, column: (before[before.length - 1] as string).length + 1 },
      message: `found a no-break space or another odd one (U+${code}) where YAML wants an ordinary space.`,
      remedy: 'Write an ordinary space in its place.',
    }
  })
}

/** As long as before, so that everything stands where it stood. */
function withSpaces(text: string): string {
  return text.replaceAll(
    STRUCTURAL,
    (whole, odd: string) => whole.slice(0, -odd.length) + ' '.repeat(odd.length),
  )
}

function problemsOf(text: string, parse: (text: string) => unknown): readonly Problem[] {
  try {
    parse(text)
    return []
  } catch (error) {
    if (error instanceof UserError) return error.problems
    throw error
  }
}
