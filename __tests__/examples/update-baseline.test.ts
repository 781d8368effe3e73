/** The step of the example that proposes a baseline, run by bash as a runner does, against a local repository. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { BASELINE, place, stepOf } from './proposal.ts'

const step = stepOf('update-baseline', 'update')
const asked = { OPENED_BY: step.env.OPENED_BY ?? '', USERS: '', JUSTIFICATION: 'On call' }

test('a second run leaves the open proposal of the first as it is', () => {
  using at = place()
  at.propose(step.run, '101', 'approved before\nalice\n', asked)
  at.propose(step.run, '102', 'approved before\nbob\n', asked)
  const proposed = (branch: string): string => at.git('origin', 'show', `${branch}:${BASELINE}`)
  expect(proposed('iam-baseline/101-1')).toBe('approved before\nalice')
  expect(proposed('iam-baseline/102-1')).toBe('approved before\nbob')
  expect(proposed('main')).toBe('approved before')
  // Each is one commit on top of what it was made from.
  for (const run of ['101', '102'])
    expect(at.git('origin', 'rev-list', '--count', `main..iam-baseline/${run}-1`)).toBe('1')
})

test('the person who asked opens it by one click, with the text filled in, whatever they wrote', () => {
  using at = place()
  const justification = `On call & "rota" > all) $(touch ${at.root}/run) \`id\`\n## 100% + #1 [x](y)`
  const typed = { ...asked, USERS: 'carol, bob <x>', JUSTIFICATION: justification }
  const summary = at.propose(step.run, '103', 'carol\n', typed)
  const url = new URL(/\]\(<([^>]*)>\)/.exec(summary)?.[1] ?? '')
  const compare = 'https://github.com/acme/security/compare/main...iam-baseline/103-1'
  expect(`${url.origin}${url.pathname}`).toBe(compare)
  expect(url.searchParams.get('quick_pull')).toBe('1')
  expect(url.searchParams.get('title')).toBe('Update the IAM baseline: carol, bob <x>')
  expect(url.searchParams.get('body')).toBe(
    `${justification}\n\nProposed by https://github.com/acme/security/actions/runs/103, asked for by octocat.`,
  )
  expect(existsSync(join(at.root, 'run'))).toBe(false)
  expect(at.asked()).not.toContain('create')
})

test('a justification of any length makes an address that GitHub takes', () => {
  using at = place()
  const typed = { ...asked, JUSTIFICATION: '名'.repeat(5000), USERS: '名'.repeat(5000) }
  expect(at.propose(step.run, '104', 'dave\n', typed).length).toBeLessThan(8000)
})

test('the workflow opens it where it is told to', () => {
  using at = place()
  const told = { ...asked, OPENED_BY: 'workflow', JUSTIFICATION: '--web' }
  expect(at.propose(step.run, '105', 'erin\n', told)).toContain('https://github.com/acme/security/pull/1')
  for (const words of ['create', '--base\nmain', '--head\niam-baseline/105-1', '--body\n--web'])
    expect(at.asked()).toContain(words)
})

test('nothing that was typed is part of the script, and nothing is proposed when nothing changed', () => {
  expect(step.run).not.toMatch(/\$\{\{/)
  expect(step.if).toBe("steps.update.outputs.result == 'updated'")
})
