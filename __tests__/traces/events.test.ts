import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf, Operations, trustIam } from '../../simulator/iam/account.ts'
import type { Change, Trace } from '../../src/account/trace-record.ts'
import { traceOf } from '../../src/cloud/traces/trace-row.ts'
import { eventOf } from '../../src/traces/events.ts'
import { NOW } from './world.ts'

const built = () =>
  new AccountBuilder('acme', NOW)
    .users('alice', 'bob')
    .group('ops', 'alice')
    .policy('Admin', document(allow('iam:*:*')))
    .attach('Admin', { user: 'alice' })
    .agency('ci')
    .legacyAgency('msp', { domain_id: idOf('account', 'partner'), domain_name: 'partner' })
    .role('iam-ops', { Statement: [allow('iam:users:*')] })
    .mapping('m', [])
    .samlIdentityProvider('corp', { mapping: 'm' })
    .oidcProvider('github')

const user = idOf('user', 'bob')
const group = idOf('group', 'ops')
const policy = idOf('policy', 'Admin')
const agency = idOf('agency', 'ci')
const role = idOf('role', 'iam-ops')
const rules = [{ remote: [], local: [] }]

/** What an operation is read as, with the ids of the path in its trace; and why it cannot be told without them. */
const cases: readonly (readonly [string, (it: Operations) => unknown, Partial<Change>, string | null])[] = [
  [
    'attach to a user',
    (it) => it.attachPolicy('Admin', { user: 'bob' }),
    { kind: 'attached', to: { type: 'user', id: user }, policy_id: policy },
    'which policy',
  ],
  [
    'detach from a user',
    (it) => it.detachPolicy('Admin', { user: 'alice' }),
    { kind: 'detached', to: { type: 'user', id: idOf('user', 'alice') }, policy_id: policy },
    'which policy',
  ],
  [
    'attach to an agency',
    (it) => it.attachPolicy('Admin', { agency: 'ci' }),
    { kind: 'attached', to: { type: 'agency', id: agency }, policy_id: policy },
    'which policy',
  ],
  [
    'join',
    (it) => it.addUserToGroup('bob', 'ops'),
    { kind: 'member-added', group_id: group, user_id: user },
    null,
  ],
  [
    'leave',
    (it) => it.removeUserFromGroup('alice', 'ops'),
    { kind: 'member-removed', group_id: group, user_id: idOf('user', 'alice') },
    null,
  ],
  ['create a user', (it) => it.createUser('carol'), { kind: 'created', what: 'user', name: 'carol' }, null],
  [
    'rename a user',
    (it) => it.updateUser('bob', { user_name: 'robert' }),
    { kind: 'user-changed', user_id: user, enabled: null, name: 'robert' },
    null,
  ],
  [
    'enable a user',
    (it) => it.updateUser('bob', { enabled: true }),
    { kind: 'user-changed', user_id: user, enabled: true, name: null },
    null,
  ],
  ['delete a user', (it) => it.deleteUser('bob'), { kind: 'deleted', what: 'user', id: user }, null],
  [
    'rename a group',
    (it) => it.renameGroup('ops', 'admin'),
    { kind: 'group-renamed', group_id: group, name: 'admin' },
    null,
  ],
  [
    'create a policy',
    (it) => it.createPolicy('New', 'text'),
    { kind: 'version', version_id: 'v1', document: 'text', created: true, new_policy: true, in_force: true },
    null,
  ],
  [
    'a version into force',
    (it) => it.createPolicyVersion('Admin', 'text'),
    {
      kind: 'version',
      policy_id: policy,
      version_id: 'v2',
      document: 'text',
      new_policy: false,
      in_force: true,
    },
    null,
  ],
  [
    'a version beside',
    (it) => it.createPolicyVersion('Admin', 'text', false),
    { kind: 'version', policy_id: policy, version_id: 'v2', in_force: false },
    null,
  ],
  [
    'an older version',
    (it) => it.setDefaultPolicyVersion('Admin', 'v1'),
    { kind: 'version', policy_id: policy, version_id: 'v1', created: false, in_force: true },
    'which version',
  ],
  [
    'trust',
    (it) => it.updateTrustPolicy('ci', 'text'),
    {
      ...{ kind: 'trust', agency_id: agency, created: false, trust_changed: true, expiry_changed: false },
      trust: { trust_policy: 'text', trust_domain_id: null, trust_domain_name: null },
    },
    null,
  ],
  [
    'validity',
    (it) => it.updateLegacyAgency('msp', { duration: 'FOREVER' }),
    { kind: 'trust', trust_changed: false, expiry_changed: true, expires: 'never' },
    null,
  ],
  [
    'grant a role',
    (it) => it.grantRole('iam-ops', { group: 'ops' }, 'all-projects'),
    { kind: 'role-granted', to: { type: 'group', id: group }, role_id: role, scope: 'all-projects' },
    'who it was',
  ],
  [
    'grant a role to an agency',
    (it) => it.grantRole('iam-ops', { agency: 'ci' }),
    { kind: 'role-granted', to: { type: 'agency', id: agency }, role_id: role, scope: 'domain' },
    'which role',
  ],
  [
    'grant a role in an enterprise project',
    (it) => it.grantRole('iam-ops', { user: 'bob' }, 'enterprise-project:e'),
    { kind: 'role-granted', to: { type: 'user', id: user }, role_id: role, scope: 'enterprise-project:e' },
    'who it was',
  ],
  [
    'the text of a role',
    (it) => it.updateRole('iam-ops', { a: 1 }),
    { kind: 'role-text', role_id: role, created: false, policy: '{"a":1}' },
    null,
  ],
  [
    'rules',
    (it) => it.updateMapping('m', rules),
    { kind: 'mapping', mapping_id: 'm', created: false, rules: JSON.stringify(rules) },
    null,
  ],
  [
    'a provider',
    (it) => it.updateIdentityProvider('corp', { enabled: false }),
    { kind: 'provider', provider_id: 'corp', enabled: false },
    null,
  ],
  [
    'a protocol',
    (it) => it.updateProtocol('corp', { mapping_id: 'm' }),
    { kind: 'protocol', provider_id: 'corp', what: 'bound', mapping_id: 'm' },
    'which protocol',
  ],
  [
    'metadata',
    (it) => it.updateProtocol('corp', { metadata: null }),
    { kind: 'vouching', provider_id: 'corp', of: 'provider' },
    null,
  ],
  [
    'a provider of trust policies',
    (it) => it.updateTrustProvider('github', { thumbprints: [] }),
    { kind: 'vouching', of: 'trust-provider' },
    null,
  ],
]

describe.each(['body-and-path', 'body'] as const)('with requests that hold the %s', (request) => {
  test.each(cases)('%s', (_, operate, change, untold) => {
    const { account } = built()
    account.tracker.request = request
    operate(new Operations(account, { user: 'eve' }, () => NOW))
    const event = eventOf(traceOf(account.traces.at(-1)) as Trace)
    if (request === 'body' && untold !== null) {
      expect(event?.untold).toContain(untold)
      return
    }
    expect(event?.untold).toBeNull()
    expect(event?.change).toMatchObject(change)
  })
})

test('what was refused, or only read, changed nothing', () => {
  const { account } = built()
  const refused = new Operations(account, { user: 'eve', refused: true }, () => NOW)
  refused.attachPolicy('Admin', { user: 'bob' })
  const trace = traceOf(account.traces.at(-1)) as Trace
  expect(eventOf(trace)).toBeNull()
  expect(eventOf({ ...trace, success: true, read_only: true })).toBeNull()
})

const row = {
  ...{ trace_id: 't', trace_name: 'attachUserPolicyV5', time: NOW, code: '204', read_only: false },
  ...{ resource_type: 'user', resource_id: 'u', user: { principal_urn: 'iam::a:user:eve' } },
}

test.each<[string, object]>([
  ['a body that is cut', { request: '{"policy_id":' }],
  ['a body that is a list', { request: '[1]' }],
  ['an id that is a number', { request: { policy_id: 7 } }],
  ['an id without end', { request: { policy_id: 'p'.repeat(100_000) } }],
  ['a body beyond all bounds', { request: `{"policy_id":"p","x":"${'y'.repeat(2_000_000)}"}` }],
  ['an id by inheritance', { request: '{"__proto__":{"policy_id":"p"}}' }],
  ['no body', { request: null }],
])('%s names no policy', (_, change) => {
  expect(eventOf(traceOf({ ...row, ...change }) as Trace)).toMatchObject({
    change: { kind: 'attached', policy_id: null },
    untold: 'the trace does not say which policy it was',
  })
})

test('an id with a blank is none', () => {
  const trace = traceOf({ ...row, request: { policy_id: 'p user x' } }) as Trace
  expect(eventOf(trace)).toMatchObject({ change: null, untold: 'the trace names an id that is none' })
})

test.each(['createCredential', 'changePasswordV5', 'agencyAssume', 'login', 'deleteVirtualMFADeviceV5'])(
  '%s changes nothing of who holds what',
  (trace_name) => {
    expect(eventOf(traceOf({ ...row, trace_name }) as Trace)).toBeNull()
  },
)

test('a change that nobody knows is said', () => {
  const trace = traceOf({ ...row, trace_name: 'rearrangeEverythingV5' }) as Trace
  expect(eventOf(trace)).toMatchObject({
    change: null,
    untold: 'the operation rearrangeEverythingV5 is not known',
  })
})

test.each([null, 7, [], {}, { ...row, time: 'yesterday' }, { ...row, trace_id: '' }, { ...row, time: -1 }])(
  '%j is no trace',
  (value) => {
    expect(traceOf(value)).toBeNull()
  },
)

describe('who', () => {
  const by = (more: object) => eventOf(traceOf({ ...row, request: { policy_id: 'p' }, ...more }) as Trace)?.by

  test('a user in the console, with a second factor', () => {
    const session_context = { attributes: { mfa_authenticated: 'true' } }
    const user = { principal_urn: 'iam::a:user:eve', session_context }
    expect(by({ user, trace_type: 'ConsoleAction', source_ip: '203.0.113.7' })).toEqual({
      ...{ principal: 'iam::a:user:eve', through: null, address: '203.0.113.7', via: 'console', mfa: true },
      ...{ time: new Date(NOW).toISOString(), trace_id: 't' },
    })
  })

  test('without a session context nobody knows of a second factor', () => {
    expect(by({})).toMatchObject({ mfa: null, via: null, address: null })
  })

  test('a session of an agency', () => {
    const user = { principal_urn: 'sts::a:assumed-agency:path/ci/session' }
    expect(by({ user })).toMatchObject({ principal: user.principal_urn, through: 'path/ci' })
  })

  test.each([null, 7, 'eve', { principal_urn: 7 }, { session_context: { attributes: null } }])(
    'nothing that can be used: %j',
    (user) => {
      expect(by({ user })).toMatchObject({ principal: null, mfa: null })
    },
  )
})

test('the trust of an agency that is made is told with it', () => {
  const { account } = built()
  new Operations(account, { user: 'eve' }, () => NOW).createAgency('new', trustIam('*'))
  expect(eventOf(traceOf(account.traces.at(-1)) as Trace)?.change).toMatchObject({
    ...{ kind: 'trust', created: true, name: 'new' },
    trust: { trust_policy: JSON.stringify(trustIam('*')) },
  })
})
