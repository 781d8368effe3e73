/** `iam-audit check`: everything an audit asks of the cloud, tried once. Writes nothing. */
import { resolve } from 'node:path'
import { configNotices } from '../audit/config-notices.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import { systemClock } from '../cloud/http/pace.ts'
import { readConfig } from '../config/read-config.ts'
import { shippedCatalogue } from '../policy/index.ts'
import {
  type CheckResult,
  checkAnswer,
  checkProblems,
  missingOptional,
  renderCheck,
} from '../render/check.ts'
import { driftHeading } from '../render/drift-words.ts'
import { visible } from '../render/escape.ts'
import { type Asked, buildCheckReport } from '../report/report.ts'
import { askCloud, checkLines } from '../run/ask-cloud.ts'
import type { CheckedFiles } from '../run/check-account.ts'
import { contextOfTexts } from '../run/report-context.ts'
import { scrubAll } from '../run/secrets.ts'
import { UserError } from '../text/problem.ts'
import { type Answer, type CommandRun, jsonText, textOf } from './command.ts'
import { readTextFile } from './files.ts'
import { pipelineInfo } from './pipeline.ts'

/** Tries everything. @throws UserError for wrong files, and without keys that the cloud takes */
export async function checkCommand(run: CommandRun): Promise<Answer> {
  const started = systemClock.now()
  const files = await filesOf(run)
  const { traffic, ...asked } = scrubAll(await askCloud(run, files))
  // Nothing was tried: these keys, or this network, are no answer to what is permitted.
  if (asked.cloud === null && asked.cloudProblem !== null) throw new UserError(asked.cloudProblem)
  const result: CheckResult = {
    ...asked,
    ...{ github: [], claims: null, claimsProblem: null, providerUrn: '' },
    notices:
      files.config === null ? [] : configNotices(files.config, files.configPath, shippedCatalogue(), []),
  }
  const account = asked.cloud?.account ?? null
  const known: Asked = {
    account: account === null ? null : { id: account, name: '' },
    auditor: asked.cloud?.auditor ?? null,
    stats: { ...traffic, duration_ms: systemClock.now() - started },
  }
  return {
    output: renderings[run.format as keyof typeof renderings](result, known, run),
    notes: [],
    exitCode: checkProblems(result).length === 0 ? 0 : 1,
  }
}

/** What an audit would read here; none of it has to be there yet. */
async function filesOf({ folder, inputs }: CommandRun): Promise<CheckedFiles> {
  const textAt = (path: string): Promise<string | null> => readTextFile(resolve(folder, path), path)
  const [config, baseline] = [await textAt(inputs.config), await textAt(inputs.baseline)]
  return {
    config: config === null ? null : readConfig(config, inputs.config),
    baseline: baseline === null ? null : readBaseline(baseline, inputs.baseline),
    configPath: inputs.config,
  }
}

type Rendering = (result: CheckResult, known: Asked, run: CommandRun) => string

const renderings = {
  text: (result) => textOf(lines(result).map(visibleLine)),
  json: (result, known, { environment }) => {
    const problems = checkProblems(result)
    return jsonText(
      buildCheckReport(
        ...([
          problems.length === 0 ? 'passed' : 'failed',
          [...problems, ...missingOptional(result)],
          known,
        ] as const),
        contextOfTexts('check', { config: null, baseline: null }, pipelineInfo(environment)),
      ),
    )
  },
  markdown: (result) => `${renderCheck(result)}\n`,
} satisfies Record<string, Rendering>

/** Without the marks of blanks that begin a line of ours. */
function visibleLine(line: string): string {
  return line.startsWith('  ') ? `  ${visible(line.slice(2))}` : visible(line)
}

function lines(result: CheckResult): string[] {
  const { rights, would, notices } = result
  const problems = [...checkProblems(result), ...missingOptional(result)]
  return [
    checkAnswer(result)
      .filter((part) => part !== null)
      .join(' '),
    ...problems.map((problem) => `  ${problem}`),
    ...(rights === null || rights.writes.length === 0
      ? []
      : [
          `The auditor may change IAM (${rights.writes.slice(0, 5).join(', ')}${rights.writes.length > 5 ? ', …' : ''}). It needs reads alone.`,
        ]),
    ...notices.map((notice) => `Note: ${notice}`),
    ...wouldLines(would),
    ...checkLines(result),
  ]
}

function wouldLines(would: CheckResult['would']): string[] {
  if (would === null) return []
  const plain = (text: string): string => text
  return [
    would.drift.length === 0 ? 'An audit would name nobody now.' : 'An audit would name now:',
    ...would.drift.map((row) => `  ${driftHeading(row, plain)}`),
    ...would.gaps.map((gap) => `  GAP ${gap}`),
  ]
}
