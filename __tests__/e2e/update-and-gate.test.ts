import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { AccountBuilder, allow, document, idOf, trustIam } from '../../simulator/iam/account.ts'
import type { ActionOptions, ActionRun } from '../../simulator/runner.ts'
import { BASELINE, CONFIG, plainConfig, startWarmWorld, startWorld, type World } from './world.ts'

const sha = (letter: string): string => letter.repeat(40)
const [MAIN, HEAD, MERGE, EARLIER] = [sha('a'), sha('b'), sha('c'), sha('d')]

const company = (): AccountBuilder =>
  new AccountBuilder('acme')
    .users('alice', 'bob', 'carol')
    .group('ops', 'alice')
    .policy('CustomOps', document(allow('iam:*:*')))
    .attach('CustomOps', { group: 'ops' })

const strictConfig = `${plainConfig}approvals:\n  require: [justification]\n`

/** Who opened the pull request and made its commits; `earlier` made one before the last. */
interface Makers {
  readonly opener: string
  readonly author: string
  readonly committer: string
  readonly earlier: string
}

/** Puts a pull request from `base` to `head` into the world, and runs the gate on it. */
async function gate(
  world: World,
  base: Record<string, string>,
  head: Record<string, string>,
  {
    opener = 'mona',
    author = 'mona',
    committer = 'mona',
    earlier,
    ...options
  }: ActionOptions & Partial<Makers> = {},
): Promise<ActionRun> {
  const { state } = world.github
  const commit = (one: string, parents: string[], files: Record<string, string>) => ({
    ...{ sha: one, parents, files, author, committer },
  })
  state.commits = [
    commit(MAIN, [], base),
    ...(earlier === undefined ? [] : [{ ...commit(EARLIER, [MAIN], head), author: earlier }]),
    commit(HEAD, [earlier === undefined ? MAIN : EARLIER], head),
    commit(MERGE, [MAIN, HEAD], head),
  ]
  const reviews = state.pulls[0]?.reviews ?? []
  state.pulls = [{ number: 7, user: opener, head: HEAD, base: MAIN, baseRef: 'main', reviews }]
  if (!state.issues.some((issue) => issue.number === 7))
    state.issues.push({
      ...world.github.addIssue({ user: 'mona', isPullRequest: true, title: 'A pull request' }),
      number: 7,
    })
  state.issues = state.issues.filter((issue) => !issue.isPullRequest || issue.number === 7)
  for (const path of Object.keys(world.files)) delete world.files[path]
  Object.assign(world.files, head)
  return world.audit({
    event: 'pull_request',
    ref: 'refs/pull/7/merge',
    sha: MERGE,
    payload: {
      pull_request: {
        number: 7,
        user: { login: opener },
        head: { sha: HEAD, repo: { full_name: 'acme/security' } },
        base: { sha: MAIN, ref: 'main' },
      },
    },
    ...options,
    inputs: { 'access-key-id': '', 'secret-access-key': '', ...options.inputs },
  })
}

const entry = (name: string, more: object = {}) => ({
  user: name,
  user_id: idOf('user', name),
  permission: 'iam-administration',
  grants: [{ actions: ['iam:*:*'] }],
  ...more,
})
const definition = { 'iam-administration': { actions: ['iam:*:*'], except: ['iam:*:get*'] } }
const baselineOf = (...approvals: object[]): string =>
  JSON.stringify(
    { version: 1, account: idOf('account', 'acme'), audited_permissions: definition, approvals },
    null,
    2,
  )
const files = (baseline: string, config = strictConfig) => ({ [CONFIG]: config, [BASELINE]: baseline })
const approved = (name: string) => entry(name, { justification: 'on call' })

test('the whole loop: drift, issue, update, gate, merge, closed', async () => {
  const builder = company()
  await using world = await startWorld(builder.account, { config: strictConfig })
  await world.approveAll()
  const before = { ...world.files }
  builder.join('ops', 'bob')
  expect((await world.audit()).outputs).toMatchObject({ result: 'drift', 'issue-action': 'created' })

  const update = await world.audit({
    event: 'workflow_dispatch',
    inputs: { mode: 'update-baseline', users: 'bob' },
  })
  expect(update.outputs.result).toBe('updated')
  expect(update.exitCode).toBe(0)
  expect(update.summary).toContain(
    `- \`bob\` (\`${idOf('user', 'bob')}\`) is approved for \`iam-administration\``,
  )
  expect(update.summary).toContain('Say why in each entry that has no justification (1)')
  const proposed = await readFile(join(update.workspace, BASELINE), 'utf8')

  // As the workflow of the examples has it, and no more.
  const workflow = parse(await readFile('examples/gate.yml', 'utf8'))
  const none = { contents: 'none', issues: 'none', 'pull-requests': 'none', actions: 'none' } as const
  const audit = { ...world.github.state.permissions }
  Object.assign(world.github.state.permissions, none, workflow.jobs.gate.permissions)
  const refused = await gate(world, before, { ...before, [BASELINE]: proposed })
  expect(refused.outputs.result).toBe('failed')
  expect(refused.exitCode).toBe(1)
  expect(refused.log).toContain('justification')

  const reviewed = JSON.parse(proposed)
  reviewed.approvals.find((one: { user: string }) => one.user === 'bob').justification =
    'Platform on-call, SEC-123'
  const text = `${JSON.stringify(reviewed, null, 2)}\n`
  const passed = await gate(world, before, { ...before, [BASELINE]: text })
  expect(passed.log).not.toContain('::error')
  expect(passed.outputs).toMatchObject({ result: 'passed', verified: 'false' })
  const comments = world.github.state.comments.filter((comment) => comment.issue === 7)
  expect(comments.length).toBe(1)
  expect(comments[0]?.body).toContain(`\`bob\` (\`${idOf('user', 'bob')}\`, name not verified)`)

  world.files[BASELINE] = text
  Object.assign(world.github.state.permissions, audit)
  expect((await world.audit()).outputs).toMatchObject({ result: 'unchanged', 'issue-action': 'closed' })
  expect(world.github.violations).toEqual([])
})

test('a pull request that touches neither file passes, without a comment', async () => {
  await using world = await startWarmWorld(company().account)
  const same = files(baselineOf(approved('alice')))
  const run = await gate(world, same, same)
  expect(run.outputs.result).toBe('passed')
  expect(world.github.writes).toEqual([])
  expect(world.cloud.calls).toEqual([])
})

describe('the gate fails on', () => {
  const base = baselineOf(approved('alice'))
  const cases: [string, Record<string, string>, RegExp][] = [
    [
      'a new entry without justification',
      files(baselineOf(approved('alice'), entry('bob'))),
      /justification/,
    ],
    ['a malformed baseline', files('{'), /not JSON/],
    ['a missing baseline', { [CONFIG]: strictConfig }, /baseline/],
    ['another account', files(base.replace(idOf('account', 'acme'), 'f'.repeat(32))), /account/],
    [
      'an expires in the past',
      files(baselineOf(approved('alice'), entry('bob', { justification: 'x', expires: '2026-01-01' }))),
      /2026-01-01/,
    ],
    [
      'a narrowed audit',
      files(
        base,
        `${strictConfig}`.replace(
          'preset: iam-administration@1',
          'preset: iam-administration@1\n    except: ["iam:users:*"]',
        ),
      ),
      /review/,
    ],
    ['loosened approvals', files(base, `${plainConfig}approvals:\n  require: []\n`), /review/],
  ]
  test.each(cases)('%s', async (_name, head, message) => {
    await using world = await startWarmWorld(company().account)
    const run = await gate(world, files(base), head)
    expect(run.outputs.result).toBe('failed')
    expect(run.exitCode).toBe(1)
    expect(run.log).toMatch(message)
    expect(run.summary).toContain('gate')
    expect(world.github.violations).toEqual([])
  })
})

describe('a scope change passes only with the review of somebody else who may write', () => {
  const base = files(baselineOf(approved('alice')))
  const head = files(baselineOf(approved('alice')), `${plainConfig}approvals:\n  require: []\n`)
  type State = 'APPROVED' | 'DISMISSED' | 'CHANGES_REQUESTED'
  const review = (user: string, commit = HEAD, state: State = 'APPROVED') => ({ user, commit, state })
  const app = { opener: 'updates[bot]' }
  const cases: [string, ReturnType<typeof review>[], 'passed' | 'failed', Partial<Makers>][] = [
    ['by a reviewer with write', [review('rita')], 'passed', {}],
    ['by the author of the head commit', [review('rita')], 'failed', { author: 'rita' }],
    ['by its committer', [review('rita')], 'failed', { committer: 'rita' }],
    ['by the author', [review('mona')], 'failed', {}],
    ['by a reader', [review('ruth')], 'failed', {}],
    ['of an earlier commit', [review('rita', MAIN)], 'failed', {}],
    ['by the author of an earlier commit', [review('rita')], 'failed', { earlier: 'rita' }],
    [
      'while somebody asks for changes',
      [review('sam', MAIN, 'CHANGES_REQUESTED'), review('rita')],
      'failed',
      {},
    ],
    [
      'while a reader asks for changes',
      [review('ruth', HEAD, 'CHANGES_REQUESTED'), review('rita')],
      'passed',
      {},
    ],
    ['by one, where an app opened it', [review('rita')], 'failed', app],
    ['by two, where an app opened it', [review('rita'), review('sam')], 'passed', app],
    ['that was dismissed', [review('rita'), review('rita', HEAD, 'DISMISSED')], 'failed', {}],
  ]
  test.each(cases)('%s', async (_name, reviews, result, makers) => {
    await using world = await startWarmWorld(company().account, {
      github: {
        collaborators: { rita: 'write', sam: 'admin', mona: 'admin', ruth: 'read' },
        pulls: [{ number: 7, user: 'mona', head: HEAD, base: MAIN, baseRef: 'main', reviews }],
      },
    })
    const run = await gate(world, base, head, makers)
    expect(run.outputs.result).toBe(result)
    if (result === 'failed') expect(run.log).toContain('run this check again')
  })
})

test('approvals.require: review asks for one of every entry that grows', async () => {
  const config = `${plainConfig}approvals:\n  require: [justification, review]\n`
  await using world = await startWarmWorld(company().account, {
    github: { collaborators: { rita: 'write' } },
  })
  const base = files(baselineOf(approved('alice')), config)
  const head = files(baselineOf(approved('alice'), approved('bob')), config)
  const refused = await gate(world, base, head)
  expect(refused.outputs.result).toBe('failed')
  expect(refused.log).toContain('An approval that grows')
  world.github.state.pulls[0]?.reviews.push({ user: 'rita', commit: HEAD, state: 'APPROVED' })
  const passed = await gate(world, base, head)
  expect(passed.outputs.result).toBe('passed')
  expect(passed.summary).toContain('Reviewed and approved by `rita`')
  expect(world.github.violations).toEqual([])
})

test('an agency that trusts somebody more: with a new reason, and a review where it is asked for', async () => {
  const config = `${plainConfig}approvals:\n  require: [justification, review]\n`
  await using world = await startWarmWorld(company().account, {
    github: { collaborators: { rita: 'write' } },
  })
  const partner = { account: 'fedc0000fedc0000fedc0000fedc0000' }
  const agency = (trusted: object[], justification: string) => ({
    ...{ agency: 'msp', agency_id: 'a'.repeat(32), permission: 'iam-administration', trusted },
    ...{ grants: [{ actions: ['iam:*:*'] }], justification },
  })
  const own = { account: idOf('account', 'acme') }
  const sides = (justification: string) =>
    [[agency([own], 'partner')], [agency([own, partner], justification)]].map((entries) =>
      files(baselineOf(...entries), config),
    )
  const run = async (justification: string): Promise<ActionRun> => {
    const [base = {}, head = {}] = sides(justification)
    return gate(world, base, head)
  }
  const unsaid = await run('partner')
  expect(unsaid.log).toContain('approves more than before with the justification that was given for less')
  expect(unsaid.report.entries).toMatchObject([
    { principal_type: 'agency', principal: 'msp', change: 'widened' },
  ])
  const unseen = await run('and the new partner')
  expect(unseen.outputs.result).toBe('failed')
  expect(unseen.log).not.toContain('given for less')
  world.github.state.pulls[0]?.reviews.push({ user: 'rita', commit: HEAD, state: 'APPROVED' })
  const passed = await run('and the new partner')
  expect(passed.outputs.result).toBe('passed')
  expect(passed.summary).toContain('**more**: for account `fedc0000fedc0000fedc0000fedc0000`')
})

test('a new entry of an agency: with a reason, and a review where it is asked for', async () => {
  const config = `${plainConfig}approvals:\n  require: [justification, review]\n`
  await using world = await startWarmWorld(company().account, {
    github: { collaborators: { rita: 'write' } },
  })
  const agency = (more: object) => ({
    ...{ agency: 'msp', agency_id: 'a'.repeat(32), permission: 'iam-administration' },
    ...{ trusted: [{ account: idOf('account', 'acme') }], grants: [{ actions: ['iam:*:*'] }], ...more },
  })
  const base = files(baselineOf(approved('alice')), config)
  const propose = (more: object) =>
    gate(world, base, files(baselineOf(approved('alice'), agency(more)), config))
  const unsaid = await propose({})
  expect(unsaid.outputs.result).toBe('failed')
  expect(unsaid.log).toMatch(/msp.*justification/)
  expect((await propose({ justification: 'partner' })).log).toContain('An approval that grows')
  world.github.state.pulls[0]?.reviews.push({ user: 'rita', commit: HEAD, state: 'APPROVED' })
  const passed = await propose({ justification: 'partner' })
  expect(passed.outputs.result).toBe('passed')
  expect(passed.report.entries).toMatchObject([
    { principal_type: 'agency', principal: 'msp', change: 'added' },
  ])
  // For everybody it is a change of scope, whatever the config asks for.
  world.github.state.pulls[0]?.reviews.splice(0)
  const everybody = await propose({ justification: 'partner', trusted: [{ everybody: true }] })
  expect(everybody.outputs.result).toBe('failed')
  expect(everybody.report.scope_changes).toHaveLength(1)
})

test('with keys the gate asks whether an agency trusts whom the entry says', async () => {
  const builder = company().agency('msp', trustIam(idOf('account', 'acme')))
  await using world = await startWarmWorld(builder.attach('CustomOps', { agency: 'msp' }).account)
  const entryOf = (...trusted: object[]) => ({
    ...{ agency: 'msp', agency_id: idOf('agency', 'msp'), permission: 'iam-administration', trusted },
    ...{ grants: [{ actions: ['iam:*:*'] }], justification: 'partner' },
  })
  const propose = (...trusted: object[]) =>
    gate(
      world,
      files(baselineOf(approved('alice'))),
      files(baselineOf(approved('alice'), entryOf(...trusted))),
      { inputs: { 'access-key-id': 'AccessKey', 'secret-access-key': 'SecretKey' } },
    )
  const own = { account: idOf('account', 'acme') }
  expect((await propose(own)).outputs).toMatchObject({ result: 'passed', verified: 'true' })
  const more = await propose(own, { account: 'fedc0000fedc0000fedc0000fedc0000' })
  expect(more.outputs).toMatchObject({ result: 'failed', verified: 'true' })
  expect(more.log).toContain('fedc0000fedc0000fedc0000fedc0000')
})

test('a config that comes from nowhere needs a review', async () => {
  await using world = await startWarmWorld(company().account)
  const baseline = baselineOf(approved('alice'))
  const run = await gate(world, { [BASELINE]: baseline }, files(baseline))
  expect(run.outputs.result).toBe('failed')
  expect(run.log).toContain('it was moved, or its path was changed')
})

test('with keys the gate verifies what the pull request claims', async () => {
  await using world = await startWarmWorld(company().account)
  const keys = { 'access-key-id': 'AccessKey', 'secret-access-key': 'SecretKey' }
  const base = files(baselineOf(approved('alice')))
  const claimed = await gate(world, base, files(baselineOf(approved('alice'), approved('carol'))), {
    inputs: keys,
  })
  expect(claimed.outputs).toMatchObject({ result: 'failed', verified: 'true' })
  expect(claimed.log).toContain('carol')
  const group = world.cloud.account.groups[0]
  group?.members.push(idOf('user', 'carol'))
  const held = await gate(world, base, files(baselineOf(approved('alice'), approved('carol'))), {
    inputs: keys,
  })
  expect(held.outputs).toMatchObject({ verified: 'true' })
})

test('a snapshot verifies, but not one that the pull request could bring along', async () => {
  await using world = await startWorld(company().account)
  const base = files(baselineOf(approved('alice')))
  const claim = files(baselineOf(approved('alice'), approved('carol')))
  const saved = await world.audit({ inputs: { 'save-snapshot': 'saved.json' }, files: base })
  const snapshot = join(saved.workspace, 'saved.json')
  const trusted = await gate(world, base, claim, { inputs: { snapshot } })
  expect(trusted.outputs).toMatchObject({ result: 'failed', verified: 'true' })
  expect(trusted.log).toContain('is for somebody who does not hold it')
  const brought = { ...claim, 'snapshot.json': await readFile(snapshot, 'utf8') }
  const own = await gate(world, base, brought, { inputs: { snapshot: 'snapshot.json' } })
  expect(own.outputs).toMatchObject({ result: 'passed', verified: 'false' })
})

test('pull_request_target: the head is read as data from the API, not from the workspace', async () => {
  await using world = await startWarmWorld(company().account)
  const base = files(baselineOf(approved('alice')))
  const head = files(baselineOf(approved('alice'), approved('bob')))
  const run = await gate(world, base, head, { event: 'pull_request_target', sha: MAIN, files: base })
  expect(run.outputs.result).toBe('passed')
  expect(run.report.entries).toMatchObject([{ user: 'bob', change: 'added' }])
})

test('pull_request_target: with keys the account is asked only what the base audits', async () => {
  const builder = company().policy('Storage', document(allow('obs:*:*')))
  await using world = await startWarmWorld(builder.attach('Storage', { user: 'carol' }).account)
  const base = files(baselineOf(approved('alice')))
  const everything = 'version: 1\naudited-permissions:\n  - name: everything\n    actions: ["*:*:*"]\n'
  const head = files(baselineOf(approved('alice')), everything)
  const run = await gate(world, base, head, {
    ...{ event: 'pull_request_target', sha: MAIN, files: base },
    inputs: { 'access-key-id': 'AccessKey', 'secret-access-key': 'SecretKey' },
  })
  expect(run.outputs.result).toBe('failed')
  const comment = world.github.state.comments.at(-1)?.body ?? ''
  expect(comment).toContain('only what the config audits before this change')
  for (const told of [run.log, run.summary, comment, JSON.stringify(run.report)])
    expect(told).not.toContain('carol')
})

test('a read-only token, as forks have: everything in the summary, and no failure for that', async () => {
  await using world = await startWarmWorld(company().account, {
    github: { permissions: { 'pull-requests': 'read', issues: 'read' } },
  })
  const run = await gate(
    world,
    files(baselineOf(approved('alice'))),
    files(baselineOf(approved('alice'), approved('bob'))),
  )
  expect(run.outputs.result).toBe('passed')
  expect(run.summary).toContain('`bob`')
  expect(world.github.state.comments).toEqual([])
})

test('an earlier comment is edited when neither file is touched any more', async () => {
  await using world = await startWarmWorld(company().account)
  const base = files(baselineOf(approved('alice')))
  await gate(world, base, files(baselineOf(approved('alice'), approved('bob'))))
  await gate(world, base, base)
  expect(world.github.state.comments.length).toBe(1)
  expect(world.github.state.comments[0]?.body).toContain('touches neither')
})

test('a merge group is judged anew, all but scope', async () => {
  await using world = await startWarmWorld(company().account)
  const options = { event: 'merge_group', payload: { merge_group: { base_sha: MAIN, head_sha: HEAD } } }
  const base = files(baselineOf(approved('alice')))
  const loose = `${plainConfig}approvals:\n  require: []\n`
  const narrowed = await gate(world, base, files(baselineOf(approved('alice')), loose), options)
  expect(narrowed.outputs.result).toBe('passed')
  const unjustified = await gate(world, base, files(baselineOf(approved('alice'), entry('bob'))), options)
  expect(unjustified.outputs.result).toBe('failed')
})

describe('update-baseline', () => {
  test('never on an incomplete audit', async () => {
    await using world = await startWarmWorld(company().account)
    await world.approveAll()
    world.cloud.fault({ on: '/v5/policies/', answer: { status: 403, body: {} } })
    const run = await world.audit({ event: 'workflow_dispatch', inputs: { mode: 'update-baseline' } })
    expect(run.outputs.result).toBe('error')
    expect(run.exitCode).toBe(1)
    expect(run.report).toMatchObject({ kind: 'update-baseline', result: 'error', complete: false })
    const missing = run.report.gaps[0].iam_action
    expect(missing).toMatch(/^iam:policies:/)
    expect(run.summary).toContain('was not written, because the audit is incomplete')
    expect(run.summary.replaceAll('\\', '')).toContain(missing)
    expect(await readFile(join(run.workspace, BASELINE), 'utf8')).toBe(world.files[BASELINE])
  })

  test('an unknown user is an error', async () => {
    await using world = await startWarmWorld(company().account)
    await world.approveAll()
    const run = await world.audit({
      event: 'workflow_dispatch',
      inputs: { mode: 'update-baseline', users: 'nobody' },
    })
    expect(run.log).toContain('"nobody"')
    expect(run.exitCode).toBe(1)
  })

  test('an expiry in the past is refused before anything is asked of the cloud', async () => {
    await using world = await startWarmWorld(company().account)
    const run = await world.audit({
      event: 'workflow_dispatch',
      inputs: { mode: 'update-baseline', expires: '2020-01-01' },
    })
    expect(run.outputs.result).toBe('error')
    expect(run.log).toContain('input expires: found "2020-01-01", which is past')
    expect(world.cloud.calls).toEqual([])
  })

  test('nothing to do is unchanged, to the byte', async () => {
    await using world = await startWarmWorld(company().account)
    await world.approveAll()
    const run = await world.audit({ event: 'workflow_dispatch', inputs: { mode: 'update-baseline' } })
    expect(run.outputs.result).toBe('unchanged')
    expect(await readFile(join(run.workspace, BASELINE), 'utf8')).toBe(world.files[BASELINE])
  })
})
