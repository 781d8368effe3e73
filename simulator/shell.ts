/** Starts the bundled command `iam-audit` as a person or a pipeline does, and collects what it leaves behind. */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { simulatorKeys } from './iam/server.ts'

const bundle = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'cli.js')

/** Variables by which the command finds the keys that the simulated cloud takes. */
export const shellKeys = {
  HUAWEICLOUD_SDK_AK: simulatorKeys.accessKeyId,
  HUAWEICLOUD_SDK_SK: simulatorKeys.secretAccessKey,
} as const

export interface ShellOptions {
  /** Where it is started. */
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
  /** Path of the Node that runs it; this one unless told. */
  readonly node?: string
}

export interface ShellRun {
  readonly exitCode: number
  readonly output: string
  readonly errors: string
}

/** Runs `dist/cli.js` to its end. */
export function runShell(args: readonly string[], options: ShellOptions): Promise<ShellRun> {
  const { folder, environment = {}, node = process.execPath } = options
  return new Promise((resolve, reject) => {
    const child = spawn(node, [bundle, ...args], {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        NODE_COMPILE_CACHE: join(tmpdir(), 'iam-audit-compiled'),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const run = { output: '', errors: '' }
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      run.output += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      run.errors += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ exitCode: code ?? -1, ...run }))
  })
}
