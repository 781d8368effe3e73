import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { isInside, readWorkspaceFile, workspacePath, writeAtomically } from '../../src/run/workspace.ts'
import { UserError } from '../../src/text/problem.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'workspace-'))

test('reads text, and null for a file that is not there', async () => {
  const workspace = folder()
  writeFileSync(join(workspace, 'a.yml'), 'grüß: gott')
  expect(await readWorkspaceFile(workspace, 'a.yml', 'config')).toBe('grüß: gott')
  expect(await readWorkspaceFile(workspace, 'b.yml', 'config')).toBeNull()
})

test('refuses a link that leads out of the workspace', async () => {
  const [workspace, outside] = [folder(), folder()]
  writeFileSync(join(outside, 'secret'), 'SecretKey')
  symlinkSync(join(outside, 'secret'), join(workspace, 'a.yml'))
  const error = await readWorkspaceFile(workspace, 'a.yml', 'config').catch(String)
  expect(error).toContain('a.yml leads out of the workspace')
  expect(error).not.toContain('SecretKey')
})

test('refuses a path that leads out, a folder, and bytes that are no text', async () => {
  const workspace = folder()
  writeFileSync(join(workspace, 'latin'), Uint8Array.from([0xff, 0xfe, 0x00]))
  await expect(readWorkspaceFile(workspace, '../../etc/passwd', 'config')).rejects.toThrow()
  await expect(readWorkspaceFile(workspace, '.', 'config')).rejects.toThrow(/not a file/)
  await expect(readWorkspaceFile(workspace, 'latin', 'config')).rejects.toThrow(/not UTF-8/)
})

test('refuses a path that leads out also where nothing is yet: an update would write there', async () => {
  const [workspace, outside] = [folder(), folder()]
  symlinkSync(outside, join(workspace, 'linked'))
  for (const path of ['../not-there.json', '/not/there.json', 'linked/deep/not-there.json'])
    await expect(readWorkspaceFile(workspace, path, 'baseline')).rejects.toThrow(/leads out/)
  expect(await readWorkspaceFile(workspace, 'not/yet/there.json', 'baseline')).toBeNull()
})

test('the path of a file for GitHub, however the workflow names it', () => {
  for (const path of ['.github/a.yml', './.github/a.yml', '/w/.github/a.yml', '.github//x/../a.yml'])
    expect(workspacePath('/w', path)).toBe('.github/a.yml')
})

test('a folder whose name merely begins alike is outside', () => {
  expect(isInside('/srv', '/srv/a')).toBe(true)
  expect(isInside('/srv', '/srv')).toBe(true)
  expect(isInside('/srv', '/srvspace')).toBe(false)
})

test('writes whole files, makes folders, and leaves nothing else behind', async () => {
  const workspace = folder()
  await writeAtomically(join(workspace, 'deep/er/a.json'), '{}\n')
  expect(readFileSync(join(workspace, 'deep/er/a.json'), 'utf8')).toBe('{}\n')
  expect(readdirSync(join(workspace, 'deep/er'))).toEqual(['a.json'])
})

test('says which file could not be written, and why', async () => {
  const workspace = folder()
  writeFileSync(join(workspace, 'file'), '')
  const writing = writeAtomically(join(workspace, 'file/report.json'), '{}')
  await expect(writing).rejects.toThrow(/file\/report\.json could not be written: E(NOTDIR|EXIST)/)
  await expect(writing).rejects.toBeInstanceOf(UserError)
})
