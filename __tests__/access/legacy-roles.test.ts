/** What legacy roles and policies give, in every scope, beside identity policies: cases both ways. */
import { describe, expect, test } from '@jest/globals'
import {
  type AccountBuilder,
  allow,
  deny,
  document,
  idOf,
  legacyPolicy,
  legacyRole,
  systemRoleId,
} from '../../simulator/iam/account.ts'
import type { Grant } from '../../src/policy/types.ts'
import { account, auditedOf, baselineOf, entry, IAM, permission, verdictOf } from '../audit/stage.ts'
import { matches } from './slow-holders.ts'

const everything = [permission('all', ['*:*:*'])]

/** Ada, by a group unless said otherwise, has these custom policies in these scopes. */
type Given = readonly [
  document: Parameters<AccountBuilder['role']>[1],
  scope?: Parameters<AccountBuilder['grantRole']>[2],
]
const adaHas = (...given: readonly Given[]): AccountBuilder => {
  const builder = account().users('ada').group('ops', 'ada')
  for (const [at, [text, scope = 'domain']] of given.entries())
    builder.role(`r${at}`, text).grantRole(`r${at}`, { group: 'ops' }, scope)
  return builder
}
const adaHasSystem = (
  name: string,
  scope: Parameters<AccountBuilder['grantRole']>[2] = 'domain',
): AccountBuilder =>
  account().users('ada').group('ops', 'ada').grantRole(systemRoleId(name), { group: 'ops' }, scope)

const covers = ({ actions, except = [] }: Grant, action: string): boolean =>
  actions.some((one) => matches(one, action)) && !except.some((one) => matches(one, action))

const adasGrants = (stage: AccountBuilder): readonly Grant[] => {
  const { found } = auditedOf({ account: stage, permissions: everything, baseline: null })
  return found.holdings.filter((one) => one.principal.name === 'ada').flatMap((one) => one.grants)
}
const isUnlimited = ({ actions: _, except: __, ...limits }: Grant): boolean =>
  Object.keys(limits).length === 0

interface Case {
  readonly name: string
  readonly stage: () => AccountBuilder
  readonly holds?: readonly string[]
  readonly lacks?: readonly string[]
  /** Held with this and nothing less limited. */
  readonly limited?: readonly (readonly [action: string, limit: Partial<Grant>])[]
}

const uri = (...names: readonly string[]) => ({ Resource: { uri: names } })
const createUser = ['iam:users:createUser', 'iam:users:createUserV5']

const cases: readonly Case[] = [
  // Documents.
  {
    name: 'a policy of 1.1 gives what it says, and the new names of it',
    stage: () => adaHas([legacyPolicy(allow('iam:users:createUser'))]),
    holds: createUser,
    lacks: ['iam:users:deleteUser', 'iam:users:updateUserV5', 'iam:users:soonToCome'],
  },
  {
    name: 'a wildcard gives what no list has yet',
    stage: () => adaHas([legacyPolicy(allow('iam:users:*'))]),
    holds: [...createUser, 'iam:users:soonToCome'],
    lacks: ['iam:groups:createGroup'],
  },
  {
    name: 'identity of a role of 1.0 is iam and sts',
    stage: () => adaHas([legacyRole(allow('identity:*'))]),
    holds: [...createUser, 'sts:agencies:assume', 'iam:agencies:assume'],
    lacks: ['kms:cmk:create'],
  },
  {
    name: 'identity of a policy of 1.1 is no word for anything',
    stage: () => adaHas([legacyPolicy(allow('identity:users:*'))]),
    lacks: createUser,
  },
  {
    name: 'two words of a role of 1.0 leave the type open',
    stage: () => adaHas([legacyRole(allow('kms:create'))]),
    holds: ['kms:cmk:create', 'kms:keys:create'],
    lacks: ['kms:cmk:delete'],
  },
  {
    name: 'a star of a role of 1.0 is everything',
    stage: () => adaHas([legacyRole(allow('*'))]),
    holds: [...createUser, 'kms:cmk:create'],
  },
  {
    name: 'the spellings of assuming count as one action, and as no administration',
    stage: () => adaHas([legacyPolicy(allow(['iam:agencies:assume', 'iam:tokens:assume']))]),
    holds: ['sts:agencies:assume'],
    lacks: ['iam:agencies:assume', 'iam:tokens:assume'],
  },
  {
    name: 'effects in any letter case, nulls as absent',
    stage: () =>
      adaHas([
        {
          Version: '1.1',
          Statement: [{ Effect: 'allow', Action: ['iam:users:*'], Resource: null, Condition: null }],
        },
      ]),
    holds: createUser,
  },
  {
    name: 'Depends is ignored',
    stage: () =>
      adaHas([
        {
          ...(legacyRole(allow('identity:*')) as object),
          Depends: [{ catalog: 'BASE', display_name: 'Tenant Guest' }],
        },
      ]),
    holds: createUser,
  },
  {
    name: 'a resource limits the twin too',
    stage: () => adaHas([legacyPolicy(allow('iam:agencies:assume', uri('/iam/agencies/ops')))]),
    limited: [['sts:agencies:assume', { resources: ['/iam/agencies/ops'] }]],
  },
  {
    name: 'a condition that the account contradicts covers nothing',
    stage: () =>
      adaHas([
        legacyPolicy(allow('iam:users:*', { Condition: { StringEquals: { 'g:UserName': ['bob'] } } })),
      ]),
    lacks: createUser,
  },
  {
    name: 'one that it does not is kept',
    stage: () =>
      adaHas([
        legacyPolicy(allow('iam:users:*', { Condition: { StringEquals: { 'g:UserName': ['ada'] } } })),
      ]),
    limited: createUser.map((one) => [one, { condition: { StringEquals: { 'g:UserName': ['ada'] } } }]),
  },
  // By name.
  {
    name: 'Security Administrator administers IAM, and does not assume',
    stage: () => adaHasSystem('Security Administrator'),
    holds: [...createUser, 'iam:permissions:grantRoleToGroup'],
    lacks: ['sts:agencies:assume', 'kms:cmk:create'],
  },
  {
    name: 'so it does whatever its text says',
    stage: () => {
      const builder = adaHasSystem('Security Administrator')
      for (const role of builder.account.roles)
        if (role.display_name === 'Security Administrator')
          role.policy = { Version: '1.0', Statement: [allow('identity:get*'), deny('identity:*')] }
      return builder
    },
    holds: createUser,
  },
  {
    name: 'DBSS Security Administrator is another role',
    stage: () => adaHasSystem('DBSS Security Administrator'),
    lacks: createUser,
  },
  {
    name: 'so is a custom policy of that name',
    stage: () =>
      account()
        .users('ada')
        .role('Security Administrator', legacyPolicy(allow('kms:cmk:get')), { catalog: 'BASE' })
        .grantRole(idOf('role', 'Security Administrator'), { user: 'ada' }),
    holds: ['kms:cmk:get'],
    lacks: createUser,
  },
  {
    name: 'FullAccess is everything',
    stage: () => adaHasSystem('FullAccess'),
    holds: [...createUser, 'sts:agencies:assume', 'kms:cmk:create', 'organizations:accounts:create'],
  },
  {
    name: 'FullAccess of another service is not',
    stage: () => adaHasSystem('EPS FullAccess'),
    holds: ['eps:enterpriseProjects:create'],
    lacks: createUser,
  },
  {
    name: 'Tenant Administrator holds nothing of IAM',
    stage: () => adaHasSystem('Tenant Administrator', 'all-projects'),
    holds: ['kms:cmk:create'],
    lacks: [...createUser, 'sts:agencies:assume'],
  },
  {
    name: 'whatever its text says',
    stage: () => {
      const builder = adaHasSystem('Tenant Administrator')
      for (const role of builder.account.roles)
        if (role.name === 'te_admin') role.policy = { Version: '1.0', Statement: [allow('*')] }
      return builder
    },
    lacks: createUser,
  },
  // Deny.
  {
    name: 'the Deny of Tenant Administrator takes nothing from another role',
    stage: () =>
      adaHasSystem('Security Administrator').grantRole(systemRoleId('Tenant Administrator'), {
        group: 'ops',
      }),
    holds: createUser,
  },
  {
    name: 'a Deny of a role of 1.0 limits that role',
    stage: () => adaHas([legacyRole(allow('*'), deny('identity:*'))]),
    lacks: createUser,
    holds: ['kms:cmk:create'],
  },
  {
    name: 'and no policy of 1.1 beside it',
    stage: () => adaHas([legacyRole(deny('identity:*'))], [legacyPolicy(allow('iam:users:*'))]),
    holds: createUser,
  },
  {
    name: 'a Deny of a policy takes from what others give in its scope',
    stage: () => adaHas([legacyPolicy(deny('iam:users:*'))], [legacyPolicy(allow('iam:*:*'))]),
    lacks: createUser,
    holds: ['iam:groups:createGroup'],
  },
  {
    name: 'a legacy action that is denied has no twin; a twin is touched by no Deny',
    stage: () =>
      adaHas([
        legacyPolicy(
          allow(['iam:users:createUser', 'iam:users:deleteUser']),
          deny(['iam:users:createUser', 'iam:users:deleteUserV5']),
        ),
      ]),
    holds: ['iam:users:deleteUser', 'iam:users:deleteUserV5'],
    lacks: createUser,
  },
  {
    name: 'for all resources it takes from global services too',
    stage: () =>
      adaHas(
        [legacyPolicy(deny(['iam:users:*', 'kms:*:*'])), 'all-projects'],
        [legacyPolicy(allow('*:*:*'))],
      ),
    lacks: [...createUser, 'kms:cmk:create'],
  },
  {
    name: 'for global services it takes nothing from all resources',
    stage: () =>
      adaHas([legacyPolicy(deny('iam:users:*'))], [legacyPolicy(allow('iam:*:*')), 'all-projects']),
    holds: createUser,
  },
  {
    name: 'for global services it takes of iam and sts only',
    stage: () => adaHas([legacyPolicy(deny('*:*:*'))], [legacyPolicy(allow(['iam:users:*', 'kms:*:*']))]),
    lacks: createUser,
    holds: ['kms:cmk:create'],
  },
  {
    name: 'in a project it takes nothing',
    stage: () => adaHas([legacyPolicy(deny('iam:*:*')), 'project:p1'], [legacyPolicy(allow('iam:users:*'))]),
    holds: createUser,
  },
  {
    name: 'with a resource it takes nothing',
    stage: () =>
      adaHas(
        [legacyPolicy(deny('iam:users:*', uri('/iam/agencies/ops')))],
        [legacyPolicy(allow('iam:users:*'))],
      ),
    holds: createUser,
  },
  {
    name: 'with a condition it takes nothing',
    stage: () =>
      adaHas(
        [legacyPolicy(deny('iam:users:*', { Condition: { StringEquals: { 'g:UserName': ['ada'] } } }))],
        [legacyPolicy(allow('iam:users:*'))],
      ),
    holds: createUser,
  },
  {
    name: 'it takes from FullAccess where that is a policy of 1.1',
    stage: () =>
      adaHasSystem('FullAccess')
        .role('no', legacyPolicy(deny('iam:users:*')))
        .grantRole('no', { group: 'ops' }),
    lacks: createUser,
    holds: ['iam:groups:createGroup', 'kms:cmk:create'],
  },
  {
    name: 'it takes nothing from Security Administrator',
    stage: () =>
      adaHasSystem('Security Administrator')
        .role('no', legacyPolicy(deny('iam:users:*')))
        .grantRole('no', { group: 'ops' }),
    holds: createUser,
  },
  {
    name: 'a legacy Deny takes nothing from identity policies',
    stage: () =>
      adaHas([legacyPolicy(deny('*:*:*')), 'all-projects'])
        .policy('p', document(allow('iam:users:*')))
        .attach('p', { user: 'ada' }),
    holds: ['iam:users:createUserV5'],
  },
  {
    name: 'nor does a Deny of theirs from legacy policies',
    stage: () =>
      adaHas([legacyPolicy(allow('iam:users:*'))])
        .policy('no', document(deny('*')))
        .attach('no', { user: 'ada' }),
    holds: createUser,
  },
  {
    name: 'a Deny of one group takes from what another gives',
    stage: () =>
      adaHas([legacyPolicy(allow('iam:users:*'))])
        .group('dev', 'ada')
        .role('no', legacyPolicy(deny('iam:users:*')))
        .grantRole('no', { group: 'dev' }),
    lacks: createUser,
  },
  // Scope.
  {
    name: 'for all resources IAM is held',
    stage: () => adaHasSystem('Security Administrator', 'all-projects'),
    holds: createUser,
  },
  {
    name: 'in a project nothing of IAM is held, other services in that project',
    stage: () => adaHas([legacyPolicy(allow('*:*:*')), 'project:p1']),
    lacks: [...createUser, 'sts:agencies:assume', 'organizations:accounts:create', 'IdentityCenter:x:y'],
    limited: [['kms:cmk:create', { scopes: ['project:p1'] }]],
  },
  {
    name: 'in an enterprise project what works there is held, limited to it',
    stage: () => adaHas([legacyPolicy(allow('*:*:*')), 'enterprise-project:e1']),
    lacks: ['iam:users:createUser', 'iam:users:createUserV5', 'organizations:accounts:create'],
    limited: [
      ['kms:cmk:create', { scopes: ['enterprise-project:e1'] }],
      ['iam:permissions:grantRoleToGroupOnEnterpriseProject', { scopes: ['enterprise-project:e1'] }],
      ['sts:agencies:assume', { scopes: ['enterprise-project:e1'] }],
      ['iam:users:changePasswordV5', { scopes: ['enterprise-project:e1'] }],
    ],
  },
  {
    name: 'Security Administrator of an enterprise project does not assume',
    stage: () => adaHasSystem('Security Administrator', 'enterprise-project:e1'),
    lacks: [...createUser, 'sts:agencies:assume'],
    limited: [['iam:permissions:grantRoleToGroupOnEnterpriseProject', { scopes: ['enterprise-project:e1'] }]],
  },
  {
    name: 'a wider row beside a narrower one counts',
    stage: () =>
      adaHas([legacyPolicy(allow('kms:*:*')), 'project:p1'], [legacyPolicy(allow('kms:cmk:create'))]),
    holds: ['kms:cmk:create'],
    limited: [['kms:cmk:delete', { scopes: ['project:p1'] }]],
  },
  {
    name: 'a user may be granted a role directly, in any scope',
    stage: () => account().users('ada').grantRole(systemRoleId('Security Administrator'), { user: 'ada' }),
    holds: createUser,
  },
]

describe('a legacy grant', () => {
  test.each(cases)('$name', ({ stage, holds = [], lacks = [], limited = [] }) => {
    const grants = adasGrants(stage())
    const found = (action: string): readonly Grant[] => grants.filter((grant) => covers(grant, action))
    expect(holds.filter((action) => !found(action).some(isUnlimited))).toEqual([])
    expect(lacks.filter((action) => found(action).length > 0)).toEqual([])
    for (const [action, limit] of limited)
      expect([action, found(action).map(({ actions: _, except: __, ...rest }) => rest)]).toEqual([
        action,
        [limit],
      ])
  })

  test('of a role whose text contradicts its name is said', () => {
    const builder = adaHasSystem('Tenant Administrator')
    for (const role of builder.account.roles)
      if (role.name === 'te_admin') role.policy = { Version: '1.0', Statement: [allow('*')] }
    expect(verdictOf({ account: builder }).notices.join()).toContain('Tenant Administrator')
  })

  test('is shown with group, role, scope and the words of its text', () => {
    const builder = adaHasSystem('Security Administrator', 'all-projects')
    const [row] = verdictOf({ account: builder }).drift
    expect(row).toMatchObject({ kind: 'unapproved-holder', grants: [{ actions: ['iam:*:*'] }] })
    expect(row?.paths).toMatchObject([
      {
        links: [
          { kind: 'membership', group: 'ops' },
          { kind: 'role', role: 'Security Administrator', scope: 'all-projects', updated_at: null },
        ],
        origin: { kind: 'statement', statement: 1 },
      },
    ])
    expect(
      row?.revocations.map(({ cuts }) => cuts.map(({ kind, operation }) => [kind, operation.api])),
    ).toEqual([
      [['remove-from-group', 'RemoveUserFromGroupV5']],
      [['revoke-role', 'DeleteDomainGroupInheritedRole']],
    ])
  })

  test('whose Deny binds another source alone is shown beside what is held', () => {
    const builder = adaHas([legacyPolicy(allow('iam:users:*'))])
      .policy('no', document(deny('iam:users:*')))
      .attach('no', { user: 'ada' })
    const [row] = verdictOf({ account: builder }).holdings
    expect(row?.conditional_denies).toMatchObject([{ policy: 'no', statement: 1 }])
  })
})

describe('a legacy role that is undetermined', () => {
  const unclear = (): AccountBuilder =>
    adaHas([{ Version: '1.0', Statement: [allow('word')] }])
      .users('bob', 'eve')
      .group('others', 'eve')

  test('is a gap for whom it reaches, and for no others', () => {
    const { gaps, result } = verdictOf({ account: unclear(), baseline: [entry('bob')] })
    expect(gaps).toMatchObject([
      { code: 'undetermined-role', document: { kind: 'role', role: 'r0' }, reaches: [{ name: 'ada' }] },
    ])
    expect(result).toBe('incomplete')
  })

  test('nothing of whoever it reaches is said to be lost; of others it is', () => {
    const { no_longer_held } = verdictOf({ account: unclear(), baseline: [entry('bob'), entry('ada')] })
    expect(no_longer_held.map((row) => row.principal.name)).toEqual(['bob'])
  })

  test('reaches whoever may assume an agency that has it', () => {
    const stage = account()
      .users('ada', 'bob')
      .role('r', { Version: '2.0', Statement: [] })
      .legacyAgency('ops', { domain_id: idOf('account', 'acme'), domain_name: 'acme' })
      .grantRole('r', { agency: 'ops' })
      .policy('assume', document(allow('sts:agencies:assume')))
      .attach('assume', { user: 'ada' })
    const { gaps } = verdictOf({ account: stage })
    expect(gaps.map((gap) => gap.reaches?.map((one) => one.name))).toEqual([['ada', 'ops']])
  })

  test('is granted and in no list: a gap as well', () => {
    const { gaps } = verdictOf({ account: adaHas([legacyPolicy(allow('kms:*:*'))]), snapshot: { roles: [] } })
    expect(gaps).toMatchObject([{ code: 'unlisted-role', reaches: [{ name: 'ada' }] }])
  })

  test('could not be read: what its name says is held all the same', () => {
    const stage = adaHasSystem('Security Administrator')
    for (const role of stage.account.roles) role.policy = '{'
    const { drift, gaps } = verdictOf({ account: stage })
    expect(drift).toMatchObject([{ grants: [{ actions: ['iam:*:*'] }] }])
    expect(gaps).toMatchObject([{ code: 'undetermined-role' }])
  })

  test('can be accepted for those it names, and is a gap again for one more', () => {
    const [gap] = verdictOf({ account: unclear() }).gaps
    const document = gap?.document as { readonly sha256: string }
    const known = {
      ...{ role_id: idOf('role', 'r0'), sha256: document.sha256, for: [`user:${idOf('user', 'ada')}`] },
      ...{ justification: 'looked at', expires: '2027-01-01' },
    }
    const baseline = baselineOf([], { known_gaps: [known] })
    expect(verdictOf({ account: unclear(), baseline })).toMatchObject({
      ...{ complete: true, gaps: [], result: 'unchanged' },
      known_gaps: [{ document: { kind: 'role' }, reaches: [{ name: 'ada' }] }],
    })
    const more = unclear().join('ops', 'eve')
    expect(verdictOf({ account: more, baseline })).toMatchObject({
      ...{ complete: false, gaps: [{ reaches: [{ name: 'eve' }] }] },
      known_gaps: [{ reaches: [{ name: 'ada' }] }],
    })
    const late = { account: unclear(), baseline, today: '2027-01-02' }
    expect(verdictOf(late)).toMatchObject({ complete: false, known_gaps: [] })
    const other = baselineOf([], { known_gaps: [{ ...known, sha256: 'f'.repeat(64) }] })
    expect(verdictOf({ account: unclear(), baseline: other }).complete).toBe(false)
  })
})

describe('an approval of legacy grants', () => {
  const inProject = () => adaHas([legacyPolicy(allow('kms:*:*')), 'project:p1'])
  const keys = permission('keys', ['kms:*:*'])
  const approving = (grant: Partial<Grant>) =>
    baselineOf([entry('ada', { permission: 'keys', grants: [{ actions: ['kms:*:*'], ...grant }] })], {}, [
      keys,
    ])

  test.each<readonly [string, Partial<Grant>, string]>([
    ['the same project', { scopes: ['project:p1'] }, 'unchanged'],
    ['every project', { scopes: ['project:*'] }, 'reduced'],
    ['one project more', { scopes: ['project:p1', 'project:p2'] }, 'reduced'],
    ['no scope', {}, 'reduced'],
    ['another project', { scopes: ['project:p2'] }, 'drift'],
    ['every enterprise project', { scopes: ['enterprise-project:*'] }, 'drift'],
  ])('for %s', (_, grant, result) => {
    expect(verdictOf({ account: inProject(), permissions: [keys], baseline: approving(grant) }).result).toBe(
      result,
    )
  })

  test('of a legacy action covers its new name', () => {
    const stage = adaHas([legacyPolicy(allow('iam:users:createUser'))])
    const approved = { grants: [{ actions: ['iam:users:createUser'] }] }
    expect(verdictOf({ account: stage, baseline: [entry('ada', approved)] }).result).toBe('unchanged')
    const condition = { Bool: { 'g:MFAPresent': ['true'] } }
    const limited = { grants: [{ actions: ['iam:users:createUser'], condition }] }
    expect(verdictOf({ account: stage, baseline: [entry('ada', limited)] }).result).toBe('drift')
  })

  test('of a new name does not cover the legacy one', () => {
    const stage = adaHas([legacyPolicy(allow('iam:users:createUser'))])
    const approved = { grants: [{ actions: ['iam:users:createUserV5'] }] }
    expect(verdictOf({ account: stage, baseline: [entry('ada', approved)] }).result).toBe('drift')
  })

  test('names both catalogues', () => {
    const { holdings } = verdictOf({ account: adaHas([legacyPolicy(allow('iam:users:createUser'))]) })
    expect(holdings[0]?.actions).toEqual(expect.arrayContaining(createUser))
  })
})

test('all of a permission may be held by sources together', () => {
  const full = { ...IAM, actions: ['iam:users:*', 'iam:groups:*'], holds: 'all' as const }
  const stage = adaHas([legacyPolicy(allow('iam:users:*'))])
  expect(verdictOf({ account: stage, permissions: [full] })).toMatchObject({ drift: [], partial: [{}] })
  stage.policy('p', document(allow('iam:groups:*'))).attach('p', { user: 'ada' })
  expect(verdictOf({ account: stage, permissions: [full] })).toMatchObject({
    drift: [{ extent: 'all' }],
    partial: [],
  })
})
