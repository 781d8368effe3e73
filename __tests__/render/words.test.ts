import { describe, expect, test } from '@jest/globals'
import type { TrustedParty } from '../../src/access/model.ts'
import type { AssumeLink } from '../../src/account/link.ts'
import { code } from '../../src/render/escape.ts'
import { pathWords } from '../../src/render/path-words.ts'
import {
  alternativeWords,
  partyWords,
  principalsCount,
  principalWords,
} from '../../src/render/principal-words.ts'
import { adminPath, agency, attached, federated, groupOf, member, path, role, user } from './builders.ts'

const plain = (text: string): string => text
const alone = { trusted: null, when: null }
const issuer = 'https://token.actions.githubusercontent.com sts.huaweicloud.com'
const provider = 'iam::d78c:oidcProvider:github'
const subject = (sub: string, operator = 'StringEquals'): TrustedParty => ({
  ...{ provider, issuer, condition: { [operator]: { 'oidc:sub': [sub] } } },
})
const ops = agency('ops-admin')
const assume = (by: AssumeLink['by'], conditional = false): AssumeLink => ({
  ...{ kind: 'assume', agency_id: ops.id, agency: ops.name, by, conditional, party: '{}' },
})
const byPolicy: Extract<AssumeLink['by'], { kind: 'policy' }> = {
  ...{ kind: 'policy', grant: attached('AssumeOps', { ...user('alice'), kind: 'user' }), through: null },
  ...{ statement: 1, pattern: 'sts:agencies:assume' },
}
const admin = role('Security Administrator', groupOf('ops'))

describe('a path in words', () => {
  test.each([
    [
      'a policy of a group',
      pathWords(
        { principal: user('alice'), ...alone },
        path([member('ops'), attached('CustomOps', groupOf('ops'), '2026-11-01', 'v3')], 'iam:*:*', 2),
        plain,
      ),
      'alice → group ops → CustomOps v3, statement 2, iam:*:*',
    ],
    [
      'a legacy role',
      pathWords({ principal: user('alice'), ...alone }, path([member('ops'), admin], 'identity:*'), plain),
      'alice → group ops → Security Administrator (legacy role, all resources), statement 1, identity:*',
    ],
    [
      'a legacy role by its name, in an enterprise project',
      pathWords(
        { principal: user('alice'), ...alone },
        path([role('FullAccess', groupOf('ops'), 'enterprise-project:ep1')], '*:*:*', 0),
        plain,
      ),
      'alice → FullAccess (legacy role, enterprise project ep1), by its name, *:*:*',
    ],
    [
      'the built-in group',
      pathWords({ principal: user('quentin'), ...alone }, adminPath(), plain),
      'quentin → built-in group admin, which holds everything',
    ],
    [
      'whoever may assume',
      pathWords({ principal: user('alice'), ...alone }, path([assume(byPolicy), admin], 'identity:*'), plain),
      'alice → may assume ops-admin (policy AssumeOps v1, statement 1) → Security Administrator (legacy role, all resources), statement 1, identity:*',
    ],
    [
      'whoever may assume by a group, on a condition',
      pathWords(
        { principal: user('alice'), ...alone },
        path([assume({ ...byPolicy, through: member('dev') }, true), admin], 'identity:*'),
        plain,
      ),
      'alice → may assume ops-admin (group dev, policy AssumeOps v1, statement 1, on a condition) → Security Administrator (legacy role, all resources), statement 1, identity:*',
    ],
    [
      'whom a trust names',
      pathWords(
        { principal: user('alice'), ...alone },
        path([assume({ kind: 'trust', names: 'principal' }), admin], 'identity:*'),
        plain,
      ),
      'alice → may assume ops-admin (its trust names them) → Security Administrator (legacy role, all resources), statement 1, identity:*',
    ],
    [
      'a pipeline',
      pathWords(
        {
          principal: agency('ci-deploy'),
          trusted: [subject('repo:acme/infra:ref:refs/heads/main')],
          when: null,
        },
        path([attached('Ci', { ...agency('ci-deploy'), kind: 'agency' })]),
        plain,
      ),
      'GitHub Actions of acme/infra on main → agency ci-deploy → Ci v1, statement 1, iam:*:*',
    ],
    [
      'people of a provider',
      pathWords(
        {
          principal: federated('corp', 'ops'),
          trusted: null,
          when: [[{ type: 'Groups', any_one_of: ['cloud-ops'] }]],
        },
        path(
          [{ kind: 'mapping', provider: 'corp', group_id: groupOf('ops').id, group: 'ops' }, admin],
          'identity:*',
        ),
        plain,
      ),
      'whoever corp vouches for with Groups = cloud-ops → group ops → Security Administrator (legacy role, all resources), statement 1, identity:*',
    ],
    [
      'everybody of a provider',
      pathWords(
        { principal: federated('corp', 'ops'), trusted: null, when: [[]] },
        path([admin], 'identity:*'),
        plain,
      ),
      'whoever corp vouches for → Security Administrator (legacy role, all resources), statement 1, identity:*',
    ],
    [
      'what is limited says so',
      pathWords(
        { principal: user('alice'), ...alone },
        path([attached('Own', { ...user('alice'), kind: 'user' })], 'iam:*:*', 1, true),
        plain,
      ),
      'alice → Own v1, statement 1, iam:*:*, conditional or on some resources only',
    ],
  ])('%s', (_, words, expected) => {
    expect(words).toBe(expected)
  })
})

describe('whom an agency trusts', () => {
  test.each<[TrustedParty, string]>([
    [{ account: 'fedc' }, 'account fedc'],
    [{ account: 'fedc', account_name: 'partner' }, 'account fedc (partner)'],
    [
      { account: 'fedc', account_name: 'partner', condition: { Bool: { 'g:MFAPresent': 'true' } } },
      'account fedc (partner) (if g:MFAPresent Bool true)',
    ],
    [{ user: 'iam::fedc:user:bob' }, 'user bob of account fedc'],
    [{ agency: 'iam::fedc:agency:ops' }, 'agency ops of account fedc'],
    [{ user: 'iam:*' }, 'user *'],
    [{ service: 'service.ECS' }, 'service service.ECS'],
    [{ service: 'op_svc_ecs', account: 'fedc' }, 'account fedc, which calls itself op_svc_ecs'],
    [{ everybody: true }, 'everybody'],
    [
      { account: 'fedc', condition: { Bool: { 'g:MFAPresent': 'true' } } },
      'account fedc (if g:MFAPresent Bool true)',
    ],
    [subject('repo:acme/infra:*', 'StringLike'), 'GitHub Actions of acme/infra'],
    [subject('repo:acme/infra:environment:prod'), 'GitHub Actions of acme/infra (environment:prod)'],
    [subject('odd'), 'GitHub Actions with subject odd'],
    [{ ...subject('x', 'StringNotEquals') }, 'identity provider github (if oidc:sub StringNotEquals x)'],
    [{ provider, issuer, open: true }, 'everybody at GitHub Actions'],
    [{ provider, issuer: 'https://other.example a', open: true }, 'everybody at identity provider github'],
  ])('%j', (party, expected) => {
    expect(partyWords(party, plain)).toBe(expected)
  })
})

test('tests of a mapping, and the text of the group that a provider names', () => {
  expect(
    alternativeWords(
      [
        { type: 'Groups', any_one_of: ['a', 'b'] },
        { type: 'Level', not_any_of: ['0'] },
      ],
      plain,
    ),
  ).toBe('Groups = a or b and Level not = 0')
  expect(alternativeWords({ names: 'corp-{Team}', tests: [] }, code)).toBe('the group called `corp-{Team}`')
  expect(alternativeWords([], plain)).toBe('')
})

test('an agency by its name, with whom that speaks of', () => {
  const words = (name: string): string => principalWords(agency(name), code)
  expect(words('ci-deploy')).toBe('agency `ci-deploy`')
  expect(words('SysReservedV3_Admin_1a2b')).toBe(
    'agency `SysReservedV3_Admin_1a2b` (named like one of Identity Center)',
  )
  expect(words('OrganizationAccountAccessAgency')).toBe(
    "agency `OrganizationAccountAccessAgency` (named like the organization's)",
  )
  for (const forged of ['SysReservedV3_', 'sysreservedv3_a_b', 'OrganizationAccountAccessAgency2'])
    expect(words(forged)).toBe(`agency \`${forged}\``)
})

test('principals are counted by kind, each once', () => {
  expect(principalsCount([user('a'), user('a'), user('b'), agency('a')])).toBe('2 users and 1 agency')
  expect(principalsCount([])).toBe('0 users')
})
