/** Who holds what, as people read it: those who share all of it in one row, the most dangerous first. */
import { describe, expect, test } from '@jest/globals'
import type { ApprovedHolding, Verdict } from '../../src/audit/model.ts'
import { holdersByRoute, holdersTable } from '../../src/render/holders-section.ts'
import { adminPath, agency, attached, groupOf, member, path, user } from './builders.ts'
import { situations } from './northwind.ts'

const base = situations()['0-causes'] as Verdict
const [sample] = base.holdings as readonly [ApprovedHolding]
const byGroup = (group: string) => [path([member(group), attached('Admin', groupOf(group))], 'iam:*:*')]
const holding = (name: string, more: Partial<ApprovedHolding> = {}): ApprovedHolding => ({
  ...sample,
  ...{ principal: user(name), severity: 'high', extent: 'all', restricted: false, trusted: null, when: null },
  ...{ paths: byGroup('ops'), paths_omitted: 0, approval: null },
  ...more,
})
const rowsOf = (holdings: readonly ApprovedHolding[], render = holdersTable): readonly string[][] =>
  render({ ...base, holdings }, 100_000)
    .split('\n')
    .filter((line) => /^\| (⚠️|🔴|🟠|🟡|⚪)/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))

describe('holders', () => {
  test('who hold the same by the same way with the same approval share a row', () => {
    const rows = rowsOf([holding('ada'), holding('bob'), holding('cid', { paths: byGroup('dev') })])
    expect(rows.map(([, who]) => who)).toEqual(['**2 users**: `ada` and `bob`', '`cid`'])
    expect(rows[0]?.[2]).toBe('everything in `iam-administration`')
  })

  test('of a long row are named in part, and counted', () => {
    const many = Array.from({ length: 400 }, (_, at) => holding(`u${String(at).padStart(3, '0')}`))
    const [[, who] = []] = rowsOf(many)
    expect(who).toMatch(/^\*\*400 users\*\*: `u000`, .*`u029` and 370 more$/)
  })

  test('that are agencies stand alone, since each is whomever it trusts', () => {
    const boss = (name: string, account: string) =>
      holding(name, { principal: agency(name), trusted: [{ account }] })
    const rows = rowsOf([boss('one', 'a1'), boss('two', 'b2')], holdersByRoute)
    expect(rows.map(([, through]) => through?.split(' → ')[0])).toEqual(['account `a1`', 'account `b2`'])
  })

  test('stand as findings do: open first, then by severity, extent and limits, then the most of them', () => {
    const open = { provider: 'iam::a:oidcProvider:github', open: true as const }
    const rows = rowsOf([
      holding('part', { extent: 'part' }),
      holding('alone', { paths: [adminPath()] }),
      holding('ada'),
      holding('bob'),
      holding('low', { permission: 'minor', severity: 'low' }),
      holding('open', { principal: agency('open'), trusted: [open], severity: 'low' }),
      holding('critical', { permission: 'grave', severity: 'critical' }),
    ])
    expect(rows.map(([mark, who]) => [mark, who?.replace(/.*`(\w+)`$/, '$1')])).toEqual([
      ['⚠️\u00a0⚪', 'open'],
      ['🔴', 'critical'],
      ['🟠', 'bob'],
      ['🟠', 'alone'],
      ['🟠', 'part'],
      ['⚪', 'low'],
    ])
  })
})
