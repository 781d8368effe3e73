/** `mode: update-baseline`: rewrites the baseline in the workspace from what is held now. */
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { info } from '@actions/core'
import type { Verdict } from '../audit/model.ts'
import { proposeBaseline } from '../audit/propose.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import { rewriteBaseline, writeBaseline } from '../baseline/write-baseline.ts'
import { compareApprovals } from '../gate/compare-entries.ts'
import { UserError } from '../problem.ts'
import { logLine } from '../render/escape.ts'
import { renderUpdate, renderUpdateRefused, updateSentence } from '../render/update.ts'
import { buildReport } from '../report/report.ts'
import { saveSnapshot } from './account.ts'
import { type Approvals, readApprovals, refuseRootEntries } from './approvals.ts'
import { auditAccount, sha256, today } from './audit-mode.ts'
import { openGitHub, refusePublic, repositoryFacts } from './github.ts'
import type { Outcome, Run } from './outcome.ts'
import { verdictOutputs } from './outputs.ts'
import { toolInfo } from './tool.ts'
import { writeAtomically } from './workspace.ts'

/** Writes the baseline, or says why not: half an account is nobody's baseline. @throws UserError */
export async function updateMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  refusePastExpiry(inputs.expires)
  const approvals = await readApprovals(context.workspace, inputs)
  refusePublic(await repositoryFacts(openGitHub(inputs, context)), inputs)
  const { snapshot, verdict } = await auditAccount(run, approvals)
  await saveSnapshot(inputs, snapshot)
  refuseRootEntries(approvals, inputs.baseline, snapshot.users)
  const { config, baseline } = approvals
  if (!verdict.complete) return refused(run, approvals, verdict)
  const next = proposeBaseline({
    ...{ verdict, users: snapshot.users, config, baseline: baseline?.baseline ?? null },
    ...{ update: inputs.update, only: inputs.users },
    fields: { justification: inputs.justification, owner: inputs.owner, expires: inputs.expires },
  })
  const text = baseline === null ? writeBaseline(next) : rewriteBaseline(baseline, next)
  const updated = text !== baseline?.text
  // Read back before it is written: what the next run would refuse must not take the place of a good file.
  const changes = updated ? compareApprovals(baseline, readBaseline(text, inputs.baseline)) : []
  const target = resolve(context.workspace, inputs.baseline)
  if (updated) await writeAtomically(await realpath(target).catch(() => target), text)
  const written = {
    ...{ baselinePath: inputs.baseline, updated, entries: next.approvals.length },
    changes,
  }
  info(logLine(updateSentence(written)))
  const result = updated ? 'updated' : 'unchanged'
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

/** A day that has passed would write approvals that are over as they are made. */
function refusePastExpiry(expires: string): void {
  if (expires === '' || expires >= today()) return
  throw new UserError([
    {
      where: 'input expires',
      message: `found ${JSON.stringify(expires)}, which is past; allowed: today (UTC) or later.`,
    },
  ])
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
  { configText, baseline }: Approvals,
  verdict: Verdict,
  result: string,
): Promise<string> {
  const report = buildReport(verdict, {
    ...{ kind: 'update-baseline', generatedAt: new Date().toISOString(), tool: toolInfo(), run: context.run },
    inputs: {
      config_sha256: sha256(configText),
      baseline_sha256: baseline === null ? null : sha256(baseline.text),
    },
  })
  const path = `${context.outputFolder}/report.json`
  await writeAtomically(path, `${JSON.stringify({ ...report, result }, null, 2)}\n`)
  return path
}
