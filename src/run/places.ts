/** Where things stand in config and baseline, for whatever shows a line of a file. */
import type { Places } from '../render/annotations.ts'
import type { Approvals } from './approvals.ts'
import type { Inputs } from './inputs.ts'
import { workspacePath } from './workspace.ts'

/** Where the parts of the verdict stand in the files, whose paths GitHub knows from the root of the workspace. */
export function placesOf(
  { config, baseline }: Approvals,
  inputs: Pick<Inputs, 'config' | 'baseline'>,
  workspace: string,
): Places {
  return {
    config: workspacePath(workspace, inputs.config),
    baseline: workspacePath(workspace, inputs.baseline),
    entryLines: baseline?.lines ?? [],
    permissionLines: new Map(config.permissions.map((permission) => [permission.name, permission.line])),
  }
}
