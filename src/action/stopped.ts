/** The outcome of a run that ended before a verdict. */
import { CloudError } from '../cloud/http/cloud-error.ts'
import { renderErrorSummary } from '../render/summary.ts'
import { buildStoppedReport } from '../report/report.ts'
import { rawInput } from '../run/inputs.ts'
import { scrub } from '../run/secrets.ts'
import { toolInfo } from '../run/tool.ts'
import { writeAtomically } from '../run/workspace.ts'
import { UserError } from '../text/problem.ts'
import { intendedMode, outputFolder, runInfo } from './event.ts'
import { debug } from './log.ts'
import type { Outcome } from './outcome.ts'

/** A run that ended before a verdict. The user's mistakes and the cloud's refusals show no stack. */
export async function stopped(error: unknown, environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const expected = error instanceof UserError || error instanceof CloudError
  const message = scrub(error instanceof Error ? error.message : String(error))
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
