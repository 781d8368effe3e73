import { expect, test } from '@jest/globals'
import type { Verdict } from '../../src/audit/model.ts'
import { renderSarif } from '../../src/render/sarif.ts'
import { verdictOf } from '../report/account.ts'
import { sarifProblems } from './sarif-schema.ts'

const verdict = verdictOf()
const places = { config: 'a b.yml', baseline: 'b.json', entryLines: [7, 9, 11], permissionLines: new Map() }
const render = (one: Verdict) => JSON.parse(renderSarif(one, places, '1.0.0'))

test('is SARIF 2.1.0', () => {
  expect(sarifProblems(render(verdict))).toEqual([])
})

test('the schema would notice', () => {
  expect(sarifProblems({ ...render(verdict), version: '2.0.0' })).not.toEqual([])
})

test('one result for each drift, at the line of its entry, else of its permission, else line 1 of the config', () => {
  const [run] = render(verdict).runs
  expect(run.results.length).toBe(verdict.drift.length)
  expect(verdict.drift.length).toBeGreaterThan(0)
  verdict.drift.forEach((row, at) => {
    const { artifactLocation, region } = run.results[at].locations[0].physicalLocation
    const line = row.entry_index === null ? undefined : places.entryLines[row.entry_index]
    expect(artifactLocation.uri).toBe(line === undefined ? 'a%20b.yml' : 'b.json')
    expect(region.startLine).toBe(line ?? 1)
  })
})

test('a path with characters of its own is a URI', () => {
  const odd = { ...places, config: '.github/a#b?c.yml' }
  const [run] = JSON.parse(renderSarif(verdict, { ...odd, entryLines: [] }, '1.0.0')).runs
  expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('.github/a%23b%3Fc.yml')
})

test('an audit that saw half the account, or compared with nothing, says that it did not end well', () => {
  const succeeded = (one: Verdict): boolean => render(one).runs[0].invocations[0].executionSuccessful
  expect(succeeded({ ...verdict, complete: true, has_baseline: true })).toBe(true)
  expect(succeeded({ ...verdict, complete: false, has_baseline: true })).toBe(false)
  expect(succeeded({ ...verdict, complete: true, has_baseline: false })).toBe(false)
})

test('GitHub’s own fingerprint differs from finding to finding, though all stand on one line', () => {
  const results = JSON.parse(renderSarif(verdict, { ...places, entryLines: [] }, '1.0.0')).runs[0].results
  const hashes = results.map(
    (one: { partialFingerprints: Record<string, string> }) => one.partialFingerprints.primaryLocationLineHash,
  )
  expect(new Set(hashes).size).toBe(verdict.drift.length)
  expect(hashes).not.toContain(undefined)
})

test('no name is a link or an escape in the text of a message', () => {
  const name = 'eve [all is well](https://evil.example) \\[x] ]('
  const drift = verdict.drift.map((row) => ({ ...row, principal: { ...row.principal, name } }))
  for (const { message } of render({ ...verdict, drift }).runs[0].results) {
    expect(message.text).toContain('eve \\[all is well\\](https://evil.example) \\\\\\[x\\] \\](')
    expect(message.text.replace(/\\[\\[\]]/g, '')).not.toMatch(/[\\[\]]/)
    expect(message.markdown.replace(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[[\]]/)
  }
})

test('keeps within GitHub’s limits, the worst first', () => {
  const drift = Array.from({ length: 25_001 }, () => verdict.drift[0] as Verdict['drift'][number])
  const [run] = render({ ...verdict, drift }).runs
  expect(run.results).toHaveLength(25_000)
  for (const rule of run.tool.driver.rules) expect(rule.properties.tags.length).toBeLessThanOrEqual(20)
  for (const result of run.results.slice(0, 10)) expect(result.locations).toHaveLength(1)
})

test('fingerprints are stable, and differ from finding to finding', () => {
  const prints = (one: Verdict): string[] =>
    render(one).runs[0].results.map((result: { partialFingerprints: object }) =>
      JSON.stringify(result.partialFingerprints),
    )
  expect(prints({ ...verdict, drift: [...verdict.drift].reverse() }).reverse()).toEqual(prints(verdict))
  expect(new Set(prints(verdict)).size).toBe(verdict.drift.length)
  const drift = verdict.drift.map((row) => ({ ...row, grants: [{ actions: ['iam:somebody:more'] }] }))
  const more = new Set([...prints({ ...verdict, drift }), ...prints(verdict)])
  expect(more.size).toBe(2 * verdict.drift.length)
})
