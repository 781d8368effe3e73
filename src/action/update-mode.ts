/** `mode: update-baseline`: rewrites the baseline in the workspace from what is held now. */
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { info } from '@actions/core'
import { proposeBaseline } from '../audit/propose.ts'
import { rewriteBaseline, writeBaseline } from '../baseline/write-baseline.ts'
import { UserError } from '../problem.ts'
import { code, logLine } from '../render/escape.ts'
import { buildReport } from '../report/report.ts'
import { readApprovals } from './approvals.ts'
import { auditAccount, sha256 } from './audit-mode.ts'
import { openGitHub, refusePublic, repositoryFacts } from './github.ts'
import type { Outcome, Run } from './outcome.ts'
import { verdictOutputs } from './outputs.ts'
import { toolInfo } from './tool.ts'
import { writeAtomically } from './workspace.ts'

/** Writes the baseline. @throws UserError, also when the audit is incomplete: half an account is nobody's baseline */
export async function updateMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  const approvals = await readApprovals(context.workspace, inputs)
  refusePublic(await repositoryFacts(openGitHub(inputs, context)), inputs)
  const { snapshot, verdict } = await auditAccount(run, approvals)
  const { config, baseline } = approvals
  if (!verdict.complete)
    throw new UserError(
      `The baseline is not written, because the audit is incomplete: ${verdict.gaps.map((gap) => `${gap.message} ${gap.remedy}`).join(' ')}`,
    )
  const next = proposeBaseline({
    ...{ verdict, users: snapshot.users, config, baseline: baseline?.baseline ?? null },
    ...{ update: inputs.update, only: inputs.users },
    fields: { justification: inputs.justification, owner: inputs.owner, expires: inputs.expires },
  })
  const text = baseline === null ? writeBaseline(next) : rewriteBaseline(baseline, next)
  const updated = text !== baseline?.text
  const target = resolve(context.workspace, inputs.baseline)
  if (updated) await writeAtomically(await realpath(target).catch(() => target), text)
  const words = updated
    ? `Wrote ${inputs.baseline}: ${next.approvals.length} entries. Say why in each new one, and open a pull request with it.`
    : `${inputs.baseline} is up to date: ${next.approvals.length} entries.`
  info(logLine(words))
  const report = buildReport(verdict, {
    ...{ kind: 'update-baseline', generatedAt: new Date().toISOString(), tool: toolInfo(), run: context.run },
    inputs: {
      config_sha256: sha256(approvals.configText),
      baseline_sha256: baseline === null ? null : sha256(baseline.text),
    },
  })
  const path = `${context.outputFolder}/report.json`
  const result = updated ? 'updated' : 'unchanged'
  await writeAtomically(path, `${JSON.stringify({ ...report, result }, null, 2)}\n`)
  return {
    outputs: { ...verdictOutputs(verdict), result, report: path },
    summary: `# IAM permission audit: baseline\n\n${updated ? '✅ Wrote' : '✅ Nothing to change in'} ${code(inputs.baseline)}: ${next.approvals.length} entries.\n`,
    annotations: [],
    failure: null,
  }
}
