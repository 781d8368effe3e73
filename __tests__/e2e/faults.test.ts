import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
import { BASELINE, startWorld } from './world.ts'

const company = () =>
  new AccountBuilder('faulty')
    .users('alice', 'bob')
    .group('ops', 'alice')
    .agency('auditor')
    .policy('Ops', document(allow('iam:*:*')))
    .policy('Read', document(allow('obs:*:*')))
    .attach('Ops', { group: 'ops' })
    .attach('Ops', { user: 'bob' })
    .attach('Read', { group: 'ops' })

test('broken connections and pages of a gateway are tried again, and the answer is right', async () => {
  await using world = await startWorld(company().account)
  const html = '<html>Bad Gateway</html>'
  world.cloud.fault({ on: '/v5/groups', times: 1, drop: 'before-headers' })
  world.cloud.fault({ on: '/v5/users', times: 1, drop: 'after-headers' })
  world.cloud.fault({ on: ({ path }) => path.includes('/versions/'), times: 1, drop: 'half-body' })
  world.cloud.fault({
    on: ({ path }) => path.endsWith('/attached-entities'),
    times: 1,
    answer: { status: 502, raw: html },
  })
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'no-baseline', complete: 'true' })
  expect(run.report.grants.map((grant: { user: string }) => grant.user).sort()).toEqual(['alice', 'bob'])
  expect(run.report.stats.retries).toBe(4)
  const retried = run.log.split('\n').filter((line) => line.includes('; try 2 in '))
  expect(retried.map((line) => line.split(': ')[0]).sort()).toEqual([
    'GET /v5/groups',
    'GET /v5/policies/{policy_id}/attached-entities',
    'GET /v5/policies/{policy_id}/versions/{version_id}',
    'GET /v5/users',
  ])
  expect(run.log).not.toContain('html')
})

test('a redirect is not followed, and makes the audit incomplete', async () => {
  await using world = await startWorld(company().account)
  await using other = await startWorld(company().account)
  const headers = { location: `${other.cloud.url}/v5/users?limit=200` }
  world.cloud.fault({ on: '/v5/users', answer: { status: 307, body: {}, headers } })
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ complete: 'false' })
  expect(run.report.gaps[0].message).toContain('redirect, which is never followed')
  expect(other.cloud.calls).toEqual([])
})

test('static keys assume the agency, and do so again when its keys end in mid-crawl', async () => {
  const { account } = company()
  await using world = await startWorld(account, { cloud: { keyLifetime: 1, delay: 150 } })
  const run = await world.audit({ inputs: { 'agency-urn': `iam::${account.account_id}:agency:auditor` } })
  expect(run.outputs).toMatchObject({ result: 'no-baseline', complete: 'true' })
  expect(run.report.auditor.urn).toContain('assumed-agency:auditor/')
  const temporary = world.cloud.session.keys.filter((key) => key.securityToken !== undefined)
  expect(temporary.length).toBeGreaterThan(1)
  const shown = run.log.replace(/::add-mask::.*/g, '')
  for (const key of temporary) {
    expect(run.log).toContain(`::add-mask::${key.securityToken}`)
    expect(shown).not.toContain(key.securityToken)
    expect(shown).not.toContain(key.secretAccessKey)
  }
  const signedByStatic = world.cloud.calls.filter((call) =>
    String(call.headers.authorization).includes('Access=AccessKey,'),
  )
  expect(new Set(signedByStatic.map((call) => call.path))).toEqual(new Set(['/v5/agencies/assume']))
})

test('a saved snapshot leads to the same drift on the same day', async () => {
  await using world = await startWorld(company().account)
  const approvals: unknown[] = []
  world.files[BASELINE] = JSON.stringify({
    ...{ version: 1, account: idOf('account', 'faulty'), audited_permissions: {}, approvals },
  })
  const path = `/tmp/iam-audit-drift-${process.pid}.json`
  const live = await world.audit({ inputs: { 'save-snapshot': path } })
  const again = await world.audit({ inputs: { snapshot: path } })
  expect(live.report.drift.unapproved_holders.length).toBe(2)
  expect(again.report.drift).toEqual(live.report.drift)
  expect(again.report.grants).toEqual(live.report.grants)
  const saved = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...saved, taken_at: '2026-01-01T00:00:00Z' }))
  const late = await world.audit({ inputs: { snapshot: path } })
  expect(late.log).toMatch(/^::warning::The snapshot was taken \d+ days ago/m)
  expect(late.summary).toMatch(/^> The snapshot was taken \d+ days ago/m)
  const { account: _, ...baseline } = JSON.parse(world.files[BASELINE])
  world.files[BASELINE] = JSON.stringify({ account: 'another', ...baseline })
  const other = await world.audit({ inputs: { snapshot: path } })
  expect(other.outputs).toMatchObject({ result: 'error', 'account-id': '' })
  expect(other.log).toContain(`${BASELINE}: names the account "another"`)
})
