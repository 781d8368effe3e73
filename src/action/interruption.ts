/** What can end a run from outside its own course: a cancelled job, or an error that nobody awaits. */
import { UserError } from '../text/problem.ts'

/**
 * Settles with the cause when the run is cut off, and never otherwise. The runner that cancels a job sends SIGINT,
 * after 7.5 s SIGTERM, and kills 2.5 s later: time enough to say what happened.
 */
export function interruption(): Promise<unknown> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () =>
        resolve(
          new UserError(`The run was cancelled (${signal}) before it came to a verdict. Run it again.`),
        ),
      )
    process.on('uncaughtException', resolve)
    process.on('unhandledRejection', resolve)
  })
}
