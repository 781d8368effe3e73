import { expect, test } from '@jest/globals'
import { allow } from '../../simulator/iam/account.ts'
import { bytes } from '../../src/render/rows.ts'
import { renderErrorSummary, renderSummary } from '../../src/render/summary.ts'
import { adaWith, permission, verdictOf } from '../audit/stage.ts'
import { users, verdictOn } from './verdicts.ts'

const context = { baselinePath: '.github/iam-baseline.json', proposal: null, remarks: [] }

test('notices of every policy of an account are cut at whole rows, and the budget is kept', () => {
  const notices = Array.from({ length: 3000 }, (_, at) => `The policy ${'@'.repeat(100)}${at} is attached.`)
  const verdict = verdictOn({ users: users('ana'), policies: {}, attached: {}, approvals: [], notices })
  const text = renderSummary(verdict, context, 200_000)
  expect(bytes(text)).toBeLessThanOrEqual(200_000)
  expect(text).toMatch(/\d+ more notes did not fit here; the report has them all/)
})

test('who holds a part of what is only held whole is a number, and is no holder in the verdict', () => {
  const whole = permission('everything', ['*:*:*'], { holds: 'all' })
  const scene = { account: adaWith(allow('iam:*:*')), permissions: [whole] }
  const compared = renderSummary(verdictOf(scene), context)
  expect(compared).toContain('No holder of an audited permission was found')
  expect(compared).toContain('Not counted: 1 user with a part')
  expect(compared).not.toContain('All holders')
  const first = renderSummary(verdictOf({ ...scene, baseline: null }), context)
  expect(first).toContain('# ⚠️ 0 users of `production`')
})

test('a run that stopped names its problems, and says how many more there are', () => {
  const problems = Array.from({ length: 100 }, (_, at) => `a.yml:${at}:1: found "${at}".`)
  expect(renderErrorSummary(problems.slice(0, 3).join('\n')).match(/^- /gm)).toHaveLength(3)
  const text = renderErrorSummary(problems.join('\n'), 2000)
  expect(bytes(text)).toBeLessThanOrEqual(2000)
  const shown = text.match(/^- /gm)?.length ?? 0
  expect(text).toContain(`${100 - shown} more problems did not fit here`)
})
