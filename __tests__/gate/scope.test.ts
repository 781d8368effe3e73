import { describe, expect, test } from '@jest/globals'
import type { GateTexts } from '../../src/gate/model.ts'
import {
  account,
  agencyEntry,
  baselineJson,
  codes,
  configJson,
  entry,
  federatedEntry,
  type Json,
  judged,
  kinds,
  paths,
  plain,
  text,
  texts,
} from './texts.ts'

const iam = { name: 'iam', actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] }
const org = { name: 'org', severity: 'high', actions: ['organizations:*:*'] }
const audited = (...list: Json[]): Json => ({ 'audited-permissions': list })
const strict = { require: ['justification', 'owner'], 'max-days': 90, 'warn-days': 30 }

interface Case {
  readonly name: string
  readonly before?: Json
  readonly after: Json
  readonly kinds: string[]
}

const cases: Case[] = [
  { name: 'a removed permission', after: audited(iam), kinds: ['permission-removed'] },
  {
    name: 'a renamed permission',
    after: audited(iam, { ...org, name: 'organization' }),
    kinds: ['permission-renamed'],
  },
  {
    name: 'renamed and narrowed is a removal',
    after: audited(iam, { ...org, name: 'organization', except: ['organizations:*:get*'] }),
    kinds: ['permission-removed'],
  },
  {
    name: 'a narrower list',
    after: audited({ ...iam, actions: ['iam:users:*'] }, org),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'a further exception',
    after: audited({ ...iam, except: [...iam.except, 'iam:users:delete*'] }, org),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'a narrower preset under the same name',
    after: audited({ preset: 'privilege-escalation@1', name: 'iam' }, org),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'holds all instead of any',
    after: audited(iam, { ...org, holds: 'all' }),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'holds any instead of all',
    before: audited(iam, { ...org, holds: 'all' }),
    ...{ after: audited(iam, org), kinds: [] },
  },
  {
    name: 'a larger set of which all must be held counts fewer',
    before: audited(iam, { ...org, holds: 'all' }),
    after: audited(iam, { ...org, holds: 'all', actions: ['*'] }),
    kinds: ['permission-narrowed'],
  },
  {
    name: 'a wider list',
    after: audited(iam, { ...org, actions: ['organizations:*:*', 'sts:*:*'] }),
    kinds: [],
  },
  {
    name: 'the same set in other words, in another order',
    after: audited(org, { ...iam, actions: ['IAM:*:*', 'iam:users:*'] }),
    kinds: [],
  },
  { name: 'one permission more', after: audited(iam, org, { name: 'kms', actions: ['kms:*:*'] }), kinds: [] },
  {
    name: 'a lowered severity',
    after: audited(iam, { ...org, severity: 'medium' }),
    kinds: ['severity-lowered'],
  },
  {
    name: 'a severity lowered by leaving it out of what was critical',
    before: audited(iam, { ...org, severity: 'critical' }),
    after: audited(iam, { name: 'org', actions: org.actions }),
    kinds: ['severity-lowered'],
  },
  { name: 'a raised severity', after: audited(iam, { ...org, severity: 'critical' }), kinds: [] },
  { name: 'account dropped', after: { account: undefined }, kinds: ['account-dropped'] },
  {
    name: 'a required field dropped',
    before: { approvals: strict },
    after: { approvals: { ...strict, require: ['justification'] } },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'max-days raised',
    before: { approvals: strict },
    after: { approvals: { ...strict, 'max-days': 91 } },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'max-days dropped is one change',
    before: { approvals: strict },
    after: { approvals: { require: strict.require } },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'approvals removed altogether',
    before: { approvals: { require: ['justification', 'expires'] } },
    after: { approvals: undefined },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'approvals made stricter, warnings earlier or later',
    before: { approvals: strict },
    after: { approvals: { require: ['justification', 'owner', 'expires'], 'max-days': 30, 'warn-days': 5 } },
    kinds: [],
  },
  {
    name: 'review no longer asked for',
    before: { approvals: { require: ['justification', 'review'] } },
    after: { approvals: { require: ['justification'] } },
    kinds: ['approvals-loosened'],
  },
  {
    name: 'a source that may go unread',
    after: { sources: { 'legacy-roles': 'optional' } },
    kinds: ['sources-loosened'],
  },
  {
    name: 'sources that are not looked at',
    before: { sources: { agencies: 'optional' } },
    after: { sources: { agencies: 'off', federation: 'off' } },
    kinds: ['sources-loosened', 'sources-loosened'],
  },
  {
    name: 'a source made stricter, another left as it was by its default',
    before: { sources: { agencies: 'off' } },
    ...{ after: { sources: { federation: 'required' } }, kinds: [] },
  },
  {
    name: 'traces switched off',
    before: { traces: 24 },
    after: { traces: 'off' },
    kinds: ['traces-shortened'],
  },
  {
    name: 'traces dropped',
    before: { traces: 24 },
    after: { traces: undefined },
    kinds: ['traces-shortened'],
  },
  { name: 'traces shortened', before: { traces: 24 }, after: { traces: 23 }, kinds: ['traces-shortened'] },
  { name: 'traces for longer', before: { traces: 24 }, after: { traces: 48 }, kinds: [] },
  { name: 'traces switched on', after: { traces: 1 }, kinds: [] },
  { name: 'evidence', before: { evidence: ['mfa'] }, after: { evidence: [] }, kinds: [] },
  { name: 'issue switched off', after: { issue: { enabled: false } }, kinds: ['issue-disabled'] },
  { name: 'issue switched on', before: { issue: { enabled: false } }, after: {}, kinds: [] },
  {
    name: 'drift dropped from the issue',
    after: { issue: { on: ['incomplete'] } },
    kinds: ['issue-section-dropped'],
  },
  {
    name: 'drift and incomplete dropped',
    after: { issue: { on: [] } },
    kinds: ['issue-section-dropped', 'issue-section-dropped'],
  },
  { name: 'expiring dropped', after: { issue: { on: ['drift', 'incomplete'] } }, kinds: [] },
  {
    name: 'name, labels and owners',
    after: { name: 'x', owners: { a: 'b' }, issue: { labels: [] } },
    kinds: [],
  },
]

test.each(cases)('$name', (one) => {
  const base = texts(configJson(one.before), baselineJson())
  const head = texts(configJson({ ...one.before, ...one.after }), baselineJson())
  const verdict = judged(base, head)
  expect(kinds(verdict)).toEqual(one.kinds)
  expect(codes(verdict)).toEqual(one.kinds.length === 0 ? [] : ['scope-not-reviewed'])
  expect(verdict.review_needed).toBe(one.kinds.length > 0)
  for (const change of verdict.scope_changes) {
    expect(change.message).toMatch(/\.$/)
    expect(change.file).toBe(paths.config)
  }
  // The queue judges all but scope.
  expect(judged(base, head, { event: 'merge_group' })).toMatchObject({
    result: 'passed',
    review_needed: false,
  })
})

test('a scope change says what is audited no longer, at its line', () => {
  const head = text(configJson(audited({ ...iam, except: [...iam.except, 'iam:users:delete*'] }, org)))
  const [change] = judged(plain, { ...plain, config: head }).scope_changes
  expect(change?.actions).toContain('iam:users:deleteUserV5')
  expect(change?.message).toContain('iam:users:delete')
  expect(head.split('\n')[(change?.line ?? 0) - 1]).toBe('    {')
})

describe('the definitions that the baseline at the base recorded', () => {
  const moved = (head: Json): string[] =>
    kinds(judged(texts(null, baselineJson()), texts(configJson(head), baselineJson())))

  test('a moved config that is the same comes from nowhere all the same', () => {
    expect(moved({})).toEqual(['config-from-nowhere'])
  })

  test('a moved config cannot hide a narrower or a missing permission', () => {
    expect(moved(audited({ preset: 'privilege-escalation@1', name: 'iam' }))).toEqual([
      'config-from-nowhere',
      'permission-narrowed',
      'permission-removed',
    ])
  })

  test('the same with a config at the base that nobody can read', () => {
    const base: GateTexts = { config: 'version: [', baseline: text(baselineJson()) }
    const head = texts(configJson(audited(iam)), baselineJson())
    expect(kinds(judged(base, head))).toEqual(['base-unreadable', 'permission-removed'])
  })

  test('what an earlier pull request narrowed is not this one’s', () => {
    const narrow = configJson(audited({ ...iam, actions: ['iam:users:*'] }, org))
    const more = [entry(), entry({ user: 'bob', user_id: 'id-bob' })]
    expect(kinds(judged(texts(narrow, baselineJson()), texts(narrow, baselineJson(more))))).toEqual([])
  })
})

describe('a recorded definition', () => {
  const recorded = (definitions: Json, config: Json = {}): GateTexts =>
    texts(configJson(config), baselineJson([entry()], { audited_permissions: definitions }))
  const whole = { actions: ['iam:*:*'], except: ['iam:*:get*', 'iam:*:list*'] }
  const both = { iam: whole, org: { actions: ['organizations:*:*'] } }
  const narrow = { ...whole, except: [...whole.except, 'iam:users:delete*'] }
  const users = audited({ name: 'iam', actions: ['iam:users:*'] }, org)
  const rows: [string, GateTexts, GateTexts, string[]][] = [
    [
      'narrowed below what is audited',
      recorded(both),
      recorded({ ...both, iam: narrow }),
      ['definition-narrowed'],
    ],
    ['dropped while it is audited', recorded(both), recorded({ iam: whole }), ['definition-narrowed']],
    [
      'narrowed by what is not audited',
      recorded(both, users),
      recorded({ ...both, iam: { actions: ['iam:users:*'] } }, users),
      [],
    ],
    [
      'brought up to date with a config that was narrowed before',
      recorded(both, users),
      recorded({ ...both, iam: { actions: ['iam:users:*'], except: [] } }, users),
      [],
    ],
    ['widened', recorded({ ...both, iam: narrow }), recorded(both), []],
    [
      'in other words',
      recorded(both),
      recorded({ ...both, iam: { ...whole, actions: ['IAM:*:*', 'iam:users:*'] } }),
      [],
    ],
    [
      'dropped with its permission',
      recorded(both),
      recorded({ iam: whole }, audited(iam)),
      ['permission-removed'],
    ],
    [
      'narrowed together with the config',
      recorded(both),
      recorded({ ...both, iam: narrow }, audited({ ...iam, except: narrow.except }, org)),
      ['permission-narrowed'],
    ],
  ]
  test.each(rows)('%s', (_, base, head, expected) => {
    const verdict = judged(base, head)
    expect(kinds(verdict)).toEqual(expected)
    const change = verdict.scope_changes.find((one) => one.kind === 'definition-narrowed')
    if (change)
      expect(change).toMatchObject({ file: paths.baseline, message: expect.stringMatching(/such as/) })
  })
})

describe('entries that approve whoever comes', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
  const self = { grants: [{ actions: ['iam:users:*'], resources: ['iam:*:*:user:${g:UserName}'] }] }
  const everybody = (over: Json = {}): Json => entry({ user: '*', user_id: '*', ...self, ...over })
  const provider = { provider: 'iam::x:samlProvider:corp', issuer: 'https://idp.example', keys: ['aa'] }
  const bound = { ...provider, condition: { StringEquals: { 'saml:sub': ['ana'] } } }
  const named = federatedEntry({
    ...{ group: '*', group_id: '*' },
    when: [{ names: 'corp-{Team}', tests: [{ type: 'Groups', any_one_of: ['x'] }] }],
  })
  const more = { justification: 'More', grants: [{ actions: ['iam:users:*', 'iam:groups:*'] }] }
  const trusts = (item: Json): Json[] => [agencyEntry({ trusted: [item] })]
  type Row = [string, Json[], Json[], number]
  const rows: Row[] = [
    ['every user', [], [everybody()], 1],
    [
      'every user of more',
      [everybody()],
      [
        everybody({
          grants: [...self.grants, { ...self.grants[0], actions: ['iam:mfa:*'] }],
          justification: 'More',
        }),
      ],
      1,
    ],
    [
      'every user for longer',
      [everybody({ expires: '2026-12-01' })],
      [everybody({ expires: '2027-01-01' })],
      0,
    ],
    [
      'every user of less',
      [everybody()],
      [everybody({ grants: [{ ...self.grants[0], actions: ['iam:users:get*', 'iam:users:create*'] }] })],
      0,
    ],
    ['an agency that trusts everybody', [], [agencyEntry({ trusted: [{ everybody: true }] })], 1],
    [
      'an agency that comes to trust everybody',
      [agencyEntry()],
      [agencyEntry({ trusted: [{ everybody: true }], justification: 'x' })],
      1,
    ],
    [
      'an agency that trusts everybody, and more',
      [agencyEntry({ trusted: [{ everybody: true }] })],
      [agencyEntry({ trusted: [{ everybody: true }], ...more })],
      1,
    ],
    ['an agency that trusts an account', [], [agencyEntry()], 0],
    ['an agency that trusts whatever account', [], [agencyEntry({ trusted: [{ account: '*' }] })], 1],
    ...['iam::*:user:?*', 'iam::d7*:user:ana', 'iam:*'].map(
      (user): Row => [`an agency that trusts users of many accounts (${user})`, [], trusts({ user }), 1],
    ),
    ...[{ account: '?'.repeat(32) }, { agency: 'sts::*:assumed-agency:ci/*' }].map(
      (item): Row => [`an agency that trusts ${Object.keys(item)} of many accounts`, [], trusts(item), 1],
    ),
    ['an agency that trusts users by a pattern', [], trusts({ user: `iam::${account}:user:ops-*` }), 0],
    [
      'an agency of a provider with a condition that asks nothing',
      [],
      trusts({ ...provider, condition: { StringEquals: {} } }),
      1,
    ],
    ['an agency of a provider without condition', [], [agencyEntry({ trusted: [provider] })], 1],
    [
      'an agency of a provider with an empty condition',
      [],
      [agencyEntry({ trusted: [{ ...provider, condition: {} }] })],
      1,
    ],
    ['an agency of a provider with a condition', [], [agencyEntry({ trusted: [bound] })], 0],
    ['a group that the provider names', [], [named], 1],
    ['whoever the provider vouches for', [], [federatedEntry({ when: [[]] })], 1],
    [
      'one of the alternatives',
      [],
      [federatedEntry({ when: [[{ type: 'Groups', any_one_of: ['x'] }], []] })],
      1,
    ],
    ['a group under a test', [], [federatedEntry()], 0],
    ['a removed one', [everybody()], [], 0],
  ]
  test.each(rows)('%s', (_, before, after, count) => {
    const verdict = judged(
      texts(configJson(), baselineJson(before)),
      texts(configJson(), baselineJson(after)),
    )
    expect(kinds(verdict)).toEqual(Array(count).fill('broad-entry'))
    expect(codes(verdict)).toEqual(count === 0 ? [] : ['scope-not-reviewed'])
    for (const change of verdict.scope_changes) {
      expect(change.line).toBe(verdict.entries.find((row) => row.after !== null)?.line)
      expect(change.message).toMatch(/, and approves .*\.$/)
    }
  })
})

describe('the baseline', () => {
  const gap = {
    policy_id: 'p1',
    version_id: 'v1',
    sha256: 'a'.repeat(64),
    for: ['user:id-ana'],
    justification: 'Vendor policy',
    expires: '2026-12-31',
  }
  const gaps = (...known_gaps: Json[]): GateTexts =>
    texts(configJson({ approvals: { require: [], 'max-days': 90 } }), baselineJson([entry()], { known_gaps }))
  const reviewed = ['scope-not-reviewed']
  const rows: [string, GateTexts, GateTexts, string[], string[]][] = [
    ['a new known gap', gaps(), gaps(gap), ['known-gap'], reviewed],
    ['a prolonged one', gaps(gap), gaps({ ...gap, expires: '2027-01-01' }), ['known-gap'], reviewed],
    ['another document', gaps(gap), gaps({ ...gap, sha256: 'b'.repeat(64) }), ['known-gap'], reviewed],
    ['another reason', gaps(gap), gaps({ ...gap, justification: 'x' }), ['known-gap'], reviewed],
    [
      'one more whom it is for',
      gaps(gap),
      gaps({ ...gap, for: ['user:id-ana', 'user:x'] }),
      ['known-gap'],
      reviewed,
    ],
    [
      'one less whom it is for',
      gaps({ ...gap, for: ['user:id-ana', 'user:x'] }),
      gaps(gap),
      ...([[], []] as [string[], string[]]),
    ],
    ['one that ends earlier', gaps(gap), gaps({ ...gap, expires: '2026-12-30' }), [], []],
    ['a removed one', gaps(gap), gaps(), [], []],
    [
      'one in the past',
      gaps(),
      gaps({ ...gap, expires: '2026-11-23' }),
      ['known-gap'],
      ['known-gap', ...reviewed],
    ],
    [
      'one beyond max-days',
      gaps(),
      gaps({ ...gap, expires: '2027-06-01' }),
      ['known-gap'],
      ['known-gap', ...reviewed],
    ],
    [
      'a blank reason',
      gaps(),
      gaps({ ...gap, justification: ' ' }),
      ['known-gap'],
      ['known-gap', ...reviewed],
    ],
  ]

  test.each(rows)('%s', (_, base, head, expected, failing) => {
    const verdict = judged(base, head)
    expect(kinds(verdict)).toEqual(expected)
    expect(codes(verdict)).toEqual(failing)
    if (expected.length > 0) expect(verdict.scope_changes[0]?.message).toContain('"p1"')
  })

  const admin = (admin_group?: string): GateTexts =>
    texts(configJson(), baselineJson([entry()], admin_group === undefined ? {} : { admin_group }))

  test.each([
    ['changed', 'g1', 'g2', ['admin-group-changed']],
    ['removed', 'g1', undefined, ['admin-group-changed']],
    ['added to a baseline that had none', undefined, 'g1', ['admin-group-changed']],
    ['left alone', 'g1', 'g1', []],
  ])('admin_group %s', (_, before, after, expected) => {
    expect(
      kinds(judged(admin(before), { ...admin(after), config: text(configJson({ name: 'x' })) })),
    ).toEqual(expected)
  })

  test('admin_group in the first baseline is no scope change', () => {
    expect(kinds(judged({ ...admin(), baseline: null }, admin('g1')))).toEqual([])
  })

  test('roles and mappings are told apart, and said', () => {
    const role = {
      role_id: 'p1',
      sha256: 'a'.repeat(64),
      for: ['agency:x'],
      justification: 'Old',
      expires: '2026-12-31',
    }
    const { role_id: _, ...rest } = role
    const mapping = { mapping_id: 'm1', provider: 'corp', ...rest, for: ['corp'] }
    const verdict = judged(gaps(gap, role), gaps(gap, role, mapping))
    expect(verdict.scope_changes.map((change) => change.message)).toEqual([
      expect.stringContaining('the mapping "m1" of the provider "corp" is new'),
    ])
    const forMore = judged(gaps(role), gaps({ ...role, for: ['agency:x', 'agency:y'] }))
    expect(forMore.scope_changes[0]?.message).toContain('is extended to "agency:y"')
  })
})
