import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, allow, idOf, legacyPolicy, systemRoleId } from '../../simulator/iam/account.ts'
import { askerOf } from './ask.ts'

const { account } = new AccountBuilder('acme')
  .users('alice', 'bob')
  .group('ops', 'alice')
  .group('empty')
  .role('iam-ops', legacyPolicy(allow('iam:users:*')))
  .role('Security Administrator', legacyPolicy(allow('ecs:*:*')))
  .grantRole('iam-ops', { group: 'ops' })
  .grantRole('iam-ops', { group: 'ops' }, 'all-projects')
  .grantRole('iam-ops', { group: 'empty' }, 'project:p1')
  .grantRole('iam-ops', { user: 'bob' }, 'enterprise-project:ep1')
  .agency('ci', { Version: '5.0', Statement: [] }, { path: 'teams/' })
  .grantRole('iam-ops', { agency: 'ci' })
const ask = askerOf(account)
const assignments = `/v3.0/OS-PERMISSION/role-assignments?domain_id=${account.account_id}`

describe('role assignments answer what was asked', () => {
  const cases: readonly (readonly [question: string, rows: number])[] = [
    ['', 5],
    ['&scope=domain', 2],
    ['&scope=domain&is_inherited=false', 2],
    ['&scope=domain&is_inherited=true', 1],
    [`&scope.domain_id=${account.account_id}&is_inherited=true`, 1],
    ['&scope=project', 1],
    ['&scope.project_id=p1', 1],
    ['&scope.project_id=p2', 0],
    ['&scope=enterprise_project', 1],
    ['&scope.enterprise_projects_id=ep1', 1],
    ['&subject=group', 3],
    ['&subject=agency', 1],
    ['&subject=user&include_group=false', 1],
    // Through groups that have members: bob's own row, and two of ops.
    ['&subject=user', 3],
    [`&subject.user_id=${idOf('user', 'alice')}`, 2],
    [`&subject.user_id=${idOf('user', 'alice')}&include_group=false`, 0],
    [`&subject.group_id=${idOf('group', 'empty')}`, 1],
    [`&subject.agency_id=${idOf('agency', 'ci')}&scope=domain`, 1],
    [`&role_id=${idOf('role', 'iam-ops')}&scope=project`, 1],
    [`&role_id=${systemRoleId('FullAccess')}`, 0],
  ]
  test.each(cases)('%s', (question, rows) => {
    const { status, body } = ask(`${assignments}${question}`)
    expect([status, body.total_num, body.role_assignments.length]).toEqual([200, rows, rows])
  })

  test('a page beyond the end is empty and still counts', () => {
    const { body } = ask(`${assignments}&page=3&per_page=2`)
    expect([body.total_num, body.role_assignments.length]).toEqual([5, 1])
    expect(ask(`${assignments}&page=4&per_page=2`).body).toEqual({ total_num: 5, role_assignments: [] })
  })
})

describe('what the cloud refuses', () => {
  const wrong: readonly (readonly [target: string, status: number])[] = [
    ['/v3.0/OS-PERMISSION/role-assignments', 400],
    [`/v3.0/OS-PERMISSION/role-assignments?domain_id=${idOf('account', 'other')}`, 403],
    [`${assignments}&page=1`, 400],
    [`${assignments}&per_page=50`, 400],
    [`${assignments}&page=1&per_page=51`, 400],
    [`${assignments}&page=0&per_page=50`, 400],
    [`${assignments}&scope=project&is_inherited=true`, 400],
    [`${assignments}&is_inherited=true`, 400],
    [`${assignments}&scope=all`, 400],
    [`${assignments}&scope=domain&scope.project_id=p1`, 400],
    [`${assignments}&subject=user&subject.user_id=x`, 400],
    [`${assignments}&subject=group&include_group=true`, 400],
    ['/v3/roles?page=1&per_page=301', 400],
    ['/v3/roles?page=1', 400],
    [`/v3/roles?domain_id=${account.account_id}&permission_type=role`, 400],
    ['/v3/roles/none', 404],
    [`/v3/domains/${idOf('account', 'other')}/groups/${idOf('group', 'ops')}/roles`, 403],
    [`/v3/domains/${account.account_id}/groups/none/roles`, 404],
    ['/v3.0/OS-AGENCY/agencies', 400],
    [`/v3.0/OS-AGENCY/agencies?domain_id=${account.account_id}&page=1&per_page=501`, 400],
    ['/v3/OS-FEDERATION/identity_providers/none/protocols', 404],
    ['/v3.0/OS-FEDERATION/identity-providers/none/openid-connect-config', 404],
    ['/v3-ext/OS-FEDERATION/identity_providers/none/protocols/saml/metadata', 404],
    ['/v5/oidc-providers?limit=201', 400],
    ['/v5/agencies/none', 404],
    ['/v5/users/none/last-login', 404],
  ]
  test.each(wrong)('%s', (target, status) => {
    expect(ask(target).status).toBe(status)
  })

  test('errors of v3 are nested, those of v3.0 are not, and only the latter name the action', () => {
    const nobody = askerOf(account, { allowed: [] })
    expect(nobody('/v3/roles').body).toEqual({
      error: {
        code: 403,
        message: 'You are not authorized to perform the requested action.',
        title: 'Forbidden',
      },
    })
    expect(nobody(assignments).body).toEqual({
      error_code: 'IAM.0002',
      error_msg: "Policy doesn't allow iam:permissions:listRoleAssignments to be performed.",
    })
    expect(nobody('/v5/agencies').body.error_code).toBe('PAP5.0001')
    expect(nobody('/v3/roles/x').status).toBe(403)
    const auditor = askerOf(account, { allowed: ['iam:*:list*'] })
    expect(auditor('/v3/roles').status).toBe(200)
    expect(auditor('/v3/roles/x').status).toBe(403)
  })

  test('keys that v3 does not take, with whatever status, even where they would be allowed', () => {
    for (const status of [401, 403, 400]) {
      const keys = askerOf(account, { unsupported: { paths: ['/v3/', '/v3.0/'], status } })
      expect(keys(assignments)).toEqual({
        status,
        body: { error_code: 'IAM.0091', error_msg: 'The token is unsupported for trust agency' },
      })
      expect(keys('/v5/agencies').status).toBe(200)
    }
  })
})

describe('roles', () => {
  const names = (target: string): string[] =>
    ask(target).body.roles.map((role: { display_name: string }) => role.display_name)

  test('custom and system roles are never in one list, whatever they are called', () => {
    expect(names(`/v3/roles?domain_id=${account.account_id}`)).toEqual(['iam-ops', 'Security Administrator'])
    expect(names('/v3/roles?display_name=Security')).toEqual([
      'Security Administrator',
      'DBSS Security Administrator',
    ])
    expect(names('/v3/roles?name=secu_admin')).toEqual(['Security Administrator'])
    expect(names('/v3/roles?catalog=EPS')).toEqual(['EPS FullAccess'])
    expect(names('/v3/roles?type=project')).toContain('Tenant Guest')
    expect(names('/v3/roles?type=project')).not.toContain('Security Administrator')
    expect(names('/v3/roles?permission_type=policy')).toContain('FullAccess')
    expect(names('/v3/roles?permission_type=policy')).not.toContain('Tenant Guest')
  })

  test('a name that two roles bear has to be told by its id', () => {
    expect(() => new AccountBuilder().role('FullAccess', {}).grantRole('FullAccess', {})).toThrow('2 roles')
  })
})

test('agencies: a path is part of the URN and can be asked for; v3 does not know trust agencies', () => {
  const [ci] = ask('/v5/agencies?path_prefix=teams').body.agencies
  expect(ci.urn).toBe(`iam::${account.account_id}:agency:teams/ci`)
  expect(ask('/v5/agencies?path_prefix=service-linked-agency').body.agencies).toEqual([])
  expect(ask(`/v3.0/OS-AGENCY/agencies?domain_id=${account.account_id}`).body.agencies).toEqual([])
})
