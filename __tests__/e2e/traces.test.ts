import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, trustIam } from '../../simulator/iam/account.ts'
import { callerOf, recordTrace } from '../../simulator/iam/traces.ts'
import { DEFAULT_SHA } from '../../simulator/runner.ts'
import { BASELINE, plainConfig, startWarmWorld, type World, type WorldOptions } from './world.ts'

/** Alice administers, and is approved; an agency may be assumed by whoever is permitted. */
function company() {
  const built = new AccountBuilder('acme')
    .users('alice', 'bob', 'eve')
    .group('admin')
    .policy('Admin', document(allow('iam:*:*')))
    .attach('Admin', { user: 'alice' })
  return built.agency('night-shift', trustIam(built.account.account_id))
}

const config = `${plainConfig}traces: 24\n`

/** A world in which the baseline stands on the default branch. */
async function approved(options: WorldOptions = {}): Promise<World> {
  const world = await startWarmWorld(company().account, {
    ...options,
    config,
    github: { commits: [], refs: { main: DEFAULT_SHA } },
  })
  await world.approveAll()
  world.github.state.commits.push({
    ...{
      sha: DEFAULT_SHA,
      parents: [],
      author: 'octocat',
      committer: 'octocat',
      date: '2026-01-01T00:00:00Z',
    },
    files: { [BASELINE]: world.files[BASELINE] as string },
  })
  return world
}

/** Eve assumes the agency, gives bob everything for a moment, and he uses it. */
function inBetween({ cloud }: World): void {
  const eve = { user: 'eve', via: 'api', address: '203.0.113.9' } as const
  const resource = { type: 'agency', id: 'x', name: 'night-shift' }
  const body = { agency_session_name: 'now' }
  const now = Date.now()
  recordTrace(cloud.account, callerOf(cloud.account, eve, now), { name: 'agencyAssume', resource, body }, now)
  const session = cloud.as({ agency: 'night-shift', session: 'now', via: 'api', address: '203.0.113.9' })
  session.attachPolicy('Admin', { user: 'bob' })
  cloud.as({ user: 'bob' }).createUser('left-behind')
  session.detachPolicy('Admin', { user: 'bob' })
}

test('attached, used and detached between two runs, by somebody through an agency that they assumed', async () => {
  await using world = await approved({ isWarm: false })
  expect((await world.audit()).outputs.result).toBe('unchanged')
  inBetween(world)
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'drift', complete: 'true', 'issue-action': 'created' })
  expect(run.exitCode).toBe(1)
  const own = world.cloud.account.account_id
  expect(run.report.drift.was_held).toMatchObject([
    {
      ...{ principal: 'bob', permission: 'iam-administration', extent: 'all', history_read: true },
      by: {
        ...{ principal: `iam::${own}:user:eve`, through: `sts::${own}:assumed-agency:night-shift/now` },
        ...{ address: '203.0.113.9', via: 'api', mfa: null },
      },
    },
  ])
  const { from, until } = run.report.drift.was_held[0]
  expect(Date.parse(until)).toBeGreaterThanOrEqual(Date.parse(from))
  expect(run.summary).toContain('## Held between two runs')
  expect(run.summary).toContain(`\`iam::${own}:user:eve\` through`)
  expect(run.log).toContain('WAS HELD bob')
  const [issue] = world.github.state.issues
  expect(issue?.title).toContain('1 unapproved IAM holder')
  expect(issue?.body).toContain('## Held between two runs')
  expect(world.github.violations).toEqual([])
  // It stands until the window has passed; saying it once is enough.
  expect((await world.audit()).outputs).toMatchObject({
    result: 'drift',
    'issue-action': 'unchanged',
  })
})

test('who did it, beside what is held now', async () => {
  await using world = await approved()
  world.cloud.as({ user: 'eve', address: '203.0.113.9', mfa: false }).attachPolicy('Admin', { user: 'bob' })
  const run = await world.audit()
  const own = world.cloud.account.account_id
  expect(run.report.drift.unapproved_holders).toMatchObject([
    { principal: 'bob', by: { principal: `iam::${own}:user:eve`, via: 'console', mfa: false } },
  ])
  expect(run.summary).toContain(
    `who did it: \`iam::${own}:user:eve\`, from \`203.0.113.9\`, in the console, without MFA`,
  )
})

test('traces that may not be read leave the audit incomplete', async () => {
  await using world = await approved()
  world.cloud.fault({
    on: (request) => request.path.endsWith('/traces'),
    answer: { status: 403, body: { error_code: 'CTS.0013', error_msg: 'no' } },
  })
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'incomplete', complete: 'false' })
  expect(run.report.gaps).toMatchObject([{ iam_action: 'cts:trace:list', http_code: 'CTS.0013' }])
})

test('check tries them', async () => {
  await using world = await approved()
  const run = await world.audit({ inputs: { mode: 'check' } })
  expect(run.log).toContain('ok        GET /v3/{project_id}/traces cts:trace:list')
  world.cloud.fault({
    on: (request) => request.path.endsWith('/traces'),
    answer: { status: 403, body: { error_code: 'CTS.0013', error_msg: 'no' } },
  })
  const refused = await world.audit({ inputs: { mode: 'check' } })
  expect(refused.outputs.result).toBe('failed')
  expect(refused.summary).toContain('cts:trace:list')
})
