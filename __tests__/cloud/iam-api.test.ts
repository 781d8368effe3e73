import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
import { progressLines } from '../../src/cloud/crawl/progress.ts'
import { holderIds, holdingsOf, stage } from './stage.ts'

const builder = () =>
  new AccountBuilder('shapes')
    .users('alice', 'bob')
    .group('ops', 'alice')
    .group('admin')
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { group: 'ops' })
    .attach('Ops', { user: 'bob' })

const everybody = new Set(['alice', 'bob'].map((name) => idOf('user', name)))

/** Crawls while every answer of a call is changed like this. */
function crawlWith(path: string, change: (body: Record<string, unknown>) => unknown, times = 99) {
  let left = times
  return stage(builder().account, {
    change: (target, body) => (target.includes(path) && left-- > 0 ? change(body) : body),
  }).run()
}

const first = (name: string, fields: object) => (body: Record<string, unknown>) => {
  const [row, ...rest] = body[name] as object[]
  return { ...body, [name]: [{ ...row, ...fields }, ...rest] }
}

describe('an answer that is odd and whole is read', () => {
  test.each<[string, string, (body: Record<string, unknown>) => unknown]>([
    ['a list of agencies that is null', 'attached-entities', (body) => ({ ...body, policy_agencies: null })],
    ['no list of agencies', 'attached-entities', ({ policy_agencies: _, ...body }) => body],
    ['an empty marker', '/v5/users', (body) => ({ ...body, page_info: { next_marker: '' } })],
    ['a marker that is null', '/v5/policies?', (body) => ({ ...body, page_info: { next_marker: null } })],
    ['a page_info without a marker', '/v5/groups?', (body) => ({ ...body, page_info: {} })],
    ['fields that nobody knows', '/v5/', (body) => ({ ...body, new_field: [1] })],
    [
      'a row twice',
      '/v5/users',
      (body) => ({ ...body, users: [...(body.users as object[]), ...(body.users as object[])] }),
    ],
    ['no count', '/v5/policies?', first('policies', { attachment_count: undefined })],
    ['a count that is text', '/v5/policies?', first('policies', { attachment_count: '2' })],
    ['no type', '/v5/policies?', first('policies', { policy_type: undefined, updated_at: 7 })],
    ['no URN', '/v5/users?limit', first('users', { urn: undefined, created_at: null })],
    ['a group without a date', '/v5/groups?', first('groups', { created_at: undefined, urn: undefined })],
    [
      'a version without a date',
      '/versions/',
      (body) => ({ policy_version: { ...(body.policy_version as object), created_at: undefined } }),
    ],
  ])('%s', async (_name, path, change) => {
    expect(holderIds(await crawlWith(path, change))).toEqual(everybody)
  })
})

describe('an answer that lacks what the verdict needs is a gap that names call and field', () => {
  test.each<[string, string, (body: Record<string, unknown>) => unknown, RegExp]>([
    [
      'lists that are all null',
      'attached-entities',
      (body) => ({ ...body, policy_users: null, policy_groups: null, policy_agencies: null }),
      /attached-entities answered in a shape/,
    ],
    ['an empty id', 'group_id=', first('users', { user_id: '' }), /users.0.user_id/],
    ['a flag that is text', '/v5/users?limit', first('users', { is_root_user: 'false' }), /is_root_user/],
    [
      'another version',
      '/versions/',
      (body) => ({ policy_version: { ...(body.policy_version as object), version_id: 'v0' } }),
      /another version/,
    ],
    [
      'a document that is no text',
      '/versions/',
      (body) => ({ policy_version: { ...(body.policy_version as object), document: { Statement: [] } } }),
      /policy_version.document/,
    ],
    ['page_info as a list', '/v5/groups?', (body) => ({ ...body, page_info: [] }), /page_info/],
    [
      'a marker that is a number',
      '/v5/groups?',
      (body) => ({ ...body, page_info: { next_marker: 1 } }),
      /page_info/,
    ],
  ])('%s', async (_name, path, change, message) => {
    const snapshot = await crawlWith(path, change)
    expect(holderIds(snapshot)).toBeNull()
    expect(snapshot.gaps.map((gap) => gap.message).join()).toMatch(message)
  })

  test('the rows beside one that lacks something are kept', async () => {
    const nameless = await crawlWith('/v5/users?limit', first('users', { user_name: undefined }))
    expect(nameless.gaps.map((gap) => gap.scope.type)).toEqual(['account'])
    expect(
      holdingsOf(nameless)
        .holdings.map((one) => one.principal.name)
        .sort(),
    ).toEqual(['alice', 'bob'])
    const nobody = await crawlWith('attached-entities', first('policy_groups', { group_id: undefined }))
    expect(nobody.gaps.map((gap) => gap.message).join()).toContain('an entity without an id')
    expect(nobody.attachments.map((one) => one.principal_id)).toEqual([idOf('user', 'bob')])
  })

  test('a marker that comes again ends the list at once, one that is always new after 500 pages', async () => {
    const pagesWith = async (marker: (page: number) => string) => {
      let pages = 0
      const { run, targets } = stage(builder().account, {
        maxRate: 1000,
        fault: (target) =>
          target.startsWith('/v5/groups?')
            ? {
                status: 200,
                body: JSON.stringify({ groups: [], page_info: { next_marker: marker(++pages) } }),
              }
            : null,
      })
      const snapshot = await run()
      expect(holderIds(snapshot)).toBeNull()
      expect(snapshot.gaps.map((gap) => gap.message).join()).toContain('page_info.next_marker')
      return targets.filter((target) => target.startsWith('/v5/groups?')).length
    }
    expect(await pagesWith(() => 'AAAA')).toBe(2)
    expect(await pagesWith((page) => `AAA${page}`)).toBe(500)
  })

  test('a count above what is listed is a gap, one below it a notice', async () => {
    const more = await crawlWith('/v5/policies?', first('policies', { attachment_count: 3 }))
    expect(holdingsOf(more).gaps.map((gap) => gap.code)).toEqual(['count-mismatch'])
    const less = await crawlWith('/v5/policies?', first('policies', { attachment_count: 1 }))
    expect(holderIds(less)).toEqual(everybody)
    expect(less.notices.join()).toContain('attached 2 times, and its list counts 1')
  })

  test('a page of attachments that is short once is asked for again', async () => {
    const snapshot = await crawlWith('attached-entities', (body) => ({ ...body, policy_users: [] }), 1)
    expect(holderIds(snapshot)).toEqual(everybody)
  })
})

test('where the account summary may not be read, the audit is complete and says what it cannot tell', async () => {
  const allowed = ['iam:users:*', 'iam:groups:*', 'iam:policies:*']
  const snapshot = await stage(builder().account, { allowed }).run()
  expect(holderIds(snapshot)).toEqual(everybody)
  expect(snapshot.population.users).toEqual({ seen: 3, expected: null })
  expect(snapshot.coverage.find((one) => one.source === 'agencies')?.status).toBe('off')
})

test('progress: a line every few seconds with phase, count, requests, rate and retries; none when quick', async () => {
  const lines = async (policies: number, refused: number) => {
    const many = new AccountBuilder('many').users('a')
    for (let at = 0; at < policies; at++)
      many.policy(`P${at}`, document(allow('obs:*:*'))).attach(`P${at}`, { user: 'a' })
    let left = refused
    const fault = () => (left-- > 0 ? { status: 500 } : null)
    const { run, clock, http } = stage(many.account, { fault })
    const written: string[] = []
    const progress = progressLines(clock.now, http, (line) => written.push(line))
    await run({ progress })
    return written
  }
  expect(await lines(10, 0)).toEqual([])
  const written = await lines(300, 1)
  expect(written.length).toBeGreaterThan(3)
  expect(written.length).toBeLessThan(10)
  expect(written[0]).toMatch(/^policy documents: \d+ of \d+, \d+ requests, \d+\.\d a second, 1 retry$/)
})
