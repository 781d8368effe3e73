/** Delivery of what was decided and rendered: outputs, summary, annotations and exit code. */
import { appendFile } from 'node:fs/promises'
import type { Annotation } from '../render/annotations.ts'
import { logLine, visible } from '../render/escape.ts'
import { scrub } from '../run/secrets.ts'
import { error as annotateError, info, notice, setFailed, warning } from './log.ts'
import type { Outcome } from './outcome.ts'
import { writeOutputs } from './outputs.ts'

/** GitHub shows no more errors of one step; why it failed is the last of them, and must be shown. */
const MAXIMUM_ANNOTATIONS = 10

/** Outputs, summary, annotations and exit code. One that cannot be written takes none of the others along. */
export async function deliver(outcome: Outcome, environment: NodeJS.ProcessEnv): Promise<void> {
  const unwritten = attemptOutputs(outcome)
  await writeSummary(environment, outcome.summary)
  const failure = [outcome.failure, unwritten].filter((part) => part !== null).join(' ')
  const room = failure === '' ? MAXIMUM_ANNOTATIONS : MAXIMUM_ANNOTATIONS - 1
  for (const annotation of outcome.annotations.slice(0, room)) annotate(annotation)
  if (failure !== '') fail(failure)
}

/** Characters of an error: the runner cuts a longer one, in the log too. */
const LONGEST_ERROR = 4000

/** Fails the job. What is too long for an error stands in the log line by line, and the error has what fits. */
function fail(failure: string): void {
  const all = failure.split('\n').map(visible)
  if (all.length > 1 && all.join('\n').length > LONGEST_ERROR) {
    for (const line of all) info(logLine(line))
    let room = LONGEST_ERROR
    const end = all.findIndex((line) => {
      room -= line.length + 1
      return room < 0
    })
    all.splice(end, all.length - end, `${all.length - end} more stand above.`)
  }
  setFailed(all.join('\n'))
}

/** Later steps decide by the outputs: a run that cannot set them has failed. */
function attemptOutputs({ outputs }: Outcome): string | null {
  try {
    writeOutputs(outputs)
    return null
  } catch (error) {
    return `The outputs could not be set: ${(error as Error).message}.`
  }
}

async function writeSummary(environment: NodeJS.ProcessEnv, text: string): Promise<void> {
  const path = environment.GITHUB_STEP_SUMMARY
  if (!path) return
  try {
    await appendFile(path, scrub(text))
  } catch (error) {
    warning(`The job summary could not be written: ${(error as NodeJS.ErrnoException).code}.`)
  }
}

function annotate({ level, file, line, title, message }: Annotation): void {
  const write = { error: annotateError, warning, notice }[level]
  write(lines(message), { file, startLine: line, title })
}

/** Keeps the line breaks of our own messages and nothing else that is invisible. */
function lines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}
