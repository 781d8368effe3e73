import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document } from '../../simulator/iam/account.ts'
import { actionOf } from '../../simulator/iam/handle.ts'
import { type CheckRow, checkCloud } from '../../src/cloud/iam/check.ts'
import { neededActions } from '../../src/cloud/iam/permissions-needed.ts'
import { everySource, type Stage, type StageOptions, stage } from './stage.ts'

const company = () =>
  new AccountBuilder()
    .users('alice', 'bob')
    .group('ops', 'alice')
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { group: 'ops' })
    .agency('ci')
    .samlIdentityProvider('corp')

const rowsOf = async ({ api }: Stage): Promise<readonly CheckRow[]> =>
  (await checkCloud(api, everySource, null, ['last-login', 'access-keys', 'mfa'])).rows
const staged = (options: StageOptions = {}): Stage => stage(company().account, options)
// Traces are asked of another service, where the config wants them.
const needed = neededActions.filter((one) => one.purpose !== 'traces').map((one) => one.action)

test('every call is tried exactly once, with the action that it takes', async () => {
  const one = staged()
  const rows = await rowsOf(one)
  const paths = one.targets.map((target) => target.split('?')[0] as string)
  const actions = paths.map((path) => actionOf('GET', path))
  expect(actions.sort()).toEqual(rows.map((row) => row.action).sort())
  const tried = one.targets.map((target) => target.replace(/[?&](limit|page|per_page)=\d+/g, ''))
  expect(new Set(tried).size).toBe(tried.length)
  expect(new Set(rows.map((row) => row.call)).size).toBe(rows.length)
  expect(new Set(rows.flatMap((row) => row.action ?? []))).toEqual(new Set(needed))
})

test.each(needed)('one that lacks %s alone is told so, and of nothing else', async (action) => {
  const rows = await rowsOf(staged({ allowed: needed.filter((one) => one !== action) }))
  const refused = rows.filter((row) => row.status === 'forbidden')
  expect(new Set(refused.map((row) => row.action))).toEqual(new Set([action]))
  expect(rows.filter((row) => row.status === 'failed')).toEqual([])
})

test('one that may do nothing learns of everything in one run, without an id to try it on', async () => {
  const rows = await rowsOf(staged({ allowed: [] }))
  const refused = rows.filter((row) => row.status === 'forbidden').flatMap((row) => row.action ?? [])
  expect(new Set(refused)).toEqual(new Set(needed))
})

test('in an empty account nothing is refused, and what could not be tried is not called permitted', async () => {
  const rows = await rowsOf(stage(new AccountBuilder().account))
  const unproven = rows.filter((row) => row.status === 'unproven').flatMap((row) => row.action ?? [])
  expect(unproven).toContain('iam:policies:getVersionV5')
  expect(rows.filter((row) => ['forbidden', 'failed'].includes(row.status))).toEqual([])
})

test('a list that is not there is no permitted list', async () => {
  const rows = await rowsOf(
    staged({ fault: () => ({ status: 404, body: JSON.stringify({ error_code: 'IAM.0004' }) }) }),
  )
  const failed = rows.filter((row) => row.status === 'failed').map((row) => row.call)
  expect(failed).toEqual(expect.arrayContaining(['GET /v5/users', 'GET /v5/groups', 'GET /v5/policies']))
  expect(rows.filter((row) => row.status === 'ok')).toEqual([])
})

test('a users list names the account where STS does not answer', async () => {
  const { api } = staged({ fault: (target) => (target.includes('caller') ? { status: 400 } : null) })
  const { account, auditor } = await checkCloud(api, everySource)
  expect({ account, auditor }).toEqual({ account: company().account.account_id, auditor: null })
})

test('what is switched off is not tried, what is optional may be refused', async () => {
  const tried = async (source: 'off' | 'optional', allowed: readonly string[]) => {
    const { api } = staged({ allowed })
    const sources = { 'legacy-roles': source, agencies: source, federation: source }
    return (await checkCloud(api, sources)).rows
  }
  const basic = neededActions
    .filter((one) => one.purpose === 'account' || one.purpose === 'identity-policies')
    .map((one) => one.action)
  const missing = (rows: readonly CheckRow[]) => rows.filter((row) => row.status === 'forbidden')
  expect(missing(await tried('off', basic))).toEqual([])
  const optional = missing(await tried('optional', basic))
  expect(optional.length).toBeGreaterThan(10)
  expect(optional.filter((row) => !row.optional)).toEqual([])
})

test('keys that v3 does not take are no missing action', async () => {
  const fault = (target: string) =>
    target.startsWith('/v3') ? { status: 401, body: '{"error_code":"IAM.0091"}' } : null
  const rows = await rowsOf(staged({ fault }))
  const legacy = rows.filter((row) => row.call.startsWith('GET /v3'))
  expect(new Set(legacy.map((row) => row.status))).toEqual(new Set(['failed']))
  expect(legacy[0]?.detail).toContain('IAM.0091')
  // Whether v3 takes the keys at all stands before what else is missing.
  expect(rows[1]?.call).toBe('GET /v3.0/OS-PERMISSION/role-assignments')
})
