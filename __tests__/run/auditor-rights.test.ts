import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, deny, document, idOf, trustIam } from '../../simulator/iam/account.ts'
import { checkCloud } from '../../src/cloud/iam/check.ts'
import { auditorPolicy } from '../../src/cloud/iam/permissions-needed.ts'
import type { AuditorRights } from '../../src/render/check.ts'
import { checkAccount } from '../../src/run/check-account.ts'
import { everySource, type StageOptions, stage } from '../cloud/stage.ts'

const company = () =>
  new AccountBuilder('acme')
    .users('alice', 'bob')
    .group('ops')
    .group('admin')
    .agency('iam-audit', trustIam(idOf('account', 'acme')))
    .agency('other', trustIam(idOf('account', 'acme')))
    .policy('Admin', document(allow('iam:*:*')))
    .policy('NoAdmin', document(deny('iam:*:*')))
    .policy('Odd', '{"Version":"5.0","Statement":[{"Effect":"Allow"}]}')
    .policy('Audit', auditorPolicy())

const account = company().account.account_id
const user = (name: string) => ({
  principal_urn: `iam::${account}:user:${name}`,
  principal_id: idOf('user', name),
})
const bob = user('bob')
const agency = {
  principal_urn: `sts::${account}:assumed-agency:iam-audit/run`,
  principal_id: `${idOf('agency', 'iam-audit')}:run`,
}

async function rightsOf(
  change: (builder: AccountBuilder) => AccountBuilder,
  options: StageOptions,
): Promise<AuditorRights> {
  const { api } = stage(change(company()).account, options)
  const check = await checkCloud(api, everySource)
  return (await checkAccount(api, check, { config: null, baseline: null, configPath: 'config' })).rights
}

const may = { writes: expect.arrayContaining(['iam:policies:createVersionV5']), untold: null }
const mayNot = { writes: [], untold: null }
const untold = (why: RegExp) => ({ writes: [], untold: expect.stringMatching(why) })

const cases: [string, (builder: AccountBuilder) => AccountBuilder, StageOptions['principal'], unknown][] = [
  ['by the policy of the README', (one) => one.attach('Audit', { user: 'bob' }), bob, mayNot],
  ['directly', (one) => one.attach('Admin', { user: 'bob' }), bob, may],
  ['through a group', (one) => one.attach('Admin', { group: 'ops' }).join('ops', 'bob'), bob, may],
  ['as member of admin', (one) => one.join('admin', 'bob'), bob, may],
  [
    'as the root user',
    (one) => one,
    user('acme'),
    { writes: ['everything, as the root user'], untold: null },
  ],
  [
    'with a Deny that takes it all away',
    (one) => one.attach('Admin', { user: 'bob' }).attach('NoAdmin', { group: 'ops' }).join('ops', 'bob'),
    bob,
    mayNot,
  ],
  [
    'by a document that says nothing clear',
    (one) => one.attach('Odd', { user: 'bob' }),
    bob,
    untold(/Odd.* could not be determined/),
  ],
  [
    'by one beside a clear one',
    (one) => one.attach('Odd', { user: 'bob' }).attach('Admin', { user: 'bob' }),
    bob,
    { ...may, untold: expect.stringContaining('Odd') },
  ],
  [
    'where a document is unclear that does not reach it',
    (one) => one.attach('Odd', { user: 'alice' }).attach('Odd', { agency: 'iam-audit' }),
    bob,
    mayNot,
  ],
  ['as an agency', (one) => one.attach('Admin', { agency: 'iam-audit' }), agency, may],
  [
    'as an agency beside another that may',
    (one) => one.attach('Admin', { agency: 'other' }).attach('Admin', { group: 'admin' }),
    agency,
    mayNot,
  ],
  [
    'as an agency with a Deny',
    (one) => one.attach('Admin', { agency: 'iam-audit' }).attach('NoAdmin', { agency: 'iam-audit' }),
    agency,
    mayNot,
  ],
  [
    'as an agency by an unclear document',
    (one) => one.attach('Odd', { agency: 'iam-audit' }),
    agency,
    untold(/Odd/),
  ],
  [
    'as somebody whom an identity provider vouches for',
    (one) => one,
    { principal_urn: `sts::${account}:external-user:idp/run`, principal_id: 'idp:run' },
    untold(/neither an IAM user nor an agency/),
  ],
  ['as a user in no list', (one) => one, user('gone'), untold(/no list of users/)],
]
test.each(cases)('what the auditor may change: %s', async (_name, change, principal, expected) => {
  expect(await rightsOf(change, { ...(principal ? { principal } : {}) })).toEqual(expected)
})

test('what may not be read is not called harmless', async () => {
  const change = (one: AccountBuilder) =>
    one.attach('Admin', { agency: 'iam-audit' }).attach('Admin', { user: 'bob' })
  const but = (...actions: readonly string[]) =>
    auditorPolicy().Statement[0]?.Action.filter((one) => !actions.includes(one)) ?? []
  // Who has a policy attached can be read of the policy, or of everybody who might have it.
  const byEntity = { principal: agency, allowed: but('iam:policies:listEntitiesV5') }
  expect(await rightsOf(change, byEntity)).toEqual(may)
  const neither = but('iam:policies:listEntitiesV5', 'iam:agencies:listAttachedPoliciesV5')
  expect(await rightsOf(change, { principal: agency, allowed: neither })).toEqual(
    untold(/policies attached to the agency iam-audit/),
  )
  const users = { principal: bob, allowed: but('iam:policies:getVersionV5') }
  expect(await rightsOf(change, users)).toEqual(untold(/Admin/))
  expect(await rightsOf(change, { principal: bob, allowed: [] })).toEqual(untold(/users was refused/))
  const ofGroup = (one: AccountBuilder) => one.attach('Admin', { group: 'ops' }).join('ops', 'bob')
  const members = { fault: (target: string) => (target.includes('group_id') ? { status: 403 } : null) }
  expect(await rightsOf(ofGroup, { principal: bob, ...members })).toEqual(untold(/members of the group/))
})
