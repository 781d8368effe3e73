import fc from 'fast-check'
import { account, type Json } from './texts.ts'

// Random pull requests: two states of a repository that differ in a few things, in words small enough to be listed.

export const partner = 'fedc0000fedc0000fedc0000fedc0000'

const days = ['2026-11-01', '2026-11-24', '2026-12-20', '2027-03-01'] as const
/** Patterns that share no action. */
export const actions = ['iam:users:*', 'iam:policies:*', 'iam:groups:*'] as const
const restrictions: Json[] = [
  {},
  { resources: ['iam::*:user:ops-*'] },
  { not_resources: ['iam::*:user:ops-*'] },
]
const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined })

const grant = fc
  .tuple(fc.subarray([...actions], { minLength: 1 }), fc.constantFrom(...restrictions))
  .map(([list, limit]) => ({ actions: list, ...limit }))
const restricted = fc
  .tuple(fc.subarray([...actions], { minLength: 1 }), fc.constantFrom(...restrictions.slice(1)))
  .map(([list, limit]) => ({ actions: list, ...limit }))

const common = {
  justification: fc.constantFrom('On call', 'For groups too', ' ', ''),
  owner: maybe(fc.constant('platform')),
  expires: maybe(fc.constantFrom(...days)),
  disabled: maybe(fc.constant(true)),
  within: maybe(fc.subarray([...actions], { minLength: 1 }).map((list) => ({ actions: list }))),
}

const user = (id: string): fc.Arbitrary<Json> =>
  fc.record({
    ...{ user: fc.constantFrom('bob', 'ops-bob'), user_id: fc.constant(id), permission: fc.constant('iam') },
    ...{ grants: fc.array(grant, { minLength: 1, maxLength: 2 }), ...common },
  })
const everyUser = fc.record({
  ...{ user: fc.constant('*'), user_id: fc.constant('*'), permission: fc.constant('iam') },
  ...{ grants: fc.tuple(restricted), ...common, disabled: fc.constant(undefined) },
})
const condition = { Bool: { 'g:MFAPresent': ['true'] } }
export const parties: readonly Json[] = [
  { account: partner },
  { account: partner, condition },
  { user: `iam::${partner}:user:eve` },
  { everybody: true },
  { service: 'ecs' },
  { provider: 'iam::x:samlProvider:corp', issuer: 'i', keys: ['k'] },
  { provider: 'iam::x:samlProvider:corp', issuer: 'i', keys: ['k'], condition },
]
const agency = fc.record({
  ...{
    agency: fc.constantFrom('ci', 'ci-2'),
    agency_id: fc.constant('id-ci'),
    permission: fc.constant('iam'),
  },
  trusted: fc.subarray([...parties], { minLength: 1, maxLength: 2 }),
  ...{ grants: fc.tuple(grant), ...common },
})
const test = fc.oneof(
  fc.subarray(['x', 'y'], { minLength: 1 }).map((any_one_of) => ({ type: 'Groups', any_one_of })),
  fc.subarray(['x', 'y'], { minLength: 1 }).map((not_any_of) => ({ type: 'Mail', not_any_of })),
)
const alternative = fc.uniqueArray(test, { maxLength: 2, selector: ({ type }) => type })
const federated = fc.record({
  ...{ provider: fc.constant('corp'), group: fc.constantFrom('ops', 'dev'), group_id: fc.constant('id-ops') },
  ...{ permission: fc.constant('iam'), issuer: fc.constantFrom('i', 'j') },
  keys: fc.subarray(['k', 'l'], { minLength: 1 }),
  when: fc.tuple(alternative),
  ...{ grants: fc.tuple(grant), ...common },
})

const gap = fc.record({
  ...{ policy_id: fc.constant('p1'), version_id: fc.constant('v1') },
  sha256: fc.constantFrom('a'.repeat(64), 'b'.repeat(64)),
  for: fc.subarray(['user:u1', 'agency:x'], { minLength: 1 }),
  justification: fc.constantFrom('Vendor', 'Other', ' '),
  expires: fc.constantFrom(...days),
})

const definition = fc.subarray([...actions], { minLength: 1 }).map((list) => ({ actions: list }))

const baseline = fc
  .record({
    entries: fc.tuple(...[user('u1'), user('u2'), everyUser, agency, federated].map((one) => maybe(one))),
    ...{ recorded: definition, gap: maybe(gap), admin_group: maybe(fc.constantFrom('g1', 'g2', 'none')) },
  })
  .map(
    ({ entries, recorded, gap: known, admin_group }): Json => ({
      ...{ version: 1, account, ...(admin_group === undefined ? {} : { admin_group }) },
      audited_permissions: { iam: recorded },
      approvals: entries.filter((one) => one !== undefined),
      ...(known === undefined ? {} : { known_gaps: [known] }),
    }),
  )

export const config = fc
  .record({
    ...{
      audited: definition,
      severity: fc.constantFrom('high', 'low'),
      holds: fc.constantFrom('any', 'all'),
    },
    require: fc.subarray(['justification', 'owner', 'review']),
    ...{ maxDays: maybe(fc.constantFrom(30, 60)), account: fc.boolean() },
    ...{ enabled: fc.boolean(), on: fc.subarray(['drift', 'incomplete', 'expiring']) },
    sources: fc.record({
      'legacy-roles': fc.constantFrom('required', 'optional', 'off'),
      federation: fc.constantFrom('required', 'off'),
    }),
    traces: fc.constantFrom<string | number>('off', 24, 48),
  })
  .map(
    ({ audited, severity, holds, require, maxDays, account: named, enabled, on, sources, traces }): Json => ({
      ...{ version: 1, ...(named ? { account } : {}), sources, traces },
      'audited-permissions': [{ name: 'iam', severity, holds, ...audited }],
      approvals: { require, ...(maxDays === undefined ? {} : { 'max-days': maxDays }) },
      issue: { enabled, on },
    }),
  )

export interface Side {
  readonly config: Json | null
  readonly baseline: Json | null
}

/** Mostly both files are there; the head is the base but for some of its parts. */
const file = (one: fc.Arbitrary<Json>): fc.Arbitrary<Json | null> => fc.option(one, { freq: 12 })
export const sides: fc.Arbitrary<readonly [Side, Side]> = fc
  .tuple(file(config), file(baseline), file(config), file(baseline), fc.infiniteStream(fc.boolean()))
  .map(([baseConfig, baseBaseline, headConfig, headBaseline, coins]) => {
    const isKept = (): boolean => coins.next().value === true
    return [
      { config: baseConfig, baseline: baseBaseline },
      {
        config: mixed(baseConfig, headConfig, isKept),
        baseline: withEntries(baseBaseline, mixed(baseBaseline, headBaseline, isKept), isKept),
      },
    ] as const
  })

/** The other, with some parts of the first. */
function mixed(one: Json | null, other: Json | null, isKept: () => boolean): Json | null {
  if (one === null || other === null) return other
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const from = isKept() ? one : other
      return key in from ? [[key, from[key]]] : []
    }),
  )
}

/** Entries of the same principal keep some of their fields, so that few things change at a time. */
function withEntries(one: Json | null, other: Json | null, isKept: () => boolean): Json | null {
  if (one === null || other === null) return other
  const before = one.approvals as Json[]
  const approvals = (other.approvals as Json[]).map((entry) => {
    const old = before.find((each) => idOf(each) === idOf(entry))
    return old === undefined ? entry : (mixed(old, entry, () => isKept() || isKept()) as Json)
  })
  return { ...other, approvals }
}

/** The id of whoever an entry is for. */
export function idOf(entry: Json): string {
  return String(entry.user_id ?? entry.agency_id ?? entry.group_id)
}
