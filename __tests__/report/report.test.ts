import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { z } from 'zod'
import type { GateVerdict } from '../../src/gate/model.ts'
import {
  buildCheckReport,
  buildGateReport,
  buildReport,
  buildStoppedReport,
} from '../../src/report/report.ts'
import { type Report, reportSchema } from '../../src/report/report-schema.ts'
import { verdictOf } from './account.ts'

const context = {
  kind: 'audit',
  generatedAt: '2026-11-24T03:00:09.000Z',
  tool: { version: '1.0.0', commit: 'abc', presets_digest: 'p', catalogue_digest: 'c' },
  run: {
    ...{ repository: 'octo/repo', sha: 'f00', run_id: '1', run_attempt: '2', url: 'https://example.test' },
    ...{ event: 'schedule', actor: 'octocat' },
  },
  inputs: { config_sha256: 'a', baseline_sha256: 'b' },
} as const

const asked = {
  account: { id: 'd78cbac186b744899480f25bd022aaaa', name: '' },
  auditor: { urn: 'iam::a:user:auditor', id: 'auditor' },
  stats: { requests: 12, retries: 1, duration_ms: 900 },
}

const verdict = verdictOf()
const report = buildReport(verdict, context)
const holderOf = (id: string): Report['grants'][number] => {
  const found = report.grants.find((row) => row.user_id === id)
  if (found === undefined) throw new Error(`${id} is no holder`)
  return found
}

/** The documents that the report must agree with its schema about. */
const reports: readonly (readonly [string, Report])[] = [
  ['an audit with a row in every section', report],
  ['an audit without a baseline', buildReport(verdictOf(false), context)],
  ['a check', buildCheckReport('failed', ['GET /v5/users: refused.'], asked, { ...context, kind: 'check' })],
  ['a run that stopped', buildStoppedReport(['input mode: found "x".'], context)],
  ['a gate', buildGateReport(gateVerdict(), { ...context, kind: 'gate' })],
]

describe('the schema', () => {
  const ajv = new Ajv2020({ strict: false })
  ;(addFormats as unknown as (one: Ajv2020) => void)(ajv)
  const validate = ajv.compile(z.toJSONSchema(reportSchema, { io: 'output' }))

  test.each(reports)('reads back %s, and no field is missing from it', (_, one) => {
    expect(reportSchema.parse(one)).toEqual(one)
  })

  test.each(reports)('as JSON Schema accepts %s as written to the file', (_, one) => {
    expect([validate(JSON.parse(JSON.stringify(one))), validate.errors]).toEqual([true, null])
  })

  test.each(['version', 'grants', 'drift', 'gaps', 'coverage'])('refuses a report without %s', (key) => {
    const { [key]: _, ...rest } = report as Record<string, unknown>
    expect(reportSchema.safeParse(rest).success).toBe(false)
  })
})

describe('the report of an audit', () => {
  test('has every part that other tools were promised', () => {
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining([
        ...['version', 'kind', 'generated_at', 'tool', 'run', 'inputs', 'account', 'auditor', 'result'],
        ...['complete', 'gaps', 'coverage', 'population', 'catalogue', 'root_user', 'grants', 'drift'],
        ...['no_longer_held', 'expiring', 'renamed', 'unreviewed', 'stats'],
      ]),
    )
    expect(report).toMatchObject({
      ...{ version: 2, kind: 'audit', result: 'drift', complete: false, catalogue: 'shipped' },
      ...{ generated_at: context.generatedAt, run: context.run, tool: context.tool, inputs: context.inputs },
      account: { id: 'd78cbac186b744899480f25bd022aaaa', name: 'production' },
      root_user: { user_id: 'root', user: 'name of root', enabled: true },
      stats: { requests: 41, retries: 2, duration_ms: 5100 },
    })
  })

  test('sorts drift into its three lists, each row with what was gained', () => {
    const { unapproved_holders, exceeds_approval, approval_expired } = report.drift
    expect(unapproved_holders.map((row) => row.user_id)).toEqual(['new'])
    expect(exceeds_approval.map((row) => row.user_id)).toEqual(['exceeds'])
    expect(approval_expired.map((row) => row.user_id)).toEqual(['expired'])
    expect(exceeds_approval[0]).toMatchObject({
      ...{ user: 'name of exceeds', permission: 'iam' },
      grants: [{ actions: ['iam:agencies:*', 'iam:groups:*'] }],
      ...{ trusted: [], when: [], issuer: null, keys: [] },
      paths: [{ links: [{ kind: 'attachment', policy: 'Groups' }] }, { links: [{ policy: 'Groups' }] }],
    })
  })

  test('gives the actions of a holder and of a difference sorted, and only of what is held', () => {
    const lists = [...report.grants, ...Object.values(report.drift).flat(), ...report.no_longer_held]
    for (const { actions } of lists) {
      expect(actions.length).toBeGreaterThan(0)
      expect(actions).toEqual([...actions].sort())
    }
    expect(holderOf('new').actions.filter((action) => /^iam:[^:]*:get/i.test(action))).toEqual([])
  })

  test('gives the whole path of a holding', () => {
    expect(holderOf('new').paths).toEqual([
      {
        words: 'name of new → group ops → WholeIam v3, statement 1, iam:*:*',
        links: [
          { kind: 'membership', group_id: 'g-ops', group: 'ops' },
          {
            ...{ kind: 'attachment', policy_id: 'WholeIam', policy: 'WholeIam', version_id: 'v3' },
            ...{ version_created_at: '2026-10-01T00:00:00Z', attached_at: '2026-11-01T00:00:00Z' },
            ...{ statement: 1, pattern: 'iam:*:*', restricted: false },
            ...{ to_type: 'group', to_id: 'g-ops', to: 'ops' },
          },
        ],
      },
    ])
  })

  test('names a conditional Deny beside the grant it did not take away', () => {
    expect(holderOf('exceeds').conditional_denies).toEqual([
      {
        ...{ policy_id: 'KeysButTagged', policy: 'KeysButTagged', version_id: 'v3', statement: 1 },
        ...{ role_id: null, scope: null, resources: null, not_resources: null },
        condition: { StringEquals: { 'g:Tag': 'x' } },
      },
    ])
  })

  test('gives an approval as the baseline writes it, and null where there is none', () => {
    expect(holderOf('new').approval).toBeNull()
    expect(holderOf('approved').approval).toEqual({
      ...{ user: 'name of approved', user_id: 'approved', permission: 'iam' },
      grants: [{ actions: ['iam:users:*'] }],
      ...{ justification: '', expires: '2026-12-01', 'x-ticket': 'SEC-1' },
    })
  })

  test('lists what is lost, expiring, renamed and unreviewed', () => {
    const ids = (rows: readonly { readonly principal_id: string }[]): string[] =>
      rows.map((row) => row.principal_id)
    const who = (id: string) => ({
      ...{ principal_type: 'user', principal_id: id, principal: `name of ${id}` },
      ...{ user_id: id, user: `name of ${id}` },
    })
    const nothing = { grants: [], actions: [], example: null, trusted: [], when: [], issuer: null, keys: [] }
    expect(ids(report.no_longer_held)).toEqual(['gone'])
    // What an entry approves beside the audited actions, here the reads, is no loss: nobody looks whether it is held.
    expect(ids(report.reduced)).toEqual(['less'])
    expect(report.expiring).toEqual([
      {
        ...{ ...who('approved'), permission: 'iam' },
        ...{ expires: '2026-12-01', days_left: 7, owner: null, ...nothing },
      },
    ])
    expect(report.renamed).toEqual([
      {
        ...{ ...who('renamed'), permission: 'iam' },
        ...{ recorded: 'an old name', recorded_id: null, ...nothing },
      },
    ])
    expect(report.unreviewed).toEqual([
      {
        ...{ ...who('approved'), permission: 'iam' },
        ...{ missing: ['justification'], ...nothing },
      },
    ])
  })

  test('counts a gap, and names a known one apart, each with the users it reaches', () => {
    expect(report.gaps).toMatchObject([
      {
        ...{ code: 'undetermined-policy', document: { kind: 'policy', policy: 'Broken' } },
        reaches: [{ principal_type: 'user', user_id: 'unclear', user: 'name of unclear' }],
      },
    ])
    expect(report.gaps[0]?.document?.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(report.known_gaps).toMatchObject([
      { document: { policy: 'KnownBroken' }, reaches: [{ user: 'name of known' }] },
    ])
  })

  test('without a baseline lists holders, and nothing as drift', () => {
    const first = buildReport(verdictOf(false), context)
    expect(Object.values(first.drift).flat()).toEqual([])
    expect(first.grants.map((row) => row.user_id)).toEqual(report.grants.map((row) => row.user_id))
    expect(first.grants.every((row) => row.approval === null)).toBe(true)
  })

  test('never lists the root user as a holder', () => {
    expect(report.grants.map((row) => row.user_id)).not.toContain('root')
  })

  test('leaves the verdict as it was', () => {
    expect(verdict).toEqual(verdictOf())
  })
})

test('the report of a gate lists what the pull request does to entries and scope', () => {
  const gate = buildGateReport(gateVerdict(), { ...context, kind: 'gate' })
  expect(gate).toMatchObject({
    ...{ kind: 'gate', result: 'failed', complete: false, grants: [] },
    entries: [
      {
        ...{ principal_type: 'user', principal_id: 'u1', principal: 'IAMUserA' },
        ...{ user_id: 'u1', user: 'IAMUserA', permission: 'iam', change: 'prolonged' },
      },
    ],
    scope_changes: ['The permission iam is removed.'],
  })
})

function gateVerdict(): GateVerdict {
  return {
    result: 'failed',
    event: 'pull_request',
    paths: { config: 'c.yml', baseline: 'b.json' },
    touched: true,
    entries: [
      {
        principal: { kind: 'user', id: 'u1', name: 'IAMUserA' },
        ...{ permission: 'iam', change: 'prolonged', causes: [] },
        ...{ gained: null, lost: null, undetermined: null, before: null, after: null },
        ...{ fields: ['expires'], line: 8 },
      },
    ],
    failures: [],
    scope_changes: [
      {
        ...{ kind: 'permission-removed', file: 'c.yml', line: 3, actions: [], example: null },
        message: 'The permission iam is removed.',
      },
    ],
    ...{ review_needed: true, entries_to_review: [], review: null, verification: null, notices: [] },
  }
}
