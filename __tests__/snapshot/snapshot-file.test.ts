import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
import { simulatorKeys, startIamSimulator } from '../../simulator/iam/server.ts'
import { takeSnapshot } from '../../src/cli/snapshot.ts'
import { readSnapshot, writeSnapshot } from '../../src/snapshot/snapshot-file.ts'
import { stage } from '../cloud/stage.ts'

const builder = new AccountBuilder('kept').users('alice').group('ops', 'alice')
builder.policy('Obs', document(allow('obs:*:*'))).attach('Obs', { group: 'ops' })
const snapshot = await stage(builder.account).run()
const now = Date.parse(snapshot.taken_at)
const text = (change: object) => new TextEncoder().encode(JSON.stringify({ ...snapshot, ...change }))

test('what is written is read, plain and compressed', () => {
  for (const path of ['a.json', 'a.json.gz']) {
    const bytes = writeSnapshot(snapshot, path)
    expect(bytes[0] === 0x1f).toBe(path.endsWith('.gz'))
    expect(readSnapshot(bytes, path, now, null)).toEqual({ snapshot, warning: null })
  }
})

test('older than a day it warns', () => {
  const bytes = writeSnapshot(snapshot, 'a.json')
  expect(readSnapshot(bytes, 'a.json', now + 86_399_000, null).warning).toBeNull()
  expect(readSnapshot(bytes, 'a.json', now + 3 * 86_400_000, null).warning).toContain('3 days ago')
})

test.each([
  ['cut', writeSnapshot(snapshot, 'a.json').slice(0, 200), 'cut or damaged'],
  ['cut while compressed', writeSnapshot(snapshot, 'a.json.gz').slice(0, 200), 'cut or damaged'],
  ['empty', new Uint8Array(), 'cut or damaged'],
  ['something else', new TextEncoder().encode('{"a":1}'), 'no snapshot'],
  ['another version', text({ version: 2 }), 'version 2'],
  ['a missing part', text({ attachments: undefined }), 'attachments'],
] as const)('%s is refused', (_name, bytes, reason) => {
  expect(() => readSnapshot(bytes, 'a.json', now, null)).toThrow(reason)
})

test('another account is refused', () => {
  expect(() => readSnapshot(text({}), 'a.json', now, 'other')).toThrow(/not "other"/)
})

test('npm run snapshot saves every group with a policy, whatever it allows', async () => {
  await using cloud = await startIamSimulator({ account: builder.account })
  const path = join(tmpdir(), `cli-snapshot-${process.pid}.json.gz`)
  const said: string[] = []
  const { accessKeyId, secretAccessKey } = simulatorKeys
  const environment = { HW_ACCESS_KEY: accessKeyId, HW_SECRET_KEY: secretAccessKey }
  const args = ['--out', path, '--iam-endpoint', cloud.url, '--sts-endpoint', cloud.url, '--max-rate', '500']
  await takeSnapshot(args, environment, (line) => said.push(line))
  const { snapshot: saved } = readSnapshot(readFileSync(path), path, Date.now(), null)
  expect(saved.memberships).toEqual([{ group_id: idOf('group', 'ops'), user_ids: [idOf('user', 'alice')] }])
  expect(said.at(-1)).toContain('2 users, 1 groups, 1 attached policies')
  await expect(takeSnapshot(args, {}, () => {})).rejects.toThrow(/no keys/)
})
