/** `mode: check`: everything an audit would use, tried once. Writes nothing but log, summary and report. */
import { info } from '@actions/core'
import { type CloudCheck, checkCloud } from '../cloud/check.ts'
import { AuthenticationError } from '../cloud/cloud-error.ts'
import { oidcClaims } from '../cloud/credentials.ts'
import { systemClock } from '../cloud/http-client.ts'
import { createIssueStore } from '../github/issue-store.ts'
import { createRepositoryReader } from '../github/repository.ts'
import { UserError } from '../problem.ts'
import { type CheckResult, checkPassed, type GitHubRow, renderCheck } from '../render/check.ts'
import { logLine } from '../render/escape.ts'
import { buildCheckReport } from '../report/report.ts'
import { openCloud, workflowToken } from './account.ts'
import { auditorWrites } from './auditor-rights.ts'
import { openGitHub } from './github.ts'
import type { Outcome, Run } from './outcome.ts'
import { toolInfo } from './tool.ts'
import { writeAtomically } from './workspace.ts'

/** Tries everything. @throws UserError for inputs that make no sense */
export async function checkMode(run: Run): Promise<Outcome> {
  const { inputs, context, environment } = run
  const started = systemClock.now()
  const claims = await tokenClaims(run)
  let cloud: CloudCheck | null = null
  let cloudProblem: string | null = null
  let writes: readonly string[] | null = null
  let clockOffset: number | null = null
  let traffic = { requests: 0, retries: 0 }
  try {
    const { api } = openCloud(inputs, context, environment)
    cloud = await checkCloud(api)
    clockOffset = api.http.clockOffset
    writes = await auditorWrites(api, cloud)
    const { requests, retries } = api.http.stats
    traffic = { requests, retries }
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof AuthenticationError)) throw error
    cloudProblem = error.message
  }
  const result: CheckResult = {
    ...{ cloud, cloudProblem, clockOffset, claims, writes },
    github: await checkGitHub(run),
    providerUrn: inputs.oidcProviderUrn,
  }
  for (const row of cloud?.rows ?? [])
    info(logLine(`${row.status.padEnd(9)} ${row.call} ${row.action ?? ''} ${row.detail}`.trimEnd()))
  if (cloudProblem !== null) info(logLine(cloudProblem))
  for (const row of result.github)
    info(logLine(`${row.status.padEnd(9)} GitHub: ${row.what} ${row.detail}`.trimEnd()))
  const passed = checkPassed(result) ? 'passed' : 'failed'
  const asked = {
    account: cloud?.account ? { id: cloud.account, name: '' } : null,
    auditor: cloud?.auditor ?? null,
    stats: { ...traffic, duration_ms: systemClock.now() - started },
  }
  const report = buildCheckReport(passed, problemsOf(result), asked, {
    ...{ kind: 'check', generatedAt: new Date().toISOString(), tool: toolInfo(), run: context.run },
    inputs: { config_sha256: null, baseline_sha256: null },
  })
  const path = `${context.outputFolder}/report.json`
  await writeAtomically(path, `${JSON.stringify(report, null, 2)}\n`)
  return {
    outputs: { result: passed, report: path, 'account-id': cloud?.account ?? '' },
    summary: `${renderCheck(result)}\n`,
    annotations: [],
    failure:
      passed === 'passed'
        ? null
        : (cloudProblem ?? 'Something that the audit needs is missing; the summary names it.'),
  }
}

/** What is missing, a sentence each, as the report lists it. */
function problemsOf({ cloud, cloudProblem, github }: CheckResult): string[] {
  const refused = (cloud?.rows ?? []).filter((row) => row.status === 'forbidden' || row.status === 'failed')
  return [
    ...(cloudProblem === null ? [] : [cloudProblem]),
    ...refused.map(
      (row) =>
        `${row.call}: ${row.detail}${row.action === null ? '' : ` It takes the IAM action ${row.action}.`}`,
    ),
    ...github.filter((row) => row.status === 'failed').map((row) => `GitHub, ${row.what}: ${row.detail}`),
  ]
}

/** Claims of the workflow's token, where one can be had. It is asked for and not kept. */
async function tokenClaims({ inputs, environment }: Run): Promise<CheckResult['claims']> {
  if (!environment.ACTIONS_ID_TOKEN_REQUEST_URL) return null
  return oidcClaims(await workflowToken(inputs.oidcAudience))
}

/** Reads are tried; writes are told from the documentation, because trying them would write. */
async function checkGitHub({ inputs, context }: Run): Promise<GitHubRow[]> {
  const client = openGitHub(inputs, context)
  if (client === null) return [{ what: 'github-token', status: 'failed', detail: 'there is none' }]
  const attempt = async (what: string, read: () => Promise<unknown>): Promise<GitHubRow> => {
    try {
      await read()
      return { what, status: 'ok', detail: '' }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return { what, status: 'failed', detail: error.message }
    }
  }
  const store = createIssueStore(client)
  const reader = createRepositoryReader(client)
  const facts = await reader.facts()
  return [
    {
      what: 'visibility and default branch',
      status: facts.problem === null ? 'ok' : 'failed',
      detail: facts.problem ?? `${facts.visibility}, ${facts.defaultBranch}`,
    },
    await attempt('contents: read', () => reader.fileAt(inputs.config, context.run.sha)),
    await attempt('issues: read', async () => {
      for await (const _ of store.issuesBy(await store.identity())) break
    }),
    {
      what: 'issues: write',
      status: 'documented',
      detail: 'needed to keep the issue; give the job permissions: issues: write',
    },
    {
      what: 'pull-requests: write',
      status: 'documented',
      detail: 'needed by the gate for reviews and its comment',
    },
    {
      what: 'actions: write',
      status: 'documented',
      detail: 'lets the gate start its red check again when a review has arrived',
    },
  ]
}
