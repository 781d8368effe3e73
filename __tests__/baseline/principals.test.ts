/** Entries of agencies and of federated principals, and known gaps: what is read, and what is refused with its line. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { entryKey, entryPrincipal, isForEveryUser } from '../../src/baseline/entry.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { UserError } from '../../src/text/problem.ts'

const common = { permission: 'p', grants: [{ actions: ['iam:*:*'] }] }
const user = { user: 'ana', user_id: 'u1', ...common }
const agency = { agency: 'ci/deploy', agency_id: 'a1', trusted: [{ account: 'other' }], ...common }
const federated = {
  ...{ provider: 'corp', group: 'ops', group_id: 'g1', issuer: 'https://idp.example', keys: ['k'] },
  ...{ when: [[{ type: 'Groups', any_one_of: ['ops'] }]], ...common },
}
const anyGroup = { ...federated, group: '*', group_id: '*', when: [{ names: 'corp-{Team}', tests: [] }] }
const gap = {
  ...{ role_id: 'r', sha256: 'a'.repeat(64), for: ['user:u1', 'agency:a1', 'federated:corp/g1'] },
  ...{ justification: 'j', expires: '2027-01-01' },
}
const mappingGap = { ...gap, role_id: undefined, mapping_id: 'm', provider: 'corp', for: ['corp'] }

function textOf(approvals: readonly object[], more: object = {}): string {
  const file = { version: 1, account: 'acc', audited_permissions: { p: { actions: ['iam:*:*'] } } }
  return JSON.stringify({ ...file, approvals, ...more }, null, 1)
}

function problems(text: string): string[] {
  try {
    readBaseline(text, 'b.json')
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.problems.map((one) => `${one.line}:${one.column} ${one.message} ${one.remedy ?? ''}`)
  }
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
;(addFormats as unknown as (one: Ajv2020) => void)(ajv)
const schema = ajv.compile(JSON.parse(readFileSync('schemas/iam-baseline.schema.json', 'utf8')))

interface Case {
  readonly name: string
  readonly text: string
  /** Words of each problem; empty: nothing is wrong. */
  readonly found: readonly string[]
  /** Of rules that span entries, which a schema has no word for. */
  readonly schemaIsContent?: true
}

const one = (name: string, entry: object, ...found: string[]): Case => ({
  ...{ name, text: textOf([entry]), found },
})
const oneGap = (name: string, item: object, ...found: string[]): Case => ({
  ...{ name, text: textOf([], { known_gaps: [item] }), found },
})

const cases: readonly Case[] = [
  one('an agency', agency),
  one('a federated principal', federated),
  one('one whose group the provider names', anyGroup),
  one('whoever the provider vouches for', { ...federated, when: [[]] }),
  one('no keys are known', { ...federated, keys: [], issuer: '' }),
  one('every kind of party', {
    ...agency,
    trusted: [
      ...[
        { account: 'a' },
        { user: 'urn' },
        { agency: 'urn' },
        { service: 's' },
        { service: 's', account: 'a' },
      ],
      ...[{ provider: 'urn' }, { provider: 'urn', issuer: 'i', keys: ['k'] }, { everybody: true }],
      ...[{ document: 'd' }, { account: 'a', condition: { Bool: { x: 'true', y: ['a'] } } }],
    ],
  }),
  one('scopes', { ...agency, grants: [{ actions: ['*'], scopes: ['project:1', 'enterprise-project:*'] }] }),
  one('fields of one’s own', { ...federated, 'x-ticket': 1 }),
  one(
    'agency_id "*"',
    { ...agency, agency_id: '*' },
    'agency_id": found "*"; allowed: one id; "*" approves users only',
  ),
  one('no party', { ...agency, trusted: [] }, 'allowed: at least one party'),
  one('no list of parties', { ...agency, trusted: undefined }, '"approvals.0.trusted" is missing'),
  one(
    'two parties in one',
    { ...agency, trusted: [{ account: 'a', user: 'u' }] },
    'does not name exactly one party',
  ),
  one('a party of nothing', { ...agency, trusted: [{}] }, 'does not name exactly one party'),
  one('a condition alone', { ...agency, trusted: [{ condition: {} }] }, 'does not name exactly one party'),
  one(
    'a user with keys',
    { ...agency, trusted: [{ user: 'u', keys: [] }] },
    'does not name exactly one party',
  ),
  one(
    'a key that no party has',
    { ...agency, trusted: [{ acount: 'a' }] },
    'unknown key "acount"; allowed: account',
  ),
  one(
    'everybody: false',
    { ...agency, trusted: [{ everybody: false }] },
    'found false; allowed: true, or no such key',
  ),
  one(
    'a party that is text',
    { ...agency, trusted: ['a'] },
    'found "a"; allowed: a map',
    'does not name exactly one',
  ),
  one('no alternative', { ...federated, when: [] }, 'allowed: at least one alternative'),
  one('a test of nothing', { ...federated, when: [[{ type: 'Groups' }]] }, 'found a test without any_one_of'),
  one(
    'another key of a test',
    { ...federated, when: [[{ type: 'G', any_one_of: ['x'], regexp: true }]] },
    'unknown key "regexp"',
  ),
  ...(['any_one_of', 'not_any_of'] as const).map((list) =>
    one(
      `a test without a value (${list})`,
      { ...federated, when: [[{ type: 'G', [list]: [] }]] },
      'allowed: at least one value, or no such key',
    ),
  ),
  one(
    'regex: false',
    { ...federated, when: [[{ type: 'G', any_one_of: ['x'], regex: false }]] },
    'found false; allowed: true',
  ),
  one(
    'names where the group is fixed',
    { ...federated, when: anyGroup.when },
    'found a map; allowed: a list',
  ),
  one('no names where it is not', { ...anyGroup, when: federated.when }, 'found a list; allowed: a map'),
  one(
    'a group where the provider names it',
    { ...anyGroup, group: 'ops' },
    'found "ops"; allowed: "*", as group_id has it',
  ),
  one('no issuer', { ...federated, issuer: undefined }, '"approvals.0.issuer" is missing'),
  one(
    'keys of two kinds',
    { ...agency, user: 'ana', user_id: 'u' },
    ...['agency', 'agency_id', 'trusted'].map((key) => `found the key "${key}" in an entry of another kind`),
  ),
  one('nobody', common, 'found an entry that approves nobody; allowed: user and user_id; or agency'),
  one(
    'a bad scope',
    { ...user, grants: [{ actions: ['*'], scopes: ['region:1'] }] },
    'allowed: project:<id>, enterprise-project:<id>',
  ),
  one(
    'no scope',
    { ...user, grants: [{ actions: ['*'], scopes: [] }] },
    'at least one scope, or no such key',
  ),
  {
    ...one('everybody within a project', {
      ...user,
      user_id: '*',
      grants: [{ actions: ['*'], scopes: ['project:1'] }],
    }),
  },
  {
    name: 'everybody, and no limit beside the scopes of another grant',
    text: textOf([
      { ...user, user_id: '*', grants: [{ actions: ['*'], scopes: ['project:1'] }, { actions: ['a:b:c'] }] },
    ]),
    found: ['unrestricted grant for everybody'],
    schemaIsContent: true,
  },
  {
    name: 'the same principal twice',
    text: textOf([agency, federated, { ...agency, agency: 'x' }, { ...federated, group: 'x' }]),
    found: [
      'the entry of agency_id "a1" and permission "p" stands twice; the first is on line',
      'the entry of provider "corp" and group_id "g1" and permission "p" stands twice',
    ],
    schemaIsContent: true,
  },
  {
    name: 'the same id of several kinds',
    text: textOf([
      { ...user, user_id: 'a1' },
      agency,
      { ...federated, group_id: 'a1' },
      { ...federated, provider: 'a' },
    ]),
    found: [],
  },
  oneGap('a known gap of a role', gap),
  oneGap('of a mapping', mappingGap),
  oneGap('of a policy', { ...gap, role_id: undefined, policy_id: 'p', version_id: 'v' }),
  oneGap(
    'of nothing',
    { ...gap, role_id: undefined },
    'found a known gap of no single document; allowed: policy_id and version_id; or role_id; or mapping_id and provider',
  ),
  oneGap('of two documents', { ...gap, policy_id: 'p', version_id: 'v' }, 'of no single document'),
  oneGap('of half a document', { ...gap, role_id: undefined, policy_id: 'p' }, 'of no single document'),
  oneGap('for nobody', { ...gap, for: [] }, 'allowed: at least one principal'),
  oneGap('without whom it is for', { ...gap, for: undefined }, '"known_gaps.0.for" is missing'),
  {
    ...oneGap(
      'for an id without its kind',
      { ...gap, for: ['u1', 'user:', 'user:u1'] },
      '"u1"; allowed: a principal as user:<id>',
      '"user:"; allowed',
    ),
    schemaIsContent: true,
  },
  {
    name: 'two of one role, of other bytes',
    text: textOf([], { known_gaps: [gap, { ...gap, sha256: 'b'.repeat(64) }] }),
    found: [],
  },
  {
    name: 'one role twice',
    text: textOf([], { known_gaps: [gap, { ...gap, for: ['user:x'] }] }),
    found: ['the known gap of this document stands twice'],
    schemaIsContent: true,
  },
  { name: 'a schema', text: textOf([], { $schema: 'https://example.com' }), found: [] },
  { name: 'no built-in group', text: textOf([], { admin_group: 'none' }), found: [] },
]

test.each(cases)('$name', ({ text, found, schemaIsContent }) => {
  const all = problems(text)
  expect([all, all.length]).toEqual([all, found.length])
  for (const words of found) expect(all.join('\n')).toContain(words)
  expect(schema(JSON.parse(text))).toBe(found.length === 0 || schemaIsContent === true)
})

describe('what was read', () => {
  const text = textOf([
    user,
    { ...user, user_id: '*', grants: [{ actions: ['*'], scopes: ['project:1'] }] },
    agency,
    federated,
    anyGroup,
  ])
  const { baseline, lines } = readBaseline(text, 'b')

  test('is named by kind and id', () => {
    expect(baseline.approvals.map(entryPrincipal)).toEqual([
      { kind: 'user', id: 'u1', name: 'ana' },
      { kind: 'user', id: '*', name: 'ana' },
      { kind: 'agency', id: 'a1', name: 'ci/deploy' },
      { kind: 'federated', id: 'corp/g1', name: 'corp → ops' },
      { kind: 'federated', id: 'corp/*', name: 'corp → *' },
    ])
    expect(baseline.approvals.map(isForEveryUser)).toEqual([false, true, false, false, false])
    expect(new Set(baseline.approvals.map(entryKey)).size).toBe(5)
    expect(entryKey(baseline.approvals[0] as never)).toBe('["u1","p"]')
  })

  test('ids cannot be put together to another', () => {
    const ids = [
      ['a/b', 'c'],
      ['a', 'b/c'],
      ['a%2Fb', 'c'],
      ['a', '*'],
      ['a', '%2A'],
    ] as const
    const keys = ids.map(([provider, group_id]) => {
      const entry = group_id === '*' ? { ...anyGroup, provider } : { ...federated, provider, group_id }
      return entryKey(readBaseline(textOf([entry]), 'b').baseline.approvals[0] as never)
    })
    expect(new Set(keys).size).toBe(ids.length)
  })

  test('keeps what the file says, and the line of each', () => {
    expect(baseline.approvals[2]).toEqual({ kind: 'agency', ...agency, extra: {} })
    expect(baseline.approvals[4]).toEqual({ kind: 'federated', ...anyGroup, extra: {} })
    expect(lines).toHaveLength(5)
    expect(text.split('\n')[lines[3] as number]).toContain('"provider": "corp"')
  })

  test('a byte order mark and line ends of an old system change nothing', () => {
    for (const odd of [`\ufeff${text}`, text.replaceAll('\n', '\r'), text.replaceAll('\n', '\r\n')]) {
      const file = readBaseline(odd, 'b')
      expect(file.baseline).toEqual(baseline)
      expect(file.lines).toEqual(lines)
    }
    expect(problems(textOf([{ ...agency, trusted: [] }]).replaceAll('\n', '\r'))).toEqual(
      problems(textOf([{ ...agency, trusted: [] }])),
    )
  })

  test('forty thousand fields of one’s own take no minute', () => {
    const own = Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`x-${at}`, at]))
    expect(
      Object.keys(readBaseline(textOf([{ ...agency, ...own }]), 'b').baseline.approvals[0]?.extra ?? {}),
    ).toHaveLength(40_000)
  })
})
