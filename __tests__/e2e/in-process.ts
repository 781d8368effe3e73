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
  const variables = readByToolkit.map((name) => [name, process.env[name]] as const)
  for (const name of readByToolkit) setVariable(name, environment[name])
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
    for (const [name, value] of variables) setVariable(name, value)
    process.exitCode = exitCode
  }
}

/** The toolkit reads the variables of its own process. */
const readByToolkit = [
  'GITHUB_OUTPUT',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
] as const

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
