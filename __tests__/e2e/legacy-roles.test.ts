import { describe, expect, test } from '@jest/globals'
import {
  AccountBuilder,
  allow,
  type AccountBuilder as Builder,
  document,
  idOf,
  legacyPolicy,
} from '../../simulator/iam/account.ts'
import { forbidden, shifts, tokenUnsupported } from '../../simulator/iam/faults.ts'
import { type Change, changed, expectDriftAndWayOut, operator } from './changed.ts'
import { BASELINE, plainConfig, startWarmWorld, startWorld } from './world.ts'

/** alice administers by a legacy role; bob's group keeps storage. */
const company = (): Builder =>
  new AccountBuilder('acme')
    .users('alice', 'bob', 'carol')
    .group('ops', 'alice')
    .group('desk', 'bob')
    .role('Desk', legacyPolicy(allow('obs:*:*')))
    .grantRole('Security Administrator', { group: 'ops' })
    .grantRole('Desk', { group: 'desk' })

const sources = (legacy: string): string => `${plainConfig}sources:\n  legacy-roles: ${legacy}\n`

describe('from an approved green state', () => {
  const changes: Change[] = [
    {
      name: 'a new Security Administrator, by group',
      change: (builder) => builder.grantRole('Security Administrator', { group: 'desk' }),
      ...{ kind: 'unapproved_holders', who: ['bob'] },
      says: '`Security Administrator` (legacy role) granted to group `desk`, global services',
      path: '`bob` → group `desk` → `Security Administrator` (legacy role, global services), statement 1, `iam:*:*`',
      row: { extent: 'all', restricted: false, grants: [{ actions: ['iam:*:*'] }] },
    },
    {
      name: 'FullAccess for all resources',
      change: (builder) => builder.grantRole('FullAccess', { group: 'desk' }, 'all-projects'),
      ...{ kind: 'unapproved_holders', who: ['bob'] },
      says: '`FullAccess` (legacy role) granted to group `desk`, all resources',
      path: '`bob` → group `desk` → `FullAccess` (legacy role, all resources), statement 1, `*:*:*`',
    },
    {
      name: 'a custom policy of 1.1 that is edited in place',
      change: (builder) => operator(builder).updateRole('Desk', legacyPolicy(allow('iam:users:createUser'))),
      ...{ kind: 'unapproved_holders', who: ['bob'] },
      says: '`Desk` (legacy policy) granted to group `desk`, global services',
      path: '`bob` → group `desk` → `Desk` (legacy policy, global services), statement 1, `iam:users:createUser`',
      // The power has another name in the other model.
      row: { actions: ['iam:users:createUser', 'iam:users:createUserV5'] },
    },
    {
      name: 'FullAccess in an enterprise project, restricted to it',
      change: (builder) => builder.grantRole('FullAccess', { group: 'desk' }, 'enterprise-project:finance'),
      ...{ kind: 'unapproved_holders', who: ['bob'] },
      says: '`FullAccess` (legacy role) granted to group `desk`, enterprise project `finance`',
      row: { restricted: true, extent: 'part' },
    },
    {
      name: 'somebody joins a group that administers',
      change: (builder) => builder.join('ops', 'carol'),
      ...{ kind: 'unapproved_holders', who: ['carol'] },
      says: 'added to group `ops`',
    },
  ]
  test.each(changes)('$name', async (change) => {
    await expectDriftAndWayOut(company(), change)
  })

  test('a grant in one project alone administers no IAM', async () => {
    const change = (builder: Builder) => builder.grantRole('FullAccess', { group: 'desk' }, 'project:p1')
    await using world = await changed(company(), change)
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'unchanged', complete: 'true' })
  })

  test('rows that shift between two pages are read again, and nobody is lost', async () => {
    const builder = company()
    for (let at = 0; at < 60; at++)
      builder.group(`team${at}`, 'carol').grantRole('DBSS Security Administrator', { group: `team${at}` })
    await using world = await changed(builder, () =>
      builder.grantRole('Security Administrator', { group: 'desk' }),
    )
    // The first row goes, and the last of the first page with it into the gap between the pages.
    const path = '/v3.0/OS-PERMISSION/role-assignments'
    world.cloud.fault(shifts(path, (account) => void account.role_assignments.splice(2, 1)))
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'drift', complete: 'true' })
    expect(run.report.drift.unapproved_holders).toMatchObject([{ user: 'bob' }])
  })

  test('rows that never stop shifting are a gap', async () => {
    const builder = company()
    const grant = (name: string) => builder.group(name).grantRole('Security Administrator', { group: name })
    for (let at = 0; at < 60; at++) grant(`team${at}`)
    await using world = await changed(builder, () => {})
    let moved = 0
    const rotate = ({ role_assignments: rows }: Builder['account']) => {
      rows.splice(5, 1)
      grant(`late${moved++}`)
    }
    world.cloud.fault(shifts('/v3.0/OS-PERMISSION/role-assignments', rotate, { times: 1000 }))
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'incomplete', complete: 'false' })
    const calls = run.report.gaps.map((gap: { call: string }) => gap.call)
    expect(calls).toContainEqual(expect.stringContaining('role-assignments'))
  })
})

describe('what these keys may not read of it', () => {
  const legacyPaths = ['/v3.0/OS-PERMISSION/', '/v3/roles', '/v3/domains/']
  const refusals = [
    {
      name: '403',
      faults: [
        forbidden('iam:permissions:listRoleAssignments'),
        ...['/v3/domains/', '/v3.0/OS-INHERIT/'].map((on) => ({
          ...{ on, answer: { status: 403, body: { error_msg: 'no', error_code: 'IAM.0002' } } },
        })),
      ],
      code: 'IAM.0002',
    },
    { name: 'IAM.0091', faults: legacyPaths.map((path) => tokenUnsupported(path)), code: 'IAM.0091' },
    {
      name: 'IAM.0091 in a 401, which is no wrong key',
      faults: legacyPaths.map((path) => tokenUnsupported(path, 401)),
      code: 'IAM.0091',
    },
  ]

  test.each(refusals)('$name, required: a gap with the code and the ways out', async ({ faults, code }) => {
    await using world = await changed(company(), () => {})
    for (const fault of faults) world.cloud.fault(fault)
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'incomplete', complete: 'false', coverage: 'partial' })
    const gap = run.report.gaps.find((one: { http_code: string | null }) => one.http_code === code)
    expect(gap).toBeDefined()
    expect(gap.remedy).toMatch(code === 'IAM.0091' ? /keys/ : /iam:permissions:listRoleAssignments|sources/)
    expect(coverageOf(run.report, 'legacy-roles')).toBe('denied')
    // Nobody is said to have lost what could not be looked at.
    expect(run.report.no_longer_held).toEqual([])
  })

  test.each(refusals)('$name, optional, without approvals of it: said, and green', async ({ faults }) => {
    const builder = new AccountBuilder('acme').users('alice').policy('Ops', document(allow('iam:*:*')))
    builder.attach('Ops', { user: 'alice' })
    await using world = await startWarmWorld(builder.account, {
      config: sources('optional'),
      cloud: { faults: [...faults] },
    })
    await world.approveAll()
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'unchanged', complete: 'true', coverage: 'partial' })
    expect(run.summary).toContain('legacy roles and policies (v3) (not permitted)')
    expect(run.report.notices.join('\n')).toContain('legacy')
  })

  test('optional counts as required once somebody was approved for what it gives', async () => {
    const config = sources('optional')
    const builder = company()
    operator(builder).updateRole('Desk', legacyPolicy(allow('iam:users:createUser')))
    await using world = await changed(builder, () => {}, { config })
    for (const fault of refusals[0]?.faults ?? []) world.cloud.fault(fault)
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'incomplete', complete: 'false' })
    expect(run.report.no_longer_held).toEqual([])
  })

  test('off: it is not asked for, and that is said', async () => {
    await using world = await startWarmWorld(company().account, { config: sources('off') })
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ complete: 'true', coverage: 'partial' })
    expect(run.summary).toContain('legacy roles and policies (v3) (switched off)')
    expect(run.report.grants).toEqual([])
    expect(world.cloud.calls.filter(({ path }) => path.includes('OS-PERMISSION'))).toEqual([])
  })
})

function coverageOf(report: { coverage: { source: string; status: string }[] }, source: string): string {
  return report.coverage.find((row) => row.source === source)?.status ?? ''
}

test('2,000 users, 500 groups and 5,000 rows: every holder, within the requests and the time', async () => {
  const large = (): Builder => {
    const builder = new AccountBuilder('large')
    const names = Array.from({ length: 2000 }, (_, at) => `user${at}`)
    builder.users(...names).systemRoles(300)
    for (let at = 0; at < 500; at++)
      builder.group(at === 0 ? 'admin' : `group${at}`, names[at] as string, names[at + 500] as string)
    return builder.policy('Read', document(allow('ecs:*:get*'))).attach('Read', { group: 'group1' })
  }
  const plain = large()
  const legacy = large()
  for (let row = 0; row < 5000; row++) {
    const group = `group${1 + (row % 499)}`
    const scope = row % 3 === 0 ? 'domain' : row % 3 === 1 ? 'all-projects' : 'project:p1'
    legacy.grantRole(`Service ${row % 40} Viewer`, { group }, scope)
  }
  for (let at = 1; at <= 20; at++) legacy.grantRole('Security Administrator', { group: `group${at}` })
  const rate = 50
  const measure = async ({ account }: Builder, maxRate: number) => {
    await using world = await startWorld(account)
    const run = await world.audit({ inputs: { 'max-rate': String(maxRate) } })
    expect(run.outputs.complete).toBe('true')
    return { run, requests: world.cloud.calls.length }
  }
  // Of what was there before, only the number of requests is looked at.
  const before = await measure(plain, 1000)
  const after = await measure(legacy, rate)
  const expected = legacy.account.groups.slice(0, 21).flatMap((group) => group.members)
  const found = after.run.report.grants.map((grant: { user_id: string }) => grant.user_id)
  expect(new Set(found)).toEqual(new Set(expected))
  // 100 pages of rows, twice; the members of twenty groups more, twice; 130 are for the rest.
  expect(after.requests - before.requests).toBeLessThanOrEqual(130 + 200 + 40)
  // The two seconds are what reading and sorting so much takes beside, which a true pace of 10 hides.
  const ideal = (after.requests / rate) * 1000
  expect(after.run.report.stats.duration_ms).toBeLessThanOrEqual(1.15 * ideal + 2000)
})

test('an approval of a legacy action covers its twin', async () => {
  const builder = company().grantRole('Security Administrator', { group: 'ops' }, 'all-projects')
  const change = (one: Builder) =>
    operator(one).updateRole('Desk', legacyPolicy(allow('iam:users:createUser')))
  await using world = await changed(builder, change)
  const baseline = JSON.parse(world.files[BASELINE] as string)
  const [alice] = baseline.approvals
  const bob = { ...alice, user: 'bob', user_id: idOf('user', 'bob') }
  baseline.approvals.push({ ...bob, grants: [{ actions: ['iam:users:createUser'] }] })
  world.files[BASELINE] = JSON.stringify(baseline)
  expect((await world.audit()).outputs).toMatchObject({ result: 'unchanged', complete: 'true' })
})
