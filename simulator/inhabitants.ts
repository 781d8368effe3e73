/**
 * Who administers besides those with identity policies: legacy roles, agencies and their partners, a pipeline, and
 * people whom the company's identity provider vouches for. And what they have done lately.
 */
import { type AccountBuilder, allow, document, idOf, legacyPolicy, Operations } from './iam/account.ts'
import { trustIam, trustOidc, trustService } from './iam/statements.ts'

const HOUR = 3_600_000

const partner = {
  domain_id: idOf('account', 'fjord-managed-services'),
  domain_name: 'fjord-managed-services',
}
const management = { domain_id: idOf('account', 'northwind-management'), domain_name: 'northwind-management' }

/** Rules of the mapping: these groups of the provider become the group of people on call. */
const onCallRules = (...groups: readonly string[]) => [
  {
    local: [{ user: { name: '{0}' } }, { group: { name: 'on-call' } }],
    remote: [{ type: 'UserName' }, { type: 'Groups', any_one_of: groups }],
  },
]

/** Groups and custom policies of the years before identity policies. */
export function legacyAdministrators(builder: AccountBuilder, person: (at: number) => string): void {
  const project = builder.account.projects.find(({ name }) => name === 'cn-north-4')
  builder
    .group('legacy-admins', person(60), person(61))
    .group('user-desk', person(62), person(63), person(64))
    .group('tenant-operators', person(65), person(66))
    .group('bookkeeping', person(67))
    .role('user-desk', legacyPolicy(allow(['iam:users:createUser', 'iam:permissions:addUserToGroup'])))
    .systemRoles(40)
    .grantRole('Security Administrator', { group: 'legacy-admins' })
    .grantRole('FullAccess', { group: 'legacy-admins' }, 'all-projects')
    .grantRole('user-desk', { group: 'user-desk' })
    // What does not administer: everything but IAM, a role whose name only sounds like it, one project.
    .grantRole('Tenant Administrator', { group: 'tenant-operators' }, 'all-projects')
    .grantRole('DBSS Security Administrator', { group: 'tenant-operators' })
    .grantRole('DNS Administrator', { group: 'tenant-operators' }, `project:${project?.id}`)
    .grantRole('FullAccess', { group: 'bookkeeping' }, 'enterprise-project:finance')
}

/** Agencies: a partner's, the organization's, a pipeline's, one for the company's own people, and those of services. */
export function agencies(builder: AccountBuilder, person: (at: number) => string): void {
  const { account } = builder
  const github = `iam::${account.account_id}:oidcProvider:github`
  const main = trustOidc(github, ['repo:northwind/infrastructure:ref:refs/heads/main'])
  account.agencies = []
  account.trust_providers = []
  builder
    .oidcProvider('github', { url: 'https://token.actions.githubusercontent.com' })
    .legacyAgency('OrganizationAccountAccessAgency', management)
    .legacyAgency('fjord-operations', partner)
    .legacyAgency('migration-2024', partner, { duration: '24', expire_time: builder.ago(500) })
    .legacyAgency('ecs-backup', { domain_id: idOf('account', 'op_svc_ecs'), domain_name: 'op_svc_ecs' })
    .agency('pipeline', main)
    .agency('ops-admin', trustIam(account.account_id))
    .agency('ServiceLinkedAgencyForCBH', trustService('service.CBH'), {
      path: 'service-linked-agency/service.CBH/',
    })
    .policy(
      'AssumeOpsAdmin',
      document(allow('sts:agencies:assume', { Resource: [`iam::${account.account_id}:agency:ops-admin`] })),
    )
    .systemPolicy('CBHServiceLinkedAgencyPolicy', document(allow('vpc:*:get*')))
    .attach('FullAccessV5', { agency: 'OrganizationAccountAccessAgency' }, 365)
    .attach('IAMFullAccessPolicy', { agency: 'pipeline' }, 150)
    .attach('IAMFullAccessPolicy', { agency: 'ops-admin' }, 150)
    .attach('CBHServiceLinkedAgencyPolicy', { agency: 'ServiceLinkedAgencyForCBH' }, 365)
    .attach('AssumeOpsAdmin', { user: person(70) }, 150)
    .grantRole('Security Administrator', { agency: 'fjord-operations' })
    .grantRole('FullAccess', { agency: 'migration-2024' }, 'all-projects')
}

/** People on call, who have no user of their own. */
export function federation(builder: AccountBuilder): void {
  builder
    .group('on-call')
    .mapping('corp-mapping', onCallRules('cloud-on-call'))
    .samlIdentityProvider('corp', { mapping: 'corp-mapping' })
    .samlIdentityProvider('old-corp', { mapping: 'corp-mapping' }, { enabled: false })
    .attach('IAMFullAccessPolicy', { group: 'on-call' }, 120)
}

/** How some administrators sign in. */
export function signIns(builder: AccountBuilder, person: (at: number) => string): void {
  const key = (name: string, used: string | null) => ({
    access_key_id: `AK${idOf('key', name).slice(0, 18).toUpperCase()}`,
    ...{ created_at: builder.ago(300), active: true, last_used_at: used },
  })
  builder
    .signIn(person(0), { last_login_at: builder.ago(1), login_profile: true, mfa: true })
    .signIn(person(1), { last_login_at: builder.ago(3), login_profile: true, mfa: true })
    .signIn(person(60), { last_login_at: builder.ago(190), login_profile: true })
    .signIn('terraform', { access_keys: [key('terraform', builder.ago(1))] })
    .signIn('break-glass', { login_profile: true, mfa: true, access_keys: [key('break-glass', null)] })
}

/** What happened lately, with a trace of each step. The last of them came and went. */
export function lately(builder: AccountBuilder, person: (at: number) => string, now: number): void {
  const { account } = builder
  const hoursAgo = (hours: number) => () => now - hours * HOUR
  const admin = new Operations(account, { user: person(0) }, hoursAgo(50))
  admin.addUserToGroup(person(140), 'legacy-admins')
  admin.at(now - 26 * HOUR).grantRole('FullAccess', { group: 'rds-team-2' }, 'all-projects')
  const terraform = new Operations(account, { user: 'terraform', via: 'api' }, hoursAgo(40))
  const github = `iam::${account.account_id}:oidcProvider:github`
  terraform.updateTrustPolicy('pipeline', trustOidc(github, ['repo:northwind/*']))
  terraform.at(now - 39 * HOUR).updateMapping('corp-mapping', onCallRules('cloud-on-call', 'contractors'))
  const visitor = new Operations(account, { agency: 'ops-admin', session: person(70) }, hoursAgo(30))
  visitor.grantRole('Security Administrator', { group: 'contractors' })
  visitor.at(now - 28 * HOUR).revokeRole('Security Administrator', { group: 'contractors' })
}
