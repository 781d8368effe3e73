import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { failure } from '../../simulator/github/server.ts'
import { GitHubClient } from '../../src/github/client.ts'
import { GitHubError } from '../../src/github/github-error.ts'
import { tokenIdentity } from '../../src/github/identity.ts'
import { clientFor, stage } from './stage.ts'

const purpose = { what: 'read the thing', which: 'acme/security', needs: 'contents: read' }
const read = 'GET /repos/{owner}/{repo}'
const label = 'POST /repos/{owner}/{repo}/labels'
const limit = (headers: Record<string, string>, message = 'API rate limit exceeded') => ({
  ...failure(403, message),
  headers,
})

async function errorOf(promise: Promise<unknown>): Promise<GitHubError> {
  try {
    await promise
  } catch (error) {
    return error as GitHubError
  }
  throw new Error('Nothing was thrown.')
}

describe('retries', () => {
  test.each([
    ['a passing 502', failure(502, 'Bad Gateway'), 2, [1000, 2000]],
    ['retry-after', limit({ 'retry-after': '7' }), 1, [7000]],
    ['429', { ...failure(429, 'Too Many Requests'), headers: { 'retry-after': '0' } }, 1, [0]],
    ['a secondary limit without a time', limit({}, 'You have exceeded a secondary rate limit.'), 1, [60_000]],
    [
      'nothing left until a moment',
      limit({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225610' }),
      1,
      [11_000],
    ],
  ])('%s', async (_, answer, times, waits) => {
    await using on = await stage()
    on.github.fail(read, answer, times)
    await on.client.request(read, {}, z.unknown(), { purpose })
    expect(on.waits).toEqual(waits)
  })

  test.each([
    ['a lasting 502', failure(502, 'Bad Gateway'), 4, /Bad Gateway \(502\)\. Run the job again/],
    ['a limit longer than is waited for', limit({ 'retry-after': '3600' }), 1, /It is GitHub's rate limit/],
    ['waits that add up', limit({ 'retry-after': '50' }), 3, /It is GitHub's rate limit/],
    ['403', failure(403, 'Resource not accessible by integration'), 1, /Add `contents: read`/],
    ['404', failure(404, 'Not Found'), 1, /may not look\. Add `contents: read`/],
    ['422', failure(422, 'Validation Failed'), 1, /did not accept/],
  ])('%s ends with an error', async (_, answer, tries, message) => {
    await using on = await stage()
    on.github.fail(read, answer)
    const error = await errorOf(on.client.request(read, {}, z.unknown(), { purpose }))
    expect(error).toBeInstanceOf(GitHubError)
    expect(error.message).toMatch(/^Failed to read the thing for acme\/security: /)
    expect(error.message).toMatch(message)
    expect(error.cause).toBeDefined()
    expect(on.github.requests).toHaveLength(tries)
  })

  test.each([
    ['500', failure(500, 'Server Error'), 1, true],
    ['a limit', limit({ 'retry-after': '1' }), 4, false],
    ['a refusal', failure(403, 'Resource not accessible by integration'), 1, false],
  ])('what must not happen twice: %s', async (_, answer, tries, uncertain) => {
    await using on = await stage()
    on.github.fail(label, answer)
    const error = await errorOf(on.client.request(label, { name: 'x' }, z.unknown(), { purpose }))
    expect(error).toMatchObject({ uncertain })
    expect(on.github.requests).toHaveLength(tries)
  })

  test('nobody there: the reason is the network’s, and the token is in no message', async () => {
    await using on = await stage()
    const client = new GitHubClient({
      ...{ token: 'plain-token', repository: 'acme/security', apiUrl: 'http://127.0.0.1:1' },
      ...{ sleep: async () => {}, now: () => 0, scrub: (value) => value },
    })
    const error = await errorOf(client.request(read, {}, z.unknown(), { purpose }))
    expect(error.message).toMatch(/ECONNREFUSED|bad port/)
    expect(`${error.message}${error.stack}`).not.toContain('plain-token')
    expect(on.github.requests).toEqual([])
  })
})

test('what is sent and what a server echoes is scrubbed', async () => {
  await using on = await stage()
  const client = clientFor(
    on.github,
    [],
    <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('s3cret-of-the-run', '***')),
  )
  on.github.fail(read, { status: 403, body: { message: 'Bad credentials: s3cret-of-the-run' } })
  const error = await errorOf(client.request(read, {}, z.unknown(), { purpose }))
  expect(error.message).toContain('Bad credentials: ***')
  expect(error.reason).toBe('Bad credentials: ***')
  await client.request(label, { name: 's3cret-of-the-run' }, z.unknown(), { purpose })
  expect(on.github.state.labels.map((one) => one.name)).toEqual(['***'])
})

describe('answers', () => {
  test('of another shape are an error that names the field', async () => {
    await using on = await stage()
    const schema = z.object({ full_name: z.object({ first: z.string() }) })
    await expect(on.client.request(read, {}, schema, { purpose })).rejects.toThrow(
      /Failed to read the thing .*not what GitHub documents, at full_name/,
    )
  })

  test('a list goes on as long as GitHub says, short pages included', async () => {
    await using on = await stage()
    const route = 'GET /repos/{owner}/{repo}/issues'
    on.github.intercept(route, ({ query }) => ({
      status: 200,
      body: query.page === '3' ? [3] : [Number(query.page ?? 1)],
      headers: query.page === '3' ? {} : { link: `<https://elsewhere.example/>; rel="next"` },
    }))
    const rows: number[] = []
    for await (const row of on.client.list(route, {}, z.array(z.number()), { purpose })) rows.push(row)
    expect(rows).toEqual([1, 2, 3])
  })

  test('a list that never ends is an error', async () => {
    await using on = await stage()
    const route = 'GET /repos/{owner}/{repo}/issues'
    on.github.fail(route, { status: 200, body: [], headers: { link: '<x>; rel="next"' } })
    const drain = async (): Promise<void> => {
      for await (const _ of on.client.list(route, {}, z.array(z.unknown()), { purpose }));
    }
    await expect(drain()).rejects.toThrow(/did not end after 1000 pages/)
  })
})

test('GitHub Enterprise Server: its base path serves REST, its sibling GraphQL', async () => {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: { viewer: { login: 'github-actions[bot]' } } }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const client = new GitHubClient({
      ...{ token: 'x', repository: 'acme/security', sleep: async () => {}, now: () => 0 },
      apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3/`,
      scrub: (value) => value,
    })
    expect(await tokenIdentity(client)).toBe('github-actions[bot]')
    await client.request(read, {}, z.unknown(), { purpose })
    expect(paths).toEqual(['POST /api/graphql', 'GET /api/v3/repos/acme/security'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('the token goes to the API and nowhere else', async () => {
  await using on = await stage()
  await clientFor(on.github).request(read, {}, z.unknown(), { purpose })
  expect(on.github.requests[0]?.headers.authorization).toBe('token token-of-the-workflow')
})
