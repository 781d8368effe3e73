/** The two sides a gate compares: the files at the base and in the pull request, each read as data. */
import { sameLines } from '../gate/change.ts'
import type { GatePaths, GateTexts } from '../gate/model.ts'
import { GitHubError } from '../github/github-error.ts'
import type { RepositoryReader } from '../github/repository.ts'
import type { Inputs } from '../run/inputs.ts'
import { readWorkspaceFile, repositoryPath } from '../run/workspace.ts'
import { UserError } from '../text/problem.ts'
import type { PullRequest, RunContext } from './event.ts'

export interface GateSides {
  readonly base: GateTexts
  readonly head: GateTexts
  /** As the repository knows the files. */
  readonly paths: GatePaths
  readonly baseSha: string
  /** The commit whose author and reviews count. */
  readonly headSha: string
  /** The commit whose files are judged: of a pull request that is merged with the base, the merge. */
  readonly judgedSha: string
  /** What could not be told of them. */
  readonly notices: readonly string[]
}

/** Reads both sides. @throws GitHubError, UserError */
export async function readSides(
  inputs: Pick<Inputs, 'config' | 'baseline'>,
  context: RunContext,
  reader: RepositoryReader,
): Promise<GateSides> {
  const { pullRequest, mergeGroup, event, run, workspace } = context
  const paths = {
    config: await repositoryPath(workspace, inputs.config, 'config'),
    baseline: await repositoryPath(workspace, inputs.baseline, 'baseline'),
  }
  const at = async (commit: string): Promise<GateTexts> => ({
    config: await reader.fileAt(paths.config, commit),
    baseline: await reader.fileAt(paths.baseline, commit),
  })
  const notices: string[] = []
  const checkedOut = async (commit: string): Promise<GateTexts> => {
    const found = {
      config: await readWorkspaceFile(workspace, paths.config, 'config'),
      baseline: await readWorkspaceFile(workspace, paths.baseline, 'baseline'),
    }
    const committed = await at(commit)
    for (const file of ['config', 'baseline'] as const) {
      if (sameLines(found[file], committed[file])) continue
      // No checkout makes a file that its commit has not: the workflow did, or GitHub does not know the commit.
      if (committed[file] !== null) throw notOfCommit(paths[file], commit)
      notices.push(
        `${paths[file]} is in the workspace, and GitHub has no such file at the commit ${commit}; the workspace is judged.`,
      )
    }
    return found
  }
  if (mergeGroup !== null) {
    const { baseSha, headSha } = mergeGroup
    const head = await checkedOut(headSha)
    return { base: await at(baseSha), head, paths, baseSha, headSha, judgedSha: headSha, notices }
  }
  if (pullRequest === null) throw new UserError('There is neither a pull request nor a merge group to judge.')
  const { headSha } = pullRequest
  const merge = event === 'pull_request_target' ? null : await mergeOf(pullRequest, run.sha, reader)
  // The event's base.sha is where main stood when the pull request was last pushed; the merge commit's first parent
  // is where it stands now.
  const baseSha = merge?.base ?? (await reader.mergeBase(pullRequest.baseSha, headSha))
  const judgedSha = merge === null ? headSha : run.sha
  const head = merge === null ? await at(headSha) : await checkedOut(run.sha)
  return { base: await at(baseSha), head, paths, baseSha, headSha, judgedSha, notices }
}

/**
 * The base is read as the repository has it, and so will this commit be once it is the base. Git may write a file
 * otherwise than it was committed (`working-tree-encoding` in `.gitattributes` turns one character into another), or
 * the workflow may check out something else: then what is judged here is not what would be merged.
 */
function notOfCommit(path: string, commit: string): UserError {
  return new UserError([
    {
      where: path,
      message: `the workspace has another text than the commit ${commit}, so what would be merged cannot be judged by it.`,
      remedy:
        'Check that commit out (actions/checkout without ref) right before this step, with nothing about this file in .gitattributes but line ends.',
    },
  ])
}

/**
 * What is checked out: `base` is the commit that GitHub merged the head into, null where it merged nothing. Null when
 * it is not what is to be judged, but the merge of an older head, or a merge into the branch that the pull request was
 * opened against before; then the head is read as data, as it is for `pull_request_target`, whose workflow is the
 * base's and has secrets.
 */
async function mergeOf(
  { headSha, baseSha, baseRef }: PullRequest,
  sha: string,
  reader: RepositoryReader,
): Promise<{ readonly base: string | null } | null> {
  // A head may be a merge itself, and its first parent whatever its author likes.
  if (sha === headSha) return { base: null }
  const [base, merged] = (await reader.commit(sha)).parents
  if (base === undefined || merged === undefined) return { base: null }
  if (merged !== headSha) return null
  return base === baseSha || (await isOn(baseRef, base, reader)) ? { base } : null
}

/** Whether the branch has the commit. One that is gone is asked for nothing more: its pull request is closed. */
async function isOn(branch: string, commit: string, reader: RepositoryReader): Promise<boolean> {
  try {
    return (await reader.mergeBase(branch, commit)) === commit
  } catch (error) {
    if (!(error instanceof GitHubError) || error.status !== 404) throw error
    return true
  }
}
