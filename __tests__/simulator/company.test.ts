import { expect, test } from '@jest/globals'
import { companyWithEverything, northwind } from '../../simulator/company.ts'
import { idOf } from '../../simulator/iam/account.ts'
import { NOW } from './ask.ts'

test('the company with everything is northwind and more', () => {
  const [small, large] = [northwind(NOW).account, companyWithEverything(NOW).account]
  expect(large.users).toEqual(small.users)
  expect(large.policies).toEqual(expect.arrayContaining(small.policies))
  expect(small.role_assignments.length + small.identity_providers.length + small.traces.length).toBe(0)
  const holders = new Set(large.role_assignments.map((row) => row.holder_type))
  expect(holders).toEqual(new Set(['group', 'agency']))
  const scopes = new Set(large.role_assignments.map((row) => row.scope.replace(/:.*/, '')))
  expect(scopes).toEqual(new Set(['domain', 'all-projects', 'project', 'enterprise-project']))
})

test('every grant, member and mapping names something that is there', () => {
  const { account, thenTimePasses } = companyWithEverything(NOW)
  thenTimePasses()
  const ids = new Set([
    ...account.users.map((user) => user.user_id),
    ...account.groups.map((group) => group.group_id),
    ...account.agencies.map((agency) => agency.agency_id),
  ])
  const lost = [
    ...account.role_assignments.map((row) => row.holder_id),
    ...account.attachments.map((row) => row.principal_id),
  ]
  expect(lost.filter((id) => !ids.has(id))).toEqual([])
  expect(account.groups.flatMap((group) => group.members).filter((id) => !ids.has(id))).toEqual([])
  const roles = new Set(account.roles.map((role) => role.role_id))
  expect(account.role_assignments.filter((row) => !roles.has(row.role_id))).toEqual([])
  const mappings = account.mappings.map((mapping) => mapping.mapping_id)
  for (const provider of account.identity_providers)
    for (const protocol of provider.protocols) expect(mappings).toContain(protocol.mapping_id)
})

test('what happened lately left traces in the order of time, and one grant came and went', () => {
  const { account, thenTimePasses } = companyWithEverything(NOW)
  const before = account.role_assignments.length
  thenTimePasses()
  const times = account.traces.map((trace) => trace.time)
  expect(times).toEqual([...times].sort((one, other) => one - other))
  expect(account.traces.slice(-4).map((trace) => trace.trace_name)).toEqual([
    'createAssignment',
    'deleteAssignment',
    'createAssignment',
    'attachUserPolicyV5',
  ])
  expect(account.role_assignments.length).toBe(before + 1)
  const contractors = account.role_assignments.filter((row) => row.holder_id === idOf('group', 'contractors'))
  expect(contractors).toEqual([])
})
