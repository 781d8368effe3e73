/**
 * Errors that the user can put right. They carry no stack to the log: what failed, for which thing, why, what to do.
 */

/** One thing wrong with one file or input. Lines and columns count from 1. */
export interface Problem {
  /** File path as the user gave it, or `input <name>`. */
  readonly where: string
  readonly line?: number
  readonly column?: number
  /** One sentence: what was found and what is allowed. */
  readonly message: string
  /** One sentence: what to do. */
  readonly remedy?: string
}

/** Renders a problem as one line: `file:line:column: message Remedy`. */
function problemLine(problem: Problem): string {
  const position = [problem.where, problem.line, problem.column]
    .filter((part) => part !== undefined)
    .join(':')
  return [`${position}: ${problem.message}`, problem.remedy].filter(Boolean).join(' ')
}

/** The user's mistake, or the world's: every problem at once. */
export class UserError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[] | string, options?: { cause?: unknown }) {
    const list = typeof problems === 'string' ? [] : problems
    super(typeof problems === 'string' ? problems : problems.map(problemLine).join('\n'), options)
    this.name = 'UserError'
    this.problems = list
  }
}
