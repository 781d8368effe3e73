/** Everything that can happen happens at once, and everybody does what the audit says first. */
import { expect, test } from '@jest/globals'
import {
  AccountBuilder,
  allow,
  document,
  idOf,
  type SimulatedAccount,
  trustIam,
} from '../../simulator/iam/account.ts'
import type { Operation } from '../../src/audit/revocation.ts'
import { applyOperation } from './apply-operation.ts'
import { changed, operator } from './changed.ts'

/** What is shown here is shown of the bundle. */
const startedBundle = { isWarm: false }

const own = idOf('account', 'acme')
const [msp, partner] = [idOf('account', 'msp'), idOf('account', 'partner')]
const onlyJo = { Condition: { StringEquals: { 'g:UserName': ['jo'] } } }

/** Everybody works with something that is not audited; alice alone administers. */
const company = () =>
  new AccountBuilder('acme', Date.now())
    .users('alice', 'bob', 'carla', 'dave', 'erin', 'fay', 'gina', 'hal', 'ivy', 'jo', 'kim')
    .policy('Ops', document(allow('iam:*:*')))
    .policy('Storage', document(allow('obs:*:*')))
    .policy('Deploy', document(allow('ecs:*:*')))
    .policy('Mixed', document(allow('obs:*:*'), allow('iam:users:*', onlyJo)))
    .policy('MayAssume', document(allow('sts:agencies:assume')))
    .group('admins', 'alice')
    .attach('Ops', { group: 'admins' })
    .attach('Storage', { group: 'admins' })
    .group('desk', 'bob', 'carla')
    .attach('Storage', { group: 'desk' })
    .attach('Deploy', { user: 'erin' })
    .attach('Deploy', { user: 'fay' })
    .group('help', 'gina', 'hal')
    .attach('Storage', { group: 'help' })
    .group('mixed', 'jo', 'kim')
    .agency('vault', trustIam(own))
    .attach('Ops', { agency: 'vault' })
    .attach('Storage', { agency: 'vault' })
    .agency('guard', trustIam(msp))
    .attach('Ops', { agency: 'guard' })

interface Way {
  readonly operations: readonly Operation[]
  readonly ordinary: {
    readonly others: number
    readonly unread: readonly string[]
    readonly unlisted: readonly unknown[]
  }
}

interface Row {
  readonly principal: string
  readonly cause: string
  readonly revocations: readonly Way[]
}

/** The patterns that reach each user and are not of IAM, as the documents have them. */
function ordinary({ users, groups, attachments, policies }: SimulatedAccount): Record<string, string[]> {
  const patternsOf = (policyId: string): string[] => {
    const policy = policies.find((one) => one.policy_id === policyId)
    const text =
      policy?.versions.find((one) => one.version_id === policy.default_version_id)?.document ?? '{}'
    const { Statement = [] } = JSON.parse(text) as { Statement?: { Action: string[] }[] }
    return Statement.flatMap((one) => one.Action).filter((one) => !/^(iam|sts):/.test(one))
  }
  return Object.fromEntries(
    users.map(({ user_id, user_name }) => {
      const holders = [
        user_id,
        ...groups.filter((one) => one.members.includes(user_id)).map((one) => one.group_id),
      ]
      const attached = attachments.filter((one) => holders.includes(one.principal_id))
      return [user_name, [...new Set(attached.flatMap((one) => patternsOf(one.policy_id)))].sort()]
    }),
  )
}

test('what is advised first makes the next audit green, and takes nothing ordinary from anybody else', async () => {
  const builder = company()
  await using world = await changed(
    builder,
    (one) => {
      const somebody = operator(one)
      somebody.attachPolicy('Ops', { group: 'desk' })
      somebody.addUserToGroup('dave', 'admins')
      somebody.createPolicyVersion('Deploy', document(allow(['ecs:*:*', 'iam:*:*'])))
      somebody.grantRole('Security Administrator', { group: 'help' })
      somebody.updateTrustPolicy('guard', trustIam([msp, partner]))
      somebody.attachPolicy('MayAssume', { user: 'ivy' })
      somebody.attachPolicy('Mixed', { group: 'mixed' })
    },
    startedBundle,
  )
  const { account } = builder
  const run = await world.audit()
  expect(run.outputs).toMatchObject({ result: 'drift', complete: 'true' })
  const rows = (['unapproved_holders', 'exceeds_approval'] as const).flatMap(
    (kind) => run.report.drift[kind] as Row[],
  )
  const drifting = ['bob', 'carla', 'dave', 'erin', 'fay', 'gina', 'guard', 'hal', 'ivy', 'jo']
  expect(rows.map((row) => row.principal).sort()).toEqual(drifting)
  expect(new Set(rows.map((row) => row.cause)).size).toBe(7)
  for (const { revocations } of rows)
    expect(revocations[0]?.ordinary).toMatchObject({ unread: [], unlisted: [] })

  const before = ordinary(account)
  const made = new Set<string>()
  for (const operation of rows.flatMap((row) => row.revocations[0]?.operations ?? [])) {
    // What several are told is done once.
    const text = JSON.stringify(operation)
    if (made.has(text)) continue
    made.add(text)
    applyOperation(account, operation)
  }
  const after = await world.audit()
  expect(after.outputs).toMatchObject({ result: 'unchanged', complete: 'true' })
  const now = ordinary(account)
  const changedFor = Object.keys(before).filter((name) => String(before[name]) !== String(now[name]))
  expect(changedFor.filter((name) => !drifting.includes(name))).toEqual([])
  // Where only what happened is undone, nobody loses what they work with.
  const work = { bob: 'obs:*:*', carla: 'obs:*:*', erin: 'ecs:*:*', fay: 'ecs:*:*', gina: 'obs:*:*' }
  for (const [name, pattern] of Object.entries(work)) expect([name, now[name]]).toEqual([name, [pattern]])
})

test('what else goes is said, and nothing is asked for it of an account without drift', async () => {
  const builder = new AccountBuilder('acme')
    .users('alice', 'bob', 'carol')
    .policy('Ops', document(allow('iam:*:*')))
    .policy('Storage', document(allow('obs:*:*')))
    .attach('Ops', { user: 'alice' })
    .group('team', 'bob', 'carol')
    .attach('Storage', { group: 'team' })
  const isAttached = (path: string): boolean => path.endsWith('/attached-policies')
  await using world = await changed(builder, (one) =>
    operator(one).createPolicy('Both', document(allow(['iam:*:*', 'ecs:*:*']))),
  )
  const green = await world.audit()
  expect(green.outputs).toMatchObject({ result: 'unchanged' })
  expect(world.cloud.calls.filter((call) => isAttached(call.path))).toEqual([])

  operator(builder).attachPolicy('Both', { group: 'team' })
  const run = await world.audit()
  const [row] = run.report.drift.unapproved_holders as Row[]
  expect(row?.revocations.map((one) => one.ordinary)).toEqual([
    // carol drifts by the same cause: what is undone is what happened.
    { others: 1, services: ['ecs', 'iam'], own_services: ['ecs', 'iam'], unread: [], unlisted: [] },
    { others: 0, services: [], own_services: ['ecs', 'iam', 'obs'], unread: [], unlisted: [] },
  ])
  expect(run.summary).toContain('takes nothing from anybody else; also takes their own `ecs`')
  expect(world.cloud.calls.filter((call) => isAttached(call.path)).length).toBe(3)
})
