/** What the issue says, on real verdicts: never an all-clear by accident, complete advice, and never too long. */
import { describe, expect, test } from '@jest/globals'
import type { Verdict } from '../../src/audit/model.ts'
import type { Config } from '../../src/config/config.ts'
import type {
  CommentReason,
  DesiredIssue,
  DriftChange,
  NamedRow,
  ResolvedRow,
} from '../../src/github/desired-issue.ts'
import { findingsOf } from '../../src/render/drift-section.ts'
import { fencedJson, jsonBlock, visible } from '../../src/render/escape.ts'
import { desiredIssue, issueTitle } from '../../src/render/issue.ts'
import { pictureOf } from '../../src/render/picture.ts'
import { renderSummary, SUMMARY_BUDGET } from '../../src/render/summary.ts'
import { ACCOUNT, type Account, config, entry, hexId, users, verdictOn } from './verdicts.ts'

const key = { account: ACCOUNT, baseline: '.github/iam-baseline.json' }
const wholeIam = [{ Effect: 'Allow', Action: ['iam:*:*'] }]
const bob = hexId('bob')
const carol = hexId('carol')

function wanted(verdict: Verdict, issue: Partial<Config['issue']> = {}): DesiredIssue {
  return desiredIssue(verdict, {
    key,
    config: { ...config, issue: { ...config.issue, ...issue } },
    runUrl: '',
  })
}

function textOf(verdict: Verdict, issue: Partial<Config['issue']> = {}, budget = 60_000): string {
  const { render, stamp } = wanted(verdict, issue)
  const { head, drift, rest } = render({ standing: null, budget, stamp })
  return `${head}\n${drift}\n${rest}`
}

function commentOf(
  verdict: Verdict,
  reason: CommentReason,
  change: Partial<DriftChange<ResolvedRow>> = {},
): string {
  const none = { left: [], leftUnnamed: 0, added: [], removed: [], removedUnnamed: 0, known: true }
  return wanted(verdict).comment({
    ...{ reason, change: { ...none, ...change }, original: null },
    budget: 60_000,
  })
}

const resolved = (rows: readonly NamedRow[], how: 'revoked' | 'unknown'): ResolvedRow[] =>
  rows.map((row) => ({ ...row, resolution: { how } }))

const holder: Account = {
  ...{ users: users('alice', 'bob'), policies: { Admin: wholeIam } },
  ...{ attached: { Admin: [bob] }, approvals: [] },
}
const drifted = verdictOn(holder)
const clear = verdictOn({ ...holder, approvals: [entry('bob')] })

describe('who is named', () => {
  test('a disabled holder, in record and comment as in the heading', () => {
    const [row] = wanted(verdictOn({ ...holder, disabled: [bob] })).rows.drift
    expect(row?.words).toBe('everything in iam-administration, not approved (user is disabled)')
  })

  test('owners are called only to findings that the issue shows', () => {
    const owned = verdictOn({
      ...holder,
      users: users('alice', 'bob', 'carol'),
      attached: { Admin: [bob, carol] },
      approvals: [
        entry('bob', { expires: '2026-11-20', owner: 'platform-team' }),
        entry('carol', { expires: '2026-12-01', owner: 'desk' }),
      ],
    })
    const owners = { 'platform-team': 'octocat', desk: 'hubot' }
    const called = (on: Config['issue']['on']): readonly string[] =>
      desiredIssue(owned, { key, config: { ...config, owners, issue: { ...config.issue, on } }, runUrl: '' })
        .assignees
    expect(called(['drift', 'expiring'])).toEqual(['octocat', 'hubot'])
    expect(called(['drift'])).toEqual(['octocat'])
    expect(called(['incomplete', 'expiring'])).toEqual(['hubot'])
  })
})

describe('which findings are the same', () => {
  const keys = (account: Partial<Account>): readonly string[] =>
    wanted(verdictOn({ ...holder, ...account })).rows.drift.map((row) => row.key)
  const allow = (...actions: readonly string[]) => [{ Effect: 'Allow', Action: actions }]
  const desks = { Users: allow('iam:users:*'), Groups: allow('iam:groups:*') }

  test.each<[string, Partial<Account>, Partial<Account>]>([
    ['whatever the user is called now', {}, { users: { [bob]: 'robert' } }],
    ['whatever way it comes by', {}, { groups: { ops: [bob] }, attached: { Admin: ['group ops'] } }],
    ['by one more way', {}, { groups: { ops: [bob] }, attached: { Admin: [bob, 'group ops'] } }],
    ['by a wider policy', {}, { policies: { Admin: allow('*:*:*') } }],
    ['of an enabled user or a disabled one', {}, { disabled: [bob] }],
    [
      'in whatever order',
      { policies: { Admin: allow('iam:users:*', 'iam:groups:*') } },
      { policies: desks, attached: { Groups: [bob], Users: [bob] } },
    ],
  ])('%s', (_, one, other) => {
    expect(keys(one)).toHaveLength(1)
    expect(keys(other)).toEqual(keys(one))
  })

  test.each<[string, Partial<Account>]>([
    ['somebody else of the same name', { users: { [carol]: 'bob' }, attached: { Admin: [carol] } }],
    ['more of it', { policies: { Admin: allow('iam:users:*') } }],
    ['another kind', { approvals: [entry('bob', { grants: [{ actions: ['ecs:*:*'] }] })] }],
    ['an approval that expired', { approvals: [entry('bob', { expires: '2026-11-20' })] }],
  ])('%s is another', (_, other) => {
    expect(keys(other)).toHaveLength(1)
    expect(keys(other)).not.toEqual(keys({}))
  })

  test('gaps are told apart by call, document and whom they concern', () => {
    const gap = { code: 'forbidden', iam_action: null, http_code: null, message: 'm', remedy: 'r' } as const
    const everybody = { type: 'account' } as const
    const gaps = ['GET /v5/groups', 'GET /v5/users'].map((call) => ({ ...gap, call, scope: everybody }))
    const verdict = verdictOn({
      ...holder,
      policies: { ...holder.policies, Broken: 'no JSON', Other: 'no JSON' },
      attached: { ...holder.attached, Broken: [bob], Other: [bob] },
      gaps,
    })
    expect(verdict.gaps).toHaveLength(4)
    expect(new Set(wanted(verdict).rows.incomplete.map((row) => row.key)).size).toBe(4)
  })
})

describe('title', () => {
  test.each([
    [{ open: true, principals: 3, incomplete: false }, '🔴 3 unapproved IAM holders'],
    [{ open: true, principals: 1, incomplete: true }, '🔴 1 unapproved IAM holder'],
    [{ open: true, principals: 0, incomplete: true }, '⚠️ Incomplete IAM audit'],
    [{ open: true, principals: 0, incomplete: false }, '⏳ IAM approvals end soon'],
    [{ open: false, principals: 0, incomplete: false }, '✅ IAM audit'],
  ])('%j is %s', (state, words) => {
    expect(issueTitle(clear, state)).toBe(`${words}: production (${ACCOUNT})`)
  })
})

describe('what a comment says', () => {
  const row = (name: string): NamedRow => ({ name, principal: name, permission: 'p', words: 'everything' })

  test('what is left first, then what is new, then what was resolved and how', () => {
    const commit = {
      sha: '0123456789abcdef',
      url: 'https://github.com/acme/security/commit/0123456789abcdef',
    }
    const text = commentOf(drifted, 'changed', {
      left: [row('alice')],
      leftUnnamed: 2,
      added: [{ ...row('bob'), key: 'k' }],
      removed: [
        { ...row('carol'), resolution: { how: 'revoked' } },
        { ...row('dave'), resolution: { how: 'approved', commit } },
        { ...row('erin'), resolution: { how: 'approved', commit: null } },
        { ...row('frank'), resolution: { how: 'changed' } },
      ],
      removedUnnamed: 1,
    })
    expect(text.split('\n').filter((line) => line !== '')).toEqual([
      '**Still held and not approved (3)**',
      '- `alice`: everything',
      '- and 2 whose names are not recorded',
      '**New (1)**',
      '- `bob`: everything',
      '**Resolved (5)**',
      '- `carol`, `p`: revoked',
      `- \`dave\`, \`p\`: approved in [\`0123456\`](${commit.url})`,
      '- `erin`, `p`: approved',
      '- `frank`, `p`: holds something else of it now, see above',
      '- and 1 whose names are not recorded',
    ])
  })
})

describe('what it says of drift', () => {
  test('an issue that has no section for drift shows none, and its first sentence says it all the same', () => {
    const text = textOf(drifted, { on: ['expiring'] })
    expect(text).toContain('1 user holds `iam-administration` without an approval')
    expect(text).not.toContain('## Held and not approved')
    expect(text).not.toContain('Who did it')
  })

  test('closing says the verdict, and never that all is approved when it is not', () => {
    const removed = resolved(
      [{ name: 'dave', principal: 'd', permission: 'p', words: 'everything' }],
      'revoked',
    )
    const good = commentOf(clear, 'closing', { removed })
    expect(good).toContain('The one holder of an audited permission in `production` is approved.')
    expect(good).toContain('Not looked at: IAM Identity Center')
    expect(good).toMatch(/Closed\.$/)
    const bad = commentOf(drifted, 'closing')
    expect(bad).toContain('1 user holds `iam-administration` without an approval.')
    expect(bad).not.toMatch(/is approved|are approved/)
    expect(bad).toMatch(/does not name `drift`/)
  })

  test('reopening tells what was never settled from what is new', () => {
    const { rows } = wanted(drifted)
    expect(commentOf(drifted, 'reopening', { leftUnnamed: 1 })).toMatch(/^This is not settled/)
    expect(commentOf(drifted, 'reopening', { added: rows.drift })).toMatch(/^There is something new/)
  })

  test('of an incomplete audit: nothing found now is said to be unconfirmed', () => {
    const standing = { text: '- old', rows: [], omitted: 0, added: [0] }
    const { head, drift } = wanted(drifted).render({ standing, budget: 60_000, stamp: wanted(drifted).stamp })
    expect(head).toContain('## Held and not approved (not confirmed)')
    expect(head).toContain('what it found is added here')
    expect(drift).toMatch(/^- old\n\n\| \| What changed [\s\S]*`Admin` attached to the user/)
  })

  test('who did it is asked only where somebody did something, and for the days that are kept', () => {
    expect(textOf(drifted)).toContain('2026-11-17 to 2026-11-24 (it keeps 7 days;')
    const expired = verdictOn({ ...holder, approvals: [entry('bob', { expires: '2026-11-20' })] })
    expect(expired.drift).toHaveLength(1)
    expect(textOf(expired)).not.toContain('Who did it')
    expect(renderSummary(expired, { baselinePath: 'b', proposal: null, remarks: [] })).not.toContain(
      'Who did',
    )
  })

  test('with several policies, each date names its policy', () => {
    const text = textOf(
      verdictOn({
        ...holder,
        policies: { Admin: wholeIam, Desk: wholeIam },
        attached: { Admin: [bob], Desk: [bob] },
      }),
    )
    for (const name of ['Admin', 'Desk'])
      expect(text).toContain(
        `\`${name}\` v3, statement 1, \`iam:*:*\` (version v3 written 2026-10-02, policy attached to the user 2026-11-23)`,
      )
  })

  test('the entry of somebody who has one goes in its place', () => {
    expect(textOf(drifted)).toContain('The entry that approves `bob`:')
    const less = entry('bob', { grants: [{ actions: ['iam:users:*'] }] })
    expect(textOf(verdictOn({ ...holder, approvals: [less] }))).toContain(
      'The entry that approves `bob`, in place of the present one:',
    )
  })
})

describe('what to do', () => {
  const two: Account = {
    users: users('bob', 'carol'),
    groups: { ops: [bob, carol] },
    policies: {
      Mixed: [...wholeIam, { Effect: 'Deny', Action: ['iam:groups:*'] }],
      Groups: [{ Effect: 'Allow', Action: ['iam:groups:*'] }],
    },
    attached: { Mixed: ['group ops'], Groups: [carol] },
    approvals: [],
  }

  test('users who need other cuts are not told of together', () => {
    // Leaving the group ends a Deny for carol, and what it hid comes out.
    const verdict = verdictOn(two)
    const cuts = verdict.drift.map((row) => row.revocations[0]?.cuts.length)
    expect(cuts).toEqual([1, 2])
    const text = textOf(verdict)
    expect(text).toMatch(/\*\*Revoke from `bob`:\*\* (remove `bob` from group `ops`|detach `Mixed`)/)
    expect(text).toMatch(/\*\*Revoke from `carol`:\*\* .*detach `Groups` from `carol`/)
  })

  test('nor are those whose other cut is by a group', () => {
    const groups = { ...two.groups, desk: [carol] }
    const text = textOf(verdictOn({ ...two, groups, attached: { ...two.attached, Groups: ['group desk'] } }))
    expect(text).toMatch(/\*\*Revoke from `bob`:\*\*/)
    expect(text).toMatch(/\*\*Revoke from `carol`:\*\* .*group `desk`/)
  })
})

describe('whatever names are made of', () => {
  const marks = [
    '<!-- iam-audit:v1 -->',
    '@octocat #1 GH-1',
    '</details>',
    '```',
    '`',
    '|',
    '\n::error::x',
    '\r',
  ]
  const texts = [
    ...marks,
    '\u202e',
    '😀',
    '"]]-->end',
    '- 1. x',
    '[a](https://evil.example)',
    '\u2028',
    '&lt;b>',
    '\u0000',
  ]
  const hostile = (at: number): string => (texts[at % texts.length] as string).repeat(130).slice(0, 120) + at

  /** Every user came by a policy and a group of their own. */
  function different(count: number, name: (at: number) => string): Verdict {
    const ats = Array.from({ length: count }, (_, at) => at)
    return verdictOn({
      users: Object.fromEntries(ats.map((at) => [hexId(`u${at}`), name(at)])),
      groups: Object.fromEntries(ats.map((at) => [name(at), [hexId(`u${at}`)]])),
      policies: Object.fromEntries(ats.map((at) => [name(at), wholeIam])),
      attached: Object.fromEntries(ats.map((at) => [name(at), [`group ${name(at)}`]])),
      approvals: [],
    })
  }

  test('2,000 drifts of as many causes fit, and say how many are missing', () => {
    const verdict = different(2000, hostile)
    expect(verdict.drift).toHaveLength(2000)
    for (const budget of [28_000, 60_000]) {
      const text = textOf(verdict, {}, budget)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(budget)
      const rows = text.match(/^\| 🟠/gm)?.length ?? 0
      expect(rows).toBeGreaterThan(2)
      expect(text).toContain(`_${2000 - rows} more changes did not fit here`)
      const blocks = text.match(/<summary>🟠/g)?.length ?? 0
      expect(blocks).toBeGreaterThan(0)
      expect(text).toContain(`_${2000 - blocks} more findings did not fit here`)
    }
    const summary = renderSummary(verdict, { baselinePath: 'b', proposal: null, remarks: [] })
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(SUMMARY_BUDGET)
  })

  test('one holder with endless names and patterns pushes nobody out of the text', () => {
    const long = (at: number): string => `iam:users:${String.fromCharCode(97 + at).repeat(9000)}*`
    const name = (at: number): string => '\u202e'.repeat(110) + at
    const ways = Array.from({ length: 9 }, (_, at) => at)
    const names = ['aaa', 'bob', 'carol']
    const verdict = verdictOn({
      users: users(...names),
      groups: Object.fromEntries(ways.map((at) => [name(at), [hexId('aaa')]])),
      policies: {
        Admin: wholeIam,
        ...Object.fromEntries(ways.map((at) => [name(at), [{ Effect: 'Allow', Action: [long(at)] }]])),
      },
      attached: {
        Admin: [bob, carol],
        ...Object.fromEntries(ways.map((at) => [name(at), [`group ${name(at)}`]])),
      },
      approvals: [],
    })
    const text = textOf(verdict, {}, 28_000)
    for (const one of names) expect(text).toContain(`<code>${one}</code></summary>`)
    expect(text).toContain('too long to be shown here')
    expect(text).not.toContain('did not fit here')
  })

  test('a comment names some hundred and counts the others: everybody who watches gets it by mail', () => {
    const verdict = different(2000, (at) => `user-${at}`)
    const { rows } = wanted(verdict)
    const text = commentOf(verdict, 'changed', {
      ...{ left: rows.drift, added: rows.drift, removed: resolved(rows.drift, 'unknown') },
    })
    expect(Buffer.byteLength(text)).toBeLessThan(31_000)
    expect(text.match(/_\d+ more findings did not fit here; the report has them all\._/g)).toHaveLength(3)
  })

  test('many policies accepted as undetermined leave room for the findings', () => {
    const policies = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [`accepted-${'\u202e'.repeat(60)}${at}`, 'no JSON']),
    )
    const verdict = verdictOn({
      ...holder,
      users: users('alice', 'bob', 'carol'),
      policies: { ...holder.policies, ...policies },
      attached: {
        ...holder.attached,
        ...Object.fromEntries(Object.keys(policies).map((name) => [name, [carol]])),
      },
      knownGaps: Object.keys(policies),
    })
    expect(verdict.known_gaps).toHaveLength(300)
    const text = textOf(verdict, {}, 28_000)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(28_000)
    expect(text).toMatch(/2\d\d more documents are accepted as undetermined; the report names them\./)
    expect(text).toContain('- **`bob`**: everything')
  })

  test('blanks that look like none, or like spaces, are seen', () => {
    for (const blank of ['\u00a0', '\u2003', '\u3000', '\u2800', '\u115f', '\u200b', '\ufeff'])
      expect(visible(`bob${blank}`)).toMatch(/^bob⟨U\+[0-9A-F]{4}⟩$/)
    expect(visible('张 三')).toBe('张 三')
  })

  test('JSON to paste reads as people write, and hides and breaks nothing', () => {
    const value = { user: '张三 é', odd: '</details>`@x`&\u202e\u{e0041}\u00a0\ud800\r\n' }
    const block = jsonBlock(value)
    expect(block).toContain('"张三 é"')
    expect(block.slice(7, -3)).not.toMatch(/[<>&@`\u202e\u00a0\r]|\u{e0041}/u)
    expect(JSON.parse(block.slice(7, -3))).toEqual(value)
    expect(JSON.parse(fencedJson('{\r\n"a": 1\r\n}\r\n').slice(7, -3))).toEqual({ a: 1 })
  })

  test('where entries are too many to paste, it is said where they are', () => {
    const many = (count: number): Verdict => different(count, (at) => `user-${at}`)
    expect(textOf(many(20))).toContain('The entry that approves')
    expect(textOf(many(21))).not.toContain('The entry that approves')
    expect(textOf(many(21))).toContain('the output `proposed-baseline`')
  })

  const drawn = (verdict: Verdict): string => pictureOf(findingsOf(verdict), verdict)

  test('a picture is one that Mermaid draws', () => {
    const picture = drawn(different(40, (at) => '😀'.repeat(128) + at))
    expect(picture.length).toBeLessThan(50_000)
    for (const name of ['1. list', '- list', '+ list', '12.x'])
      expect(drawn(different(1, () => name))).not.toMatch(/\["?(\d+\.|[-+]) ?/)
    expect(drawn(different(1, () => '1. list'))).toContain('(["1#46; list"])')
    // A line with these words is an order to Mermaid, which then forgets the node.
    for (const name of ['my direction LR', '😀 Direction  TB x'])
      expect(drawn(different(1, () => name))).not.toMatch(/direction\s/i)
    expect(drawn(different(1, () => '😀direction LR'))).toContain('#128512;#100;irection LR')
  })

  test('a title keeps the account, however long the name', () => {
    const verdict = { ...clear, account: { id: ACCOUNT, name: '\u202e'.repeat(100) } }
    const title = issueTitle(verdict, { open: true, principals: 1000, incomplete: true })
    expect(title.length).toBeLessThanOrEqual(256)
    expect(title).toContain(`(${ACCOUNT})`)
  })
})
