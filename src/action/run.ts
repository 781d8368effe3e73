/**
 * One run from the environment to the exit code: secrets masked first, outputs and summary written last, always. The
 * work is done by a thread of its own, so that this one is free when the job is cancelled, whatever is being computed.
 */
import { Worker } from 'node:worker_threads'
import { maskEnvironment, onMask } from '../run/secrets.ts'
import { deliver } from './deliver.ts'
import { interruption } from './interruption.ts'
import { setSecret } from './log.ts'
import type { Outcome } from './outcome.ts'

/**
 * Runs the action. Never throws; sets the exit code.
 *
 * @param script path of the file that is running: in another thread it does the work
 */
export async function run(environment: NodeJS.ProcessEnv, script: string): Promise<void> {
  // Before anything else: whatever is printed or written from here on, the secrets are not in it.
  onMask(setSecret)
  maskEnvironment(environment)
  goOnWithoutReader()
  const cutOff = interruption().then(async (error) => {
    await deliver(await stopped(error, environment), environment)
    // What the run was doing is still under way, and nobody waits for it any more.
    process.exit()
  })
  const outcome = outcomeOf(script).catch((error: unknown) => stopped(error, environment))
  await Promise.race([cutOff, outcome.then((done) => deliver(done, environment))])
}

/** The outcome of a run without a verdict. What it takes to write it is loaded only where there is none. */
async function stopped(error: unknown, environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const { stopped } = await import(/* webpackMode: "eager" */ './stopped.ts')
  return stopped(error, environment)
}

/** What the work comes to. It is awaited until the thread has ended, so that its log stands before the delivery. */
function outcomeOf(script: string): Promise<Outcome> {
  const worker = new Worker(script)
  return new Promise((resolve, reject) => {
    let outcome: Outcome | null = null
    worker.once('message', (message: Outcome) => {
      outcome = message
    })
    worker.once('error', reject)
    worker.once('exit', (code) => {
      if (outcome === null) reject(new Error(`the work ended with code ${code} and without an outcome`))
      else resolve(outcome)
    })
  })
}

/** A log that nobody reads any more takes neither summary nor outputs along. */
function goOnWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
}
