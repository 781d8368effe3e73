/**
 * Runs the command `iam-audit` in this process, from the sources: the same words, variables, folder, texts and exit
 * code, without the start of a bundle. For questions that differ in words alone; that the bundle answers them the same
 * way is shown where it is started.
 */
import { runShell, type ShellOptions, type ShellRun } from '../../simulator/shell.ts'
import { main } from '../../src/cli/main.ts'

let before: Promise<unknown> = Promise.resolve()

/** As `runShell`. With `BUNDLE=all` in the environment it starts the bundle as well. */
export function runWarmShell(args: readonly string[], options: ShellOptions): Promise<ShellRun> {
  if (process.env.BUNDLE === 'all') return runShell(args, options)
  // One run after the other: folder, streams and exit code of a process are there once.
  const run = before.then(() => runHere(args, options))
  before = run.catch(() => {})
  return run
}

async function runHere(
  args: readonly string[],
  { folder, environment = {} }: ShellOptions,
): Promise<ShellRun> {
  const home = process.cwd()
  const { exitCode } = process
  const output = captured(process.stdout)
  const errors = captured(process.stderr)
  process.chdir(folder)
  process.exitCode = 0
  try {
    await main(args, { PATH: process.env.PATH, HOME: folder, ...environment })
    return { exitCode: Number(process.exitCode), output: output.text(), errors: errors.text() }
  } finally {
    process.exitCode = exitCode
    process.chdir(home)
    output.end()
    errors.end()
  }
}

/** What is written to a stream from here to the end. */
function captured(stream: NodeJS.WriteStream): { text(): string; end(): void } {
  const { write, isTTY } = stream
  const listeners = stream.listeners('error')
  let text = ''
  // Nobody watches, whoever started the tests.
  stream.isTTY = false
  stream.write = (chunk: string | Uint8Array) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    return true
  }
  return {
    text: () => text,
    end() {
      stream.write = write
      stream.isTTY = isTTY
      for (const one of stream.listeners('error'))
        if (!listeners.includes(one)) stream.off('error', one as (error: Error) => void)
    },
  }
}
