import { isMainThread } from 'node:worker_threads'
import { run } from './action/run.ts'
import { work } from './action/work.ts'

await (isMainThread ? run(process.env, process.argv[1] ?? '') : work(process.env))
