/** A finding that is gone was revoked, or approved in a commit that can be named. */
import { describe, expect, test } from '@jest/globals'
import { resolutionOf, resolverFor } from '../../src/action/resolutions.ts'
import { writeBaseline } from '../../src/baseline/write-baseline.ts'
import { stage } from '../github/stage.ts'
import { ACCOUNT, type Account, entry, hexId, users, verdictOn } from '../render/verdicts.ts'

const allow = (...actions: string[]) => [{ Effect: 'Allow', Action: actions }]
const holders: Account = {
  ...{ users: users('alice', 'bob', 'carol'), policies: { Admin: allow('iam:*:*') } },
  ...{ attached: { Admin: [hexId('bob')] }, approvals: [] },
}
const row = (name: string, permission = 'iam-administration') => ({
  ...{ name, principal: hexId(name), permission, words: 'everything' },
})
const path = '.github/iam-baseline.json'
const since = '2000-01-01T00:00:00Z'

describe('how it was resolved', () => {
  test.each([
    ['taken away', {}, row('carol'), 'revoked'],
    ['approved', { approvals: [entry('bob')] }, row('bob'), 'approved'],
    ['held otherwise', {}, row('bob'), 'changed'],
    ['no longer audited', {}, row('bob', 'escalation'), 'unknown'],
  ] as const)('%s', (_, account, gone, how) => {
    expect(resolutionOf(verdictOn({ ...holders, ...account } as Account), gone).how).toBe(how)
  })
})

describe('the commit that approved it', () => {
  const text = (...approvals: ReturnType<typeof entry>[]): string =>
    writeBaseline({
      ...{ account: ACCOUNT, audited_permissions: { 'iam-administration': { actions: ['iam:*:*'] } } },
      approvals,
    })
  const narrow = entry('bob', { grants: [{ actions: ['iam:users:*'] }] })
  const versions = [text(), text(narrow), text(entry('bob')), text(entry('alice'), entry('bob'))]
  const commits = versions.map((file, at) => ({
    ...{ sha: `${at}`.repeat(40), parents: at === 0 ? [] : [`${at - 1}`.repeat(40)] },
    ...{ files: { [path]: file }, date: `2026-05-0${at + 1}T09:00:00Z` },
  }))
  const verdict = verdictOn({ ...holders, approvals: [entry('alice'), entry('bob')] })
  const baseline = { path, commit: '3'.repeat(40) }

  test('is the one that first has the entry as it stands', async () => {
    await using on = await stage({ commits })
    const answers = await resolverFor(verdict, on.client, baseline)([row('carol'), row('bob')], since)
    expect(answers).toMatchObject([
      { how: 'revoked' },
      { how: 'approved', commit: { sha: '2'.repeat(40), url: expect.stringContaining('/commit/2222') } },
    ])
  })

  test('older than the issue, it approved less, and what went beyond was revoked', async () => {
    await using on = await stage({ commits })
    const answers = await resolverFor(verdict, on.client, baseline)([row('bob')], '2026-06-01T00:00:00Z')
    expect(answers).toMatchObject([{ how: 'within', commit: { sha: '2'.repeat(40) } }])
  })

  test('is left out where GitHub does not tell', async () => {
    await using on = await stage({ commits })
    on.github.fail('GET /repos/{owner}/{repo}/commits', { status: 403, body: { message: 'Forbidden' } })
    const answers = await resolverFor(verdict, on.client, baseline)([row('bob')], since)
    expect(answers).toEqual([{ how: 'approved', commit: null }])
  })

  test('is not asked for when nothing was approved', async () => {
    await using on = await stage({ commits })
    await resolverFor(verdict, on.client, baseline)([row('carol')], since)
    expect(on.github.requests).toEqual([])
  })
})
