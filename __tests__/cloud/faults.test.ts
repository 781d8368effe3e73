import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
import { AuthenticationError } from '../../src/cloud/http/cloud-error.ts'
import { obtainedKeys } from '../../src/cloud/keys/credentials.ts'
import { type Fault, holderIds, holdingsOf, stage } from './stage.ts'

const company = () =>
  new AccountBuilder('faults')
    .users('alice', 'bob', 'carol')
    .group('ops', 'alice')
    .group('admin', 'carol')
    .policy('Ops', document(allow('iam:*:*')))
    .policy('Obs', document(allow('obs:*:*')))
    .attach('Ops', { group: 'ops' })
    .attach('Ops', { user: 'bob' })
    .attach('Obs', { group: 'ops' }).account

const everybody = new Set(['alice', 'bob', 'carol'].map((name) => idOf('user', name)))

const calls: [name: string, matches: (target: string) => boolean][] = [
  ['caller-identity', (target) => target.includes('/caller-identity')],
  ['account-summary', (target) => target.includes('/account-summary')],
  ['authorization-schemas', (target) => target.includes('/authorization-schemas/')],
  ['users', (target) => target.startsWith('/v5/users?limit')],
  ['groups', (target) => target.startsWith('/v5/groups?')],
  ['policies', (target) => target.startsWith('/v5/policies?')],
  ['version', (target) => target.includes('/versions/')],
  ['entities', (target) => target.includes('/attached-entities')],
  ['members', (target) => target.includes('group_id=')],
]

const connection = (code: string): Error => Object.assign(new Error(code), { code })
const page = (rest: object): Fault => ({
  status: 200,
  body: JSON.stringify({ users: [], groups: [], policies: [], policy_users: [], ...rest }),
})

/** Faults that pass: after one of them everything is as if nothing had been. */
const passing: [string, () => Fault][] = [
  ['429', () => ({ status: 429 })],
  ['429 with Retry-After in seconds', () => ({ status: 429, headers: { 'retry-after': '7' } })],
  [
    '429 with Retry-After as a date',
    () => ({ status: 429, headers: { 'retry-after': 'Tue, 24 Nov 2026 00:00:30 GMT' } }),
  ],
  ['500', () => ({ status: 500, body: '<html>' })],
  ['502', () => ({ status: 502, body: '<html>Bad Gateway</html>' })],
  ['reset before headers', () => connection('ECONNRESET')],
  ['reset after headers', () => connection('UND_ERR_SOCKET')],
  ['slow headers', () => connection('UND_ERR_HEADERS_TIMEOUT')],
  ['slow body', () => connection('UND_ERR_BODY_TIMEOUT')],
]

/** Faults that stay. */
const lasting: [string, () => Fault][] = [
  ...passing,
  ['a shape that is not documented', () => ({ status: 200, body: '{"unexpected":true}' })],
  [
    'a list that is null',
    () => page({ users: null, groups: null, policies: null, policy_users: 7, page_info: {} }),
  ],
  ['no page_info', () => page({})],
  ['HTML instead of JSON', () => ({ status: 200, body: '<!doctype html>' })],
  ['half a body', () => ({ status: 200, body: '{"users":[{"user_id"' })],
  ['a repeated marker', () => page({ page_info: { current_count: 0, next_marker: 'AAAA' } })],
  ['403', () => ({ status: 403, body: '{"error_code":"PAP5.0001"}' })],
  ['404', () => ({ status: 404, body: '{"error_code":"PAP5.0012"}' })],
  ['a redirect', () => ({ status: 302, headers: { location: 'https://evil.example' } })],
]

describe.each(calls)('%s', (_name, matches) => {
  test.each(passing)('once %s: tried again, and right', async (_fault, fault) => {
    let struck = false
    const { run } = stage(company(), {
      fault: (target) => {
        if (struck || !matches(target)) return null
        struck = true
        return fault()
      },
    })
    expect(holderIds(await run())).toEqual(everybody)
    expect(struck).toBe(true)
  })

  test.each(lasting)('always %s: right, or incomplete, and it ends', async (_fault, fault) => {
    const { run, elapsed } = stage(company(), { fault: (target) => (matches(target) ? fault() : null) })
    const snapshot = await run().catch((error: Error) => error)
    expect(elapsed()).toBeLessThan(31 * 60_000)
    if (snapshot instanceof Error) {
      expect(snapshot.message.length).toBeGreaterThan(20)
      return
    }
    const named = holderIds(snapshot)
    if (named !== null) expect(named).toEqual(everybody)
    else for (const gap of holdingsOf(snapshot).gaps) expect(gap.remedy).not.toBe('')
  })

  test('401 ends the crawl at once', async () => {
    const { run, targets } = stage(company(), {
      fault: (target) => (matches(target) ? { status: 401 } : null),
    })
    await expect(run()).rejects.toBeInstanceOf(AuthenticationError)
    expect(targets.filter(matches).length).toBeLessThanOrEqual(8)
  })
})

test('a lasting 429 gives up after 6 tries or a minute, two when told to wait', async () => {
  const quiet = stage(company(), {
    fault: (target) => (target.startsWith('/v5/groups?') ? { status: 429 } : null),
  })
  await quiet.run()
  expect(quiet.targets.filter((target) => target.startsWith('/v5/groups?')).length).toBeLessThanOrEqual(6)
  const told = stage(company(), {
    fault: (target) =>
      target.startsWith('/v5/groups?') ? { status: 429, headers: { 'retry-after': '50' } } : null,
  })
  await told.run()
  expect(told.targets.filter((target) => target.startsWith('/v5/groups?')).length).toBe(3)
  const endless = stage(company(), {
    fault: (target) =>
      target.startsWith('/v5/groups?') ? { status: 429, headers: { 'retry-after': '3600' } } : null,
  })
  const snapshot = await endless.run()
  expect(endless.elapsed()).toBeLessThan(120_000)
  expect(snapshot.gaps.length).toBe(1)
})

test('thirty minutes are the end of it, and say so once', async () => {
  const builder = new AccountBuilder('slow').users('alice')
  for (let at = 0; at < 2500; at++)
    builder.policy(`P${at}`, document(allow('obs:*:*'))).attach(`P${at}`, { user: 'alice' })
  const { run, elapsed } = stage(builder.account, { maxRate: 1 })
  const snapshot = await run()
  expect(elapsed()).toBeLessThan(32 * 60_000)
  expect(snapshot.gaps.map((gap) => gap.code)).toContain('deadline')
  expect(snapshot.gaps.length).toBeLessThan(10)
})

test('keys of the action itself are renewed once for an expiry, and the crawl goes on', async () => {
  let obtained = 0
  let broken = true
  const { run } = stage(company(), {
    keys: (clock) =>
      obtainedKeys(
        async () => {
          obtained++
          if (obtained > 1) broken = false
          return {
            keys: { accessKeyId: `Key${obtained}`, secretAccessKey: 's', securityToken: 't' },
            expires: clock.now() + 3_600_000,
          }
        },
        clock,
        null,
      ),
    fault: (_, count) => (broken && count > 6 ? { status: 401, body: '{"error_msg":"expired"}' } : null),
  })
  expect(holderIds(await run())).toEqual(everybody)
  expect(obtained).toBe(2)
})

test('keys that end in mid-crawl are renewed before they do', async () => {
  const used = new Set<number>()
  let obtained = 0
  const builder = new AccountBuilder('long').users('alice')
  for (let at = 0; at < 600; at++)
    builder.policy(`P${at}`, document(allow('obs:*:*'))).attach(`P${at}`, { user: 'alice' })
  const { run, elapsed } = stage(builder.account, {
    maxRate: 1,
    keys: (clock) =>
      obtainedKeys(
        async () => {
          used.add(++obtained)
          return {
            keys: { accessKeyId: `Key${obtained}`, secretAccessKey: 's' },
            expires: clock.now() + 300_000,
          }
        },
        clock,
        null,
      ),
  })
  expect((await run()).gaps).toEqual([])
  expect(elapsed()).toBeGreaterThan(600_000)
  expect(obtained).toBeGreaterThanOrEqual(3)
  expect(obtained).toBeLessThanOrEqual(5)
})

test('an auditor who may neither list policies nor attachments gets a few gaps, not hundreds', async () => {
  const builder = new AccountBuilder('many')
  for (let at = 0; at < 200; at++) builder.user(`u${at}`).group(`g${at}`)
  const { run, targets } = stage(builder.account, {
    allowed: ['iam:users:listUsersV5', 'iam:groups:listGroupsV5'],
  })
  const snapshot = await run()
  expect(snapshot.gaps.length).toBeLessThan(30)
  expect(targets.length).toBeLessThan(100)
  expect(holderIds(snapshot)).toBeNull()
})

test('where policies may not be listed the documented way finds the same', async () => {
  const { run } = stage(company(), {
    allowed: ['iam:users:*', 'iam:groups:*', 'iam:policies:listVersionsV5', 'iam::getAccountSummaryV5'],
  })
  const snapshot = await run()
  expect(snapshot.stats.method).toBe('group-first')
  expect(snapshot.notices.join()).toContain('iam:policies:listV5')
  expect(holderIds(snapshot)).toEqual(everybody)
})
