/** Reads config and baseline from the workspace and reports what is wrong with both at once. */

import type { User } from '../account/snapshot.ts'
import type { BaselineFile } from '../baseline/baseline.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read-config.ts'
import { type Problem, UserError } from '../text/problem.ts'
import { readWorkspaceFile } from './workspace.ts'

export interface Approvals {
  readonly config: Config
  readonly configText: string
  /** Null: there is no baseline file yet. */
  readonly baseline: BaselineFile | null
}

export const SMALLEST =
  'the smallest one is "version: 1" and "audited-permissions: [{preset: iam-administration@1}]"'

/** Those of a checked-out repository. @throws UserError with every problem of both files. */
export function readApprovals(
  workspace: string,
  paths: { config: string; baseline: string },
): Promise<Approvals> {
  return approvalsOf((path, input) => readWorkspaceFile(workspace, path, input), paths, {
    message: 'There is no such file in the workspace, so nothing says which permissions to audit.',
    remedy: `Check the repository out before this step (actions/checkout), and commit the file; ${SMALLEST}.`,
  })
}

/**
 * Both files by a reader that answers null for one that is not there.
 *
 * @throws UserError with every problem of both files.
 */
export async function approvalsOf(
  readText: (path: string, input: 'config' | 'baseline') => Promise<string | null>,
  paths: { readonly config: string; readonly baseline: string },
  withoutConfig: Pick<Problem, 'message' | 'remedy'>,
): Promise<Approvals> {
  const problems: Problem[] = []
  const attempt = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.push(...error.problems)
      return null
    }
  }
  const read = await attempt(async () => {
    const text = await readText(paths.config, 'config')
    if (text === null) throw new UserError([{ where: paths.config, ...withoutConfig }])
    return { text, config: readConfig(text, paths.config) }
  })
  const baseline = await attempt(async () => {
    const text = await readText(paths.baseline, 'baseline')
    const account = read?.config.account ?? null
    return text === null ? null : readBaseline(text, paths.baseline, { account })
  })
  if (read === null || problems.length > 0) throw new UserError(problems)
  return { config: read.config, configText: read.text, baseline }
}

/**
 * The root user is never in the baseline, and only the account tells who that is.
 *
 * @throws UserError that names the line of each such entry
 */
export function refuseRootEntries({ baseline }: Approvals, path: string, users: readonly User[]): void {
  const rootUserIds = users.filter((user) => user.is_root_user).map((user) => user.user_id)
  if (
    baseline?.baseline.approvals.some((entry) => entry.kind === 'user' && rootUserIds.includes(entry.user_id))
  )
    readBaseline(baseline.text, path, { rootUserIds })
}
