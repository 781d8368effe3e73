import { describe, expect, test } from '@jest/globals'
import { principalKey } from '../../src/account/principal.ts'
import type { Verdict } from '../../src/audit/model.ts'
import type { UserEntry } from '../../src/baseline/baseline.ts'
import { entry } from '../audit/stage.ts'
import { cameAndWent, type State } from './directly.ts'
import { actAtRandom, knowable, randomAccount, randomOf } from './random-acts.ts'
import { BEFORE, crawlWithTraces, judged, NOW } from './world.ts'

// Whoever held something audited at a moment between two runs, and when, against the account's own states one by one.

const taken = new Date(NOW).toISOString()

interface Row {
  readonly who: string
  readonly from: string | null
  readonly until: string | null
}

const rows = ({ was_held }: Verdict): Row[] =>
  was_held.map(({ principal, from, until }) => ({ who: principalKey(principal), from, until }))

const sorted = (list: readonly object[]): string[] => list.map((one) => JSON.stringify(one)).sort()

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed + 1)

test.each(seeds(20))(
  'whoever held something between two runs is reported with the right moments, nobody else is (seed %i)',
  async (seed) => {
    const random = randomOf(seed)
    const built = randomAccount(random)
    const isSeen = random(2) === 0
    if (isSeen) await crawlWithTraces(built.account, { start: BEFORE })
    const { states } = actAtRandom(built, random, 14)
    const snapshot = await crawlWithTraces(built.account)
    expect(snapshot.gaps).toEqual([])
    const expected = cameAndWent(knowable(states), taken, isSeen)
    expect(sorted(rows(judged(snapshot)))).toEqual(sorted(expected))
  },
)

test.each(seeds(6))('who is approved is not reported, whatever came and went (seed %i)', async (seed) => {
  const random = randomOf(seed)
  const built = randomAccount(random)
  const { states } = actAtRandom(built, random, 14)
  const snapshot = await crawlWithTraces(built.account)
  const entries = built.account.users
    .slice(0, 3)
    .map(({ user_id, user_name }): UserEntry => entry(user_name, { user_id }))
  const approved = new Set(entries.map((one) => one.user_id))
  const expected = cameAndWent(knowable(states), taken, false).filter((one) => !approved.has(one.who))
  expect(sorted(rows(judged(snapshot, { entries })))).toEqual(sorted(expected))
})

/** Whether somebody truly held what they do not hold now, at some moment of a row. */
function isTrue(row: Row, states: readonly State[]): boolean {
  return cameAndWent(states, taken, false).some(
    ({ who, from, until }) =>
      who === row.who && (from ?? '') <= (row.until ?? '9') && until >= (row.from ?? ''),
  )
}

describe('request bodies without the ids of the path', () => {
  test.each(seeds(12))('accuse nobody wrongly, and what is missed is said (seed %i)', async (seed) => {
    const random = randomOf(seed)
    const built = randomAccount(random)
    built.account.tracker.request = 'body'
    const { states } = actAtRandom(built, random, 14)
    const verdict = judged(await crawlWithTraces(built.account))
    const reported = rows(verdict)
    expect(reported.filter((row) => !isTrue(row, states))).toEqual([])
    const missed = cameAndWent(states, taken, false).filter(
      (one) => !reported.some((row) => row.who === one.who),
    )
    if (missed.length > 0) expect(verdict.traces?.untold).not.toEqual([])
  })
})

describe('traces that are lost', () => {
  test.each(seeds(12))('leave what the others show (seed %i)', async (seed) => {
    const random = randomOf(seed)
    const built = randomAccount(random)
    const { states } = actAtRandom(built, random, 14)
    const lost = random(built.account.traces.length)
    built.account.traces.splice(lost, 1)
    const verdict = judged(await crawlWithTraces(built.account))
    expect(rows(verdict).filter((row) => !isTrue(row, states))).toEqual([])
  })
})
