/** `iam-audit update-baseline`: rewrites the baseline from what is held now. */
import { resolve } from 'node:path'
import { visible } from '../render/escape.ts'
import { leftAloneWords, renderUpdate, renderUpdateRefused, updateSentence } from '../render/update.ts'
import { buildReport } from '../report/report.ts'
import { saveSnapshot } from '../run/account.ts'
import { refuseRootEntries } from '../run/approvals.ts'
import { auditAccount } from '../run/audit-account.ts'
import { reportContext } from '../run/report-context.ts'
import { scrubAll } from '../run/secrets.ts'
import { refusePastExpiry, updateBaseline } from '../run/update-baseline.ts'
import { changeLines } from './change-lines.ts'
import { type Answer, type CommandRun, jsonText, textOf } from './command.ts'
import { readFiles } from './files.ts'
import { gapLines } from './gap-lines.ts'
import { pipelineInfo } from './pipeline.ts'

/** Writes the file, or says why not: half an account is nobody's baseline. @throws UserError, CloudError */
export async function updateCommand(run: CommandRun): Promise<Answer> {
  const { inputs, folder, format } = run
  refusePastExpiry(inputs.expires, '--expires')
  const approvals = await readFiles(folder, inputs)
  const audited = await auditAccount(run, approvals)
  await saveSnapshot(inputs, audited.snapshot)
  refuseRootEntries(approvals, inputs.baseline, audited.snapshot.users)
  const verdict = scrubAll(audited.verdict)
  const notes = audited.remarks
  const report = (result: string): string => {
    const context = reportContext('update-baseline', approvals, pipelineInfo(run.environment))
    return jsonText({ ...buildReport(verdict, context), result })
  }
  if (!verdict.complete) {
    const text = textOf([
      `${inputs.baseline} was not written, because the audit is incomplete:`,
      ...gapLines(verdict.gaps),
    ])
    const output = { text, json: report('error'), markdown: renderUpdateRefused(verdict, inputs.baseline) }
    return { output: output[format as keyof typeof output], notes, exitCode: 1 }
  }
  const written = await updateBaseline(inputs, audited, resolve(folder, inputs.baseline))
  const text = textOf([
    updateSentence(written),
    ...changeLines(written.changes),
    ...written.left_alone.map((row) => `  left      ${leftAloneWords(row, visible)}`),
  ])
  const output = {
    ...{ text, json: report(written.updated ? 'updated' : 'unchanged'), markdown: renderUpdate(written) },
  }
  return { output: output[format as keyof typeof output], notes, exitCode: 0 }
}
