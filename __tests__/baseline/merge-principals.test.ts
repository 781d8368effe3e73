/** Two branches that change approvals of any kind, merged by git: it puts nothing together that neither branch approves. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Alternative } from '../../src/account/alternatives.ts'
import type { Baseline, BaselineEntry, KnownGap } from '../../src/baseline/baseline.ts'
import { holderKey } from '../../src/baseline/entry.ts'
import { gapDocument } from '../../src/baseline/known-gap.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { rewriteBaseline, writeBaseline } from '../../src/baseline/write-baseline.ts'
import type { TrustedItem } from '../../src/policy/language/trusted.ts'
import type { Grant } from '../../src/policy/types.ts'
import { UserError } from '../../src/text/problem.ts'
import { settings } from '../property-settings.ts'
import { merged } from './branches.ts'

// The pool is small, so that branches touch the same things and neighbours look alike.
const grants = fc.uniqueArray(
  fc.constantFrom<Grant[]>(
    { actions: ['iam:users:*'] },
    { actions: ['iam:groups:*'] },
    { actions: ['iam:roles:*'], scopes: ['project:1'] },
  ),
  { minLength: 1, maxLength: 2 },
)
const common = {
  ...{ permission: fc.constant('p'), grants, extra: fc.constant({}) },
  ...{
    justification: fc.constantFrom('why', 'because'),
    expires: fc.constantFrom('2027-01-01', '2028-01-01'),
  },
}
const needed = ['kind', 'permission', 'grants', 'extra', 'justification'] as const
const trusted = fc.uniqueArray(
  fc.constantFrom<TrustedItem[]>(...[{ account: 'a' }, { account: 'b' }, { everybody: true as const }], {
    provider: 'x',
    condition: { StringEquals: { 'oidc:sub': ['repo:a/b'] } },
  }),
  { minLength: 1, maxLength: 2 },
)
const when = fc.uniqueArray(
  fc.constantFrom<Alternative[]>(
    [],
    [{ type: 'Groups', any_one_of: ['ops'] }],
    [{ type: 'Mail', any_one_of: ['a'] }],
  ),
  {
    ...{ minLength: 1, maxLength: 2 },
  },
)
const keys = fc.uniqueArray(fc.constantFrom('k1', 'k2'), { maxLength: 2 })

/** An entry in each of these places, or none. */
const COUNT = 8
function entryAt(place: number): fc.Arbitrary<BaselineEntry | null> {
  const id = fc.constant(`id${place}`)
  const some: fc.Arbitrary<BaselineEntry> =
    place < 2
      ? fc.record(
          { kind: fc.constant('user' as const), user: fc.constant('u'), user_id: id, ...common },
          { requiredKeys: [...needed, 'user', 'user_id'] },
        )
      : place < 5
        ? fc.record(
            {
              kind: fc.constant('agency' as const),
              agency: fc.constant('same'),
              agency_id: id,
              trusted,
              ...common,
            },
            { requiredKeys: [...needed, 'agency', 'agency_id', 'trusted'] },
          )
        : fc.record(
            {
              ...{
                kind: fc.constant('federated' as const),
                provider: fc.constant('corp'),
                group: fc.constant('same'),
                group_id: id,
              },
              ...{ issuer: fc.constantFrom('i1', 'i2'), keys, when, ...common },
            },
            { requiredKeys: [...needed, 'provider', 'group', 'group_id', 'issuer', 'keys', 'when'] },
          )
  return fc.option(some, { freq: 3 })
}
const gapOf = (role: number): fc.Arbitrary<KnownGap | null> =>
  fc.option(
    fc.record({
      ...{ role_id: fc.constant(`r${role}`), sha256: fc.constantFrom('0'.repeat(64), '1'.repeat(64)) },
      for: fc.uniqueArray(fc.constantFrom('user:a', 'user:b', 'agency:c'), { minLength: 1, maxLength: 2 }),
      ...{
        justification: fc.constantFrom('why', 'because'),
        expires: fc.constantFrom('2027-01-01', '2028-01-01'),
      },
    }),
  )

interface Places {
  readonly entries: readonly (BaselineEntry | null)[]
  readonly gaps: readonly (KnownGap | null)[]
}
const places: fc.Arbitrary<Places> = fc.record({
  entries: fc.tuple(...Array.from({ length: COUNT }, (_, at) => entryAt(at))),
  gaps: fc.tuple(gapOf(0), gapOf(1), gapOf(2)),
})
const changes = fc.record({
  entries: fc.array(
    fc.nat(COUNT - 1).chain((at) => fc.tuple(fc.constant(at), entryAt(at))),
    { minLength: 1, maxLength: 2 },
  ),
  gaps: fc.array(
    fc.nat(2).chain((at) => fc.tuple(fc.constant(at), gapOf(at))),
    { maxLength: 1 },
  ),
})
type Changes = typeof changes extends fc.Arbitrary<infer T> ? T : never

function changed({ entries, gaps }: Places, change: Changes): Places {
  const [newEntries, newGaps] = [[...entries], [...gaps]]
  for (const [at, entry] of change.entries) newEntries[at] = entry
  for (const [at, gap] of change.gaps) newGaps[at] = gap
  return { entries: newEntries, gaps: newGaps }
}

const baselineOf = ({ entries, gaps }: Places): Baseline => ({
  ...{ account: 'acc', audited_permissions: { p: { actions: ['iam:*:*'] } } },
  approvals: entries.filter((entry) => entry !== null),
  known_gaps: gaps.filter((gap) => gap !== null),
})

const FOREVER = '9999-12-31'

/** Slow and obvious: everything that a baseline accepts, thing by thing, each with the last day that it does. */
function accepted({ approvals, known_gaps = [] }: Baseline): Map<string, string> {
  const until = new Map<string, string>()
  const accept = (day: string | undefined, ...thing: unknown[]): void => {
    const key = JSON.stringify(thing)
    const [known, end] = [until.get(key), day ?? FOREVER]
    if (known === undefined || known < end) until.set(key, end)
  }
  for (const entry of approvals)
    for (const grant of entry.grants)
      for (const who of whom(entry)) accept(entry.expires, holderKey(entry), who, grant)
  for (const gap of known_gaps)
    for (const who of gap.for) accept(gap.expires, gapDocument(gap), gap.sha256, who)
  return until
}

/** Each party or alternative for which an entry approves; of a provider with each key by which it may vouch. */
function whom(entry: BaselineEntry): readonly unknown[] {
  if (entry.kind === 'user') return ['self']
  if (entry.kind === 'agency') return entry.trusted
  return entry.when.flatMap((tests) => ['', ...entry.keys].map((key) => [entry.issuer, key, tests]))
}

/** What the result accepts, or until when, beyond each of both; null: nothing. */
function beyondBoth(result: Baseline, ours: Baseline, theirs: Baseline): string | null {
  const [left, right] = [accepted(ours), accepted(theirs)]
  for (const [thing, until] of accepted(result))
    if ((left.get(thing) ?? '') < until && (right.get(thing) ?? '') < until) return `${thing} until ${until}`
  return null
}

type Writer = (before: string, baseline: Baseline) => string

const rewritten: Writer = (before, baseline) => rewriteBaseline(readBaseline(before, 'b'), baseline)

/** One field on each line, as most tools write JSON. */
const spread: Writer = (_, baseline) => `${JSON.stringify(JSON.parse(writeBaseline(baseline)), null, 2)}\n`

/** Merges that went through, and what the first of them that accepts too much accepts. */
function mergeMany(write: Writer, numRuns: number): { clean: number; beyond: string | null } {
  let [clean, beyond]: [number, string | null] = [0, null]
  fc.assert(
    fc.property(places, changes, changes, (state, one, other) => {
      const before = write(writeBaseline(baselineOf(state)), baselineOf(state))
      const [ours, theirs] = [one, other].map((change) =>
        write(before, baselineOf(changed(state, change))),
      ) as [string, string]
      if (ours === before || theirs === before || ours === theirs) return
      const text = merged(before, ours, theirs)
      if (text === null) return
      try {
        const result = readBaseline(text, 'merged').baseline
        clean++
        beyond ??= beyondBoth(
          result,
          readBaseline(ours, 'ours').baseline,
          readBaseline(theirs, 'theirs').baseline,
        )
      } catch (error) {
        // Both added the same entry: git keeps both, and the gate refuses the file.
        expect(error).toBeInstanceOf(UserError)
      }
    }),
    settings(numRuns),
  )
  return { clean, beyond }
}

test('what git merges cleanly accepts nothing that neither branch accepts, of whatever kind', () => {
  const { clean, beyond } = mergeMany(rewritten, 120)
  expect(beyond).toBeNull()
  expect(clean).toBeGreaterThan(25)
})

test('with a field on each line it would', () => {
  expect(mergeMany(spread, 100).beyond).not.toBeNull()
})
