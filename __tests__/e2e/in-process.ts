/**
 * Runs the action in this process, from the sources: the same environment, files, log and servers, without the start of
 * a bundle, which costs more than all that most runs do. For what differs in accounts, files and pull requests; that
 * the bundle does the same is shown where it is started.
 */

import type { Execute, Executed } from '../../simulator/runner.ts'
import { deliver } from '../../src/action/deliver.ts'
import { workedOut } from '../../src/action/work.ts'
import { maskEnvironment } from '../../src/run/secrets.ts'

let before: Promise<unknown> = Promise.resolve()

/** One run after the other: log and exit code of a process are there once. */
export const inProcess: Execute = (environment) => {
  const run = before.then(() => runHere({ ...environment }))
  before = run.catch(() => {})
  return run
}

async function runHere(environment: NodeJS.ProcessEnv): Promise<Executed> {
  const { exitCode } = process
  const write = process.stdout.write
  let log = ''
  process.exitCode = 0
  // The toolkit reads the variables of its own process.
  const { GITHUB_OUTPUT } = process.env
  process.env.GITHUB_OUTPUT = environment.GITHUB_OUTPUT
  process.stdout.write = (text: string | Uint8Array) => {
    log += String(text)
    return true
  }
  try {
    maskEnvironment(environment)
    // As it comes from the other thread.
    await deliver(structuredClone(await workedOut(environment)), environment)
    return { exitCode: Number(process.exitCode), log }
  } finally {
    process.stdout.write = write
    if (GITHUB_OUTPUT === undefined) delete process.env.GITHUB_OUTPUT
    else process.env.GITHUB_OUTPUT = GITHUB_OUTPUT
    process.exitCode = exitCode
  }
}
