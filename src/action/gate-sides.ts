/** The two sides a gate compares: the files at the base and in the pull request, each read as data. */
import type { GateTexts } from '../gate/model.ts'
import type { RepositoryReader } from '../github/repository.ts'
import { UserError } from '../problem.ts'
import type { RunContext } from './event.ts'
import type { Inputs } from './inputs.ts'
import { readWorkspaceFile } from './workspace.ts'

export interface GateSides {
  readonly base: GateTexts
  readonly head: GateTexts
  readonly baseSha: string
  /** The commit whose author and reviews count. */
  readonly headSha: string
}

/** Reads both sides. @throws GitHubError, UserError */
export async function readSides(
  inputs: Inputs,
  context: RunContext,
  reader: RepositoryReader,
): Promise<GateSides> {
  const { pullRequest, mergeGroup, event, run } = context
  const at = async (commit: string): Promise<GateTexts> => ({
    config: await reader.fileAt(inputs.config, commit),
    baseline: await reader.fileAt(inputs.baseline, commit),
  })
  if (mergeGroup !== null)
    return {
      base: await at(mergeGroup.baseSha),
      head: await workspaceTexts(inputs, context),
      baseSha: mergeGroup.baseSha,
      headSha: mergeGroup.headSha,
    }
  if (pullRequest === null) throw new UserError('There is neither a pull request nor a merge group to judge.')
  const headSha = pullRequest.headSha
  // The workflow of pull_request_target is the base's and has secrets: what the head says is data and never run.
  if (event === 'pull_request_target') {
    const baseSha = await reader.mergeBase(pullRequest.baseSha, headSha)
    return { base: await at(baseSha), head: await at(headSha), baseSha, headSha }
  }
  // The event's base.sha is where main stood when the pull request was last pushed; the merge commit's first parent
  // is where it stands now.
  const parent = await reader.firstParent(run.sha)
  const baseSha = parent ?? (await reader.mergeBase(pullRequest.baseSha, headSha))
  return { base: await at(baseSha), head: await workspaceTexts(inputs, context), baseSha, headSha }
}

async function workspaceTexts(inputs: Inputs, context: RunContext): Promise<GateTexts> {
  return {
    config: await readWorkspaceFile(context.workspace, inputs.config, 'config'),
    baseline: await readWorkspaceFile(context.workspace, inputs.baseline, 'baseline'),
  }
}
