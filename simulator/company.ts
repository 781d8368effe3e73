/** A company of some three hundred people, as a newcomer would find it: what was approved, and what has happened since. */
import { AccountBuilder, allow, deny, document, Operations, type SimulatedAccount } from './iam/account.ts'
import { agencies, federation, lately, legacyAdministrators, signIns } from './inhabitants.ts'

export interface Company {
  readonly account: SimulatedAccount
  /** Text of the config. */
  readonly config: string
  /** Lets what happened since the last review happen. */
  readonly thenTimePasses: () => void
  /** Turns a proposed baseline into the reviewed one: justifications, owners, dates. */
  readonly review: (proposed: string) => string
}

const givenNames =
  'Amara Bao Chiara Dmitri Elif Farid Gwen Haruto Ines Jamal Katya Lin Mateo Nadia Oskar Priya Quentin Rania Sven Tomas Uma Viktor Wei Ximena Yusuf Zofia'.split(
    ' ',
  )
const familyNames =
  'Adeyemi Bauer Chen Dimitrov Eriksen Fischer Garcia Haddad Ivanova Jansen Kim Laurent'.split(' ')

/** People by name, in an order that is always the same. */
const people = familyNames.flatMap((family) =>
  givenNames.map((given) => `${given.toLowerCase()}.${family.toLowerCase()}`),
)

const services = 'ecs vpc obs rds cce evs elb dns cts lts kms swr'.split(' ')

/** Statement of a team's policy for a service. */
const operate = (service: string) =>
  allow([`${service}:*:get*`, `${service}:*:list*`, `${service}:*:update*`, `${service}:*:create*`])

const config = `version: 1
name: Northwind production
audited-permissions:
  - preset: iam-administration@1
    severity: critical
  - preset: full-administration@1
    severity: critical
  - name: organization-control
    description: Can change the organization or its service control policies
    severity: high
    actions: ["organizations:*:*"]
    except: ["organizations:*:get*", "organizations:*:list*"]
approvals:
  require: [justification]
  warn-days: 14
issue:
  labels: [iam-audit, security]
owners:
  platform-team: octocat
`

/**
 * Builds the company.
 *
 * @param now milliseconds since the epoch: dates are believable as seen from there
 */
export function northwind(now: number): Company {
  const builder = founded(now)
  return {
    account: builder.account,
    config,
    thenTimePasses: () => timePasses(builder, now),
    review: (text) => reviewed(text, now),
  }
}

/**
 * The same company with everything that real accounts have besides identity policies: legacy roles, agencies that
 * partners, pipelines and its own people may assume, and people whom an identity provider vouches for.
 *
 * @param now milliseconds since the epoch; what happened lately lies in the 50 hours before
 */
export function companyWithEverything(now: number): Company {
  const builder = founded(now)
  legacyAdministrators(builder, person)
  agencies(builder, person)
  federation(builder)
  signIns(builder, person)
  return {
    account: builder.account,
    config,
    thenTimePasses: () => {
      timePasses(builder, now)
      lately(builder, person, now)
    },
    review: (text) => reviewed(text, now),
  }
}

const person = (at: number): string => people[at] as string

/** The company as far as identity policies go. */
function founded(now: number): AccountBuilder {
  const builder = new AccountBuilder('northwind', now)
  builder.users(...people.slice(0, 300)).users('ci-deploy', 'terraform', 'break-glass')
  const disabled = builder.account.users.find((user) => user.user_name === people[41])
  if (disabled) disabled.enabled = false
  systemPolicies(builder)
  teams(builder)
  administrators(builder)
  return builder
    .oidcProvider('github')
    .agency('OrganizationAccountAccessAgency')
    .agency('ServiceAgencyForECS')
    .agency('CiAgency')
}

function systemPolicies(builder: AccountBuilder): void {
  builder
    .systemPolicy('FullAccessV5', document(allow('*:*:*')))
    .systemPolicy('IAMFullAccessPolicy', document(allow('iam:*:*')))
    .systemPolicy(
      'IAMReadOnlyPolicy',
      document(allow(['iam:*:get*', 'iam:*:list*', 'iam:*:check*', 'iam:*:show*'])),
    )
  for (const service of services)
    builder
      .systemPolicy(`${service.toUpperCase()}FullAccessPolicy`, document(allow(`${service}:*:*`)))
      .systemPolicy(
        `${service.toUpperCase()}ReadOnlyPolicy`,
        document(allow([`${service}:*:get*`, `${service}:*:list*`])),
      )
}

/** Thirty-six teams of eight, each with the policies of its work. */
function teams(builder: AccountBuilder): void {
  for (let team = 0; team < 36; team++) {
    const service = services[team % services.length] as string
    const name = `${service}-team-${Math.floor(team / services.length) + 1}`
    builder.group(name, ...people.slice(team * 8, team * 8 + 8))
    builder.policy(`Operate-${name}`, document(operate(service), allow('lts:*:get*')))
    builder.attach(`Operate-${name}`, { group: name }, 300 - team)
    builder.attach(`${service.toUpperCase()}ReadOnlyPolicy`, { group: name }, 300 - team)
  }
}

function administrators(builder: AccountBuilder): void {
  builder
    .group('admin', person(0))
    .group('platform', person(1), person(2), person(3), person(4))
    .group('helpdesk', person(10), person(11), person(12))
    .group('auditors', person(20), person(21))
    .group('contractors', person(200), person(201), person(202))
    .policy('PlatformIam', document(allow('iam:*:*'), deny('iam:users:delete*')))
    .policy(
      'HelpdeskPasswords',
      document(
        allow(['iam:users:updateLoginProfileV5', 'iam:users:createLoginProfileV5'], {
          Resource: ['iam:*:*:user:contractor-*', 'iam:*:*:user:intern-*'],
        }),
      ),
    )
    .policy(
      'EverythingButIam',
      document({ Effect: 'Allow', NotAction: ['iam:*:*', 'organizations:*:*', 'sts:*:*'] }),
    )
    .policy('NoIam', document(deny('iam:*:*')))
    .policy(
      'OfficeOnly',
      document(deny('iam:*:*', { Condition: { NotIpAddress: { 'g:SourceIp': ['203.0.113.0/24'] } } })),
    )
    .policy('Deploy', document(allow(['ecs:*:*', 'cce:*:*', 'iam:agencies:pass'])))
    .attach('PlatformIam', { group: 'platform' }, 250)
    .attach('OfficeOnly', { group: 'platform' }, 250)
    .attach('HelpdeskPasswords', { group: 'helpdesk' }, 180)
    .attach('IAMReadOnlyPolicy', { group: 'auditors' }, 180)
    .attach('EverythingButIam', { group: 'contractors' }, 90)
    .attach('FullAccessV5', { user: 'break-glass' }, 365)
    .attach('IAMFullAccessPolicy', { user: 'terraform' }, 365)
    .attach('FullAccessV5', { user: 'ci-deploy' }, 365)
    .attach('NoIam', { user: 'ci-deploy' }, 364)
    .attach('Deploy', { user: person(30) }, 120)
}

/** What happened since the last review, each step with its trace. */
function timePasses({ account }: AccountBuilder, now: number): void {
  const ago = (days: number): Operations =>
    new Operations(account, { user: person(0) }, () => now - days * 86_400_000)
  // By membership, by attachment to a group, directly, by a new default version, by the built-in group.
  ago(5).addUserToGroup(person(55), 'platform')
  ago(2).attachPolicy('IAMFullAccessPolicy', { group: 'kms-team-1' })
  ago(1).attachPolicy('IAMFullAccessPolicy', { user: person(99) })
  ago(3).createPolicyVersion('Operate-dns-team-1', document(operate('dns'), allow('iam:agencies:*')))
  ago(6).addUserToGroup(person(120), 'admin')
  // More than was approved.
  const deploy = allow(['ecs:*:*', 'cce:*:*', 'iam:agencies:pass', 'iam:credentials:*'])
  ago(4).createPolicyVersion('Deploy', document(deploy))
  // Less, and a new name.
  ago(4).detachPolicy('IAMFullAccessPolicy', { user: 'terraform' })
  ago(2).updateUser(person(2), { user_name: `${person(2)}-schmidt` })
}

/** What people add to a proposed baseline in review. */
function reviewed(proposed: string, now: number): string {
  const baseline = JSON.parse(proposed)
  const day = (offset: number): string => new Date(now + offset * 86_400_000).toISOString().slice(0, 10)
  for (const entry of baseline.approvals) {
    entry.justification = 'Platform administration, SEC-123'
    entry.owner = 'platform-team'
    if (entry.user === 'break-glass')
      Object.assign(entry, { justification: 'Break-glass, sealed', expires: day(9) })
    if (entry.user === people[4])
      Object.assign(entry, { justification: 'Migration, SEC-98', expires: day(-5) })
  }
  return `${JSON.stringify(baseline, null, 2)}\n`
}
