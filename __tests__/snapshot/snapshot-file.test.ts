import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document } from '../../simulator/iam/account.ts'
import { readSnapshot, writeSnapshot } from '../../src/account/snapshot-file.ts'
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
    expect(readSnapshot(bytes, path, now)).toEqual({ snapshot, warning: null })
  }
})

test('older than a day it warns', () => {
  const bytes = writeSnapshot(snapshot, 'a.json')
  expect(readSnapshot(bytes, 'a.json', now + 86_399_000).warning).toBeNull()
  expect(readSnapshot(bytes, 'a.json', now + 3 * 86_400_000).warning).toContain('3 days ago')
})

test('dated in the future it warns, for nobody can tell its age', () => {
  const bytes = writeSnapshot(snapshot, 'a.json')
  expect(readSnapshot(bytes, 'a.json', now - 3_000_000).warning).toBeNull()
  expect(readSnapshot(bytes, 'a.json', now - 86_400_000).warning).toContain('in the future')
})

const [user] = snapshot.users
const [group] = snapshot.groups
const [policy] = snapshot.policies
const attachment = { policy_id: 'P', principal_type: 'user', principal_id: 'u', attached_at: '' }

test.each<[string, object, string]>([
  ['a user twice', { users: [...snapshot.users, user] }, 'the user'],
  ['a group twice', { groups: [group, { ...group, group_name: 'x' }] }, 'the group'],
  ['a policy twice', { policies: [policy, { ...policy, policy_name: 'x' }] }, 'the policy'],
  ['an attachment twice', { attachments: [attachment, { ...attachment, attached_at: null }] }, 'attachment'],
  [
    'members of a group twice',
    { memberships: ['g', 'h', 'g'].map((group_id) => ({ group_id, user_ids: [] })) },
    'members of the group g',
  ],
  [
    'another version than the default one',
    { policies: [{ ...policy, default_version_id: 'v9' }] },
    'default',
  ],
  ['nothing of what was looked at', { coverage: [] }, 'whether it looked at identity-policies'],
  ['one part looked at twice', { coverage: [...snapshot.coverage, snapshot.coverage[3]] }, 'legacy-roles'],
])('%s contradicts itself and is refused', (_name, change, reason) => {
  expect(() => readSnapshot(text(change), 'a.json', now)).toThrow(new RegExp(`contradicts itself.*${reason}`))
})

// Three hundred times a mebibyte of nothing, in a third of one.
const bomb = Buffer.concat(Array.from({ length: 300 }, () => gzipSync(Buffer.alloc(1024 * 1024))))

test.each([
  ['cut', writeSnapshot(snapshot, 'a.json').slice(0, 200), 'cut or damaged'],
  ['cut while compressed', writeSnapshot(snapshot, 'a.json.gz').slice(0, 200), 'cut or damaged'],
  ['empty', new Uint8Array(), 'cut or damaged'],
  [
    'with something after its end',
    new TextEncoder().encode(`${JSON.stringify(snapshot)}x`),
    'cut or damaged',
  ],
  ['not UTF-8', Uint8Array.from([...text({}), 0xff]), 'cut or damaged'],
  [
    'damaged while compressed',
    writeSnapshot(snapshot, 'a.json.gz').map((byte, at) => (at === 99 ? byte ^ 1 : byte)),
    'cut or damaged',
  ],
  ['a bomb', bomb, 'cut or damaged'],
  ['null', new TextEncoder().encode('null'), 'cut or damaged'],
  ['a list', new TextEncoder().encode('[]'), 'no snapshot'],
  ['taken at no time', text({ taken_at: 'yesterday' }), 'taken_at'],
  ['something else', new TextEncoder().encode('{"a":1}'), 'no snapshot'],
  ['another version', text({ version: 1 }), 'version 1'],
  ['a missing part', text({ attachments: undefined }), 'attachments'],
] as const)('%s is refused', (_name, bytes, reason) => {
  expect(() => readSnapshot(bytes, 'a.json', now)).toThrow(reason)
})
