/** One run from the environment to the exit code: secrets masked first, outputs and summary written last, always. */
import { appendFile } from 'node:fs/promises'
import { error as annotateError, debug, info, notice, setFailed, setSecret, warning } from '@actions/core'
import { CloudError } from '../cloud/cloud-error.ts'
import { keyFamilies } from '../cloud/credentials.ts'
import { UserError } from '../problem.ts'
import type { Annotation } from '../render/annotations.ts'
import { logLine, visible } from '../render/escape.ts'
import { renderErrorSummary } from '../render/summary.ts'
import { buildStoppedReport } from '../report/report.ts'
import { auditMode } from './audit-mode.ts'
import { checkMode } from './check-mode.ts'
import { intendedMode, outputFolder, readContext, runInfo } from './event.ts'
import { gateMode } from './gate-mode.ts'
import { type Mode, rawInput, readInputs, secretInputs } from './inputs.ts'
import { interruption } from './interruption.ts'
import type { Outcome, Run } from './outcome.ts'
import { writeOutputs } from './outputs.ts'
import { toolInfo } from './tool.ts'
import { updateMode } from './update-mode.ts'
import { writeAtomically } from './workspace.ts'

const modes: Readonly<Record<Mode, (run: Run) => Promise<Outcome>>> = {
  audit: auditMode,
  gate: gateMode,
  'update-baseline': updateMode,
  check: checkMode,
}

/** Runs the action. Never throws; sets the exit code. */
export async function run(environment: NodeJS.ProcessEnv): Promise<void> {
  maskSecrets(environment)
  const cutOff = interruption().then(async (error) => {
    await deliver(await stopped(error, environment), environment)
    // What the run was doing is still under way, and nobody waits for it any more.
    process.exit()
  })
  await Promise.race([cutOff, decide(environment).then((outcome) => deliver(outcome, environment))])
}

async function decide(environment: NodeJS.ProcessEnv): Promise<Outcome> {
  try {
    const inputs = readInputs(environment)
    const context = readContext(environment, inputs.mode)
    info(`mode: ${context.mode}`)
    return await modes[context.mode]({ inputs, context, environment })
  } catch (error) {
    return stopped(error, environment)
  }
}

/** GitHub shows no more errors of one step; why it failed is the last of them, and must be shown. */
const MAXIMUM_ANNOTATIONS = 10

/** Outputs, summary, annotations and exit code. One that cannot be written takes none of the others along. */
async function deliver(outcome: Outcome, environment: NodeJS.ProcessEnv): Promise<void> {
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

/** Before anything else: whatever is printed from here on, these are not. */
function maskSecrets(environment: NodeJS.ProcessEnv): void {
  const values = [
    ...secretInputs.map((name) => rawInput(environment, name)),
    ...keyFamilies.flatMap(([, secret, token]) => [
      environment[secret],
      environment[secret]?.trim(),
      ...(token === null ? [] : [environment[token], environment[token]?.trim()]),
    ]),
  ]
  for (const value of new Set(values)) if (value) setSecret(value)
}

/** A run that ended before a verdict. The user's mistakes and the cloud's refusals show no stack. */
async function stopped(error: unknown, environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const expected = error instanceof UserError || error instanceof CloudError
  const message = error instanceof Error ? error.message : String(error)
  if (!expected && error instanceof Error) debug(error.stack ?? '')
  const failure = expected
    ? message
    : `The action failed unexpectedly: ${message}. Run it again with debug logging and report what it says.`
  return {
    outputs: { result: 'error', report: await writeStoppedReport(failure, environment) },
    summary: renderErrorSummary(failure),
    annotations: [],
    failure,
  }
}

/** Tools that read the report find one also when there is no verdict. Its path; empty when it cannot be written. */
async function writeStoppedReport(failure: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const report = buildStoppedReport(failure.split('\n'), {
    kind: intendedMode(environment, rawInput(environment, 'mode')),
    generatedAt: new Date().toISOString(),
    tool: toolInfo(),
    run: runInfo(environment),
    inputs: { config_sha256: null, baseline_sha256: null },
  })
  const path = `${outputFolder(environment)}/report.json`
  try {
    await writeAtomically(path, `${JSON.stringify(report, null, 2)}\n`)
    return path
  } catch {
    return ''
  }
}

async function writeSummary(environment: NodeJS.ProcessEnv, text: string): Promise<void> {
  const path = environment.GITHUB_STEP_SUMMARY
  if (!path) return
  try {
    await appendFile(path, text)
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
