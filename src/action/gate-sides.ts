/** The two sides a gate compares: the files at the base and in the pull request, each read as data. */
import type { GatePaths, GateTexts } from '../gate/model.ts'
import type { RepositoryReader } from '../github/repository.ts'
import { UserError } from '../problem.ts'
import type { RunContext } from './event.ts'
import type { Inputs } from './inputs.ts'
import { readWorkspaceFile, repositoryPath } from './workspace.ts'

export interface GateSides {
  readonly base: GateTexts
  readonly head: GateTexts
  /** As the repository knows the files. */
  readonly paths: GatePaths
  readonly baseSha: string
  /** The commit whose author and reviews count. */
  readonly headSha: string
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
  const checkedOut = async (): Promise<GateTexts> => ({
    config: await readWorkspaceFile(workspace, paths.config, 'config'),
    baseline: await readWorkspaceFile(workspace, paths.baseline, 'baseline'),
  })
  if (mergeGroup !== null) {
    const { baseSha, headSha } = mergeGroup
    return { base: await at(baseSha), head: await checkedOut(), paths, baseSha, headSha }
  }
  if (pullRequest === null) throw new UserError('There is neither a pull request nor a merge group to judge.')
  const { headSha } = pullRequest
  const merge = event === 'pull_request_target' ? null : await mergeOf(headSha, run.sha, reader)
  // The event's base.sha is where main stood when the pull request was last pushed; the merge commit's first parent
  // is where it stands now.
  const baseSha = merge?.base ?? (await reader.mergeBase(pullRequest.baseSha, headSha))
  const head = merge === null ? await at(headSha) : await checkedOut()
  return { base: await at(baseSha), head, paths, baseSha, headSha }
}

/**
 * What is checked out: `base` is the commit that GitHub merged the head into, null where it merged nothing. Null when
 * it is not what is to be judged, but the merge of an older head; then the head is read as data, as it is for
 * `pull_request_target`, whose workflow is the base's and has secrets.
 */
async function mergeOf(
  headSha: string,
  sha: string,
  reader: RepositoryReader,
): Promise<{ readonly base: string | null } | null> {
  // A head may be a merge itself, and its first parent whatever its author likes.
  if (sha === headSha) return { base: null }
  const [base, merged] = (await reader.commit(sha)).parents
  if (base === undefined || merged === undefined) return { base: null }
  return merged === headSha ? { base } : null
}
