import { describe, expect, test } from '@jest/globals'
import {
  AccountBuilder,
  allow,
  document,
  idOf,
  trustIam,
  trustOidc,
  urnOf,
} from '../../simulator/iam/account.ts'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { everySource, type StageOptions, stage } from './stage.ts'

const partner = { domain_id: 'f'.repeat(32), domain_name: 'partner' }
const company = () =>
  new AccountBuilder('agencies')
    .users('alice')
    .policy('P', document(allow('iam:*:*')))
    .agency('ci', trustOidc('iam::x:oidcProvider:github'))
    .agency('ops', trustIam('a'.repeat(32)), { path: 'team/' })
    .legacyAgency('msp', partner, { expire_time: '2026-12-01T00:00:00.000Z' })
    .attach('P', { agency: 'ci' })
    .attach('P', { user: 'alice' })

const run = (builder: AccountBuilder, options: StageOptions = {}, more = {}): Promise<Snapshot> =>
  stage(builder.account, options).run({ sources: everySource, ...more })
const coverageOf = ({ coverage }: Snapshot) => coverage.find((row) => row.source === 'agencies')

describe.each(['policy-first', 'group-first'] as const)('%s', (method) => {
  test('agencies of both kinds, whom they trust, until when, and what is attached to them', async () => {
    const { account } = company()
    const snapshot = await run(company(), {}, { method })
    expect(snapshot.gaps).toEqual([])
    const [ci, ops, msp] = snapshot.agencies
    // The bytes of the trust policy are the cloud's: approvals hash them.
    expect(ci?.trust_policy).toBe(account.agencies[0]?.trust_policy)
    expect(ci).toMatchObject({ agency_name: 'ci', trust_domain_id: null, expire_time: null })
    expect(ops).toMatchObject({ path: 'team/', urn: urnOf(account, 'agency', 'team/ops') })
    expect(msp).toMatchObject({ trust_policy: null, trust_domain_id: partner.domain_id })
    expect(msp).toMatchObject({ trust_domain_name: 'partner', expire_time: '2026-12-01T00:00:00.000000' })
    expect(snapshot.attachments.map((one) => `${one.principal_type} ${one.principal_id}`).sort()).toEqual(
      [`agency ${idOf('agency', 'ci')}`, `user ${idOf('user', 'alice')}`].sort(),
    )
    expect(coverageOf(snapshot)).toEqual({ source: 'agencies', status: 'audited', count: 3 })
    expect(snapshot.population.agencies).toEqual({ seen: 3, expected: 3 })
  })
})

test('a refused list of validity is a notice that names the action; all count as valid', async () => {
  const fault = (target: string) => (target.includes('OS-AGENCY/agencies') ? { status: 403 } : null)
  const snapshot = await run(company(), { fault })
  expect(snapshot.gaps).toEqual([])
  expect(snapshot.notices.join()).toContain('iam:agencies:listAgencies')
  expect(snapshot.agencies.every((one) => one.expire_time === null)).toBe(true)
})

test('a refused list of agencies is a gap for everybody, or a notice where it is optional', async () => {
  const fault = (target: string) => (target.startsWith('/v5/agencies?') ? { status: 403 } : null)
  const required = await run(company(), { fault })
  expect(required.gaps[0]).toMatchObject({
    iam_action: 'iam:agencies:listV5',
    scope: { type: 'source', source: 'agencies' },
  })
  expect(coverageOf(required)).toMatchObject({ status: 'denied' })
  const sources = { ...everySource, agencies: 'optional' }
  const optional = await run(company(), { fault }, { sources })
  expect([optional.gaps, coverageOf(optional)?.status]).toEqual([[], 'denied'])
  expect(coverageOf(await run(company(), {}, { sources: { ...sources, agencies: 'off' } }))?.status).toBe(
    'off',
  )
})

test('the account is called by its name where an agency trusts its own account', async () => {
  const builder = company()
  const { account_id } = builder.account
  builder.legacyAgency('own', { domain_id: account_id, domain_name: 'acme' })
  expect((await run(company())).account_name).toBeNull()
  expect((await run(builder)).account_name).toBe('acme')
})

describe('providers that trust policies name', () => {
  test('issuer with client ids, and thumbprints as they stand, in lower case', async () => {
    const builder = company().oidcProvider('github', {
      ...{ url: 'https://token.example', client_ids: ['b', 'a', 'b'], thumbprints: ['FF01', '00aa'] },
    })
    const snapshot = await run(builder.samlProvider('corp'))
    expect(snapshot.gaps).toEqual([])
    expect(snapshot.trust_providers).toMatchObject([
      {
        ...{ kind: 'oidc', provider_name: 'github', urn: urnOf(builder.account, 'oidcProvider', 'github') },
        ...{ issuer: 'https://token.example a,b', keys: ['00aa', 'ff01'] },
      },
      {
        ...{ kind: 'saml', provider_name: 'corp', issuer: 'https://corp.example.com/saml' },
        keys: [expect.stringMatching(/^[0-9a-f]{64}$/)],
      },
    ])
  })

  test('nothing is asked where the summary counts none', async () => {
    const one = stage(company().account)
    await one.run({ sources: everySource })
    expect(one.targets.filter((target) => target.includes('-providers'))).toEqual([])
  })

  test('where the summary may not be read they are asked for; a path that nothing answers means none', async () => {
    const fault = (target: string) =>
      target.includes('-providers')
        ? { status: 404, body: '{"error_code":"APIGW.0101"}' }
        : target.includes('account-summary')
          ? { status: 403 }
          : null
    expect((await run(company(), { fault })).gaps).toEqual([])
  })

  test('metadata that names no certificate is a gap for that provider', async () => {
    const snapshot = await run(company().samlProvider('corp', { metadata: '<a/>' }))
    expect(snapshot.gaps.map((gap) => gap.scope)).toEqual([
      { type: 'provider', provider_id: idOf('saml', 'corp') },
    ])
    expect(snapshot.trust_providers).toMatchObject([{ issuer: null, keys: null }])
  })
})
