/** In which commit an approval came to stand as it stands, and who let it in. */
import { expect, test } from '@jest/globals'
import { approvedBy, commitsSince } from '../../src/github/approval-history.ts'
import { createRepositoryReader } from '../../src/github/repository.ts'
import { type Stage, stage } from './stage.ts'

const sha = (at: number): string => at.toString(16).padStart(40, '0')
const path = '.github/iam-baseline.json'

/** A history of the file, oldest first; null: it is not there. */
const historyOf = (texts: readonly (string | null)[]) =>
  texts.map((text, at) => ({
    ...{ sha: sha(at + 1), author: 'octocat', committer: 'octocat' },
    parents: at === 0 ? [] : [sha(at)],
    files: { 'README.md': `${at}`, ...(text === null ? {} : { [path]: text }) },
  }))

const since = (on: Stage, from: string, ...entries: string[]) =>
  commitsSince(
    on.client,
    createRepositoryReader(on.client),
    { path, from },
    entries.map((entry) => (text) => text?.includes(entry) === true),
  )

test('the commit since which each entry stands without a break, whatever happened before', async () => {
  const texts = [null, 'alice', 'alice', 'bob', 'alice bob', 'alice bob carol', 'alice bob carol']
  await using on = await stage({ commits: historyOf(texts) })
  const found = await since(on, sha(7), 'alice', 'bob', 'carol', 'dave')
  expect(found.map((commit) => commit?.sha ?? null)).toEqual([sha(5), sha(4), sha(6), null])
  expect(found[0]).toMatchObject({
    ...{ url: `https://github.com/acme/security/commit/${sha(5)}`, author: 'octocat' },
  })
})

test('the first commit of all, and a file that is not there', async () => {
  await using on = await stage({ commits: historyOf(['alice', 'alice']) })
  expect((await since(on, sha(2), 'alice'))[0]?.sha).toBe(sha(1))
  await using off = await stage({ commits: historyOf([null, null]) })
  expect(await since(off, sha(2), 'alice')).toEqual([null])
})

test('a history that goes back further than is looked is not guessed at', async () => {
  const texts = Array.from({ length: 60 }, (_, at) => (at < 50 ? `alice ${at}` : `alice bob ${at}`))
  await using on = await stage({ commits: historyOf(texts) })
  const found = await since(on, sha(60), 'alice', 'bob')
  expect(found.map((commit) => commit?.sha ?? null)).toEqual([null, sha(51)])
})

test('the merged pull request of a commit, its author and who approved it last', async () => {
  const review = (user: string, state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED') => ({
    ...{ user, state, commit: sha(2) },
  })
  const pull = { user: 'octocat', base: sha(1), baseRef: 'main', reviews: [] }
  await using on = await stage({
    commits: [...historyOf(['alice', 'alice bob']), { sha: sha(9), parents: [sha(1)] }],
    refs: { main: sha(2) },
    pulls: [
      { ...pull, number: 6, head: sha(9), merge: `${sha(2)}x` },
      {
        ...{ ...pull, number: 7, head: sha(9), merge: sha(2) },
        reviews: [
          review('hubot', 'CHANGES_REQUESTED'),
          review('mona', 'APPROVED'),
          review('Hubot', 'APPROVED'),
          review('eve', 'APPROVED'),
          review('eve', 'DISMISSED'),
          review('hubot', 'COMMENTED'),
        ],
      },
    ],
  })
  const found = await approvedBy(on.client, sha(2))
  expect(found.pullRequest).toEqual({
    ...{ number: 7, url: 'https://github.com/acme/security/pull/7', author: 'octocat' },
  })
  expect([...found.reviewers].sort()).toEqual(['Hubot', 'mona'])
  expect(await approvedBy(on.client, sha(1))).toEqual({ pullRequest: null, reviewers: [] })
})
