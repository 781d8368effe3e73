import { describe, expect, test } from '@jest/globals'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { entryCases } from './entry-cases.ts'
import {
  agencyEntry,
  baselineJson,
  changes,
  codes,
  configJson,
  entry,
  federatedEntry,
  type Json,
  judged,
  judgedEntries,
  paths,
  plain,
  text,
  texts,
} from './texts.ts'

test.each(entryCases)('$name', (one) => {
  const verdict = judgedEntries(one.before, one.after, one.approvals)
  expect(changes(verdict)).toEqual(one.changes)
  expect(codes(verdict)).toEqual(one.codes)
  expect(verdict.result).toBe(one.codes.length === 0 ? 'passed' : 'failed')
  for (const failure of verdict.failures) {
    expect(failure.file).toBe(paths.baseline)
    expect(failure.message).toContain('id-')
    expect(failure.remedy).toMatch(/\.$/)
  }
})

test('a wider recorded definition widens every entry that reaches into it, and no other', () => {
  const [reaching, inside] = [
    entry({ grants: [{ actions: ['iam:*:*'] }] }),
    entry({ user: 'bob', user_id: 'id-bob', grants: [{ actions: ['iam:users:create*'] }] }),
  ]
  const before = baselineJson([reaching, inside])
  const after = baselineJson([reaching, inside], {
    audited_permissions: { iam: { actions: ['iam:*:*'] }, org: { actions: ['organizations:*:*'] } },
  })
  const verdict = judged(texts(configJson(), before), texts(configJson(), after))
  expect(verdict.entries).toMatchObject([
    { change: 'widened', causes: ['definition'], principal: { id: 'id-ana' }, before: { user: 'ana' } },
  ])
  expect(verdict.entries[0]?.gained?.actions).toContain('iam:users:listUsersV5')
  expect(codes(verdict)).toEqual(['justification-unchanged'])
})

test('what was gained and lost is named, and the line is that of the entry in the head', () => {
  const head = text(baselineJson([entry({ grants: [{ actions: ['iam:groups:*'] }], justification: 'x' })]))
  const verdict = judged(plain, { ...plain, baseline: head })
  const [widened, narrowed] = verdict.entries
  expect(widened?.gained).toMatchObject({ grants: [{ actions: ['iam:groups:*'] }] })
  expect(widened?.gained?.example).toMatch(/^iam:groups:/)
  expect(narrowed?.lost).toMatchObject({ grants: [{ actions: ['iam:users:*'] }] })
  expect(widened?.fields).toEqual(['grants', 'justification'])
  expect(widened?.line).toBe(readBaseline(head, 'b').lines[0])
  expect(head.split('\n')[(widened?.line ?? 0) - 1]).toBe('    {')
})

test.each<readonly [string, Json, boolean]>([
  ['more than it', { grants: [{ actions: ['*:*:*'] }] }, true],
  [
    'it, in two parts',
    { grants: [{ actions: ['iam:users:*'] }, { actions: ['iam:*:*'], except: ['iam:users:*'] }] },
    true,
  ],
  ['a part of it', { grants: [{ actions: ['iam:groups:*'] }] }, false],
  ['it on some resources', { grants: [{ actions: ['*:*:*'], resources: ['iam:*:*:user:x*'] }] }, false],
  [
    'it within a narrower definition',
    { grants: [{ actions: ['*:*:*'] }], within: { actions: ['iam:users:*'] } },
    false,
  ],
])('a new entry is for the whole permission when it approves %s: %#', (_, fields, whole) => {
  const permissions = { audited_permissions: { iam: { actions: ['iam:*:*'], except: ['iam:*:get*'] } } }
  const head = texts(configJson(), baselineJson([entry(fields)], permissions))
  const [added] = judged(texts(configJson(), baselineJson([], permissions)), head).entries
  expect([added?.change, added?.gained?.whole]).toEqual(['added', whole])
})

test('the stricter of base and head: what the pull request loosens still holds for it', () => {
  const strict = { require: ['justification', 'owner'], 'max-days': 30 }
  const base = texts(configJson({ approvals: strict }), baselineJson([]))
  const added = [entry({ expires: '2027-06-01', justification: '' })]
  const head = texts(configJson({ approvals: { require: [] } }), baselineJson(added))
  const asked = codes(judged(base, head)).filter((code) => code !== 'scope-not-reviewed')
  expect(asked).toEqual(['missing-field', 'expires-too-late'])
  const reversed = judged(
    texts(configJson({ approvals: { require: [] } }), baselineJson([])),
    texts(configJson({ approvals: strict }), baselineJson(added)),
  )
  expect(codes(reversed)).toEqual(['missing-field', 'expires-too-late'])
})

test('of two limits of days the shorter one holds, whichever side it stands on', () => {
  const days = (count: number): Json => configJson({ approvals: { require: [], 'max-days': count } })
  const added = baselineJson([entry({ expires: '2027-06-01' })])
  for (const [before, after] of [
    [30, 365],
    [365, 30],
  ] as const) {
    const verdict = judged(texts(days(before), baselineJson([])), texts(days(after), added))
    expect(codes(verdict)).toContain('expires-too-late')
  }
})

describe('entries with more patterns than a holding may have', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, at) => `iam:users:word${at}x`)
  const long = entry({ grants: [{ actions: many(250) }] })

  test('are shown as written when they are new', () => {
    const [added] = judgedEntries([], [long]).entries
    expect(added?.gained?.grants[0]?.actions).toHaveLength(250)
  })

  test('are compared all the same where the difference is small', () => {
    const grants = [{ actions: [...many(250), 'iam:users:more'] }]
    const [widened] = judgedEntries([long], [entry({ grants, justification: 'x' })]).entries
    expect(widened).toMatchObject({
      change: 'widened',
      gained: { grants: [{ actions: ['iam:users:more'] }] },
    })
  })

  test('and where it is large', () => {
    const verdict = judgedEntries([entry({ grants: [{ actions: ['iam:groups:x'] }] })], [long])
    expect(changes(verdict)).toEqual(['widened', 'narrowed'])
    expect(verdict.entries[0]?.gained?.grants[0]?.actions).toHaveLength(250)
  })

  test('what goes beyond the bound fails as undetermined: undecided counts as widened', () => {
    const letters = [...'cdefghijklmnopqrstuvw']
    const hard = letters.map((letter) => `iam:*:${`*${letter}`.repeat(1000)}*`)
    const other = `iam:*:${'*ab'.repeat(60)}*`
    const verdict = judgedEntries(
      [entry({ grants: [{ actions: [other] }] })],
      [entry({ grants: [{ actions: hard }] })],
    )
    expect(changes(verdict)).toContain('widened')
    expect(verdict.entries[0]?.undetermined).toContain('bound')
    expect(codes(verdict)).toContain('undetermined')
  })
})

describe('whom an entry approves', () => {
  const github = {
    ...{ provider: 'iam::x:oidcProvider:github', issuer: 'https://token.example x', keys: ['aa'] },
    condition: { StringEquals: { 'oidc:sub': ['repo:acme/infra:ref:refs/heads/main'] } },
  }

  test('a further trusted party is said, and the grants are not: they were approved before', () => {
    const after = agencyEntry({ trusted: [...(agencyEntry().trusted as Json[]), github], justification: 'x' })
    const [widened, ...more] = judgedEntries([agencyEntry()], [after]).entries
    expect(more).toEqual([])
    expect(widened).toMatchObject({
      ...{ change: 'widened', causes: ['trusted'], principal: { kind: 'agency', id: 'id-ci' } },
      gained: { grants: [], trusted: [github], when: [], issuer: null, keys: [] },
    })
  })

  test('an added entry shows all of it', () => {
    const [added] = judgedEntries([], [federatedEntry()]).entries
    const { when, issuer, keys } = federatedEntry()
    expect(added?.gained).toMatchObject({ when, issuer, keys, trusted: [] })
    expect(added?.principal).toEqual({ kind: 'federated', id: 'corp/id-ops', name: 'corp → ops' })
  })

  test('no id of a user hides a change of another kind', () => {
    const wider = agencyEntry({ trusted: [{ everybody: true }] })
    const forged = entry({ user_id: 'agency:id-ci' })
    const verdict = judgedEntries([agencyEntry()], [forged, wider])
    expect(changes(verdict)).toEqual(['added', 'widened'])
  })

  test('the rows stand in the order of the file: users, agencies, federated', () => {
    const verdict = judgedEntries([], [federatedEntry(), agencyEntry(), entry()])
    expect(verdict.entries.map((row) => row.principal.kind)).toEqual(['user', 'agency', 'federated'])
  })
})

describe('a changed recorded name', () => {
  const on = (name: string): Json => ({
    grants: [{ actions: ['iam:users:*'], resources: [`iam::*:user:${name}`] }],
  })
  const notOn = (name: string): Json => ({
    grants: [{ actions: ['iam:users:*'], not_resources: [`iam::*:user:${name}`] }],
  })
  const bob = (user: string): Json => entry({ user, user_id: 'id-bob' })
  const bobOf = (user: string, permission: string): Json => ({
    ...bob(user),
    ...{ permission, grants: [{ actions: ['organizations:*:*'] }] },
  })
  const causes = (before: Json[], after: Json[]): unknown[] =>
    judgedEntries(before, after).entries.map((row) => [row.principal.id, row.change, ...row.causes])
  const renamed = ['id-bob', 'reworded']
  const widened = ['id-ana', 'widened', 'name']

  const rows: [string, Json[], Json[], unknown[]][] = [
    [
      'that a resource pattern matches',
      [entry(on('ops-*')), bob('bob')],
      [entry(on('ops-*')), bob('ops-bob')],
      [widened, renamed],
    ],
    ['that it does not match', [entry(on('ops-*')), bob('bob')], [entry(on('ops-*')), bob('rob')], [renamed]],
    ['that it matched before', [entry(on('*b')), bob('bob')], [entry(on('*b')), bob('rob')], [renamed]],
    [
      'that it matches no longer',
      [entry(on('ops-*')), bob('ops-bob')],
      [entry(on('ops-*')), bob('bob')],
      [renamed],
    ],
    [
      'that not_resources matches no longer',
      [entry(notOn('ops-*')), bob('ops-bob')],
      [entry(notOn('ops-*')), bob('bob')],
      [widened, renamed],
    ],
    [
      'that not_resources matches now',
      [entry(notOn('ops-*')), bob('bob')],
      [entry(notOn('ops-*')), bob('ops-bob')],
      [renamed],
    ],
    [
      'of somebody who gets another entry under it',
      [entry(on('ops-*')), bob('bob')],
      [entry(on('ops-*')), bob('bob'), bobOf('ops-bob', 'org')],
      [['id-bob', 'added']],
    ],
    [
      'once the last entry records it',
      [entry(on('ops-*')), bob('bob'), bobOf('ops-bob', 'org')],
      [entry(on('ops-*')), bob('ops-bob'), bobOf('ops-bob', 'org')],
      [widened, renamed],
    ],
    [
      'of somebody who comes',
      [entry(on('ops-*'))],
      [entry(on('ops-*')), bob('ops-bob')],
      [['id-bob', 'added']],
    ],
    ['of somebody who goes', [entry(on('ops-*')), bob('bob')], [entry(on('ops-*'))], [['id-bob', 'removed']]],
    ['where nothing is restricted', [entry(), bob('bob')], [entry(), bob('ops-bob')], [renamed]],
    [
      'that the entry for everybody matches',
      [entry({ ...on('ops-*'), user_id: '*', user: '*' }), bob('bob')],
      [entry({ ...on('ops-*'), user_id: '*', user: '*' }), bob('ops-bob')],
      [['*', 'widened', 'name'], renamed],
    ],
    [
      'of everybody is nobody’s',
      [entry({ ...on('ops-*'), user_id: '*', user: '*' })],
      [entry({ ...on('ops-*'), user_id: '*', user: 'ops-all' })],
      [['*', 'reworded']],
    ],
    [
      'that the restriction of an agency matches',
      [agencyEntry(on('ops-*')), bob('bob')],
      [agencyEntry(on('ops-*')), bob('ops-bob')],
      [renamed, ['id-ci', 'widened', 'name']],
    ],
  ]

  test.each(rows)('%s', (_, before, after, expected) => {
    expect(causes(before, after)).toEqual(expected)
  })

  test('of whoever holds a grant on themselves follows them', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    const own = on('${g:UserName}')
    const self = (user: string): Json => ({ ...bob(user), ...own })
    expect(causes([self('bob')], [self('ops-bob')])).toEqual([renamed])
    const everybody = entry({ ...own, user_id: '*', user: '*' })
    expect(causes([everybody, bob('bob')], [everybody, bob('rob')])).toEqual([renamed])
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    const resources = ['iam::${g:DomainId}:user:ops-*']
    const named = entry({ grants: [{ actions: ['iam:users:*'], resources }] })
    expect(causes([named, bob('bob')], [named, bob('ops-bob')])).toEqual([widened, renamed])
  })

  test('asks for a new reason, and shows what it reaches', () => {
    const verdict = judgedEntries([entry(on('ops-*')), bob('bob')], [entry(on('ops-*')), bob('ops-bob')])
    expect(codes(verdict)).toEqual(['justification-unchanged'])
    expect(verdict.entries[0]?.gained?.grants).toMatchObject(on('ops-*').grants as Json[])
  })

  test('of an agency approves whichever agency of that name is made anew', () => {
    const verdict = judgedEntries([agencyEntry()], [agencyEntry({ agency: 'break-glass' })])
    expect(verdict.entries).toMatchObject([{ change: 'widened', causes: ['name'] }])
  })
})

describe('entries of permissions that nobody audits', () => {
  test('are judged, and a notice says so', () => {
    const added = entry({
      permission: 'gone',
      within: { actions: ['x:*:*'] },
      grants: [{ actions: ['x:*:*'] }],
    })
    const verdict = judgedEntries([entry()], [entry(), added])
    expect(changes(verdict)).toEqual(['added'])
    expect(verdict.notices.join()).toContain('"gone"')
  })
})
