/** What started the run: interpreted once, here, from the runner's variables and the event payload. */
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RunInfo } from '../audit/model.ts'
import { type Mode, modes } from '../run/inputs.ts'
import { UserError } from '../text/problem.ts'

const modeByEvent: Readonly<Record<string, Mode>> = {
  schedule: 'audit',
  workflow_dispatch: 'audit',
  push: 'audit',
  pull_request: 'gate',
  pull_request_target: 'gate',
  pull_request_review: 'gate',
  merge_group: 'gate',
}

/** The pull request a gate judges. Everything in it was written by whoever opened it. */
export interface PullRequest {
  readonly number: number
  readonly author: string
  readonly headSha: string
  readonly headRepository: string
  readonly baseSha: string
  readonly baseRef: string
}

export interface RunContext {
  readonly event: string
  readonly mode: Mode
  readonly run: RunInfo
  readonly ref: string
  readonly workspace: string
  /** Folder for report and proposal: `$RUNNER_TEMP/iam-audit`. */
  readonly outputFolder: string
  readonly apiUrl: string
  readonly pullRequest: PullRequest | null
  readonly mergeGroup: { readonly baseSha: string; readonly headSha: string } | null
}

/**
 * Interprets the environment of a run.
 *
 * @throws UserError when `mode: auto` meets an event it has no mode for, when a mode does not fit the event, or when
 *   the event payload cannot be read.
 */
export function readContext(environment: NodeJS.ProcessEnv, mode: Mode | 'auto'): RunContext {
  const event = environment.GITHUB_EVENT_NAME ?? ''
  const chosen = mode === 'auto' ? modeByEvent[event] : mode
  if (chosen === undefined)
    throw new UserError(
      `No mode is known for the event ${JSON.stringify(event)}. Set the input mode to audit, gate, update-baseline or check.`,
    )
  const isPullRequest = event.startsWith('pull_request')
  if (chosen === 'gate' && !isPullRequest && event !== 'merge_group')
    throw new UserError(
      `mode: gate judges a pull request, and the event is ${JSON.stringify(event)}. Run it on pull_request, pull_request_target, pull_request_review or merge_group.`,
    )
  if (chosen === 'update-baseline' && (isPullRequest || event === 'merge_group'))
    throw new UserError(
      `mode: update-baseline never runs on ${event}: whoever opens the pull request would write the approvals. Run it on workflow_dispatch.`,
    )
  const payload = chosen === 'gate' ? readPayload(environment) : {}
  return {
    event,
    mode: chosen,
    run: runInfo(environment),
    ref: environment.GITHUB_REF ?? '',
    workspace: environment.GITHUB_WORKSPACE || process.cwd(),
    outputFolder: outputFolder(environment),
    apiUrl: environment.GITHUB_API_URL || 'https://api.github.com',
    pullRequest: isPullRequest && chosen === 'gate' ? pullRequestOf(payload) : null,
    mergeGroup: event === 'merge_group' ? mergeGroupOf(payload) : null,
  }
}

/** Which run this is. Told from the runner's variables alone, so that a run that stops at its inputs can say it too. */
export function runInfo(environment: NodeJS.ProcessEnv): RunInfo {
  const repository = environment.GITHUB_REPOSITORY ?? ''
  const server = environment.GITHUB_SERVER_URL ?? 'https://github.com'
  const runId = environment.GITHUB_RUN_ID ?? ''
  return {
    repository,
    sha: environment.GITHUB_SHA ?? '',
    run_id: runId,
    run_attempt: environment.GITHUB_RUN_ATTEMPT ?? '',
    url: runId === '' ? '' : `${server}/${repository}/actions/runs/${runId}`,
    event: environment.GITHUB_EVENT_NAME ?? '',
    actor: environment.GITHUB_ACTOR ?? '',
  }
}

/** Folder for report and proposal. */
export function outputFolder(environment: NodeJS.ProcessEnv): string {
  return join(resolve(environment.RUNNER_TEMP || tmpdir()), 'iam-audit')
}

/** The mode that a run was meant to have, for the report of one that stopped: `audit` where nothing tells. */
export function intendedMode(environment: NodeJS.ProcessEnv, input: string): Mode {
  return modes.find((mode) => mode === input) ?? modeByEvent[environment.GITHUB_EVENT_NAME ?? ''] ?? 'audit'
}

type Json = Record<string, unknown>

function readPayload(environment: NodeJS.ProcessEnv): Json {
  const path = environment.GITHUB_EVENT_PATH ?? ''
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Json
  } catch (cause) {
    throw new UserError(
      `The event payload ${JSON.stringify(path)} could not be read: ${(cause as Error).message}. The runner writes it; set GITHUB_EVENT_PATH when you run this by hand.`,
      { cause },
    )
  }
}

/** Reads a text at a path of the payload. @throws UserError naming the path. */
function textAt(payload: Json, path: string): string {
  const value = path.split('.').reduce<unknown>((node, key) => (node as Json | null)?.[key], payload)
  if (typeof value !== 'string' || value === '')
    throw new UserError(`The event payload has no text at ${path}; the pull request cannot be told from it.`)
  return value
}

function pullRequestOf(payload: Json): PullRequest {
  const number = (payload.pull_request as Json | undefined)?.number
  if (typeof number !== 'number')
    throw new UserError(
      'The event payload has no number at pull_request.number; there is no pull request to judge.',
    )
  const head = (payload.pull_request as Json).head as Json | undefined
  // The repository of a deleted fork is null: its head can still be read at the base repository.
  const headRepository = (head?.repo as Json | null | undefined)?.full_name
  return {
    number,
    author: textAt(payload, 'pull_request.user.login'),
    headSha: textAt(payload, 'pull_request.head.sha'),
    headRepository: typeof headRepository === 'string' ? headRepository : '',
    baseSha: textAt(payload, 'pull_request.base.sha'),
    baseRef: textAt(payload, 'pull_request.base.ref'),
  }
}

function mergeGroupOf(payload: Json): { baseSha: string; headSha: string } {
  return {
    baseSha: textAt(payload, 'merge_group.base_sha'),
    headSha: textAt(payload, 'merge_group.head_sha'),
  }
}
