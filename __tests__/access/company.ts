/** Random companies in which both models are mixed: identity policies, legacy roles, agencies, a provider. */
import fc from 'fast-check'
import { AccountBuilder, idOf, systemRoleId } from '../../simulator/iam/account.ts'
import type { RoleScope } from '../../src/account/link.ts'
import type { Condition } from '../../src/policy/types.ts'

export const ACCOUNT = idOf('account', 'acme')
export const OTHER = 'f'.repeat(32)
export const users = ['ada', 'bob', 'eve'] as const
export const groups = ['ops', 'dev', 'admin'] as const
/** One is called like a user, one lies under a path. */
export const agencies = ['alfa', 'beta', 'ada', 'delta'] as const
export const pathOf = (agency: string): string => (agency === 'beta' ? 'team/' : '')
export const userUrn = (name: string): string => `iam::${ACCOUNT}:user:${name}`
export const agencyUrn = (name: string): string => `iam::${ACCOUNT}:agency:${pathOf(name)}${name}`

export interface PlanStatement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action?: readonly string[]
  readonly NotAction?: readonly string[]
  readonly Resource?: readonly string[] | { readonly uri: readonly string[] }
  readonly Condition?: Condition
}

export type Holder = { readonly user: string } | { readonly group: string } | { readonly agency: string }

export interface PlanRole {
  readonly version: '1.0' | '1.1'
  readonly statements: readonly PlanStatement[]
}

/** Whom a statement of a trust policy names. */
export type Named =
  | 'account'
  | 'root'
  | 'every-user'
  | 'other-account'
  | 'everybody'
  | 'all-but-other'
  | 'users-in-a'
  | `user ${string}`
  | `agency ${string}`

export interface PlanParty {
  readonly named: Named
  readonly condition?: Condition
  readonly effect: 'Allow' | 'Deny'
}

export type PlanTrust =
  | { readonly kind: 'policy'; readonly parties: readonly PlanParty[] }
  | { readonly kind: 'legacy-own' | 'legacy-other' | 'legacy-expired' | 'undetermined' }

export interface Company {
  readonly policies: readonly (readonly PlanStatement[])[]
  readonly roles: readonly PlanRole[]
  readonly attachments: readonly (readonly [policy: number, holder: Holder])[]
  /** Roles by their number, or system roles by name. */
  readonly grants: readonly (readonly [role: number | string, holder: Holder, scope: RoleScope])[]
  readonly members: readonly (readonly [group: string, user: string])[]
  readonly trusts: readonly PlanTrust[]
  /** Groups that the rules of a provider give. */
  readonly mapped: readonly string[]
}

const mfa: Condition = { Bool: { 'g:MFAPresent': ['true'] } }
export const onlyAda: Condition = { StringEquals: { 'g:UserName': ['ada'] } }
export const adaByUrn: Condition = { StringEquals: { 'g:PrincipalUrn': [userUrn('ada')] } }
export const betaByUrn: Condition = { StringEquals: { 'g:PrincipalUrn': [agencyUrn('beta')] } }

const condition = fc.constantFrom<Condition | undefined>(
  ...[undefined, undefined, undefined, undefined, mfa, onlyAda, adaByUrn, betaByUrn],
)
const effect = fc.constantFrom('Allow' as const, 'Allow' as const, 'Allow' as const, 'Deny' as const)
const assuming = ['sts:agencies:assume', 'iam:tokens:assume', 'iam:agencies:assume'] as const

const identityActions = fc.constantFrom<Pick<PlanStatement, 'Action' | 'NotAction'>>(
  { Action: ['iam:users:createUserV5'] },
  { Action: ['iam:users:*'] },
  { Action: ['iam:*:*'] },
  { Action: ['*:*:*'] },
  { Action: ['kms:cmk:create'] },
  { NotAction: ['iam:*:*'] },
  { NotAction: ['sts:*:*', 'kms:*:*'] },
  ...assuming.map((one) => ({ Action: [one] })),
  { Action: ['sts:*:*'] },
)
const identityResource = fc.constantFrom<readonly string[] | undefined>(
  ...[undefined, undefined, undefined, undefined],
  ['*'],
  [agencyUrn('alfa')],
  [agencyUrn('beta')],
  [`iam::${ACCOUNT}:agency:beta`],
  [`iam::${ACCOUNT}:agencies:ada`],
  ['iam::*:agency:*'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of policies look like this
  ['iam::${g:DomainId}:agency:${g:UserName}'],
)
const legacyActions = fc.constantFrom<readonly string[]>(
  ['iam:users:createUser'],
  ['iam:users:createUserV5'],
  ['iam:users:*'],
  ['iam:*:*'],
  ['*:*:*'],
  ['iam:permissions:*'],
  ['kms:*:*'],
  ['iam:agencies:assume'],
  ['iam:tokens:assume'],
  ['iam:agencies:*'],
)
const roleActions = fc.constantFrom<readonly string[]>(
  ['*'],
  ['identity:*'],
  ['identity:assume role'],
  ['kms:create'],
  ['iam:users:createUser'],
)
const legacyResource = fc.constantFrom<PlanStatement['Resource']>(
  ...[undefined, undefined, undefined, undefined],
  { uri: [`/iam/agencies/${idOf('agency', 'alfa')}`] },
  { uri: ['/iam/agencies/ada', '/iam/agencies/delta'] },
)

/** Fields that are absent, not undefined. */
function present(
  statement: { readonly [K in keyof PlanStatement]?: PlanStatement[K] | undefined },
): PlanStatement {
  return Object.fromEntries(
    Object.entries(statement).filter(([, value]) => value !== undefined),
  ) as unknown as PlanStatement
}

const identityStatement = fc
  .tuple(effect, identityActions, identityResource, condition)
  .map(([Effect, actions, Resource, Condition]) => present({ Effect, ...actions, Resource, Condition }))
const legacyStatement = fc
  .tuple(effect, legacyActions, legacyResource, condition)
  .map(([Effect, Action, Resource, Condition]) => present({ Effect, Action, Resource, Condition }))
const roleStatement = fc
  .tuple(effect, roleActions)
  .map(([Effect, Action]): PlanStatement => ({ Effect, Action }))

const role = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      version: fc.constant<'1.1'>('1.1'),
      statements: fc.array(legacyStatement, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      version: fc.constant<'1.0'>('1.0'),
      statements: fc.array(roleStatement, { minLength: 1, maxLength: 2 }),
    }),
  },
)

const holder = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<Holder>(...users.map((user) => ({ user }))) },
  { weight: 2, arbitrary: fc.constantFrom<Holder>(...groups.map((group) => ({ group }))) },
  { weight: 2, arbitrary: fc.constantFrom<Holder>(...agencies.map((agency) => ({ agency }))) },
)
const scope = fc.constantFrom<RoleScope>(
  ...(['domain', 'domain', 'all-projects', 'all-projects'] as const),
  'project:p1',
  'enterprise-project:e1',
)
const named = fc.constantFrom<Named>(
  ...(['account', 'account', 'root', 'every-user', 'other-account', 'everybody', 'all-but-other'] as const),
  'users-in-a',
  ...users.map((user) => `user ${user}` as const),
  ...agencies.map((agency) => `agency ${agency}` as const),
)
const party: fc.Arbitrary<PlanParty> = fc
  .tuple(named, condition)
  .map(([one, limit]) => ({ named: one, effect: 'Allow', ...(limit && { condition: limit }) }))

/** Some parties, and perhaps a Deny of one of them. */
const trustPolicy: fc.Arbitrary<PlanTrust> = fc
  .tuple(fc.array(party, { maxLength: 3 }), fc.nat(8), fc.boolean())
  .map(([parties, at, limited]): PlanTrust => {
    const denied = parties[at]
    const wide = denied?.named === 'every-user' || denied?.named === 'all-but-other'
    if (denied === undefined || wide) return { kind: 'policy', parties }
    const { named } = denied
    return {
      kind: 'policy',
      parties: [...parties, { named, effect: 'Deny', ...(limited && { condition: mfa }) }],
    }
  })
const trust: fc.Arbitrary<PlanTrust> = fc.oneof(
  { weight: 5, arbitrary: trustPolicy },
  {
    weight: 2,
    arbitrary: fc.constantFrom<PlanTrust>(
      ...(['legacy-own', 'legacy-own', 'legacy-other', 'legacy-expired', 'undetermined'] as const).map(
        (kind): PlanTrust => ({ kind }),
      ),
    ),
  },
)

export const company: fc.Arbitrary<Company> = fc.record({
  policies: fc.array(fc.array(identityStatement, { minLength: 1, maxLength: 2 }), {
    minLength: 3,
    maxLength: 3,
  }),
  roles: fc.array(role, { minLength: 2, maxLength: 2 }),
  attachments: fc.uniqueArray(fc.tuple(fc.nat(2), holder), {
    maxLength: 4,
    selector: (row) => JSON.stringify(row),
  }),
  grants: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom<number | string>(
        ...[0, 1, 0, 1, 0, 1],
        ...['Security Administrator', 'Tenant Administrator', 'FullAccess', 'Agent Operator'],
      ),
      holder,
      scope,
    ),
    { maxLength: 4, selector: (row) => JSON.stringify(row) },
  ),
  members: fc.uniqueArray(
    fc.tuple(fc.constantFrom<string>('ops', 'dev', 'ops', 'dev', 'admin'), fc.constantFrom<string>(...users)),
    { maxLength: 4, selector: (pair) => pair.join(' ') },
  ),
  trusts: fc.array(trust, { minLength: agencies.length, maxLength: agencies.length }),
  mapped: fc.uniqueArray(fc.constantFrom<string>(...groups), { maxLength: 1 }),
})

/** The principal as a trust policy writes it. */
function principalOf(named: Named): object {
  const iam = (value: string) => ({ Principal: { IAM: [value] } })
  if (named === 'account') return iam(ACCOUNT)
  if (named === 'root') return iam(`iam::${ACCOUNT}:root`)
  if (named === 'every-user') return iam(`iam::${ACCOUNT}:user:*`)
  if (named === 'other-account') return iam(OTHER)
  if (named === 'everybody') return { Principal: '*' }
  if (named === 'all-but-other') return { NotPrincipal: { IAM: [OTHER] } }
  if (named === 'users-in-a') return iam(`iam::${ACCOUNT}:user:a*`)
  const [kind, name = ''] = named.split(' ')
  // Without its path, which names an agency all the same.
  return iam(kind === 'user' ? userUrn(name) : `iam::${ACCOUNT}:agency:${name}`)
}

function trustText(parties: readonly PlanParty[]): string {
  return JSON.stringify({
    Version: '5.0',
    Statement: parties.map(({ named, condition: limit, effect: Effect }) => ({
      ...{ Effect, Action: ['sts:agencies:assume'], ...principalOf(named) },
      ...(limit && { Condition: limit }),
    })),
  })
}

export const roleName = (role: number | string): string => (typeof role === 'number' ? `r${role}` : role)

/** The account of a plan. */
export function build(plan: Company): AccountBuilder {
  const builder = new AccountBuilder('acme').users(...users)
  for (const [at, Statement] of plan.policies.entries())
    builder.policy(`p${at}`, JSON.stringify({ Version: '5.0', Statement }))
  for (const [at, { version, statements }] of plan.roles.entries())
    builder.role(`r${at}`, { Version: version, Statement: statements })
  for (const group of groups)
    builder.group(group, ...plan.members.filter(([name]) => name === group).map(([, user]) => user))
  for (const [at, agency] of agencies.entries()) {
    const trust = plan.trusts[at] as PlanTrust
    const details = { path: pathOf(agency) }
    if (trust.kind === 'policy') builder.agency(agency, trustText(trust.parties), details)
    else if (trust.kind === 'undetermined') builder.agency(agency, '{"Version":"9"}', details)
    else
      builder.legacyAgency(
        agency,
        { domain_id: trust.kind === 'legacy-other' ? OTHER : ACCOUNT, domain_name: 'somebody' },
        { ...details, expire_time: trust.kind === 'legacy-expired' ? builder.ago(1) : null },
      )
  }
  for (const [policy, holder] of plan.attachments) builder.attach(`p${policy}`, holder)
  for (const [role, holder, scope] of plan.grants)
    builder.grantRole(typeof role === 'number' ? `r${role}` : systemRoleId(role), holder, scope)
  if (plan.mapped.length > 0)
    builder
      .mapping('corp', [
        {
          local: [{ user: { name: '{0}' } }, ...plan.mapped.map((name) => ({ group: { name } }))],
          remote: [{ type: 'UserName' }, { type: 'Groups', any_one_of: ['cloud'] }],
        },
      ])
      .samlIdentityProvider('corp', { mapping: 'corp' })
  return builder
}
