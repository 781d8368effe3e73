/**
 * What a crawl costs: requests and wall time, policy-first cold and warm, beside the documented group-first crawl and
 * the same crawl written with Huawei's own client as its users write it, one request after the other. The simulator
 * permits 20 times the cloud's rate, so that it ends in minutes; one small account runs at a true ten a second.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AccountBuilder,
  allow,
  document,
  legacyPolicy,
  type SimulatedAccount,
} from '../simulator/iam/account.ts'
import { simulatorKeys, startIamSimulator } from '../simulator/iam/server.ts'
import { crawl } from '../src/cloud/crawl/crawl.ts'
import { identityPoliciesOnly, type Requirements } from '../src/cloud/crawl/crawl-gaps.ts'
import { folderCache, noCache } from '../src/cloud/crawl/document-cache.ts'
import { HttpClient } from '../src/cloud/http/http-client.ts'
import { systemClock } from '../src/cloud/http/pace.ts'
import { networkTransport } from '../src/cloud/http/transport.ts'
import { IamApi } from '../src/cloud/iam/iam-api.ts'
import { givenKeys } from '../src/cloud/keys/given-keys.ts'
import { createEvaluator, parseDocument, presetPermission } from '../src/policy/index.ts'
import type { Permission } from '../src/policy/types.ts'

interface Size {
  readonly name: string
  readonly groups: number
  readonly users: number
  readonly policies: number
  /** Policies with an audited action, and groups that have one. */
  readonly relevant: number
  readonly mattering: number
  readonly agencies: number
  /** Requests that legacy grants may add to a crawl without; only where they are measured. */
  readonly legacy?: number
}

const sizes: readonly Size[] = [
  { name: 'small', groups: 20, users: 50, policies: 30, relevant: 2, mattering: 3, agencies: 0 },
  // The sizes of accounts with legacy grants: three rows a group, two an agency, in two scopes and a few projects.
  {
    ...{ name: 'small, with legacy', groups: 20, users: 100, policies: 60, relevant: 2, mattering: 3 },
    ...{ agencies: 30, legacy: 25 },
  },
  {
    ...{ name: 'large, with legacy', groups: 500, users: 2000, policies: 400, relevant: 10, mattering: 50 },
    ...{ agencies: 500, legacy: 130 },
  },
  { name: 'large', groups: 2000, users: 2000, policies: 500, relevant: 10, mattering: 50, agencies: 0 },
  { name: 'quota', groups: 2000, users: 2000, policies: 1500, relevant: 30, mattering: 100, agencies: 5000 },
]

const permissions = [presetPermission('iam-administration@1') as Permission]

function build(size: Size): SimulatedAccount {
  const builder = new AccountBuilder(size.name)
  for (let at = 1; at < size.users; at++) builder.user(`user${at}`)
  for (let at = 0; at < size.groups; at++)
    builder.group(at === 0 ? 'admin' : `group${at}`, `user${(at % (size.users - 1)) + 1}`)
  for (let at = 0; at < size.agencies; at++) builder.agency(`agency${at}`)
  const others = size.groups - size.mattering
  for (let at = 0; at < size.policies; at++) {
    const relevant = at < size.relevant
    builder.policy(`policy${at}`, document(allow(relevant ? 'iam:*:*' : `svc${at}:*:get*`)))
    if (!relevant) builder.attach(`policy${at}`, { group: `group${size.mattering + (at % others)}` })
  }
  for (let at = 1; at < size.mattering; at++)
    builder.attach(`policy${at % size.relevant}`, { group: `group${at}` })
  for (let at = 0; at < size.agencies; at++)
    builder.attach(`policy${size.relevant + (at % (size.policies - size.relevant))}`, {
      agency: `agency${at}`,
    })
  if (size.legacy !== undefined) grantRoles(builder, size)
  return builder.account
}

/** Legacy grants as companies have them: one group administers, the others do what is no concern of the audit. */
function grantRoles(builder: AccountBuilder, size: Size): void {
  builder.systemRoles(600)
  const custom = size.groups * 2
  for (let at = 0; at < custom; at++) builder.role(`custom${at}`, legacyPolicy(allow('obs:*:*')))
  const system = (at: number): string => `Service ${at % 12} Viewer`
  builder.grantRole('Security Administrator', { group: 'group1' }, 'all-projects')
  for (let at = 1; at < size.groups; at++) {
    builder.grantRole(`custom${at}`, { group: `group${at}` }, 'domain')
    builder.grantRole(system(at), { group: `group${at}` }, 'all-projects')
    builder.grantRole(system(at + 1), { group: `group${at}` }, at % 4 === 0 ? 'project:p1' : 'domain')
  }
  for (let at = 0; at < size.agencies; at++) {
    builder.grantRole(system(at), { agency: `agency${at}` }, 'domain')
    builder.grantRole(system(at + 1), { agency: `agency${at}` }, 'all-projects')
  }
}

/** V documents; twice the lists of policies, users and groups, ΣM entities and ΣH members; 3 beside it. */
function allowed(size: Size): number {
  const pages = (count: number): number => Math.max(1, Math.ceil(count / 200))
  const lists = pages(size.policies) + pages(size.users) + pages(size.groups)
  return size.policies + 2 * (lists + size.relevant + size.mattering) + 3
}

interface Measured {
  readonly requests: number
  readonly seconds: number
  readonly megabytes: number
}

async function ours(
  account: SimulatedAccount,
  rate: number,
  method: 'policy-first' | 'group-first',
  cache: string | null,
  sources: Requirements = identityPoliciesOnly,
): Promise<Measured> {
  await using cloud = await startIamSimulator({ account, delay: 1 })
  const before = process.memoryUsage().rss
  const started = performance.now()
  const http = new HttpClient({
    ...{ clock: systemClock, transport: networkTransport(), keys: givenKeys(simulatorKeys) },
    ...{ maxRate: rate, deadline: Date.now() + 1_800_000, log: () => {} },
  })
  const api = new IamApi(http, { iam: new URL(cloud.url), sts: new URL(cloud.url) })
  const snapshot = await crawl({
    ...{ api, method, clock: systemClock, services: ['iam'], adminGroupId: null, progress: () => {} },
    sources,
    // What the roles of these accounts say is no concern of the audit, but for one.
    roleRelevance: () => (role) => (role.name === 'secu_admin' ? 'some' : 'none'),
    cache: (id) => (cache === null ? noCache : folderCache(cache, id, 'bench')),
    relevance: () => (text) =>
      createEvaluator({ documents: new Map([['d', parseDocument(text)]]), permissions }).relevance('d'),
  })
  if (snapshot.gaps.length > 0) throw new Error(JSON.stringify(snapshot.gaps[0]))
  const seconds = (performance.now() - started) / 1000
  return { requests: cloud.calls.length, seconds, megabytes: (process.memoryUsage().rss - before) / 1e6 }
}

/** The documented procedure as users of Huawei's client write it: one call after the other. */
async function theirs(account: SimulatedAccount): Promise<Measured> {
  await using cloud = await startIamSimulator({ account, delay: 1 })
  const require = createRequire(import.meta.url)
  const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core')
  const { IamClient } = require('@huaweicloud/huaweicloud-sdk-iam/v5/IamClient')
  const credentials = new BasicCredentials()
    .withAk(simulatorKeys.accessKeyId)
    .withSk(simulatorKeys.secretAccessKey)
    .withProjectId('0'.repeat(32))
  const client = IamClient.newBuilder().withCredential(credentials).withEndpoint(cloud.url).build()
  const list = async (call: string, fields: object, name: string): Promise<Record<string, string>[]> => {
    const model = require(`@huaweicloud/huaweicloud-sdk-iam/v5/model/${call}Request`)
    const request = Object.assign(new model[`${call}Request`](), { limit: 200 }, fields)
    const rows: Record<string, string>[] = []
    for (;;) {
      const answer = await client[call.slice(0, 1).toLowerCase() + call.slice(1)](request)
      rows.push(...answer[name])
      if (!answer.page_info?.next_marker) return rows
      request.marker = answer.page_info.next_marker
    }
  }
  const started = performance.now()
  const policies = new Set<string>()
  for (const group of await list('ListGroupsV5', {}, 'groups'))
    for (const row of await list(
      'ListAttachedGroupPoliciesV5',
      { groupId: group.group_id },
      'attached_policies',
    ))
      policies.add(row.policy_id as string)
  for (const user of await list('ListUsersV5', {}, 'users'))
    for (const row of await list('ListAttachedUserPoliciesV5', { userId: user.user_id }, 'attached_policies'))
      policies.add(row.policy_id as string)
  for (const policyId of policies) await list('ListPolicyVersionsV5', { policyId }, 'versions')
  return { requests: cloud.calls.length, seconds: (performance.now() - started) / 1000, megabytes: 0 }
}

const LEGACY = 'the same with legacy roles'
const legacyToo: Requirements = { ...identityPoliciesOnly, 'legacy-roles': 'required' }

const rows: string[][] = [
  ['account', 'crawl', 'requests', 'allowed', 'seconds', 'of ideal', 'MB', 'requests, ratio'],
]
const row = (
  size: Size,
  crawl: string,
  rate: number | null,
  { requests, seconds, megabytes }: Measured,
  cold: number,
) => {
  const ideal = rate === null ? '' : (seconds / (requests / rate)).toFixed(2)
  const limit = crawl.startsWith('policy-first')
    ? String(allowed(size))
    : crawl === LEGACY
      ? String(cold + (size.legacy ?? 0))
      : ''
  const memory = megabytes > 0 ? megabytes.toFixed(0) : ''
  rows.push([
    size.name,
    crawl,
    String(requests),
    limit,
    seconds.toFixed(1),
    ideal,
    memory,
    (requests / cold).toFixed(1),
  ])
}

for (const size of sizes) {
  const account = build(size)
  const folder = mkdtempSync(join(tmpdir(), 'bench-cache-'))
  const rate = 200
  const cold = await ours(account, rate, 'policy-first', folder)
  row(size, 'policy-first, cold', rate, cold, cold.requests)
  if (size.legacy !== undefined) {
    row(size, LEGACY, rate, await ours(account, rate, 'policy-first', null, legacyToo), cold.requests)
    const all: Requirements = { ...legacyToo, agencies: 'required', federation: 'required' }
    row(size, 'the same with all', rate, await ours(account, rate, 'policy-first', null, all), cold.requests)
    rmSync(folder, { recursive: true })
    continue
  }
  row(size, 'policy-first, warm', rate, await ours(account, rate, 'policy-first', folder), cold.requests)
  rmSync(folder, { recursive: true })
  row(size, 'group-first', rate, await ours(account, rate, 'group-first', null), cold.requests)
  row(size, "Huawei's client, sequential", null, await theirs(account), cold.requests)
}
const [small] = sizes as [Size]
const real = await ours(build(small), 10, 'policy-first', null)
row(small, 'policy-first, at a true 10 a second', 10, real, real.requests)

const widths = (rows[0] as string[]).map((_, at) =>
  Math.max(...rows.map((one) => (one[at] as string).length)),
)
for (const one of rows)
  process.stdout.write(
    `${one.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] as number) : cell.padStart(widths[at] as number))).join('  ')}\n`,
  )
