import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import {
  actionSetIncludes,
  expandAliases,
  newestPresetNames,
  presetNames,
  presetPermission,
} from '../../src/policy/index.ts'
import type { ActionSet } from '../../src/policy/types.ts'

/** What each version audits. A baseline that was made against it must find it so for ever. */
const digests: Readonly<Record<string, string>> = {
  'iam-administration@1': 'e3342121cd6ffeedce63e4f8e10e1510ed945d967237ab7dbc4213b539cccf30',
  'privilege-escalation@1': '8f38cfab2f0db5136c071a699084b0ce60fc567d7077aac35526f442f5cf954f',
  'privilege-escalation@2': 'e37d1dea91c693a17b6d52e0485be441f332a252bd6eb75d4aa71dcad0b59299',
  'organization-control@1': '0897dacc2e9c29bc6670f93ca454c18d2722f3d28864697f077bad58c4edf547',
  'full-administration@1': '9758e63ec6df7369b1daffefae02f776be1a54e6cebf5d941e26c021cea3e871',
}

test('a preset never changes, it gets a new version', () => {
  const now = presetNames.map((name) => {
    const { severity, holds, actions, except } = presetPermission(name) ?? {}
    return [
      name,
      createHash('sha256').update(JSON.stringify({ severity, holds, actions, except })).digest('hex'),
    ]
  })
  expect(Object.fromEntries(now)).toEqual(digests)
})

const set = (name: string): ActionSet => {
  const { actions, except } = presetPermission(name) as NonNullable<ReturnType<typeof presetPermission>>
  return { actions: expandAliases(actions), except }
}
const includes = (name: string, action: string): boolean => actionSetIncludes(set(name), action)

test('the second escalation preset is the first, without the organization and with what the first misses', () => {
  const [one, two] = [set('privilege-escalation@1'), set('privilege-escalation@2')]
  const isOfOrganization = (pattern: string): boolean => /^(organizations|IdentityCenter):/.test(pattern)
  const kept = one.actions.filter((pattern) => !isOfOrganization(pattern))
  expect(two.actions.filter((pattern) => one.actions.includes(pattern))).toEqual(kept)
  expect(two.actions.filter((pattern) => !one.actions.includes(pattern)).sort()).toEqual([
    ...['iam:groups:deleteGroupV5', 'iam:users:updateUserPassword'],
    ...['sts:agencies:assumeWithOIDC', 'sts:agencies:assumeWithSAML'],
  ])
  const organization = set('organization-control@1')
  expect(organization.actions).toEqual(one.actions.filter(isOfOrganization))
  expect(organization.except).toEqual(one.except)
})

/** Each of these alone leads to more, in the legacy model. */
const legacyEscalations = [
  ...['permissions:addUserToGroup', 'permissions:grantRoleToGroup', 'permissions:grantRoleToGroupOnDomain'],
  ...['permissions:grantRoleToGroupOnProject', 'permissions:grantRoleToGroupOnEnterpriseProject'],
  ...['permissions:grantRoleToUserOnEnterpriseProject', 'permissions:grantRoleToAgency'],
  ...['permissions:grantRoleToAgencyOnDomain', 'permissions:grantRoleToAgencyOnProject'],
  ...['permissions:grantRoleToAgencyOnEnterpriseProject', 'roles:createRole', 'roles:updateRole'],
  ...['users:createUser', 'users:updateUser', 'users:updateUserPassword', 'users:resetUserPassword'],
  ...['credentials:createCredential', 'agencies:createAgency', 'agencies:updateAgency'],
  ...['identityProviders:createMapping', 'identityProviders:updateMapping'],
  ...['identityProviders:createProtocol', 'identityProviders:updateProtocol'],
  ...['identityProviders:createIDPMetadata', 'identityProviders:createOpenIDConnectConfig'],
  ...['identityProviders:updateOpenIDConnectConfig', 'agencies:assume', 'tokens:assume'],
]

test.each(legacyEscalations)('iam:%s is audited by the presets', (operation) => {
  expect(includes('privilege-escalation@2', `iam:${operation}`)).toBe(true)
  expect(includes('iam-administration@1', `iam:${operation}`)).toBe(true)
})

test('the newest version of each is the last one', () => {
  const bases = newestPresetNames.map((name) => name.slice(0, name.indexOf('@')))
  expect(new Set(bases).size).toBe(bases.length)
  expect(newestPresetNames).toContain('privilege-escalation@2')
  for (const name of presetNames) {
    const [base, version] = name.split('@') as [string, string]
    const newest = newestPresetNames.find((one) => one.startsWith(`${base}@`))
    expect(Number(newest?.split('@')[1])).toBeGreaterThanOrEqual(Number(version))
  }
})

test('reads of the organization are no control of it', () => {
  for (const action of ['organizations:accounts:list', 'IdentityCenter:permissionSet:describe'])
    expect(includes('organization-control@1', action)).toBe(false)
  expect(includes('organization-control@1', 'organizations:policies:attach')).toBe(true)
  expect(includes('privilege-escalation@2', 'organizations:policies:attach')).toBe(false)
})
