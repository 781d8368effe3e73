/**
 * Plays the GitHub runner: starts the bundled action in a clean environment, with `INPUT_*` and the `GITHUB_*` files,
 * and collects what it leaves behind. Tests and the demo use it; the action cannot tell it from the real one.
 */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Commit that a run is of when nothing else is said. */
export const DEFAULT_SHA = '0123456789abcdef0123456789abcdef01234567'

const bundle = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'index.js')

export interface ActionOptions {
  /** Inputs by the names of `action.yml`; as on a runner, an absent one is not set at all. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Files of the workspace by path. */
  readonly files?: Readonly<Record<string, string>>
  /** Use this folder as workspace instead of a fresh one. */
  readonly workspace?: string
  readonly event?: string
  /** Payload of the event, as GitHub sends it. */
  readonly payload?: unknown
  /** Further variables, such as keys or proxies; they win. */
  readonly environment?: Readonly<Record<string, string>>
  readonly repository?: string
  readonly ref?: string
  readonly sha?: string
  /** Base address of the GitHub API. */
  readonly apiUrl?: string
  /** Called with every line of the log as it appears. */
  readonly onLine?: (line: string) => void
  /** Cancels the job when it is aborted: the action gets SIGTERM. */
  readonly cancel?: AbortSignal
  /** Milliseconds until the action is killed; default 60,000. */
  readonly timeout?: number
  /** Runs the action in this environment; default: a process of its own, of the bundle. */
  readonly execute?: Execute
}

export type Execute = (
  environment: Readonly<Record<string, string>>,
  workspace: string,
  options: ActionOptions,
) => Promise<Executed>

export interface Executed {
  readonly exitCode: number
  readonly log: string
}

export interface ActionRun {
  readonly exitCode: number
  /** Standard output and error as one text, in the order they came. */
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** The report that output `report` names, parsed; null when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the JSON at will
  readonly report: any
  readonly workspace: string
  readonly temporary: string
  readonly duration: number
  [Symbol.asyncDispose](): Promise<void>
}

/** Runs the action to its end. */
export async function runAction(options: ActionOptions = {}): Promise<ActionRun> {
  const temporary = await mkdtemp(join(tmpdir(), 'iam-audit-run-'))
  const workspace = options.workspace ?? join(temporary, 'workspace')
  const paths = {
    GITHUB_OUTPUT: join(temporary, 'output'),
    GITHUB_STEP_SUMMARY: join(temporary, 'summary.md'),
    GITHUB_ENV: join(temporary, 'env'),
    GITHUB_EVENT_PATH: join(temporary, 'event.json'),
  }
  await mkdir(join(temporary, 'temp'), { recursive: true })
  await mkdir(workspace, { recursive: true })
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), text)
  }
  for (const path of Object.values(paths)) await writeFile(path, '')
  await writeFile(paths.GITHUB_EVENT_PATH, JSON.stringify(options.payload ?? {}))

  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    // What the compiler made of the bundle is kept for the next start: nobody waits for it a hundred times.
    NODE_COMPILE_CACHE: join(tmpdir(), 'iam-audit-compiled'),
    HOME: temporary,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: options.event ?? 'schedule',
    GITHUB_REPOSITORY: options.repository ?? 'acme/security',
    GITHUB_REPOSITORY_OWNER: (options.repository ?? 'acme/security').split('/')[0] as string,
    GITHUB_REF: options.ref ?? 'refs/heads/main',
    GITHUB_SHA: options.sha ?? DEFAULT_SHA,
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_ACTOR: 'octocat',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: join(temporary, 'temp'),
    RUNNER_OS: 'Linux',
    ...(options.apiUrl === undefined
      ? {}
      : { GITHUB_API_URL: options.apiUrl, GITHUB_GRAPHQL_URL: `${options.apiUrl}/graphql` }),
    ...paths,
    ...options.environment,
  }
  for (const [name, value] of Object.entries(options.inputs ?? {}))
    environment[`INPUT_${name.toUpperCase()}`] = value

  const started = performance.now()
  const { exitCode, log } = await (options.execute ?? startBundle)(environment, workspace, options)
  const outputs = parseOutputs(await readFile(paths.GITHUB_OUTPUT, 'utf8'))
  const report = outputs.report ? JSON.parse(await readFile(outputs.report, 'utf8')) : null
  return {
    exitCode,
    log,
    outputs,
    report,
    summary: await readFile(paths.GITHUB_STEP_SUMMARY, 'utf8'),
    workspace,
    temporary,
    duration: performance.now() - started,
    [Symbol.asyncDispose]: () => rm(temporary, { recursive: true, force: true }),
  }
}

const startBundle: Execute = (environment, workspace, { onLine, cancel, timeout = 60_000 }) => {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle], {
      cwd: workspace,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    cancel?.addEventListener('abort', () => child.kill('SIGTERM'))
    const killer = setTimeout(() => child.kill('SIGKILL'), timeout)
    let log = ''
    let pending = ''
    const collect = (chunk: string): void => {
      log += chunk
      pending += chunk
      const lines = pending.split('\n')
      pending = lines.pop() ?? ''
      for (const line of lines) onLine?.(line)
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(killer)
      if (pending !== '') onLine?.(pending)
      resolve({ exitCode: code ?? -1, log })
    })
  })
}

/** Reads the `GITHUB_OUTPUT` file: `name<<delimiter`, the value's lines, the delimiter. */
export function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  const lines = text.split('\n')
  while (lines.length > 0) {
    const head = lines.shift() as string
    const mark = head.indexOf('<<')
    if (mark < 0) continue
    const delimiter = head.slice(mark + 2)
    const end = lines.indexOf(delimiter)
    outputs[head.slice(0, mark)] = lines.splice(0, end < 0 ? lines.length : end).join('\n')
    lines.shift()
  }
  return outputs
}
