/** A world for end-to-end tests: a cloud, a GitHub, and the bundled action run between them. */

import { readFile } from 'node:fs/promises'
import {
  type GitHubSimulator,
  type GitHubSimulatorOptions,
  startGitHubSimulator,
} from '../../simulator/github/server.ts'
import { idOf, type SimulatedAccount } from '../../simulator/iam/account.ts'
import {
  type IamSimulator,
  type IamSimulatorOptions,
  simulatorKeys,
  startIamSimulator,
} from '../../simulator/iam/server.ts'
import { type ActionOptions, type ActionRun, DEFAULT_SHA, runAction } from '../../simulator/runner.ts'
import { inProcess } from './in-process.ts'

export const CONFIG = '.github/iam-audit.yml'
export const BASELINE = '.github/iam-baseline.json'

export const plainConfig =
  'version: 1\nname: production\naudited-permissions:\n  - preset: iam-administration@1\n'

/** For one run that stays in this process, in a world whose other runs start the bundle. */
export const warm: Pick<ActionOptions, 'execute'> = process.env.BUNDLE === 'all' ? {} : { execute: inProcess }

export interface World extends AsyncDisposable {
  readonly cloud: IamSimulator
  readonly github: GitHubSimulator
  /** Files of the workspace; kept from run to run. */
  readonly files: Record<string, string>
  audit(options?: ActionOptions): Promise<ActionRun>
  /** Commits what a run proposes as the baseline. */
  approveAll(): Promise<void>
}

export interface WorldOptions {
  /** Runs the action without starting the bundle. */
  readonly isWarm?: boolean
  readonly cloud?: Omit<IamSimulatorOptions, 'account'>
  readonly github?: GitHubSimulatorOptions
  readonly config?: string
  /** The account has no built-in group, as no account of the real cloud is. */
  readonly withoutAdminGroup?: true
}

export async function startWorld(account: SimulatedAccount, options: WorldOptions = {}): Promise<World> {
  if (options.withoutAdminGroup === undefined) withAdminGroup(account)
  const cloud = await startIamSimulator({ account, ...options.cloud })
  const github = await startGitHubSimulator({ commits: [{ sha: DEFAULT_SHA }], ...options.github })
  const files: Record<string, string> = { [CONFIG]: options.config ?? plainConfig }
  const runs: ActionRun[] = []
  const audit = async (given: ActionOptions = {}): Promise<ActionRun> => {
    const run = await runAction({
      ...(options.isWarm === true ? { execute: inProcess } : {}),
      ...given,
      apiUrl: given.apiUrl ?? github.url,
      files: { ...files, ...given.files },
      inputs: {
        'access-key-id': simulatorKeys.accessKeyId,
        'secret-access-key': simulatorKeys.secretAccessKey,
        'iam-endpoint': cloud.url,
        'sts-endpoint': cloud.url,
        'trace-endpoint': cloud.url,
        'max-rate': '1000',
        'github-token': github.state.token,
        ...given.inputs,
      },
    })
    runs.push(run)
    return run
  }
  return {
    cloud,
    github,
    files,
    audit,
    approveAll: async () => {
      delete files[BASELINE]
      const propose = async (): Promise<string> => {
        const run = await audit({ ...warm, inputs: { 'dry-run': 'true' } })
        return readFile(run.outputs['proposed-baseline'] as string, 'utf8')
      }
      const known = options.cloud === undefined ? JSON.stringify([account, files]) : null
      files[BASELINE] = await (known === null ? propose() : onceFor(known, propose))
      github.forget()
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([cloud.close(), github.close(), ...runs.map((run) => run[Symbol.asyncDispose]())])
    },
  }
}

/**
 * A world in which the action runs in this process: for the many ways that differ in what is found. With `BUNDLE=all`
 * in the environment (`npm run test:bundle`) each of them starts the bundle as well.
 */
export function startWarmWorld(account: SimulatedAccount, options: WorldOptions = {}): Promise<World> {
  return startWorld(account, { isWarm: process.env.BUNDLE !== 'all', ...options })
}

const proposed = new Map<string, Promise<string>>()

/** Many tests of a file begin with the same company: what is proposed for it, its first run says for all. */
function onceFor(world: string, propose: () => Promise<string>): Promise<string> {
  const proposal = proposed.get(world) ?? propose()
  proposed.set(world, proposal)
  return proposal
}

/** Every account is born with the built-in group; where a test does not speak of it, it has no members. */
function withAdminGroup({ groups }: SimulatedAccount): void {
  if (groups.some((group) => group.group_name === 'admin')) return
  groups.push({
    ...{ group_id: idOf('group', 'admin'), group_name: 'admin' },
    ...{ created_at: '2020-01-01T00:00:00.000Z', members: [] },
  })
}
