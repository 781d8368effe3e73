/** The questions of `iam-audit init`, for whoever sits at a terminal. */
import { createInterface } from 'node:readline/promises'
import { UserError } from '../../text/problem.ts'
import { type FactName, factProblem } from './facts.ts'

export interface Question {
  readonly name: FactName
  readonly words: string
  /** What an empty answer stands for; null: there has to be one. */
  readonly fallback: string | null
}

export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/**
 * Asks until each answer can be taken. Lines that are pasted at once are answers in turn.
 *
 * @throws UserError where the input ends first
 */
export async function askAll(
  questions: readonly Question[],
  { input, output }: Terminal,
): Promise<Partial<Record<FactName, string>>> {
  const answers: Partial<Record<FactName, string>> = {}
  const terminal = createInterface({ input, output })
  const lines = terminal[Symbol.asyncIterator]()
  // Lines may still wait when the input has ended, and a closed terminal shows no prompt of its own.
  let isClosed = false
  terminal.once('close', () => {
    isClosed = true
  })
  try {
    for (const { name, words, fallback } of questions) {
      const prompt = `${words}${fallback === null ? '' : ` [${fallback}]`}: `
      terminal.setPrompt(prompt)
      while (answers[name] === undefined) {
        if (isClosed) output.write(prompt)
        else terminal.prompt()
        const line = await lines.next()
        if (line.done === true) {
          output.write('\n')
          throw endedEarly(questions)
        }
        const text = line.value.trim() || fallback
        const problem = text === null ? 'An answer is needed.' : factProblem(name, text)
        if (problem !== null) output.write(`${problem}\n`)
        else if (text !== null) answers[name] = text
      }
    }
  } finally {
    terminal.close()
  }
  return answers
}

function endedEarly(questions: readonly Question[]): UserError {
  const options = questions.map(({ name }) => `--${name}`).join(', ')
  return new UserError(`The questions were not answered, and nothing was written: ${options} say it too.`)
}
