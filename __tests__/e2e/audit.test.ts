import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { AccountBuilder, allow, deny, document, idOf } from '../../simulator/iam/account.ts'
import { outputNames } from '../../src/action/outputs.ts'
import { BASELINE, CONFIG, plainConfig, startWarmWorld, startWorld } from './world.ts'

/** A small company: alice administers by a group, bob reads, the built-in group has carol. */
const company = (): AccountBuilder =>
  new AccountBuilder('acme')
    .users('alice', 'bob', 'carol', 'dave')
    .group('ops', 'alice')
    .group('admin', 'carol')
    .group('readers', 'bob')
    .policy('CustomOps', document(allow('iam:*:*')))
    .policy('ReadIam', document(allow(['iam:*:get*', 'iam:*:list*'])))
    .attach('CustomOps', { group: 'ops' })
    .attach('ReadIam', { group: 'readers' })

test('the first run shows who holds what, proposes a baseline, and opens no issue', async () => {
  await using world = await startWorld(company().account)
  const run = await world.audit()
  expect(run.outputs).toMatchObject({
    result: 'no-baseline',
    complete: 'true',
    coverage: 'full',
    'account-id': idOf('account', 'acme'),
    'issue-action': 'none',
    // Nothing was compared: a zero would be an all-clear.
    ...{ 'unapproved-holders': '', 'exceeding-approvals': '', 'no-longer-held': '' },
  })
  expect(Object.keys(run.outputs).sort()).toEqual([...outputNames].sort())
  // Before the first line that says anything, every secret is masked.
  expect(run.log.split('\n').slice(0, 3)).toEqual([
    '::add-mask::SecretKey',
    `::add-mask::${world.github.state.token}`,
    'mode: audit',
  ])
  expect(run.exitCode).toBe(1)
  expect(run.summary.split('\n')[0]).toBe(
    '# ⚠️ 2 users of `production` hold an audited permission; there is no baseline yet, so none is approved',
  )
  expect(run.summary).toContain('among IAM users, by v5 identity policies')
  // The holders stand unfolded, by the way they hold it, before any JSON.
  const [holders = ''] = run.summary.split('```json')
  expect(holders).not.toContain('<details>\n')
  expect(holders).toContain(
    '| 🔴 | group `ops` → `CustomOps` v1, statement 1, `iam:*:*` | `alice` | everything',
  )
  expect(holders).toContain('| 🔴 | built-in group `admin`, which holds everything | `carol` | everything')
  expect(run.summary).toContain('Not looked at: IAM Identity Center, traces (switched off).')
  expect(run.report.grants.map((grant: { user: string }) => grant.user)).toEqual(['alice', 'carol'])
  expect(run.report.root_user.user).toBe('acme')
  expect(run.report.population).toEqual({
    users: { seen: 5, expected: 5 },
    groups: { seen: 3, expected: 3 },
    policies: { seen: 2, expected: null },
    roles: { seen: 0, expected: null },
    agencies: { seen: 0, expected: 0 },
    providers: { seen: 0, expected: null },
  })
  expect(world.github.state.issues).toEqual([])
  expect(world.github.violations).toEqual([])
})

test('what was approved and has not changed is unchanged', async () => {
  await using world = await startWorld(company().account)
  await world.approveAll()
  const run = await world.audit()
  expect(run.outputs).toMatchObject({
    result: 'unchanged',
    complete: 'true',
    'unapproved-holders': '0',
    'issue-action': 'none',
  })
  expect(run.exitCode).toBe(0)
  expect(run.summary).toContain('All 2 users of `production`')
  expect(run.report.inputs).toEqual({
    config_sha256: createHash('sha256').update(plainConfig).digest('hex'),
    baseline_sha256: createHash('sha256')
      .update(world.files[BASELINE] as string)
      .digest('hex'),
  })
  expect(world.github.writes).toEqual([])
})

interface Change {
  readonly name: string
  readonly change: (builder: AccountBuilder) => void
  readonly user: string
  readonly kind: 'unapproved_holders' | 'exceeds_approval' | 'approval_expired'
  readonly path: string
}

describe('a new holder is drift, an issue, and a red job', () => {
  const changes: Change[] = [
    {
      name: 'by joining a group',
      change: (builder) => builder.join('ops', 'dave'),
      user: 'dave',
      kind: 'unapproved_holders',
      path: '`dave` → group `ops` → `CustomOps` v1, statement 1, `iam:*:*`',
    },
    {
      name: 'by direct attachment',
      change: (builder) => builder.attach('CustomOps', { user: 'dave' }, 1),
      user: 'dave',
      kind: 'unapproved_holders',
      path: '`dave` → `CustomOps` v1, statement 1, `iam:*:*`',
    },
    {
      name: "by a policy's new default version",
      change: (builder) => builder.version('ReadIam', document(allow(['iam:*:get*', 'iam:users:*']))),
      user: 'bob',
      kind: 'unapproved_holders',
      path: '`bob` → group `readers` → `ReadIam` v2, statement 1, `iam:users:*`',
    },
    {
      name: 'by becoming member of admin',
      change: (builder) => builder.join('admin', 'dave'),
      user: 'dave',
      kind: 'unapproved_holders',
      path: '`dave` → built-in group `admin`',
    },
  ]
  test.each(changes)('$name', async ({ change, user, kind, path }) => {
    const builder = company()
    await using world = await startWarmWorld(builder.account)
    await world.approveAll()
    change(builder)
    const run = await world.audit()
    expect(run.exitCode).toBe(1)
    expect(run.outputs).toMatchObject({
      result: 'drift',
      'unapproved-holders': '1',
      'issue-action': 'created',
    })
    expect(run.report.drift[kind].map((row: { user: string }) => row.user)).toEqual([user])
    expect(run.summary).toContain(path)
    expect(run.summary).toContain('```mermaid')
    expect(run.log).toMatch(new RegExp(`DRIFT ${user}: `))
    const [issue] = world.github.state.issues
    expect(issue?.title).toBe(`🔴 1 unapproved IAM holder: production (${idOf('account', 'acme')})`)
    expect(issue?.body).toContain(path)
    expect(issue?.labels).toEqual(['iam-audit'])
    expect(world.github.violations).toEqual([])
  })
})

test('a user who gained one thing and lost another exceeds the approval', async () => {
  const builder = company()
    .policy('Keys', document(allow('iam:credentials:*')))
    .attach('Keys', { user: 'dave' })
  await using world = await startWarmWorld(builder.account)
  await world.approveAll()
  builder.version('Keys', document(allow('iam:mfa:*')))
  const run = await world.audit()
  expect(run.outputs).toMatchObject({
    result: 'drift',
    'exceeding-approvals': '1',
    'unapproved-holders': '0',
  })
  expect(run.report.drift.exceeds_approval[0]).toMatchObject({
    user: 'dave',
    grants: [{ actions: ['iam:mfa:*'] }],
  })
  expect(run.report.reduced[0]).toMatchObject({ user: 'dave', grants: [{ actions: ['iam:credentials:*'] }] })
})

test('a rename is no drift and is said; a user deleted and made anew is a new user', async () => {
  const builder = company()
  await using world = await startWarmWorld(builder.account)
  await world.approveAll()
  const alice = builder.account.users.find((user) => user.user_name === 'alice')
  if (alice) alice.user_name = 'alice.smith'
  const renamed = await world.audit()
  expect(renamed.outputs.result).toBe('unchanged')
  expect(renamed.report.renamed).toMatchObject([
    {
      ...{ user_id: idOf('user', 'alice'), user: 'alice.smith', recorded: 'alice' },
      permission: 'iam-administration',
    },
  ])
  builder.account.users = builder.account.users.filter((user) => user.user_name !== 'alice.smith')
  builder.user('alice', { user_id: 'f'.repeat(32) })
  builder.account.groups.find((group) => group.group_name === 'ops')?.members.splice(0, 1, 'f'.repeat(32))
  const anew = await world.audit()
  expect(anew.outputs).toMatchObject({ result: 'drift', 'unapproved-holders': '1', 'no-longer-held': '1' })
})

test('the built-in group under another name: its members are read and count, and a gap says so', async () => {
  const builder = company()
  await using world = await startWarmWorld(builder.account)
  await world.approveAll()
  const group = builder.account.groups.find((one) => one.group_name === 'admin')
  if (group) group.group_name = 'readers-of-news'
  builder.join('readers-of-news', 'dave')
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'drift', complete: 'false', 'unapproved-holders': '1' })
  expect(run.report.gaps).toMatchObject([
    { code: 'admin-group-renamed', reaches: [{ user: 'carol' }, { user: 'dave' }] },
  ])
  expect(run.report.drift.unapproved_holders).toMatchObject([
    { user: 'dave', paths: [{ links: [{ kind: 'builtin-group', group: 'readers-of-news' }] }] },
  ])
})

test('no built-in group at all is a gap, until the baseline says that there is none', async () => {
  const builder = new AccountBuilder('acme').users('alice').policy('CustomOps', document(allow('iam:*:*')))
  const { account } = builder.attach('CustomOps', { user: 'alice' })
  await using world = await startWarmWorld(account, { withoutAdminGroup: true })
  const first = await world.audit()
  expect(first.outputs).toMatchObject({ result: 'incomplete', complete: 'false' })
  expect(first.report.gaps).toMatchObject([{ code: 'admin-group-missing' }])
  world.files[BASELINE] = JSON.stringify({
    ...{ version: 1, account: account.account_id, admin_group: 'none' },
    ...{ audited_permissions: {}, approvals: [] },
  })
  expect((await world.audit()).outputs).toMatchObject({ result: 'drift', complete: 'true' })
  // "none" holds only while no group has that name.
  builder.group('admin', 'alice')
  const born = await world.audit()
  expect(born.outputs).toMatchObject({ result: 'drift', complete: 'true' })
  expect(born.report.drift.unapproved_holders[0].paths[0].links).toMatchObject([{ kind: 'builtin-group' }])
})

test('disabled when approved, enabled again: the entry does not cover it', async () => {
  const builder = company()
  const alice = builder.account.users.find((user) => user.user_name === 'alice')
  if (alice) alice.enabled = false
  await using world = await startWarmWorld(builder.account)
  await world.approveAll()
  expect(
    JSON.parse(world.files[BASELINE] as string).approvals.find(
      (one: { user: string }) => one.user === 'alice',
    ).disabled,
  ).toBe(true)
  expect((await world.audit()).outputs.result).toBe('unchanged')
  if (alice) alice.enabled = true
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'drift', 'exceeding-approvals': '1' })
  expect(run.summary).toContain('enabled again')
})

test('an approval that has expired is drift and names the owner', async () => {
  await using world = await startWarmWorld(company().account, {
    config: `${plainConfig}owners:\n  platform-team: octocat\n`,
    github: { assignable: ['octocat'] },
  })
  await world.approveAll()
  const baseline = JSON.parse(world.files[BASELINE] as string)
  Object.assign(baseline.approvals[0], {
    expires: '2026-01-31',
    owner: 'platform-team',
    justification: 'on call',
  })
  world.files[BASELINE] = JSON.stringify(baseline)
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'drift', 'expired-approvals': '1', 'unapproved-holders': '0' })
  expect(run.summary).toContain('approval expired on 2026-01-31')
  expect(world.github.state.issues[0]?.assignees).toEqual(['octocat'])
})

test('two permissions are judged each by itself', async () => {
  const config = `${plainConfig}  - name: organization-control\n    actions: ["organizations:*:*"]\n    except: ["organizations:*:get*", "organizations:*:list*"]\n`
  const builder = company()
    .policy('Org', document(allow('organizations:*:*')))
    .attach('Org', { user: 'dave' })
  await using world = await startWarmWorld(builder.account, { config })
  await world.approveAll()
  builder.attach('Org', { group: 'ops' }, 1)
  const run = await world.audit()
  // alice is approved for the one permission, and now holds the other: she has an entry, and holds more.
  expect(run.report.drift.exceeds_approval).toMatchObject([
    { user: 'alice', permission: 'organization-control' },
  ])
})

test('a Deny in another policy of the same user is honoured, a conditional one is shown', async () => {
  const builder = company()
    .policy('NoKeys', document(deny('iam:*:*')))
    .policy(
      'OnlyOffice',
      document(deny('iam:*:*', { Condition: { NotIpAddress: { 'g:SourceIp': '10.0.0.0/8' } } })),
    )
    .attach('CustomOps', { user: 'dave' })
    .attach('NoKeys', { user: 'dave' })
    .attach('OnlyOffice', { user: 'alice' })
  await using world = await startWarmWorld(builder.account)
  const run = await world.audit()
  expect(run.report.grants.map((grant: { user: string }) => grant.user)).toEqual(['alice', 'carol'])
  expect(run.report.grants[0].conditional_denies).toMatchObject([{ policy: 'OnlyOffice', statement: 1 }])
})

describe('what could not be read is said aloud and makes the audit incomplete', () => {
  test('403 on one policy document', async () => {
    const builder = company()
    await using world = await startWarmWorld(builder.account)
    await world.approveAll()
    world.cloud.fault({
      on: `/v5/policies/${idOf('policy', 'ReadIam')}/versions`,
      answer: {
        status: 403,
        body: { error_code: 'PAP5.0001', error_msg: 'x', encoded_authorization_message: 'ENCODED' },
      },
    })
    const run = await world.audit()
    expect(run.exitCode).toBe(1)
    expect(run.outputs).toMatchObject({
      result: 'incomplete',
      complete: 'false',
      'issue-action': 'created',
      'proposed-baseline': '',
    })
    expect(run.report.gaps).toMatchObject([
      {
        ...{ code: 'forbidden', http_code: 'PAP5.0001', iam_action: 'iam:policies:getVersionV5' },
        ...{
          message: expect.stringContaining('ReadIam'),
          reaches: [{ principal_type: 'user', user: 'bob' }],
        },
      },
    ])
    expect(run.log + run.summary).not.toContain('ENCODED')
  })

  test('page two of the users', async () => {
    const builder = company()
    for (let at = 0; at < 250; at++) builder.user(`user${at}`)
    await using world = await startWarmWorld(builder.account)
    world.cloud.fault({
      on: ({ path, query }) => path === '/v5/users' && query.marker !== undefined,
      answer: { status: 400, body: { error_code: 'PAP5.0010', error_msg: 'invalid marker' } },
    })
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'incomplete', complete: 'false' })
    expect(run.report.gaps[0].call).toBe('GET /v5/users')
  })

  test('a document that is not JSON reaches its users and no others', async () => {
    const builder = company().policy('Broken', '{"Version":').attach('Broken', { user: 'dave' })
    await using world = await startWarmWorld(builder.account)
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'incomplete' })
    expect(run.report.gaps).toMatchObject([
      {
        ...{ code: 'undetermined-policy', reaches: [{ principal_type: 'user', user: 'dave' }] },
        document: { kind: 'policy', policy: 'Broken', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ])
  })
})

describe('the cloud refuses', () => {
  test('429 with and without Retry-After is waited for', async () => {
    await using world = await startWorld(company().account, {
      cloud: {
        faults: [
          { on: '/v5/groups', times: 1, answer: { status: 429, headers: { 'retry-after': '1' } } },
          { on: '/v5/policies', times: 1, answer: { status: 429 } },
        ],
      },
    })
    const run = await world.audit()
    expect(run.outputs).toMatchObject({ result: 'no-baseline', complete: 'true' })
    expect(run.report.stats.retries).toBe(2)
    expect(run.log).toMatch(/GET \/v5\/groups: status 429; try 2 in 1\.0 s/)
  })

  test('a wrong key ends it at once and is explained, without an echo of the token', async () => {
    await using world = await startWorld(company().account)
    const run = await world.audit({
      inputs: { 'secret-access-key': 'WrongKey', 'security-token': 'TokenOfNobody' },
    })
    expect(run.exitCode).toBe(1)
    expect(run.outputs.result).toBe('error')
    expect(run.log).toContain('the secret key or security token does not belong to it')
    expect(run.log.replace(/::add-mask::.*/g, '')).not.toMatch(/TokenOfNobody|WrongKey/)
    expect(run.summary).not.toContain('TokenOfNobody')
    expect(world.cloud.calls.length).toBeLessThanOrEqual(2)
  })

  test('a clock that is off by an hour is told from a wrong key', async () => {
    await using world = await startWarmWorld(company().account, { cloud: { clockOffset: 3_600_000 } })
    const run = await world.audit()
    expect(run.outputs.result).toBe('error')
    expect(run.log).toContain('the clock of this machine is 60 minutes behind')
    expect(world.cloud.calls.length).toBeLessThanOrEqual(2)
  })
})

test('names full of markup, mentions and commands are nothing but names', async () => {
  const evil =
    '::error::x\n::set-output name=result::unchanged\n@octocat #1 <img src=x> `code` | [a](http://b) ‮'
  const builder = company().user(evil).group('*bold*\n<!-- iam-audit -->', evil)
  builder.attach('CustomOps', { group: '*bold*\n<!-- iam-audit -->' })
  builder
    .policy('@team/evil](javascript:x)', document(allow('iam:users:*')))
    .attach('@team/evil](javascript:x)', { user: evil })
  await using world = await startWorld(builder.account)
  world.files[BASELINE] = JSON.stringify({
    version: 1,
    account: idOf('account', 'acme'),
    audited_permissions: {},
    approvals: [],
  })
  const run = await world.audit()
  expect(run.outputs.result).toBe('drift')
  expect(
    run.log.split('\n').filter((line) => line.startsWith('::set-output') || /^::error::x/.test(line)),
  ).toEqual([])
  const reason = run.log.split('\n').find((line) => line.startsWith('::error::')) ?? ''
  expect(reason).toMatch(
    /::3 users hold more of [a-z-]+ than was approved: .* and https?:.* say by which change, and how to revoke or approve it/,
  )
  // A line break of a name would make it look like a line of ours.
  expect(reason).not.toContain('%0A')
  const body = world.github.state.issues[0]?.body ?? ''
  for (const text of [run.summary, body]) {
    expect(text).not.toContain('\u202e')
    expect(text.split('\n').some((line) => line.startsWith('::'))).toBe(false)
    // Outside code spans, code blocks and our own machine data nothing of it is left.
    const bare = text
      .replace(/```[\s\S]*?```/g, '')
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, '')
    expect(bare).not.toMatch(/@octocat|<img|@team|javascript:/)
  }
})

describe('bad input is refused before any request to the cloud', () => {
  const cases: [string, Record<string, string>, RegExp][] = [
    ['an empty config', { [CONFIG]: '' }, /iam-audit\.yml:1:1: the file: found null; allowed: a map/],
    [
      'an unknown key',
      { [CONFIG]: `${plainConfig}audit: 1\n` },
      /iam-audit\.yml:5:1: found the unknown key "audit"/,
    ],
    [
      'a bad date',
      {
        [BASELINE]:
          '{"version":1,"account":"a","audited_permissions":{},"approvals":[{"user":"a","user_id":"b","permission":"iam-administration","grants":[{"actions":["*"]}],"expires":"2026-13-01"}]}',
      },
      /iam-baseline\.json:1:\d+: .*expires/,
    ],
    ['a conflict marker', { [BASELINE]: '<<<<<<< ours\n{}\n' }, /merge conflict marker/],
  ]
  test.each(cases)('%s', async (_name, files, message) => {
    await using world = await startWarmWorld(company().account)
    const run = await world.audit({ files })
    expect(run.exitCode).toBe(1)
    expect(run.outputs.result).toBe('error')
    expect(run.log).toMatch(message)
    expect(world.cloud.calls).toEqual([])
    expect(run.report).toMatchObject({ kind: 'audit', result: 'error', complete: false, grants: [] })
    expect(run.report.problems.join('\n')).toMatch(message)
    expect(run.summary).toContain('The audit stopped before a verdict.')
  })
})

test('another account is refused before it is crawled', async () => {
  await using world = await startWarmWorld(company().account, { config: `${plainConfig}account: "0123"\n` })
  const run = await world.audit()
  expect(run.outputs.result).toBe('error')
  expect(run.log).toContain('names the account "0123"')
  expect(world.cloud.calls.length).toBe(1)
})

test('a baseline of another account is refused before the account is crawled', async () => {
  await using world = await startWarmWorld(company().account)
  await world.approveAll()
  const { account, ...baseline } = JSON.parse(world.files[BASELINE] as string)
  world.files[BASELINE] = JSON.stringify({ account: 'another', ...baseline })
  const before = world.cloud.calls.length
  const run = await world.audit()
  expect(run.outputs.result).toBe('error')
  expect(run.log).toContain(`${BASELINE}: names the account "another"`)
  expect(world.cloud.calls.length).toBe(before + 1)
})

test('an approval of the root user is an error of the baseline, on its line, and there is no verdict', async () => {
  const { account } = company()
  await using world = await startWarmWorld(account)
  await world.approveAll()
  const baseline = JSON.parse(world.files[BASELINE] as string)
  const root = account.users.find((user) => user.is_root_user)
  baseline.approvals.push({ ...baseline.approvals[0], user: root?.user_name, user_id: root?.user_id })
  world.files[BASELINE] = JSON.stringify(baseline, null, 2)
  const line = world.files[BASELINE].split('\n').findIndex((text) => text.includes(`${root?.user_id}`))
  for (const mode of ['audit', 'update-baseline']) {
    const run = await world.audit({ event: 'workflow_dispatch', inputs: { mode } })
    expect(run.outputs.result).toBe('error')
    expect(run.exitCode).toBe(1)
    // The entry begins two lines above its id.
    expect(run.log).toContain(`${BASELINE}:${line - 1}:5: found an entry for the root user`)
    expect(run.report.problems).toHaveLength(1)
  }
})

test('a public repository is refused unless it is allowed', async () => {
  await using world = await startWarmWorld(company().account, { github: { private: false } })
  const refused = await world.audit()
  expect(refused.outputs.result).toBe('error')
  expect(refused.log).toContain('allow-public: true')
  expect(world.cloud.calls).toEqual([])
  expect((await world.audit({ inputs: { 'allow-public': 'true' } })).outputs.result).toBe('no-baseline')
})

test('no keys at all: the message names every place that was looked at', async () => {
  await using world = await startWorld(company().account)
  const run = await world.audit({ inputs: { 'access-key-id': '', 'secret-access-key': '' } })
  expect(run.outputs.result).toBe('error')
  for (const name of [
    'access-key-id',
    'HUAWEICLOUD_SDK_AK',
    'HW_ACCESS_KEY',
    'HUAWEI_CLOUD_ACCESS_KEY_ID',
    'Dependabot',
  ])
    expect(run.log).toContain(name)
})

test('keys of the environment are taken family by family', async () => {
  await using world = await startWorld(company().account)
  const run = await world.audit({
    inputs: { 'access-key-id': '', 'secret-access-key': '' },
    environment: { HUAWEICLOUD_SDK_AK: 'half', HW_ACCESS_KEY: 'AccessKey', HW_SECRET_KEY: 'SecretKey' },
  })
  expect(run.outputs.result).toBe('no-baseline')
})

test('where nothing can be read, the job says what was tried and who was not looked at', async () => {
  await using world = await startWarmWorld(company().account)
  world.cloud.fault({ on: '/v5/groups', answer: { status: 403, body: { error_code: 'PAP5.0001' } } })
  world.cloud.fault({ on: '/v5/account-summary', answer: { status: 403, body: {} } })
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'incomplete', coverage: 'partial' })
  expect(run.report.coverage).toEqual([
    { source: 'identity-policies', status: 'audited', count: 2 },
    // Not "absent": nobody could look.
    { source: 'admin-group', status: 'denied', count: null },
    { source: 'root-user', status: 'audited', count: 1 },
    { source: 'legacy-roles', status: 'absent', count: 0 },
    { source: 'agencies', status: 'absent', count: 0 },
    { source: 'federation', status: 'absent', count: 0 },
    { source: 'identity-center', status: 'not-attempted', count: null },
    { source: 'traces', status: 'off', count: null },
  ])
  expect(run.report.population.groups).toEqual({ seen: 0, expected: null })
  expect(run.summary).toContain('the built-in group admin (not permitted)')
})

describe('the job tells its verdict also when something around it fails', () => {
  test('a report that cannot be written fails the job beside the drift, and the issue is kept', async () => {
    const builder = company()
    await using world = await startWorld(builder.account)
    await world.approveAll()
    builder.join('ops', 'dave')
    const run = await world.audit({
      environment: { RUNNER_TEMP: '/dev/null' },
      inputs: { sarif: '/dev/null/a.sarif', 'fail-on': 'none' },
    })
    expect(run.outputs).toMatchObject({ result: 'drift', report: '', sarif: '', 'issue-action': 'created' })
    expect(run.exitCode).toBe(1)
    expect(run.summary).toContain('`dave` → group `ops`')
    expect(run.log).toContain('/dev/null/iam-audit/report.json could not be written: ENOTDIR')
  })

  test('outputs that cannot be set fail it, and the summary is written all the same', async () => {
    await using world = await startWorld(company().account)
    await world.approveAll()
    const run = await world.audit({ environment: { GITHUB_OUTPUT: '/dev/null/output' } })
    expect(run.exitCode).toBe(1)
    expect(run.log).toContain('::error::The outputs could not be set')
    expect(run.summary).toContain('All 2 users of `production`')
  })

  test('a cancelled run ends at once, with outputs, summary and report that say so', async () => {
    await using world = await startWorld(company().account)
    const cancel = new AbortController()
    world.cloud.fault({ on: '/v5/groups', delay: 60_000, before: () => cancel.abort() })
    const run = await world.audit({ cancel: cancel.signal })
    expect(run.exitCode).toBe(1)
    expect(run.outputs).toMatchObject({ result: 'error', complete: 'false' })
    expect(Object.keys(run.outputs).sort()).toEqual([...outputNames].sort())
    expect(run.summary).toContain('The run was cancelled')
    expect(run.report.problems).toEqual([expect.stringContaining('The run was cancelled (SIGTERM)')])
  })
})
