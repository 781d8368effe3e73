/** What people would see in the situations that matter, as texts: a script writes them, a test holds them. */
import { proposeBaseline } from '../../src/audit/propose.ts'
import type { AgencyEntry, BaselineEntry, FederatedEntry } from '../../src/baseline/baseline.ts'
import { writeBaseline } from '../../src/baseline/write-baseline.ts'
import type { AccountAudit } from '../../src/gate/account-audit.ts'
import { type GateAnswers, judge } from '../../src/gate/decide.ts'
import type { GateVerdict } from '../../src/gate/model.ts'
import { renderGate } from '../../src/render/comment.ts'
import { desiredIssue } from '../../src/render/issue.ts'
import { renderSummary } from '../../src/render/summary.ts'
import { ACCOUNT, type Account, config, entry, hexId, TODAY, users, verdictOn } from './verdicts.ts'

const wholeIam = [{ Effect: 'Allow', Action: ['iam:*:*'] }]
const admins = { IamAdmin: ['group iam-admins'] }
const alice = hexId('alice')
const bob = hexId('IAMUserB')

/** Situations of the audit, by the name of the file. */
export const accounts: Readonly<Record<string, Account>> = {
  'first-run': {
    users: users('alice', 'IAMUserB', 'carol'),
    ...{ disabled: [hexId('carol')], groups: { 'iam-admins': [alice, bob] } },
    policies: {
      IamAdmin: wholeIam,
      OwnPolicy: [
        { Effect: 'Allow', Action: ['iam:policies:createVersionV5'], Resource: ['iam:*:*:policy:build'] },
      ],
    },
    attached: { ...admins, OwnPolicy: [hexId('carol')] },
    approvals: null,
  },
  'one-new-holder': {
    users: users('alice', 'IAMUserB'),
    groups: { 'iam-admins': [alice], ops: [bob] },
    policies: { IamAdmin: wholeIam, CustomOps: wholeIam },
    attached: { ...admins, CustomOps: ['group ops'] },
    approvals: [entry('alice')],
  },
  'one-exceeding': {
    users: users('alice', 'IAMUserB'),
    policies: {
      UserDesk: [{ Effect: 'Allow', Action: ['iam:users:*'] }],
      PolicyDesk: [{ Effect: 'Allow', Action: ['iam:policies:*'] }],
    },
    attached: { UserDesk: [bob], PolicyDesk: [bob] },
    approvals: [entry('IAMUserB', { grants: [{ actions: ['iam:users:*'], except: ['iam:users:get*'] }] })],
  },
  'one-expired': {
    users: users('alice', 'IAMUserB'),
    ...{ groups: { 'iam-admins': [alice, bob] }, policies: { IamAdmin: wholeIam }, attached: admins },
    approvals: [
      entry('alice', { expires: '2026-12-01', owner: 'platform-team' }),
      entry('IAMUserB', { expires: '2026-11-20', owner: 'platform-team' }),
    ],
  },
  incomplete: {
    users: users('alice', 'IAMUserB', 'carol'),
    groups: { 'iam-admins': [alice] },
    policies: { IamAdmin: wholeIam, Broken: 'no JSON', Accepted: 'no JSON either' },
    attached: { ...admins, Broken: [bob], Accepted: [hexId('carol')] },
    approvals: [entry('alice')],
    knownGaps: ['Accepted'],
    gaps: [
      {
        ...{
          code: 'forbidden',
          call: 'GET /v5/groups',
          iam_action: 'iam:groups:listGroupsV5',
          http_code: null,
        },
        message: 'Listing the groups failed: 403, the auditor lacks iam:groups:listGroupsV5.',
        remedy: 'Allow iam:groups:listGroupsV5 to the auditor.',
        scope: { type: 'account' },
      },
    ],
  },
}

const key = { account: ACCOUNT, baseline: '.github/iam-baseline.json' }
const runUrl = 'https://github.com/octo/iam/actions/runs/1'

/** Summary, and the visible part of the issue, in one situation of the audit. */
export function auditSample(account: Account, budget = 60_000): { summary: string; issue: string } {
  const verdict = verdictOn(account)
  const proposal = writeBaseline(
    proposeBaseline({
      ...{ verdict, principals: [], config, baseline: null, only: [], update: new Set(['new']) },
      ...{ today: verdict.taken_at.slice(0, 10) },
      fields: { justification: '', owner: '', expires: '' },
    }).baseline,
  )
  const context = {
    baselinePath: key.baseline,
    proposal: verdict.has_baseline ? null : proposal,
    remarks: [],
  }
  const desired = desiredIssue(verdict, { key, config, runUrl })
  const { head, drift, rest } = desired.render({ standing: null, budget, stamp: desired.stamp })
  return { summary: renderSummary(verdict, context), issue: `${head}\n${drift}\n\n${rest}` }
}

/** Every golden file: its name and its text. */
export function samples(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const [name, account] of Object.entries(accounts)) {
    const { summary, issue } = auditSample(account)
    files.set(`${name}.summary.md`, summary)
    // Without a baseline there is no issue.
    if (account.approvals !== null) files.set(`${name}.issue.md`, issue)
  }
  for (const [name, verdict] of Object.entries(gateSituations()))
    files.set(`gate-${name}.md`, renderGate(verdict, { remarks: [], link: linkTo }, 60_000))
  return files
}

function configText(extra = ''): string {
  return `version: 1\nname: production\naudited-permissions:\n  - name: iam-administration\n    actions: ["iam:*:*"]\n${extra}approvals:\n  require: [justification]\n`
}

function baselineText(...approvals: readonly BaselineEntry[]): string {
  return writeBaseline({
    ...{ account: ACCOUNT, audited_permissions: { 'iam-administration': { actions: ['iam:*:*'] } } },
    approvals: approvals.map((one) => ({ ...one, grants: one.grants })),
  })
}

function agency(trusted: AgencyEntry['trusted'], justification = 'Pipeline, SEC-200'): AgencyEntry {
  return {
    ...{ kind: 'agency', agency: 'ci-deploy', agency_id: hexId('ci-deploy'), trusted },
    ...{
      permission: 'iam-administration',
      grants: [{ actions: ['iam:agencies:*'] }],
      justification,
      extra: {},
    },
  }
}

function onCall(when: FederatedEntry['when'], over: Partial<FederatedEntry> = {}): FederatedEntry {
  return {
    ...{ kind: 'federated', provider: 'corp', group: 'ops', group_id: hexId('ops'), when },
    ...{ issuer: 'https://idp.acme.example/saml', keys: ['9f86d081884c7d65'] },
    ...{ permission: 'iam-administration', grants: [{ actions: ['iam:*:*'] }], extra: {} },
    ...{ justification: 'On-call by single sign-on, SEC-201', ...over },
  }
}

const linkTo = (file: string, line: number): string =>
  `https://github.com/acme/security/blob/${'c'.repeat(40)}/${file}#L${line}`

/** Six pull requests. */
export function gateSituations(): Readonly<Record<string, GateVerdict>> {
  const judged = (base: string, head: string, extra = '', answers: Partial<GateAnswers> = {}): GateVerdict =>
    judge(
      {
        base: { config: configText(), baseline: base },
        head: { config: configText(extra), baseline: head },
        paths: { config: '.github/iam-audit.yml', baseline: key.baseline },
        ...{ today: TODAY, event: 'pull_request' },
      },
      answers,
    )
  const usersDesk = { grants: [{ actions: ['iam:users:*'] }] }
  const alice = baselineText(entry('alice'))
  const pipeline = {
    ...{ provider: `iam::${ACCOUNT}:oidcProvider:github`, keys: ['2b18947a6a9fc776'] },
    issuer: 'https://token.actions.githubusercontent.com sts.huaweicloud.com',
    condition: { StringEquals: { 'oidc:sub': ['repo:acme/infra:ref:refs/heads/main'] } },
  }
  const cloudOps = { type: 'Groups', any_one_of: ['cloud-ops'] }
  const narrower = '    except: ["iam:users:delete*"]\n'
  const principals = ['alice', 'IAMUserB', 'carol'].map((name) => ({
    ...({ kind: 'user', id: hexId(name), name } as const),
    ...{ enabled: true, isRoot: false },
  }))
  const account: AccountAudit = {
    ...{ account: ACCOUNT, complete: true, gaps: [], kinds: ['user'], audited: ['iam-administration'] },
    ...{ principals, unheld: [], holdings: [], fails: true },
    drift: [
      {
        ...{ kind: 'unapproved-holder', permission: 'iam-administration' },
        principal: { kind: 'user', id: hexId('carol'), name: 'carol' },
      },
    ],
  }
  const reviews = {
    ...{ opener: { login: 'mona', isApp: false }, makers: ['mona'], headSha: 'c', unreadable: null },
    reviews: [{ login: 'octocat', kind: 'User', state: 'APPROVED', commitId: 'c' }],
    permissions: new Map([['octocat', 'write']]),
  }
  return {
    'approval-added': judged(alice, baselineText(entry('alice'), entry('IAMUserB')), '', { account }),
    'no-justification': judged(
      alice,
      baselineText(entry('alice'), entry('IAMUserB', { ...usersDesk, justification: '' })),
    ),
    'widened-and-prolonged': judged(
      baselineText(entry('alice', { expires: '2026-12-31' }), entry('IAMUserB', usersDesk)),
      baselineText(entry('alice', { expires: '2027-12-31' }), entry('IAMUserB')),
    ),
    'scope-needs-review': judged(alice, alice, narrower),
    'agency-and-provider': judged(
      baselineText(agency([pipeline]), onCall([[cloudOps]])),
      baselineText(
        agency([pipeline, { account: 'fedc0000fedc0000fedc0000fedc0000' }, { everybody: true }]),
        onCall([[cloudOps], []], { keys: ['9f86d081884c7d65', 'a4b5c6d7e8f90102'] }),
        onCall([[{ type: 'Mail', not_any_of: ['guest', 'vendor'] }]], {
          group: 'dev',
          group_id: hexId('dev'),
        }),
      ),
    ),
    'scope-approved': judged(alice, alice, narrower, { reviews }),
  }
}
