import { execFile } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

test('npm start shows a first run, a drift and its issue, and ends well', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['simulator/demo.ts'])
  expect(stderr).toBe('')
  for (const words of ['no baseline yet', 'DRIFT ', 'The issue it opened', 'result               drift'])
    expect(stdout).toContain(words)
  // No colours and no commands of the runner, whatever reads it.
  expect(stdout).not.toMatch(/\u001b|^ *::/m)
  const report = /The full report: (\S+)/.exec(stdout)?.[1] ?? ''
  expect(existsSync(report)).toBe(true)
  rmSync(report.replace(/\/temp\/iam-audit\/report\.json$/, ''), { recursive: true })
})
