import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { companyWithEverything } from '../../simulator/company.ts'
import { AccountBuilder, allow, document, idOf, legacyPolicy, trustIam } from '../../simulator/iam/account.ts'
import { causeRows, changed } from './changed.ts'
import { BASELINE, CONFIG, plainConfig, startWarmWorld, startWorld, warm } from './world.ts'

const own = idOf('account', 'acme')

test('the first baseline of a company with everything, committed, is green; then what happened is drift', async () => {
  const company = companyWithEverything(Date.now())
  await using world = await startWorld(company.account, { config: company.config })
  const first = await world.audit()
  expect(first.outputs).toMatchObject({ result: 'no-baseline', complete: 'true', coverage: 'full' })
  world.files[BASELINE] = await readFile(first.outputs['proposed-baseline'] as string, 'utf8')
  const kinds = new Set(first.report.grants.map((row: { principal_type: string }) => row.principal_type))
  expect(kinds).toEqual(new Set(['user', 'agency', 'federated']))

  const green = await world.audit(warm)
  expect(green.outputs).toMatchObject({ result: 'unchanged', complete: 'true', 'issue-action': 'none' })
  expect(green.exitCode).toBe(0)
  // Nothing is left for an update to write.
  expect(await readFile(green.outputs['proposed-baseline'] as string, 'utf8')).toBe(world.files[BASELINE])

  company.thenTimePasses()
  const drift = await world.audit()
  expect(drift.outputs).toMatchObject({ result: 'drift', complete: 'true', 'issue-action': 'created' })
  const gained = Object.values(drift.report.drift).flat() as { principal_type: string; cause: string }[]
  expect(new Set(gained.map((row) => row.principal_type))).toEqual(new Set(['user', 'agency', 'federated']))
  const [headline = ''] = drift.summary.split('\n')
  expect(headline).toMatch(/^# ❌ \d+ users, 1 agency and 1 group of federated users hold /)
  expect(causeRows(drift).length).toBe(new Set(gained.map((row) => row.cause)).size)
  expect(world.github.violations).toEqual([])
})

test('evidence and the table of holders are written, and hostile names are inert in both', async () => {
  const evil = `</td><script>alert(1)</script><img src=x onerror=alert(2)>`
  const formula = '=HYPERLINK("https://evil.example","x")'
  const builder = new AccountBuilder('acme')
    .users('alice', evil, formula)
    .group('ops', 'alice', evil, formula)
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { group: 'ops' })
    .agency('@SUM(1+1)', trustIam(own))
    .attach('Ops', { agency: '@SUM(1+1)' })
  await using world = await changed(builder, (one) => one.role('Later', legacyPolicy(allow('obs:*:*'))))
  const run = await world.audit()
  expect(run.outputs.result).toBe('unchanged')
  const page = await readFile(run.outputs.evidence as string, 'utf8')
  expect(page).toMatch(/^<!doctype html>/i)
  expect(page).toContain('alice')
  expect(page).not.toContain('<script>alert')
  expect(page).not.toMatch(/<img/)
  // Nothing is fetched when it is opened.
  expect(page).not.toMatch(/(src|href)="(https?:)?\/\/(?!github\.com\/)/)
  const csv = await readFile(run.outputs['holders-csv'] as string, 'utf8')
  const lines = csv.trim().split('\n')
  // A heading, three users, and an agency.
  expect(lines.length).toBe(5)
  for (const line of lines) expect(line).not.toMatch(/(^|,)"?[=@+-]/)
})

test('check names whom an audit would report now, so that an upgrade can be prepared', async () => {
  const builder = new AccountBuilder('acme')
    .users('alice', 'bob')
    .group('desk', 'bob')
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { user: 'alice' })
  await using world = await changed(builder, (one) =>
    one.grantRole('Security Administrator', { group: 'desk' }),
  )
  const files = { [CONFIG]: world.files[CONFIG] as string, [BASELINE]: world.files[BASELINE] as string }
  const [commit] = world.github.state.commits
  Object.assign(commit ?? {}, { files })
  const run = await world.audit({ inputs: { mode: 'check' } })
  expect(run.outputs.result).toBe('passed')
  expect(run.summary).toContain('`bob`')
  expect(run.summary).toMatch(/What an audit would say now[\s\S]*`bob`: everything in `iam-administration`/)
  expect(world.github.writes).toEqual([])
})

test('names that do not exist are warned of, and decide nothing', async () => {
  const config = `${plainConfig}  - name: typo\n    actions: ["iam:users:creatUserV5"]\n`
  const builder = new AccountBuilder('acme').users('alice').policy('Ops', document(allow('iam:*:*')))
  await using world = await startWarmWorld(builder.attach('Ops', { user: 'alice' }).account, { config })
  await world.approveAll()
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'unchanged', complete: 'true' })
  const warning = /iam-audit\.yml line 6: .*iam:users:creatUserV5.*iam:users:createUserV5/s
  expect(run.report.notices.join('\n')).toMatch(warning)
  expect(run.summary.replaceAll('\\', '')).toContain('iam:users:creatUserV5')
  expect(run.log).toContain('iam:users:creatUserV5')
})

test('a config that audits nothing but wholes is warned of', async () => {
  const config = 'version: 1\naudited-permissions:\n  - preset: full-administration@1\n'
  const builder = new AccountBuilder('acme').users('alice').policy('All', document(allow('*:*:*')))
  builder.policy('NotOne', document({ Effect: 'Deny', Action: ['obs:bucket:x'] }))
  builder.attach('All', { user: 'alice' }).attach('NotOne', { user: 'alice' })
  await using world = await startWarmWorld(builder.account, { config })
  const run = await world.audit()
  expect(run.report.grants).toEqual([])
  expect(run.report.partial).toMatchObject([{ user: 'alice' }])
  expect(run.report.notices.join('\n')).toContain('holds: all')
})

test('a run that is cancelled in the middle of evaluation ends with report and summary', async () => {
  const builder = new AccountBuilder('acme')
  for (let at = 0; at < 40; at++) {
    const hard = (salt: number) =>
      Array.from(
        { length: 60 },
        (_, n) => `iam:*${String.fromCharCode(97 + ((at + n + salt) % 26))}*:*${n}*e?r*`,
      )
    builder
      .user(`user${at}`)
      .policy(`Hard${at}`, document(allow(hard(0)), { ...allow(hard(7)), Effect: 'Deny' }))
    for (let other = 0; other <= at; other++) builder.attach(`Hard${other}`, { user: `user${at}` })
  }
  await using world = await startWorld(builder.account)
  const cancel = new AbortController()
  let cancelled = 0
  // Once nothing has been asked of the cloud for a second, the evaluation has begun; it takes many.
  const watch = setInterval(() => {
    const last = world.cloud.calls.at(-1)
    if (last === undefined || cancelled > 0 || Date.now() - last.at < 1000) return
    cancelled = Date.now()
    cancel.abort()
  }, 50)
  const run = await world.audit({ cancel: cancel.signal })
  clearInterval(watch)
  expect(cancelled).toBeGreaterThan(0)
  expect(Date.now() - cancelled).toBeLessThan(5000)
  expect(world.cloud.calls.every((call) => call.at < cancelled)).toBe(true)
  expect(run.exitCode).toBe(1)
  expect(run.outputs).toMatchObject({ result: 'error', complete: 'false' })
  expect(run.summary).toContain('The run was cancelled')
  expect(run.report.problems).toEqual([expect.stringContaining('The run was cancelled (SIGTERM)')])
})
