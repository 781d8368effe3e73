import { describe, expect, test } from '@jest/globals'
import { createRepositoryReader } from '../../src/github/repository.ts'
import { stage } from './stage.ts'

const path = '.github/iam-baseline.json'
const commits = [
  { sha: 'a'.repeat(40), files: { [path]: '{ "version": 1 }\n', 'big.json': 'x'.repeat(1_500_000) } },
  { sha: 'b'.repeat(40), parents: ['a'.repeat(40)], files: {}, author: 'octocat' },
  {
    sha: 'c'.repeat(40),
    parents: ['a'.repeat(40)],
    files: { [path]: '{}' },
    author: 'hubot',
    committer: 'web-flow',
  },
  { sha: 'd'.repeat(40), parents: ['b'.repeat(40), 'c'.repeat(40)], files: { [path]: 'ünï\u{1f600}' } },
]
const [a, b, c, d] = commits.map((commit) => commit.sha) as [string, string, string, string]

describe('visibility and default branch', () => {
  test.each([
    ['private', 'private'],
    ['internal', 'internal'],
    ['public', 'public'],
  ] as const)('%s', async (visibility, expected) => {
    await using on = await stage({ defaultBranch: 'trunk' })
    on.github.state.visibility = visibility
    expect(await createRepositoryReader(on.client).facts()).toEqual({
      ...{ visibility: expected, defaultBranch: 'trunk', problem: null },
    })
  })

  test.each([
    ['unreadable', { status: 404, body: { message: 'Not Found' } }],
    ['down', { status: 502, body: { message: 'Bad Gateway' } }],
    ['not what is documented', { status: 200, body: { private: 'yes', default_branch: 'main' } }],
  ])('%s counts as public and as another branch, and says why', async (_, answer) => {
    await using on = await stage()
    on.github.fail('GET /repos/{owner}/{repo}', answer)
    const facts = await createRepositoryReader(on.client).facts()
    expect(facts).toMatchObject({ visibility: 'public', defaultBranch: null })
    expect(facts.problem).toMatch(/^Failed to read visibility and default branch for acme\/security: /)
  })

  test('two fields that contradict each other count as public', async () => {
    await using on = await stage()
    const body = { private: true, visibility: 'public', default_branch: 'main' }
    on.github.fail('GET /repos/{owner}/{repo}', { status: 200, body })
    expect((await createRepositoryReader(on.client).facts()).visibility).toBe('public')
  })
})

describe('a file at a commit', () => {
  test('its own text, whatever the branch says now, also above 1 MB', async () => {
    await using on = await stage({ commits, refs: { main: d } })
    const reader = createRepositoryReader(on.client)
    expect(await reader.fileAt(path, a)).toBe('{ "version": 1 }\n')
    expect(await reader.fileAt(path, d)).toBe('ünï\u{1f600}')
    expect(await reader.fileAt('big.json', a)).toHaveLength(1_500_000)
    expect(
      on.github.requests.every((request) => request.headers.accept === 'application/vnd.github.raw+json'),
    ).toBe(true)
  })

  test('missing', async () => {
    await using on = await stage({ commits })
    expect(await createRepositoryReader(on.client).fileAt(path, b)).toBeNull()
  })

  test.each([
    ['an unknown commit', 'e'.repeat(40), {}, /Failed to read the commit e+ for acme\/security/],
    ['no permission', a, { permissions: { contents: 'none' } }, /Failed to read .*403.*`contents: read`/],
    [
      'a token that sees nothing',
      a,
      { permissions: { contents: 'none' }, identity: 'a-person' },
      /Failed to read the commit .*404.*`contents: read`/,
    ],
  ] as const)('%s is not a missing file', async (_, sha, options, message) => {
    await using on = await stage({ commits, ...options })
    await expect(createRepositoryReader(on.client).fileAt(path, sha)).rejects.toThrow(message)
  })

  test('a folder is not a file', async () => {
    await using on = await stage({ commits })
    await expect(createRepositoryReader(on.client).fileAt('.github', a)).rejects.toThrow(/it is a folder/)
  })
})

describe('commits', () => {
  test('parents, author and committer', async () => {
    await using on = await stage({ commits })
    const reader = createRepositoryReader(on.client)
    expect(await reader.commit(c)).toEqual({ sha: c, parents: [a], author: 'hubot', committer: 'web-flow' })
    expect(await reader.commit(d)).toMatchObject({ author: null, committer: null })
  })

  test('merge base', async () => {
    await using on = await stage({ commits })
    const reader = createRepositoryReader(on.client)
    expect(await reader.mergeBase(b, c)).toBe(a)
    expect(await reader.mergeBase(b, d)).toBe(b)
    await expect(reader.mergeBase(b, 'e'.repeat(40))).rejects.toThrow(/Failed to find the merge base .*404/)
  })
})
