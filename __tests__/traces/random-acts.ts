/** People who do at random what can be done to an account, and the account after each of their acts. */
import {
  type AccountBuilder,
  allow,
  document,
  type Operations,
  type SimulatedAccount,
  type SimulatedTrace,
  trustIam,
} from '../../simulator/iam/account.ts'
import type { State } from './directly.ts'
import { account, by, MINUTE, NOW } from './world.ts'

/** Numbers that are the same for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 12345
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const pick = <T>(random: (below: number) => number, list: readonly T[]): T | undefined =>
  list.length === 0 ? undefined : (list[random(list.length)] as T)

export function randomAccount(random: (below: number) => number): AccountBuilder {
  const built = account()
    .users('carl', 'dora')
    .group('ops', 'bob')
    .group('dev', 'ada', 'bob')
    .policy('Admin', document(allow('iam:*:*')))
    .policy('Users', document(allow('iam:users:*')))
    .policy('Mail', document(allow('smn:*:*')))
    .policy('Team', document(allow('obs:*:*')))
    .policy('Assume', document(allow('sts:agencies:assume')))
  const id = built.account.account_id
  built.agency('ci', trustIam(id)).role('iam-ops', { Version: '1.1', Statement: [allow('iam:users:*')] })
  for (const [name, to] of [
    ['Admin', { group: 'ops' }],
    ['Users', { user: 'carl' }],
    ['Team', { group: 'dev' }],
    ['Team', { user: 'dora' }],
    ['Admin', { agency: 'ci' }],
    ['Assume', { user: 'dora' }],
  ] as const)
    if (random(2) === 0) built.attach(name, to)
  return built
}

type Act = (doing: Operations, now: SimulatedAccount) => void

const holders = (now: SimulatedAccount): ({ user: string } | { group: string } | { agency: string })[] => [
  ...now.users.map((one) => ({ user: one.user_name })),
  ...now.groups.filter((one) => one.group_name !== 'admin').map((one) => ({ group: one.group_name })),
  ...now.agencies.map((one) => ({ agency: one.agency_name })),
]

const idOfHolder = (now: SimulatedAccount, to: ReturnType<typeof holders>[number]): string =>
  'user' in to
    ? (now.users.find((one) => one.user_name === to.user)?.user_id ?? '')
    : 'group' in to
      ? (now.groups.find((one) => one.group_name === to.group)?.group_id ?? '')
      : (now.agencies.find((one) => one.agency_name === to.agency)?.agency_id ?? '')

/** The acts that are possible now, each as likely as the others; those that take away are tried first. */
function acts(random: (below: number) => number, made: Set<string>): readonly Act[] {
  const texts = [allow('iam:*:*'), allow('iam:groups:*'), allow('obs:*:*')]
  return [
    (doing, now) => {
      const to = pick(random, holders(now))
      const policy = pick(random, now.policies)
      if (to === undefined || policy === undefined) return
      const id = idOfHolder(now, to)
      const isThere = now.attachments.some(
        (one) => one.policy_id === policy.policy_id && one.principal_id === id,
      )
      if (isThere) doing.detachPolicy(policy.policy_id, to)
      else doing.attachPolicy(policy.policy_id, to)
    },
    (doing, now) => {
      const row = pick(random, now.attachments)
      if (row === undefined) return
      const to = holders(now).find((one) => idOfHolder(now, one) === row.principal_id)
      if (to !== undefined) doing.detachPolicy(row.policy_id, to)
    },
    (doing, now) => {
      const group = pick(random, now.groups)
      const user = pick(random, now.users)
      if (group === undefined || user === undefined) return
      if (group.members.includes(user.user_id)) doing.removeUserFromGroup(user.user_id, group.group_id)
      else doing.addUserToGroup(user.user_id, group.group_id)
    },
    (doing, now) => {
      const group = pick(
        random,
        now.groups.filter((one) => one.members.length > 0),
      )
      const user = pick(random, group?.members ?? [])
      if (group !== undefined && user !== undefined) doing.removeUserFromGroup(user, group.group_id)
    },
    (doing) => {
      doing.createPolicyVersion('Team', document(pick(random, texts) ?? {}), random(4) > 0)
    },
    (doing, now) => {
      const team = now.policies.find((one) => one.policy_name === 'Team')
      const version = pick(random, team?.versions ?? [])
      if (version !== undefined && version.version_id !== team?.default_version_id)
        doing.setDefaultPolicyVersion('Team', version.version_id)
    },
    (doing, now) => {
      doing.updateTrustPolicy('ci', trustIam(pick(random, [now.account_id, 'a'.repeat(32), '*']) as string))
    },
    (doing, now) => {
      const to = pick(
        random,
        holders(now).filter((one) => !('user' in one)),
      )
      if (to === undefined) return
      const id = idOfHolder(now, to)
      if (now.role_assignments.some((one) => one.holder_id === id)) doing.revokeRole('iam-ops', to)
      else doing.grantRole('iam-ops', to)
    },
    (doing) => {
      doing.updateRole('iam-ops', { Version: '1.1', Statement: [pick(random, texts)] })
    },
    (doing) => {
      made.add(doing.createUser(`new-${made.size}`))
    },
    (doing) => {
      made.add(doing.createGroup(`new-${made.size}`))
    },
    (doing) => {
      made.add(doing.createPolicy(`New-${made.size}`, document(pick(random, texts) ?? {})))
    },
    (doing, now) => {
      const id = pick(random, [...made])
      if (now.users.some((one) => one.user_id === id)) doing.deleteUser(id as string)
      else if (now.groups.some((one) => one.group_id === id)) doing.deleteGroup(id as string)
      else if (now.policies.some((one) => one.policy_id === id)) doing.deletePolicy(id as string)
    },
  ]
}

export interface Acted {
  readonly built: AccountBuilder
  readonly states: readonly State[]
}

/** Lets people act, some of them at the very same millisecond. */
export function actAtRandom(built: AccountBuilder, random: (below: number) => number, count: number): Acted {
  const states: State[] = [{ since: null, account: structuredClone(built.account) }]
  const made = new Set<string>()
  const possible = acts(random, made)
  let time = NOW - 18 * 60 * MINUTE
  for (let at = 0; at < count; at++) {
    if (random(4) > 0) time += (1 + random(40)) * MINUTE
    const before = built.account.traces.length
    pick(random, possible)?.(by(built).at(time), built.account)
    if (built.account.traces.length > before)
      states.push({ since: time, account: structuredClone(built.account) })
  }
  return { built, states }
}

/** The states as far as anybody can know them: what was there before its first change within the window is unknown. */
export function knowable(states: readonly State[]): readonly State[] {
  const last = states.at(-1) as State
  // What a kind of change has been made to up to a state.
  const changed = (state: State, isChange: (trace: SimulatedTrace) => boolean): ReadonlySet<string> =>
    new Set(state.account.traces.filter(isChange).map((trace) => trace.resource_id))
  const later = (state: State, isChange: (trace: SimulatedTrace) => boolean): ReadonlySet<string> => {
    const already = changed(state, isChange)
    return new Set([...changed(last, isChange)].filter((id) => !already.has(id)))
  }
  return states.map((state) => {
    const policies = later(state, comesIntoForce)
    const agencies = later(state, (trace) => trace.trace_name === 'updateTrustPolicyV5')
    const roles = later(state, (trace) => trace.trace_name === 'updateRole')
    const { account: now } = state
    return {
      since: state.since,
      account: {
        ...now,
        attachments: now.attachments.filter(
          (one) => !policies.has(one.policy_id) && !agencies.has(one.principal_id),
        ),
        agencies: now.agencies.filter((one) => !agencies.has(one.agency_id)),
        role_assignments: now.role_assignments.filter(
          (one) => !roles.has(one.role_id) && !agencies.has(one.holder_id),
        ),
      },
    }
  })
}

function comesIntoForce({ trace_name, request }: SimulatedTrace): boolean {
  return (
    trace_name === 'setDefaultPolicyVersionV5' ||
    (trace_name === 'createPolicyVersionV5' && request.includes('"set_as_default":true'))
  )
}
