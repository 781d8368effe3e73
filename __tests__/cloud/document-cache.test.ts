import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { AccountBuilder, allow, document } from '../../simulator/iam/account.ts'
import { folderCache } from '../../src/cloud/crawl/document-cache.ts'
import type { ApiPolicy } from '../../src/cloud/iam/v5-calls.ts'
import { stage } from './stage.ts'

const root = mkdtempSync(join(tmpdir(), 'cache-'))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0
const fresh = () => join(root, String(folders++))

const policy: ApiPolicy = {
  ...{ policy_id: 'P', policy_name: 'Admin', policy_type: 'custom', default_version_id: 'v2' },
  ...{ attachment_count: 1, updated_at: '2026-11-01T00:00:00.000Z' },
}
const version = { version_id: 'v2', created_at: '2026-11-01T00:00:00.000Z', document: '{"Statement":[]}' }

/** A folder with the document of one policy, and its only file. */
async function kept(of: ApiPolicy = policy, account = 'account', folder = fresh()) {
  const cache = folderCache(folder, account, 'secret')
  await cache.put(of, { ...version, version_id: of.default_version_id })
  const [name] = readdirSync(folder) as [string]
  return { cache, folder, file: join(folder, name) }
}

test('what was put is got, and no file names or holds the key', async () => {
  const { cache, folder, file } = await kept()
  expect(await cache.get(policy)).toEqual(version)
  expect(await folderCache(folder, 'account', 'secret').get(policy)).toEqual(version)
  expect(readFileSync(file, 'utf8') + file).not.toContain('secret')
})

test.each([
  ['of another policy', { ...policy, policy_id: 'Q' }, 'account'],
  ['of an older version', { ...policy, default_version_id: 'v1' }, 'account'],
  ['of the same version at another time', { ...policy, updated_at: '2026-10-01T00:00:00.000Z' }, 'account'],
  ['whose fields run into each other', { ...policy, policy_id: 'P","v2', default_version_id: '' }, 'account'],
  ['of another account', policy, 'other'],
])('an entry %s in its place is not believed', async (_name, other, account) => {
  const { cache, file } = await kept()
  const { file: foreign } = await kept(other, account)
  expect(foreign.split('/').at(-1)).not.toBe(file.split('/').at(-1))
  copyFileSync(foreign, file)
  expect(await cache.get(policy)).toBeNull()
  expect(cache.rejected).toBe(1)
})

test('another key finds nothing', async () => {
  const { folder } = await kept()
  const other = folderCache(folder, 'account', 'another')
  expect(await other.get(policy)).toBeNull()
})

test.each<[string, (file: string) => void]>([
  ['empty', (file) => writeFileSync(file, '')],
  ['cut', (file) => truncateSync(file, 80)],
  ['a seal of another length', (file) => writeFileSync(file, `x${readFileSync(file, 'utf8')}`)],
  ['a seal of other letters', (file) => writeFileSync(file, `é${readFileSync(file, 'utf8').slice(1)}`)],
  ['with more at its end', (file) => writeFileSync(file, ' ', { flag: 'a' })],
  ['huge', (file) => truncateSync(file, 3 * 1024 ** 3)],
])('a file that is %s is read again and replaced', async (_name, damage) => {
  const { cache, file } = await kept()
  damage(file)
  expect(await cache.get(policy)).toBeNull()
  expect(cache.rejected).toBe(1)
  await cache.put(policy, version)
  expect(await cache.get(policy)).toEqual(version)
})

test('a link or a pipe in the place of an entry is not followed, and replaced', async () => {
  for (const plant of [
    (file: string) => symlinkSync(`${file}.copy`, file),
    (file: string) => execFileSync('mkfifo', [file]),
  ]) {
    const { cache, file } = await kept()
    copyFileSync(file, `${file}.copy`)
    rmSync(file)
    plant(file)
    expect(await cache.get(policy)).toBeNull()
    await cache.put(policy, version)
    expect(await cache.get(policy)).toEqual(version)
  }
})

test('a folder that cannot be written costs requests, and is said once', async () => {
  const file = fresh()
  writeFileSync(file, '')
  const builder = new AccountBuilder('kept').users('a')
  for (const name of ['P', 'Q']) builder.policy(name, document(allow('obs:*:*'))).attach(name, { user: 'a' })
  const cache = (account: string) => folderCache(join(file, 'cache'), account, 'secret')
  const snapshot = await stage(builder.account).run({ cache })
  expect(snapshot.gaps).toEqual([])
  expect(snapshot.policies.every((one) => one.version !== null)).toBe(true)
  expect(snapshot.notices).toEqual(['2 documents could not be kept in the cache folder.'])
})

test('a place that is taken by a folder leaves no other file behind', async () => {
  const { cache, folder, file } = await kept()
  rmSync(file)
  mkdirSync(file)
  expect(await cache.get(policy)).toBeNull()
  await cache.put(policy, version)
  expect(cache.unwritten).toBe(1)
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([file])
  expect(existsSync(file)).toBe(true)
})

test('warm is cold without the documents; a new default version is read', async () => {
  const folder = fresh()
  const builder = new AccountBuilder('warm').users('a')
  for (let at = 0; at < 20; at++)
    builder.policy(`P${at}`, document(allow(at < 3 ? 'iam:*:*' : 'obs:*:*'))).attach(`P${at}`, { user: 'a' })
  const crawl = async () => {
    const { run, targets } = stage(builder.account)
    const snapshot = await run({ cache: (account) => folderCache(folder, account, 'secret') })
    return { requests: targets.length, snapshot }
  }
  const cold = await crawl()
  const warm = await crawl()
  expect(warm.requests).toBe(cold.requests - 20)
  expect(warm.snapshot.stats.documents_cached).toBe(20)
  expect(warm.snapshot.policies).toEqual(cold.snapshot.policies)
  builder.version('P7', document(allow('iam:*:*')))
  const changed = await crawl()
  expect(changed.requests).toBe(warm.requests + 3)
  expect(changed.snapshot.policies.find((one) => one.policy_name === 'P7')?.version?.version_id).toBe('v2')
})
