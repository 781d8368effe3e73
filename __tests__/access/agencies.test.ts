/** Agencies as holders, and who of the account may assume them. */
import { describe, expect, test } from '@jest/globals'
import {
  type AccountBuilder,
  allow,
  deny,
  document,
  idOf,
  legacyPolicy,
  systemRoleId,
  trustIam,
  trustOidc,
  trustService,
} from '../../simulator/iam/account.ts'
import type { AgencyEntry } from '../../src/baseline/baseline.ts'
import type { TrustedItem } from '../../src/policy/language/trusted.ts'
import { findingKey } from '../../src/render/finding-key.ts'
import {
  ACCOUNT,
  account,
  baselineOf,
  entry,
  groupId,
  permission,
  userId,
  verdictOf,
} from '../audit/stage.ts'

const OTHER = 'f'.repeat(32)
const urnOf = (kind: 'user' | 'agency', name: string): string => `iam::${ACCOUNT}:${kind}:${name}`
const own = { domain_id: ACCOUNT, domain_name: 'acme' }
const administer = document(allow('iam:*:*'))
const mayAssume = (resource?: string, action = 'sts:agencies:assume'): object =>
  allow(action, resource === undefined ? {} : { Resource: [resource] })
const condition = (key: string, value: string, operator = 'StringEquals') => ({
  Condition: { [operator]: { [key]: [value] } },
})

/** An agency `boss` that administers IAM, with this trust; ada and bob are users. */
const boss = (trust: unknown, details: object = {}): AccountBuilder =>
  account()
    .users('ada', 'bob')
    .agency('boss', trust, details)
    .policy('admin-policy', administer)
    .attach('admin-policy', { agency: 'boss' })
const legacyBoss = (trusts = own, details: object = {}): AccountBuilder =>
  account()
    .users('ada', 'bob')
    .legacyAgency('boss', trusts, details)
    .policy('admin-policy', administer)
    .attach('admin-policy', { agency: 'boss' })
const withPolicy = (builder: AccountBuilder, ...statements: readonly object[]): AccountBuilder =>
  builder.policy('ada-policy', document(...statements)).attach('ada-policy', { user: 'ada' })
const withRole = (
  builder: AccountBuilder,
  role: string | object,
  scope: Parameters<AccountBuilder['grantRole']>[2] = 'domain',
): AccountBuilder =>
  typeof role === 'string'
    ? builder.grantRole(systemRoleId(role), { user: 'ada' }, scope)
    : builder.role('ada-role', legacyPolicy(role)).grantRole('ada-role', { user: 'ada' }, scope)

const holders = (builder: AccountBuilder): readonly string[] =>
  verdictOf({ account: builder, baseline: null })
    .holdings.filter((one) => one.grants.some((grant) => grant.actions.includes('iam:*:*')))
    .map((one) => one.principal.name)

interface Case {
  readonly name: string
  readonly stage: () => AccountBuilder
  /** Who administers IAM, the agency among them. */
  readonly holders: readonly string[]
}

const trustAccount = trustIam(ACCOUNT)

const cases: readonly Case[] = [
  // Trusted by the account, and permitted.
  {
    name: 'trusts the account: nobody without a permission',
    stage: () => boss(trustAccount),
    holders: ['boss'],
  },
  ...[ACCOUNT, `iam::${ACCOUNT}:root`, `urn:csp:iam::${ACCOUNT}:root`, `iam::${ACCOUNT}:*`].map(
    (principal): Case => ({
      name: `trusts ${principal}: whoever may`,
      stage: () => withPolicy(boss(trustIam(principal)), mayAssume()),
      holders: ['ada', 'boss'],
    }),
  ),
  {
    name: 'of the legacy kind trusts its own account',
    stage: () => withPolicy(legacyBoss(), mayAssume()),
    holders: ['ada', 'boss'],
  },
  {
    name: 'trusts another account: nobody here, however permitted',
    stage: () => withPolicy(boss(trustIam(OTHER)), mayAssume()),
    holders: ['boss'],
  },
  {
    name: 'a cloud service through this account counts as trusting it',
    stage: () => withPolicy(legacyBoss({ domain_id: ACCOUNT, domain_name: 'op_svc_x' }), mayAssume()),
    holders: ['ada', 'boss'],
  },
  ...(
    [
      ['its URN', urnOf('agency', 'boss')],
      ['the URN of the older model', `iam::${ACCOUNT}:agencies:boss`],
      ['a pattern', 'iam::*:agency:b*'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies look like this
      ['the account as a variable', 'iam::${g:DomainId}:agency:boss'],
    ] as const
  ).map(
    ([name, resource]): Case => ({
      name: `is assumed by a policy that names ${name}`,
      stage: () => withPolicy(boss(trustAccount), mayAssume(resource)),
      holders: ['ada', 'boss'],
    }),
  ),
  ...['iam:agencies:assume', 'iam:tokens:assume'].map(
    (action): Case => ({
      name: `is assumed by ${action} of an identity policy`,
      stage: () => withPolicy(boss(trustAccount), mayAssume(undefined, action)),
      holders: ['ada', 'boss'],
    }),
  ),
  ...(
    [
      ['with its path', urnOf('agency', 'team/boss')],
      ['without its path', urnOf('agency', 'boss')],
    ] as const
  ).map(
    ([name, resource]): Case => ({
      name: `under a path is named ${name}`,
      stage: () => withPolicy(boss(trustAccount, { path: 'team/' }), mayAssume(resource)),
      holders: ['ada', 'boss'],
    }),
  ),
  {
    name: 'is not assumed by a policy that names another',
    stage: () => withPolicy(boss(trustAccount), mayAssume(urnOf('agency', 'other'))),
    holders: ['boss'],
  },
  {
    name: 'a Deny on this agency keeps out',
    stage: () =>
      withPolicy(
        boss(trustAccount),
        mayAssume(),
        deny('sts:agencies:assume', { Resource: [urnOf('agency', 'boss')] }),
      ),
    holders: ['boss'],
  },
  ...['agency', 'agencies'].map((type) => ({
    name: `an agency under a path is hidden by no Deny of what would be another one (${type})`,
    stage: () =>
      withPolicy(
        boss(trustAccount, { path: 'team/' }),
        mayAssume(),
        deny('sts:agencies:assume', { Resource: [`iam::${ACCOUNT}:${type}:boss`] }),
      ),
    holders: ['ada', 'boss'],
  })),
  {
    name: 'nor one of the names of the legacy model by a Deny of its URN',
    stage: () =>
      withPolicy(
        boss(trustAccount),
        mayAssume(undefined, 'iam:tokens:assume'),
        deny('iam:tokens:assume', { Resource: [urnOf('agency', 'boss')] }),
      ),
    holders: ['ada', 'boss'],
  },
  {
    name: 'which a Deny of the form of that model keeps out',
    stage: () =>
      withPolicy(
        boss(trustAccount),
        mayAssume(undefined, 'iam:tokens:assume'),
        deny('iam:tokens:assume', { Resource: [urnOf('agency', 'boss').replace('agency', 'agencies')] }),
      ),
    holders: ['boss'],
  },
  {
    name: 'a Deny on another agency does not',
    stage: () =>
      withPolicy(
        boss(trustAccount),
        mayAssume(),
        deny('sts:agencies:assume', { Resource: [urnOf('agency', 'x')] }),
      ),
    holders: ['ada', 'boss'],
  },
  {
    name: 'nor does a Deny with a condition',
    stage: () => withPolicy(boss(trustAccount), mayAssume(), deny('sts:*:*', condition('g:UserName', 'ada'))),
    holders: ['ada', 'boss'],
  },
  {
    name: 'a permission whose condition is false for the user is none',
    stage: () => withPolicy(boss(trustAccount), allow('sts:agencies:assume', condition('g:UserName', 'bob'))),
    holders: ['boss'],
  },
  {
    name: 'members of admin assume what trusts the account',
    stage: () => boss(trustAccount).group('admin', 'ada'),
    holders: ['ada', 'boss'],
  },
  {
    name: 'the root user is not asked about',
    stage: () => boss(trustIam(urnOf('user', 'acme'))),
    holders: ['boss'],
  },
  // Legacy permissions.
  {
    name: 'Agent Operator assumes',
    stage: () => withRole(boss(trustAccount), 'Agent Operator'),
    holders: ['ada', 'boss'],
  },
  {
    name: 'FullAccess assumes',
    stage: () => withRole(boss(trustAccount), 'FullAccess'),
    holders: ['ada', 'boss'],
  },
  ...(
    [
      ['by id', `/iam/agencies/${idOf('agency', 'boss')}`, ['ada', 'boss']],
      ['by name', '/iam/agencies/boss', ['ada', 'boss']],
      ['of another', '/iam/agencies/other', ['boss']],
    ] as const
  ).map(
    ([name, uri, expected]): Case => ({
      name: `a legacy policy with the resource ${name}`,
      stage: () => withRole(boss(trustAccount), allow('iam:agencies:assume', { Resource: { uri: [uri] } })),
      holders: expected,
    }),
  ),
  {
    name: 'iam:tokens:assume of a legacy policy assumes',
    stage: () => withRole(boss(trustAccount), allow('iam:tokens:assume'), 'all-projects'),
    holders: ['ada', 'boss'],
  },
  {
    name: 'in an enterprise project iam:agencies:assume works',
    stage: () => withRole(boss(trustAccount), allow('iam:agencies:assume'), 'enterprise-project:e'),
    holders: ['ada', 'boss'],
  },
  {
    name: 'and iam:tokens:assume does not',
    stage: () => withRole(boss(trustAccount), allow('iam:tokens:assume'), 'enterprise-project:e'),
    holders: ['boss'],
  },
  {
    name: 'in a project nothing assumes',
    stage: () => withRole(boss(trustAccount), allow('iam:agencies:assume'), 'project:p'),
    holders: ['boss'],
  },
  ...['*:*:*:*:*', 'iam:*:*:agency:boss', 'IAM:*:*:agency:*'].map((resource) => ({
    name: `a legacy policy may name agencies by five parts (${resource})`,
    stage: () => withRole(boss(trustAccount), allow('iam:agencies:assume', { Resource: [resource] })),
    holders: ['ada', 'boss'],
  })),
  {
    name: 'a legacy Deny on one agency takes nothing away',
    stage: () =>
      withRole(boss(trustAccount), allow('iam:agencies:assume'))
        .role('no', legacyPolicy(deny('iam:agencies:assume', { Resource: { uri: ['/iam/agencies/boss'] } })))
        .grantRole('no', { user: 'ada' }),
    holders: ['ada', 'boss'],
  },
  {
    name: 'a legacy Deny without limits does',
    stage: () =>
      withRole(boss(trustAccount), allow('iam:agencies:assume'))
        .role('no', legacyPolicy(deny('iam:agencies:assume')))
        .grantRole('no', { user: 'ada' }),
    holders: ['boss'],
  },
  {
    name: 'a Deny of identity policies takes nothing from a legacy permission',
    stage: () => withPolicy(withRole(boss(trustAccount), 'Agent Operator'), deny('*')),
    holders: ['ada', 'boss'],
  },
  // Named by the trust itself.
  {
    name: 'trusts a user by URN, which suffices',
    stage: () => boss(trustIam(urnOf('user', 'ada'))),
    holders: ['ada', 'boss'],
  },
  {
    name: 'in any letter case',
    stage: () => boss(trustIam(urnOf('user', 'ADA'))),
    holders: ['ada', 'boss'],
  },
  { name: 'by its id', stage: () => boss(trustIam(userId('ada'))), holders: ['ada', 'boss'] },
  { name: 'by a pattern', stage: () => boss(trustIam(urnOf('user', 'a*'))), holders: ['ada', 'boss'] },
  {
    name: 'trusts everybody: everybody',
    stage: () => boss(trustIam('*')),
    holders: ['ada', 'bob', 'boss'],
  },
  {
    name: 'trusts all but somebody: everybody',
    stage: () => boss(document(allow('sts:agencies:assume', { NotPrincipal: { IAM: [OTHER] } }))),
    holders: ['ada', 'bob', 'boss'],
  },
  {
    name: 'a Deny of their own keeps out who is named',
    stage: () => withPolicy(boss(trustIam(urnOf('user', 'ada'))), deny('sts:agencies:assume')),
    holders: ['boss'],
  },
  {
    name: 'a Deny of another spelling does not',
    stage: () => withPolicy(boss(trustIam(urnOf('user', 'ada'))), deny('iam:agencies:assume')),
    holders: ['ada', 'boss'],
  },
  {
    name: 'nor does a legacy Deny',
    stage: () => withRole(boss(trustIam(urnOf('user', 'ada'))), deny('*:*:*'), 'all-projects'),
    holders: ['ada', 'boss'],
  },
  {
    name: 'a Deny in the trust takes a party away',
    stage: () => {
      const principal = { Principal: { IAM: [urnOf('user', 'ada')] } }
      const also = { Principal: { IAM: [OTHER] } }
      const assume = 'sts:agencies:assume'
      return boss(document(allow(assume, principal), allow(assume, also), deny('sts:*:*', principal)))
    },
    holders: ['boss'],
  },
  // Conditions of the trust.
  {
    name: 'a condition on the URN excludes all others',
    stage: () =>
      withPolicy(boss(trustIam(ACCOUNT, condition('g:PrincipalUrn', urnOf('user', 'bob')))), mayAssume()),
    holders: ['boss'],
  },
  {
    name: 'and lets in whom it names',
    stage: () =>
      withPolicy(
        boss(trustIam(ACCOUNT, condition('g:PrincipalUrn', urnOf('user', 'a*'), 'StringMatch'))),
        mayAssume(),
      ),
    holders: ['ada', 'boss'],
  },
  {
    name: 'of other keys is kept and excludes nobody',
    stage: () => withPolicy(boss(trustIam(ACCOUNT, condition('sts:ExternalId', 'x'))), mayAssume()),
    holders: ['ada', 'boss'],
  },
  {
    name: 'on the URN of an agency: its sessions, with and without path',
    stage: () =>
      boss(trustIam(ACCOUNT, condition('g:PrincipalUrn', `sts::${ACCOUNT}:assumed-agency:step/one`)))
        .agency('step', trustIam(urnOf('user', 'ada')), { path: 'team/' })
        .policy('step-policy', document(mayAssume()))
        .attach('step-policy', { agency: 'step' }),
    holders: ['ada', 'boss', 'step'],
  },
  {
    name: 'on the URN of another agency: not this one',
    stage: () =>
      boss(trustIam(ACCOUNT, condition('g:PrincipalUrn', urnOf('agency', 'other'))))
        .agency('step', trustIam(urnOf('user', 'ada')))
        .policy('step-policy', document(mayAssume()))
        .attach('step-policy', { agency: 'step' }),
    holders: ['boss'],
  },
  // Uncertain, dormant, service-linked.
  {
    name: 'whose trust cannot be determined counts as trusting the account',
    stage: () => withPolicy(boss('{"Version":"9"}'), mayAssume()),
    holders: ['ada', 'boss'],
  },
  { name: 'trusted by nobody is no holder', stage: () => boss(undefined), holders: [] },
  {
    name: 'expired is no holder, and nobody holds through it',
    stage: () => withPolicy(legacyBoss(own, { expire_time: '2026-10-31T00:00:00.000000Z' }), mayAssume()),
    holders: [],
  },
  {
    name: 'that expires later is',
    stage: () => withPolicy(legacyBoss(own, { expire_time: '2026-11-02T00:00:00.000000Z' }), mayAssume()),
    holders: ['ada', 'boss'],
  },
  {
    name: 'whose end is unreadable is',
    stage: () => legacyBoss(own, { expire_time: 'some day' }),
    holders: ['boss'],
  },
]

describe('an agency', () => {
  test.each(cases)('$name', ({ stage, holders: expected }) => {
    expect(holders(stage())).toEqual(expected)
  })

  test('FullAccess and membership of admin hold everything, and what an agency adds is nothing new', () => {
    const [row] = verdictOf({ account: withRole(boss(trustAccount), 'FullAccess') }).holdings
    expect(row).toMatchObject({
      principal: { name: 'ada' },
      extent: 'all',
      grants: [{ actions: ['iam:*:*'] }],
    })
    expect(row?.paths.map((path) => path.links.map((link) => link.kind))).toEqual([['role']])
  })

  test('is not assumed by Security Administrator alone, nor by what it says of sts', () => {
    const keys = (builder: AccountBuilder) =>
      verdictOf({
        account: builder.policy('keys', document(allow('kms:*:*'))).attach('keys', { agency: 'boss' }),
        permissions: [permission('keys', ['kms:*:*'])],
        baseline: null,
      }).holdings.map((one) => one.principal.name)
    expect(keys(withRole(boss(trustAccount), 'Security Administrator'))).toEqual(['boss'])
    expect(keys(withRole(withPolicy(boss(trustAccount), mayAssume()), 'Security Administrator'))).toEqual([
      'ada',
      'boss',
    ])
  })

  test('is listed when it is dormant, with why', () => {
    expect(verdictOf({ account: boss(undefined) }).dormant).toMatchObject([
      { agency: 'boss', why: 'trusted-by-nobody' },
    ])
    const expired = legacyBoss(own, { expire_time: '2026-10-31T00:00:00Z' })
    expect(verdictOf({ account: expired }).dormant).toMatchObject([{ agency: 'boss', why: 'expired' }])
  })

  test('that somebody has and no list names counts as trusting the account', () => {
    const stage = withPolicy(boss(trustAccount), mayAssume())
    const { holdings } = verdictOf({ account: stage, baseline: null, snapshot: { agencies: [] } })
    const agency = holdings.find((one) => one.principal.id === idOf('agency', 'boss'))
    expect(agency?.trusted).toMatchObject([{ document: expect.any(String) }])
    expect(holdings).toHaveLength(2)
  })
})

describe('chains', () => {
  const names = ['one', 'two', 'three', 'four', 'five']
  const chain = (): AccountBuilder => {
    const builder = account().users('ada').policy('admin-policy', administer)
    for (const [at, name] of names.entries())
      builder.agency(
        name,
        trustIam(at === 0 ? urnOf('user', 'ada') : urnOf('agency', names[at - 1] as string)),
      )
    return builder.attach('admin-policy', { agency: 'five' })
  }

  test('of five agencies are followed, and shown whole', () => {
    const { holdings } = verdictOf({ account: chain(), baseline: null })
    expect(holdings.map((one) => one.principal.name)).toEqual(['ada', 'five', 'four', 'one', 'three', 'two'])
    expect(holdings[0]?.paths).toMatchObject([
      {
        links: [
          ...names.map((agency) => ({ kind: 'assume', agency })),
          { kind: 'attachment', policy: 'admin-policy' },
        ],
      },
    ])
  })

  test('in a circle end', () => {
    const builder = account().users('ada').policy('admin-policy', administer)
    for (const name of names)
      builder.agency(name, trustIam([urnOf('user', 'ada'), ...names.map((one) => urnOf('agency', one))]))
    builder.attach('admin-policy', { agency: 'three' })
    const { holdings } = verdictOf({ account: builder, baseline: null })
    expect(holdings.map((one) => one.principal.name)).toEqual(['ada', 'five', 'four', 'one', 'three', 'two'])
    for (const { paths } of holdings) expect(paths).toHaveLength(1)
  })

  test('are cut at every link', () => {
    const row = verdictOf({ account: chain() }).drift.find((one) => one.principal.name === 'ada')
    expect(row?.revocations.map(({ cuts }) => cuts.map((cut) => [cut.kind, cut.from.name]))).toEqual(
      expect.arrayContaining([[['remove-trusted', 'one']], [['detach', 'five']]]),
    )
  })

  test('pass over agencies that are dormant', () => {
    const builder = chain()
    for (const agency of builder.account.agencies)
      if (agency.agency_name === 'three') agency.trust_policy = JSON.stringify(trustIam(OTHER))
    expect(holders(builder)).toEqual(['five', 'four', 'three'])
    for (const agency of builder.account.agencies)
      if (agency.agency_name === 'three') agency.trust_policy = '{"Version":"5.0","Statement":[]}'
    expect(holders(builder)).toEqual(['five', 'four'])
  })

  test('carry no Deny of whoever assumes along', () => {
    const builder = boss(trustIam(urnOf('user', 'ada')))
      .policy('no', document(deny('iam:*:*')))
      .attach('no', { user: 'ada' })
    expect(holders(builder)).toEqual(['ada', 'boss'])
  })

  test('show no path through an agency for what is held without one', () => {
    const builder = boss(trustIam(urnOf('user', 'ada'))).attach('admin-policy', { user: 'ada' })
    const row = verdictOf({ account: builder }).drift.find((one) => one.principal.name === 'ada')
    expect(row?.paths.map((path) => path.links.map((link) => link.kind))).toEqual([['attachment']])
  })

  test('restrict nothing by the conditions on the way, and show them', () => {
    const builder = boss(trustIam(urnOf('user', 'ada'), condition('sts:ExternalId', 'x')))
    const [row] = verdictOf({ account: builder, baseline: null }).holdings
    expect(row).toMatchObject({
      restricted: false,
      paths: [{ links: [{ kind: 'assume', conditional: true }, {}] }],
    })
  })
})

describe('a service-linked agency', () => {
  const linked = (change: (builder: AccountBuilder) => void = () => {}): AccountBuilder => {
    const builder = account()
      .users('ada')
      .systemPolicy('fixed', administer)
      .policy('own', administer)
      .role('r', legacyPolicy(allow('iam:*:*')))
      .agency('svc', trustService('service.X'), { path: 'service-linked-agency/service.X/' })
      .attach('fixed', { agency: 'svc' })
    change(builder)
    return builder
  }
  const agencyOf = (builder: AccountBuilder) =>
    builder.account.agencies[0] as { trust_policy: string | null; path: string }

  test('is no holder, by its whole definition; that it holds a whole permission is said', () => {
    const verdict = verdictOf({ account: linked() })
    expect(verdict).toMatchObject({ holdings: [], drift: [], gaps: [] })
    expect(verdict.notices).toEqual([
      expect.stringContaining('The service-linked agency svc holds everything in iam, by policies'),
    ])
  })

  test('that holds a part alone, or on some resources alone, is counted and no more', () => {
    for (const statement of [allow('iam:users:*'), allow('iam:*:*', { Resource: ['iam:*:*:user:a'] })]) {
      const builder = account()
        .systemPolicy('fixed', document(statement))
        .agency('svc', trustService('service.X'), { path: 'service-linked-agency/service.X/' })
        .attach('fixed', { agency: 'svc' })
      expect(verdictOf({ account: builder })).toMatchObject({ holdings: [], notices: [] })
    }
  })

  test.each<readonly [string, (builder: AccountBuilder) => void]>([
    ['a custom policy', (builder) => builder.attach('own', { agency: 'svc' })],
    ['a legacy role', (builder) => builder.grantRole('r', { agency: 'svc' })],
    [
      'another service',
      (builder) => {
        agencyOf(builder).trust_policy = JSON.stringify(trustService('service.Y'))
      },
    ],
    [
      'an account that is trusted',
      (builder) => {
        agencyOf(builder).trust_policy = JSON.stringify(trustIam(OTHER))
      },
    ],
  ])('with %s is audited like every agency, and named', (_, change) => {
    const verdict = verdictOf({ account: linked(change) })
    expect(verdict.drift).toMatchObject([{ kind: 'unapproved-holder', principal: { name: 'svc' } }])
    expect(verdict.notices.join()).toContain('svc')
  })
})

describe('an account that is trusted', () => {
  const partner = { domain_id: OTHER, domain_name: 'partner' }

  test('is called as it calls itself, which no approval, digest or key of a finding contains', () => {
    const verdict = verdictOf({ account: legacyBoss(partner) })
    const [row] = verdict.drift
    expect(verdict.holdings[0]?.trusted).toEqual([{ account: OTHER, account_name: 'partner' }])
    expect(row?.proposed_entry).toMatchObject({ trusted: [{ account: OTHER }] })
    expect(JSON.stringify([row?.proposed_entry, row?.revocations])).not.toContain('partner')
    const approval = row?.proposed_entry as AgencyEntry
    expect(verdictOf({ account: legacyBoss(partner), baseline: [approval] }).result).toBe('unchanged')
  })

  test('is the same finding under another name', () => {
    const approved: AgencyEntry = {
      ...{ kind: 'agency', agency: 'boss', agency_id: idOf('agency', 'boss'), permission: 'iam', extra: {} },
      ...{ trusted: [], grants: [{ actions: ['iam:*:*'] }] },
    }
    const keys = ['partner', 'partner renamed'].map((domain_name) => {
      const { drift } = verdictOf({ account: legacyBoss({ ...partner, domain_name }), baseline: [approved] })
      expect(drift[0]?.parties.trusted).toEqual([{ account: OTHER, account_name: domain_name }])
      return drift.map(findingKey)
    })
    expect(keys[0]).toEqual(keys[1])
  })
})

test('agencies that are named like those of Identity Center or of the organization are said to be, and no more', () => {
  const builder = account().policy('admin-policy', administer)
  for (const name of [
    'SysReservedV3_Admin_Set_1a2b',
    'OrganizationAccountAccessAgency',
    'SysReservedV3_',
    'plain',
  ])
    builder
      .legacyAgency(name, { domain_id: OTHER, domain_name: 'head' })
      .attach('admin-policy', { agency: name })
  builder.legacyAgency('SysReservedV3_Idle_1a2b', { domain_id: OTHER, domain_name: 'head' })
  const { holdings, notices } = verdictOf({ account: builder, baseline: null })
  expect(holdings).toHaveLength(4)
  expect(notices).toEqual([
    expect.stringMatching(
      /^Named like agencies of IAM Identity Center: SysReservedV3_Admin_Set_1a2b \(permission set Admin_Set\)\./,
    ),
    expect.stringMatching(/members: OrganizationAccountAccessAgency\./),
  ])
})

describe('what an approval of an agency covers', () => {
  const agency = (trusted: readonly TrustedItem[], rest: Partial<AgencyEntry> = {}): AgencyEntry => ({
    kind: 'agency',
    ...{ agency: 'boss', agency_id: idOf('agency', 'boss'), permission: 'iam', trusted },
    ...{ grants: [{ actions: ['iam:*:*'] }], justification: 'x', extra: {} },
    ...rest,
  })
  const ada = { user: urnOf('user', 'ada') }
  const external = { StringEquals: { 'sts:ExternalId': ['x'] } }

  test.each<readonly [string, unknown, readonly TrustedItem[], string]>([
    ['the same party', trustIam(urnOf('user', 'ada')), [ada], 'unchanged'],
    ['an account: its users', trustIam(urnOf('user', 'ada')), [{ account: ACCOUNT }], 'reduced'],
    ['everybody: accounts', trustIam(OTHER), [{ everybody: true }], 'reduced'],
    ['everybody: no service', trustService('service.X'), [{ everybody: true }], 'drift'],
    ['an account: no other account', trustIam(OTHER), [{ account: ACCOUNT }], 'drift'],
    [
      'without a condition: with one',
      trustIam(OTHER, { Condition: external }),
      [{ account: OTHER }],
      'reduced',
    ],
    ['with a condition: not without', trustIam(OTHER), [{ account: OTHER, condition: external }], 'drift'],
    ['one party: not two', trustIam([OTHER, 'e'.repeat(32)]), [{ account: OTHER }], 'drift'],
    ['two parties: one', trustIam(OTHER), [{ account: OTHER }, { account: 'e'.repeat(32) }], 'reduced'],
  ])('%s', (_, trust, trusted, result) => {
    const baseline = baselineOf([entry('ada'), entry('bob'), agency(trusted)])
    // Users who may assume have entries of their own; whether they use them is another question.
    const verdict = verdictOf({ account: boss(trust), baseline })
    const rows = verdict.drift.filter((row) => row.principal.kind === 'agency')
    const less = verdict.reduced.filter((row) => row.principal.kind === 'agency')
    expect(rows.length > 0 ? 'drift' : less.length > 0 ? 'reduced' : 'unchanged').toBe(result)
    if (result === 'drift')
      expect(rows).toMatchObject([{ kind: 'exceeds-approval', because: 'trust', grants: [] }])
  })

  test('a trust change is one cause, with the users who follow from it', () => {
    const before = baselineOf([agency([{ account: OTHER }])])
    const { drift, causes } = verdictOf({ account: boss(trustIam([OTHER, '*'])), baseline: before })
    expect(drift.map((row) => [row.principal.name, row.kind]).sort()).toEqual([
      ['ada', 'unapproved-holder'],
      ['bob', 'unapproved-holder'],
      ['boss', 'exceeds-approval'],
    ])
    expect(causes).toMatchObject([{ kind: 'trust', principals: [{}, {}, {}] }])
  })

  test('an undetermined trust is approved by its digest alone', () => {
    const stage = boss('{"Version":"9"}')
    const [holding] = verdictOf({ account: stage, baseline: null }).holdings
    const trusted = holding?.trusted as readonly TrustedItem[]
    expect(trusted).toMatchObject([{ document: expect.stringMatching(/^[0-9a-f]{64}$/) }])
    expect(verdictOf({ account: stage, baseline: [agency(trusted)] })).toMatchObject({
      result: 'unchanged',
      gaps: [],
    })
    expect(verdictOf({ account: boss('{"Version":"8"}'), baseline: [agency(trusted)] }).result).toBe('drift')
  })

  test('an agency made anew alike is renamed, and otherwise drift', () => {
    const old = agency([{ account: OTHER }], { agency_id: 'an-older-id' })
    const verdict = verdictOf({ account: boss(trustIam(OTHER)), baseline: [old] })
    expect(verdict).toMatchObject({
      ...{ result: 'unchanged', drift: [], no_longer_held: [] },
      renamed: [{ recorded_id: 'an-older-id', principal: { id: idOf('agency', 'boss') } }],
    })
    const wider = verdictOf({ account: boss(trustIam([OTHER, 'e'.repeat(32)])), baseline: [old] })
    expect(wider.drift).toMatchObject([{ kind: 'unapproved-holder' }])
    const elsewhere = verdictOf({ account: boss(trustIam(OTHER), { path: 'team/' }), baseline: [old] })
    expect(elsewhere.drift).toMatchObject([{ kind: 'unapproved-holder' }])
  })

  test('everybody of the pool by an entry for * is users alone', () => {
    const restricted = { actions: ['iam:*:*'], condition: external }
    const stage = account()
      .users('ada')
      .agency('boss', trustIam(OTHER))
      .policy('p', document(allow('iam:*:*', { Condition: external })))
      .attach('p', { agency: 'boss' })
      .attach('p', { user: 'ada' })
    const { drift } = verdictOf({ account: stage, baseline: [entry('*', { grants: [restricted] })] })
    expect(drift.map((row) => row.principal.kind)).toEqual(['agency'])
  })

  test('a dormant agency needs no entry and keeps one', () => {
    expect(verdictOf({ account: boss(undefined), baseline: [agency([{ account: OTHER }])] })).toMatchObject({
      ...{ result: 'unchanged', no_longer_held: [], reduced: [] },
    })
  })

  test('one that is open to everybody of an issuer is said first', () => {
    const provider = `iam::${ACCOUNT}:oidcProvider:github`
    const stage = boss(trustOidc(provider)).oidcProvider('github').group('admin', 'ada', 'bob')
    const { drift, holdings } = verdictOf({ account: stage })
    expect(drift[0]).toMatchObject({
      principal: { name: 'boss' },
      parties: { trusted: [{ provider, open: true }] },
    })
    expect(drift[0]?.proposed_entry).not.toHaveProperty('trusted.0.open')
    expect(holdings.find((one) => one.principal.kind === 'agency')?.trusted).toMatchObject([
      { provider, issuer: 'https://github.example.com sts.huaweicloud.com', keys: [expect.any(String)] },
    ])
    const narrow = boss(trustOidc(provider, ['repo:acme/infra:*'])).oidcProvider('github')
    expect(verdictOf({ account: narrow }).holdings[0]?.trusted?.[0]).not.toHaveProperty('open')
  })
})

test('an agency of a group of many members is assumed by all of them, through one link', () => {
  const stage = boss(trustAccount)
    .group('ops', 'ada', 'bob')
    .policy('assume', document(mayAssume()))
    .attach('assume', { group: 'ops' })
  const { holdings, drift } = verdictOf({ account: stage })
  expect(holdings.map((one) => one.principal.name)).toEqual(['ada', 'bob', 'boss'])
  expect(holdings[0]?.paths[0]?.links[0]).toMatchObject({
    kind: 'assume',
    by: {
      kind: 'policy',
      grant: { policy: 'assume', to: { id: groupId('ops') } },
      through: { group: 'ops' },
    },
  })
  const cuts = drift
    .find((row) => row.principal.name === 'ada')
    ?.revocations.map((one) => one.cuts.map((cut) => cut.kind))
  expect(cuts).toEqual(expect.arrayContaining([['remove-from-group'], ['detach'], ['remove-trusted']]))
})

describe('beside what somebody holds themselves, an agency with a legacy policy is a path', () => {
  // The legacy action is the same power as its v5 name, which the identity policy does not give.
  const audited = ['iam:users:*V5', 'iam:users:createUser']
  test.each([
    ['to the v5 name of what they hold', 'iam:users:createUser', audited, 2],
    ['to nothing where they hold that name too', 'iam:users:*', audited, 1],
    ['to nothing where only that name is audited, and they hold it', 'iam:*:*V5', ['iam:users:*V5'], 1],
  ])('%s', (_, held, actions, paths) => {
    const builder = account()
      .users('ada')
      .agency('boss', trustIam(urnOf('user', 'ada')))
      .policy('ada-policy', document(allow(held)))
      .attach('ada-policy', { user: 'ada' })
      .role('boss-role', legacyPolicy(allow('iam:users:createUser')))
      .grantRole('boss-role', { agency: 'boss' }, 'domain')
    const scene = { account: builder, permissions: [permission('users', actions)] }
    const ada = verdictOf({ ...scene, baseline: null }).holdings.find((one) => one.principal.name === 'ada')
    expect(ada?.paths).toHaveLength(paths)
  })
})
