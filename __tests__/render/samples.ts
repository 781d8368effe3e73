/** What people would see in the situations that matter, as texts: a script writes them, a test holds them. */
import { proposeBaseline } from '../../src/audit/propose.ts'
import { writeBaseline } from '../../src/baseline/write-baseline.ts'
import { judge, withReview, withVerification } from '../../src/gate/judge.ts'
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
        ...{ code: 'forbidden', call: 'GET /v5/groups', iam_action: 'iam:groups:listGroupsV5' },
        message: 'Listing the groups failed: 403, the auditor lacks iam:groups:listGroupsV5.',
        remedy: 'Allow iam:groups:listGroupsV5 to the auditor.',
        scope: { type: 'account' },
      },
    ],
  },
  '400-new-holders': massGrant(400),
}

/** One policy attached to one group: so many new holders at once. */
export function massGrant(count: number): Account {
  const names = Array.from({ length: count }, (_, at) => `developer-${String(at + 1).padStart(4, '0')}`)
  return {
    users: users('alice', ...names),
    groups: { 'iam-admins': [alice], developers: names.map(hexId) },
    policies: { IamAdmin: wholeIam, DevTools: wholeIam },
    attached: { ...admins, DevTools: ['group developers'] },
    approvals: [entry('alice')],
  }
}

const key = { account: ACCOUNT, baseline: '.github/iam-baseline.json' }
const runUrl = 'https://github.com/octo/iam/actions/runs/1'

/** Summary, and the visible part of the issue, in one situation of the audit. */
export function auditSample(account: Account, budget = 60_000): { summary: string; issue: string } {
  const verdict = verdictOn(account)
  const proposal = writeBaseline(
    proposeBaseline({
      ...{ verdict, users: [], config, baseline: null, only: [], update: new Set(['new']) },
      fields: { justification: '', owner: '', expires: '' },
    }),
  )
  const context = {
    baselinePath: key.baseline,
    proposal: verdict.has_baseline ? null : proposal,
    remarks: [],
  }
  const desired = desiredIssue(verdict, { key, config, runUrl })
  const { head, drift, rest } = desired.render({ standing: null, budget })
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
    files.set(`gate-${name}.md`, renderGate(verdict, [], 60_000))
  return files
}

function configText(extra = ''): string {
  return `version: 1\nname: production\naudited-permissions:\n  - name: iam-administration\n    actions: ["iam:*:*"]\n${extra}approvals:\n  require: [justification]\n`
}

function baselineText(...approvals: readonly ReturnType<typeof entry>[]): string {
  return writeBaseline({
    ...{ account: ACCOUNT, audited_permissions: { 'iam-administration': { actions: ['iam:*:*'] } } },
    approvals: approvals.map((one) => ({ ...one, grants: one.grants })),
  })
}

/** Five pull requests. */
export function gateSituations(): Readonly<Record<string, GateVerdict>> {
  const judged = (base: string, head: string, extra = ''): GateVerdict =>
    judge({
      base: { config: configText(), baseline: base },
      head: { config: configText(extra), baseline: head },
      paths: { config: '.github/iam-audit.yml', baseline: key.baseline },
      ...{ today: TODAY, event: 'pull_request' },
    })
  const usersDesk = { grants: [{ actions: ['iam:users:*'] }] }
  const added = judged(baselineText(entry('alice')), baselineText(entry('alice'), entry('IAMUserB')))
  const narrowed = judged(
    baselineText(entry('alice')),
    baselineText(entry('alice')),
    '    except: ["iam:users:delete*"]\n',
  )
  const review = { approved: true, by: ['octocat'], reasons: [] }
  return {
    'approval-added': withVerification(added, {
      ...{ verified: true, failures: [], green_after_merge: false, notices: [] },
      remaining: [
        {
          ...{ kind: 'unapproved-holder', user_id: hexId('carol'), user: 'carol', touched: false },
          permission: 'iam-administration',
        },
      ],
      names_verified: [bob],
    }),
    'no-justification': judged(
      baselineText(entry('alice')),
      baselineText(entry('alice'), entry('IAMUserB', { ...usersDesk, justification: '' })),
    ),
    'widened-and-prolonged': judged(
      baselineText(entry('alice', { expires: '2026-12-31' }), entry('IAMUserB', usersDesk)),
      baselineText(entry('alice', { expires: '2027-12-31' }), entry('IAMUserB')),
    ),
    'scope-needs-review': narrowed,
    'scope-approved': withReview(narrowed, review),
  }
}
