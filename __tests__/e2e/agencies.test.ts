import { describe, expect, test } from '@jest/globals'
import {
  AccountBuilder,
  allow,
  type AccountBuilder as Builder,
  document,
  idOf,
  trustIam,
  trustOidc,
  trustService,
} from '../../simulator/iam/account.ts'
import { type Change, changed, expectDriftAndWayOut, operator } from './changed.ts'
import { BASELINE } from './world.ts'

const own = idOf('account', 'acme')
const partner = { domain_id: idOf('account', 'partner'), domain_name: 'partner' }
const github = `iam::${own}:oidcProvider:github`
const onMain = trustOidc(github, ['repo:acme/infra:ref:refs/heads/main'])
const open = document(allow('sts:agencies:assumeWithOIDC', { Principal: { Federated: [github] } }))
const bothAccounts = trustIam([own, partner.domain_id])

/** alice administers; so do a pipeline, whoever of the account may assume ops-admin, and a partner. */
const company = (): Builder =>
  new AccountBuilder('acme')
    .users('alice', 'bob', 'dave')
    .group('desk', 'bob')
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { user: 'alice' })
    .policy('Storage', document(allow('obs:*:*')))
    .attach('Storage', { group: 'desk' })
    .oidcProvider('github', { url: 'https://token.actions.githubusercontent.com' })
    .agency('ci', onMain)
    .attach('Ops', { agency: 'ci' })
    .agency('ops-admin', trustIam(own))
    .attach('Ops', { agency: 'ops-admin' })
    .legacyAgency('msp', partner)
    .grantRole('Security Administrator', { agency: 'msp' })
    .agency('ServiceLinkedAgencyForCBH', trustService('service.CBH'), {
      path: 'service-linked-agency/service.CBH/',
    })

describe('from an approved green state', () => {
  const changes: Change[] = [
    {
      name: 'a new agency',
      change: (builder) => builder.agency('fresh', bothAccounts).attach('Ops', { agency: 'fresh' }, 1),
      ...{ kind: 'unapproved_holders', who: ['fresh'] },
      says: '`Ops` attached to agency `fresh`',
      row: {
        ...{ principal_type: 'agency', principal_id: idOf('agency', 'fresh') },
        trusted: [{ account: own }, { account: partner.domain_id }].sort((one, other) =>
          one.account < other.account ? -1 : 1,
        ),
      },
    },
    {
      name: 'a new agency of the legacy kind',
      change: (builder) =>
        builder.legacyAgency('fresh', partner).grantRole('FullAccess', { agency: 'fresh' }),
      ...{ kind: 'unapproved_holders', who: ['fresh'] },
      says: '`FullAccess` (legacy role) granted to agency `fresh`, global services',
      path: `account \`${partner.domain_id}\` (\`${partner.domain_name}\`) → agency \`fresh\` → \`FullAccess\` (legacy role, global services)`,
    },
    {
      name: 'one more trusted account',
      change: (builder) => operator(builder).updateTrustPolicy('ops-admin', bothAccounts),
      ...{ kind: 'exceeds_approval', who: ['ops-admin'] },
      says: `agency \`ops-admin\` trusts account \`${partner.domain_id}\` (\`${partner.domain_name}\`)`,
      row: { grants: [], trusted: [{ account: partner.domain_id }] },
    },
    {
      name: 'the condition dropped from the trust, so that it is open to everybody',
      change: (builder) => operator(builder).updateTrustPolicy('ci', open),
      ...{ kind: 'exceeds_approval', who: ['ci'] },
      says: 'agency `ci` trusts everybody at GitHub Actions',
      row: { trusted: [{ provider: github, open: true }] },
    },
    {
      name: 'a client id added to the provider that it trusts',
      change: (builder) =>
        operator(builder).updateTrustProvider('github', { client_ids: ['sts.huaweicloud.com', 'other'] }),
      ...{ kind: 'exceeds_approval', who: ['ci'] },
      says: 'who vouches for agency `ci` changed: `https://token.actions.githubusercontent.com other,sts.huaweicloud.com` vouches',
      row: {
        trusted: [
          {
            provider: github,
            issuer: 'https://token.actions.githubusercontent.com other,sts.huaweicloud.com',
          },
        ],
      },
      undo: (builder) =>
        operator(builder).updateTrustProvider('github', { client_ids: ['sts.huaweicloud.com'] }),
    },
    {
      name: 'a trust policy that becomes undetermined',
      change: (builder) => operator(builder).updateTrustPolicy('ci', '{"Version":'),
      ...{ kind: 'exceeds_approval', who: ['ci'] },
      says: 'agency `ci` trusts whoever a trust policy lets in that could not be understood (`6b8b2f7be136`)',
      row: { trusted: [{ document: expect.stringMatching(/^6b8b2f7be136[0-9a-f]{52}$/) }] },
    },
    {
      name: 'an agency under the path of a service, made by hand',
      change: (builder) =>
        builder
          .agency('fake', trustIam(own), { path: 'service-linked-agency/service.CBH/' })
          .attach('Ops', { agency: 'fake' }, 1),
      ...{ kind: 'unapproved_holders', who: ['fake'] },
      says: '`Ops` attached to agency `fake`',
    },
    {
      name: 'a user who gains sts:agencies:assume',
      change: (builder) =>
        builder.policy('Assume', document(allow('sts:agencies:assume'))).attach('Assume', { user: 'dave' }),
      ...{ kind: 'unapproved_holders', who: ['dave'] },
      says: '`Assume` attached to the user',
      path: '`dave` → may assume `ops-admin` (policy `Assume` v1, statement 1) → `Ops` v1, statement 1, `iam:*:*`',
    },
    {
      name: 'a user who gains iam:tokens:assume',
      change: (builder) =>
        builder.policy('Assume', document(allow('iam:tokens:assume'))).attach('Assume', { user: 'dave' }),
      ...{ kind: 'unapproved_holders', who: ['dave'] },
      says: '`Assume` attached to the user',
      path: '`dave` → may assume `ops-admin` (policy `Assume` v1, statement 1) → `Ops` v1, statement 1, `iam:*:*`',
    },
    {
      name: 'a user who gains the legacy role Agent Operator',
      change: (builder) => builder.grantRole('Agent Operator', { group: 'desk' }),
      ...{ kind: 'unapproved_holders', who: ['bob'] },
      says: '`Agent Operator` (legacy role) granted to group `desk`, global services',
      path: '`bob` → may assume `ops-admin` (group `desk`, legacy role `Agent Operator`, global services, statement 1) → `Ops` v1',
    },
    {
      name: 'an agency deleted and made anew otherwise',
      change: (builder) => anew(builder, bothAccounts),
      ...{ kind: 'unapproved_holders', who: ['ops-admin'] },
      says: '`Ops` attached to agency `ops-admin`',
      undo: (builder) => anew(builder, trustIam(own)),
    },
  ]
  test.each(changes)('$name', async (change) => {
    await expectDriftAndWayOut(company(), change)
  })

  test('everybody who follows one more trusted account is one cause', async () => {
    const builder = company()
      .policy('Assume', document(allow('sts:agencies:assume')))
      .attach('Assume', { group: 'desk' })
    await using world = await changed(builder, (one) => operator(one).updateTrustPolicy('ci', trustIam(own)))
    const run = await world.audit()
    expect(run.report.drift.exceeds_approval).toMatchObject([
      { principal: 'ci', trusted: [{ account: own }] },
    ])
    expect(run.summary).toContain(`agency \`ci\` trusts account \`${own}\``)
  })

  test('an agency deleted and made anew alike is renamed, and an update records its new id', async () => {
    await using world = await changed(company(), (builder) => anew(builder, trustIam(own)))
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'unchanged', complete: 'true' })
    expect(run.report.renamed).toMatchObject([
      {
        ...{ principal_type: 'agency', principal: 'ops-admin', recorded: 'ops-admin' },
        recorded_id: idOf('agency', 'ops-admin'),
      },
    ])
  })

  test('an expired agency keeps its entry, and is no drift when it is renewed', async () => {
    const until = (expire_time: string) => ({ duration: '24', expire_time })
    const builder = company()
    const agency = builder.account.agencies.find((one) => one.agency_name === 'msp')
    await using world = await changed(builder, () =>
      Object.assign(agency ?? {}, until('2026-01-01T00:00:00.000000Z')),
    )
    const expired = await world.audit()
    expect(expired.outputs).toMatchObject({ result: 'unchanged', 'no-longer-held': '0' })
    expect(expired.report.dormant).toMatchObject([{ agency: 'msp', why: 'expired' }])
    Object.assign(agency ?? {}, until('2036-01-01T00:00:00.000000Z'))
    expect((await world.audit()).outputs).toMatchObject({ result: 'unchanged', complete: 'true' })
    const baseline = JSON.parse(world.files[BASELINE] as string)
    world.files[BASELINE] = JSON.stringify({
      ...baseline,
      approvals: baseline.approvals.filter((one: { agency?: string }) => one.agency !== 'msp'),
    })
    expect((await world.audit()).report.drift.unapproved_holders).toMatchObject([{ principal: 'msp' }])
  })

  test('one that expired before it was ever approved is drift once it is renewed', async () => {
    const agency = { duration: '24', expire_time: '2026-01-01T00:00:00.000000Z' }
    const builder = company()
      .legacyAgency('migration', partner, agency)
      .grantRole('FullAccess', { agency: 'migration' })
    await using world = await changed(builder, () => {})
    expect((await world.audit()).outputs.result).toBe('unchanged')
    operator(builder).updateLegacyAgency('migration', { duration: 'FOREVER', expire_time: null })
    expect((await world.audit()).report.drift.unapproved_holders).toMatchObject([{ principal: 'migration' }])
  })
})

/** Deletes ops-admin and makes it anew, by the same name and with the same policy. */
function anew(builder: Builder, trust: unknown): void {
  const operations = operator(builder)
  operations.deleteAgency('ops-admin').createAgency('ops-admin', trust)
  operations.attachPolicy('Ops', { agency: 'ops-admin' })
}

test('update-baseline writes an agency that is open to everybody only when it is named', async () => {
  await using world = await changed(company(), (builder) => operator(builder).updateTrustPolicy('ci', open))
  const update = (users: string) =>
    world.audit({ event: 'workflow_dispatch', inputs: { mode: 'update-baseline', users } })
  const all = await update('')
  expect(all.outputs.result).toBe('unchanged')
  expect(all.summary).toContain('ci')
  expect((await update('ci')).outputs.result).toBe('updated')
})
