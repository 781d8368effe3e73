import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import {
  AccountBuilder,
  allow,
  type AccountBuilder as Builder,
  certificateOf,
  document,
  idOf,
  samlMetadata,
} from '../../simulator/iam/account.ts'
import { forbidden } from '../../simulator/iam/faults.ts'
import { type Change, changed, expectDriftAndWayOut, operator } from './changed.ts'
import { plainConfig } from './world.ts'

const entityId = 'https://corp.example.com/saml'
const metadataOf = (...names: readonly string[]) => ({
  entity_id: entityId,
  data: samlMetadata(entityId, names.map(certificateOf)),
})

const digestOf = (certificate: string): string =>
  createHash('sha256')
    .update(Buffer.from(certificateOf(certificate), 'base64'))
    .digest('hex')

/** A rule that makes whoever passes these tests a member of ops. */
const rule = (...tests: readonly object[]) => [
  {
    local: [{ user: { name: '{0}' } }, { group: { name: 'ops' } }],
    remote: [{ type: 'UserName' }, ...tests],
  },
]
const cloudOps = { type: 'Groups', any_one_of: ['cloud-ops'] }
const onCall = { type: 'Groups', any_one_of: ['on-call'] }

/** alice administers as a user; whoever corp or partners vouches for, by the same group. old-corp is disabled. */
const company = (): Builder =>
  new AccountBuilder('acme')
    .users('alice')
    .group('ops', 'alice')
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { group: 'ops' })
    .mapping('corp-mapping', rule(cloudOps))
    .samlIdentityProvider('corp', { mapping: 'corp-mapping' })
    .mapping('partner-mapping', rule(onCall))
    .oidcIdentityProvider('partners', {
      mapping: 'partner-mapping',
      issuer: 'https://partners.example',
      clientId: 'one',
    })
    .mapping('old-mapping', rule())
    .samlIdentityProvider('old-corp', { mapping: 'old-mapping' }, { enabled: false })

const partnersOpenId = (builder: Builder, clientId: string) => {
  const provider = builder.account.identity_providers.find((one) => one.provider_id === 'partners')
  const openid = provider?.protocols[0]?.openid
  if (!openid) throw new Error('partners has no OpenID configuration')
  operator(builder).updateProtocol('partners', { openid: { ...openid, client_id: clientId } })
}

describe('from an approved green state', () => {
  const corp = { kind: 'exceeds_approval', who: ['corp → ops'] } as const
  const changes: Change[] = [
    {
      name: 'a mapping widened from one group of the provider to everybody',
      ...corp,
      change: (builder) => operator(builder).updateMapping('corp-mapping', rule()),
      says: 'a mapping lets in whoever has anything at all',
      path: 'whoever `corp` vouches for → group `ops` → `Ops` v1, statement 1, `iam:*:*`',
      row: {
        ...{ principal_type: 'federated', principal_id: `corp/${idOf('group', 'ops')}` },
        ...{ grants: [], when: [[]], issuer: null, keys: [] },
      },
    },
    {
      name: 'its attribute exchanged, with the same value',
      ...corp,
      change: (builder) =>
        operator(builder).updateMapping('corp-mapping', rule({ ...cloudOps, type: 'Department' })),
      says: 'a mapping lets in whoever has `Department` = `cloud-ops`',
      row: { when: [[{ type: 'Department', any_one_of: ['cloud-ops'] }]] },
    },
    {
      name: 'one more rule that gives the group',
      ...corp,
      change: (builder) =>
        operator(builder).updateMapping('corp-mapping', [...rule(cloudOps), ...rule(onCall)]),
      says: 'a mapping lets in whoever has `Groups` = `on-call`',
      row: { when: [[onCall]] },
    },
    {
      name: 'the provider made anew with another certificate',
      ...corp,
      change: (builder) =>
        operator(builder)
          .deleteIdentityProvider('corp')
          .createIdentityProvider('corp')
          .createProtocol('corp', {
            ...{ protocol_id: 'saml', mapping_id: 'corp-mapping', openid: null },
            metadata: metadataOf('mallory'),
          }),
      says: `who vouches changed: another key verifies that (\`${digestOf('mallory')}\`)`,
      row: { when: [], issuer: null, keys: [digestOf('mallory')] },
      undo: (builder) => operator(builder).updateProtocol('corp', { metadata: metadataOf('corp') }),
    },
    {
      name: 'another client id beside the first',
      ...{ kind: 'exceeds_approval', who: ['partners → ops'] },
      change: (builder) => partnersOpenId(builder, 'one,two'),
      says: 'who vouches changed: `https://partners.example one,two` vouches',
      row: { when: [], keys: [], issuer: expect.stringContaining('https://partners.example ') },
      undo: (builder) => partnersOpenId(builder, 'one'),
    },
    {
      name: 'a disabled provider enabled',
      ...{ kind: 'unapproved_holders', who: ['old-corp → ops'] },
      change: (builder) => operator(builder).updateIdentityProvider('old-corp', { enabled: true }),
      says: '`old-corp` makes people members of group `ops`: lets in whoever has anything at all',
      row: { when: [[]], issuer: 'https://old-corp.example.com/saml' },
    },
  ]
  test.each(changes)('$name', async (change) => {
    await expectDriftAndWayOut(company(), change)
  })

  test('a mapping narrowed is green, and reduced', async () => {
    const mfa = { type: 'Mfa', any_one_of: ['yes'] }
    await using world = await changed(company(), (builder) =>
      operator(builder).updateMapping('corp-mapping', rule(cloudOps, mfa)),
    )
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'reduced', complete: 'true' })
    expect(run.exitCode).toBe(0)
    expect(run.report.reduced).toMatchObject([{ principal_type: 'federated', principal: 'corp → ops' }])
  })

  test('a rule that cannot be read is a gap for that provider, and takes nothing from the others', async () => {
    await using world = await changed(company(), (builder) =>
      operator(builder).updateMapping('corp-mapping', [{ local: 'ops' }]),
    )
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'incomplete', complete: 'false' })
    expect(run.report.gaps).toMatchObject([
      {
        code: 'undetermined-mapping',
        document: { kind: 'mapping', mapping_id: 'corp-mapping', provider: 'corp' },
        reaches: [{ principal_type: 'federated', principal: 'corp → *' }],
      },
    ])
    // Nobody is said to have lost what could not be read.
    expect(run.report.no_longer_held).toEqual([])
    expect(run.report.grants.map((grant: { principal: string }) => grant.principal)).toContain(
      'partners → ops',
    )
  })

  test('403 on the metadata is a gap for that provider, with the action that is missing', async () => {
    await using world = await changed(company(), () => {})
    world.cloud.fault(forbidden('iam:identityProviders:getIDPMetadata'))
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'incomplete', complete: 'false' })
    const [gap] = run.report.gaps
    expect(gap).toMatchObject({ code: 'forbidden', iam_action: 'iam:identityProviders:getIDPMetadata' })
    const reached = gap.reaches.map((one: { principal: string }) => one.principal)
    expect(reached).toEqual(['corp → *', 'corp → ops'])
    expect(run.report.no_longer_held).toEqual([])
  })

  test('off: federated users are neither looked at nor said to hold less', async () => {
    await using world = await changed(company(), () => {})
    const files = { '.github/iam-audit.yml': `${plainConfig}sources:\n  federation: off\n` }
    const run = await world.audit({ files })
    expect(run.outputs).toMatchObject({ result: 'unchanged', coverage: 'partial', 'no-longer-held': '0' })
    expect(run.summary).toContain('federated users (switched off)')
  })
})
