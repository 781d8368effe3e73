import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { UpdateKind } from '../../src/audit/propose.ts'
import type { Baseline } from '../../src/baseline/baseline.ts'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { writeBaseline } from '../../src/baseline/write-baseline.ts'
import { UserError } from '../../src/text/problem.ts'
import { settings } from '../property-settings.ts'
import { account, beyondBoth, type Holder, merged, type State, type Update, updated } from './branches.ts'

const kinds: readonly UpdateKind[] = ['new', 'exceeding', 'expired', 'no-longer-held']
const none = { justification: '', owner: '', expires: '' }
const definition = { actions: ['iam:*:*'], except: ['iam:*:get*'] }
const everything: Holder = { action: ['iam:*:*'] }

/** An update of a branch on which these users hold everything in addition. */
function gaining(state: State, users: readonly number[]): Update {
  const holders = state.holders.map((holder, at) => (users.includes(at) ? everything : holder))
  return { state: { ...state, holders }, today: '2026-06-01', kinds, only: [], fields: none }
}

/** Every third user was approved at the beginning. */
const start: State = {
  holders: Array.from({ length: 30 }, (_, at) => (at % 3 === 0 ? everything : null)),
  definition,
}
const base = updated(null, { state: start, today: '2026-01-01', kinds, only: [], fields: none })

test('two branches that approve different users merge unless their entries are neighbours', () => {
  // One user on each side of an entry: a third of the pairs at random would be further apart still.
  const pairs = [1, 7, 13, 19, 25].flatMap((one) => [4, 10, 16, 22, 28].map((other) => [one, other] as const))
  for (const [one, other] of pairs) {
    const text = merged(base, updated(base, gaining(start, [one])), updated(base, gaining(start, [other])))
    // Nobody can tell it from one update that approves both.
    expect(text).toBe(updated(base, gaining(start, [one, other])))
  }
})

test('two branches that approve neighbours conflict, and the marker has its own error', () => {
  const [ours, theirs] = [updated(base, gaining(start, [1])), updated(base, gaining(start, [2]))]
  expect(merged(base, ours, theirs)).toBeNull()
  const left = ours.replace('    {\n', '<<<<<<< ours\n    {\n')
  expect(() => readBaseline(left, 'b.json')).toThrow('b.json:8:1: found a merge conflict marker.')
})

// What is held and audited at random. The pool is small, so that branches touch the same things.
const pool = ['iam:*:*', 'iam:users:*', 'iam:users:create*', 'iam:*:get*', 'iam:groups:*', 'iam:?*:*s', '*']
const patterns = (minLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...pool), { minLength, maxLength: 3 })
const holder: fc.Arbitrary<Holder | null> = fc.option(
  fc.record(
    {
      action: patterns(1),
      except: patterns(0),
      resource: fc.constantFrom(['*'], ['iam:*:*:user:a'], ['iam:*:*:user:*']),
      enabled: fc.boolean(),
    },
    { requiredKeys: ['action', 'except', 'enabled'] },
  ),
  { freq: 4 },
)
const definitions = fc.constantFrom(
  definition,
  { actions: ['iam:*:*'], except: [] },
  { actions: ['iam:users:*', 'iam:groups:*'], except: ['iam:*:get*'] },
  { actions: ['*'], except: ['iam:*:get*'] },
)
const COUNT = 7
const states = fc.record({
  holders: fc.array(holder, { minLength: COUNT, maxLength: COUNT }),
  definition: definitions,
})
const branches = fc.record({
  changes: fc.array(fc.tuple(fc.nat(COUNT - 1), holder), { minLength: 1, maxLength: 2 }),
  definition: fc.option(definitions, { freq: 1 }),
  today: fc.constantFrom('2026-06-01', '2027-02-01'),
  kinds: fc.subarray([...kinds], { minLength: 2 }),
  only: fc.oneof(fc.constant([]), fc.uniqueArray(fc.nat(COUNT - 1), { maxLength: 2 })),
  fields: fc.record({
    justification: fc.constantFrom('', 'why', 'because'),
    owner: fc.constantFrom('', 'team'),
    expires: fc.constantFrom('', '2027-01-01', '2028-01-01'),
  }),
})
type Branch = typeof branches extends fc.Arbitrary<infer T> ? T : never

function updateOf(state: State, { changes, definition: other, ...branch }: Branch): Update {
  const holders = [...state.holders]
  for (const [at, one] of changes) holders[at] = one
  return { ...branch, state: { holders, definition: other ?? state.definition } }
}

test('what git merges cleanly approves nothing that neither branch approves', () => {
  let clean = 0
  fc.assert(
    fc.property(states, branches, branches, (state, one, other) => {
      const fields = { ...none, justification: 'first', expires: one.fields.expires }
      const before = updated(null, { state, today: '2026-01-01', kinds, only: [], fields })
      const [ours, theirs] = [updated(before, updateOf(state, one)), updated(before, updateOf(state, other))]
      fc.pre(ours !== before && theirs !== before && ours !== theirs)
      const text = merged(before, ours, theirs)
      if (text === null) return
      let result: ReturnType<typeof readBaseline>
      try {
        result = readBaseline(text, 'merged')
      } catch (error) {
        // Both approved the same user: git keeps both entries, and the gate refuses the file.
        expect(error).toBeInstanceOf(UserError)
        return
      }
      clean++
      const [left, right] = [readBaseline(ours, 'ours'), readBaseline(theirs, 'theirs')]
      expect(beyondBoth(result.baseline, left.baseline, right.baseline)).toBeNull()
    }),
    settings(80),
  )
  expect(clean).toBeGreaterThan(8)
})

test('one branch takes an entry out, the other renews it: git does not make a neighbour’s of it', () => {
  // Entries look alike. Taking out the first of two and adding a third is, to git, two other names in the same places.
  const holders = [null, null, everything, everything, null]
  const fields = { justification: 'first', owner: '', expires: '2027-01-01' }
  const state = { holders, definition }
  const before = updated(null, { state, today: '2026-01-01', kinds, only: [], fields })
  const ours = updated(before, {
    state: { holders: [null, null, null, everything, { ...everything, enabled: false }], definition },
    ...{ today: '2026-06-01', kinds, only: [], fields: { ...none, expires: '2027-01-01' } },
  })
  const wider = { action: ['iam:*:*'], except: ['iam:*:list*'] }
  const changes: Update[] = [
    { state, today: '2027-02-01', kinds, only: [2], fields: none },
    { state, today: '2027-02-01', kinds, only: [2], fields: { ...fields, expires: '2028-01-01' } },
    {
      state: { holders: [null, null, wider, everything, null], definition },
      ...{ today: '2027-02-01', kinds, only: [2], fields: none },
    },
  ]
  for (const change of changes) expect(merged(before, ours, updated(before, change))).toBeNull()
})

test('a grant on many lines would let git put together what nobody approved; on one line it conflicts', () => {
  const exceptions = ['iam:users:*', 'iam:groups:list', 'iam:groups:get', 'iam:*:delete', 'iam:policies:get']
  const approving = (except: readonly string[]): Baseline => ({
    account,
    audited_permissions: { p: { actions: ['iam:*:*'] } },
    approvals: [
      {
        ...{ kind: 'user', user: 'a', user_id: 'a', permission: 'p', extra: {} },
        grants: [{ actions: ['iam:*:*'], except }],
      },
    ],
  })
  const [start, ours, theirs] = [exceptions, exceptions.toSpliced(0, 1), exceptions.toSpliced(3, 1)].map(
    approving,
  ) as [Baseline, Baseline, Baseline]
  const spread = (baseline: Baseline): string =>
    `${JSON.stringify(JSON.parse(writeBaseline(baseline)), null, 2)}\n`
  const text = merged(spread(start), spread(ours), spread(theirs))
  const result = readBaseline(text ?? '', 'merged').baseline
  // Neither branch lets anybody delete users: the oracle of the property above sees it.
  expect(beyondBoth(result, ours, theirs)).toContain('iam:')
  expect(merged(writeBaseline(start), writeBaseline(ours), writeBaseline(theirs))).toBeNull()
})
