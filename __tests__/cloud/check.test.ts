import { expect, test } from '@jest/globals'
import { AccountBuilder, allow, document } from '../../simulator/iam/account.ts'
import { actionOf } from '../../simulator/iam/handle.ts'
import { type CheckRow, checkCloud } from '../../src/cloud/check.ts'
import { neededActions } from '../../src/cloud/permissions-needed.ts'
import { type Stage, type StageOptions, stage } from './stage.ts'

const company = () =>
  new AccountBuilder()
    .users('alice', 'bob')
    .group('ops', 'alice')
    .policy('Ops', document(allow('iam:*:*')))
    .attach('Ops', { group: 'ops' })

const rowsOf = async ({ api }: Stage): Promise<readonly CheckRow[]> => (await checkCloud(api)).rows
const staged = (options: StageOptions = {}): Stage => stage(company().account, options)
const needed = neededActions.map((one) => one.action)

test('every call is tried exactly once, with the action that it takes', async () => {
  const one = staged()
  const rows = await rowsOf(one)
  const paths = one.targets.map((target) => target.split('?')[0] as string)
  expect(paths.map((path) => actionOf('GET', path))).toEqual(rows.map((row) => row.action))
  expect(new Set(one.targets).size).toBe(one.targets.length)
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
  const { account, auditor } = await checkCloud(api)
  expect({ account, auditor }).toEqual({ account: company().account.account_id, auditor: null })
})
