import { describe, expect, test } from '@jest/globals'
import type { Issue } from '../../simulator/github/server.ts'
import { syncIssue } from '../../src/github/issue.ts'
import { type IssueRecord, markerLine, readBody, writeBody } from '../../src/github/issue-record.ts'
import { createIssueStore } from '../../src/github/issue-store.ts'
import { clientFor, desired, key, row, stage } from './stage.ts'

const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((user) => row(user)) as [
  ReturnType<typeof row>,
  ReturnType<typeof row>,
  ReturnType<typeof row>,
]
const gap = row('policies', '403 on GET /v5/policies')
const expiring = row('dave', 'expires 2026-01-05')

describe('create', () => {
  test('nothing found and no issue: nothing is written', async () => {
    await using on = await stage()
    expect(await syncIssue(on.store, desired({}))).toEqual({
      ...{ action: 'none', number: null, url: null, notices: [] },
    })
    expect(on.github.writes).toEqual([])
  })

  test('drift makes an issue with title, marker, label made, assignee; unassignable handles are a notice', async () => {
    await using on = await stage({ assignable: ['octocat'] })
    const wanted = desired({ drift: [alice], assignees: ['octocat', 'ghost'] })
    const outcome = await syncIssue(on.store, wanted)
    expect(outcome).toMatchObject({ action: 'created', number: 1 })
    expect(outcome.url).toBe('https://github.com/acme/security/issues/1')
    expect(outcome.notices).toEqual([expect.stringContaining('"ghost" cannot be assigned')])
    const [issue] = on.github.state.issues as [Issue]
    expect(issue).toMatchObject({
      title: 'open, 1 of production',
      labels: ['iam-audit'],
      assignees: ['octocat'],
    })
    expect(issue.body?.split('\n')[0]).toBe(markerLine(key))
    expect(on.github.state.labels.map((label) => label.name)).toEqual(['iam-audit'])
  })

  test('an existing label, whatever its case, is not made again', async () => {
    await using on = await stage({ labels: ['IAM-Audit'] })
    await syncIssue(on.store, desired({ drift: [alice] }))
    expect(on.github.writes.map((write) => write.route)).toEqual(['POST /repos/{owner}/{repo}/issues'])
  })

  test('what merely expires or is incomplete opens one too, and sections that are not named in `on` do not', async () => {
    for (const [findings, action] of [
      [desired({ expiring: [expiring] }), 'created'],
      [desired({ incomplete: [gap] }), 'created'],
      [desired({ drift: [alice], on: ['incomplete'] }), 'none'],
      [desired({ incomplete: [gap], on: ['drift'] }), 'none'],
      [desired({ expiring: [expiring], on: ['drift', 'incomplete'] }), 'none'],
    ] as const) {
      await using on = await stage()
      expect((await syncIssue(on.store, findings)).action).toBe(action)
    }
  })
})

describe('the same set touches nothing', () => {
  test('on another day, by another run', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice, bob] }))
    const before = structuredClone(on.github.state.issues)
    on.github.forget()
    const outcome = await syncIssue(
      on.store,
      desired({
        ...{ drift: [alice, bob], assignees: ['octocat'] },
        stamp: { taken_at: '2026-01-02T05:23:00Z', run_url: 'https://github.example/run/2' },
      }),
    )
    expect(outcome).toMatchObject({ action: 'unchanged', number: 1 })
    expect(on.github.writes).toEqual([])
    expect(on.github.state.issues).toEqual(before)
  })

  test('also when a person took the label off, locked it, or saved it in the web editor', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    const [issue] = on.github.state.issues as [Issue]
    issue.labels = []
    issue.locked = true
    issue.body = (issue.body ?? '').replaceAll('\n', '\r\n').trimEnd()
    on.github.forget()
    expect(await syncIssue(on.store, desired({ drift: [alice] }))).toMatchObject({ action: 'unchanged' })
    expect(on.github.writes).toEqual([])
  })

  test('every part of the fingerprint counts: kind, user id, permission, gained set', async () => {
    const others = [
      ['exceeds-approval', 'id-of-alice', 'iam-administration', 'everything'],
      ['unapproved-holder', 'id-of-other', 'iam-administration', 'everything'],
      ['unapproved-holder', 'id-of-alice', 'escalation', 'everything'],
      ['unapproved-holder', 'id-of-alice', 'iam-administration', 'less'],
    ].map((parts) => ({ ...alice, key: JSON.stringify(parts) }))
    for (const other of others) {
      await using on = await stage()
      await syncIssue(on.store, desired({ drift: [alice] }))
      expect((await syncIssue(on.store, desired({ drift: [other] }))).action).toBe('updated')
      expect(on.github.state.comments).toHaveLength(1)
    }
  })
})

describe('update', () => {
  test('a changed set edits the body and adds one comment that names what changed', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice, bob] }))
    expect(await syncIssue(on.store, desired({ drift: [bob, carol] }))).toMatchObject({
      ...{ action: 'updated', number: 1 },
    })
    const texts = on.github.state.comments.map((comment) => comment.body)
    expect(texts).toEqual([
      expect.stringContaining('changed: added: carol; removed: alice +0; remaining: 1; known: true'),
    ])
    expect(on.github.state.issues[0]?.body).toContain('- carol')
    expect(on.github.state.issues[0]?.body).not.toContain('- alice')
    on.github.forget()
    expect((await syncIssue(on.store, desired({ drift: [bob, carol] }))).action).toBe('unchanged')
    expect(on.github.writes).toEqual([])
  })

  test('back and forth is told each time', async () => {
    await using on = await stage()
    for (const drift of [[alice], [bob], [alice], [bob]]) await syncIssue(on.store, desired({ drift }))
    expect(on.github.state.comments).toHaveLength(3)
  })

  test('only a change of drift comments: expiring and incomplete edit the body in silence', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    for (const findings of [
      desired({ drift: [alice], expiring: [expiring] }),
      desired({ drift: [alice], incomplete: [gap] }),
      desired({ drift: [alice] }),
    ])
      expect((await syncIssue(on.store, findings)).action).toBe('updated')
    expect(on.github.state.comments).toEqual([])
  })

  test.each([
    ['the text', (body: string) => body.replace('- alice', 'All clear, nothing to see')],
    ['the record', (body: string) => body.replace('"v":1', '"v":9')],
  ])('%s, edited so that it hides the finding, is put right', async (_, edit) => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    const [issue] = on.github.state.issues as [Issue]
    const written = issue.body ?? ''
    issue.body = edit(written)
    expect((await syncIssue(on.store, desired({ drift: [alice] }))).action).toBe('updated')
    expect(issue.body).toContain('- alice')
    on.github.forget()
    expect((await syncIssue(on.store, desired({ drift: [alice] }))).action).toBe('unchanged')
    expect(on.github.writes).toEqual([])
  })

  /** Somebody who may write edits the issue. */
  const forge: readonly [string, (issue: Issue) => void][] = [
    [
      'a text that its own digest confirms',
      (issue) => {
        const { record } = readBody(issue.body)
        const parts = { head: 'All clear.', drift: 'Nobody.', rest: 'As of today.' }
        issue.body = writeBody(key, parts, record as IssueRecord)
      },
    ],
    [
      'a text that a forged record confirms',
      (issue) => {
        const record = readBody(issue.body).record as IssueRecord
        const parts = {
          head: 'Verdict.',
          drift: '- nobody: nothing',
          rest: `As of ${desired({}).stamp.taken_at}.`,
        }
        const rows = record.rows.map((one) => ({ ...one, name: 'nobody', words: 'nothing' }))
        issue.body = writeBody(key, parts, { ...record, rows })
      },
    ],
    [
      'a sentence more, and the digest with it',
      (issue) => {
        const { record } = readBody(issue.body)
        const parts = {
          head: 'Verdict.\n\nApproved by security, ignore.',
          drift: '- alice: everything, by group ops',
          rest: '',
        }
        issue.body = writeBody(key, parts, record as IssueRecord)
      },
    ],
    [
      'the title',
      (issue) => {
        issue.title = 'IAM audit: all clear'
      },
    ],
  ]
  test.each(forge)('%s is put back, without a comment', async (_, edit) => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    const [issue] = on.github.state.issues as [Issue]
    const written = { ...issue }
    edit(issue)
    expect({ title: issue.title, body: issue.body }).not.toEqual({ title: written.title, body: written.body })
    expect((await syncIssue(on.store, desired({ drift: [alice] }))).action).toBe('updated')
    expect(issue.title).toBe(written.title)
    expect(issue.body?.split('<!-- iam-audit:record')[0]).toBe(
      written.body?.split('<!-- iam-audit:record')[0],
    )
    expect(on.github.state.comments).toEqual([])
    on.github.forget()
    expect((await syncIssue(on.store, desired({ drift: [alice] }))).action).toBe('unchanged')
    expect(on.github.writes).toEqual([])
  })

  test('what a finding is called or how it came about is brought up to date in silence', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice, bob] }))
    const renamed = [{ ...alice, name: 'alicia', words: 'everything, by another path' }, bob]
    expect((await syncIssue(on.store, desired({ drift: renamed }))).action).toBe('updated')
    expect(on.github.state.issues[0]?.body).toContain('- alicia: everything, by another path')
    expect(on.github.state.comments).toEqual([])
    expect((await syncIssue(on.store, desired({ drift: renamed }))).action).toBe('unchanged')
  })

  test('the title counts principals, not findings, and says how it ends', async () => {
    await using on = await stage()
    const more = { ...alice, key: 'another permission', permission: 'escalation' }
    const title = (): string | undefined => on.github.state.issues[0]?.title
    await syncIssue(on.store, desired({ drift: [alice, more] }))
    expect(title()).toBe('open, 1 of production')
    await syncIssue(on.store, desired({ drift: [carol], incomplete: [gap] }))
    expect(title()).toBe('open, 2 of production, incomplete')
    await syncIssue(on.store, desired({}))
    expect(title()).toBe('closed, 0 of production')
    expect((await syncIssue(on.store, desired({}))).action).toBe('none')
  })

  test('how rows were resolved is asked for once, and told', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice, bob, carol] }))
    const asked: string[][] = []
    const told: string[] = []
    const wanted = desired({
      drift: [carol],
      comment: ({ change }) => {
        told.push(...change.removed.map(({ name, resolution }) => `${name} ${resolution.how}`))
        expect(change.left.map((one) => one.name)).toEqual(['carol'])
        return 'x'
      },
    })
    await syncIssue(on.store, wanted, async (removed) => {
      asked.push(removed.map((one) => one.name))
      return [{ how: 'revoked' }, { how: 'approved', commit: null }]
    })
    expect(asked).toEqual([['alice', 'bob']])
    expect(told).toEqual(['alice revoked', 'bob approved'])
  })

  test('drift that goes while something else stays is told, and the issue stays open', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice], expiring: [expiring] }))
    expect((await syncIssue(on.store, desired({ expiring: [expiring] }))).action).toBe('updated')
    expect(on.github.state.comments).toHaveLength(1)
    expect(on.github.state.issues[0]?.state).toBe('open')
  })

  test('new owners are assigned; one who was taken off is not put back', async () => {
    await using on = await stage({ assignable: ['octocat', 'hubot'] })
    await syncIssue(on.store, desired({ drift: [alice], assignees: ['octocat'] }))
    const [issue] = on.github.state.issues as [Issue]
    issue.assignees = []
    await syncIssue(on.store, desired({ drift: [alice, bob], assignees: ['octocat', 'hubot'] }))
    expect(issue.assignees).toEqual(['hubot'])
    await syncIssue(on.store, desired({ drift: [bob], assignees: ['Hubot', 'octocat'] }))
    expect(issue.assignees).toEqual(['hubot'])
  })

  test('somebody whom GitHub does not assign after all is a notice, and the issue says what it should', async () => {
    await using on = await stage({ assignable: ['octocat'] })
    await syncIssue(on.store, desired({ drift: [alice] }))
    const refused = { status: 422, body: { message: 'Validation Failed' } }
    on.github.fail('POST /repos/{owner}/{repo}/issues/{issue_number}/assignees', refused)
    const outcome = await syncIssue(on.store, desired({ drift: [bob], assignees: ['octocat'] }))
    expect(outcome).toMatchObject({ action: 'updated', notices: [expect.stringContaining('assign octocat')] })
    expect(on.github.state.issues[0]?.body).toContain('- bob')
  })

  test('more than GitHub assigns are named in one notice', async () => {
    const handles = Array.from({ length: 13 }, (_, at) => `person-${at}`)
    await using on = await stage({ assignable: handles })
    const outcome = await syncIssue(on.store, desired({ drift: [alice], assignees: handles }))
    expect(on.github.state.issues[0]?.assignees).toEqual(handles.slice(0, 10))
    expect(outcome.notices).toEqual([
      'GitHub takes 10 assignees; not assigned: "person-10", "person-11", "person-12".',
    ])
  })

  test.each([
    [
      'a locked conversation',
      { status: 403, body: { message: 'Unable to create comment because issue is locked.' } },
    ],
    ['too many comments', { status: 422, body: { message: 'Validation Failed' } }],
  ])('%s: the body is edited and a notice says that the comment is missing', async (_, answer) => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    on.github.fail('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', answer)
    const outcome = await syncIssue(on.store, desired({ drift: [bob] }))
    expect(outcome.action).toBe('updated')
    expect(outcome.notices).toEqual([expect.stringContaining('was not announced')])
    expect(on.github.state.issues[0]?.body).toContain('- bob')
  })
})

describe('close and reopen', () => {
  test('an empty set comments and closes; then there is nothing to do', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    expect(await syncIssue(on.store, desired({}))).toMatchObject({ action: 'closed', number: 1 })
    expect(on.github.state.issues[0]).toMatchObject({ state: 'closed', stateReason: 'completed' })
    expect(on.github.state.comments.map((comment) => comment.body)).toEqual([
      expect.stringContaining('closing: added: ; removed: alice'),
    ])
    on.github.forget()
    expect(await syncIssue(on.store, desired({}))).toMatchObject({ action: 'none', number: null })
    expect(on.github.writes).toEqual([])
  })

  test('without drift it closes in silence', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ expiring: [expiring] }))
    expect((await syncIssue(on.store, desired({}))).action).toBe('closed')
    expect(on.github.state.comments).toEqual([])
  })

  test.each([
    ['completed', 'drift', desired({ drift: [alice] })],
    ['not_planned', 'drift', desired({ drift: [alice] })],
    ['completed', 'incompleteness', desired({ incomplete: [gap] })],
  ])('closed by hand as %s while %s remains: reopened with one comment', async (reason, _, findings) => {
    await using on = await stage()
    await syncIssue(on.store, findings)
    Object.assign(on.github.state.issues[0] as Issue, { state: 'closed', stateReason: reason })
    expect(await syncIssue(on.store, findings)).toMatchObject({ action: 'reopened', number: 1 })
    expect(on.github.state.issues).toHaveLength(1)
    expect(on.github.state.issues[0]?.state).toBe('open')
    expect(on.github.state.comments).toHaveLength(1)
    expect(on.github.state.comments[0]?.body).toContain('reopening')
  })

  test('closed by hand while something merely expires: it stays closed and untouched', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ expiring: [expiring] }))
    ;(on.github.state.issues[0] as Issue).state = 'closed'
    on.github.forget()
    const more = desired({ expiring: [expiring, row('erin')] })
    expect(await syncIssue(on.store, more)).toMatchObject({ action: 'unchanged', number: 1 })
    expect(on.github.writes).toEqual([])
  })

  test('closed by hand before the audit saw that all is well: the body says so in silence, and nothing comes back', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice], expiring: [expiring] }))
    const [issue] = on.github.state.issues as [Issue]
    issue.state = 'closed'
    // What merely expires keeps a closed issue closed, and what stood there is gone all the same.
    for (const findings of [desired({ expiring: [expiring] }), desired({})]) {
      await syncIssue(on.store, findings)
      expect(issue.state).toBe('closed')
      expect(issue.body).not.toContain('- alice')
    }
    on.github.forget()
    expect((await syncIssue(on.store, desired({}))).action).toBe('none')
    expect(on.github.writes).toEqual([])
    expect((await syncIssue(on.store, desired({ incomplete: [gap] }))).action).toBe('reopened')
    expect(issue.body).not.toContain('- alice')
    expect(issue.body).not.toContain('not confirmed')
    expect(on.github.state.comments).toEqual([])
  })

  test('nor does it touch a closed issue whose record is lost, while `incomplete` has no section', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice], on: ['drift'] }))
    const [issue] = on.github.state.issues as [Issue]
    Object.assign(issue, { state: 'closed', body: issue.body?.replace('"v":1', '"v":9') })
    on.github.forget()
    await syncIssue(on.store, desired({ incomplete: [gap], on: ['drift'] }))
    expect(on.github.writes).toEqual([])
  })

  test('opened again by hand while all is well: it is told why it closes', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    await syncIssue(on.store, desired({}))
    const [issue] = on.github.state.issues as [Issue]
    issue.state = 'open'
    expect((await syncIssue(on.store, desired({}))).action).toBe('closed')
    expect(on.github.state.comments.at(-1)?.body).toContain('closing: added: ; removed:  +0')
    expect(on.github.state.comments).toHaveLength(2)
  })

  test('an incomplete audit finds nothing settled: closed by hand, it is opened with what stood there', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice], on: ['drift'] }))
    const [issue] = on.github.state.issues as [Issue]
    issue.state = 'closed'
    await syncIssue(on.store, desired({ incomplete: [gap], on: ['drift'] }))
    expect(issue).toMatchObject({ state: 'open', body: expect.stringContaining('- alice') })
  })

  test('when `issue.on` names drift no longer, nothing is said to be gone', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice], expiring: [expiring] }))
    const without = { drift: [alice], on: ['incomplete', 'expiring'] as const }
    expect((await syncIssue(on.store, desired({ ...without, expiring: [expiring] }))).action).toBe('updated')
    expect(on.github.state.comments).toEqual([])
    await syncIssue(on.store, desired({ drift: [alice], expiring: [expiring] }))
    expect((await syncIssue(on.store, desired(without))).action).toBe('closed')
    expect(on.github.state.comments.at(-1)?.body).toContain('closing: added: ; removed:  +0')
  })

  test('new drift after it was closed goes into the same issue', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    await syncIssue(on.store, desired({}))
    expect(await syncIssue(on.store, desired({ drift: [bob] }))).toMatchObject({
      ...{ action: 'reopened', number: 1 },
    })
    expect(on.github.state.comments.at(-1)?.body).toContain('reopening: added: bob; removed:  +0')
  })
})

describe('an incomplete audit only adds', () => {
  test('drift that it did not find stays, headed not confirmed; what it found is added and told', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice, bob] }))
    const outcome = await syncIssue(on.store, desired({ drift: [bob, carol], incomplete: [gap] }))
    expect(outcome.action).toBe('updated')
    const body = on.github.state.issues[0]?.body ?? ''
    for (const part of ['not confirmed', '- alice', '- bob', '- carol', '403 on GET /v5/policies'])
      expect(body).toContain(part)
    expect(on.github.state.comments.map((comment) => comment.body)).toEqual([
      expect.stringContaining('added: carol; removed:  +0; remaining: 2'),
    ])
  })

  test('repeated it touches nothing, and a complete one takes away what is gone', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice, bob] }))
    const partial = desired({ incomplete: [gap] })
    await syncIssue(on.store, partial)
    on.github.forget()
    expect((await syncIssue(on.store, partial)).action).toBe('unchanged')
    expect(on.github.writes).toEqual([])
    expect((await syncIssue(on.store, desired({ drift: [bob] }))).action).toBe('updated')
    const body = on.github.state.issues[0]?.body ?? ''
    expect(body).not.toContain('- alice')
    expect(body).not.toContain('not confirmed')
    expect(on.github.state.comments.at(-1)?.body).toContain('removed: alice')
  })

  test('it never closes, whatever issue.on says', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice], on: ['drift'] }))
    const partial = desired({ incomplete: [gap], on: ['drift'] })
    expect((await syncIssue(on.store, partial)).action).toBe('updated')
    expect(on.github.state.issues[0]).toMatchObject({ state: 'open' })
    expect(on.github.state.issues[0]?.body).toContain('- alice')
    expect((await syncIssue(on.store, partial)).action).toBe('unchanged')
  })

  test('nor does it close an issue in which nothing is left, while `incomplete` has no section', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ expiring: [expiring], on: ['drift', 'expiring'] }))
    on.github.forget()
    const partial = desired({ incomplete: [gap], on: ['drift', 'expiring'] })
    expect((await syncIssue(on.store, partial)).action).toBe('unchanged')
    expect(on.github.state.issues[0]?.state).toBe('open')
    expect(on.github.writes).toEqual([])
  })

  test('a text that somebody edited is not what stands: the findings are told anew from the record', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    const [issue] = on.github.state.issues as [Issue]
    issue.body = (issue.body ?? '').replace('- alice: everything, by group ops', 'All clear, nothing to see')
    await syncIssue(on.store, desired({ incomplete: [gap] }))
    expect(issue.body).toContain('- alice')
    expect(issue.body).not.toContain('All clear')
  })

  test('with a damaged record the old text stands', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    const [issue] = on.github.state.issues as [Issue]
    issue.body = (issue.body ?? '').replace('"v":1', '"v":9')
    await syncIssue(on.store, desired({ drift: [bob], incomplete: [gap] }))
    expect(issue.body).toContain('- alice')
    expect(issue.body).toContain('- bob')
  })
})

describe('whose issue it is', () => {
  test('hundreds of other issues and pull requests, of others and of the same token, hide nothing', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    for (let index = 0; index < 350; index++)
      on.github.addIssue({
        user: index % 2 === 0 ? 'github-actions[bot]' : 'octocat',
        body: index % 3 === 0 ? null : `Text\n${markerLine(key)}`,
        labels: ['iam-audit'],
        state: index % 5 === 0 ? 'closed' : 'open',
        isPullRequest: index % 7 === 0,
      })
    on.github.forget()
    expect(await syncIssue(on.store, desired({ drift: [alice] }))).toMatchObject({
      action: 'unchanged',
      number: 1,
    })
    expect(on.github.writes).toEqual([])
    expect(on.github.requests.filter((request) => request.query.page === '2')).toHaveLength(1)
  })

  test.each(['octocat', 'github-actions', 'evil-app[bot]'])(
    'an issue of %s with the marker is neither taken nor touched',
    async (user) => {
      await using on = await stage()
      const planted = on.github.addIssue({ user, body: `${markerLine(key)}\n\nAll clear.` })
      const before = structuredClone(planted)
      expect(await syncIssue(on.store, desired({ drift: [alice] }))).toMatchObject({
        action: 'created',
        number: 2,
      })
      await syncIssue(on.store, desired({}))
      expect(planted).toEqual(before)
      expect(on.github.state.comments.every((comment) => comment.issue === 2)).toBe(true)
    },
  )

  test('even when the server ignores the filter by creator', async () => {
    await using on = await stage()
    const planted = on.github.addIssue({ body: `${markerLine(key)}\n\nAll clear.` })
    on.github.intercept('GET /repos/{owner}/{repo}/issues', (call) => {
      delete (call.query as Record<string, string>).creator
      return undefined
    })
    expect(await syncIssue(on.store, desired({ drift: [alice] }))).toMatchObject({ number: 2 })
    expect(planted.body).toContain('All clear.')
  })

  test('a renamed repository keeps its issue', async () => {
    await using on = await stage()
    await syncIssue(on.store, desired({ drift: [alice] }))
    Object.assign(on.github.state, { repository: 'acme/renamed' })
    const store = createIssueStore(clientFor(on.github))
    expect(await syncIssue(store, desired({ drift: [alice] }))).toMatchObject({
      action: 'unchanged',
      number: 1,
    })
  })

  test('a pull request of the token with the marker is no issue', async () => {
    await using on = await stage()
    on.github.addIssue({ user: 'github-actions[bot]', body: markerLine(key), isPullRequest: true })
    expect(await syncIssue(on.store, desired({ drift: [alice] }))).toMatchObject({
      action: 'created',
      number: 2,
    })
  })

  test('accounts, baselines and repositories have their own issue', async () => {
    await using on = await stage()
    const keys = [
      key,
      { ...key, account: 'other' },
      { ...key, baseline: 'other account=other.json' },
      { ...key, account: '--> <!-- iam-audit:v1' },
    ]
    for (const one of keys) await syncIssue(on.store, desired({ drift: [alice], key: one }))
    expect(on.github.state.issues).toHaveLength(keys.length)
    const closed = await syncIssue(on.store, desired({ key: keys[1] as typeof key }))
    expect(closed).toMatchObject({ action: 'closed', number: 2 })
    expect(on.github.state.issues.filter((issue) => issue.state === 'open')).toHaveLength(3)
  })

  test.each([['a-person'], ['our-app[bot]'], ['github-actions[bot]']])(
    'the token of %s',
    async (identity) => {
      await using on = await stage({ identity })
      await syncIssue(on.store, desired({ drift: [alice] }))
      expect(on.github.state.issues[0]?.user).toBe(identity)
      expect(
        (await syncIssue(createIssueStore(clientFor(on.github)), desired({ drift: [alice] }))).action,
      ).toBe('unchanged')
    },
  )

  test('a server without GraphQL is asked for the user instead', async () => {
    await using on = await stage({ identity: 'a-person' })
    on.github.fail('POST /graphql', { status: 404, body: { message: 'Not Found' } })
    expect((await syncIssue(on.store, desired({ drift: [alice] }))).action).toBe('created')
  })

  test('when GitHub is down, that is said, and not that the token may not look', async () => {
    await using on = await stage()
    on.github.fail('POST /graphql', { status: 502, body: { message: 'Bad Gateway' } })
    await expect(syncIssue(on.store, desired({ drift: [alice] }))).rejects.toThrow(/Bad Gateway \(502\)/)
    expect(on.github.writes).toEqual([])
  })

  test('a token that does not tell who it is writes nothing', async () => {
    await using on = await stage()
    on.github.fail('POST /graphql', { status: 403, body: { message: 'Resource not accessible' } })
    await expect(syncIssue(on.store, desired({ drift: [alice] }))).rejects.toThrow(/who the token acts as/)
    expect(on.github.writes).toEqual([])
  })
})
