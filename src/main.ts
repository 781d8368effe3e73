import { isMainThread } from 'node:worker_threads'

// Each thread loads what it needs itself: the one that delivers is ready at once, and so is the other one.
if (isMainThread) {
  const { run } = await import(/* webpackMode: "eager" */ './action/run.ts')
  await run(process.env, process.argv[1] ?? '')
} else {
  const { work } = await import(/* webpackMode: "eager" */ './action/work.ts')
  await work(process.env)
}
