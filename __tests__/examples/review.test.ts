/** The quarterly review: a checklist for each owner, made of the report, in which names are only text. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { BASELINE, type Place, place, stepOf } from './proposal.ts'

const step = stepOf('review', 'review')

/** The text of the pull request for these grants of the report. */
function bodyOf(at: Place, grants: readonly object[]): string {
  const report = join(at.root, 'report.json')
  writeFileSync(report, JSON.stringify({ grants }))
  const summary = at.propose(step.run, '7', 'renewed\n', { REPORT: report, DAY: '2027-03-31' })
  expect(summary).toContain('https://github.com/acme/security/pull/1')
  return readFileSync(join(at.root, 'body.md'), 'utf8')
}

const grant = (principal: string, approval: object | null, more: object = {}): object => ({
  ...{ principal_type: 'user', principal, permission: 'iam-administration', extent: 'all' },
  ...{ paths: [{ words: `${principal} → group ops → Ops v3` }], approval, ...more },
})

test('names who, what, by which path, and the approval, owner by owner', () => {
  using at = place()
  const body = bodyOf(at, [
    grant('bob', { owner: 'platform-team', justification: 'On call', expires: '2026-12-31' }),
    grant(
      'ci-deploy',
      { justification: 'Pipeline' },
      { principal_type: 'agency', extent: 'part', paths: [] },
    ),
    grant('alice', { owner: 'platform-team' }),
    grant('mallory', null),
  ])
  expect(body.split('\n').slice(2)).toEqual([
    '### Nobody answers for these',
    '',
    '- [ ] `ci-deploy` (agency) holds part of `iam-administration`. Approved: `Pipeline`',
    '',
    '### `platform-team`',
    '',
    '- [ ] `bob` (user) holds all of `iam-administration`, by `bob → group ops → Ops v3`. Approved: `On call`, until `2026-12-31`',
    '- [ ] `alice` (user) holds all of `iam-administration`, by `alice → group ops → Ops v3`. Approved: `no reason given`',
    '',
    '',
  ])
  expect(at.git('origin', 'show', `iam-review/7-1:${BASELINE}`)).toBe('renewed')
  expect(at.asked()).toContain('--title\nReview of IAM approvals, until 2027-03-31')
})

test('no name is more than text', () => {
  using at = place()
  const name = '`@octocat` <img src=x>\n\n# Approved\u202e'
  const body = bodyOf(at, [grant(name, { owner: name, justification: name })])
  expect(body.replace(/`[^`\n]*`/g, '')).not.toMatch(/@octocat|<img|# Approved|\u202e/)
})

test('more than GitHub takes is cut, and said', () => {
  using at = place()
  const body = bodyOf(
    at,
    Array.from({ length: 2000 }, (_, index) => grant(`user-${index}`, { justification: 'On call' })),
  )
  expect(Buffer.byteLength(body)).toBeLessThan(65_536)
  expect(body).toContain('There are more than fit here')
  // Whole rows are cut.
  for (const line of body.split('\n').filter((one) => one.startsWith('- [ ]')))
    expect(line).toMatch(/: `On call`$/)
})

test('nothing of the report is part of the script', () => {
  expect(step.run).not.toMatch(/\$\{\{/)
})
