import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, idOf } from '../../simulator/iam/account.ts'
import type { ActionRun } from '../../simulator/runner.ts'
import { GitRepository } from './git-repository.ts'
import { BASELINE, CONFIG, plainConfig, startWarmWorld, type World } from './world.ts'

// Pull requests as git really makes them: the workspace is a checkout, and GitHub shows the commits of the same
// repository.

const definition = { 'iam-administration': { actions: ['iam:*:*'], except: ['iam:*:get*'] } }
const approval = (user: string, more: object = {}) => ({
  ...{ user, user_id: idOf('user', user), permission: 'iam-administration' },
  ...{ grants: [{ actions: ['iam:users:*'] }], justification: 'On call', ...more },
})
const baselineOf = (...approvals: object[]): string =>
  `${JSON.stringify(
    { version: 1, account: idOf('account', 'acme'), audited_permissions: definition, approvals },
    null,
    2,
  )}\n`
const narrow = plainConfig.replace('@1', '@1\n    except: ["iam:users:*"]')

interface Stage extends AsyncDisposable {
  readonly git: GitRepository
  readonly world: World
  /** Runs the gate as GitHub starts it for a pull request from `topic`. */
  gate(options?: { base?: string; baseSha?: string; event?: string; sha?: string }): Promise<ActionRun>
}

/** A repository whose main has a config and an approval of alice. */
async function stage(): Promise<Stage> {
  const git = new GitRepository()
  git.commit('main', { [CONFIG]: plainConfig, [BASELINE]: baselineOf(approval('alice')), README: 'x' })
  git.branch('topic', 'main')
  const world = await startWarmWorld(new AccountBuilder('acme').users('alice').account)
  delete world.files[CONFIG]
  const gate: Stage['gate'] = async ({ base = 'main', baseSha, event = 'pull_request', sha } = {}) => {
    const merge = sha ?? git.merge(base, 'topic')
    const { state } = world.github
    state.commits = git.commits()
    state.refs = { main: git.sha('main'), topic: git.sha('topic') }
    const head = git.sha('topic')
    return world.audit({
      ...{ event, ref: 'refs/pull/7/merge', sha: merge, workspace: git.folder },
      payload: {
        pull_request: {
          ...{ number: 7, user: { login: 'mona' } },
          head: { sha: head, repo: { full_name: 'acme/security' } },
          base: { sha: baseSha ?? git.sha(base), ref: 'main' },
        },
      },
      inputs: { 'access-key-id': '', 'secret-access-key': '', 'dry-run': 'true' },
    })
  }
  return {
    ...{ git, world, gate },
    [Symbol.asyncDispose]: async () => {
      git[Symbol.dispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

const changes = (run: ActionRun): string[] =>
  run.report.entries.map((row: { user: string; change: string }) => `${row.user} ${row.change}`)

describe('only what the pull request changes is judged', () => {
  test('main has moved on since it was pushed, and gained an entry that lacks everything', async () => {
    await using at = await stage()
    const old = at.git.sha('main')
    at.git.commit('topic', { [BASELINE]: baselineOf(approval('alice'), approval('bob')) })
    // Somewhere else in the file, so that git merges both.
    at.git.commit('main', {
      [BASELINE]: baselineOf(approval('alex', { justification: '' }), approval('alice')),
    })
    const run = await at.gate({ baseSha: old })
    expect(run.outputs.result).toBe('passed')
    expect(changes(run)).toEqual(['bob added'])
  })

  test('a topic that is behind a main that has taken an approval back', async () => {
    await using at = await stage()
    at.git.commit('topic', { README: 'y' })
    at.git.commit('main', { [BASELINE]: baselineOf() })
    for (const event of ['pull_request', 'pull_request_target']) {
      const run = await at.gate({ event })
      expect(run.outputs.result).toBe('passed')
      expect(run.report).toMatchObject({ entries: [], scope_changes: [] })
      expect(run.summary).toContain('touches neither')
    }
  })

  test('an approval that main took back, and a merge of main into the topic brings again', async () => {
    await using at = await stage()
    at.git.commit('topic', { README: 'y' })
    at.git.commit('main', { [BASELINE]: baselineOf() })
    const head = at.git.merge('topic', 'main')
    at.git.branch('topic', head)
    at.git.commit('topic', { [BASELINE]: baselineOf(approval('alice', { justification: '' })) })
    for (const event of ['pull_request', 'pull_request_target']) {
      const run = await at.gate({ event })
      expect(changes(run)).toEqual(['alice added'])
      expect(run.outputs.result).toBe('failed')
    }
  })

  test('of several commits the last counts: what one widens and the next takes back is nothing', async () => {
    await using at = await stage()
    at.git.commit('topic', { [CONFIG]: narrow, [BASELINE]: null })
    at.git.commit('topic', { [CONFIG]: plainConfig, [BASELINE]: baselineOf(approval('alice')) })
    expect((await at.gate()).report).toMatchObject({ result: 'passed', entries: [], scope_changes: [] })
  })
})

describe('what cannot be got past it', () => {
  test('a config that is renamed, also in letter case alone', async () => {
    for (const name of ['.github/audit.yml', '.github/IAM-audit.yml']) {
      await using at = await stage()
      at.git.commit('topic', { [CONFIG]: null, [name]: plainConfig })
      const run = await at.gate()
      expect(run.outputs.result).toBe('failed')
      expect(run.log).toContain(`${CONFIG}:1 there is no such file in the pull request`)
    }
  })

  test('a scope change in the branch that it was opened against, which main does not have', async () => {
    await using at = await stage()
    at.git.branch('stack', 'main')
    at.git.commit('stack', { [CONFIG]: narrow })
    at.git.branch('topic', 'stack')
    at.git.commit('topic', { README: 'y' })
    // Moved to main since; GitHub's merge is still the one into the other branch.
    const run = await at.gate({ base: 'stack', baseSha: at.git.sha('main') })
    expect(run.outputs.result).toBe('failed')
    expect(run.report.scope_changes).toEqual([expect.stringContaining('is narrowed')])
  })

  test('a file that git checks out with other characters than it keeps', async () => {
    await using at = await stage()
    // Shift JIS has the backslash where other encodings have the yen sign: kept, the text ends before the comma; checked
    // out, it goes on. What is a grant in one can be part of a text in the other.
    at.git.commit('topic', {
      [BASELINE]: baselineOf(approval('alice', { justification: 'On call¥', 'x-note': ['¥', ', '] })),
    })
    at.git.commit('topic', { '.gitattributes': `${BASELINE} working-tree-encoding=SHIFT_JIS\n` })
    const run = await at.gate()
    expect(run.outputs.result).toBe('error')
    expect(run.log).toContain(`${BASELINE}: the workspace has another text than the commit`)
  })
})
