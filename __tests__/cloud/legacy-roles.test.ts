import { describe, expect, test } from '@jest/globals'
import {
  AccountBuilder,
  allow,
  idOf,
  legacyPolicy,
  type SimulatedAccount,
  systemRoleId,
} from '../../simulator/iam/account.ts'
import { legacyFailure, refusal, unsupportedToken } from '../../simulator/iam/call.ts'
import type { Role, Snapshot } from '../../src/account/snapshot.ts'
import type { Matter } from '../../src/cloud/crawl/context.ts'
import { everySource, type Fault, type StageOptions, stage } from './stage.ts'

const assignments = '/v3.0/OS-PERMISSION/role-assignments'

const company = () =>
  new AccountBuilder('legacy')
    .users('alice', 'bob')
    .group('ops', 'alice')
    .group('dev', 'bob')
    .legacyAgency('msp', { domain_id: 'f'.repeat(32), domain_name: 'partner' })
    .role('iam-ops', legacyPolicy(allow('iam:users:*')))
    .grantRole('Security Administrator', { group: 'ops' }, 'all-projects')
    .grantRole('iam-ops', { agency: 'msp' })
    .grantRole('VPC Administrator', { group: 'dev' }, 'project:p1')
    .grantRole('FullAccess', { user: 'bob' }, 'enterprise-project:e1')

const relevant = (role: Role): Matter => (role.display_name === 'VPC Administrator' ? 'none' : 'some')

const run = (builder: AccountBuilder, options: StageOptions = {}, sources = {}): Promise<Snapshot> =>
  stage(builder.account, options).run({
    sources: { ...everySource, ...sources },
    roleRelevance: () => relevant,
  })

const rowsOf = ({ role_assignments }: Snapshot): string[] =>
  role_assignments.map((row) => `${row.holder_type} ${row.role_id} ${row.scope}`).sort()

const everyRow = [
  `agency ${idOf('role', 'iam-ops')} domain`,
  `group ${systemRoleId('Security Administrator')} all-projects`,
  `group ${systemRoleId('VPC Administrator')} project:p1`,
  `user ${systemRoleId('FullAccess')} enterprise-project:e1`,
].sort()

const coverageOf = ({ coverage }: Snapshot) => coverage.find((row) => row.source === 'legacy-roles')

test('rows of all four scopes, and the roles that somebody holds', async () => {
  const snapshot = await run(company())
  expect(snapshot.gaps).toEqual([])
  expect(rowsOf(snapshot)).toEqual(everyRow)
  expect(snapshot.roles.map((role) => role.display_name).sort()).toEqual([
    'FullAccess',
    'Security Administrator',
    'VPC Administrator',
    'iam-ops',
  ])
  const custom = snapshot.roles.find((role) => role.display_name === 'iam-ops')
  expect(custom).toMatchObject({ catalog: 'CUSTOMED', domain_id: idOf('account', 'legacy') })
  // Keys in order: the digest of a known gap is of this text.
  expect(custom?.policy).toBe('{"Statement":[{"Action":["iam:users:*"],"Effect":"Allow"}],"Version":"1.1"}')
  expect(coverageOf(snapshot)).toEqual({ source: 'legacy-roles', status: 'audited', count: 4 })
  // A group that matters by a legacy row alone; what is of no interest costs nothing.
  expect(snapshot.memberships).toEqual([
    { group_id: idOf('group', 'ops'), user_ids: [idOf('user', 'alice')] },
  ])
})

test('nothing granted is absent; switched off it is not asked', async () => {
  expect(coverageOf(await run(new AccountBuilder('bare').users('a')))).toMatchObject({
    status: 'absent',
    count: 0,
  })
  const one = stage(company().account)
  const snapshot = await one.run({ sources: { ...everySource, 'legacy-roles': 'off' } })
  expect(coverageOf(snapshot)).toMatchObject({ status: 'off' })
  expect(snapshot.gaps).toEqual([])
  expect(
    one.targets.filter((target) => target.includes('OS-PERMISSION') || target.includes('/roles')),
  ).toEqual([])
})

/** A company in which so many groups have a grant. */
function crowd(count: number): AccountBuilder {
  const builder = new AccountBuilder('crowd').users('alice')
  for (let at = 0; at < count; at++)
    builder.group(`g${at}`).grantRole('VPC Administrator', { group: `g${at}` })
  return builder
}

test('every page is read, also where one holds fifty rows to the row', async () => {
  for (const count of [49, 50, 51, 120]) {
    const snapshot = await run(crowd(count))
    expect([snapshot.gaps, snapshot.role_assignments.length]).toEqual([[], count])
  }
})

test('rows that shift while they are paged are read again; always, they are a gap', async () => {
  let removed = 0
  const builder = crowd(120)
  const shifting = (times: number): StageOptions => ({
    before: (target) => {
      if (!target.startsWith(assignments) || !target.includes('page=2') || removed >= times) return
      removed++
      builder.account.role_assignments.shift()
    },
  })
  const once = await run(builder, shifting(1))
  expect([once.gaps, once.role_assignments.length]).toEqual([[], 119])
  const always = await run(builder, shifting(1000))
  expect(always.gaps.map((gap) => [gap.code, gap.scope.type])).toContainEqual(['changed', 'source'])
})

test('a total that lies is a gap, never rows that nobody saw', async () => {
  const lying = (by: number): StageOptions => ({
    change: (target, body) =>
      target.startsWith(assignments) ? { ...body, total_num: Number(body.total_num) + by } : body,
  })
  for (const by of [-1, 1]) {
    const snapshot = await run(company(), lying(by))
    expect(snapshot.gaps[0]).toMatchObject({ code: 'changed', call: `GET ${assignments}` })
  }
})

describe('the unscoped total checks the sum', () => {
  /** A scope that no scoped list shows. */
  const hidden = (account: SimulatedAccount, scope: object): StageOptions => ({
    change: (target, body) => {
      const isUnscoped = target.startsWith(assignments) && !target.includes('scope=')
      if (!isUnscoped) return body
      const rows = body.role_assignments as object[]
      const row = {
        group: { id: account.groups[1]?.group_id },
        role: { id: systemRoleId('FullAccess') },
        scope,
      }
      const isWhole = target.includes('per_page=50')
      return { total_num: Number(body.total_num) + 1, role_assignments: isWhole ? [...rows, row] : rows }
    },
  })

  test.each<[string, object, string]>([
    ['a known scope', { domain: { id: 'd' } }, 'domain'],
    ['a project', { project: { id: 'p9' } }, 'project:p9'],
    ['one that nobody knows', { galaxy: { id: 'x' } }, 'domain'],
  ])('a row of %s that no list has counts', async (_name, scope, counted) => {
    const builder = company()
    const snapshot = await run(builder, hidden(builder.account, scope))
    expect(snapshot.gaps).toEqual([])
    expect(rowsOf(snapshot)).toContain(`group ${systemRoleId('FullAccess')} ${counted}`)
  })

  test('a smaller one is a notice', async () => {
    const snapshot = await run(company(), {
      change: (target, body) =>
        target.startsWith(assignments) && target.endsWith('per_page=1') ? { ...body, total_num: 2 } : body,
    })
    expect([snapshot.gaps, rowsOf(snapshot)]).toEqual([[], everyRow])
    expect(snapshot.notices.join()).toContain('the cloud counts 2 in all')
  })
})

test('few system roles are asked for one by one, many by the catalogue', async () => {
  const few = stage(company().account)
  await few.run({ sources: everySource })
  expect(few.targets.filter((target) => /^\/v3\/roles\/[0-9a-f]+/.test(target))).toHaveLength(3)
  const builder = company().systemRoles(400)
  for (let at = 0; at < 9; at++) builder.grantRole(`Service ${at * 40} Viewer`, { group: 'dev' })
  const many = stage(builder.account)
  const snapshot = await many.run({ sources: everySource })
  expect([snapshot.gaps, snapshot.roles.length]).toEqual([[], 13])
  expect(
    many.targets.filter((target) => /^\/v3\/roles/.test(target) && !target.includes('domain_id')),
  ).toHaveLength(2)
})

test('a role that no list has, and one without a document, are gaps for whom they reach', async () => {
  const builder = company()
  builder.role('blank', legacyPolicy()).grantRole('blank', { group: 'dev' })
  const role = builder.account.roles.find((one) => one.display_name === 'blank')
  if (role) role.policy = null
  builder.account.role_assignments.push({
    ...{ holder_type: 'group', holder_id: idOf('group', 'dev'), role_id: 'e'.repeat(32), scope: 'domain' },
  })
  const snapshot = await run(builder)
  expect(snapshot.gaps.map((gap) => gap.scope)).toEqual(
    expect.arrayContaining([
      { type: 'role', role_id: 'e'.repeat(32) },
      { type: 'role', role_id: role?.role_id },
    ]),
  )
  expect(snapshot.gaps).toHaveLength(2)
  // Whoever has it may hold anything, so the members are read.
  expect(snapshot.memberships.map((one) => one.group_id)).toContain(idOf('group', 'dev'))
})

const answer = (reply: { status: number; body: unknown }): Fault => ({
  status: reply.status,
  body: JSON.stringify(reply.body),
})
const call = { method: 'GET', path: assignments, query: {}, body: '', caller: null }

describe('what these keys cannot read', () => {
  test.each([401, 403, 400, 500])(
    'IAM.0091 with status %i is a gap with code and ways out, and no wrong key',
    async (status) => {
      const fault = (target: string) => (target.startsWith('/v3') ? answer(unsupportedToken(status)) : null)
      const snapshot = await run(company(), { fault })
      const gap = snapshot.gaps.find((one) => one.call === `GET ${assignments}`)
      expect(gap).toMatchObject({
        ...{ code: 'forbidden', http_code: 'IAM.0091', iam_action: null },
        scope: { type: 'source', source: 'legacy-roles' },
      })
      expect(gap?.remedy).toMatch(/another kind of keys.*legacy-roles optional or off/)
      expect(coverageOf(snapshot)).toMatchObject({ status: 'denied' })
      expect(snapshot.users).toHaveLength(3)
    },
  )

  test('401 without a word is one too', async () => {
    const fault = (target: string) =>
      target.startsWith('/v3')
        ? answer(legacyFailure(call, 401, 'The request requires authentication.'))
        : null
    const snapshot = await run(company(), { fault })
    expect(snapshot.gaps.map((gap) => gap.code)).toContain('forbidden')
    expect(coverageOf(snapshot)).toMatchObject({ status: 'denied' })
  })

  test('of an optional source it is said, and no gap', async () => {
    const fault = (target: string) => (target.startsWith('/v3') ? answer(unsupportedToken(403)) : null)
    const optional = { 'legacy-roles': 'optional', agencies: 'optional', federation: 'optional' }
    const snapshot = await run(company(), { fault }, optional)
    expect(snapshot.gaps).toEqual([])
    expect(snapshot.notices.join()).toContain('IAM.0091')
    expect(coverageOf(snapshot)).toMatchObject({ status: 'denied' })
  })
})

describe('where grants may not be listed', () => {
  const denied = (...actions: string[]): StageOptions => ({
    fault: (target) =>
      target.startsWith(assignments) || (actions.includes('agency') && target.includes('OS-AGENCY/domains'))
        ? answer(refusal(call, 'iam:permissions:listRoleAssignments'))
        : null,
  })

  test('groups and agencies are asked one by one: the account-wide scopes are complete, the rest is a gap', async () => {
    const snapshot = await run(company(), denied())
    expect(rowsOf(snapshot)).toEqual(everyRow.filter((row) => !row.includes('project:')))
    expect(snapshot.gaps).toHaveLength(1)
    expect(snapshot.gaps[0]).toMatchObject({
      ...{ code: 'forbidden', iam_action: 'iam:permissions:listRoleAssignments' },
      scope: { type: 'source', source: 'legacy-roles' },
    })
    expect(snapshot.roles.every((role) => role.policy !== null)).toBe(true)
    const optional = await run(company(), denied(), { 'legacy-roles': 'optional' })
    expect(optional.gaps).toEqual([])
    expect(rowsOf(optional)).toEqual(rowsOf(snapshot))
  })

  test('a list by agency that is refused too is a gap of its own', async () => {
    const snapshot = await run(company(), denied('agency'))
    expect(snapshot.gaps.map((gap) => gap.scope.type)).toContain('agency')
  })
})

test.each<[string, (body: Record<string, unknown>) => unknown, number]>([
  [
    'one row as an object',
    (body) => ({ ...body, role_assignments: (body.role_assignments as unknown[])[0] ?? [] }),
    4,
  ],
  ['no list', ({ role_assignments: _, ...body }) => body, 0],
  ['a list that is null', (body) => ({ ...body, role_assignments: null }), 0],
  ['no total', ({ total_num: _, ...body }) => body, 0],
  ['a total beyond reason', (body) => ({ ...body, total_num: 1e12 }), 0],
  [
    'a row without a role',
    (body) => ({
      ...body,
      role_assignments: (body.role_assignments as object[]).map((row) => ({ ...row, role: {} })),
    }),
    0,
  ],
  [
    'a row with two holders',
    (body) => ({
      ...body,
      role_assignments: (body.role_assignments as object[]).map((row) => ({
        ...row,
        user: { id: 'u' },
        group: { id: 'g' },
      })),
    }),
    0,
  ],
])('role assignments with %s', async (_name, change, rows) => {
  const snapshot = await run(company(), {
    change: (target, body) => (target.startsWith(assignments) ? change(body) : body),
  })
  expect(snapshot.role_assignments).toHaveLength(rows)
  if (rows === 0) expect(snapshot.gaps[0]).toMatchObject({ code: 'unreadable', call: `GET ${assignments}` })
  else expect(snapshot.gaps).toEqual([])
})
