/** `mode: audit`: crawl, compare, report, keep the issue, and say how the job ends. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { info, warning } from '@actions/core'
import { audit } from '../audit/audit.ts'
import { exitOf } from '../audit/exit.ts'
import type { Verdict } from '../audit/model.ts'
import { proposeBaseline } from '../audit/propose.ts'
import { rewriteBaseline, writeBaseline } from '../baseline/write-baseline.ts'
import type { GitHubClient } from '../github/client.ts'
import type { DesiredIssue } from '../github/desired-issue.ts'
import { syncIssue } from '../github/issue.ts'
import { createIssueStore } from '../github/issue-store.ts'
import { UserError } from '../problem.ts'
import { auditAnnotations, type Places } from '../render/annotations.ts'
import { logLine, visible } from '../render/escape.ts'
import { desiredIssue } from '../render/issue.ts'
import { renderLog } from '../render/log.ts'
import { renderSarif } from '../render/sarif.ts'
import { renderSummary } from '../render/summary.ts'
import { buildReport } from '../report/report.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { crawlAccount, loadSnapshot, refuseOtherAccount, saveSnapshot } from './account.ts'
import { type Approvals, readApprovals, refuseRootEntries } from './approvals.ts'
import { openGitHub, refusePublic, repositoryFacts, whyNotRecorded, whyOutdated } from './github.ts'
import { type Inputs, updateKinds } from './inputs.ts'
import type { Outcome, Run } from './outcome.ts'
import { type Outputs, verdictOutputs } from './outputs.ts'
import { toolInfo } from './tool.ts'
import { workspacePath, writeAtomically } from './workspace.ts'

export interface Audited {
  readonly approvals: Approvals
  readonly snapshot: Snapshot
  readonly verdict: Verdict
  readonly remarks: readonly string[]
}

/** Reads files and account and decides; shared with the modes that need the same verdict. @throws UserError */
export async function auditAccount(run: Run, approvals: Approvals): Promise<Audited> {
  const { inputs, context, environment } = run
  const { config, baseline } = approvals
  const expected = [
    ...(config.account === null ? [] : [{ account: config.account, where: inputs.config }]),
    ...(baseline === null ? [] : [{ account: baseline.baseline.account, where: inputs.baseline }]),
  ]
  const remarks: string[] = []
  let snapshot: Snapshot
  if (inputs.snapshot === '') {
    const adminGroup = baseline?.baseline.admin_group ?? null
    snapshot = await crawlAccount(inputs, context, environment, config, adminGroup, expected)
  } else {
    const loaded = await loadSnapshot(inputs.snapshot)
    refuseOtherAccount(loaded.snapshot.account_id, expected)
    if (loaded.warning !== null) {
      warning(loaded.warning)
      remarks.push(loaded.warning)
    }
    snapshot = loaded.snapshot
  }
  const verdict = audit({ snapshot, config, baseline, today: today(), sha256 })
  return { approvals, snapshot, verdict, remarks }
}

/** Runs the audit. @throws UserError */
export async function auditMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  const approvals = await readApprovals(context.workspace, inputs)
  const github = openGitHub(inputs, context)
  const facts = await repositoryFacts(github)
  refusePublic(facts, inputs)
  const { snapshot, verdict, remarks } = await auditAccount(run, approvals)
  refuseRootEntries(approvals, inputs.baseline, snapshot.users)
  for (const line of renderLog(verdict)) info(line)

  const proposal = proposedText(verdict, snapshot, approvals)
  const places = placesOf(approvals, inputs, context.workspace)
  const files = await writeFiles(run, approvals, snapshot, verdict, proposal, places)
  const reason =
    whyNotRecorded(facts, context, inputs.snapshot === '') ?? (await whyOutdated(github, facts, context))
  const recorded = await record(run, approvals, verdict, github, reason)
  const exit = exitOf(verdict, inputs)
  return {
    outputs: { ...verdictOutputs(verdict), ...files.outputs, ...recorded.outputs },
    summary: renderSummary(verdict, {
      baselinePath: inputs.baseline,
      proposal: approvals.baseline === null ? proposal : null,
      remarks: [...remarks, ...files.failures, ...recorded.remarks],
    }),
    annotations: auditAnnotations(verdict, places),
    failure:
      [exit.reason && visible(exit.reason), ...files.failures, recorded.failure]
        .filter((part) => part !== null)
        .join(' ') || null,
  }
}

/** What `update-baseline` with its defaults would write; null when the audit is incomplete. */
function proposedText(verdict: Verdict, snapshot: Snapshot, { config, baseline }: Approvals): string | null {
  if (!verdict.complete) return null
  const next = proposeBaseline({
    ...{ verdict, users: snapshot.users, config, baseline: baseline?.baseline ?? null },
    ...{ update: new Set(updateKinds), only: [], fields: { justification: '', owner: '', expires: '' } },
  })
  return baseline === null ? writeBaseline(next) : rewriteBaseline(baseline, next)
}

/** Writes report, proposal, SARIF and snapshot. What cannot be written fails the job beside the verdict, not instead of it. */
async function writeFiles(
  { inputs, context }: Run,
  approvals: Approvals,
  snapshot: Snapshot,
  verdict: Verdict,
  proposal: string | null,
  places: Places,
): Promise<{ readonly outputs: Outputs; readonly failures: readonly string[] }> {
  const report = buildReport(verdict, {
    kind: 'audit',
    generatedAt: new Date().toISOString(),
    tool: toolInfo(),
    run: context.run,
    inputs: {
      config_sha256: sha256(approvals.configText),
      baseline_sha256: approvals.baseline === null ? null : sha256(approvals.baseline.text),
    },
  })
  const failures: string[] = []
  const attempt = async (path: string, write: () => Promise<void>): Promise<string> => {
    try {
      await write()
      return path
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      failures.push(error.message)
      return ''
    }
  }
  const write = (path: string, text: string) => attempt(path, () => writeAtomically(path, text))
  await attempt('', () => saveSnapshot(inputs, snapshot))
  const folder = context.outputFolder
  const sarif = () => renderSarif(verdict, places, toolInfo().version)
  const outputs = {
    report: await write(`${folder}/report.json`, `${JSON.stringify(report, null, 2)}\n`),
    'proposed-baseline': proposal === null ? '' : await write(`${folder}/proposed-baseline.json`, proposal),
    sarif: inputs.sarif === '' ? '' : await write(resolve(context.workspace, inputs.sarif), sarif()),
  }
  return { outputs, failures }
}

interface Recorded {
  readonly outputs: Outputs
  readonly remarks: readonly string[]
  readonly failure: string | null
}

/** Keeps the issue, or says why not. What cannot be written fails the job beside the drift, not instead of it. */
async function record(
  { inputs, context }: Run,
  { config }: Approvals,
  verdict: Verdict,
  github: GitHubClient | null,
  elsewhere: string | null,
): Promise<Recorded> {
  const none = (action: 'none' | 'skipped', remarks: readonly string[] = []): Recorded => ({
    outputs: { 'issue-action': action },
    remarks,
    failure: null,
  })
  if (!config.issue.enabled) return none('none')
  const skip = inputs.dryRun ? 'This is a dry run, so no issue is written.' : elsewhere
  // Without a baseline there is nothing to compare with, and so nothing to say in an issue.
  if (!verdict.has_baseline) return skip === null ? none('none') : none('skipped', [skip])
  const desired = desiredIssue(verdict, {
    config,
    runUrl: context.run.url,
    key: { account: verdict.account.id, baseline: workspacePath(context.workspace, inputs.baseline) },
  })
  if (skip !== null) {
    info(logLine(skip))
    printIssue(desired)
    return none('skipped', [skip])
  }
  try {
    if (github === null) throw new UserError('There is no github-token.')
    const outcome = await syncIssue(createIssueStore(github), desired)
    for (const notice of outcome.notices) info(logLine(notice))
    return {
      outputs: {
        'issue-action': outcome.action,
        'issue-number': outcome.number === null ? '' : String(outcome.number),
        'issue-url': outcome.url ?? '',
      },
      remarks: outcome.notices,
      failure: null,
    }
  } catch (error) {
    const failure = `The issue could not be written: ${error instanceof Error ? error.message : String(error)}`
    return { outputs: { 'issue-action': 'none' }, remarks: [failure], failure }
  }
}

/** What would be written to an issue; without a row there would be none. */
function printIssue({ on, rows, title, render }: DesiredIssue): void {
  if (on.every((section) => rows[section].length === 0)) {
    info('There is nothing that an issue would say.')
    return
  }
  const { head, drift, rest } = render({ standing: null, budget: 60_000 })
  info(logLine(`The issue would be: ${title}`))
  for (const line of `${head}\n${drift}\n${rest}`.split('\n')) info(`  ${logLine(line)}`)
}

/** Where the parts of the verdict stand in the files, whose paths GitHub knows from the root of the workspace. */
function placesOf({ config, baseline }: Approvals, inputs: Inputs, workspace: string): Places {
  return {
    config: workspacePath(workspace, inputs.config),
    baseline: workspacePath(workspace, inputs.baseline),
    entryLines: baseline?.lines ?? [],
    permissionLines: new Map(config.permissions.map((permission) => [permission.name, permission.line])),
  }
}

/** Hex digest of the UTF-8 bytes of a text. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** The present UTC day. */
export function today(): string {
  return new Date().toISOString().slice(0, 10)
}
