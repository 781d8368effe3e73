/** `mode: audit`: crawl, compare, report, keep the issue, and say how the job ends. */
import { resolve } from 'node:path'
import { exitOf } from '../audit/exit.ts'
import type { Verdict } from '../audit/model.ts'
import type { GitHubClient } from '../github/client.ts'
import type { DesiredIssue } from '../github/desired-issue.ts'
import { syncIssue } from '../github/issue.ts'
import { createIssueStore } from '../github/issue-store.ts'
import { auditAnnotations, type Places } from '../render/annotations.ts'
import { logLine, visible } from '../render/escape.ts'
import type { EvidenceContext } from '../render/evidence/context.ts'
import { renderHoldersCsv } from '../render/evidence/csv.ts'
import { renderEvidence } from '../render/evidence/page.ts'
import { desiredIssue } from '../render/issue.ts'
import type { Links } from '../render/links.ts'
import { renderLog } from '../render/log.ts'
import { renderSarif } from '../render/sarif.ts'
import { renderSummary } from '../render/summary.ts'
import { buildReport } from '../report/report.ts'
import { saveSnapshot } from '../run/account.ts'
import { type Approvals, readApprovals, refuseRootEntries } from '../run/approvals.ts'
import { type Audited, auditAccount } from '../run/audit-account.ts'
import { holderActivity } from '../run/holder-activity.ts'
import { placesOf } from '../run/places.ts'
import { proposedText } from '../run/proposal.ts'
import { reportContext } from '../run/report-context.ts'
import { scrubAll } from '../run/secrets.ts'
import { toolInfo } from '../run/tool.ts'
import { workspacePath, writeAtomically } from '../run/workspace.ts'
import { UserError } from '../text/problem.ts'
import { readBaselineHistory } from './baseline-history.ts'
import { approvalOrigins, updateWorkflow } from './evidence.ts'
import { openGitHub, refusePublic, repositoryFacts, whyNotRecorded, whyOutdated } from './github.ts'
import { info } from './log.ts'
import type { Outcome, Run } from './outcome.ts'
import { type Outputs, verdictOutputs } from './outputs.ts'
import { resolverFor } from './resolutions.ts'

/** Runs the audit. @throws UserError */
export async function auditMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  const approvals = await readApprovals(context.workspace, inputs)
  const github = openGitHub(inputs, context)
  const facts = await repositoryFacts(github)
  refusePublic(facts, inputs)
  const baselinePath = workspacePath(context.workspace, inputs.baseline)
  const audited = await auditAccount(run, approvals, (from) =>
    readBaselineHistory(github, facts.defaultBranch, baselinePath, from),
  )
  const { snapshot, verdict, remarks } = audited
  refuseRootEntries(approvals, inputs.baseline, snapshot.users)
  for (const line of renderLog(verdict)) info(line)

  const proposal = proposedText(audited)
  const places = placesOf(approvals, inputs, context.workspace)
  const files = await writeFiles(run, audited, proposal, places, github)
  const reason =
    whyNotRecorded(facts, context, inputs.snapshot === '') ?? (await whyOutdated(github, facts, context))
  const workflow = (await updateWorkflow(context)) ?? null
  const recorded = await record(run, approvals, verdict, github, reason, workflow)
  const number = Number(recorded.outputs['issue-number'] || 0)
  const issue = number > 0 ? { number, url: recorded.outputs['issue-url'] ?? '' } : null
  const exit = exitOf(verdict, inputs)
  return {
    outputs: { ...verdictOutputs(verdict), ...files.outputs, ...recorded.outputs },
    summary: renderSummary(verdict, {
      baselinePath: inputs.baseline,
      proposal: approvals.baseline === null ? proposal : null,
      remarks: [...remarks, ...files.failures, ...recorded.remarks],
      links: { updateWorkflow: workflow, issue },
    }),
    annotations: auditAnnotations(verdict, places),
    failure:
      [
        exit.reason && `${visible(exit.reason)}${whatNext(verdict, issue?.url)}`,
        ...files.failures,
        recorded.failure,
      ]
        .filter((part) => part !== null)
        .join(' ') || null,
  }
}

/** Where whoever reads the red line of the job goes on; empty where there is nothing to do. */
function whatNext(
  { has_baseline, drift, was_held, complete }: Verdict,
  issueUrl: string | undefined,
): string {
  if (!has_baseline) return ' The summary has the proposed one, and how to commit it.'
  const place = issueUrl ? `The summary and ${issueUrl} say` : 'The summary says'
  if (drift.length + was_held.length > 0) return ` ${place} by which change, and how to revoke or approve it.`
  return complete ? '' : ` ${place} what, and the remedy of each.`
}

/** Writes report, proposal, SARIF and snapshot. What cannot be written fails the job beside the verdict, not instead of it. */
async function writeFiles(
  { inputs, context }: Run,
  { approvals, snapshot, verdict, api }: Audited,
  proposal: string | null,
  places: Places,
  github: GitHubClient | null,
): Promise<{ readonly outputs: Outputs; readonly failures: readonly string[] }> {
  const about = reportContext('audit', approvals, context.run)
  const report = buildReport(verdict, about)
  const baseline = { path: places.baseline, commit: context.run.sha }
  const evidence: EvidenceContext = {
    ...about,
    ...{ configPath: places.config, baselinePath: places.baseline },
    ...(await approvalOrigins(verdict, github, baseline)),
    activity: await holderActivity(verdict, approvals.config, api),
  }
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
    evidence: await write(`${folder}/evidence.html`, renderEvidence(verdict, evidence)),
    'holders-csv': await write(`${folder}/holders.csv`, renderHoldersCsv(verdict, evidence)),
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
  workflow: Links['updateWorkflow'],
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
  // Scrubbed before it is rendered: what stands in the issue is compared with it.
  const desired = desiredIssue(scrubAll(verdict), {
    config,
    runUrl: context.run.url,
    key: { account: verdict.account.id, baseline: workspacePath(context.workspace, inputs.baseline) },
    links: { updateWorkflow: workflow ?? null },
  })
  if (skip !== null) {
    info(logLine(skip))
    printIssue(desired)
    return none('skipped', [skip])
  }
  try {
    if (github === null) throw new UserError('There is no github-token.')
    const baseline = { path: desired.key.baseline, commit: context.run.sha }
    const resolver = resolverFor(verdict, github, baseline)
    const outcome = await syncIssue(createIssueStore(github), desired, resolver)
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
function printIssue({ on, rows, complete, title, stamp, render }: DesiredIssue): void {
  if (on.every((section) => rows[section].length === 0)) {
    info('There is nothing that an issue would say.')
    return
  }
  const { head, drift, rest } = render({ standing: null, budget: 60_000, stamp })
  const named = on.includes('drift') ? rows.drift.map((row) => row.principal) : []
  const state = { open: true, principals: new Set(named).size, incomplete: !complete }
  info(logLine(`The issue would be: ${title(state)}`))
  for (const line of `${head}\n${drift}\n${rest}`.split('\n')) info(`  ${logLine(line)}`)
}
