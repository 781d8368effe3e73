import { describe, expect, test } from '@jest/globals'
import { failure } from '../../simulator/github/server.ts'
import { createIssueStore } from '../../src/github/issue-store.ts'
import { type StickyComment, stickyBudget, syncStickyComment } from '../../src/github/sticky-comment.ts'
import { type Stage, stage } from './stage.ts'

const path = '.github/iam-baseline.json'
const wanted: StickyComment = { pullRequest: 1, key: path, body: 'The gate passed.', create: true }

async function pullRequest(options: Parameters<typeof stage>[0] = {}): Promise<Stage> {
  const on = await stage({ ...options, issues: [{ user: 'octocat', isPullRequest: true }] })
  return {
    ...on,
    store: createIssueStore(on.client, 'pull-requests: write'),
    [Symbol.asyncDispose]: on[Symbol.asyncDispose],
  }
}

function comment(on: Stage, user: string, body: string): void {
  const times = { createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' }
  on.github.state.comments.push({ id: on.github.state.comments.length + 1, issue: 1, user, body, ...times })
}

describe('one comment', () => {
  test('is made, left alone, edited', async () => {
    await using on = await pullRequest()
    expect(await syncStickyComment(on.store, wanted)).toMatchObject({ action: 'created', reason: null })
    on.github.forget()
    expect(await syncStickyComment(on.store, wanted)).toMatchObject({ action: 'unchanged' })
    expect(on.github.writes).toEqual([])
    expect(await syncStickyComment(on.store, { ...wanted, body: 'The gate failed.' })).toMatchObject({
      action: 'updated',
    })
    expect(on.github.state.comments).toHaveLength(1)
    expect(on.github.state.comments[0]?.body).toContain('The gate failed.')
  })

  test('is only edited, never begun, where nothing is to be said', async () => {
    await using on = await pullRequest()
    expect(await syncStickyComment(on.store, { ...wanted, create: false })).toEqual({
      action: 'none',
      url: null,
      reason: null,
    })
    await syncStickyComment(on.store, wanted)
    const gone = { ...wanted, create: false, body: 'No longer touched.' }
    expect(await syncStickyComment(on.store, gone)).toMatchObject({ action: 'updated' })
  })

  test('is found among many, and never one of another author', async () => {
    await using on = await pullRequest()
    await syncStickyComment(on.store, wanted)
    const body = on.github.state.comments[0]?.body ?? ''
    on.github.state.comments.length = 0
    comment(on, 'octocat', body)
    for (let index = 0; index < 250; index++) comment(on, 'github-actions[bot]', `Something else\n${body}`)
    comment(on, 'github-actions[bot]', body)
    on.github.forget()
    expect((await syncStickyComment(on.store, { ...wanted, body: 'New.' })).action).toBe('updated')
    expect(on.github.state.comments[0]?.body).toBe(body)
    expect(on.github.state.comments.at(-1)?.body).toContain('New.')
    expect(on.github.writes).toHaveLength(1)
  })

  test('is one for each baseline', async () => {
    await using on = await pullRequest()
    await syncStickyComment(on.store, wanted)
    expect((await syncStickyComment(on.store, { ...wanted, key: 'other.json' })).action).toBe('created')
  })

  test('fits the limit', async () => {
    await using on = await pullRequest()
    const body = 'x'.repeat(stickyBudget(path))
    expect((await syncStickyComment(on.store, { ...wanted, body })).action).toBe('created')
    expect(on.github.state.comments[0]?.body).toHaveLength(65_536)
  })
})

describe('a comment that cannot be written is no failure', () => {
  test.each([
    [
      'read-only token',
      { 'pull-requests': 'read', issues: 'read' },
      /Failed to write a comment for acme\/security#1: .*`pull-requests: write`/,
    ],
    [
      'no permission at all',
      { 'pull-requests': 'none', issues: 'none' },
      /Failed to list the comments .*`pull-requests: write`/,
    ],
  ] as const)('%s', async (_, permissions, reason) => {
    await using on = await pullRequest({ permissions })
    const outcome = await syncStickyComment(on.store, wanted)
    expect(outcome).toMatchObject({ action: 'skipped', url: null })
    expect(outcome.reason).toMatch(reason)
    expect(on.github.state.comments).toEqual([])
  })

  test('`pull-requests: write` alone is enough', async () => {
    await using on = await pullRequest({ permissions: { 'pull-requests': 'write', issues: 'none' } })
    expect((await syncStickyComment(on.store, wanted)).action).toBe('created')
  })

  test('GitHub being down', async () => {
    await using on = await pullRequest()
    on.github.fail('*', failure(503, 'Service Unavailable'))
    expect(await syncStickyComment(on.store, wanted)).toMatchObject({ action: 'skipped' })
  })
})
