import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readBaseline } from '../../src/baseline/read-baseline.ts'
import { approvedBy } from '../../src/gate/approved-set.ts'
import { actionSetIncludes } from '../../src/policy/index.ts'
import type { ActionSet, Grant } from '../../src/policy/types.ts'
import { settings } from '../property-settings.ts'
import { account, changes, configJson, type Json, judged, text } from './texts.ts'

// What an entry approves is small enough here to be listed: a slow and obvious second opinion.
const segments = ['a', 'b', 'ab', '']
const universe = segments
  .flatMap((one) => segments.flatMap((two) => segments.map((three) => `${one}:${two}:${three}`)))
  .filter((action) => !action.startsWith(':') && !action.endsWith(':'))
const limits: readonly Json[] = [{}, { resources: ['x:*:*:y:z'] }, { condition: { Bool: { k: 'true' } } }]

// Entries name their actions, so that all they approve is in the universe.
const literal = fc.constantFrom(...universe)
const patterns = fc.array(literal, { minLength: 1, maxLength: 4 })
const glob = fc.constantFrom('*:*:*', 'a:*:*', '*:a:*', 'a*:*:b', '?:*:*', '*:*:a?', '*', 'a:*')
const sets = fc.record(
  { actions: patterns, except: fc.array(fc.oneof(literal, glob), { maxLength: 2 }) },
  { requiredKeys: ['actions'] },
)
/** Definitions may be infinite: what an entry approves is within its literal actions all the same. */
const definitions = fc.record(
  {
    actions: fc.array(fc.oneof(literal, glob), { minLength: 1, maxLength: 3 }),
    except: fc.array(fc.oneof(literal, glob), { maxLength: 2 }),
  },
  { requiredKeys: ['actions'] },
)
const grants = fc.array(
  fc.tuple(sets, fc.constantFrom(...limits)).map(([set, limit]) => ({ ...set, ...limit })),
  { minLength: 1, maxLength: 3 },
)
const sides = fc.record({
  entry: fc.record({ grants, within: definitions }, { requiredKeys: ['grants'] }),
  recorded: definitions,
})
type Side = typeof sides extends fc.Arbitrary<infer T> ? T : never

function baselineText({ entry, recorded }: Side): string {
  const one = { user: 'u', user_id: 'id', permission: 'p', justification: 'j', ...entry }
  return text({ version: 1, account, audited_permissions: { p: recorded }, approvals: [one] })
}

/** Every action of the universe under each limit that the entry approves it under, or under none. */
function listed({ entry, recorded }: Side): Set<string> {
  const within = entry.within ?? recorded
  const limitOf = ({ resources, condition }: Grant): string => JSON.stringify({ resources, condition })
  return new Set(
    universe.flatMap((action) =>
      limits.flatMap((limit) => {
        const wanted = limitOf(limit as unknown as Grant)
        const covered = (entry.grants as unknown as readonly Grant[]).some(
          (grant) =>
            (limitOf(grant) === '{}' || limitOf(grant) === wanted) &&
            actionSetIncludes(grant as ActionSet, action),
        )
        return covered && actionSetIncludes(within, action) ? [`${action} ${wanted}`] : []
      }),
    ),
  )
}

test('an entry is widened exactly when its set within its definition grew, narrowed exactly when it shrank', () => {
  let [grew, shrank] = [0, 0]
  const runs = settings(150)
  fc.assert(
    fc.property(sides, sides, (before, after) => {
      const config = text(configJson())
      const verdict = judged(
        { config, baseline: baselineText(before) },
        { config, baseline: baselineText(after) },
      )
      const [old, now] = [listed(before), listed(after)]
      const [more, less] = [[...now].some((one) => !old.has(one)), [...old].some((one) => !now.has(one))]
      expect(changes(verdict).includes('widened')).toBe(more)
      expect(changes(verdict).includes('narrowed')).toBe(less)
      if (more) grew++
      if (less) shrank++
    }),
    runs,
  )
  // Both answers must be common, or the property says little.
  for (const count of [grew, shrank])
    expect(Math.min(count, runs.numRuns - count)).toBeGreaterThan(runs.numRuns / 8)
})

test('what is gained is what was not approved, and gaining it back is no change', () => {
  fc.assert(
    fc.property(sides, sides, (before, after) => {
      const config = text(configJson())
      const [one, other] = [baselineText(before), baselineText(after)]
      const there = judged({ config, baseline: one }, { config, baseline: other }).entries
      const back = judged({ config, baseline: other }, { config, baseline: one }).entries
      const gained = there.find((row) => row.change === 'widened')?.gained
      const lost = back.find((row) => row.change === 'narrowed')?.lost
      expect(gained?.grants).toEqual(lost?.grants)
    }),
    settings(100),
  )
})

test('base against itself passes and is empty, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.option(fc.string()), sides, fc.boolean(), (config, side, wellFormed) => {
      const texts = { config, baseline: wellFormed ? baselineText(side) : config }
      expect(judged(texts, texts)).toMatchObject({
        result: 'passed',
        touched: false,
        entries: [],
        failures: [],
      })
    }),
    settings(),
  )
})

test('another layout of the same baseline changes nothing', () => {
  fc.assert(
    fc.property(sides, (side) => {
      const [config, baseline] = [text(configJson()), baselineText(side)]
      const flat = JSON.stringify(JSON.parse(baseline))
      const verdict = judged({ config, baseline }, { config, baseline: flat })
      expect(verdict).toMatchObject({ result: 'passed', entries: [], scope_changes: [] })
      const read = readBaseline(flat, 'b').baseline
      const [entry] = read.approvals
      expect(entry && approvedBy({ entry, baseline: read }).grants).toEqual(side.entry.grants)
    }),
    settings(50),
  )
})

test('no text makes the judgement throw', () => {
  const any = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constant(text(configJson())),
    sides.map(baselineText),
    fc.constant(null),
  )
  const texts = fc.record({ config: any, baseline: any })
  fc.assert(
    fc.property(texts, texts, (base, head) => {
      const verdict = judged(base, head)
      expect(verdict.result).toBe(verdict.failures.length === 0 ? 'passed' : 'failed')
    }),
    settings(120),
  )
})
