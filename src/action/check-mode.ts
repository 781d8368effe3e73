/** `mode: check`: everything an audit would use, tried once. Writes nothing but log, summary and report. */
import { z } from 'zod'
import { configNotices } from '../audit/config-notices.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import { systemClock } from '../cloud/http/pace.ts'
import { oidcClaims } from '../cloud/keys/credentials.ts'
import { readConfig } from '../config/read-config.ts'
import type { GitHubClient } from '../github/client.ts'
import { GitHubError } from '../github/github-error.ts'
import { createIssueStore } from '../github/issue-store.ts'
import { createRepositoryReader } from '../github/repository.ts'
import { createReviewReader } from '../github/review.ts'
import { shippedCatalogue } from '../policy/index.ts'
import {
  type CheckResult,
  checkProblems,
  type GitHubRow,
  missingOptional,
  renderCheck,
} from '../render/check.ts'
import { logLine } from '../render/escape.ts'
import { buildCheckReport } from '../report/report.ts'
import { askCloud, checkLines } from '../run/ask-cloud.ts'
import type { CheckedFiles } from '../run/check-account.ts'
import { contextOfTexts } from '../run/report-context.ts'
import { readWorkspaceFile, writeAtomically } from '../run/workspace.ts'
import { UserError } from '../text/problem.ts'
import { openGitHub } from './github.ts'
import { info } from './log.ts'
import type { Outcome, Run } from './outcome.ts'
import { workflowToken } from './workflow-token.ts'

/** Tries everything. @throws UserError for inputs that make no sense */
export async function checkMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  const started = systemClock.now()
  const token = await workflowClaims(run)
  const files = await checkedFiles(run)
  const { traffic, ...asked } = await askCloud(run, files)
  const result: CheckResult = {
    ...token,
    ...asked,
    github: await checkGitHub(run),
    providerUrn: inputs.oidcProviderUrn,
    notices: files.config === null ? [] : configNotices(files.config, inputs.config, shippedCatalogue(), []),
  }
  for (const line of checkLines(result)) info(logLine(line))
  const problems = checkProblems(result)
  const passed = problems.length === 0 ? 'passed' : 'failed'
  const account = asked.cloud?.account ?? null
  const known = {
    account: account === null ? null : { id: account, name: '' },
    auditor: asked.cloud?.auditor ?? null,
    stats: { ...traffic, duration_ms: systemClock.now() - started },
  }
  const report = buildCheckReport(
    ...([passed, [...problems, ...missingOptional(result)], known] as const),
    contextOfTexts('check', { config: null, baseline: null }, context.run),
  )
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

/** Config and baseline of the checkout, or of the commit where nothing is checked out. What is wrong with them is said elsewhere. */
async function checkedFiles({ inputs, context }: Run): Promise<CheckedFiles> {
  const github = openGitHub(inputs, context)
  const textOf = async (path: string, input: string): Promise<string | null> => {
    const text = await readWorkspaceFile(context.workspace, path, input)
    if (text !== null || github === null || context.run.sha === '') return text
    return createRepositoryReader(github).fileAt(path, context.run.sha)
  }
  const unlessWrong = async <T>(read: () => Promise<T | null>): Promise<T | null> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return null
    }
  }
  const config = await unlessWrong(async () => {
    const text = await textOf(inputs.config, 'config')
    return text === null ? null : readConfig(text, inputs.config)
  })
  const baseline = await unlessWrong(async () => {
    const text = await textOf(inputs.baseline, 'baseline')
    return text === null ? null : readBaseline(text, inputs.baseline)
  })
  return { config, baseline, configPath: inputs.config }
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
  const isRefused = facts.visibility === 'public' && !run.inputs.allowPublic
  let config: CommittedConfig = { keepsIssue: true, note: '' }
  const contents = await attempt('contents: read', async () => {
    config = committedConfig(await reader.fileAt(run.inputs.config, run.context.run.sha), run.inputs.config)
    return config.note
  })
  return [
    {
      what: 'visibility and default branch',
      status: facts.problem === null && !isRefused ? 'ok' : 'failed',
      detail:
        facts.problem ??
        `${facts.visibility}, ${facts.defaultBranch}${isRefused ? '; an audit refuses to run in a public repository unless allow-public is true' : ''}`,
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
