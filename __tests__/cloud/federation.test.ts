import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, certificateOf, samlMetadata } from '../../simulator/iam/account.ts'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { readSamlMetadata } from '../../src/cloud/iam/saml-metadata.ts'
import { joinWords, openIdWord } from '../../src/cloud/iam/vouching.ts'
import { everySource, type StageOptions, stage } from './stage.ts'

const rules = [{ remote: [{ type: 'UserName' }], local: [{ group: { name: 'ops' } }] }]
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const digestOf = (name: string): string => sha256(Buffer.from(certificateOf(name), 'base64'))

const company = () =>
  new AccountBuilder('federation')
    .users('alice')
    .group('ops')
    .mapping('m', rules)
    .samlIdentityProvider('corp', { mapping: 'm' })
    .oidcIdentityProvider('login', { mapping: 'm', issuer: 'https://login.example', clientId: 'cloud' })

const run = (builder: AccountBuilder, options: StageOptions = {}, more = {}): Promise<Snapshot> =>
  stage(builder.account, options).run({ sources: everySource, ...more })
const coverageOf = ({ coverage }: Snapshot) => coverage.find((row) => row.source === 'federation')

test('providers with protocols, mappings, and who vouches', async () => {
  const snapshot = await run(company())
  expect(snapshot.gaps).toEqual([])
  expect(snapshot.providers).toEqual([
    {
      ...{ provider_id: 'corp', sso_type: 'virtual_user_sso', enabled: true, sso_users: null },
      protocols: [{ protocol_id: 'saml', mapping_id: 'm' }],
      ...{ issuer: 'https://corp.example.com/saml', keys: [digestOf('corp')] },
    },
    {
      ...{ provider_id: 'login', sso_type: 'virtual_user_sso', enabled: true, sso_users: null },
      protocols: [{ protocol_id: 'oidc', mapping_id: 'm' }],
      issuer: 'https://login.example cloud',
      keys: [sha256('{"e":"AQAB","kid":"login","kty":"RSA","n":"login","use":"sig"}')],
    },
  ])
  expect(snapshot.mappings).toEqual([
    { mapping_id: 'm', rules: '[{"local":[{"group":{"name":"ops"}}],"remote":[{"type":"UserName"}]}]' },
  ])
  expect(coverageOf(snapshot)).toEqual({ source: 'federation', status: 'audited', count: 2 })
})

test('nothing is asked where there is nothing, and metadata only once', async () => {
  const asked = async (builder: AccountBuilder): Promise<string[]> => {
    const one = stage(builder.account)
    await one.run({ sources: everySource })
    return one.targets.filter((target) => target.includes('FEDERATION'))
  }
  expect(new Set(await asked(new AccountBuilder('none').users('a')))).toEqual(
    new Set(['/v3/OS-FEDERATION/identity_providers']),
  )
  const idle = new AccountBuilder('idle').users('a').samlIdentityProvider('corp')
  expect((await asked(idle)).filter((target) => /mappings|metadata/.test(target))).toEqual([])
  const full = await asked(company())
  expect(full.filter((target) => /metadata|openid/.test(target))).toHaveLength(2)
  const off = stage(company().account)
  const snapshot = await off.run({ sources: { ...everySource, federation: 'off' } })
  expect(coverageOf(snapshot)?.status).toBe('off')
  expect(off.targets.filter((target) => target.includes('FEDERATION'))).toEqual([])
})

test('a disabled or unbound provider is there, and nobody asks who vouches', async () => {
  const builder = new AccountBuilder('idle').users('a').mapping('m', rules)
  builder.samlIdentityProvider('off', { mapping: 'm' }, { enabled: false }).samlIdentityProvider('unbound')
  const snapshot = await run(builder)
  expect(snapshot.gaps).toEqual([])
  expect(snapshot.providers.map((one) => [one.provider_id, one.enabled, one.issuer])).toEqual([
    ['off', false, null],
    ['unbound', true, null],
  ])
})

test('a provider whose people act as IAM users: who vouches, and how many it logs in', async () => {
  const builder = new AccountBuilder('sso').users('alice', 'bob')
  const bound_users = builder.account.users.slice(-1).map((one) => one.user_id)
  builder.samlIdentityProvider('corp', {}, { sso_type: 'iam_user_sso', bound_users })
  const snapshot = await run(builder)
  expect(snapshot.gaps).toEqual([])
  expect(snapshot.providers).toMatchObject([{ sso_users: 1, issuer: 'https://corp.example.com/saml' }])
  const fault = (target: string) => (target.includes('OS-USER') ? { status: 403 } : null)
  const refused = await run(builder, { fault })
  expect([refused.gaps, refused.providers[0]?.sso_users]).toEqual([[], null])
})

test.each([
  ['/metadata', 403, { type: 'provider', provider_id: 'corp' }, 'iam:identityProviders:getIDPMetadata'],
  ['/openid-connect', 404, { type: 'provider', provider_id: 'login' }, null],
  ['corp/protocols', 403, { type: 'provider', provider_id: 'corp' }, 'iam:identityProviders:listProtocols'],
  ['/mappings', 403, { type: 'source', source: 'federation' }, 'iam:identityProviders:listMappings'],
])('%s that answers %i is a gap', async (path, status, scope, action) => {
  const isFor = (target: string): boolean => target.split('?')[0]?.includes(path) === true
  const fault = (target: string) =>
    isFor(target) && !(path === 'corp/protocols' && target.includes('metadata')) ? { status } : null
  const snapshot = await run(company(), { fault })
  expect(snapshot.gaps).toMatchObject([{ scope, iam_action: action }])
})

test.each([
  ['no XML', 'corp', { metadata: 'nothing' }],
  ['no certificate', 'corp', { metadata: samlMetadata('https://x', []) }],
])('metadata with %s is a gap for that provider', async (_name, id, setup) => {
  const builder = new AccountBuilder('odd').users('a').mapping('m', rules)
  builder.samlIdentityProvider(id, { mapping: 'm', ...setup })
  const snapshot = await run(builder)
  expect(snapshot.gaps).toMatchObject([{ code: 'unreadable', scope: { type: 'provider', provider_id: id } }])
  expect(snapshot.providers).toMatchObject([{ issuer: null, keys: null }])
})

test('a mapping that changes while it is read is read as it comes to rest', async () => {
  const builder = company()
  let asked = 0
  const widened = [{ remote: [], local: [{ group: { name: 'admin' } }] }]
  const snapshot = await run(builder, {
    before: (target) => {
      const [mapping] = builder.account.mappings
      if (mapping && target.includes('mappings') && ++asked === 2) mapping.rules = widened
    },
  })
  expect(snapshot.mappings[0]?.rules).toContain('admin')
  expect(asked).toBe(3)
})

describe('SAML metadata', () => {
  const certificate = '<ds:X509Certificate>\n  QUJD\n</ds:X509Certificate>'
  const key = (attributes: string, inside = certificate): string =>
    `<KeyDescriptor${attributes}><ds:KeyInfo><ds:X509Data>${inside}</ds:X509Data></ds:KeyInfo></KeyDescriptor>`
  const entity = (inside: string, id = 'https://idp'): string =>
    `<md:EntityDescriptor entityID="${id}"><md:IDPSSODescriptor>${inside}</md:IDPSSODescriptor></md:EntityDescriptor>`
  const read = (text: string) => {
    const found = readSamlMetadata(text)
    return found && [found.entityIds, found.certificates.map((one) => Buffer.from(one).toString())]
  }

  test.each<[string, string, unknown]>([
    ['plain', entity(key('')), [['https://idp'], ['ABC']]],
    [
      'with a declaration and comments',
      `<?xml version="1.0"?><!-- > --> ${entity(key(' use="signing"'))}\n`,
      [['https://idp'], ['ABC']],
    ],
    ['an encryption key alone', entity(key(' use="encryption"')), null],
    [
      'an encryption key beside',
      entity(key('') + key(" use='encryption'", certificate.replace('QUJD', 'REVG'))),
      [['https://idp'], ['ABC']],
    ],
    [
      'a comment inside the certificate',
      entity(key('', certificate.replace('QU', 'QU<!-- x -->'))),
      [['https://idp'], ['ABC']],
    ],
    [
      'CDATA',
      entity(key('', '<X509Certificate><![CDATA[QUJD]]></X509Certificate>')),
      [['https://idp'], ['ABC']],
    ],
    ['a character that is escaped', entity(key(''), 'https://a&amp;b&#x41;'), [['https://a&bA'], ['ABC']]],
    ['a > in an attribute', entity(key(' name="a>b"')), [['https://idp'], ['ABC']]],
    [
      'two entities',
      `<EntitiesDescriptor>${entity(key(''), 'b')}${entity(key(''), 'a')}</EntitiesDescriptor>`,
      [
        ['a', 'b'],
        ['ABC', 'ABC'],
      ],
    ],
    [
      'a certificate of a service provider',
      `<EntityDescriptor entityID="x"><SPSSODescriptor>${key('')}</SPSSODescriptor></EntityDescriptor>`,
      null,
    ],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${entity(key(''))}`, null],
    ['an element that does not end', entity(key('')).slice(0, -5), null],
    ['elements that cross', entity('<a><b></a></b>'), null],
    ['two roots', entity(key('')) + entity(key('')), null],
    ['no entity id', entity(key(''), ''), null],
    ['text after the end', `${entity(key(''))}x`, null],
    ['an attribute twice', entity(key(' use="signing" use="encryption"')), null],
    ['endless depth', '<a>'.repeat(10_000), null],
  ])('%s', (_name, text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  // How long it takes is in `bench/hostile.ts`.
  test('half a megabyte of it is read, or refused', () => {
    const many = entity(key('').repeat(4000))
    expect(read(many)?.[1]).toHaveLength(4000)
    expect(read(`${'<a '.repeat(150_000)}`)).toBeNull()
    expect(read(`<a ${'x="" '.repeat(80_000)}`)).toBeNull()
  })
})

test.each(['', 'null', '{}', '{"keys":[]}', '{"keys":7}', 'no JSON'])(
  'the key set %j cannot be read',
  (text) => {
    expect(openIdWord('https://i', 'c', text)).toBeNull()
  },
)

test('several protocols of one provider are joined', () => {
  const words = [
    { issuer: 'b', keys: ['2', '1'] },
    { issuer: 'a', keys: ['1'] },
  ]
  expect(joinWords(words)).toEqual({ issuer: 'a; b', keys: ['1', '2'] })
  expect(joinWords([])).toBeNull()
})
