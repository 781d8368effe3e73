/** `… | head -1` ends quietly, and what is said beside the answer stops no work. */
import { spawn } from 'node:child_process'
import { expect, test } from '@jest/globals'

/** Runs a script whose given output is closed at the first byte; what it left behind. */
async function closed(
  output: 'stdout' | 'stderr',
  script: string,
): Promise<{ exitCode: number | null; signal: string | null; other: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: process.cwd() })
  const other = output === 'stdout' ? child.stderr : child.stdout
  let text = ''
  other.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  child[output].once('data', () => child[output].destroy())
  return new Promise((resolve) =>
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, other: text })),
  )
}

const many = (stream: string): string => `
  for (let at = 0; at < 2000; at++) {
    process.${stream}.write('x'.repeat(1000) + '\\n')
    if (at % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }`

test('answers that nobody reads any more end the command with its exit code and without a word', async () => {
  const script = `
    import { endQuietlyWhenClosed } from './src/cli/closed-pipe.ts'
    endQuietlyWhenClosed(process.stdout)
    process.exitCode = 1
    ${many('stdout')}`
  expect(await closed('stdout', script)).toEqual({ exitCode: 1, signal: null, other: '' })
})

test('progress that nobody reads any more does not end the work', async () => {
  const script = `
    import { goOnWhenClosed } from './src/cli/closed-pipe.ts'
    goOnWhenClosed(process.stderr)
    ${many('stderr')}
    process.stdout.write('done')`
  expect(await closed('stderr', script)).toEqual({ exitCode: 0, signal: null, other: 'done' })
})
