import { describe, expect, test } from '@jest/globals'
import { failure, type Issue } from '../../simulator/github/server.ts'
import { GitHubError } from '../../src/github/github-error.ts'
import { syncIssue } from '../../src/github/issue.ts'
import { markerLine } from '../../src/github/issue-record.ts'
import { createIssueStore } from '../../src/github/issue-store.ts'
import { clientFor, desired, key, row, stage } from './stage.ts'

const issues = '/repos/{owner}/{repo}/issues'
const comments = `${issues}/{issue_number}/comments`
const [alice, bob] = [row('alice'), row('bob')]

describe('two runs at the same time', () => {
  test('both create: the older issue goes on, the younger one points to it, and both runs name the older', async () => {
    await using on = await stage()
    const other = createIssueStore(clientFor(on.github))
    let rival: Promise<unknown> = Promise.resolve()
    // The second run lists and creates between the first one's list and its creation.
    on.github.intercept(
      `POST ${issues}`,
      async () => {
        rival = syncIssue(other, desired({ drift: [alice] }))
        await rival
        return undefined
      },
      1,
    )
    const outcome = await syncIssue(on.store, desired({ drift: [alice] }))
    expect(await rival).toMatchObject({ action: 'created', number: 1 })
    expect(outcome).toMatchObject({ action: 'unchanged', number: 1 })
    expect(on.github.state.issues.map((issue) => issue.state)).toEqual(['open', 'closed'])
    expect(on.github.state.comments).toEqual([
      expect.objectContaining({ issue: 2, body: expect.stringMatching(/\n\nDuplicate of #1\.$/) }),
    ])
    on.github.forget()
    expect((await syncIssue(on.store, desired({ drift: [alice] }))).number).toBe(1)
    expect(on.github.writes).toEqual([])
  })

  test('truly at once, with any luck of the draw: one issue stays open', async () => {
    await using on = await stage()
    const stores = [1, 2, 3].map(() => createIssueStore(clientFor(on.github)))
    await Promise.all(stores.map((store) => syncIssue(store, desired({ drift: [alice] }))))
    expect(
      on.github.state.issues.filter((issue) => issue.state === 'open').map((issue) => issue.number),
    ).toEqual([1])
  })

  test('duplicates left by a list that lagged are closed by the next run', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    const { body } = on.github.state.issues[0] as Issue
    on.github.addIssue({ user: 'github-actions[bot]', body })
    expect(await syncIssue(on.store, desired({ drift: [alice] }))).toMatchObject({
      action: 'unchanged',
      number: 1,
    })
    expect(on.github.state.issues.map((issue) => issue.state)).toEqual(['open', 'closed'])
  })

  test('a duplicate that cannot be closed yet is told of once', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    on.github.addIssue({ user: 'github-actions[bot]', body: on.github.state.issues[0]?.body ?? '' })
    on.github.fail(
      `PATCH ${issues}/{issue_number}`,
      failure(403, 'Resource not accessible by integration'),
      1,
    )
    await expect(syncIssue(on.store, desired({ drift: [alice] }))).rejects.toThrow(GitHubError)
    await syncIssue(on.store, desired({ drift: [alice] }))
    expect(on.github.state.issues[1]?.state).toBe('closed')
    expect(on.github.state.comments).toHaveLength(1)
  })

  test('a list that does not show the new issue yet leads to no second one', async () => {
    await using on = await stage()
    on.github.intercept(`GET ${issues}`, () => ({ status: 200, body: [] }), 2)
    expect(await syncIssue(on.store, desired({ drift: [alice] }))).toMatchObject({
      action: 'created',
      number: 1,
    })
    expect(on.github.state.issues).toHaveLength(1)
  })

  test('both announce a change: it is told once', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    const other = createIssueStore(clientFor(on.github))
    on.github.intercept(
      `PATCH ${issues}/{issue_number}`,
      async () => {
        await syncIssue(other, desired({ drift: [bob] }))
        return undefined
      },
      1,
    )
    await syncIssue(on.store, desired({ drift: [bob] }))
    expect(on.github.state.comments).toHaveLength(1)
  })
})

describe('answers that get lost', () => {
  const lost = failure(502, 'Bad Gateway')

  test('the issue was made: it is found, not made again', async () => {
    await using on = await stage()
    on.github.intercept(
      `POST ${issues}`,
      (call) => {
        on.github.addIssue({ user: 'github-actions[bot]', body: call.body.body })
        return lost
      },
      1,
    )
    expect(await syncIssue(on.store, desired({ drift: [alice] }))).toMatchObject({
      action: 'created',
      number: 1,
    })
    expect(on.github.state.issues).toHaveLength(1)
  })

  test('the issue was not made: it is tried again, and in the end said', async () => {
    await using on = await stage()
    on.github.fail(`POST ${issues}`, lost, 1)
    expect((await syncIssue(on.store, desired({ drift: [alice] }))).action).toBe('created')
    await using off = await stage()
    off.github.fail(`POST ${issues}`, lost)
    await expect(syncIssue(off.store, desired({ drift: [alice] }))).rejects.toThrow(
      'Failed to create the issue for acme/security: Bad Gateway (502).',
    )
  })

  test.each([
    ['there', 1],
    ['not there', 0],
  ] as const)('a comment that is %s is written once', async (_, stored) => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    on.github.intercept(
      `POST ${comments}`,
      (call) => {
        const comment = { id: 1, issue: 1, user: 'github-actions[bot]', body: call.body.body }
        const times = { createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' }
        if (stored === 1) on.github.state.comments.push({ ...comment, ...times })
        return lost
      },
      1,
    )
    await syncIssue(on.store, desired({ drift: [bob] }))
    expect(on.github.state.comments).toHaveLength(1)
  })

  test('a run that dies between comment and edit is completed by the next one without a second comment', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    on.github.fail(
      `PATCH ${issues}/{issue_number}`,
      failure(403, 'Resource not accessible by integration'),
      1,
    )
    await expect(syncIssue(on.store, desired({ drift: [bob] }))).rejects.toThrow(GitHubError)
    expect((await syncIssue(on.store, desired({ drift: [bob] }))).action).toBe('updated')
    expect(on.github.state.comments).toHaveLength(1)
  })

  test('a forged announcement of somebody else keeps no comment back', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    on.github.fail(
      `PATCH ${issues}/{issue_number}`,
      failure(403, 'Resource not accessible by integration'),
      1,
    )
    await expect(syncIssue(on.store, desired({ drift: [bob] }))).rejects.toThrow(GitHubError)
    for (const comment of on.github.state.comments) comment.user = 'octocat'
    await syncIssue(on.store, desired({ drift: [bob] }))
    expect(on.github.state.comments).toHaveLength(2)
  })
})

describe('what GitHub refuses is explained', () => {
  const read = { issues: 'read' } as const
  test.each([
    [
      'no permission',
      { permissions: { issues: 'none' } },
      /Failed to list the issues .* for acme\/security: Resource not accessible by integration \(403\)\. Add `issues: write` to the job's `permissions:`/,
    ],
    [
      'read only',
      { permissions: read },
      /Failed to create the issue for acme\/security: Resource not accessible by integration \(403\)\. Add `issues: write`/,
    ],
    [
      'a token that sees nothing',
      { permissions: { issues: 'none' }, identity: 'a-person' },
      /Not Found \(404\)\. GitHub says so too when the token may not look\. Add `issues: write`/,
    ],
    [
      'issues switched off',
      { hasIssues: false },
      /Issues are disabled for this repo \(410\)\. Issues are switched off in this repository: .*`issue\.enabled: false`/,
    ],
  ] as const)('%s', async (_, options, message) => {
    await using on = await stage(options)
    await expect(syncIssue(on.store, desired({ drift: [alice] }))).rejects.toThrow(message)
    expect(on.github.state.issues).toEqual([])
    // What was refused is not asked again.
    expect(on.github.requests.filter(({ route }) => route === `POST ${issues}`).length).toBeLessThanOrEqual(1)
  })

  test('an update without permission names the issue', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    on.github.state.permissions.issues = 'read'
    await expect(syncIssue(on.store, desired({ drift: [alice], expiring: [bob] }))).rejects.toThrow(
      /Failed to update the issue for acme\/security#1: .*`issues: write`/,
    )
  })

  test('a wrong token is told at once', async () => {
    await using on = await stage()
    on.github.state.token = 'another'
    const error = await syncIssue(on.store, desired({ drift: [alice] })).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(GitHubError)
    expect(error).toMatchObject({ status: 401, name: 'GitHubError' })
    expect(error.message).toContain('wrong or expired: check the input github-token')
    expect(on.github.requests).toHaveLength(1)
    expect(on.waits).toEqual([])
  })

  test('a label that GitHub does not take keeps nothing back', async () => {
    await using on = await stage()
    on.github.fail('POST /repos/{owner}/{repo}/labels', failure(422, 'Validation Failed'))
    const outcome = await syncIssue(on.store, desired({ drift: [alice], labels: ['x'.repeat(60)] }))
    expect(outcome.action).toBe('created')
    expect(outcome.notices).toEqual([expect.stringContaining('The issue has no label')])
  })

  test('a label that another run makes at the same time is put on', async () => {
    await using on = await stage()
    on.github.intercept('POST /repos/{owner}/{repo}/labels', () => {
      on.github.state.labels.push({ name: 'iam-audit', color: 'ededed' })
      return undefined
    })
    const outcome = await syncIssue(on.store, desired({ drift: [alice] }))
    expect(outcome.notices).toEqual([])
    expect(on.github.state.issues[0]?.labels).toEqual(['iam-audit'])
  })

  test('an author that GitHub tells otherwise than the token is an error, not an issue a day', async () => {
    await using on = await stage()
    on.github.fail('POST /graphql', { status: 200, body: { data: { viewer: { login: 'somebody' } } } })
    await expect(syncIssue(on.store, desired({ drift: [alice] }))).rejects.toThrow(
      /the token acts as somebody/,
    )
  })
})

test('a marker elsewhere than on the first line is none', async () => {
  await using on = await stage()
  on.github.addIssue({ user: 'github-actions[bot]', body: `\n${markerLine(key)}` })
  on.github.addIssue({ user: 'github-actions[bot]', body: ` ${markerLine(key)}` })
  on.github.addIssue({ user: 'github-actions[bot]', body: `${markerLine(key)} and more` })
  expect((await syncIssue(on.store, desired({ drift: [alice] }))).number).toBe(4)
})
