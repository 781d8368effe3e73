import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type TrustInventory, TrustPrincipals } from '../../../src/policy/language/trust-parties.ts'
import { isServiceLinked, readTrust, type Trust } from '../../../src/policy/language/trust-policy.ts'
import { coversTrusted, type TrustedItem } from '../../../src/policy/language/trusted.ts'

interface Case {
  readonly name: string
  readonly trust_policy: unknown
  readonly agency?: { readonly trust_domain_id: string | null; readonly trust_domain_name: string | null }
  /** `unknown`: the document itself. */
  readonly trusted: readonly (TrustedItem & { readonly open?: true })[] | 'unknown'
  readonly dormant?: true
  readonly denies?: readonly number[]
  /** False: no list has whom the policy names. */
  readonly listed?: false
}

const cases = JSON.parse(
  readFileSync(new URL('cases/trust-policies.json', import.meta.url), 'utf8'),
) as readonly Case[]

const account = '0123456789abcdef0123456789abcdef'
const other = 'fedcba9876543210fedcba9876543210'
const inventory: TrustInventory = {
  account,
  users: [{ user_id: '00000000000000000000000000000a11', urn: `iam::${account}:user:alice` }],
  agencies: [
    {
      agency_id: '00000000000000000000000000000c11',
      agency_name: 'ci',
      urn: `iam::${account}:agency:team/ci`,
    },
  ],
  providers: [
    {
      urn: `iam::${account}:oidcProvider:github`,
      issuer: 'https://token.actions.githubusercontent.com sts.huaweicloud.com',
      keys: ['9f86', '2b18'],
    },
    { urn: `iam::${account}:samlProvider:corp`, issuer: 'https://idp.example/saml', keys: ['9f86'] },
  ],
}
const withUnread = {
  ...inventory,
  providers: [
    ...inventory.providers,
    { urn: `iam::${account}:oidcProvider:unread`, issuer: null, keys: null },
  ],
}
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const textOf = (policy: unknown): string | null =>
  policy === null || typeof policy === 'string' ? policy : JSON.stringify(policy)

function read(one: Pick<Case, 'trust_policy' | 'agency'>, known: TrustInventory = inventory): Trust {
  return readTrust(
    {
      trust_policy: textOf(one.trust_policy),
      trust_domain_id: one.agency?.trust_domain_id ?? null,
      trust_domain_name: one.agency?.trust_domain_name ?? null,
    },
    { principals: new TrustPrincipals(known), sha256 },
  )
}

describe('trust policies', () => {
  test.each(cases)('$name', (one) => {
    const known = one.listed === false ? { ...inventory, users: [], agencies: [], providers: [] } : inventory
    const trust = read(one, one.name === 'a provider that is unread' ? withUnread : known)
    if (one.trusted === 'unknown') {
      expect(trust.undetermined).not.toBeNull()
      expect(trust.trusted).toEqual([{ document: sha256(textOf(one.trust_policy) ?? '') }])
      expect(trust.dormant).toBe(false)
      return
    }
    expect(trust.undetermined).toBeNull()
    const shown = trust.trusted.map((item) => (trust.open.has(item) ? { ...item, open: true } : item))
    expect(shown).toEqual(one.trusted)
    expect(trust.dormant).toBe(one.dormant === true)
    if (one.denies !== undefined) expect(trust.denies.map((deny) => deny.statement)).toEqual(one.denies)
  })
})

test('a trust policy nested thousands deep is undetermined', () => {
  const policy = `{"Version":"5.0","Statement":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  expect(read({ trust_policy: policy }).undetermined).not.toBeNull()
})

test.each([
  ['service-linked-agency/service.CBH/', { Service: ['service.CBH'] }, true],
  ['/service-linked-agency/service.CBH/', { Service: 'service.CBH' }, true],
  ['service-linked-agency/service.CBH/', { Service: ['service.ECS'] }, false],
  ['service-linked-agency/service.CBH/', { Service: ['service.CBH', 'service.ECS'] }, false],
  ['service-linked-agency/service.CBH/', { Service: ['service.CBH'], IAM: [other] }, false],
  ['service-linked-agency/service.CBH/x/', { Service: ['service.CBH'] }, false],
  ['', { Service: ['service.CBH'] }, false],
] as const)('an agency under %j that trusts %j is service-linked: %j', (path, Principal, expected) => {
  const Statement = { Effect: 'Allow', Action: 'sts:agencies:assume', Principal }
  expect(isServiceLinked(path, read({ trust_policy: { Version: '5.0', Statement } }))).toBe(expected)
})

test('an undetermined trust is not service-linked', () => {
  expect(isServiceLinked('service-linked-agency/x/', read({ trust_policy: '{' }))).toBe(false)
})

const condition = { StringEquals: { 'oidc:sub': ['a', 'b'] } }
const provider = { provider: `iam::${account}:oidcProvider:github`, issuer: 'i', keys: ['k1', 'k2'] }
const user = { user: `iam::${other}:user:bob` }
const agency = { agency: `iam::${other}:agency:a/ops` }

const coverings: readonly (readonly [approved: TrustedItem, item: TrustedItem, covers: boolean])[] = [
  [{ account: other }, { account: other }, true],
  [{ account: other }, { account: account }, false],
  [{ account: other }, user, true],
  [{ account: other }, agency, true],
  [{ account: account }, user, false],
  [{ account: other }, { user: `iam::${other}:user:b*` }, true],
  [{ account: other }, { user: 'iam::*:user:bob' }, false],
  [{ account: other }, { agency: `sts::${other}:assumed-agency:o*` }, true],
  [{ account: other }, { everybody: true }, false],
  [{ account: other }, { service: 'op_svc_ecs', account: other }, false],
  [user, { account: other }, false],
  [user, { user: `iam::${other}:user:BOB` }, true],
  [user, { agency: user.user }, false],
  [{ everybody: true }, { account: other }, true],
  [{ everybody: true }, user, true],
  [{ everybody: true }, agency, true],
  [{ everybody: true }, { everybody: true }, true],
  [{ everybody: true }, { service: 'service.ECS' }, false],
  [{ everybody: true }, provider, false],
  [{ everybody: true }, { document: 'd' }, false],
  [{ service: 'service.ECS' }, { service: 'service.ECS' }, true],
  [{ service: 'op_svc_ecs', account: other }, { service: 'op_svc_ecs', account: other }, true],
  [{ service: 'op_svc_ecs', account: other }, { service: 'op_svc_ecs', account: account }, false],
  [{ service: 'op_svc_ecs' }, { service: 'op_svc_ecs', account: other }, false],
  [{ document: 'd' }, { document: 'd' }, true],
  [{ document: 'd' }, { document: 'e' }, false],
  [provider, provider, true],
  [provider, { ...provider, keys: ['k1'] }, true],
  [provider, { ...provider, keys: ['k1', 'k3'] }, false],
  [provider, { ...provider, issuer: 'j' }, false],
  [provider, { provider: provider.provider }, true],
  [{ provider: provider.provider }, provider, false],
  [{ account: other, condition }, { account: other, condition }, true],
  [
    { account: other, condition: { StringEquals: { 'oidc:sub': ['b', 'a'] } } },
    { account: other, condition },
    true,
  ],
  [{ account: other, condition }, { account: other }, false],
  [{ account: other }, { account: other, condition }, true],
  [{ account: other, condition: {} }, { account: other, condition }, true],
  [{ account: other, condition }, { ...user, condition }, true],
]

test.each(coverings)('approving %j covers %j: %j', (approved, item, covers) => {
  expect(coversTrusted(approved, item)).toBe(covers)
})
