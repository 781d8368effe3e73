/** Reads config and baseline from the workspace and reports what is wrong with both at once. */
import type { BaselineFile } from '../baseline/baseline.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read-config.ts'
import { type Problem, UserError } from '../problem.ts'
import { readWorkspaceFile } from './workspace.ts'

export interface Approvals {
  readonly config: Config
  readonly configText: string
  /** Null: there is no baseline file yet. */
  readonly baseline: BaselineFile | null
}

/** @throws UserError with every problem of both files. */
export async function readApprovals(
  workspace: string,
  paths: { config: string; baseline: string },
): Promise<Approvals> {
  const configText = await readWorkspaceFile(workspace, paths.config, 'config')
  const baselineText = await readWorkspaceFile(workspace, paths.baseline, 'baseline')
  const problems: Problem[] = []
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.push(...error.problems)
      return null
    }
  }
  const config = attempt(() => {
    if (configText === null) throw new UserError([missingConfig(paths.config)])
    return readConfig(configText, paths.config)
  })
  const baseline =
    baselineText === null
      ? null
      : attempt(() => readBaseline(baselineText, paths.baseline, { account: config?.account ?? null }))
  if (config === null || problems.length > 0) throw new UserError(problems)
  return { config, configText: configText ?? '', baseline }
}

function missingConfig(path: string): Problem {
  return {
    where: path,
    message: 'There is no such file in the workspace, so nothing says which permissions to audit.',
    remedy:
      'Check the repository out before this step (actions/checkout), and commit the file; the smallest one is "version: 1" and "audited-permissions: [{preset: iam-administration@1}]".',
  }
}
