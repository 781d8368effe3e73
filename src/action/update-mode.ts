/** `mode: update-baseline`: rewrites the baseline in the workspace from what is held now. */
import { resolve } from 'node:path'
import type { Verdict } from '../audit/model.ts'
import { logLine } from '../render/escape.ts'
import { renderUpdate, renderUpdateRefused, updateSentence } from '../render/update.ts'
import { buildReport } from '../report/report.ts'
import { saveSnapshot } from '../run/account.ts'
import { type Approvals, readApprovals, refuseRootEntries } from '../run/approvals.ts'
import { auditAccount } from '../run/audit-account.ts'
import { reportContext } from '../run/report-context.ts'
import { refusePastExpiry, updateBaseline } from '../run/update-baseline.ts'
import { writeAtomically } from '../run/workspace.ts'
import { openGitHub, refusePublic, repositoryFacts } from './github.ts'
import { info } from './log.ts'
import type { Outcome, Run } from './outcome.ts'
import { verdictOutputs } from './outputs.ts'

/** Writes the baseline, or says why not: half an account is nobody's baseline. @throws UserError */
export async function updateMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  refusePastExpiry(inputs.expires, 'input expires')
  const approvals = await readApprovals(context.workspace, inputs)
  refusePublic(await repositoryFacts(openGitHub(inputs, context)), inputs)
  const audited = await auditAccount(run, approvals)
  const { snapshot, verdict } = audited
  await saveSnapshot(inputs, snapshot)
  refuseRootEntries(approvals, inputs.baseline, snapshot.users)
  if (!verdict.complete) return refused(run, approvals, verdict)
  const written = await updateBaseline(inputs, audited, resolve(context.workspace, inputs.baseline))
  info(logLine(updateSentence(written)))
  const result = written.updated ? 'updated' : 'unchanged'
  return {
    outputs: {
      ...verdictOutputs(verdict),
      result,
      report: await writeReport(run, approvals, verdict, result),
    },
    summary: renderUpdate(written),
    annotations: [],
    failure: null,
  }
}

async function refused(run: Run, approvals: Approvals, verdict: Verdict): Promise<Outcome> {
  const gaps = verdict.gaps.map((gap) => `${gap.message} ${gap.remedy}`)
  return {
    outputs: {
      ...verdictOutputs(verdict),
      result: 'error',
      report: await writeReport(run, approvals, verdict, 'error'),
    },
    summary: renderUpdateRefused(verdict, run.inputs.baseline),
    annotations: [],
    failure: `The baseline is not written, because the audit is incomplete: ${gaps.slice(0, 5).join(' ')}${gaps.length > 5 ? ` And ${gaps.length - 5} more; the summary has them.` : ''}`,
  }
}

/** Writes the report; its absolute path. */
async function writeReport(
  { context }: Run,
  approvals: Approvals,
  verdict: Verdict,
  result: string,
): Promise<string> {
  const report = buildReport(verdict, reportContext('update-baseline', approvals, context.run))
  const path = `${context.outputFolder}/report.json`
  await writeAtomically(path, `${JSON.stringify({ ...report, result }, null, 2)}\n`)
  return path
}
