/** `mode: gate`: judges what a pull request changes in config and baseline. Needs no keys; verifies with them. */
import { needsReview, readChange } from '../gate/change.ts'
import { decideGate } from '../gate/decide.ts'
import type { GateEvent, GateVerdict } from '../gate/model.ts'
import type { GitHubClient } from '../github/client.ts'
import { createIssueStore } from '../github/issue-store.ts'
import { createRepositoryReader } from '../github/repository.ts'
import { rerunFailedGate } from '../github/review.ts'
import { stickyBudget, syncStickyComment } from '../github/sticky-comment.ts'
import { gateAnnotations, gateSentence, type LineLink, renderGate } from '../render/comment.ts'
import { logLine } from '../render/escape.ts'
import { SUMMARY_BUDGET } from '../render/summary.ts'
import { buildGateReport } from '../report/report.ts'
import { today } from '../run/audit-account.ts'
import { gatherAccount } from '../run/gate-account.ts'
import { contextOfTexts } from '../run/report-context.ts'
import { writeAtomically } from '../run/workspace.ts'
import { UserError } from '../text/problem.ts'
import type { RunContext } from './event.ts'
import { gatherReviews } from './gate-answers.ts'
import { type GateSides, readSides } from './gate-sides.ts'
import { openGitHub, refusePublic, repositoryFacts } from './github.ts'
import { info } from './log.ts'
import type { Outcome, Run } from './outcome.ts'

/**
 * Asks, gathers, decides once, and says it. @throws UserError when base or head cannot be read: what cannot be
 * compared does not pass
 */
export async function gateMode(run: Run): Promise<Outcome> {
  const { inputs, context } = run
  const github = openGitHub(inputs, context)
  refusePublic(await repositoryFacts(github), inputs)
  if (github === null)
    throw new UserError(
      'The gate reads the base through the GitHub API and has no github-token. Pass one with contents: read.',
    )
  const sides = await readSides(inputs, context, createRepositoryReader(github))
  const { base, head, paths, notices } = sides
  const change = readChange({ base, head, paths, today: today(), event: eventOf(context) })
  const verdict = decideGate(change, {
    reviews: needsReview(change) ? await gatherReviews(run, github, sides) : null,
    account: await gatherAccount(run, run.context.workspace, change),
    notices,
  })
  return deliver(run, github, sides, verdict)
}

function eventOf({ event, mergeGroup }: RunContext): GateEvent {
  if (mergeGroup !== null) return 'merge_group'
  return event === 'pull_request_target' ? 'pull_request_target' : 'pull_request'
}

/** Writes log, comment and report. Nothing is decided here. */
async function deliver(
  run: Run,
  github: GitHubClient,
  sides: GateSides,
  verdict: GateVerdict,
): Promise<Outcome> {
  const { inputs, context } = run
  const link = lineLinks(run, sides)
  info(logLine(gateSentence(verdict)))
  for (const failure of verdict.failures)
    info(logLine(`FAIL ${failure.file}:${failure.line ?? 1} ${failure.message} ${failure.remedy}`))
  const remarks = [
    ...(await tellPullRequest(run, github, verdict, link)),
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
    summary: renderGate(verdict, { remarks, link }, SUMMARY_BUDGET),
    annotations: gateAnnotations(verdict),
    failure: verdict.result === 'passed' ? null : failureSentence(verdict),
  }
}

/** The lines as GitHub shows them, at the commit that was judged. */
function lineLinks({ context, environment }: Run, { judgedSha }: GateSides): LineLink {
  const server = (environment.GITHUB_SERVER_URL || 'https://github.com').replace(/\/+$/, '')
  const { repository } = context.run
  if (repository === '') return () => null
  return (file, line) => {
    const path = file.split('/').map(encodeURIComponent).join('/')
    return `${server}/${repository}/blob/${judgedSha}/${path}#L${line}`
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

/** The sticky comment: only where the pull request touches the files, or did so before. */
async function tellPullRequest(
  { inputs, context }: Run,
  github: GitHubClient,
  verdict: GateVerdict,
  link: LineLink,
): Promise<string[]> {
  if (context.pullRequest === null) return []
  const key = inputs.baseline
  const body = verdict.touched
    ? renderGate(verdict, { remarks: [], link }, stickyBudget(key) - 1000)
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
  return buildGateReport(verdict, contextOfTexts('gate', head, context.run))
}
