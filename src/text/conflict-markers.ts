/** A merge conflict left in a file gets its own clear error: what the parser says of it helps nobody. */
import { UserError } from './problem.ts'

const MARKER = /^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/

/** @throws UserError naming the line of every conflict marker git leaves */
export function refuseConflictMarkers(text: string, path: string, remedy: string): void {
  const problems = text.split('\n').flatMap((line, at) => {
    if (!MARKER.test(line.trimEnd())) return []
    const message = 'found a merge conflict marker.'
    return [{ where: path, line: at + 1, column: 1, message, remedy }]
  })
  if (problems.length > 0) throw new UserError(problems)
}
