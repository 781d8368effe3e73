import { createRequire } from 'node:module'
import { expect, test } from '@jest/globals'
import { AccountBuilder, idOf } from '../../simulator/iam/account.ts'
import {
  forbidden,
  insteadOfList,
  miscounts,
  rowAsObject,
  shifts,
  tokenUnsupported,
  unauthorized,
  withoutList,
} from '../../simulator/iam/faults.ts'
import { type Fault, simulatorKeys, startIamSimulator } from '../../simulator/iam/server.ts'

const require = createRequire(import.meta.url)
const { GlobalCredentials } = require('@huaweicloud/huaweicloud-sdk-core')
const { IamClient } = require('@huaweicloud/huaweicloud-sdk-iam/v3/IamClient')

/** An account with this many grants to groups, and a client of it. */
async function world(grants: number, ...faults: readonly Fault[]) {
  const builder = new AccountBuilder('acme')
  for (let at = 0; at < grants; at++)
    builder.group(`group${at}`).grantRole('Security Administrator', { group: `group${at}` })
  const { account } = builder
  const cloud = await startIamSimulator({ account, faults })
  const credentials = new GlobalCredentials()
    .withAk(simulatorKeys.accessKeyId)
    .withSk(simulatorKeys.secretAccessKey)
    .withDomainId(account.account_id)
  const client = IamClient.newBuilder().withCredential(credentials).withEndpoint(cloud.url).build()
  const page = (number: number) =>
    client.showDomainRoleAssignments({
      ...{ domain_id: account.account_id, scope: 'domain', page: number, per_page: 50 },
    })
  return {
    ...{ cloud, client, page },
    [Symbol.asyncDispose]: () => cloud.close(),
  }
}

const assignments = '/v3.0/OS-PERMISSION/role-assignments'

test('one action is missing', async () => {
  await using it = await world(1, forbidden('iam:roles:listRoles'))
  await expect(it.client.keystoneListPermissions({})).rejects.toMatchObject({ httpStatusCode: 403 })
  await expect(it.page(1)).resolves.toMatchObject({ total_num: 1 })
})

test('keys are not taken, or not known', async () => {
  await using it = await world(1, tokenUnsupported('/v3.0/', 401), unauthorized('/v3/roles'))
  await expect(it.page(1)).rejects.toMatchObject({ httpStatusCode: 401, errorCode: 'IAM.0091' })
  await expect(it.client.keystoneListPermissions({})).rejects.toMatchObject({ httpStatusCode: 401 })
})

test('broken shapes', async () => {
  await using missing = await world(1, withoutList(assignments, 'role_assignments'))
  expect(Object.keys(await missing.page(1))).not.toContain('role_assignments')
  await using other = await world(1, insteadOfList(assignments, 'role_assignments', 'none'))
  expect((await other.page(1)).role_assignments).toBe('none')
  await using one = await world(1, rowAsObject(assignments, 'role_assignments'))
  expect((await one.page(1)).role_assignments).toMatchObject({ group: { id: idOf('group', 'group0') } })
})

test('a total that lies', async () => {
  await using it = await world(3, miscounts(assignments, 2))
  expect(await it.page(1)).toMatchObject({ total_num: 5, role_assignments: [{}, {}, {}] })
})

test('a row that is revoked between two pages hides another one', async () => {
  await using it = await world(
    60,
    shifts(assignments, (account) => {
      account.role_assignments = account.role_assignments.slice(1)
    }),
  )
  const [first, second] = [await it.page(1), await it.page(2)]
  expect([first.total_num, second.total_num]).toEqual([60, 59])
  const seen = [...first.role_assignments, ...second.role_assignments].map((row) => row.group.id)
  expect(seen).not.toContain(idOf('group', 'group50'))
  expect((await it.page(2)).total_num).toBe(59)
})

test('somebody acts while the server runs, by its clock', async () => {
  await using it = await world(1)
  it.cloud.as({ user: 'acme' }).revokeRole('Security Administrator', { group: 'group0' })
  expect((await it.page(1)).total_num).toBe(0)
  expect(it.cloud.account.traces.map((trace) => [trace.trace_name, trace.read_only])).toEqual([
    ['deleteAssignment', false],
    ['listRoleAssignments', true],
  ])
})
