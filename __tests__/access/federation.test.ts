/** Whoever an identity provider vouches for: what they hold, and what an approval of that covers. */
import { describe, expect, test } from '@jest/globals'
import {
  type AccountBuilder,
  allow,
  document,
  legacyPolicy,
  systemRoleId,
  trustIam,
} from '../../simulator/iam/account.ts'
import type { Alternative, NamedAlternative } from '../../src/account/alternatives.ts'
import type { FederatedEntry } from '../../src/baseline/baseline.ts'
import { cutWords } from '../../src/render/way-out-words.ts'
import { ACCOUNT, account, baselineOf, groupId, IAM, permission, sha256, verdictOf } from '../audit/stage.ts'

const anybody = { type: 'UserName' }
const groupsAre = (...values: readonly string[]) => ({ type: 'Groups', any_one_of: values })
const rule = (names: readonly string[], ...tests: readonly object[]) => ({
  local: [{ user: { name: '{0}' } }, ...names.map((name) => ({ group: { name } }))],
  remote: [anybody, ...tests],
})

/** A company whose group `ops` administers IAM, and a provider with these rules. */
const corp = (
  rules: readonly object[],
  details: Parameters<AccountBuilder['samlIdentityProvider']>[2] = {},
) =>
  account()
    .users('ada')
    .group('ops')
    .group('dev')
    .policy('admin-policy', document(allow('iam:*:*')))
    .attach('admin-policy', { group: 'ops' })
    .mapping('corp', rules)
    .samlIdentityProvider('corp', { mapping: 'corp' }, details)

const holdingsOf = (builder: AccountBuilder) => verdictOf({ account: builder, baseline: null }).holdings

describe('a federated principal', () => {
  test('holds what the group holds, and says when a rule gives it and who vouches', () => {
    expect(holdingsOf(corp([rule(['ops'], groupsAre('cloud'))]))).toMatchObject([
      {
        principal: { kind: 'federated', id: `corp/${groupId('ops')}`, name: 'corp → ops' },
        ...{ grants: [{ actions: ['iam:*:*'] }], enabled: true },
        when: [[{ type: 'Groups', any_one_of: ['cloud'] }]],
        issuer: 'https://corp.example.com/saml',
        keys: [expect.stringMatching(/^[0-9a-f]{64}$/)],
        paths: [{ links: [{ kind: 'mapping', provider: 'corp', group: 'ops' }, { kind: 'attachment' }] }],
      },
    ])
  })

  test('has an alternative for each rule that gives the group', () => {
    const rules = [rule(['ops'], groupsAre('cloud')), rule(['ops', 'dev']), rule(['dev'])]
    expect(holdingsOf(corp(rules)).map((one) => one.when)).toEqual([
      [[], [{ type: 'Groups', any_one_of: ['cloud'] }]],
    ])
  })

  test.each<readonly [string, AccountBuilder, readonly string[]]>([
    [
      'by legacy roles',
      corp([rule(['dev'])]).grantRole(systemRoleId('FullAccess'), { group: 'dev' }),
      ['corp → dev'],
    ],
    ['by the built-in group', corp([rule(['admin'])]).group('admin'), ['corp → admin']],
    [
      'through an agency that trusts the account',
      corp([rule(['dev'])])
        .legacyAgency('boss', { domain_id: ACCOUNT, domain_name: 'acme' })
        .attach('admin-policy', { agency: 'boss' })
        .policy('assume', document(allow('sts:agencies:assume')))
        .attach('assume', { group: 'dev' }),
      ['boss', 'corp → dev'],
    ],
    [
      'through an agency that trusts everybody',
      corp([rule(['dev'])])
        .agency('boss', trustIam('*'))
        .attach('admin-policy', { agency: 'boss' }),
      ['ada', 'boss', 'corp → dev'],
    ],
    ['not by a group that holds nothing', corp([rule(['dev'])]), []],
    ['not by a group that is not there', corp([rule(['gone'])]), []],
    ['not by a disabled provider', corp([rule(['ops'])], { enabled: false }), []],
    ['not by one that acts as users', corp([rule(['ops'])], { sso_type: 'iam_user_sso' }), []],
    ['by a provider of an unknown type', corp([rule(['ops'])], { sso_type: 'new' }), ['corp → ops']],
    ['by one without a type', corp([rule(['ops'])], { sso_type: null }), ['corp → ops']],
  ])('holds %s', (_, stage, expected) => {
    expect(holdingsOf(stage).map((one) => one.principal.name)).toEqual(expected)
  })

  test('of a provider that is bound to no mapping is nobody', () => {
    const stage = corp([rule(['ops'])]).samlIdentityProvider('idle', { mapping: null })
    expect(holdingsOf(stage).map((one) => one.principal.name)).toEqual(['corp → ops'])
  })

  test('of a provider that names the group itself holds what any such group holds', () => {
    const rules = [
      {
        local: [{ user: { name: '{0}' } }, { group: { name: 'o{1}' } }],
        remote: [anybody, { type: 'Team' }],
      },
    ]
    expect(holdingsOf(corp(rules))).toMatchObject([
      {
        principal: { id: 'corp/*', name: 'corp → *' },
        when: [{ names: 'o{Team}', tests: [] }],
        grants: [{ actions: ['iam:*:*'] }],
      },
    ])
  })

  test('with holds: all, a part of it by each of two groups is none', () => {
    const full = permission('iam', ['iam:*:*', 'kms:*:*'], { holds: 'all' })
    const stage = corp([rule(['ops'])])
    expect(verdictOf({ account: stage, permissions: [full] })).toMatchObject({ drift: [], partial: [{}] })
  })
})

describe('a mapping that cannot be determined', () => {
  const unclear = () => corp([{ local: 'nonsense', remote: [] }])

  test('is a gap for whom the provider vouches, and for no others', () => {
    const verdict = verdictOf({ account: unclear(), baseline: [] })
    expect(verdict.gaps).toMatchObject([
      {
        code: 'undetermined-mapping',
        document: { kind: 'mapping', provider: 'corp' },
        reaches: [{ id: 'corp/*' }],
      },
    ])
  })

  test('can be accepted for the provider', () => {
    const text = JSON.stringify(unclear().account.mappings[0]?.rules)
    const known = {
      ...{ mapping_id: 'corp', provider: 'corp', sha256: sha256(text), for: ['corp'] },
      ...{ justification: 'x', expires: '2027-01-01' },
    }
    expect(
      verdictOf({ account: unclear(), baseline: baselineOf([], { known_gaps: [known] }) }),
    ).toMatchObject({
      ...{ complete: true, known_gaps: [{ document: { kind: 'mapping' } }] },
    })
  })

  test('and is bound, yet is not there: a gap as well', () => {
    const { gaps } = verdictOf({ account: corp([rule(['ops'])]), snapshot: { mappings: [] } })
    expect(gaps).toMatchObject([{ code: 'unlisted-mapping' }])
  })

  test('leaves what is lost of that provider uncomputed', () => {
    const old = entryOf([[]])
    const { no_longer_held, drift } = verdictOf({ account: unclear(), baseline: [old] })
    expect({ no_longer_held, drift }).toEqual({ no_longer_held: [], drift: [] })
    const narrowed = verdictOf({ account: corp([rule(['dev'])]), baseline: [old] })
    expect(narrowed.no_longer_held).toMatchObject([{ principal: { name: 'corp → ops' } }])
  })
})

const held = holdingsOf(corp([rule(['ops'])]))[0]
const entryOf = (
  when: readonly (Alternative | NamedAlternative)[],
  rest: Partial<FederatedEntry> = {},
): FederatedEntry => ({
  kind: 'federated',
  ...{ provider: 'corp', group: 'ops', group_id: groupId('ops'), permission: 'iam', when },
  ...{ issuer: held?.issuer ?? '', keys: held?.keys ?? [] },
  ...{ grants: [{ actions: ['iam:*:*'] }], justification: 'x', extra: {} },
  ...rest,
})

describe('what an approval of a federated principal covers', () => {
  const cloud = groupsAre('cloud')
  const notTemp = { type: 'Groups', not_any_of: ['temp'] }
  test.each<readonly [string, readonly object[], Alternative, 'unchanged' | 'reduced' | 'drift']>([
    ['the same tests', [cloud], [cloud], 'unchanged'],
    ['no test: any', [cloud], [], 'reduced'],
    ['a test: not none', [], [cloud], 'drift'],
    ['a test more is narrower', [cloud, { type: 'Site', any_one_of: ['x'] }], [cloud], 'reduced'],
    ['fewer values are narrower', [cloud], [groupsAre('cloud', 'ops')], 'reduced'],
    ['a further value is wider', [groupsAre('cloud', 'ops')], [cloud], 'drift'],
    ['another attribute', [{ type: 'Site', any_one_of: ['cloud'] }], [cloud], 'drift'],
    ['a regular expression of the same text', [{ ...cloud, regex: true }], [cloud], 'drift'],
    ['one exclusion more', [{ ...notTemp, not_any_of: ['temp', 'guest'] }], [notTemp], 'reduced'],
    ['one exclusion less', [notTemp], [{ ...notTemp, not_any_of: ['guest', 'temp'] }], 'drift'],
  ])('%s', (_, tests, approved, result) => {
    const stage = corp([rule(['ops'], ...tests)])
    const verdict = verdictOf({ account: stage, baseline: [entryOf([approved])] })
    expect(verdict.result).toBe(result)
    if (result === 'drift')
      expect(verdict).toMatchObject({
        drift: [{ kind: 'exceeds-approval', because: 'mapping', grants: [], parties: { when: [{}] } }],
        causes: [{ kind: 'mapping' }],
      })
  })

  test.each<readonly [string, Partial<FederatedEntry>, 'unchanged' | 'reduced' | 'drift']>([
    ['another issuer', { issuer: 'https://old.example.com' }, 'drift'],
    ['a key that was not approved', { keys: [] }, 'drift'],
    ['both keys of a rotation, one of them in use', { keys: [...(held?.keys ?? []), 'next'] }, 'reduced'],
  ])('%s', (_, rest, result) => {
    const verdict = verdictOf({ account: corp([rule(['ops'])]), baseline: [entryOf([[]], rest)] })
    expect(verdict.result).toBe(result)
    if (result === 'drift')
      expect(verdict).toMatchObject({ drift: [{ because: 'provider' }], causes: [{ kind: 'provider' }] })
  })

  test('somebody more is a way out of its own: the rule', () => {
    const { drift } = verdictOf({ account: corp([rule(['ops'])]), baseline: [entryOf([[cloud]])] })
    expect(drift[0]?.revocations).toMatchObject([{ cuts: [{ kind: 'remove-mapping', what: 'ops' }] }])
  })

  test('only the rule that was not approved is to go, named by its mapping and its tests', () => {
    const stage = corp([rule(['ops'], cloud), rule(['ops'], { type: 'Site', any_one_of: ['x'] })])
    const { drift } = verdictOf({ account: stage, baseline: [entryOf([[cloud]])] })
    expect(drift[0]?.revocations.map(({ cuts }) => cuts.map(({ operation }) => operation))).toEqual([
      [
        {
          api: 'UpdateMapping',
          parameters: { mapping_id: 'corp', provider: 'corp', group: 'ops' },
          removes: { when: [[{ type: 'Site', any_one_of: ['x'] }]] },
        },
      ],
    ])
    const [cut] = drift[0]?.revocations[0]?.cuts ?? []
    expect(cut && cutWords(cut, (text) => text)).toBe(
      'take the rule Site = x of group ops out of the mapping of identity provider corp',
    )
  })

  test('every rule is to go where nothing of it was approved, and where somebody else vouches', () => {
    const stage = corp([rule(['ops'], cloud), rule(['ops'], { type: 'Site', any_one_of: ['x'] })])
    const removed = (baseline: readonly FederatedEntry[]) =>
      verdictOf({ account: stage, baseline })
        .drift[0]?.revocations.flatMap(({ cuts }) => cuts)
        .filter(({ kind }) => kind === 'remove-mapping')
        .map(({ operation: { removes } }) => removes && 'when' in removes && removes.when.length)
    expect(removed([])).toEqual([2])
    expect(removed([entryOf([[cloud]], { issuer: 'https://old.example.com' })])).toEqual([2])
  })

  test('a group named by the provider is not covered by one that is not', () => {
    const rules = [
      {
        local: [{ user: { name: '{0}' } }, { group: { name: 'o{1}' } }],
        remote: [anybody, { type: 'Team' }],
      },
    ]
    const { drift } = verdictOf({ account: corp(rules), baseline: [entryOf([[]])] })
    expect(drift).toMatchObject([{ kind: 'unapproved-holder', principal: { id: 'corp/*' } }])
    const named = entryOf([{ names: 'o{Team}', tests: [] }], { group: '*', group_id: '*' })
    expect(verdictOf({ account: corp(rules), baseline: [named] })).toMatchObject({ result: 'unchanged' })
  })

  test('a dormant provider keeps its entries', () => {
    const stage = corp([rule(['ops'])], { enabled: false })
    expect(verdictOf({ account: stage, baseline: [entryOf([[]])] })).toMatchObject({
      ...{ result: 'unchanged', no_longer_held: [] },
    })
  })
})

test('a custom legacy policy of a mapped group is held by whoever is vouched for', () => {
  const stage = corp([rule(['dev'])])
    .role('r', legacyPolicy(allow('iam:users:createUser')))
    .grantRole('r', { group: 'dev' }, 'all-projects')
  expect(verdictOf({ account: stage, permissions: [IAM] }).drift).toMatchObject([
    { principal: { name: 'corp → dev' }, paths: [{ links: [{ kind: 'mapping' }, { kind: 'role' }] }] },
  ])
})
