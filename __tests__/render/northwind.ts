/** A company in the situations that matter: no cause, one, seven of every kind, forty, four hundred users by one. */
import type { TrustedParty } from '../../src/access/model.ts'
import type { AssumeLink } from '../../src/account/link.ts'
import type { NamedPrincipal } from '../../src/account/principal.ts'
import type { Verdict } from '../../src/audit/model.ts'
import {
  adminPath,
  agency,
  attached,
  type Change,
  detach,
  distrust,
  entryFor,
  federated,
  groupOf,
  holding,
  IAM,
  leave,
  member,
  path,
  type Row,
  restore,
  revokeRole,
  role,
  user,
  verdictWith,
} from './builders.ts'

const issuer = 'https://token.actions.githubusercontent.com sts.huaweicloud.com'
const pipeline: TrustedParty = {
  ...{ provider: 'iam::d78cbac186b744899480f25bd022aaaa:oidcProvider:github', issuer, keys: ['2b18'] },
  condition: { StringEquals: { 'oidc:sub': ['repo:acme/infra:ref:refs/heads/main'] } },
}
const openToAll: TrustedParty = {
  ...{ provider: 'iam::d78cbac186b744899480f25bd022aaaa:oidcProvider:github', issuer, keys: ['2b18'] },
  ...{ condition: { StringEquals: { 'oidc:aud': ['sts.huaweicloud.com'] } }, open: true },
}
const partner: TrustedParty = { account: 'fedc00112233445566778899aabbccdd', account_name: 'fjord' }

const group = (name: string) => groupOf(name)
const byGroup = (name: string, policy: string, day?: string, version?: string) =>
  path([member(name), attached(policy, group(name), day, version)])
const names = (prefix: string, count: number): NamedPrincipal[] =>
  Array.from({ length: count }, (_, at) => user(`${prefix}-${String(at + 1).padStart(3, '0')}`))

/** Some users by one policy attached to one group. */
export function massGrant(count: number): Change {
  const link = attached('DevTools', group('developers'), '2026-11-25')
  const rows = names('developer', count).map(
    (principal): Row => ({
      principal,
      paths: [path([member('developers'), link])],
      cuts: [[leave(principal, 'developers')], [detach(link)]],
      others: count - 1,
    }),
  )
  return { kind: 'attachment', rows }
}

const mayAssume = (of: NamedPrincipal, name: string): AssumeLink => ({
  ...{ kind: 'assume', agency_id: of.id, agency: of.name, conditional: false, party: '{"account":"x"}' },
  by: {
    ...{ kind: 'policy', grant: attached(name, { ...user('alice'), kind: 'user' }), through: null },
    ...{ statement: 1, pattern: 'sts:agencies:assume' },
  },
})

function builtin(): Change {
  const principal = user('quentin.eriksen')
  const row = {
    principal,
    severity: 'critical',
    paths: [adminPath()],
    cuts: [[leave(principal, 'admin')]],
  } as const
  return { kind: 'builtin-group', rows: [row, { ...row, permission: 'privilege-escalation' }] }
}

function viaGroup(): Change {
  const link = attached('IAMFullAccessPolicy', group('kms-team-1'), '2026-11-24')
  const rows = names('kms', 8).map(
    (principal): Row => ({
      ordinary: [
        {
          losers: new Map([[principal.id, ['kms', 'obs', 'ecs']]]),
          ...{ unread: ['Operate-legacy'], unlisted: [{ kind: 'group', name: 'kms-team-1' }] },
        },
        { losers: new Map(), unread: [], unlisted: [] },
      ],
      ...{ principal, severity: 'critical', paths: [path([member('kms-team-1'), link])], others: 7 },
      cuts: [[leave(principal, 'kms-team-1')], [detach(link)]],
    }),
  )
  return { kind: 'attachment', rows }
}

function newVersion(): Change {
  const link = attached('Operate-dns-team-1', group('dns-team-1'), '2026-08-01', 'v2')
  const rows = names('dns', 8).map(
    (principal): Row => ({
      ...{
        principal,
        extent: 'part',
        others: 7,
        paths: [path([member('dns-team-1'), link], 'iam:agencies:*')],
      },
      actions: ['iam:agencies:attachPolicyV5', 'iam:agencies:updateTrustPolicyV5'],
      cuts: [[detach(link)], [restore(link, 'v1')]],
      denies: [
        {
          ...{ policy_id: 'p', policy: 'Guard', version_id: 'v1', role_id: null, scope: null, statement: 2 },
          ...{ resources: null, not_resources: null, condition: { Bool: { 'g:MFAPresent': 'false' } } },
        },
      ],
    }),
  )
  return { kind: 'version', rows }
}

function legacy(): Change {
  const link = role('Security Administrator', group('ops'))
  const principal = user('viktor.dimitrov')
  const teammates = names('operator', 3).map((one) => [one.id, ['cts']] as const)
  return {
    kind: 'legacy-grant',
    rows: [
      {
        ...{ principal, paths: [path([member('ops'), link], 'identity:*')] },
        cuts: [[leave(principal, 'ops')], [revokeRole(link)]],
        ordinary: [
          { losers: new Map([[principal.id, ['cts']]]), unread: [], unlisted: [] },
          { losers: new Map(teammates), unread: [], unlisted: [] },
        ],
        others: 2,
      },
    ],
  }
}

const ciDeploy = agency('ci-deploy')
const opsAdmin = agency('ops-admin')

function openTrust(): Change {
  const link = attached('PipelineIam', { ...ciDeploy, kind: 'agency' }, '2026-09-01')
  return {
    kind: 'trust',
    rows: [
      {
        ...{
          principal: ciDeploy,
          kind: 'exceeds-approval',
          because: 'trust',
          grants: [],
          actions: [],
          extent: 'part',
        },
        ...{ paths: [path([link], 'iam:agencies:*')], parties: { trusted: [openToAll] } },
        cuts: [[distrust(ciDeploy, openToAll)], [detach(link)]],
        approval: entryFor(ciDeploy, IAM, { justification: 'Pipeline, SEC-200' }),
      },
    ],
  }
}

function mapping(): Change {
  const principal = federated('corp', 'ops')
  const link = { kind: 'mapping', provider: 'corp', group_id: groupOf('ops').id, group: 'ops' } as const
  return {
    kind: 'mapping',
    rows: [
      {
        ...{
          principal,
          kind: 'exceeds-approval',
          because: 'mapping',
          grants: [],
          actions: [],
          extent: 'part',
        },
        paths: [path([link, role('Security Administrator', groupOf('ops'))], 'identity:*')],
        parties: { when: [[{ type: 'Groups', any_one_of: ['contractors'] }]] },
      },
    ],
  }
}

function expired(): Change {
  const principal = user('elif.adeyemi')
  const approval = entryFor(principal, IAM, {
    expires: '2026-11-21',
    owner: 'platform',
    justification: 'SEC-9',
  })
  const row: Row = {
    ...{ principal, kind: 'approval-expired', approval, paths: [byGroup('platform', 'PlatformIam')] },
    cuts: [[leave(principal, 'platform')]],
  }
  return { kind: 'expiry', rows: [row] }
}

const approved = (who: NamedPrincipal, justification: string, fields = {}) => ({
  approval: entryFor(who, IAM, { justification, ...fields }),
})

/** What is held and approved: users by a group, two agencies, people of a provider. */
function calm(): Verdict['holdings'] {
  const admins = ['ada', 'grace', 'linus'].map((name) => {
    const principal = user(name)
    return holding({
      ...{ principal, paths: [byGroup('iam-admins', 'IamAdmin', '2026-03-01')] },
      ...approved(principal, 'Platform on-call, SEC-123', { owner: 'platform-team', expires: '2027-03-31' }),
    })
  })
  const msp = agency('msp')
  const alice = user('alice')
  const corp = federated('corp', 'ops')
  const backup = agency('cbr-backup')
  const corpLink = { kind: 'mapping', provider: 'corp', group_id: groupOf('ops').id, group: 'ops' } as const
  return [
    ...admins,
    holding({
      ...{ principal: msp, trusted: [partner], ...approved(msp, 'Managed service, SEC-77') },
      paths: [path([role('Security Administrator', { ...msp, kind: 'agency' })], 'identity:*', 0)],
    }),
    holding({
      ...{ principal: ciDeploy, trusted: [pipeline, openToAll], extent: 'part' },
      ...{ grants: [{ actions: ['iam:agencies:*'] }], actions: ['iam:agencies:attachPolicyV5'] },
      paths: [
        path([attached('PipelineIam', { ...ciDeploy, kind: 'agency' }, '2026-09-01')], 'iam:agencies:*'),
      ],
      ...approved(ciDeploy, 'Pipeline, SEC-200'),
    }),
    holding({
      ...{
        principal: alice,
        ...approved(alice, 'Break glass, SEC-31', { assignment: 'eligible', expires: '2027-01-31' }),
      },
      paths: [
        path(
          [mayAssume(opsAdmin, 'AssumeOps'), role('Security Administrator', { ...opsAdmin, kind: 'agency' })],
          'identity:*',
        ),
      ],
    }),
    holding({
      ...{
        principal: corp,
        when: [[{ type: 'Groups', any_one_of: ['cloud-ops'] }]],
        ...approved(corp, 'SEC-201'),
      },
      ...{ issuer: 'https://idp.acme.example/saml', keys: ['9f86d081884c7d65'] },
      paths: [path([corpLink, role('Security Administrator', groupOf('ops'))], 'identity:*')],
    }),
    holding({
      ...{ principal: backup, trusted: [{ service: 'service.CBR' }], ...approved(backup, 'Backups') },
      paths: [path([attached('BackupIam', { ...backup, kind: 'agency' })])],
    }),
  ]
}

/** Forty causes, each with somebody else. */
function forty(): Change[] {
  return names('person', 40).map((principal, at): Change => {
    const link = attached(`Policy-${at + 1}`, { ...principal, kind: 'user' }, '2026-11-25')
    const severity = (['critical', 'high', 'medium', 'low'] as const)[at % 4] ?? 'low'
    return {
      kind: 'attachment',
      rows: [{ principal, severity, paths: [path([link])], cuts: [[detach(link)]] }],
    }
  })
}

const wider = [
  { name: IAM, severity: 'high', holds: 'any', definition: { actions: ['iam:*:*'] } },
  {
    name: 'privilege-escalation',
    severity: 'critical',
    holds: 'any',
    definition: { actions: ['iam:agencies:*'] },
  },
] as const

/** Verdicts by the name of the situation. */
export function situations(): Readonly<Record<string, Verdict>> {
  const seven = [builtin(), viaGroup(), newVersion(), legacy(), openTrust(), mapping(), expired()]
  return {
    '0-causes': verdictWith([], calm(), {
      partial: [holding({ principal: user('part'), paths: [byGroup('x', 'Y')], counts: false })],
      dormant: [{ agency_id: hex('old'), agency: 'old-partner', why: 'expired' }],
      expiring: [
        {
          principal: user('ada'),
          permission: IAM,
          expires: '2026-12-01',
          days_left: 5,
          owner: 'platform-team',
          entry_index: 0,
        },
      ],
    }),
    '1-cause': verdictWith([viaGroup()], calm()),
    '7-causes': verdictWith(seven, calm(), { permissions: wider }),
    '40-causes': verdictWith(forty(), calm()),
    '400-principals': verdictWith([massGrant(400)], calm()),
    'first-run': verdictWith(
      [],
      calm().map((one) => ({ ...one, approval: null })),
      {
        ...{ result: 'no-baseline', has_baseline: false },
      },
    ),
    incomplete: verdictWith([expired()], calm(), {
      ...{ complete: false, coverage_level: 'partial' },
      gaps: [
        {
          ...{ code: 'forbidden', call: 'GET /v3.0/OS-ROLE/roles', iam_action: 'iam:roles:listRoles' },
          ...{ http_code: 'IAM.0091', document: null, reaches: null },
          message: 'Listing custom policies failed: 403.',
          remedy: 'Allow iam:roles:listRoles to the auditor, or make legacy-roles optional in review.',
        },
        {
          ...{ code: 'undetermined-policy', call: 'policy', iam_action: null, http_code: null },
          document: {
            kind: 'policy',
            policy_id: hex('p'),
            policy: 'Odd',
            version_id: 'v3',
            sha256: hex('d').repeat(2),
          },
          ...{ reaches: [user('bob'), ciDeploy], message: 'The policy Odd v3 has an unknown element.' },
          remedy: 'Write it in a form that can be read.',
        },
      ],
    }),
  }
}

function hex(seed: string): string {
  return user(seed).id
}
