/** `iam-audit gate --base REF`: judges what the working tree changes in config and baseline since it left a branch. */
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { needsReview, readChange, sameLines } from '../gate/change.ts'
import { decideGate } from '../gate/decide.ts'
import type { GateTexts, GateVerdict } from '../gate/model.ts'
import type { ReviewFacts } from '../gate/review-decision.ts'
import { gateSentence, renderGate } from '../render/comment.ts'
import { visible } from '../render/escape.ts'
import { SUMMARY_BUDGET } from '../render/summary.ts'
import { buildGateReport } from '../report/report.ts'
import { today } from '../run/audit-account.ts'
import { gatherAccount } from '../run/gate-account.ts'
import { contextOfTexts } from '../run/report-context.ts'
import { scrubAll } from '../run/secrets.ts'
import { readWorkspaceFile, repositoryPath } from '../run/workspace.ts'
import { UserError } from '../text/problem.ts'
import { changeLines } from './change-lines.ts'
import { type Answer, type CommandRun, jsonText, optionValue, textOf } from './command.ts'
import { openRepository, type Repository } from './git.ts'
import { pipelineInfo } from './pipeline.ts'

/** Judges. @throws UserError when base or head cannot be read: what cannot be compared does not pass */
export async function gateCommand(run: CommandRun): Promise<Answer> {
  const base = optionValue(run, 'base')
  if (base === null)
    throw new UserError('The gate compares with a base: name it with --base, such as origin/main.')
  const repository = await openRepository(run.folder)
  const sides = await readSides(run, repository, base)
  const change = readChange({
    ...{ base: sides.base, head: sides.head, paths: sides.paths, today: today() },
    event: 'pull_request',
  })
  const account = await gatherAccount(run, repository.top, change)
  const verdict = scrubAll(
    decideGate(change, {
      reviews: needsReview(change) ? noReviews(sides.headCommit) : null,
      account,
      notices: [...sides.notices, ...(account === null && change.touched ? unverified(run) : [])],
    }),
  )
  const output = {
    text: () => textOf(gateLines(verdict)),
    json: () =>
      jsonText(buildGateReport(verdict, contextOfTexts('gate', sides.head, pipelineInfo(run.environment)))),
    markdown: () => renderGate(verdict, { remarks: [], link: () => null }, SUMMARY_BUDGET),
  }
  return {
    output: output[run.format as keyof typeof output](),
    notes: [],
    exitCode: verdict.result === 'passed' ? 0 : 1,
  }
}

function unverified({ inputs }: CommandRun): string[] {
  if (inputs.snapshot === '') return []
  return [
    `Nothing is verified against ${inputs.snapshot}: a snapshot in the repository could be written by whoever proposes the change, and where a file is malformed there is nothing to verify.`,
  ]
}

interface Sides {
  readonly base: GateTexts
  readonly head: GateTexts
  readonly paths: { readonly config: string; readonly baseline: string }
  readonly headCommit: string
  readonly notices: readonly string[]
}

/**
 * The base is where the work left the branch, so that what the branch got since counts as nobody's change. The head is
 * the working tree: what is not committed yet is judged before it is.
 */
async function readSides(
  { folder, inputs }: CommandRun,
  repository: Repository,
  base: string,
): Promise<Sides> {
  const { top } = repository
  const from = await realpath(folder)
  const pathOf = (file: 'config' | 'baseline'): Promise<string> =>
    repositoryPath(top, resolve(from, inputs[file]), file)
  const paths = { config: await pathOf('config'), baseline: await pathOf('baseline') }
  const at = async (commit: string): Promise<GateTexts> => ({
    config: await repository.fileAt(paths.config, commit),
    baseline: await repository.fileAt(paths.baseline, commit),
  })
  const headCommit = await repository.commit('HEAD')
  const parted = await repository.mergeBase(await repository.commit(base), headCommit)
  const head = {
    config: await readWorkspaceFile(top, paths.config, 'config'),
    baseline: await readWorkspaceFile(top, paths.baseline, 'baseline'),
  }
  const committed = await at(headCommit)
  const notices = (['config', 'baseline'] as const)
    .filter((file) => !sameLines(head[file], committed[file]))
    .map((file) => `${paths[file]} is judged as it is in the working tree, which is not as it is committed.`)
  return { base: await at(parted), head, paths, headCommit, notices }
}

function noReviews(headSha: string): ReviewFacts {
  return {
    ...{ opener: { login: null, isApp: false }, makers: [], reviews: [], headSha, permissions: new Map() },
    unreadable:
      'reviews are read on GitHub alone, by the action; elsewhere what needs a review has to be let in by whoever may.',
  }
}

function gateLines(verdict: GateVerdict): string[] {
  const { verification } = verdict
  return [
    gateSentence(verdict),
    ...changeLines(verdict.entries),
    ...verdict.scope_changes.map((change) => `  scope     ${visible(change.message)}`),
    ...verdict.failures.map(
      ({ file, line, message, remedy }) =>
        `FAIL ${visible(file)}:${line ?? 1} ${visible(message)} ${visible(remedy)}`,
    ),
    ...(verification === null || verification.verified
      ? []
      : ['The account could not be read in full, so the entries are not verified against it.']),
    ...verdict.notices.map((notice) => `Note: ${visible(notice)}`),
  ]
}
