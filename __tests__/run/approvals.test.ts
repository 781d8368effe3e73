import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { readApprovals } from '../../src/run/approvals.ts'

const paths = { config: 'config.yml', baseline: 'baseline.json' }

test.each([
  ['is not there', null, 'config.yml: There is no such file'],
  ['is no text', Uint8Array.from([0xff, 0xfe]), 'config.yml: is not UTF-8 text'],
  ['is wrong', 'version: 2\n', 'config.yml:1:10: "version": found 2'],
])('a config that %s does not hide what is wrong with the baseline', async (_, config, found) => {
  const workspace = mkdtempSync(join(tmpdir(), 'approvals-'))
  if (config !== null) writeFileSync(join(workspace, paths.config), config)
  writeFileSync(join(workspace, paths.baseline), '{ "version": 1, }')
  const error = String(await readApprovals(workspace, paths).catch((one: Error) => one.message))
  expect(error).toContain(found)
  expect(error).toContain('baseline.json:1:17: not JSON from here on')
})
