import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
import { BASELINE, startWorld, warm } from './world.ts'

test('2,000 users and 2,000 groups: few requests, every holder found', async () => {
  const builder = new AccountBuilder('large')
  const names = Array.from({ length: 2000 }, (_, at) => `user${at}`)
  builder.users(...names)
  builder.policy('Admin', document(allow('iam:*:*'))).policy('Read', document(allow('ecs:*:get*')))
  const nameOf = (at: number) => (at === 0 ? 'admin' : `group${at}`)
  for (let at = 0; at < 2000; at++) {
    builder.group(nameOf(at), names[at] as string, names[(at * 7) % 2000] as string)
    builder.attach('Read', { group: nameOf(at) })
  }
  for (let at = 0; at < 50; at++) builder.attach('Admin', { group: nameOf(at) })
  await using world = await startWorld(builder.account)
  const run = await world.audit()
  const expected = new Set(builder.account.groups.slice(0, 50).flatMap((group) => group.members))
  expect(new Set(run.report.grants.map((grant: { user_id: string }) => grant.user_id))).toEqual(expected)
  expect(run.outputs.complete).toBe('true')
  // Twice the policy list, the entities of one policy, 50 groups, 11 pages of users and 10 of groups; two documents;
  // who asks, the account's own counts, the catalogue. Twice two agency lists, the providers, and seven of legacy roles.
  expect(world.cloud.calls.length).toBeLessThanOrEqual(2 * (1 + 1 + 50 + 11 + 10) + 2 + 3 + 2 * (2 + 1 + 7))
})

test('a summary that would be too long is cut at whole rows, and says so', async () => {
  const builder = new AccountBuilder('wide')
  const names = Array.from({ length: 1500 }, (_, at) => `${'x'.repeat(50)}${at}`)
  builder
    .users(...names)
    .policy('Wide', document(allow(Array.from({ length: 40 }, (_, at) => `iam:users:create${at}*`))))
  for (const name of names) builder.attach('Wide', { user: name })
  await using world = await startWorld(builder.account)
  world.files[BASELINE] = JSON.stringify({
    version: 1,
    account: idOf('account', 'wide'),
    audited_permissions: {},
    approvals: [],
  })
  const run = await world.audit()
  expect(run.outputs['unapproved-holders']).toBe('1500')
  expect(Buffer.byteLength(run.summary)).toBeLessThanOrEqual(1024 * 1024)
  expect(run.log.split('\n').filter((line) => line.startsWith('DRIFT '))).toHaveLength(1500)
  const annotations = run.log.split('\n').filter((line) => line.startsWith('::error'))
  expect(annotations).toHaveLength(10)
  expect(annotations.at(-1)).toMatch(/1500 users hold more of [a-z-]+ than was approved/)
  expect(run.summary).toMatch(/\d+ more (findings|holders) did not fit here/)
  expect(run.summary.split('\n').at(-2)).toContain('</sub>')
  const body = world.github.state.issues[0]?.body ?? ''
  expect(body.length).toBeLessThanOrEqual(65_536)
  expect(body).toMatch(/more findings did not fit here/)
  expect(world.github.violations).toEqual([])
})

test('a file with more problems than a summary holds: whole rows of them, and all in the report', async () => {
  await using world = await startWorld(new AccountBuilder('faulty').account)
  const approvals = Array.from({ length: 3000 }, (_, at) => ({ user_id: `id${at}`, wrong: '@'.repeat(9) }))
  world.files[BASELINE] = JSON.stringify({ version: 1, account: 'a', audited_permissions: {}, approvals })
  const run = await world.audit()
  expect(run.outputs.result).toBe('error')
  expect(Buffer.byteLength(run.summary)).toBeLessThanOrEqual(1024 * 1024)
  expect(run.summary).toMatch(/\d+ more problems did not fit here; the report has them all/)
  expect(run.report.problems).toHaveLength(3000 * 4)
  // The runner cuts what an error says, so all of them stand in lines of their own.
  const log = run.log.split('\n')
  expect(log.filter((line) => line.startsWith(`${BASELINE}:1:`))).toHaveLength(3000 * 4)
  const error = log.filter((line) => line.startsWith('::error'))
  expect(error).toHaveLength(1)
  expect(error[0]?.length).toBeLessThan(5000)
  expect(error[0]).toMatch(/%0A\d+ more stand above\.$/)
})

test('a proxy is used for the cloud, and not for what no_proxy names', async () => {
  await using world = await startWorld(new AccountBuilder('proxied').users('alice').account)
  const tunnels: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '')
    const [, port] = (request.url ?? '').split(':')
    const target = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      target.pipe(socket)
      socket.pipe(target)
    })
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const port = (url: string) => new URL(url).port
  try {
    const environment = {
      http_proxy: address,
      https_proxy: address,
      no_proxy: `127.0.0.1:${port(world.github.url)}`,
    }
    const run = await world.audit({ environment })
    expect(run.outputs.result).toBe('no-baseline')
    expect(tunnels.some((target) => target.endsWith(`:${port(world.cloud.url)}`))).toBe(true)
    expect(tunnels.some((target) => target.endsWith(`:${port(world.github.url)}`))).toBe(false)
    tunnels.length = 0
    const direct = await world.audit({ environment: { ...environment, no_proxy: '127.0.0.1' } })
    expect(direct.outputs.result).toBe('no-baseline')
    expect(tunnels).toEqual([])
  } finally {
    proxy.closeAllConnections()
    proxy.close()
  }
})

test('a snapshot saves what was crawled, and audits to the same', async () => {
  const builder = new AccountBuilder('kept').users('alice').policy('Admin', document(allow('iam:*:*')))
  builder.attach('Admin', { user: 'alice' })
  await using world = await startWorld(builder.account)
  const path = `/tmp/iam-audit-snapshot-${process.pid}.json.gz`
  const live = await world.audit({ ...warm, inputs: { 'save-snapshot': path } })
  const calls = world.cloud.calls.length
  const again = await world.audit({
    inputs: { snapshot: path, 'access-key-id': '', 'secret-access-key': '' },
  })
  expect(world.cloud.calls.length).toBe(calls)
  expect(again.report.grants).toEqual(live.report.grants)
  expect(again.outputs['issue-action']).toBe('skipped')
  expect((await readFile(path)).includes('SecretKey')).toBe(false)
  const unsaved = await world.audit({ ...warm, inputs: { 'save-snapshot': '/dev/null/snapshot.json' } })
  expect(unsaved.report.grants).toEqual(live.report.grants)
  expect(unsaved.log).toContain('/dev/null/snapshot.json could not be written')
})

test('a warm cache reads no document again, and a forged one is not believed', async () => {
  const builder = new AccountBuilder('cached').users('alice').policy('Admin', document(allow('iam:*:*')))
  builder.attach('Admin', { user: 'alice' })
  await using world = await startWorld(builder.account)
  const cache = `/tmp/iam-audit-cache-${process.pid}`
  const first = await world.audit({ ...warm, inputs: { cache } })
  const second = await world.audit({ inputs: { cache } })
  expect(second.report.stats.requests).toBe(first.report.stats.requests - 1)
  const { readdir, writeFile } = await import('node:fs/promises')
  for (const name of await readdir(cache)) {
    const text = await readFile(`${cache}/${name}`, 'utf8')
    await writeFile(`${cache}/${name}`, text.replace('iam:*:*', 'ecs:*:*'))
  }
  const forged = await world.audit({ ...warm, inputs: { cache } })
  expect(forged.report.grants.map((grant: { user: string }) => grant.user)).toEqual(['alice'])
  expect(forged.report.notices.join()).toContain('did not authenticate')
})

test('keyless: the OIDC token is exchanged for keys that can only read', async () => {
  const builder = new AccountBuilder('keyless').users('alice').agency('auditor')
  builder.policy('Read', document(allow('obs:*:*'))).attach('Read', { user: 'alice' })
  await using world = await startWorld(builder.account, {
    cloud: { oidc: { audience: 'sts.huaweicloud.com', subject: 'repo:acme/security:ref:refs/heads/main' } },
  })
  const claims = (sub: string) =>
    Buffer.from(JSON.stringify({ iss: 'https://issuer', sub, aud: 'sts.huaweicloud.com' })).toString(
      'base64url',
    )
  let subject = 'repo:acme/security:ref:refs/heads/main'
  let odd: { status: number; body: string } | null = null
  const issuer = createServer((_, response) => {
    response.writeHead(odd?.status ?? 200, { 'content-type': 'application/json' })
    response.end(odd?.body ?? JSON.stringify({ value: `e30.${claims(subject)}.signature` }))
  })
  issuer.listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const account = idOf('account', 'keyless')
  const options = {
    inputs: {
      'access-key-id': '',
      'secret-access-key': '',
      'oidc-provider-urn': `iam::${account}:oidcProvider:github`,
      'agency-urn': `iam::${account}:agency:auditor`,
    },
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/token?x=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    },
  }
  try {
    const run = await world.audit(options)
    expect(run.outputs.result).toBe('no-baseline')
    const key = world.cloud.session.keys.at(-1)
    expect(key?.allowed).toContain('iam:*:get*')
    const reads = /^(iam:\*?:(get|list|show|check)\*|cts:trace:list)$/
    expect(key?.allowed?.filter((action) => !reads.test(action))).toEqual([])
    const shown = run.log.replace(/::add-mask::.*/g, '')
    for (const secret of [key?.secretAccessKey, key?.securityToken]) expect(shown).not.toContain(secret)
    const cache = `/tmp/iam-audit-keyless-${process.pid}`
    const keyless = await world.audit({ ...options, ...warm, inputs: { ...options.inputs, cache } })
    expect(keyless.log).toContain('The document cache is not used')
    expect(existsSync(cache)).toBe(false)
    const secret = { cache, 'cache-secret': 'of its own' }
    await world.audit({ ...options, ...warm, inputs: { ...options.inputs, ...secret } })
    expect(existsSync(cache)).toBe(true)
    for (const [status, body, reason] of [
      [403, '{"value":"leaked"}', 'GitHub answered with status 403'],
      [200, '{}', 'its answer holds no token'],
      [200, '{"value":{"secret":"leaked"}}', 'its answer holds no token'],
      [200, 'leaked', 'could not be reached, or its answer'],
    ] as const) {
      odd = { status, body }
      const failed = await world.audit({ ...options, ...warm })
      expect(failed.outputs.result).toBe('error')
      expect(failed.log).toContain(reason)
      expect(failed.log).not.toContain('id-token: write')
      expect(failed.log.replace(/::add-mask::.*/g, '')).not.toContain('leaked')
    }
    odd = null
    subject = 'repo:evil/fork:ref:refs/heads/main'
    const refused = await world.audit(options)
    expect(refused.outputs.result).toBe('error')
    expect(refused.log).toContain('repo:evil/fork:ref:refs/heads/main')
    const missing = await world.audit({ ...options, ...warm, environment: {} })
    expect(missing.log).toContain('id-token: write')
  } finally {
    issuer.closeAllConnections()
    issuer.close()
  }
})
