/** A run ends with outputs, summary and report, whatever its work is doing when it is cut off. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@jest/globals'
import { parseOutputs } from '../../simulator/runner.ts'

interface Ended {
  readonly exitCode: number | null
  readonly log: string
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
  /** Null: the outcome names none. */
  readonly report: { readonly result: string; readonly problems: readonly string[] } | null
}

/** Runs the delivering thread with this for its work; `signal` is sent when the work says so. */
async function runWith(work: string, signal?: NodeJS.Signals): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'run-'))
  try {
    const script = join(folder, 'work.mjs')
    writeFileSync(script, work)
    for (const name of ['output', 'summary']) writeFileSync(join(folder, name), '')
    const main = join(folder, 'main.mjs')
    const run = pathToFileURL(resolve('src/action/run.ts')).href
    writeFileSync(main, `import { run } from '${run}'\nawait run(process.env, ${JSON.stringify(script)})`)
    const child = spawn(process.execPath, [main], {
      env: {
        ...{ PATH: process.env.PATH, RUNNER_TEMP: folder, GITHUB_OUTPUT: join(folder, 'output') },
        ...{ GITHUB_STEP_SUMMARY: join(folder, 'summary'), GITHUB_EVENT_NAME: 'schedule' },
        'INPUT_GITHUB-TOKEN': 'token-of-the-run',
      },
    })
    let log = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        log += text
        if (signal !== undefined && text.includes('working')) child.kill(signal)
      })
    const exitCode = await new Promise<number | null>((settle) => child.on('close', settle))
    const outputs = parseOutputs(readFileSync(join(folder, 'output'), 'utf8'))
    return {
      ...{ exitCode, log, outputs, summary: readFileSync(join(folder, 'summary'), 'utf8') },
      report: outputs.report ? JSON.parse(readFileSync(outputs.report, 'utf8')) : null,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle of work that never lets go', async (signal) => {
  const ended = await runWith("process._rawDebug('working'); for (;;);", signal)
  expect(ended.exitCode).toBe(1)
  expect(ended.outputs.result).toBe('error')
  expect(ended.summary).toContain('The run was cancelled')
  expect(ended.report?.problems).toEqual([
    `The run was cancelled (${signal}) before it came to a verdict. Run it again.`,
  ])
})

test.each([
  [
    'throws what nobody catches',
    "setTimeout(() => { throw new Error('odd token-of-the-run') })",
    /odd \*\*\*/,
  ],
  ['ends without an outcome', 'process.exit(7)', /ended with code 7/],
  ['cannot be started', 'import "nothing-of-the-kind"', /nothing-of-the-kind/],
])('work that %s is an error with a report', async (_, work, words) => {
  const ended = await runWith(work)
  expect(ended.exitCode).toBe(1)
  expect(ended.report?.result).toBe('error')
  expect(ended.report?.problems).toEqual([expect.stringMatching(words)])
  expect(ended.summary).toContain('stopped before a verdict')
  expect(ended.log.replace(/::add-mask::.*/g, '')).not.toContain('token-of-the-run')
})

test('what the work printed stands before what is delivered', async () => {
  const outcome = {
    outputs: { result: 'drift' },
    summary: 'Look at this.\n',
    annotations: [],
    failure: 'Drift.',
  }
  const ended = await runWith(`
    import { parentPort } from 'node:worker_threads'
    for (let at = 0; at < 500; at++) process.stdout.write('line ' + at + '\\n')
    parentPort.postMessage(${JSON.stringify(outcome)})
    process.stdout.write('the last line\\n')`)
  expect(ended).toMatchObject({ exitCode: 1, summary: 'Look at this.\n', outputs: { result: 'drift' } })
  expect(ended.log.split('\n').slice(-4)).toEqual(['line 499', 'the last line', '::error::Drift.', ''])
})
