import { describe, expect, test } from '@jest/globals'
import { createReviewReader, rerunFailedGate } from '../../src/github/review.ts'
import { stage } from './stage.ts'

const head = 'b'.repeat(40)
const pull = { number: 7, user: 'octocat', head, base: 'a'.repeat(40), baseRef: 'main', reviews: [] }

describe('reviews', () => {
  test('all pages, in order, with states that this product does not know', async () => {
    const reviews = Array.from({ length: 230 }, (_, index) => ({
      user: `reviewer-${index}`,
      state: index === 229 ? ('APPROVED' as const) : ('COMMENTED' as const),
      commit: index === 0 ? null : head,
    }))
    await using on = await stage({ pulls: [{ ...pull, reviews }] })
    const found = await createReviewReader(on.client).reviews(7)
    expect(found).toHaveLength(230)
    expect(found[0]).toEqual({
      ...{ reviewer: 'reviewer-0', kind: 'User', state: 'COMMENTED', commit: null },
      submittedAt: '2026-01-01T00:00:00.000Z',
    })
    expect(found[229]).toMatchObject({ reviewer: 'reviewer-229', state: 'APPROVED', commit: head })
  })

  test('a page that cannot be read is an error, not fewer reviews', async () => {
    const reviews = Array.from({ length: 130 }, () => ({
      user: 'hubot',
      state: 'APPROVED' as const,
      commit: head,
    }))
    await using on = await stage({ pulls: [{ ...pull, reviews }] })
    on.github.intercept('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', (call) =>
      call.query.page === '2'
        ? { status: 403, body: { message: 'Resource not accessible by integration' } }
        : undefined,
    )
    await expect(createReviewReader(on.client).reviews(7)).rejects.toThrow(/`pull-requests: read`/)
  })

  test('a deleted account and a new state', async () => {
    await using on = await stage({ pulls: [pull] })
    on.github.fail('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
      ...{ status: 200, body: [{ user: null, state: 'BLESSED', commit_id: null }] },
    })
    expect(await createReviewReader(on.client).reviews(7)).toEqual([
      { reviewer: null, kind: null, state: 'OTHER', commit: null, submittedAt: null },
    ])
  })

  test('the pull request, and what people may do', async () => {
    await using on = await stage({ pulls: [pull], collaborators: { hubot: 'write', mona: 'admin' } })
    const reader = createReviewReader(on.client)
    expect(await reader.pullRequest(7)).toEqual({
      ...{ number: 7, opener: { login: 'octocat', isApp: false }, commits: 0 },
      ...{ headSha: head, baseSha: 'a'.repeat(40), baseRef: 'main' },
    })
    expect(await reader.permissionOf('hubot')).toBe('write')
    expect(await reader.permissionOf('mona')).toBe('admin')
    expect(await reader.permissionOf('stranger')).toBe('none')
    await expect(reader.pullRequest(8)).rejects.toThrow(
      /Failed to read the pull request for acme\/security#8/,
    )
  })
})

describe('starting the failed gate again', () => {
  const current = { id: 900, event: 'pull_request_review', headSha: head, conclusion: null, workflowId: 5 }
  const failed = { id: 800, event: 'pull_request', headSha: head, conclusion: 'failure', workflowId: 5 }
  const ask = { headSha: head, currentRunId: 900 }

  test.each([
    ['the failed run of the same workflow', [failed], 800, null],
    ['the newest of them', [{ ...failed, id: 700 }, failed], 800, null],
    ['not of another workflow', [{ ...failed, workflowId: 6 }], null, /no pull_request run of this workflow/],
    ['not for another commit', [{ ...failed, headSha: 'c'.repeat(40) }], null, /no pull_request run/],
    ['not one that passed', [{ ...failed, conclusion: 'success' }], null, /did not fail/],
    ['not one under way', [{ ...failed, conclusion: null }], null, /under way/],
    [
      'not an old failure behind a newer success',
      [
        { ...failed, id: 700 },
        { ...failed, conclusion: 'success' },
      ],
      null,
      /did not fail/,
    ],
  ] as const)('%s', async (_, runs, run, reason) => {
    await using on = await stage({ runs: [current, ...runs] })
    const outcome = await rerunFailedGate(on.client, ask)
    expect(outcome.run).toBe(run)
    if (reason === null) expect(outcome.reason).toBeNull()
    else expect(outcome.reason).toMatch(reason)
    expect(on.github.state.reruns).toEqual(run === null ? [] : [run])
  })

  test('without `actions: write` the reason names it', async () => {
    await using on = await stage({ runs: [current, failed], permissions: { actions: 'read' } })
    const outcome = await rerunFailedGate(on.client, ask)
    expect(outcome).toMatchObject({ run: null, reason: expect.stringContaining('`actions: write`') })
    expect(on.github.state.reruns).toEqual([])
  })
})
