/** Who made a pull request is everybody who opened it or made any of its commits. */
import { describe, expect, test } from '@jest/globals'
import type { GitHubSimulatorOptions } from '../../simulator/github/server.ts'
import { createReviewReader } from '../../src/github/review.ts'
import { type ReviewFacts, readPermissions, readReviewFacts } from '../../src/github/review-facts.ts'
import { stage } from './stage.ts'

interface Made {
  readonly author?: string | null
  readonly committer?: string | null
}

const sha = (at: number): string => at.toString(16).padStart(40, '0')

/** A pull request of these commits on top of the base; its head is the last of them. */
function pullOf(made: readonly Made[], opener = 'octocat'): GitHubSimulatorOptions {
  const commits = [{ author: 'main-author', committer: 'main-author' }, ...made].map(
    ({ author = 'octocat', committer = author }, at) => ({
      ...{ sha: sha(at), author, committer },
      parents: at === 0 ? [] : [sha(at - 1)],
    }),
  )
  const pull = { number: 7, user: opener, head: sha(made.length), base: sha(0), baseRef: 'main', reviews: [] }
  return { commits, pulls: [pull], refs: { main: sha(0) } }
}

async function factsOf(options: GitHubSimulatorOptions, head: string): Promise<ReviewFacts> {
  await using on = await stage(options)
  return await readReviewFacts(createReviewReader(on.client), { number: 7, headSha: head })
}

describe('makers', () => {
  test('are author and committer of every commit, not of the last alone, and the opener', async () => {
    const made = [
      { author: 'mallory', committer: 'eve' },
      { author: 'Octocat' },
      { author: 'bob', committer: 'web-flow' },
    ]
    const facts = await factsOf(pullOf(made, 'trent'), sha(3))
    expect(facts.makers).toEqual(['trent', 'mallory', 'eve', 'Octocat', 'bob', 'web-flow'])
    expect(facts.unreadable).toBeNull()
    expect(facts.opener).toEqual({ login: 'trent', isApp: false })
  })

  test('of hundreds of commits, though GitHub lists 250 of a pull request', async () => {
    const made = Array.from({ length: 320 }, (_, at) => ({ author: at === 290 ? 'mallory' : 'octocat' }))
    const facts = await factsOf(pullOf(made), sha(320))
    expect(facts.makers).toEqual(['octocat', 'mallory'])
    expect(facts.unreadable).toBeNull()
  })

  test.each(['github-actions[bot]', 'renovate[bot]'])('opened by the app %s', async (app) => {
    expect((await factsOf(pullOf([{}], app), sha(1))).opener).toEqual({ login: app, isApp: true })
  })
})

describe('what is not known is said', () => {
  test.each<[string, readonly Made[], RegExp]>([
    ['an author without an account', [{ author: null, committer: 'bob' }, {}], /commit 0000000 is not known/],
    ['a committer without one', [{}, { committer: null }], /commit 0000000 is not known/],
  ])('%s', async (_, made, words) => {
    expect((await factsOf(pullOf(made), sha(made.length))).unreadable).toMatch(words)
  })

  test('a head that is not of the pull request any more', async () => {
    expect((await factsOf(pullOf([{}, {}]), sha(99))).unreadable).toMatch(/not among the commits/)
  })

  test('an opener whose account is gone', async () => {
    await using on = await stage(pullOf([{}]))
    on.github.intercept('GET /repos/{owner}/{repo}/pulls/{pull_number}', () => ({
      status: 200,
      body: {
        ...{ number: 7, user: null, commits: 1 },
        ...{ head: { sha: sha(1) }, base: { sha: sha(0), ref: 'main' } },
      },
    }))
    const reader = createReviewReader(on.client)
    const facts = await readReviewFacts(reader, { number: 7, headSha: sha(1) })
    expect(facts.unreadable).toMatch(/Who opened the pull request is not known/)
    ;(on.github.violations as string[]).length = 0
  })

  test.each([
    ['the pull request', 'GET /repos/{owner}/{repo}/pulls/{pull_number}'],
    ['its commits', 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits'],
    ['its reviews', 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews'],
  ])('%s, refused', async (_, route) => {
    await using on = await stage(pullOf([{}]))
    on.github.fail(route, { status: 403, body: { message: 'Resource not accessible by integration' } })
    const facts = await readReviewFacts(createReviewReader(on.client), { number: 7, headSha: sha(1) })
    expect(facts).toMatchObject({ makers: [], reviews: [] })
    expect(facts.unreadable).toMatch(/pull-requests: read/)
  })

  test('fewer commits than there are', async () => {
    await using on = await stage(pullOf([{}, { author: 'mallory' }]))
    on.github.intercept('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', () => ({
      status: 200,
      body: [],
    }))
    const facts = await readReviewFacts(createReviewReader(on.client), { number: 7, headSha: sha(2) })
    expect(facts.unreadable).toMatch(/lists 0 of its 2 commits/)
  })
})

test('permissions are asked for once for each login, and a refusal is an answer', async () => {
  await using on = await stage({ collaborators: { hubot: 'write', mona: 'admin' } })
  const reader = createReviewReader(on.client)
  on.github.intercept('GET /repos/{owner}/{repo}/collaborators/{username}/permission', (call) =>
    call.parameters.username === 'mona' ? { status: 403, body: { message: 'Forbidden' } } : undefined,
  )
  const answers = await readPermissions(reader, ['hubot', 'hubot', 'mona', 'stranger'])
  expect(answers.get('hubot')).toBe('write')
  expect(answers.get('stranger')).toBe('none')
  expect(answers.get('mona')).toEqual({ unreadable: expect.stringContaining('Forbidden') })
  expect(on.github.requests).toHaveLength(3)
})
