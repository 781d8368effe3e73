/** What was held between two runs, in code scanning and as annotations. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { allow, document } from '../../simulator/iam/account.ts'
import type { Verdict } from '../../src/audit/model.ts'
import { auditAnnotations } from '../../src/render/annotations.ts'
import { renderSarif } from '../../src/render/sarif.ts'
import { entry } from '../audit/stage.ts'
import { account, by, crawlWithTraces, HOUR, judged, NOW } from '../traces/world.ts'
import { sarifProblems } from './sarif-schema.ts'

const places = {
  ...{ config: 'c.yml', baseline: '.github/b.json', entryLines: [12] },
  permissionLines: new Map([['iam', 4]]),
}
/** Of a result, what is looked at here. */
interface SarifResult {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string }
        readonly region: { readonly startLine: number }
      }
    },
  ]
}
const runOf = (verdict: Verdict) => JSON.parse(renderSarif(verdict, places, '1.0.0')).runs[0]

/** Ada, who has an approval of less, and bob, who has none, held everything for an hour; eve holds it still. */
async function comeAndGone(): Promise<Verdict> {
  const built = account().policy('Admin', document(allow('iam:*:*')))
  for (const name of ['ada', 'bob']) {
    by(built)
      .at(NOW - 5 * HOUR)
      .attachPolicy('Admin', { user: name })
    by(built)
      .at(NOW - 4 * HOUR)
      .detachPolicy('Admin', { user: name })
  }
  by(built)
    .at(NOW - 3 * HOUR)
    .attachPolicy('Admin', { user: 'eve' })
  const snapshot = await crawlWithTraces(built.account)
  return judged(snapshot, { entries: [entry('ada', { grants: [{ actions: ['iam:users:*'] }] })] })
}

let verdict: Verdict
beforeAll(async () => {
  verdict = await comeAndGone()
})

describe('what was held between two runs', () => {
  test('is a result of a rule of its own, at the entry that did not approve it or at the baseline', () => {
    const { results, tool } = runOf(verdict)
    const rules = tool.driver.rules.map(({ id }: { id: string }) => id)
    expect(rules).toEqual(['iam', 'iam/was-held'])
    const told = results.map((one: SarifResult) => {
      const [{ physicalLocation: at }] = one.locations
      const place = [at.artifactLocation.uri, at.region.startLine]
      return [one.ruleId, rules[one.ruleIndex], one.level, place]
    })
    expect(told).toEqual([
      ['iam', 'iam', 'error', ['c.yml', 4]],
      ['iam/was-held', 'iam/was-held', 'error', ['.github/b.json', 1]],
      ['iam/was-held', 'iam/was-held', 'error', ['.github/b.json', 12]],
    ])
    expect(results[1].message.text).toMatch(/^bob held everything in iam .* from 2026-11-24 07:00:00 UTC/)
    expect(sarifProblems(JSON.parse(renderSarif(verdict, places, '1.0.0')))).toEqual([])
  })

  test('has a level by its severity', () => {
    const was_held = verdict.was_held.map((row) => ({ ...row, severity: 'medium' as const }))
    expect(runOf({ ...verdict, was_held }).results.at(-1).level).toBe('warning')
  })

  test('is the same finding as long as the window shows it, and another one at another time', () => {
    const prints = (one: Verdict): readonly string[] =>
      runOf(one).results.map((row: { partialFingerprints: object }) =>
        JSON.stringify(row.partialFingerprints),
      )
    expect(new Set(prints(verdict)).size).toBe(3)
    const said = verdict.was_held.map((row) => ({ ...row, by: null, paths: [], severity: 'low' as const }))
    expect(prints({ ...verdict, was_held: said })).toEqual(prints(verdict))
    const later = verdict.was_held.map((row) => ({ ...row, from: '2026-11-24T07:30:00.000Z' }))
    expect(new Set([...prints({ ...verdict, was_held: later }), ...prints(verdict)]).size).toBe(5)
  })

  test('is an annotation, after what is held now; a warning where nobody could read what was approved then', () => {
    const told = (one: Verdict) =>
      auditAnnotations(one, places).map(({ level, file, line, title }) => [level, file, line, title])
    expect(told(verdict)).toEqual([
      ['error', 'c.yml', 4, 'Held and not approved'],
      ['error', '.github/b.json', 1, 'Held between two runs'],
      ['error', '.github/b.json', 12, 'Held between two runs'],
    ])
    const was_held = verdict.was_held.map((row) => ({ ...row, history_read: false }))
    expect(told({ ...verdict, was_held })[1]?.[0]).toBe('warning')
  })
})
