import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
import { DEFAULT_SHA } from '../../simulator/runner.ts'
import { BASELINE, plainConfig, startWarmWorld, type World, type WorldOptions } from './world.ts'

const company = (): AccountBuilder =>
  new AccountBuilder('acme')
    .users('alice', 'bob', 'carol', 'dave')
    .group('ops', 'alice')
    .policy('CustomOps', document(allow('iam:*:*')))
    .attach('CustomOps', { group: 'ops' })

/** A world with an approved baseline, in which bob has just become an administrator. */
async function drifted(builder: AccountBuilder, options: WorldOptions = {}): Promise<World> {
  const world = await startWarmWorld(builder.account, options)
  await world.approveAll()
  builder.join('ops', 'bob')
  return world
}

const leave = (builder: AccountBuilder, name: string): void => {
  for (const group of builder.account.groups)
    group.members = group.members.filter((id) => id !== idOf('user', name))
}

test('the issue is opened, left alone, commented on change, and closed', async () => {
  const builder = company()
  await using world = await drifted(builder)
  const { github } = world
  expect((await world.audit()).outputs).toMatchObject({ 'issue-action': 'created', 'issue-number': '1' })
  github.forget()
  // However the workflow names the file, it is the same baseline.
  const same = await world.audit({ inputs: { baseline: `./${BASELINE}` } })
  expect(same.outputs['issue-action']).toBe('unchanged')
  expect(github.writes).toEqual([])
  builder.join('ops', 'carol')
  expect((await world.audit()).outputs['issue-action']).toBe('updated')
  expect(github.state.comments.length).toBe(1)
  expect(github.state.comments[0]?.body).toContain('`carol`')
  // What is left comes first, then what is new.
  expect(github.state.comments[0]?.body).toMatch(
    /not approved \(1\)[\s\S]*`bob`[\s\S]*New \(1\)[\s\S]*`carol`/,
  )
  expect(github.state.issues[0]?.title).toMatch(/^🔴 2 unapproved IAM holders: production \(/)
  leave(builder, 'bob')
  leave(builder, 'carol')
  expect((await world.audit()).outputs).toMatchObject({ 'issue-action': 'closed', result: 'unchanged' })
  expect(github.state.comments[1]?.body).toMatch(/`bob`, `iam-administration`: revoked/)
  expect(github.state.issues[0]).toMatchObject({
    state: 'closed',
    title: expect.stringMatching(/^✅ IAM audit:/),
  })
  expect((await world.audit()).outputs['issue-action']).toBe('none')
  expect(github.state.issues.length).toBe(1)
  expect(github.violations).toEqual([])
})

test('closed by hand while it remains, it is reopened with a comment', async () => {
  await using world = await drifted(company())
  await world.audit()
  const [issue] = world.github.state.issues
  if (issue) issue.state = 'closed'
  expect((await world.audit()).outputs['issue-action']).toBe('reopened')
  expect(issue?.state).toBe('open')
  expect(world.github.state.comments.length).toBe(1)
})

test('an incomplete audit closes nothing, keeps what stood, and adds what it found', async () => {
  const builder = company()
  await using world = await drifted(builder)
  await world.audit()
  world.cloud.fault({
    on: '/v5/groups',
    times: 1,
    answer: { status: 403, body: { error_code: 'PAP5.0001' } },
  })
  leave(builder, 'bob')
  const run = await world.audit()
  expect(run.outputs.complete).toBe('false')
  const [issue] = world.github.state.issues
  expect(issue?.state).toBe('open')
  expect(issue?.body).toContain('not confirmed')
  expect(issue?.body).toContain('`bob`')
  expect(issue?.body).toContain('could not be read or decided')
})

describe('where the record may not be touched', () => {
  test.each([
    ['on another branch', { ref: 'refs/heads/feature' }],
    [
      'for a pull request, though its ref is the default branch',
      { event: 'pull_request_target', inputs: { mode: 'audit' } },
    ],
    ['in a dry run', { inputs: { 'dry-run': 'true' } }],
  ])('%s', async (_name, options) => {
    await using world = await drifted(company())
    const run = await world.audit(options)
    expect(run.outputs).toMatchObject({ 'issue-action': 'skipped', result: 'drift' })
    expect(world.github.writes).toEqual([])
    expect(run.log).toContain('The issue would be: 🔴 1 unapproved IAM holder: production')
    expect(run.log).toMatch(/^ {2}\| 🔴.*\| added to group `ops` \|.*\| `bob` \| \*\*everything\*\*/m)
    expect(run.log).not.toContain('␣')
  })
})

test('where nothing is to be said, a dry run prints no issue', async () => {
  await using world = await startWarmWorld(company().account)
  await world.approveAll()
  const run = await world.audit({ inputs: { 'dry-run': 'true' } })
  expect(run.outputs).toMatchObject({ 'issue-action': 'skipped', result: 'unchanged' })
  expect(run.log).not.toContain('The issue would be')
  expect(run.log).toContain('There is nothing that an issue would say')
})

test('a new attempt of an old run, whose baseline may approve what is approved no more, closes nothing', async () => {
  await using world = await drifted(company())
  await world.audit()
  const old = { ...world.files }
  const attempt = { environment: { GITHUB_RUN_ATTEMPT: '2' } }
  const { github } = world
  github.state.refs.main = DEFAULT_SHA
  expect((await world.audit(attempt)).outputs['issue-action']).toBe('unchanged')
  await world.approveAll()
  const moved = 'f'.repeat(40)
  github.state.commits.push({ sha: moved, parents: [DEFAULT_SHA], files: {}, author: null, committer: null })
  github.state.refs.main = moved
  const run = await world.audit(attempt)
  expect(run.outputs).toMatchObject({ 'issue-action': 'skipped', result: 'unchanged' })
  expect(run.summary).toContain('new attempt of an old run')
  expect(github.writes).toEqual([])
  // The first attempt of a run that was overtaken is no old run.
  Object.assign(world.files, old)
  expect((await world.audit()).outputs['issue-action']).toBe('unchanged')
  expect(github.violations).toEqual([])
})

test('issues switched off: none', async () => {
  await using world = await drifted(company(), { config: `${plainConfig}issue:\n  enabled: false\n` })
  expect((await world.audit()).outputs['issue-action']).toBe('none')
  expect(world.github.state.issues).toEqual([])
})

test('planted and foreign issues are never touched', async () => {
  const builder = company()
  await using world = await drifted(builder)
  await world.audit()
  const body = world.github.state.issues[0]?.body ?? ''
  world.github.state.issues.splice(0)
  world.github.addIssue({ body, user: 'mallory', labels: ['iam-audit'], title: 'planted' })
  for (let at = 0; at < 120; at++)
    world.github.addIssue({ title: `other ${at}`, user: 'github-actions[bot]' })
  expect((await world.audit()).outputs['issue-action']).toBe('created')
  expect(world.github.state.issues[0]).toMatchObject({ title: 'planted', state: 'open', body })
})

test('an issue that cannot be written fails the job and names the permission', async () => {
  await using world = await drifted(company(), { github: { permissions: { issues: 'read' } } })
  const run = await world.audit()
  expect(run.exitCode).toBe(1)
  expect(run.outputs.result).toBe('drift')
  expect(run.log).toContain('issues: write')
  expect(run.summary).toContain('issues')
})

test('two accounts in one repository keep their issues apart', async () => {
  const [one, other] = [
    company(),
    new AccountBuilder('other').users('zoe').policy('P', document(allow('iam:*:*'))),
  ]
  await using world = await drifted(one)
  await world.audit()
  await using second = await startWarmWorld(other.account)
  await second.approveAll()
  other.attach('P', { user: 'zoe' })
  const run = await second.audit({ apiUrl: world.github.url })
  expect(run.outputs).toMatchObject({ 'issue-action': 'created', 'issue-number': '2' })
  expect((await world.audit()).outputs).toMatchObject({ 'issue-action': 'unchanged', 'issue-number': '1' })
})

test('an approval about to expire is announced in an issue while the job stays green', async () => {
  await using world = await startWarmWorld(company().account)
  await world.approveAll()
  const baseline = JSON.parse(world.files[BASELINE] as string)
  baseline.approvals[0].expires = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
  world.files[BASELINE] = JSON.stringify(baseline)
  const run = await world.audit()
  expect(run.exitCode).toBe(0)
  expect(run.outputs).toMatchObject({ result: 'unchanged', expiring: '1', 'issue-action': 'created' })
  expect(world.github.state.issues[0]?.body).toContain('Approvals that end soon')
})
