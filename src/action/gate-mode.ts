/** `mode: gate`: judges what a pull request changes in config and baseline. Needs no keys; verifies with them. */
import { realpath } from 'node:fs/promises'
import { info } from '@actions/core'
import { exitOf } from '../audit/exit.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import { readConfig } from '../config/read-config.ts'
import { judge, withReview, withVerification } from '../gate/judge.ts'
import type { GateVerdict, ReviewDecision } from '../gate/model.ts'
import {
  approvalCandidates,
  type PermissionAnswer,
  reviewDecision,
  unreadableReviews,
} from '../gate/review-decision.ts'
import { verifyAgainstAccount } from '../gate/verify.ts'
import type { GitHubClient } from '../github/client.ts'
import { createIssueStore } from '../github/issue-store.ts'
import { createRepositoryReader } from '../github/repository.ts'
import { createReviewReader, rerunFailedGate } from '../github/review.ts'
import { stickyBudget, syncStickyComment } from '../github/sticky-comment.ts'
import { UserError } from '../problem.ts'
import { gateAnnotations, gateSentence, renderGate } from '../render/comment.ts'
import { logLine } from '../render/escape.ts'
import { SUMMARY_BUDGET } from '../render/summary.ts'
import { buildGateReport } from '../report/report.ts'
import { hasCredentials, saveSnapshot } from './account.ts'
import { auditAccount, sha256, today } from './audit-mode.ts'
import { type GateSides, readSides } from './gate-sides.ts'
import { openGitHub, refusePublic, repositoryFacts } from './github.ts'
import { driftKinds } from './inputs.ts'
import type { Outcome, Run } from './outcome.ts'
import { toolInfo } from './tool.ts'
import { isInside, writeAtomically } from './workspace.ts'

/** Judges. @throws UserError when base or head cannot be read: what cannot be compared does not pass */
export async function gateMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  const github = openGitHub(inputs, context)
  refusePublic(await repositoryFacts(github), inputs)
  if (github === null)
    throw new UserError(
      'The gate reads the base through the GitHub API and has no github-token. Pass one with contents: read.',
    )
  const sides = await readSides(inputs, context, createRepositoryReader(github))
  let verdict = judge({
    ...{ base: sides.base, head: sides.head, today: today() },
    paths: sides.paths,
    event: context.mergeGroup === null ? 'pull_request' : 'merge_group',
  })
  verdict = { ...verdict, notices: [...sides.notices, ...verdict.notices] }
  if (verdict.review_needed) verdict = withReview(verdict, await readReviews(run, github, sides))
  if (verdict.touched) verdict = await verified(run, sides, verdict)
  info(logLine(gateSentence(verdict)))
  for (const failure of verdict.failures)
    info(logLine(`FAIL ${failure.file}:${failure.line ?? 1} ${failure.message} ${failure.remedy}`))
  const remarks = [
    ...(await tellPullRequest(run, github, verdict)),
    ...(await turnGreen(run, github, verdict, sides)),
  ]
  for (const remark of [...verdict.notices, ...remarks]) info(logLine(remark))
  const report = `${context.outputFolder}/report.json`
  await writeAtomically(report, `${JSON.stringify(reportOf(run, sides, verdict), null, 2)}\n`)
  const isVerified = verdict.verification?.verified === true
  return {
    outputs: {
      ...{ result: verdict.result, report, verified: String(isVerified), complete: String(isVerified) },
      'issue-action': inputs.dryRun ? 'skipped' : 'none',
    },
    summary: renderGate(verdict, remarks, SUMMARY_BUDGET),
    annotations: gateAnnotations(verdict),
    failure: verdict.result === 'passed' ? null : failureSentence(verdict),
  }
}

/** The line at the end of the log is to be read; log, summary and report have every failure. */
const FAILURES_IN_ONE_LINE = 5

function failureSentence(verdict: GateVerdict): string {
  const needsReview = verdict.review_needed && verdict.review?.approved !== true
  const messages = verdict.failures.map((failure) => failure.message)
  const more = messages.length - FAILURES_IN_ONE_LINE
  const told = [...messages.slice(0, FAILURES_IN_ONE_LINE), ...(more > 0 ? [`And ${more} more.`] : [])]
  return `${gateSentence(verdict)} ${told.join(' ')}${
    needsReview ? ' When the review has arrived, run this check again: it stays red by itself.' : ''
  }`
}

/** Reads reviews live. What cannot be read is no approval, and says why. */
async function readReviews(
  { context }: Run,
  github: GitHubClient,
  { headSha }: GateSides,
): Promise<ReviewDecision> {
  const { pullRequest } = context
  if (pullRequest === null) return unreadableReviews('there is no pull request.')
  const reader = createReviewReader(github)
  try {
    const [reviews, commit] = await Promise.all([
      reader.reviews(pullRequest.number),
      createRepositoryReader(github).commit(headSha),
    ])
    const question = {
      ...{ reviews, headSha, author: pullRequest.author },
      commitAuthors: [commit.author, commit.committer],
    }
    const permissions = new Map<string, PermissionAnswer>()
    for (const login of approvalCandidates(question))
      permissions.set(login, await permissionOf(reader, login))
    return reviewDecision({ ...question, permissions })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return unreadableReviews(error.message)
  }
}

async function permissionOf(
  reader: ReturnType<typeof createReviewReader>,
  login: string,
): Promise<PermissionAnswer> {
  try {
    return await reader.permissionOf(login)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { unreadable: error.message }
  }
}

/** Holds the head against the account, when there are keys or a snapshot that the pull request cannot have written. */
async function verified(run: Run, sides: GateSides, verdict: GateVerdict): Promise<GateVerdict> {
  const { inputs, context, environment } = run
  const { config: configText, baseline: baselineText } = sides.head
  if (configText === null || baselineText === null) return verdict
  if (verdict.failures.some((failure) => failure.code === 'malformed' || failure.code === 'other-account'))
    return verdict
  if (
    inputs.snapshot === ''
      ? !hasCredentials(inputs, environment)
      : !(await isOutside(context.workspace, inputs.snapshot))
  )
    return verdict
  const approvals = {
    config: readConfig(configText, sides.paths.config),
    baseline: readBaseline(baselineText, sides.paths.baseline),
    configText,
  }
  const audited = await auditAccount(run, approvals)
  await saveSnapshot(run.inputs, audited.snapshot)
  const exit = exitOf(audited.verdict, { failOn: new Set(driftKinds), failOnSeverity: 'low' })
  return withVerification(
    verdict,
    verifyAgainstAccount({
      ...{ gate: verdict, head: approvals.baseline, audit: audited.verdict, exit },
      users: audited.snapshot.users,
    }),
  )
}

async function isOutside(workspace: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null)
  return real !== null && !isInside(await realpath(workspace), real)
}

/** The sticky comment: only where the pull request touches the files, or did so before. */
async function tellPullRequest(
  { inputs, context }: Run,
  github: GitHubClient,
  verdict: GateVerdict,
): Promise<string[]> {
  if (context.pullRequest === null) return []
  const key = inputs.baseline
  const body = verdict.touched
    ? renderGate(verdict, [], stickyBudget(key) - 1000)
    : `# IAM permission audit: gate\n\n✅ ${gateSentence(verdict)} An earlier version of it did.\n`
  if (inputs.dryRun) {
    for (const line of body.split('\n')) info(logLine(`  ${line}`))
    return ['This is a dry run, so no comment is written.']
  }
  const store = createIssueStore(github, 'pull-requests: write')
  const outcome = await syncStickyComment(store, {
    ...{ pullRequest: context.pullRequest.number, key, body },
    create: verdict.touched,
  })
  return outcome.action === 'skipped' && verdict.touched ? [`No comment was written: ${outcome.reason}`] : []
}

/** A review does not turn the red check of the earlier run green; running it again does. */
async function turnGreen(
  { context }: Run,
  github: GitHubClient,
  verdict: GateVerdict,
  { headSha }: GateSides,
): Promise<string[]> {
  if (context.event !== 'pull_request_review' || verdict.result !== 'passed' || !verdict.review_needed)
    return []
  const outcome = await rerunFailedGate(github, { headSha, currentRunId: Number(context.run.run_id) })
  return [
    outcome.run === null
      ? `The check of the pull request was not started again: ${outcome.reason} Start it by hand, or give the job actions: write.`
      : `The check of the pull request was started again (run ${outcome.run}).`,
  ]
}

function reportOf({ context }: Run, { head }: GateSides, verdict: GateVerdict): unknown {
  return buildGateReport(verdict, {
    ...{ kind: 'gate', generatedAt: new Date().toISOString(), tool: toolInfo(), run: context.run },
    inputs: {
      config_sha256: head.config === null ? null : sha256(head.config),
      baseline_sha256: head.baseline === null ? null : sha256(head.baseline),
    },
  })
}
