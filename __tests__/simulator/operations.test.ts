import { describe, expect, test } from '@jest/globals'
import {
  AccountBuilder,
  allow,
  document,
  idOf,
  Operations,
  type SimulatedTrace,
  systemRoleId,
  trustIam,
} from '../../simulator/iam/account.ts'
import { askerOf, NOW } from './ask.ts'

const build = () =>
  new AccountBuilder('acme', NOW)
    .users('alice', 'bob')
    .group('ops', 'alice')
    .policy('Admin', document(allow('iam:*:*')))
    .agency('ci')
    .legacyAgency('msp', { domain_id: idOf('account', 'partner'), domain_name: 'partner' })
    .role('iam-ops', { Statement: [allow('iam:users:*')] })
    .mapping('m', [])
    .samlIdentityProvider('corp', { mapping: 'm' })
    .oidcIdentityProvider('web')
    .oidcProvider('github')
const partner = { domain_id: idOf('account', 'partner'), domain_name: 'partner' }

/** Everything but the traces. */
const state = (account: ReturnType<typeof build>['account']) => ({ ...structuredClone(account), traces: [] })

const operations: readonly (readonly [
  name: string,
  resource: string,
  operate: (somebody: Operations) => unknown,
])[] = [
  ['attachUserPolicyV5', 'user', (it) => it.attachPolicy('Admin', { user: 'bob' })],
  ['attachGroupPolicyV5', 'group', (it) => it.attachPolicy('Admin', { group: 'ops' })],
  ['attachAgencyPolicyV5', 'agency', (it) => it.attachPolicy('Admin', { agency: 'ci' })],
  ['addUserToGroupV5', 'group', (it) => it.addUserToGroup('bob', 'ops')],
  ['removeUserFromGroupV5', 'group', (it) => it.removeUserFromGroup('alice', 'ops')],
  ['createUserV5', 'user', (it) => it.createUser('carol')],
  ['updateUserV5', 'user', (it) => it.updateUser('bob', { user_name: 'robert' })],
  ['updateUserV5', 'user', (it) => it.updateUser('bob', { enabled: false })],
  ['deleteUserV5', 'user', (it) => it.deleteUser('alice')],
  ['createGroupV5', 'group', (it) => it.createGroup('new')],
  ['updateGroupV5', 'group', (it) => it.renameGroup('ops', 'operators')],
  ['deleteGroupV5', 'group', (it) => it.deleteGroup('ops')],
  ['createPolicyV5', 'policy', (it) => it.createPolicy('New', document(allow('iam:*:*')))],
  ['createPolicyVersionV5', 'policy', (it) => it.createPolicyVersion('Admin', document(allow('*:*:*')))],
  ['deletePolicyV5', 'policy', (it) => it.deletePolicy('Admin')],
  ['createAgencyV5', 'agency', (it) => it.createAgency('new', trustIam('*'))],
  ['createAgency', 'agency', (it) => it.createLegacyAgency('new', partner)],
  [
    'updateAgency',
    'agency',
    (it) => it.updateLegacyAgency('msp', { expire_time: '2026-11-02T00:00:00.000Z' }),
  ],
  ['updateTrustPolicyV5', 'agency', (it) => it.updateTrustPolicy('ci', trustIam('*'))],
  ['deleteAgencyV5', 'agency', (it) => it.deleteAgency('ci')],
  ['deleteAgency', 'agency', (it) => it.deleteAgency('msp')],
  ['createAssignment', 'assignment', (it) => it.grantRole('FullAccess', { group: 'ops' })],
  [
    'createAssignment',
    'assignment',
    (it) => it.grantRole('iam-ops', { user: 'bob' }, 'enterprise-project:e'),
  ],
  ['assignRoleToAgencyOnDomain', 'roleAgencyDomain', (it) => it.grantRole('FullAccess', { agency: 'ci' })],
  [
    'assignRoleToAgencyOnProject',
    'roleAgencyProject',
    (it) => it.grantRole('FullAccess', { agency: 'ci' }, 'project:p'),
  ],
  [
    'updateAgencyInheritedGrants',
    'agency',
    (it) => it.grantRole('FullAccess', { agency: 'ci' }, 'all-projects'),
  ],
  ['createRole', 'Policy', (it) => it.createRole('new', {})],
  ['updateRole', 'Policy', (it) => it.updateRole('iam-ops', { Version: '1.1', Statement: [allow('*:*:*')] })],
  ['deleteRole', 'Policy', (it) => it.deleteRole('iam-ops')],
  ['createMapping', 'mapping', (it) => it.createMapping('n', [])],
  ['updateMapping', 'mapping', (it) => it.updateMapping('m', [{ local: [], remote: [] }])],
  ['deleteMapping', 'mapping', (it) => it.deleteMapping('m')],
  ['createIdentityProvider', 'identityProvider', (it) => it.createIdentityProvider('new')],
  [
    'updateIdentityProvider',
    'identityProvider',
    (it) => it.updateIdentityProvider('corp', { enabled: false }),
  ],
  ['deleteIdentityProvider', 'identityProvider', (it) => it.deleteIdentityProvider('corp')],
  ['updateProtocol', 'identityProvider', (it) => it.updateProtocol('corp', { mapping_id: null })],
  ['metadataConfiguration', 'identityProvider', (it) => it.updateProtocol('corp', { metadata: null })],
  ['updateOIDCConfiguration', 'identityProvider', (it) => it.updateProtocol('web', { openid: null })],
  [
    'createProtocol',
    'identityProvider',
    (it) => it.createProtocol('web', { protocol_id: 'saml', mapping_id: 'm', openid: null, metadata: null }),
  ],
  ['deleteProtocol', 'identityProvider', (it) => it.deleteProtocol('corp', 'saml')],
  [
    'createOIDCProviderV5',
    'oidcProvider',
    (it) => it.createOidcProvider('new', { url: 'https://new.example.com', client_ids: [], thumbprints: [] }),
  ],
  ['deleteOIDCProviderV5', 'oidcProvider', (it) => it.deleteTrustProvider('github')],
  [
    'updateOIDCProviderV5',
    'oidcProvider',
    (it) => it.updateTrustProvider('github', { client_ids: ['more'] }),
  ],
]

describe('every operation changes the account and leaves one trace', () => {
  test.each(operations)('%s of a %s', (name, resource, operate) => {
    const { account } = build()
    const before = state(account)
    operate(new Operations(account, { user: 'alice' }, () => NOW))
    expect(state(account)).not.toEqual(before)
    expect(account.traces).toMatchObject([
      {
        ...{ trace_name: name, resource_type: resource, time: NOW, code: '200', trace_rating: 'normal' },
        ...{ trace_type: 'ConsoleAction', read_only: false, service_type: 'IAM', source_ip: '203.0.113.7' },
        user: {
          ...{ name: 'alice', id: idOf('user', 'alice'), type: 'User', principal_is_root_user: 'false' },
          principal_urn: `iam::${account.account_id}:user:alice`,
          session_context: { attributes: { mfa_authenticated: 'true' } },
        },
      },
    ])
  })

  test.each(operations)('%s of a %s, refused, changes nothing and is recorded', (name, _, operate) => {
    const { account } = build()
    const before = state(account)
    operate(new Operations(account, { user: 'mallory', refused: true }, () => NOW))
    expect(state(account)).toEqual(before)
    expect(account.traces).toMatchObject([{ trace_name: name, code: '403', trace_rating: 'warning' }])
  })
})

describe('operations that undo others', () => {
  const pairs: readonly (readonly [string, (it: Operations) => unknown, (it: Operations) => unknown])[] = [
    [
      'a policy is attached and detached',
      (it) => it.attachPolicy('Admin', { group: 'ops' }),
      (it) => it.detachPolicy('Admin', { group: 'ops' }),
    ],
    [
      'somebody joins and leaves',
      (it) => it.addUserToGroup('bob', 'ops'),
      (it) => it.removeUserFromGroup('bob', 'ops'),
    ],
    [
      'a role is granted and revoked in the same scope',
      (it) => it.grantRole('FullAccess', { group: 'ops' }, 'all-projects'),
      (it) => it.revokeRole('FullAccess', { group: 'ops' }, 'all-projects'),
    ],
    [
      'an agency gets a role and loses it',
      (it) => it.grantRole('FullAccess', { agency: 'ci' }),
      (it) => it.revokeRole('FullAccess', { agency: 'ci' }),
    ],
  ]
  test.each(pairs)('%s', (_, there, back) => {
    const { account } = build()
    const before = state(account)
    const somebody = new Operations(account, { user: 'alice' }, () => NOW)
    there(somebody)
    back(somebody)
    expect(state(account)).toEqual(before)
    expect(account.traces.length).toBe(2)
  })

  test('a role revoked in one scope stays in the other', () => {
    const { account } = build()
    const somebody = new Operations(account, { user: 'alice' }, () => NOW)
    somebody
      .grantRole('FullAccess', { group: 'ops' })
      .grantRole('FullAccess', { group: 'ops' }, 'all-projects')
    somebody.revokeRole('FullAccess', { group: 'ops' })
    expect(account.role_assignments).toEqual([
      {
        ...{ holder_type: 'group', holder_id: idOf('group', 'ops') },
        ...{ role_id: systemRoleId('FullAccess'), scope: 'all-projects' },
      },
    ])
  })

  test('an older version becomes the default again, and a version goes', () => {
    const { account } = build()
    const somebody = new Operations(account, { user: 'alice' }, () => NOW)
    expect(somebody.createPolicyVersion('Admin', document(allow('*:*:*')))).toBe('v2')
    somebody.setDefaultPolicyVersion('Admin', 'v1').deletePolicyVersion('Admin', 'v2')
    expect(account.policies).toMatchObject([{ default_version_id: 'v1', versions: [{ version_id: 'v1' }] }])
  })

  test('somebody made anew under the same name is somebody else, without what they held', () => {
    const { account } = build()
    const somebody = new Operations(account, { user: 'alice' }, () => NOW)
    const before = idOf('user', 'bob')
    somebody.attachPolicy('Admin', { user: 'bob' }).deleteUser('bob')
    expect(somebody.createUser('bob')).not.toBe(before)
    expect(account.attachments).toEqual([])
  })
})

describe('who did it', () => {
  const record = (actor: ConstructorParameters<typeof Operations>[1]): SimulatedTrace => {
    const { account } = build()
    new Operations(account, actor, () => NOW).addUserToGroup('bob', 'ops')
    return account.traces[0] as SimulatedTrace
  }
  const account_id = idOf('account', 'acme')

  test('through an agency, with permanent keys, from outside, the root user', () => {
    expect(record({ agency: 'ci', session: 'run7', via: 'api' })).toMatchObject({
      trace_type: 'ApiCall',
      user: {
        principal_urn: `sts::${account_id}:assumed-agency:ci/run7`,
        principal_id: `${idOf('agency', 'ci')}:run7`,
        type: 'AssumedAgency',
      },
    })
    expect(record({ user: 'alice', via: 'api' }).user.session_context).toBeUndefined()
    expect(record({ provider: 'corp', session: 'eve' }).user.principal_urn).toBe(
      `sts::${account_id}:external-user:corp/eve`,
    )
    expect(record({ user: 'acme' }).user.principal_is_root_user).toBe('true')
  })

  test('the request: with the ids of the path, or the body alone', () => {
    const { account } = build()
    const somebody = new Operations(account, { user: 'alice' }, () => NOW)
    somebody.addUserToGroup('bob', 'ops')
    account.tracker.request = 'body'
    somebody.removeUserFromGroup('bob', 'ops')
    expect(account.traces.map((trace) => JSON.parse(trace.request))).toEqual([
      { group_id: idOf('group', 'ops'), user_id: idOf('user', 'bob') },
      { user_id: idOf('user', 'bob') },
    ])
  })
})

describe('Cloud Trace Service', () => {
  const hour = 3_600_000
  const projectOf = (account: ReturnType<typeof build>['account'], region: string) =>
    account.projects.find((project) => project.name === region)?.id
  const world = () => {
    const { account } = build()
    const alice = new Operations(account, { user: 'alice' }, () => NOW)
    for (let at = 0; at < 25; at++) {
      const moment = alice.at(NOW - at * hour)
      if (at % 2 === 0) moment.addUserToGroup('bob', 'ops')
      else moment.removeUserFromGroup('bob', 'ops')
    }
    const traces = `/v3/${projectOf(account, 'ap-southeast-1')}/traces?trace_type=system`
    return { account, alice, traces, ask: askerOf(account) }
  }
  const window = (from: number, to: number) => `&from=${from}&to=${to}`
  const names = (body: { traces: SimulatedTrace[] }) => body.traces.map((trace) => trace.time)

  test('backwards in time, ten at a time, the last hour unless told otherwise', () => {
    const { ask, traces } = world()
    expect(names(ask(traces).body)).toEqual([NOW, NOW - hour])
    const { body } = ask(`${traces}${window(NOW - 24 * hour, NOW)}`)
    expect(body.traces.length).toBe(10)
    expect(names(body)).toEqual([...names(body)].sort((a, b) => b - a))
    expect(body.meta_data).toEqual({ count: 10, marker: body.traces[9].trace_id })
  })

  test('pages join, whatever happens in between', () => {
    const { ask, traces, alice } = world()
    const found: number[] = []
    for (let next = ''; ; ) {
      const { body } = ask(`${traces}${window(NOW - 24 * hour, NOW + hour)}&service_type=IAM&limit=7${next}`)
      found.push(...names(body))
      if (body.meta_data.marker === null) break
      next = `&next=${body.meta_data.marker}`
      alice.addUserToGroup('bob', 'ops')
    }
    expect(found).toEqual(Array.from({ length: 25 }, (_, at) => NOW - at * hour))
  })

  test('filters, and reads that say they are reads', () => {
    const { ask, traces } = world()
    const all = window(NOW - 24 * hour, NOW)
    expect(ask(`${traces}${all}&trace_name=addUserToGroupV5&limit=200`).body.traces.length).toBe(13)
    expect(ask(`${traces}${all}&user=nobody`).body.traces).toEqual([])
    ask('/v5/groups')
    const [read] = ask(`${traces}${all}&trace_name=listGroupsV5`).body.traces
    expect(read).toMatchObject({ read_only: true, user: { principal_id: 'auditor' }, code: '200' })
    expect(ask(`${traces}${window(1e12, 1e12 + 1)}&trace_id=${read.trace_id}`).body.traces).toEqual([read])
  })

  test('seven days are kept; another region and a tracker that is off know nothing', () => {
    const { account, ask, traces, alice } = world()
    alice.at(NOW - 8 * 24 * hour).addUserToGroup('bob', 'ops')
    const week = window(NOW - 10 * 24 * hour, NOW)
    expect(ask(`${traces}${week}&limit=200&service_type=IAM`).body.traces.length).toBe(25)
    const elsewhere = `/v3/${projectOf(account, 'cn-north-4')}/traces?trace_type=system${week}`
    expect(ask(elsewhere).body).toEqual({ traces: [], meta_data: { count: 0, marker: null } })
    account.tracker.enabled = false
    const before = account.traces.length
    alice.addUserToGroup('bob', 'ops')
    expect(account.traces.length).toBe(before)
  })

  test('what it refuses', () => {
    const { account, ask, traces } = world()
    const wrong = ['&limit=201', '&limit=0', '&from=1', `&from=${NOW}&to=${NOW - 1}`, '&next=none']
    expect(wrong.map((more) => ask(`${traces}${more}`).status)).toEqual([400, 400, 400, 400, 400])
    expect(ask(traces.replace('?trace_type=system', '')).status).toBe(400)
    expect(ask('/v3/none/traces?trace_type=system').status).toBe(403)
    expect(askerOf(account, { allowed: ['iam:*:*'] })(traces)).toMatchObject({
      status: 403,
      body: { error_code: 'CTS.0013' },
    })
  })
})
