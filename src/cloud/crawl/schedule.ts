/** Runs the tasks of one reading in an order that nobody can predict, as many at once as the pace can use. */
import type { Source, Task } from './source.ts'

/** Requests under way at once; the pace decides how many leave in a second. */
const CONCURRENCY = 8

export interface Progress {
  readonly phase: string
  readonly done: number
  readonly total: number
}

/**
 * Asks the sources for tasks until none has any. A task may lead to others, which join those that wait: nothing waits
 * for a whole phase to end. The first error ends it.
 *
 * @param random 0 to 1; who could predict it could move somebody from what is not read yet to what was read
 */
export async function runTasks(
  sources: readonly Source[],
  random: () => number,
  progress: (progress: Progress) => void,
): Promise<void> {
  const known = new Set<string>()
  const waiting: Task[] = []
  const running = new Set<Promise<void>>()
  let done = 0
  let failure: { readonly error: unknown } | null = null

  const add = (tasks: readonly Task[]): void => {
    for (const task of tasks) {
      if (known.has(task.key)) continue
      known.add(task.key)
      waiting.push(task)
    }
  }
  const start = (): void => {
    const at = Math.floor(random() * waiting.length)
    const task = waiting[at] as Task
    waiting[at] = waiting[waiting.length - 1] as Task
    waiting.pop()
    const run: Promise<void> = task
      .run()
      .then(
        () => progress({ phase: task.phase, done: ++done, total: known.size }),
        (error: unknown) => {
          failure ??= { error }
        },
      )
      .finally(() => running.delete(run))
    running.add(run)
  }

  for (;;) {
    // Planning looks at everything that is known, so it is done when there is room for more.
    if (waiting.length < CONCURRENCY) for (const source of sources) add(source.plan())
    if (waiting.length === 0 && running.size === 0) for (const source of sources) add(source.planAgain())
    while (failure === null && waiting.length > 0 && running.size < CONCURRENCY) start()
    if (running.size === 0) break
    await Promise.race(running)
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error
}
