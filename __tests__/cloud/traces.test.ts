import { expect, test } from '@jest/globals'
import { allow, document, type SimulatedTrace } from '../../simulator/iam/account.ts'
import type { Trace } from '../../src/account/trace-record.ts'
import {
  account,
  BEFORE,
  by,
  crawlOnly,
  HOUR,
  MINUTE,
  NOW,
  open,
  type RunOptions,
  readTraces,
} from '../traces/world.ts'

const someAccount = () => {
  const built = account().policy('Admin', document(allow('iam:*:*')))
  by(built)
    .at(NOW - HOUR)
    .attachPolicy('Admin', { user: 'ada' })
  return built
}

/** What a run says of the traces. */
async function read(options: RunOptions = {}, built = someAccount()) {
  const opened = open(built.account, options)
  const crawled = await crawlOnly(opened, built.account)
  const asked = opened.targets.length
  const snapshot = await readTraces(opened, crawled, options)
  return {
    snapshot,
    gaps: snapshot.gaps.filter(({ scope }) => scope.type === 'source' && scope.source === 'traces'),
    coverage: snapshot.coverage.find((row) => row.source === 'traces'),
    targets: opened.targets.slice(asked),
  }
}

const isTraces = (target: string): boolean => target.includes('/traces')

test('traces of the window are read from the project of the region', async () => {
  const { gaps, coverage, snapshot, targets } = await read()
  expect(gaps).toEqual([])
  expect(coverage).toMatchObject({ status: 'audited', count: snapshot.traces?.count })
  expect(snapshot.traces?.events).toMatchObject([{ operation: 'attachUserPolicyV5' }])
  expect(targets[0]).toBe('/v3/projects?name=ap-southeast-1')
  expect(targets[1]).toMatch(
    /^\/v3\/[0-9a-f]+\/traces\?from=\d{13}&limit=200&service_type=IAM&to=\d{13}&trace_type=system$/,
  )
})

const everythingElse = ['iam:*:*', 'sts:*:*'] as const
const answer = (body: unknown, status = 200): RunOptions => ({
  fault: (target) => (isTraces(target) ? { status, body: JSON.stringify(body) } : null),
})

test.each<[string, RunOptions, { code: string; action?: string | null; status: string; says: RegExp }]>([
  [
    'refused',
    { allowed: everythingElse },
    { code: 'forbidden', action: 'cts:trace:list', status: 'denied', says: /cts:trace:list/ },
  ],
  [
    'no projects',
    {
      allowed: [
        'iam:users:*',
        'iam:groups:*',
        'iam:policies:*',
        'iam:agencies:*',
        'iam:permissions:*',
        'iam:roles:*',
        'iam:identityProviders:*',
        'iam::*',
        'cts:*:*',
      ],
    },
    { code: 'forbidden', action: 'iam:projects:listProjects', status: 'denied', says: /listProjects/ },
  ],
  [
    'keys that are not taken',
    answer({ error_msg: 'The token is unsupported for trust agency', error_code: 'IAM.0091' }, 403),
    { code: 'forbidden', action: null, status: 'denied', says: /another kind of keys/ },
  ],
  [
    'unreachable',
    { fault: (target) => (isTraces(target) ? new Error('ECONNREFUSED') : null) },
    { code: 'unreadable', status: 'not-attempted', says: /trace-endpoint/ },
  ],
  [
    'another region',
    { region: 'eu-west-101' },
    { code: 'unreadable', status: 'not-attempted', says: /trace-region/ },
  ],
  ['no list', answer({ meta_data: {} }), { code: 'unreadable', status: 'not-attempted', says: /traces/ }],
  ['no page', answer({ traces: [] }), { code: 'unreadable', status: 'not-attempted', says: /meta_data/ }],
  [
    'nothing at all',
    answer({ traces: [], meta_data: { count: 0, marker: null } }),
    { code: 'unreadable', status: 'not-attempted', says: /tracker is off/ },
  ],
])('%s: a gap, and nobody is accused', async (_, options, { code, action, status, says }) => {
  const { gaps, coverage, snapshot } = await read(options)
  expect(snapshot.traces).toBeNull()
  expect(gaps).toHaveLength(1)
  expect(gaps[0]).toMatchObject({ code, ...(action === undefined ? {} : { iam_action: action }) })
  expect(`${gaps[0]?.message} ${gaps[0]?.remedy}`).toMatch(says)
  expect(coverage).toMatchObject({ status, count: null })
})

test('a tracker that is off leaves a window without anything', async () => {
  const built = someAccount()
  built.account.tracker.enabled = false
  built.account.traces = []
  expect((await read({}, built)).gaps[0]?.message).toContain('nothing at all')
})

test.each<[string, RunOptions, RegExp]>([
  [
    'a repeated marker',
    {
      change: (target, body) => (isTraces(target) ? { ...body, meta_data: { marker: 'again' } } : body),
      fault: (target) =>
        target.includes('next=')
          ? { status: 200, body: JSON.stringify({ traces: [], meta_data: { marker: 'again' } }) }
          : null,
    },
    /repeated/,
  ],
  [
    'rows that are none',
    {
      change: (target, body) =>
        isTraces(target)
          ? { ...body, traces: [...(body.traces as unknown[]), null, { trace_id: 'x' }] }
          : body,
    },
    /2 rows/,
  ],
])('%s: what could be read is kept, and a gap says the rest', async (_, options, says) => {
  const { gaps, snapshot } = await read(options)
  expect(snapshot.traces?.events).toHaveLength(1)
  expect(gaps).toMatchObject([{ code: 'unreadable', message: expect.stringMatching(says) }])
})

/** Very many reads, and now and then a change. */
function busy(count: number): readonly SimulatedTrace[] {
  const built = someAccount()
  const [change] = built.account.traces as [SimulatedTrace]
  return Array.from({ length: count }, (_, at): SimulatedTrace => {
    const isChange = at % 1000 === 0
    return {
      ...change,
      trace_id: `trace-${at}`,
      trace_name: isChange ? 'attachUserPolicyV5' : 'listUsersV5',
      read_only: !isChange,
      time: NOW - 20 * HOUR + Math.floor((at / count) * 19 * HOUR),
    }
  })
}

test('50,000 traces take as many requests as pages, and nothing of reads is kept', async () => {
  const built = someAccount()
  built.account.traces = [...busy(50_000)]
  const { gaps, snapshot, targets } = await read({}, built)
  expect(gaps).toEqual([])
  const count = snapshot.traces?.count ?? 0
  expect(count).toBeGreaterThanOrEqual(50_000)
  expect(targets.filter(isTraces)).toHaveLength(Math.ceil(count / 200))
  expect(snapshot.traces?.events).toHaveLength(50)
  expect(JSON.stringify(snapshot.traces).length).toBeLessThan(100_000)
})

test('traces that are written while pages are read move nothing', async () => {
  const built = someAccount()
  built.account.traces = [...busy(1000)]
  const opened = open(built.account, {
    before: (target) => {
      if (isTraces(target))
        by(built)
          .at(NOW + MINUTE)
          .createUser(`new-${built.account.traces.length}`)
    },
  })
  const seen: string[] = []
  const { count } = await opened.traces.read(
    await opened.traces.project(),
    { from: BEFORE, until: NOW },
    (trace: Trace) => seen.push(trace.trace_id),
  )
  expect(count).toBe(1000)
  expect(new Set(seen).size).toBe(1000)
})
