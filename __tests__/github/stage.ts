/** The stage for tests of the GitHub side: a played GitHub, a client that never really waits, simple words. */
import { expect } from '@jest/globals'
import {
  type GitHubSimulator,
  type GitHubSimulatorOptions,
  startGitHubSimulator,
} from '../../simulator/github/server.ts'
import { GitHubClient } from '../../src/github/client.ts'
import type { DesiredIssue, IssueRow, NamedRow } from '../../src/github/desired-issue.ts'
import { createIssueStore, type IssueStore } from '../../src/github/issue-store.ts'

export interface Stage extends AsyncDisposable {
  readonly github: GitHubSimulator
  readonly client: GitHubClient
  readonly store: IssueStore
  /** Milliseconds that the client would have waited. */
  readonly waits: readonly number[]
}

/** Starts it; at the end of the test every violation of GitHub's API description fails it. */
export async function stage(options: GitHubSimulatorOptions = {}): Promise<Stage> {
  const github = await startGitHubSimulator(options)
  const waits: number[] = []
  const client = clientFor(github, waits)
  return {
    github,
    client,
    store: createIssueStore(client),
    waits,
    [Symbol.asyncDispose]: async () => {
      await github.close()
      expect(github.violations).toEqual([])
    },
  }
}

/** Another run: its own client, nothing remembered. */
export function clientFor(
  github: GitHubSimulator,
  waits: number[] = [],
  scrub = <T>(value: T): T => value,
): GitHubClient {
  return new GitHubClient({
    token: github.state.token,
    repository: github.state.repository,
    apiUrl: github.url,
    sleep: async (milliseconds) => {
      waits.push(milliseconds)
    },
    now: () => Date.UTC(2026, 0, 1),
    scrub,
  })
}

/** A drift row for a user; `set` stands for the gained set. */
export function row(user: string, set = 'everything'): IssueRow {
  return {
    key: JSON.stringify(['unapproved-holder', `id-of-${user}`, 'iam-administration', set]),
    name: user,
    principal: `id-of-${user}`,
    permission: 'iam-administration',
    words: `${set}, by group ops`,
  }
}

export const key = {
  account: 'd78cbac186b744899480f25bd022aaaa',
  baseline: '.github/iam-baseline.json',
}

export interface Findings extends Partial<Omit<DesiredIssue, 'rows'>> {
  readonly drift?: readonly IssueRow[]
  readonly incomplete?: readonly IssueRow[]
  readonly expiring?: readonly IssueRow[]
}

/** What an audit with these findings wants; complete exactly when it found no gap. */
export function desired({ drift = [], incomplete = [], expiring = [], ...more }: Findings): DesiredIssue {
  return {
    key,
    title: ({ open, principals, incomplete }) =>
      `${open ? 'open' : 'closed'}, ${principals} of production${incomplete ? ', incomplete' : ''}`,
    stamp: { taken_at: '2026-01-01T05:23:00Z', run_url: 'https://github.example/run/1' },
    labels: ['iam-audit'],
    assignees: [],
    on: ['drift', 'incomplete', 'expiring'],
    complete: incomplete.length === 0,
    rows: { drift, incomplete, expiring },
    render: ({ standing, stamp }) => {
      const line = (found: NamedRow): string => `- ${found.name}: ${found.words}`
      const kept = standing === null ? [] : [standing.text ?? standing.rows.map(line).join('\n')]
      const fresh = standing === null ? drift : standing.added.map((index) => drift[index] as IssueRow)
      return {
        head: standing === null ? 'Verdict.' : 'Verdict. The drift is not confirmed.',
        drift: [...kept, ...fresh.map(line)].filter((text) => text !== '').join('\n'),
        rest: [...incomplete.map(line), ...expiring.map(line), `As of ${stamp.taken_at}.`].join('\n'),
      }
    },
    comment: ({ reason, change, original }) => {
      const names = (rows: readonly NamedRow[]): string => rows.map(({ name }) => name).join(', ')
      const left = change.left.length + change.leftUnnamed
      if (reason === 'duplicate') return `Duplicate of #${original}.`
      const counts = `added: ${names(change.added)}; removed: ${names(change.removed)} +${change.removedUnnamed}`
      return `${reason}: ${counts}; remaining: ${left}; known: ${change.known}`
    },
    ...more,
  }
}
