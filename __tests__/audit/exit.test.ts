import { describe, expect, test } from '@jest/globals'
import { type ExitRules, exitOf } from '../../src/audit/exit.ts'
import type { Verdict } from '../../src/audit/model.ts'
import type { Severity } from '../../src/policy/types.ts'

type DriftRow = readonly [kind: string, user: string, severity: Severity]

const named = (name: string) => ({ kind: 'user', id: name, name })

/** A verdict as far as the exit status looks at it. */
function verdictWith(
  drift: readonly DriftRow[],
  {
    complete = true,
    has_baseline = true,
    lost = [] as readonly string[],
    went = [] as readonly string[],
    gaps = 0,
  } = {},
): Verdict {
  const part = {
    ...{ complete, has_baseline, gaps: Array.from({ length: gaps }) },
    drift: drift.map(([kind, name, severity]) => ({
      kind,
      principal: named(name),
      severity,
      permission: 'p',
    })),
    was_held: went.map((name) => ({
      ...{ principal: named(name), severity: 'high', permission: 'p', history_read: name !== 'unread' },
    })),
    no_longer_held: lost.map((permission) => ({ principal: named('gone'), permission })),
    permissions: [
      { name: 'p', severity: 'high' },
      { name: 'minor', severity: 'low' },
    ],
  }
  return part as unknown as Verdict
}

const defaults: ExitRules = {
  failOn: new Set(['unapproved-holder', 'exceeds-approval', 'approval-expired']),
  failOnSeverity: 'low',
}
const bob: DriftRow = ['unapproved-holder', 'bob', 'high']

describe('how the job ends', () => {
  const cases: [name: string, verdict: Verdict, rules: Partial<ExitRules>, reason: string | null][] = [
    ['all is approved', verdictWith([]), {}, null],
    ['drift fails', verdictWith([bob]), {}, '1 user holds more of p than was approved: bob.'],
    [
      'one user with two findings is one user',
      verdictWith([bob, ['exceeds-approval', 'bob', 'high']]),
      {},
      '1 user holds more of p than was approved: bob.',
    ],
    [
      'many users are counted, and five are named',
      verdictWith(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((user): DriftRow => ['approval-expired', user, 'low']),
      ),
      {},
      '7 users hold more of p than was approved: a, b, c, d, e and 2 more.',
    ],
    [
      'drift of a kind that is not asked for',
      verdictWith([bob]),
      { failOn: new Set(['approval-expired']) },
      null,
    ],
    ['fail-on: none', verdictWith([bob]), { failOn: new Set() }, null],
    [
      'drift of the severity asked for',
      verdictWith([bob]),
      { failOnSeverity: 'high' },
      '1 user holds more of p than was approved: bob.',
    ],
    ['drift below it', verdictWith([bob]), { failOnSeverity: 'critical' }, null],
    [
      'what is below it is not named',
      verdictWith([['unapproved-holder', 'ada', 'critical'], bob]),
      { failOnSeverity: 'critical' },
      '1 user holds more of p than was approved: ada.',
    ],
    [
      'what came and went between two runs',
      verdictWith([], { went: ['eve', 'zoe'] }),
      { failOn: new Set(['was-held']) },
      'Between two runs 2 users held more of p than was approved: eve, zoe.',
    ],
    ['the same where it is not asked for', verdictWith([], { went: ['eve'] }), {}, null],
    [
      'the same below the severity',
      verdictWith([], { went: ['eve'] }),
      { failOn: new Set(['was-held']), failOnSeverity: 'critical' },
      null,
    ],
    [
      'approvals of that time that could not be read fail nothing',
      verdictWith([], { went: ['unread'] }),
      { failOn: new Set(['was-held']) },
      null,
    ],
    ['no longer held is green', verdictWith([], { lost: ['p'] }), {}, null],
    [
      'no longer held fails when asked for',
      verdictWith([], { lost: ['p', 'p'] }),
      { failOn: new Set(['no-longer-held']) },
      '2 approved holdings are held no longer.',
    ],
    [
      'no longer held below the severity',
      verdictWith([], { lost: ['minor'] }),
      { failOn: new Set(['no-longer-held']), failOnSeverity: 'high' },
      null,
    ],
    [
      'incomplete always fails, whatever fail-on says',
      verdictWith([], { complete: false, gaps: 1 }),
      { failOn: new Set(), failOnSeverity: 'critical' },
      'The audit is incomplete: 1 thing could not be read or decided.',
    ],
    [
      'no baseline always fails, whatever fail-on says',
      verdictWith([], { has_baseline: false }),
      { failOn: new Set() },
      'There is no baseline yet, so no holder is approved.',
    ],
    [
      'every reason is given',
      verdictWith([bob], { complete: false, gaps: 2 }),
      {},
      '1 user holds more of p than was approved: bob. The audit is incomplete: 2 things could not be read or decided.',
    ],
  ]
  test.each(cases)('%s', (_name, verdict, rules, reason) => {
    expect(exitOf(verdict, { ...defaults, ...rules })).toEqual({ fails: reason !== null, reason })
  })
})
