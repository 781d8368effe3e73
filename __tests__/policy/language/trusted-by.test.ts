import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TrustPrincipals } from '../../../src/policy/language/trust-parties.ts'
import { readTrust, type Trust } from '../../../src/policy/language/trust-policy.ts'
import { assumerOf, type TrustedBy, trustedBy } from '../../../src/policy/language/trusted-by.ts'
import type { Condition } from '../../../src/policy/types.ts'
import { settings } from '../../property-settings.ts'

const own = '0123456789abcdef0123456789abcdef'
const other = 'fedcba9876543210fedcba9876543210'

const people = {
  alice: { kind: 'user', name: 'alice', urn: `iam::${own}:user:alice` },
  Bob: { kind: 'user', name: 'Bob', urn: `iam::${own}:user:Bob` },
  ci: { kind: 'agency', name: 'ci', urn: `iam::${own}:agency:team/ci` },
  ops: { kind: 'agency', name: 'ops', urn: `iam::${own}:agency:ops` },
  corp: { kind: 'federated', name: 'corp → ops', urn: null },
} as const
type Name = keyof typeof people
const names = Object.keys(people) as Name[]

const principals = new TrustPrincipals({
  account: own,
  users: [
    { user_id: '00000000000000000000000000000a11', urn: people.alice.urn },
    { user_id: '00000000000000000000000000000b0b', urn: people.Bob.urn },
  ],
  agencies: [
    { agency_id: '00000000000000000000000000000c11', agency_name: 'ci', urn: people.ci.urn },
    { agency_id: '00000000000000000000000000000095', agency_name: 'ops', urn: people.ops.urn },
  ],
  providers: [],
})

function read(...statements: readonly object[]): Trust {
  return readTrust(
    {
      trust_policy: JSON.stringify({ Version: '5.0', Statement: statements }),
      trust_domain_id: null,
      trust_domain_name: null,
    },
    { principals, sha256: () => '' },
  )
}

/** A condition on the user's name excludes every other user, as the account itself contradicts it. */
function contradicted(name: Name, condition: Condition): boolean {
  const meant = condition.StringEquals?.['g:UserName']
  return people[name].kind === 'user' && meant !== undefined && !meant.includes(people[name].name)
}

function ask(trust: Trust, name: Name): readonly TrustedBy[] {
  return trustedBy(trust, assumerOf(own, people[name]), (condition) => contradicted(name, condition))
}

/** Whom each form of a value names, and whom a Deny of it surely names as a whole. */
interface Form {
  readonly value: string
  readonly by: TrustedBy['by']
  readonly named: readonly Name[]
  readonly surely?: readonly Name[]
}

const forms: readonly Form[] = [
  { value: own, by: 'account', named: names },
  { value: `iam::${own}:root`, by: 'account', named: names },
  { value: `urn:csp:iam::${own}:root`, by: 'account', named: names },
  { value: `iam::${own}:*`, by: 'account', named: names },
  { value: `iam::${own}:user:*`, by: 'account', named: names, surely: ['alice', 'Bob'] },
  { value: `iam::${own}:agency:*`, by: 'account', named: names, surely: ['ci', 'ops'] },
  { value: 'iam::0123*:root', by: 'account', named: names },
  { value: '*', by: 'everybody', named: names },
  { value: 'iam::*:*', by: 'everybody', named: names },
  { value: other, by: 'account', named: [] },
  { value: `iam::${other}:user:alice`, by: 'urn', named: [] },
  { value: `iam::${own}:user:ALICE`, by: 'urn', named: ['alice'] },
  { value: '00000000000000000000000000000b0b', by: 'urn', named: ['Bob'] },
  { value: '00000000000000000000000000000c11', by: 'urn', named: ['ci'] },
  { value: `iam::${own}:user:?o*`, by: 'urn', named: ['Bob'] },
  { value: 'iam::*:user:alice', by: 'urn', named: ['alice'] },
  { value: `iam::${own}:*i*`, by: 'urn', named: ['alice', 'ci'] },
  { value: `iam::${own}:agency:team/ci`, by: 'urn', named: ['ci'] },
  { value: `iam::${own}:agency:team/*`, by: 'urn', named: ['ci'] },
  // Whether an agency with a path is meant by its name alone is not documented.
  { value: `iam::${own}:agency:ci`, by: 'urn', named: ['ci'], surely: [] },
  { value: `sts::${own}:assumed-agency:ci/*`, by: 'urn', named: ['ci'] },
  { value: `sts::${own}:assumed-agency:team/ci/*`, by: 'urn', named: ['ci'] },
  { value: `sts::${own}:assumed-agency:OPS`, by: 'urn', named: ['ops'] },
  { value: `sts::${own}:assumed-agency:ops/one`, by: 'urn', named: ['ops'], surely: [] },
  { value: `sts::${own}:assumed-agency:o*`, by: 'urn', named: ['ops'] },
  { value: `sts::${own}:assumed-agency:c*`, by: 'urn', named: ['ci'], surely: [] },
  { value: `sts::${own}:assumed-agency:*`, by: 'urn', named: ['ci', 'ops'] },
]

test.each(forms)('$value names $named', ({ value, by, named, surely }) => {
  const allow = { Effect: 'Allow', Action: 'sts:agencies:assume', Principal: { IAM: value } }
  const trusted = (name: Name): string[] => ask(read(allow), name).map((one) => one.by)
  expect(names.map(trusted)).toEqual(names.map((name) => (named.includes(name) ? [by] : [])))
  // A Deny of it beside trust in everybody leaves whom it does not surely name.
  const everybody = { ...allow, Principal: { IAM: ['iam::*:user:*'] } }
  const deny = { ...allow, Effect: 'Deny' }
  const left = names.filter((name) => ask(read(everybody, deny), name).length > 0)
  const all = value === '*' || value === 'iam::*:*'
  expect(left).toEqual(all ? [] : names.filter((name) => !(surely ?? named).includes(name)))
})

test('a trust that is undetermined counts as trust in the account', () => {
  const trust = read({ Effect: 'Allow', Action: 'sts:agencies:assume', Principal: { Unknown: 'x' } })
  expect(names.flatMap((name) => ask(trust, name))).toEqual(
    names.map(() => ({ by: 'document', statement: null, item: trust.trusted[0] })),
  )
})

test('services and providers are nobody of the account', () => {
  const Principal = { Service: '*', Federated: `iam::${own}:oidcProvider:x` }
  const trust = read({ Effect: 'Allow', Action: 'sts:agencies:*', Principal })
  expect(names.flatMap((name) => ask(trust, name))).toEqual([])
})

test.each([
  [own, 'partner', 'account'],
  [other, 'partner', undefined],
  // The account by which a service is trusted may be this one.
  [own, 'op_svc_ecs', 'account'],
  [other, 'op_svc_ecs', undefined],
] as const)('a legacy agency that trusts %j, %j, trusts alice by %j', (id, name, by) => {
  const trust = readTrust(
    { trust_policy: null, trust_domain_id: id, trust_domain_name: name },
    { principals, sha256: () => '' },
  )
  expect(ask(trust, 'alice').map((one) => one.by)).toEqual(by === undefined ? [] : [by])
})

// Trust policies against a model that asks for one principal and one statement at a time.

const conditions: readonly (Condition | undefined)[] = [
  undefined,
  undefined,
  { StringEquals: { 'g:UserName': ['alice'] } },
  { Bool: { 'g:MFAPresent': ['true'] } },
]
const actionLists = [
  ['sts:agencies:assume'],
  ['sts:*:*'],
  ['sts:agencies:assumeWithOIDC'],
  ['sts::tagSession'],
]

const statements = fc.array(
  fc.record({
    effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    actions: fc.constantFrom(...actionLists),
    form: fc.constantFrom(...forms),
    condition: fc.constantFrom(...conditions),
  }),
  { maxLength: 5 },
)

test('whom a trust policy trusts is what its statements say of each principal', () => {
  const assuming = ['sts:agencies:assume', 'sts:agencies:assumeWithOIDC']
  const covers = (actions: readonly string[], action: string): boolean =>
    actions.includes(action) || actions.includes('sts:*:*')
  fc.assert(
    fc.property(statements, (list) => {
      const trust = read(
        ...list.map(({ effect, actions, form, condition }) => ({
          Effect: effect,
          Action: actions,
          Principal: { IAM: form.value },
          ...(condition && { Condition: condition }),
        })),
      )
      const surelyNamed = (form: Form): readonly Name[] => form.surely ?? form.named
      for (const name of names) {
        const expected = list.flatMap((one, at) => {
          const ways = assuming.filter((action) => covers(one.actions, action))
          if (one.effect === 'Deny' || ways.length === 0 || !one.form.named.includes(name)) return []
          if (one.condition !== undefined && contradicted(name, one.condition)) return []
          const needed = ways.includes('sts:agencies:assume') ? ['sts:agencies:assume'] : ways
          const denied = (action: string): boolean =>
            list.some(
              (deny) =>
                deny.effect === 'Deny' &&
                deny.condition === undefined &&
                covers(deny.actions, action) &&
                // The party itself is gone where a Deny names all of it.
                (surelyNamed(deny.form).includes(name) ||
                  (deny.form.value === one.form.value && !deny.form.value.endsWith('/one'))),
            )
          return needed.every(denied) ? [] : [at + 1]
        })
        expect([name, ask(trust, name).map((one) => one.statement)]).toEqual([name, expected])
      }
    }),
    settings(1000),
  )
})
