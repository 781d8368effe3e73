/** A file as it stood on a branch: what counts is when the branch came to hold it. */
import { describe, expect, test } from '@jest/globals'
import { readBaselineHistory } from '../../src/action/baseline-history.ts'
import { fileHistory } from '../../src/github/file-history.ts'
import { createRepositoryReader } from '../../src/github/repository.ts'
import { type Stage, stage } from './stage.ts'

const path = '.github/iam-baseline.json'
const day = (at: number): string => `2026-11-${String(at).padStart(2, '0')}T12:00:00Z`
const time = (at: number): number => Date.parse(day(at))
const sha = (name: string): string => Buffer.from(name).toString('hex').padStart(40, '0')

interface Made {
  readonly name: string
  readonly day: number
  readonly text: string | null
  readonly parents?: readonly string[]
}

const commits = (made: readonly Made[]) =>
  made.map(({ name, day: at, text, parents }, index) => ({
    ...{ sha: sha(name), date: day(at) },
    parents: (parents ?? (index === 0 ? [] : [made[index - 1]?.name ?? ''])).map(sha),
    files: { README: name, ...(text === null ? {} : { [path]: text }) },
  }))

const opened = (made: readonly Made[], head = made.at(-1)?.name ?? '') =>
  stage({ commits: commits(made), refs: { main: sha(head) } })

const read = (on: Stage, from: number) =>
  fileHistory(on.client, createRepositoryReader(on.client), { path, branch: 'main', from: time(from) })

describe('the versions of a file', () => {
  test('that changed now and then, the first from before the window', async () => {
    await using on = await opened([
      { name: 'a', day: 1, text: 'one' },
      { name: 'b', day: 5, text: 'two' },
      { name: 'c', day: 8, text: 'two' },
      { name: 'd', day: 9, text: null },
      { name: 'e', day: 10, text: 'three' },
    ])
    expect(await read(on, 7)).toEqual([
      { since: null, text: 'two' },
      { since: time(9), text: null },
      { since: time(10), text: 'three' },
    ])
  })

  test('that nobody touched take two reads of it', async () => {
    await using on = await opened(
      Array.from({ length: 250 }, (_, at) => ({ name: `c${at}`, day: 1 + Math.floor(at / 10), text: 'one' })),
    )
    expect(await read(on, 3)).toEqual([{ since: null, text: 'one' }])
    expect(on.github.requests.filter(({ path: asked }) => asked.includes('/contents/'))).toHaveLength(2)
  })

  test('of a merged pull request since the merge, not since its commits', async () => {
    await using on = await opened(
      [
        { name: 'base', day: 1, text: 'one' },
        { name: 'work', day: 2, text: 'two', parents: ['base'] },
        { name: 'main', day: 5, text: 'one', parents: ['base'] },
        { name: 'merge', day: 9, text: 'two', parents: ['main', 'work'] },
      ],
      'merge',
    )
    expect(await read(on, 4)).toEqual([
      { since: null, text: 'one' },
      { since: time(9), text: 'two' },
    ])
  })

  test('of a commit that is dated before the one it follows since that one', async () => {
    await using on = await opened([
      { name: 'a', day: 1, text: 'one' },
      { name: 'b', day: 9, text: 'one' },
      { name: 'c', day: 5, text: 'two' },
    ])
    expect(await read(on, 4)).toEqual([
      { since: null, text: 'one' },
      { since: time(9), text: 'two' },
    ])
  })

  test('of a branch that is younger than the window', async () => {
    await using on = await opened([{ name: 'a', day: 8, text: 'one' }])
    expect(await read(on, 4)).toEqual([{ since: null, text: 'one' }])
  })
})

const baseline = JSON.stringify({
  version: 1,
  account: 'a'.repeat(32),
  audited_permissions: {},
  approvals: [],
})

test('the baseline at each moment; a version that is none cannot be read', async () => {
  await using on = await opened([
    { name: 'a', day: 1, text: null },
    { name: 'b', day: 5, text: baseline },
    { name: 'c', day: 8, text: '{' },
  ])
  const { history, remark } = await readBaselineHistory(on.client, 'main', path, time(3))
  expect(remark).toBeNull()
  expect(history.changes).toEqual([time(5), time(8)])
  expect(history.at(time(4))).toBeNull()
  expect(history.at(time(6))).toMatchObject({ approvals: [] })
  expect(history.at(time(9))).toBe('unreadable')
})

test.each(['no client', 'no branch', 'refused'])(
  '%s: the history is unread, and that is said',
  async (what) => {
    await using on = await stage({
      commits: commits([{ name: 'a', day: 1, text: baseline }]),
      refs: { main: sha('a') },
      ...(what === 'refused' ? { permissions: { contents: 'none' } } : {}),
    })
    const client = what === 'no client' ? null : on.client
    const { history, remark } = await readBaselineHistory(
      client,
      what === 'no branch' ? null : 'main',
      path,
      0,
    )
    expect(history.at(0)).toBe('unreadable')
    expect(remark).toContain('fails nothing')
  },
)
