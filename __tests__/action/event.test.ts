import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { intendedMode, readContext } from '../../src/action/event.ts'

function payloadFile(payload: unknown): string {
  const path = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json')
  writeFileSync(path, JSON.stringify(payload))
  return path
}

const pullRequest = {
  number: 7,
  user: { login: 'mona' },
  head: { sha: 'b'.repeat(40), repo: { full_name: 'mona/security' } },
  base: { sha: 'a'.repeat(40), ref: 'main' },
}

describe('mode: auto chooses by event', () => {
  test.each([
    ['schedule', 'audit'],
    ['workflow_dispatch', 'audit'],
    ['push', 'audit'],
  ])('%s: %s', (event, mode) => {
    expect(readContext({ GITHUB_EVENT_NAME: event }, 'auto').mode).toBe(mode)
  })

  test.each(['pull_request', 'pull_request_target', 'pull_request_review'])('%s: gate', (event) => {
    const context = readContext(
      { GITHUB_EVENT_NAME: event, GITHUB_EVENT_PATH: payloadFile({ pull_request: pullRequest }) },
      'auto',
    )
    expect(context.mode).toBe('gate')
    expect(context.pullRequest).toEqual({
      number: 7,
      author: 'mona',
      headSha: 'b'.repeat(40),
      headRepository: 'mona/security',
      baseSha: 'a'.repeat(40),
      baseRef: 'main',
    })
  })

  test('merge_group: gate, with its base', () => {
    const payload = { merge_group: { base_sha: 'c'.repeat(40), head_sha: 'd'.repeat(40) } }
    const context = readContext(
      { GITHUB_EVENT_NAME: 'merge_group', GITHUB_EVENT_PATH: payloadFile(payload) },
      'auto',
    )
    expect(context.mergeGroup).toEqual({ baseSha: 'c'.repeat(40), headSha: 'd'.repeat(40) })
  })

  test('any other event is an error that asks for mode', () => {
    expect(() => readContext({ GITHUB_EVENT_NAME: 'release' }, 'auto')).toThrow(/Set the input mode/)
  })
})

test('the gate refuses an event without a pull request', () => {
  expect(() => readContext({ GITHUB_EVENT_NAME: 'schedule' }, 'gate')).toThrow(/judges a pull request/)
})

test.each(['pull_request', 'pull_request_target', 'pull_request_review', 'merge_group'])(
  'update-baseline refuses %s',
  (event) => {
    expect(() => readContext({ GITHUB_EVENT_NAME: event }, 'update-baseline')).toThrow(/never runs on/)
  },
)

test.each([{}, { RUNNER_TEMP: '' }])(
  'without RUNNER_TEMP files go where the machine keeps such',
  (variables) => {
    const context = readContext({ GITHUB_EVENT_NAME: 'push', ...variables }, 'auto')
    expect(context.outputFolder).toBe(join(tmpdir(), 'iam-audit'))
  },
)

test('a payload that cannot be read names the file', () => {
  expect(() =>
    readContext({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: '/nowhere' }, 'auto'),
  ).toThrow(/"\/nowhere" could not be read/)
})

test('a pull request from a deleted fork has no head repository', () => {
  const payload = { pull_request: { ...pullRequest, head: { sha: 'b'.repeat(40), repo: null } } }
  const context = readContext(
    { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: payloadFile(payload) },
    'auto',
  )
  expect(context.pullRequest?.headRepository).toBe('')
})

test.each([
  ['check', 'schedule', 'check'],
  ['auto', 'merge_group', 'gate'],
  ['audits', 'pull_request', 'gate'],
  ['auto', 'workflow_run', 'audit'],
  ['', '', 'audit'],
])('a run that stops with mode %p on %p was meant to %s, as its report says', (input, event, mode) => {
  expect(intendedMode({ GITHUB_EVENT_NAME: event }, input)).toBe(mode)
})
