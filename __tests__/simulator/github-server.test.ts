import { describe, expect, test } from '@jest/globals'
import { failure, type GitHubSimulator, startGitHubSimulator } from '../../simulator/github/server.ts'

const sha = 'a'.repeat(40)
const options = {
  labels: ['iam-audit'],
  assignable: ['octocat'],
  issues: [{ title: 'One' }, { title: 'Two', isPullRequest: true }],
  commits: [{ sha, files: { 'folder/file.json': '{}' }, author: 'octocat', committer: null }],
  refs: { main: sha },
  pulls: [
    {
      ...{ number: 2, user: 'octocat', head: sha, base: sha, baseRef: 'main' },
      reviews: [{ user: 'hubot', state: 'APPROVED' as const, commit: sha }],
    },
  ],
  runs: [{ id: 9, event: 'pull_request', headSha: sha, conclusion: 'failure', workflowId: 5 }],
}

async function ask(
  github: GitHubSimulator,
  request: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const [method = '', path = ''] = request.split(' ')
  return fetch(`${github.url}/repos/acme/security${path}`, {
    method,
    headers: { authorization: 'Bearer token-of-the-workflow', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

function rows(
  table: readonly (readonly [string, number, unknown?])[],
): { request: string; status: number; body?: unknown }[] {
  return table.map(([request, status, body]) => ({ request, status, body }))
}

describe('every operation answers as GitHub documents', () => {
  const cases = rows([
    ['GET ', 200],
    ['GET /issues?state=all&creator=octocat&per_page=1&page=2&sort=created&direction=asc', 200],
    ['POST /issues', 201, { title: 'New', body: 'Text', labels: ['iam-audit'], assignees: ['octocat'] }],
    ['POST /issues', 422, { title: 'New', labels: ['missing'] }],
    ['POST /issues', 422, { title: 'New', assignees: ['stranger'] }],
    ['POST /issues', 422, { title: 'x'.repeat(257) }],
    ['POST /issues', 422, { title: 'New', body: 'x'.repeat(65_537) }],
    ['PATCH /issues/1', 200, { state: 'closed', state_reason: 'not_planned' }],
    ['PATCH /issues/99', 404, { state: 'closed' }],
    ['POST /issues/1/comments', 201, { body: 'Hello' }],
    ['POST /issues/1/comments', 422, { body: 'x'.repeat(65_537) }],
    ['GET /issues/1/comments', 200],
    ['POST /issues/1/assignees', 201, { assignees: ['octocat', 'stranger'] }],
    ['GET /labels/iam-audit', 200],
    ['GET /labels/missing', 404],
    ['POST /labels', 201, { name: 'new', color: 'ededed' }],
    ['POST /labels', 422, { name: 'IAM-audit' }],
    ['GET /assignees/octocat', 204],
    ['GET /assignees/stranger', 404],
    [`GET /contents/folder%2Ffile.json?ref=${sha}`, 200],
    ['GET /contents/folder/file.json', 200],
    ['GET /contents/folder', 200],
    ['GET /contents/missing', 404],
    [`GET /commits/${sha}?per_page=1`, 200],
    [`GET /commits/${'f'.repeat(40)}`, 422],
    [`GET /compare/${sha}...main?per_page=1`, 200],
    [`GET /compare/${sha}...missing`, 404],
    ['GET /pulls/2', 200],
    ['GET /pulls/2/reviews', 200],
    ['GET /collaborators/hubot/permission', 200],
    [`GET /actions/runs?event=pull_request&head_sha=${sha}`, 200],
    ['GET /actions/runs/9', 200],
    ['POST /actions/runs/9/rerun-failed-jobs', 201],
  ])

  test.each(cases)('$request: $status', async ({ request, status, body }) => {
    await using github = await startGitHubSimulator(options)
    expect((await ask(github, request, body)).status).toBe(status)
    expect(github.violations).toEqual([])
  })
})

describe('what GitHub does not document is refused and remembered', () => {
  test.each([
    ['an operation', 'DELETE /issues/1', undefined],
    ['a query parameter', 'GET /issues?author=octocat', undefined],
    ['a value', 'GET /issues?state=opened', undefined],
    ['a path value', 'GET /issues/one/comments', undefined],
    ['a missing body', 'POST /issues', undefined],
    ['a missing field', 'POST /issues', { body: 'Text' }],
    ['a wrong type', 'POST /issues', { title: 'New', labels: 'iam-audit' }],
    ['an unknown field', 'PATCH /issues/1', { status: 'closed' }],
    ['a wrong state', 'PATCH /issues/1', { state: 'done' }],
  ])('%s', async (_, request, body) => {
    await using github = await startGitHubSimulator(options)
    const before = structuredClone(github.state)
    expect((await ask(github, request, body)).status).toBe(422)
    expect(github.violations).toHaveLength(1)
    expect(github.state).toEqual(before)
  })
})

test('lists mix pull requests in, filter and page as GitHub does', async () => {
  await using github = await startGitHubSimulator()
  for (let index = 1; index <= 205; index++)
    github.addIssue({
      user: index % 2 === 0 ? 'Octocat' : 'hubot',
      state: index > 200 ? 'closed' : 'open',
      isPullRequest: index === 2,
    })
  const first = await ask(github, 'GET /issues?per_page=100')
  const rows = (await first.json()) as { number: number; pull_request?: object }[]
  expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 100 }, (_, index) => 200 - index))
  const next = /[?&](after=[^&]+&page=2)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1]
  expect((await ask(github, 'GET /issues?per_page=100&page=2')).status).toBe(422)
  const second = await ask(github, `GET /issues?per_page=100&${next}`)
  expect(second.headers.get('link')).toBeNull()
  expect(((await second.json()) as typeof rows).find((row) => row.number === 2)).toHaveProperty(
    'pull_request',
  )
  const mine = await ask(github, 'GET /issues?creator=octocat&state=all&direction=asc')
  expect(((await mine.json()) as typeof rows).map((row) => row.number).slice(0, 3)).toEqual([2, 4, 6])
})

describe('permissions', () => {
  test.each([
    ['issues none', { issues: 'none' }, 'GET /issues', 403],
    ['issues read', { issues: 'read' }, 'GET /issues', 200],
    ['issues read', { issues: 'read' }, 'POST /issues', 403],
    ['contents none', { contents: 'none' }, 'GET /contents/folder/file.json', 403],
    ['contents none', { contents: 'none' }, `GET /commits/${sha}`, 403],
    ['pull requests none', { 'pull-requests': 'none' }, 'GET /pulls/2/reviews', 403],
    ['pull requests none', { 'pull-requests': 'none' }, 'GET /issues/2/comments', 200],
    ['actions read', { actions: 'read' }, 'POST /actions/runs/9/rerun-failed-jobs', 403],
    [
      'everything none',
      { contents: 'none', issues: 'none', 'pull-requests': 'none', actions: 'none' },
      'GET ',
      200,
    ],
  ] as const)('%s: %j %s is %i', async (_, permissions, request, status) => {
    await using github = await startGitHubSimulator({ ...options, permissions })
    const body = request === 'POST /issues' ? { title: 'New' } : undefined
    expect((await ask(github, request, body)).status).toBe(status)
    expect(github.violations).toEqual([])
  })

  test('a person who may not look is told that nothing is there', async () => {
    await using github = await startGitHubSimulator({ identity: 'a-person', permissions: { issues: 'none' } })
    expect((await ask(github, 'GET /issues')).status).toBe(404)
  })

  test('what is public anybody may read, and nobody may write', async () => {
    await using github = await startGitHubSimulator({ private: false, permissions: { issues: 'none' } })
    expect((await ask(github, 'GET /issues')).status).toBe(200)
    expect((await ask(github, 'POST /issues', { title: 'New' })).status).toBe(403)
  })

  test('a wrong token and another repository', async () => {
    await using github = await startGitHubSimulator()
    expect((await ask(github, 'GET ', undefined, { authorization: 'token other' })).status).toBe(401)
    const elsewhere = await fetch(`${github.url}/repos/acme/other`, {
      headers: { authorization: 'token token-of-the-workflow' },
    })
    expect(elsewhere.status).toBe(404)
  })

  test('installations are told by GraphQL who they are, people also by REST', async () => {
    for (const [identity, status] of [
      ['github-actions[bot]', 403],
      ['a-person', 200],
    ] as const) {
      await using github = await startGitHubSimulator({ identity })
      const headers = { authorization: 'token token-of-the-workflow' }
      expect((await fetch(`${github.url}/user`, { headers })).status).toBe(status)
      const body = JSON.stringify({ query: 'query { viewer { login } }' })
      const answer = await fetch(`${github.url}/graphql`, { method: 'POST', headers, body })
      expect(await answer.json()).toEqual({ data: { viewer: { login: identity } } })
      expect(github.violations).toEqual([])
    }
  })
})

test('raw files come as they are; JSON leaves out what is above 1 MB', async () => {
  const text = 'x'.repeat(1_000_001)
  await using github = await startGitHubSimulator({
    commits: [{ sha, files: { big: text } }],
    refs: { main: sha },
  })
  const raw = await ask(github, 'GET /contents/big', undefined, { accept: 'application/vnd.github.raw+json' })
  expect(await raw.text()).toBe(text)
  expect(await (await ask(github, 'GET /contents/big')).json()).toMatchObject({
    content: '',
    encoding: 'none',
  })
})

test('faults come as often as told, interceptions see the request and may change the state', async () => {
  await using github = await startGitHubSimulator(options)
  github.fail('GET /repos/{owner}/{repo}', failure(503, 'Service Unavailable'), 2)
  expect((await ask(github, 'GET ')).status).toBe(503)
  expect((await ask(github, 'GET ')).status).toBe(503)
  expect((await ask(github, 'GET ')).status).toBe(200)
  github.intercept('POST /repos/{owner}/{repo}/issues', ({ body }) => {
    github.addIssue({ title: `before ${body.title}` })
    return undefined
  })
  await ask(github, 'POST /issues', { title: 'New' })
  expect(github.state.issues.map((issue) => issue.title).slice(-2)).toEqual(['before New', 'New'])
  expect(github.writes).toHaveLength(1)
})
