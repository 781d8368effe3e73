/** `mode: check`: everything an audit would use, tried once. Writes nothing but log, summary and report. */
import { info } from '@actions/core'
import { findHoldings } from '../audit/holdings.ts'
import { type CloudCheck, checkCloud } from '../cloud/check.ts'
import { AuthenticationError } from '../cloud/cloud-error.ts'
import { crawl } from '../cloud/crawl.ts'
import { oidcClaims } from '../cloud/credentials.ts'
import { systemClock } from '../cloud/http-client.ts'
import type { IamApi } from '../cloud/iam-api.ts'
import { createIssueStore } from '../github/issue-store.ts'
import { createRepositoryReader } from '../github/repository.ts'
import { createEvaluator, parseDocument, presetPermission, shippedCatalogue } from '../policy/index.ts'
import { UserError } from '../problem.ts'
import { type CheckResult, checkPassed, type GitHubRow, renderCheck } from '../render/check.ts'
import { logLine } from '../render/escape.ts'
import { openCloud, workflowToken } from './account.ts'
import { sha256, today } from './audit-mode.ts'
import { openGitHub } from './github.ts'
import type { Outcome, Run } from './outcome.ts'

/** Tries everything. @throws UserError for inputs that make no sense */
export async function checkMode(run: Run): Promise<Outcome> {
  const { inputs, context, environment } = run
  const claims = await tokenClaims(run)
  let cloud: CloudCheck | null = null
  let cloudProblem: string | null = null
  let writes: readonly string[] | null = null
  let clockOffset: number | null = null
  try {
    const { api } = openCloud(inputs, context, environment)
    cloud = await checkCloud(api)
    clockOffset = api.http.clockOffset
    writes = await auditorWrites(api, cloud)
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
  const passed = checkPassed(result)
  return {
    outputs: { result: passed ? 'passed' : 'failed', 'account-id': cloud?.account ?? '' },
    summary: `${renderCheck(result)}\n`,
    annotations: [],
    failure: passed
      ? null
      : (cloudProblem ?? 'Something that the audit needs is missing; the summary names it.'),
  }
}

/** Claims of the workflow's token, where one can be had. It is asked for and not kept. */
async function tokenClaims({ inputs, environment }: Run): Promise<CheckResult['claims']> {
  if (!environment.ACTIONS_ID_TOKEN_REQUEST_URL) return null
  return oidcClaims(await workflowToken(inputs.oidcAudience))
}

/** Writes of IAM that the auditor holds as a user; null for an agency, or where it could not be read. */
async function auditorWrites(api: IamApi, cloud: CloudCheck): Promise<readonly string[] | null> {
  const administration = presetPermission('iam-administration@1')
  const { auditor } = cloud
  if (auditor === null || administration === null || !auditor.urn.startsWith('iam::')) return null
  const snapshot = await crawl({
    api,
    services: [],
    adminGroupId: null,
    clock: systemClock,
    progress: () => {},
    relevance: () => (document) =>
      createEvaluator({
        documents: new Map([['document', parseDocument(document)]]),
        permissions: [administration],
      }).relevance('document'),
  })
  if (snapshot.gaps.length > 0) return null
  const found = findHoldings({
    ...{ snapshot, permissions: [administration], baseline: null, today: today(), sha256 },
    catalogue: shippedCatalogue(),
  })
  if (found.root_user?.user_id === auditor.id) return ['everything, as the root user']
  const own = found.holdings.filter((holding) => holding.user_id === auditor.id)
  return own.flatMap((holding) =>
    holding.actions.length > 0 ? holding.actions : holding.grants.flatMap((grant) => grant.actions),
  )
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
  const facts = await createRepositoryReader(client).facts()
  return [
    {
      what: 'visibility and default branch',
      status: facts.problem === null ? 'ok' : 'failed',
      detail: facts.problem ?? `${facts.visibility}, ${facts.defaultBranch}`,
    },
    await attempt('issues: read', async () => {
      for await (const _ of store.issuesBy(await store.identity())) break
    }),
    {
      what: 'issues: write',
      status: 'documented',
      detail: 'needed to keep the issue; give the job permissions: issues: write',
    },
    { what: 'pull-requests: write', status: 'documented', detail: 'needed by the gate for its comment' },
  ]
}
