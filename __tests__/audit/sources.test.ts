/** What the config says of sources, and what becomes of entries of what was not looked at. */
import { describe, expect, test } from '@jest/globals'
import {
  type AccountBuilder,
  allow,
  document,
  idOf,
  legacyPolicy,
  systemRoleId,
  trustIam,
} from '../../simulator/iam/account.ts'
import type { Coverage, CrawlGap, Snapshot } from '../../src/account/snapshot.ts'
import { effectiveSources } from '../../src/audit/sources.ts'
import type { BaselineEntry } from '../../src/baseline/baseline.ts'
import type { Config } from '../../src/config/config.ts'
import { account, baselineOf, configOf, entry, groupId, snapshotOf, userId, verdictOf } from './stage.ts'

type Sources = Config['sources']
type Name = 'legacy-roles' | 'agencies' | 'federation'
const required: Sources = { legacyRoles: 'required', agencies: 'required', federation: 'required' }
const config = (sources: Partial<Sources>) => ({ sources: { ...required, ...sources } })
const keyOf = { 'legacy-roles': 'legacyRoles', agencies: 'agencies', federation: 'federation' } as const

/** Ada by identity policy, bob by legacy role, an agency of a partner, whoever corp vouches for. */
const company = (): AccountBuilder =>
  account()
    .users('ada', 'bob')
    .group('ops')
    .policy('p', document(allow('iam:*:*')))
    .attach('p', { user: 'ada' })
    .attach('p', { agency: 'msp' })
    .attach('p', { group: 'ops' })
    .grantRole(systemRoleId('Security Administrator'), { user: 'bob' })
    .agency('msp', trustIam('f'.repeat(32)))
    .mapping('corp', [
      { local: [{ user: { name: '{0}' } }, { group: { name: 'ops' } }], remote: [{ type: 'N' }] },
    ])
    .samlIdentityProvider('corp', { mapping: 'corp' })

const everybody: readonly BaselineEntry[] = verdictOf({ account: company() }).drift.map(
  (row) => row.proposed_entry,
)
const holders = (change: Parameters<typeof verdictOf>[0]) =>
  verdictOf(change).holdings.map((one) => one.principal.name)

const unread = (source: Name, status: Coverage['status']): Partial<Snapshot> => ({
  ...(source === 'legacy-roles' ? { roles: [], role_assignments: [] } : {}),
  ...(source === 'agencies' ? { agencies: [] } : {}),
  ...(source === 'federation' ? { providers: [], mappings: [] } : {}),
  coverage: snapshotOf(company()).coverage.map((row) =>
    row.source === source ? { ...row, status, count: null } : row,
  ),
})
const sourceGap = (source: Name): CrawlGap => ({
  ...{ code: 'forbidden', call: 'GET /v3/x', message: 'Failed.', remedy: 'Allow it.' },
  ...{ iam_action: null, http_code: 'IAM.0091', scope: { type: 'source', source } },
})

const names = { 'legacy-roles': 'bob', agencies: 'msp', federation: 'corp → ops' } as const
const sources = Object.keys(names) as Name[]

test('everybody is found and, approved, nothing is left', () => {
  expect(holders({ account: company() })).toEqual(['ada', 'bob', 'corp → ops', 'msp'])
  expect(verdictOf({ account: company(), baseline: everybody })).toMatchObject({
    result: 'unchanged',
    coverage_level: 'full',
  })
})

describe.each(sources)('the source %s', (source) => {
  const others = ['ada', 'bob', 'corp → ops', 'msp'].filter((name) => name !== names[source])

  test('off: nobody of it is looked for, the verdict says so, and its entries stay', () => {
    const scene = { account: company(), config: config({ [keyOf[source]]: 'off' }) }
    expect(holders(scene)).toEqual(others)
    const verdict = verdictOf({ ...scene, baseline: everybody })
    expect(verdict).toMatchObject({
      ...{ result: 'unchanged', coverage_level: 'partial', gaps: [], no_longer_held: [], reduced: [] },
    })
    expect(verdict.coverage).toContainEqual({ source, status: 'off', count: null })
  })

  test('off: a gap of the crawl about it is none', () => {
    const snapshot = { ...unread(source, 'denied'), gaps: [sourceGap(source)] }
    const scene = { account: company(), config: config({ [keyOf[source]]: 'off' }), snapshot }
    expect(verdictOf(scene).gaps).toEqual([])
  })

  test('required and unread: a gap, of which nothing is lost', () => {
    const snapshot = { ...unread(source, 'denied'), gaps: [sourceGap(source)] }
    const verdict = verdictOf({ account: company(), snapshot, baseline: everybody })
    expect(verdict).toMatchObject({
      ...{ result: 'incomplete', no_longer_held: [], reduced: [], drift: [] },
      gaps: [{ http_code: 'IAM.0091' }],
    })
  })

  test('required and not even tried when the snapshot was taken: a gap all the same', () => {
    const snapshot = unread(source, 'not-attempted')
    expect(verdictOf({ account: company(), snapshot }).gaps).toMatchObject([{ code: 'source-not-read' }])
  })

  test('optional and unread: no gap without entries of it', () => {
    const scene = {
      account: company(),
      snapshot: unread(source, 'denied'),
      config: config({ [keyOf[source]]: 'optional' }),
      baseline: everybody.filter((one) => one.kind === 'user' && one.user !== 'bob'),
    }
    expect(verdictOf(scene)).toMatchObject({ gaps: [], coverage_level: 'partial' })
  })
})

test('optional counts as required once the baseline has entries or grants of it', () => {
  const optional: Sources = { legacyRoles: 'optional', agencies: 'optional', federation: 'optional' }
  const settings = (entries: readonly BaselineEntry[]) =>
    effectiveSources(configOf([], {}, { sources: optional }), baselineOf(entries))
  expect(settings([entry('ada')])).toEqual({
    ...{ 'legacy-roles': 'optional', agencies: 'optional', federation: 'optional' },
  })
  const of = (kind: BaselineEntry['kind']) => everybody.filter((one) => one.kind === kind)
  expect(settings(of('agency')).agencies).toBe('required')
  expect(settings(of('federated')).federation).toBe('required')
  const scoped = entry('ada', { grants: [{ actions: ['kms:*:*'], scopes: ['project:p'] }] })
  const legacy = entry('ada', { grants: [{ actions: ['iam:users:createUser'] }] })
  for (const one of [scoped, legacy]) expect(settings([one])['legacy-roles']).toBe('required')
})

test('an unread federation leaves nobody but federated principals uncertain', () => {
  const snapshot = { ...unread('federation', 'denied'), gaps: [sourceGap('federation')] }
  // Users are looked at whole, so what they no longer hold is told.
  const verdict = verdictOf({ account: company(), snapshot, baseline: [...everybody, entry('zoe')] })
  expect(verdict.no_longer_held.map((row) => row.principal.name)).toEqual(['zoe'])
})

describe('holds: all', () => {
  const full = {
    name: 'iam',
    severity: 'high',
    holds: 'all',
    actions: ['iam:users:*', 'iam:groups:*'],
    except: [],
  } as const

  test('is judged on all sources together, assumed agencies included', () => {
    const stage = account()
      .users('ada')
      .policy('users', document(allow('iam:users:*')))
      .attach('users', { user: 'ada' })
      .role('groups', legacyPolicy(allow('iam:groups:*')))
      .agency('helper', trustIam(userId('ada')))
      .grantRole('groups', { agency: 'helper' })
    const verdict = verdictOf({ account: stage, permissions: [full] })
    expect(verdict.drift.map((row) => [row.principal.name, row.extent])).toEqual([['ada', 'all']])
    expect(verdict.partial.map((row) => row.principal.name)).toEqual(['helper'])
    expect(verdict.drift[0]?.paths).toHaveLength(2)
  })

  test('in a scope is not all', () => {
    const keys = { ...full, actions: ['kms:*:*'] }
    const stage = account()
      .users('ada')
      .role('keys', legacyPolicy(allow('kms:*:*')))
      .grantRole('keys', { user: 'ada' }, 'project:p')
    expect(verdictOf({ account: stage, permissions: [keys] })).toMatchObject({ drift: [], partial: [{}] })
  })

  test('with a condition is', () => {
    const Condition = { Bool: { 'g:MFAPresent': ['true'] } }
    const stage = account()
      .users('ada')
      .role('r', legacyPolicy(allow('iam:*:*', { Condition })))
      .grantRole('r', { user: 'ada' })
    expect(verdictOf({ account: stage, permissions: [full] }).drift).toMatchObject([{ extent: 'all' }])
  })
})

describe('the built-in group and its id', () => {
  const stage = () => account().users('ada', 'bob').group('admin', 'ada').group('old', 'bob')
  const aged = (name: string) => {
    const builder = stage()
    for (const group of builder.account.groups)
      if (group.group_name === name) group.created_at = builder.ago(1)
    return builder
  }

  test('not recorded, admin counts while no group is older', () => {
    expect(holders({ account: stage(), baseline: null })).toEqual(['ada'])
    const verdict = verdictOf({ account: aged('admin'), baseline: [] })
    expect(verdict).toMatchObject({ holdings: [], gaps: [{ code: 'admin-group-uncertain', reaches: null }] })
    expect(verdict.gaps[0]?.remedy).toContain(`"admin_group": "${groupId('admin')}"`)
    const recorded = baselineOf([entry('ada')], { admin_group: groupId('admin') })
    expect(verdictOf({ account: aged('admin'), baseline: recorded })).toMatchObject({ result: 'unchanged' })
  })

  test('missing and not recorded it is a gap, until the baseline says none', () => {
    const snapshot = { groups: [], memberships: [] }
    const scene = { account: account().users('ada'), snapshot }
    expect(verdictOf(scene).gaps).toMatchObject([{ code: 'admin-group-missing', reaches: null }])
    const none = baselineOf([], { admin_group: 'none' })
    expect(verdictOf({ ...scene, baseline: none })).toMatchObject({ complete: true, gaps: [] })
    // Which holds only while no group has that name.
    expect(holders({ account: stage(), baseline: none })).toEqual(['ada'])
  })
})

test('more than one root user is a gap, and all but the first are audited', () => {
  const stage = company().user('second', { is_root_user: true }).attach('p', { user: 'second' })
  const verdict = verdictOf({ account: stage })
  expect(verdict.gaps).toMatchObject([{ code: 'several-root-users' }])
  expect(verdict.root_user).toMatchObject({ user: 'acme' })
  expect(verdict.drift.map((row) => row.principal.id)).toContain(idOf('user', 'second'))
})
