/** `mode: check`: everything an audit would use, tried once. Writes nothing but log, summary and report. */
import { info } from '@actions/core'
import { z } from 'zod'
import { checkCloud } from '../cloud/check.ts'
import { AuthenticationError } from '../cloud/cloud-error.ts'
import { oidcClaims } from '../cloud/credentials.ts'
import { systemClock } from '../cloud/pace.ts'
import { readConfig } from '../config/read-config.ts'
import type { GitHubClient } from '../github/client.ts'
import { GitHubError } from '../github/github-error.ts'
import { createIssueStore } from '../github/issue-store.ts'
import { createRepositoryReader } from '../github/repository.ts'
import { createReviewReader } from '../github/review.ts'
import { UserError } from '../problem.ts'
import {
  type CheckResult,
  checkProblems,
  type GitHubRow,
  missingOptional,
  renderCheck,
} from '../render/check.ts'
import { logLine } from '../render/escape.ts'
import { buildCheckReport } from '../report/report.ts'
import { openCloud, workflowToken } from './account.ts'
import { auditorRights } from './auditor-rights.ts'
import { openGitHub } from './github.ts'
import type { Outcome, Run } from './outcome.ts'
import { toolInfo } from './tool.ts'
import { writeAtomically } from './workspace.ts'

/** Tries everything. @throws UserError for inputs that make no sense */
export async function checkMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  const started = systemClock.now()
  const token = await workflowClaims(run)
  const { traffic, ...asked } = await askCloud(run)
  const result: CheckResult = {
    ...token,
    ...asked,
    github: await checkGitHub(run),
    providerUrn: inputs.oidcProviderUrn,
  }
  for (const line of logLines(result)) info(logLine(line))
  const problems = checkProblems(result)
  const passed = problems.length === 0 ? 'passed' : 'failed'
  const account = asked.cloud?.account ?? null
  const known = {
    account: account === null ? null : { id: account, name: '' },
    auditor: asked.cloud?.auditor ?? null,
    stats: { ...traffic, duration_ms: systemClock.now() - started },
  }
  const report = buildCheckReport(passed, [...problems, ...missingOptional(result)], known, {
    ...{ kind: 'check', generatedAt: new Date().toISOString(), tool: toolInfo(), run: context.run },
    inputs: { config_sha256: null, baseline_sha256: null },
  })
  const path = `${context.outputFolder}/report.json`
  await writeAtomically(path, `${JSON.stringify(report, null, 2)}\n`)
  return {
    outputs: {
      ...{ result: passed, complete: String(passed === 'passed') },
      ...{ report: path, 'account-id': account ?? '' },
    },
    summary: `${renderCheck(result)}\n`,
    annotations: [],
    failure:
      passed === 'passed'
        ? null
        : (asked.cloudProblem ?? 'Something that the audit needs is missing; the summary names it.'),
  }
}

type AskedCloud = Pick<CheckResult, 'cloud' | 'cloudProblem' | 'clockOffset' | 'rights'> & {
  readonly traffic: { readonly requests: number; readonly retries: number }
}

/** Asks the cloud everything. Whatever stops it, what was learned until then is kept. */
async function askCloud({ inputs, context, environment }: Run): Promise<AskedCloud> {
  let asked: AskedCloud = {
    ...{ cloud: null, cloudProblem: null, clockOffset: null, rights: null },
    traffic: { requests: 0, retries: 0 },
  }
  try {
    const { api } = openCloud(inputs, context, environment)
    const learn = (more: Partial<AskedCloud>): void => {
      const { requests, retries } = api.http.stats
      asked = { ...asked, clockOffset: api.http.clockOffset, traffic: { requests, retries }, ...more }
    }
    try {
      const cloud = await checkCloud(api)
      learn({ cloud })
      learn({ rights: await auditorRights(api, cloud) })
    } finally {
      learn({})
    }
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof AuthenticationError)) throw error
    asked = { ...asked, cloudProblem: error.message }
  }
  return asked
}

function logLines({ cloud, cloudProblem, claimsProblem, github }: CheckResult): string[] {
  return [
    ...(cloud?.rows ?? []).map((row) =>
      `${row.status.padEnd(9)} ${row.call} ${row.action ?? ''} ${row.detail}`.trimEnd(),
    ),
    ...new Set([cloudProblem, claimsProblem].filter((line) => line !== null)),
    ...github.map((row) => `${row.status.padEnd(9)} GitHub: ${row.what} ${row.detail}`.trimEnd()),
  ]
}

/** Claims of the workflow's token, where one can be had. It is asked for and not kept. */
async function workflowClaims({
  inputs,
  environment,
}: Run): Promise<Pick<CheckResult, 'claims' | 'claimsProblem'>> {
  if (!environment.ACTIONS_ID_TOKEN_REQUEST_URL) return { claims: null, claimsProblem: null }
  try {
    return { claims: oidcClaims(await workflowToken(inputs.oidcAudience)), claimsProblem: null }
  } catch (error) {
    // With static keys an audit needs no token; without them the exchange says so itself.
    if (!(error instanceof UserError)) throw error
    return { claims: null, claimsProblem: error.message }
  }
}

/** Reads are tried; writes are told from the documentation, because trying them would write. */
async function checkGitHub(run: Run): Promise<GitHubRow[]> {
  const client = openGitHub(run.inputs, run.context)
  if (client === null) return [{ what: 'github-token', status: 'failed', detail: 'there is none' }]
  const reader = createRepositoryReader(client)
  const facts = await reader.facts()
  let config: CommittedConfig = { keepsIssue: true, note: '' }
  const contents = await attempt('contents: read', async () => {
    config = committedConfig(await reader.fileAt(run.inputs.config, run.context.run.sha), run.inputs.config)
    return config.note
  })
  return [
    {
      what: 'visibility and default branch',
      status: facts.problem === null ? 'ok' : 'failed',
      detail: facts.problem ?? `${facts.visibility}, ${facts.defaultBranch}`,
    },
    contents,
    ...(config.keepsIssue ? await issueRows(client) : [noIssue]),
    ...(await gateRows(client)),
  ]
}

/** Tries a read that the audit needs. */
async function attempt(what: string, read: () => Promise<string>): Promise<GitHubRow> {
  try {
    return { what, status: 'ok', detail: await read() }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { what, status: 'failed', detail: error.message }
  }
}

interface CommittedConfig {
  /** Whether the audit will want an issue; what cannot be read yet changes nothing about that. */
  readonly keepsIssue: boolean
  /** What to say beside the file having been read; empty: nothing. */
  readonly note: string
}

function committedConfig(text: string | null, path: string): CommittedConfig {
  if (text === null) return { keepsIssue: true, note: `${path} is not in this commit` }
  try {
    return { keepsIssue: readConfig(text, path).issue.enabled, note: '' }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const [first = ''] = error.message.split('\n')
    return { keepsIssue: true, note: `the audit will refuse the config: ${first}` }
  }
}

const noIssue: GitHubRow = { what: 'issues', status: 'ok', detail: 'switched off in the config' }

async function issueRows(client: GitHubClient): Promise<GitHubRow[]> {
  const store = createIssueStore(client)
  return [
    await attempt('issues: read', async () => {
      for await (const _ of store.issuesBy(await store.identity())) break
      return ''
    }),
    {
      what: 'issues: write',
      status: 'documented',
      detail: 'needed to keep the issue; give the job permissions: issues: write',
    },
  ]
}

/** What the gate uses. It runs in a workflow with permissions of its own, so nothing here fails the check. */
async function gateRows(client: GitHubClient): Promise<GitHubRow[]> {
  const attemptForGate = async (what: string, read: () => Promise<unknown>): Promise<GitHubRow> => {
    const row = await attempt(what, async () => {
      await read()
      return ''
    })
    const detail = 'only the gate reads it; its workflow has permissions of its own'
    return row.status === 'ok' ? row : { what, status: 'lacking', detail }
  }
  return [
    await attemptForGate('pull-requests: read', () =>
      createReviewReader(client)
        .pullRequest(1)
        .catch((error: unknown) => {
          // Who may not look is refused also what is not there.
          if (!(error instanceof GitHubError) || error.status !== 404) throw error
        }),
    ),
    { what: 'pull-requests: write', status: 'documented', detail: 'needed by the gate for its comment' },
    await attemptForGate('actions: read', () =>
      client.request('GET /repos/{owner}/{repo}/actions/runs', { per_page: 1 }, z.unknown(), {
        purpose: { what: 'list the runs', which: client.repository, needs: 'actions: read' },
      }),
    ),
    {
      what: 'actions: write',
      status: 'documented',
      detail: 'lets the gate start its red check again when a review has arrived',
    },
    {
      what: 'contents: write',
      status: 'documented',
      detail: 'needed by the workflow that proposes a baseline in a pull request',
    },
  ]
}
