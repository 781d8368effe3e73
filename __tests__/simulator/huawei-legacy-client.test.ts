import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { AccountBuilder, allow, idOf, legacyPolicy, systemRoleId } from '../../simulator/iam/account.ts'
import { type IamSimulator, simulatorKeys, startIamSimulator } from '../../simulator/iam/server.ts'

// Huawei's own client for v3 is the judge of the legacy half, and its client for v5 of agencies and sign-ins.
const require = createRequire(import.meta.url)
const { GlobalCredentials } = require('@huaweicloud/huaweicloud-sdk-core')
// It prints every refusal, and some are wanted here.
require('@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger').Logger4jInstance.level = 'off'
const clientOf = (version: 'v3' | 'v5') =>
  require(`@huaweicloud/huaweicloud-sdk-iam/${version}/IamClient`).IamClient

const partner = { domain_id: idOf('account', 'partner'), domain_name: 'partner' }
const builder = new AccountBuilder('sdk')
  .users('alice', 'bob')
  .group('ops', 'alice')
  .role('iam-ops', legacyPolicy(allow('iam:users:*')))
  .systemRoles(310)
  .grantRole('Security Administrator', { group: 'ops' })
  .grantRole('FullAccess', { group: 'ops' }, 'all-projects')
  .grantRole('iam-ops', { user: 'bob' }, 'enterprise-project:ep1')
  .legacyAgency('msp', partner, { expire_time: '2027-01-01T00:00:00.000Z', duration: '24' })
  .agency('ci')
  .grantRole('Security Administrator', { agency: 'msp' })
  .mapping('corp-mapping', [{ local: [{ group: { name: 'ops' } }], remote: [{ type: 'Groups' }] }])
  .samlIdentityProvider('corp', { mapping: 'corp-mapping' })
  .oidcIdentityProvider('web', { issuer: 'https://issuer.example.com', clientId: 'app' })
  .user('carol', { enabled: false })
  .identityProvider('staff', [], { sso_type: 'iam_user_sso', bound_users: [idOf('user', 'alice')] })
  .signIn('alice', {
    last_login_at: '2026-10-30T08:00:00.000Z',
    mfa: true,
    access_keys: [
      { access_key_id: 'AK1', created_at: '2026-01-01T00:00:00.000Z', active: true, last_used_at: null },
    ],
  })
for (let at = 0; at < 120; at++) {
  builder.group(`group${at}`)
  builder.grantRole('iam-ops', { group: `group${at}` }, 'all-projects')
}
const domain_id = builder.account.account_id

let cloud: IamSimulator
// biome-ignore lint/suspicious/noExplicitAny: the client comes without usable types
const clients: Record<string, any> = {}

beforeAll(async () => {
  cloud = await startIamSimulator({ account: builder.account })
  const credentials = new GlobalCredentials()
    .withAk(simulatorKeys.accessKeyId)
    .withSk(simulatorKeys.secretAccessKey)
    .withDomainId(domain_id)
  for (const version of ['v3', 'v5'] as const)
    clients[version] = clientOf(version)
      .newBuilder()
      .withCredential(credentials)
      .withEndpoint(cloud.url)
      .build()
})
afterAll(() => cloud.close())

/** Calls the client with the parameters of a request. */
async function ask(version: 'v3' | 'v5', call: string, parameters: Record<string, unknown> = {}) {
  return clients[version][call](parameters)
}

test('role assignments, page by page, are as many as the total says', async () => {
  const rows: unknown[] = []
  for (let page = 1; page < 10; page++) {
    const answer = await ask('v3', 'showDomainRoleAssignments', {
      ...{ domain_id, scope: 'domain', is_inherited: true, page, per_page: 50 },
    })
    expect(answer.total_num).toBe(121)
    if (answer.role_assignments.length === 0) break
    rows.push(...answer.role_assignments)
  }
  expect(rows.length).toBe(121)
  expect(rows).toContainEqual({
    group: { id: idOf('group', 'ops') },
    role: { id: systemRoleId('FullAccess') },
    scope: { domain: { id: domain_id } },
    is_inherited: true,
  })
})

test('role assignments by subject and by enterprise project', async () => {
  const user = await ask('v3', 'showDomainRoleAssignments', {
    domain_id,
    'subject.user_id': idOf('user', 'bob'),
  })
  expect(user.role_assignments).toEqual([
    {
      user: { id: idOf('user', 'bob') },
      role: { id: idOf('role', 'iam-ops') },
      scope: { enterprise_project: { id: 'ep1' } },
      is_inherited: false,
    },
  ])
  const project = await ask('v3', 'showDomainRoleAssignments', { domain_id, scope: 'enterprise_project' })
  expect(project.total_num).toBe(1)
})

test('system roles by pages of three hundred, custom policies apart, one role by its id', async () => {
  const first = await ask('v3', 'keystoneListPermissions', { page: 1, per_page: 300 })
  const second = await ask('v3', 'keystoneListPermissions', { page: 2, per_page: 300 })
  expect([first.roles.length, first.roles.length + second.roles.length]).toEqual([300, first.total_number])
  const custom = await ask('v3', 'keystoneListPermissions', { domain_id })
  expect(custom.roles).toMatchObject([
    { display_name: 'iam-ops', catalog: 'CUSTOMED', policy: { Version: '1.1' } },
  ])
  expect((await ask('v3', 'listCustomPolicies')).roles.length).toBe(1)
  const role = await ask('v3', 'keystoneShowPermission', { role_id: systemRoleId('Security Administrator') })
  expect(role.role).toMatchObject({ name: 'secu_admin', policy: { Statement: [{ Action: ['identity:*'] }] } })
})

test('roles of one group and of one agency', async () => {
  const names = async (call: string, more: object) =>
    (await ask('v3', call, { domain_id, ...more })).roles.map(
      (role: { display_name: string }) => role.display_name,
    )
  const group = { group_id: idOf('group', 'ops') }
  expect(await names('keystoneListDomainPermissionsForGroup', group)).toEqual(['Security Administrator'])
  expect(await names('keystoneListAllProjectPermissionsForGroup', group)).toEqual(['FullAccess'])
  const agency = { agency_id: idOf('agency', 'msp') }
  expect(await names('listDomainPermissionsForAgency', agency)).toEqual(['Security Administrator'])
  expect(await names('listAllProjectsPermissionsForAgency', agency)).toEqual([])
})

test('agencies: both kinds in v5, validity in v3', async () => {
  const { agencies } = await ask('v5', 'listAgenciesV5', { limit: 200 })
  expect(
    agencies.map((agency: Record<string, unknown>) => [agency.agency_name, agency.trust_domain_name]),
  ).toEqual([
    ['msp', 'partner'],
    ['ci', undefined],
  ])
  expect(agencies[1].trust_policy).toBe('{"Version":"5.0","Statement":[]}')
  const legacy = await ask('v3', 'listAgencies', { domain_id, page: 1, per_page: 500 })
  expect(legacy.agencies).toMatchObject([
    {
      name: 'msp',
      expire_time: '2027-01-01T00:00:00.000000',
      duration: '24',
      trust_domain_id: partner.domain_id,
    },
  ])
})

test('identity providers, protocols, mappings, OpenID configuration and metadata', async () => {
  const { identity_providers } = await ask('v3', 'keystoneListIdentityProviders')
  expect(identity_providers).toMatchObject([
    { id: 'corp', enabled: true, sso_type: 'virtual_user_sso' },
    { id: 'web' },
    { id: 'staff', sso_type: 'iam_user_sso' },
  ])
  const { protocols } = await ask('v3', 'keystoneListProtocols', { idp_id: 'corp' })
  expect(protocols).toMatchObject([{ id: 'saml', mapping_id: 'corp-mapping' }])
  const { mappings } = await ask('v3', 'keystoneListMappings')
  expect(mappings).toMatchObject([{ id: 'corp-mapping', rules: [{ local: [{ group: { name: 'ops' } }] }] }])
  const openid = await ask('v3', 'showOpenIdConnectConfig', { idp_id: 'web' })
  expect(openid.openid_connect_config).toMatchObject({
    idp_url: 'https://issuer.example.com',
    client_id: 'app',
  })
  const metadata = await ask('v3', 'showMetadata', { idp_id: 'corp', protocol_id: 'saml' })
  expect(metadata).toMatchObject({ entity_id: 'https://corp.example.com/saml', protocol_id: 'saml' })
})

test('users: v3 hides the disabled ones, and knows who is bound to a provider', async () => {
  const names = async (more: object) =>
    (await ask('v3', 'keystoneListUsers', { domain_id, ...more })).users.map(
      (user: { name: string }) => user.name,
    )
  expect(await names({})).toEqual(['sdk', 'alice', 'bob'])
  expect(await names({ enabled: false })).toEqual(['carol'])
  const { user } = await ask('v3', 'showUser', { user_id: idOf('user', 'alice') })
  expect(user).toMatchObject({ name: 'alice', xuser_type: 'TenantIdp', is_domain_owner: false })
  const members = await ask('v3', 'keystoneListUsersForGroupByAdmin', { group_id: idOf('group', 'ops') })
  expect(members.users).toMatchObject([{ id: idOf('user', 'alice') }])
})

test('how users sign in', async () => {
  const user_id = idOf('user', 'alice')
  const login = await ask('v5', 'showUserLastLoginV5', { user_id })
  expect(login.user_last_login).toEqual({ last_login_at: '2026-10-30T08:00:00.000Z' })
  const never = await ask('v5', 'showUserLastLoginV5', { user_id: idOf('user', 'bob') })
  expect(never.user_last_login).toEqual({})
  const keys = await ask('v5', 'listAccessKeysV5', { user_id })
  expect(keys.access_keys).toMatchObject([{ access_key_id: 'AK1', status: 'active' }])
  const used = await ask('v5', 'showAccessKeyLastUsedV5', { user_id, access_key_id: 'AK1' })
  expect(used.access_key_last_used).toEqual({})
  const devices = await ask('v5', 'listMfaDevicesV5', { user_id })
  expect(devices.mfa_devices).toMatchObject([{ user_id, enabled: true }])
})

test('the account and its projects', async () => {
  expect((await ask('v3', 'keystoneListAuthDomains')).domains).toMatchObject([{ id: domain_id, name: 'sdk' }])
  const { projects } = await ask('v3', 'keystoneListProjects', { name: 'ap-southeast-1' })
  expect(projects).toMatchObject([{ name: 'ap-southeast-1', domain_id }])
})
