import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type RunContext, readContext } from '../../src/action/event.ts'
import { type GateSides, readSides } from '../../src/action/gate-sides.ts'

// Which commit a pull request is compared with, and whose files are judged.

const sha = (letter: string): string => letter.repeat(40)
/** Main when the pull request was pushed, main now, the head, GitHub's merge of it. */
const [OLD, MAIN, HEAD, MERGE] = [sha('a'), sha('b'), sha('c'), sha('d')]
const paths = { config: 'iam/audit.yml', baseline: 'iam/baseline.json' }

type Tree = Readonly<Record<string, string>>

const tree = (text: string): Tree => ({ [paths.config]: text, [paths.baseline]: text })

function workspaceWith(files: Tree): string {
  const workspace = mkdtempSync(join(tmpdir(), 'gate-sides-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  return workspace
}

interface Situation {
  readonly workspace?: string
  readonly event?: string
  readonly sha?: string
  readonly commits?: Readonly<Record<string, { readonly parents: readonly string[]; readonly files: Tree }>>
  readonly inputs?: typeof paths
}

async function sides(over: Situation = {}): Promise<GateSides> {
  const commits = {
    [OLD]: { parents: [], files: tree('old') },
    [MAIN]: { parents: [OLD], files: tree('main') },
    [HEAD]: { parents: [OLD], files: tree('head') },
    [MERGE]: { parents: [MAIN, HEAD], files: tree('checked out') },
    ...over.commits,
  }
  const at = (one: string) => commits[one] as (typeof commits)[string]
  const history = (one: string): string[] => [one, ...at(one).parents.flatMap(history)]
  const payload = join(mkdtempSync(join(tmpdir(), 'gate-event-')), 'event.json')
  writeFileSync(
    payload,
    JSON.stringify({
      pull_request: {
        ...{ number: 7, user: { login: 'mona' } },
        ...{ head: { sha: HEAD, repo: null }, base: { sha: OLD, ref: 'main' } },
      },
      merge_group: { base_sha: MAIN, head_sha: MERGE },
    }),
  )
  const context: RunContext = readContext(
    {
      GITHUB_EVENT_NAME: over.event ?? 'pull_request',
      GITHUB_EVENT_PATH: payload,
      GITHUB_SHA: over.sha ?? MERGE,
      GITHUB_WORKSPACE: over.workspace ?? workspaceWith(tree('checked out')),
    },
    'gate',
  )
  return readSides(over.inputs ?? paths, context, {
    facts: async () => ({ visibility: 'private', defaultBranch: 'main', problem: null }),
    fileAt: async (path, one) => at(one).files[path] ?? null,
    commit: async (one) => ({ sha: one, parents: at(one).parents, author: 'mona', committer: 'mona' }),
    mergeBase: async (one, other) => {
      const shared = history(other)
      return history(one === 'main' ? MAIN : one).find((commit) => shared.includes(commit)) ?? ''
    },
  })
}

const compared = ({ base, head, baseSha }: GateSides) => ({
  base: base.config,
  head: head.config,
  baseSha,
})

describe('what is compared with what', () => {
  test('the checked-out merge with main as it is now, not as the event recorded it', async () => {
    expect(compared(await sides())).toEqual({ base: 'main', head: 'checked out', baseSha: MAIN })
    expect(await sides({ event: 'pull_request_review' })).toMatchObject({ baseSha: MAIN, headSha: HEAD })
  })

  test('no merge commit: with the merge base', async () => {
    const commits = { [MERGE]: { parents: [OLD], files: tree('checked out') } }
    expect(compared(await sides({ commits }))).toEqual({ base: 'old', head: 'checked out', baseSha: OLD })
  })

  test('a head that is a merge itself: its first parent is its author’s choice, and no base', async () => {
    const evil = sha('e')
    const commits = {
      [evil]: { parents: [OLD], files: tree('checked out') },
      [HEAD]: { parents: [evil, MAIN], files: tree('checked out') },
    }
    expect(compared(await sides({ sha: HEAD, commits }))).toMatchObject({ base: 'old', baseSha: OLD })
  })

  test('a merge of an older head: the head that reviews are asked for is read instead', async () => {
    const commits = { [MERGE]: { parents: [MAIN, sha('e')], files: tree('older') } }
    expect(compared(await sides({ commits }))).toEqual({ base: 'old', head: 'head', baseSha: OLD })
  })

  test('a merge into another branch, which the pull request was opened against before: not with that one', async () => {
    const topic = sha('e')
    const commits = {
      [topic]: { parents: [MAIN], files: tree('topic') },
      [MERGE]: { parents: [topic, HEAD], files: tree('checked out') },
    }
    expect(compared(await sides({ commits }))).toEqual({ base: 'old', head: 'head', baseSha: OLD })
  })

  test('pull_request_target: both sides are read as data, whatever is checked out', async () => {
    const run = await sides({ event: 'pull_request_target', sha: MAIN })
    expect(compared(run)).toEqual({ base: 'old', head: 'head', baseSha: OLD })
  })

  test('a merge group: with its own base', async () => {
    expect(compared(await sides({ event: 'merge_group' }))).toEqual({
      ...{ base: 'main', head: 'checked out', baseSha: MAIN },
    })
  })
})

describe('a workspace with another text than the commit that would be merged is not judged', () => {
  const other = (over: Tree): Promise<GateSides> =>
    sides({ workspace: workspaceWith({ ...tree('checked out'), ...over }) })

  test.each(['config', 'baseline'] as const)('in the %s', async (file) => {
    await expect(other({ [paths[file]]: 'something else' })).rejects.toThrow(
      `${paths[file]}: the workspace has another text than the commit ${MERGE}`,
    )
  })

  test('a file that only the commit has', async () => {
    await expect(sides({ workspace: workspaceWith({}) })).rejects.toThrow(/another text/)
  })

  test('but a file that the commit has not, which no checkout makes, is judged and told', async () => {
    const commits = { [MERGE]: { parents: [MAIN, HEAD], files: {} } }
    const run = await sides({ commits })
    expect(run.head).toEqual({ config: 'checked out', baseline: 'checked out' })
    expect(run.notices).toEqual([
      expect.stringContaining(`${paths.config} is in the workspace`),
      expect.stringContaining(`${paths.baseline} is in the workspace`),
    ])
  })

  test('a merge group too', async () => {
    await expect(sides({ event: 'merge_group', workspace: workspaceWith(tree('x')) })).rejects.toThrow(
      /another text/,
    )
  })

  test('ends of lines are no other text', async () => {
    const commits = { [MERGE]: { parents: [MAIN, HEAD], files: tree('a\nb\n') } }
    const run = await sides({ commits, workspace: workspaceWith(tree('a\r\nb\r\n')) })
    expect(run.head.config).toBe('a\r\nb\r\n')
  })
})

describe('a path in the workspace that no commit has would be new each time, and nothing new is narrowed', () => {
  test('an absolute path, and one with dots, name the file of the repository', async () => {
    const workspace = workspaceWith(tree('checked out'))
    const inputs = { config: join(workspace, paths.config), baseline: `./iam/../${paths.baseline}` }
    const run = await sides({ workspace, inputs })
    expect(run.paths).toEqual(paths)
    expect(run.base).toEqual({ config: 'main', baseline: 'main' })
  })

  test('out of the workspace', async () => {
    await expect(sides({ inputs: { ...paths, config: '../audit.yml' } })).rejects.toThrow(/leads out/)
    await expect(sides({ inputs: { ...paths, baseline: '/etc/passwd' } })).rejects.toThrow(/leads out/)
  })

  test('a link at the end of the path, and one on the way', async () => {
    const file = workspaceWith({ [paths.config]: 'x', 'other.json': 'x' })
    symlinkSync('../other.json', join(file, paths.baseline))
    await expect(sides({ workspace: file })).rejects.toThrow(/iam\/baseline\.json is reached through a link/)
    const folder = workspaceWith({ 'elsewhere/audit.yml': 'x', 'elsewhere/baseline.json': 'x' })
    symlinkSync('elsewhere', join(folder, 'iam'))
    await expect(sides({ workspace: folder })).rejects.toThrow(/iam\/audit\.yml is reached through a link/)
  })

  test('a submodule, or a second checkout', async () => {
    const workspace = workspaceWith({ ...tree('x'), 'iam/.git': 'gitdir: ../.git/modules/iam' })
    await expect(sides({ workspace })).rejects.toThrow(/belongs to another repository/)
  })

  test('a workspace that is itself reached through a link is none of this', async () => {
    const link = join(mkdtempSync(join(tmpdir(), 'gate-link-')), 'workspace')
    symlinkSync(workspaceWith(tree('checked out')), link)
    expect(compared(await sides({ workspace: link }))).toMatchObject({ head: 'checked out' })
  })
})
