import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { AccountBuilder, allow, document, idOf } from '../../simulator/iam/account.ts'
import { type IamSimulator, simulatorKeys, startIamSimulator } from '../../simulator/iam/server.ts'

// Huawei's own client is the judge: what it pages, signs and parses without complaint is true to the cloud.
const require = createRequire(import.meta.url)
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core')
// It prints every refusal, and some are wanted here.
require('@huaweicloud/huaweicloud-sdk-core/logger/log4jLogger').Logger4jInstance.level = 'off'
const { IamClient } = require('@huaweicloud/huaweicloud-sdk-iam/v5/IamClient')
const model = (name: string) => {
  const loaded = require(`@huaweicloud/huaweicloud-sdk-iam/v5/model/${name}Request`)
  return new loaded[`${name}Request`]()
}

const builder = new AccountBuilder('sdk')
for (let at = 0; at < 450; at++) builder.user(`user${at}`)
builder.group('ops', ...Array.from({ length: 230 }, (_, at) => `user${at}`))
builder.policy('Ops', document(allow('iam:*:get*')), document(allow('iam:*:*')))
builder.agency('CiAgency')
builder.attach('Ops', { group: 'ops' }).attach('Ops', { agency: 'CiAgency' })
for (let at = 0; at < 210; at++) builder.attach('Ops', { user: `user${at}` })

let cloud: IamSimulator
// biome-ignore lint/suspicious/noExplicitAny: the client comes without usable types
let client: any

beforeAll(async () => {
  cloud = await startIamSimulator({ account: builder.account })
  const credentials = new BasicCredentials()
    .withAk(simulatorKeys.accessKeyId)
    .withSk(simulatorKeys.secretAccessKey)
    .withProjectId('0123456789abcdef0123456789abcdef')
  client = IamClient.newBuilder().withCredential(credentials).withEndpoint(cloud.url).build()
})
afterAll(() => cloud.close())

/** Pages as the client's users do. */
async function pages(
  call: string,
  fill: Record<string, unknown>,
  list: string,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  const request = Object.assign(model(call), { limit: 200 }, fill)
  for (let page = 0; page < 10; page++) {
    const answer = await client[`${call.slice(0, 1).toLowerCase()}${call.slice(1)}`](request)
    rows.push(...(answer[list] ?? []))
    const marker = answer.page_info?.next_marker ?? answer.pageInfo?.nextMarker
    if (!marker) return rows
    request.marker = marker
  }
  throw new Error('the list did not end')
}

test('users, all pages, through markers with + / and =', async () => {
  const users = await pages('ListUsersV5', {}, 'users')
  expect(users.length).toBe(451)
  expect(users.filter((user) => user.is_root_user).length).toBe(1)
  expect(cloud.calls.some((call) => /[+/].*=/.test(call.query.marker ?? ''))).toBe(true)
})

test('the members of a group', async () => {
  const users = await pages('ListUsersV5', { groupId: idOf('group', 'ops') }, 'users')
  expect(users.map((user) => user.user_id)).toContain(idOf('user', 'user229'))
  expect(users.length).toBe(230)
})

test('groups', async () => {
  expect(await pages('ListGroupsV5', {}, 'groups')).toMatchObject([{ group_name: 'ops' }])
})

test('policies attached to a group', async () => {
  const rows = await pages(
    'ListAttachedGroupPoliciesV5',
    { groupId: idOf('group', 'ops') },
    'attached_policies',
  )
  expect(rows).toMatchObject([{ policy_name: 'Ops', policy_id: idOf('policy', 'Ops') }])
})

test('versions, with the document as a string', async () => {
  const rows = await pages('ListPolicyVersionsV5', { policyId: idOf('policy', 'Ops') }, 'versions')
  expect(rows).toMatchObject([
    { version_id: 'v1', is_default: false },
    { version_id: 'v2', is_default: true, document: JSON.stringify(document(allow('iam:*:*'))) },
  ])
})

test('entities: three arrays under one marker', async () => {
  const found = { policy_users: 0, policy_groups: 0, policy_agencies: 0 }
  for (const list of Object.keys(found) as (keyof typeof found)[])
    found[list] = (await pages('ListEntitiesForPolicyV5', { policyId: idOf('policy', 'Ops') }, list)).length
  expect(found).toEqual({ policy_users: 210, policy_groups: 1, policy_agencies: 1 })
})

test('a wrong secret key is refused', async () => {
  const credentials = new BasicCredentials().withAk('AccessKey').withSk('Wrong').withProjectId('0'.repeat(32))
  const other = IamClient.newBuilder().withCredential(credentials).withEndpoint(cloud.url).build()
  await expect(other.listGroupsV5(model('ListGroupsV5'))).rejects.toMatchObject({ httpStatusCode: 401 })
})
