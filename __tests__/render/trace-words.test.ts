/** What traces tell, in words: names, addresses and sessions in them are whatever somebody wrote. */
import { expect, test } from '@jest/globals'
import { allow, document } from '../../simulator/iam/account.ts'
import type { TraceBy } from '../../src/account/trace-record.ts'
import { code } from '../../src/render/escape.ts'
import { renderLog } from '../../src/render/log.ts'
import { renderSummary } from '../../src/render/summary.ts'
import { byWords, wasHeldSection, whoDidWords } from '../../src/render/trace-words.ts'
import { account, by, crawlWithTraces, HOUR, judged, NOW } from '../traces/world.ts'

const told: TraceBy = {
  ...{ principal: 'iam::a:user:eve', through: null, address: '203.0.113.7', via: 'console', mfa: false },
  ...{ time: '2026-11-24T07:00:00.123Z', trace_id: '7c1d' },
}
const window = {
  ...{
    from: '2026-11-21T12:00:00Z',
    until: '2026-11-24T12:00:00Z',
    count: 7,
    untold: [],
    history_read: true,
  },
}

test('by whom, from where, with what, when to the second', () => {
  expect(byWords(told, (text) => text)).toBe(
    'iam::a:user:eve, from 203.0.113.7, in the console, without MFA, on 2026-11-24 07:00:00 UTC, trace 7c1d',
  )
  const session = {
    ...told,
    through: 'sts::a:assumed-agency:ci/s',
    address: null,
    via: 'api',
    mfa: null,
  } as const
  expect(byWords(session, (text) => text)).toBe(
    'iam::a:user:eve through sts::a:assumed-agency:ci/s, by API, on 2026-11-24 07:00:00 UTC, trace 7c1d',
  )
})

test('where no trace shows it, the window to look in', () => {
  expect(whoDidWords(null, window, code)).toBe(
    'not found in the last 72 hours (traces from 2026-11-21 12:00:00 UTC to 2026-11-24 12:00:00 UTC)',
  )
})

const hostile = 'x`](http://evil) @octocat <img src=x>\n::error::forged\n## heading'

test('hostile names in traces are text', async () => {
  const built = account().policy('Admin', document(allow('iam:*:*')))
  const doing = by(built, { agency: hostile, session: hostile, address: hostile })
  doing.at(NOW - 3 * HOUR).attachPolicy('Admin', { user: 'ada' })
  doing.at(NOW - 2 * HOUR).detachPolicy('Admin', { user: 'ada' })
  const verdict = judged(await crawlWithTraces(built.account))
  expect(verdict.was_held).toHaveLength(1)
  const [, , rows = ''] = wasHeldSection(verdict, 10_000)
  const summary = renderSummary(verdict, { baselinePath: 'b', proposal: null, remarks: [] })
  for (const text of [rows, summary]) {
    expect(text).not.toMatch(/^## heading/m)
    expect(text).not.toMatch(/^::error/m)
    // Outside of code nothing of it remains.
    const bare = text.replaceAll(/(`+)[^`]([\s\S]*?[^`])?\1(?!`)/g, '')
    expect(bare).not.toContain('@octocat')
    expect(bare).not.toContain('<img')
  }
  for (const line of renderLog(verdict)) expect(line).not.toMatch(/\n|^::/)
})
