import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  AccountBuilder,
  allow,
  deny,
  document,
  idOf,
  type SimulatedAccount,
} from '../../simulator/iam/account.ts'
import { sampled, settings } from '../property-settings.ts'
import { holderIds, stage } from './stage.ts'

const administer = document(allow('iam:*:*'))
const harmless = document(allow('obs:*:*'))

/** Who holds something right now, worked out plainly from the account. */
function holdersNow(account: SimulatedAccount): Set<string> {
  const kindOf = (id: string): string => {
    const policy = account.policies.find((one) => one.policy_id === id)
    const current =
      policy?.versions.find((one) => one.version_id === policy.default_version_id)?.document ?? ''
    return current.includes('Deny') ? 'deny' : current.includes('iam:') ? 'allow' : 'none'
  }
  const [allowed, denied] = [new Set<string>(), new Set<string>()]
  for (const { policy_id, principal_type, principal_id } of account.attachments) {
    const kind = kindOf(policy_id)
    if (kind === 'none') continue
    const group = account.groups.find((one) => one.group_id === principal_id)
    for (const id of principal_type === 'user' ? [principal_id] : (group?.members ?? []))
      (kind === 'allow' ? allowed : denied).add(id)
  }
  const admins = account.groups.find((one) => one.group_name === 'admin')?.members ?? []
  return new Set([...[...allowed].filter((id) => !denied.has(id)), ...admins])
}

interface Path {
  readonly give: () => void
  readonly take: () => void
}

/** An account with six ways for one user to hold something. */
function scene(user: string): { account: SimulatedAccount; paths: Path[]; deny: Path } {
  const builder = new AccountBuilder().users('a', 'b', 'c', 'z').group('g').group('h').group('admin')
  builder
    .policy('P', administer)
    .policy('Q', administer)
    .policy('N', harmless)
    .policy('D', document(deny('iam:*:*')))
  builder.attach('N', { user: 'z' }).attach('N', { group: 'h' }).attach('P', { group: 'g' })
  const { account } = builder
  const id = idOf('user', user)
  const group = (name: string) => account.groups.find((one) => one.group_name === name)
  const join = (name: string): void => {
    group(name)?.members.push(id)
  }
  const leave = (name: string): void => {
    const one = group(name)
    if (one) one.members = one.members.filter((member) => member !== id)
  }
  const direct = (policy: string): Path => ({
    give: () => builder.attach(policy, { user }),
    take: () => {
      account.attachments = account.attachments.filter(
        (one) => one.policy_id !== idOf('policy', policy) || one.principal_id !== id,
      )
    },
  })
  const member = (name: string): Path => ({ give: () => join(name), take: () => leave(name) })
  return {
    account,
    deny: direct('D'),
    paths: [
      direct('P'),
      direct('Q'),
      member('g'),
      member('admin'),
      {
        give: () => {
          join('h')
          builder.attach('Q', { group: 'h' })
        },
        take: () => leave('h'),
      },
      {
        give: () => {
          join('h')
          builder.version('N', administer)
        },
        take: () => builder.version('N', harmless),
      },
    ],
  }
}

interface Change {
  readonly user: string
  readonly from: number
  readonly to: number
  /** Instead of moving, takes the path away and then the Deny that held it back: nobody ever holds it. */
  readonly never: boolean
  /** The request before which the first step is taken. */
  readonly first: number
  /** Requests between the two steps; none is a move from one path to another at a stroke. */
  readonly gap: number
}

/** More requests than a crawl of the scene sends in one round. */
const REQUESTS = 24

/** Every move from path to path, at a stroke or with one request in between, before every request. */
const everyMove: readonly Change[] = [0, 1].flatMap((gap) =>
  Array.from({ length: REQUESTS }, (_, at) => at + 1).flatMap((first) =>
    Array.from({ length: 36 }, (_, at) => ({ from: Math.floor(at / 6), to: at % 6 }))
      .filter(({ from, to }) => from !== to)
      .map(({ from, to }) => ({ user: 'a', from, to, never: false, first, gap })),
  ),
)

const anyChange: fc.Arbitrary<Change> = fc.record({
  user: fc.constantFrom('a', 'b', 'c'),
  from: fc.nat(5),
  to: fc.nat(5),
  never: fc.boolean(),
  first: fc.integer({ min: 1, max: 30 }),
  gap: fc.nat(8),
})

type Method = 'policy-first' | 'group-first'

/** Crawls while the account changes and compares with who held something then. False: it says that it is incomplete. */
async function crawlChanging(
  method: Method,
  { user, from, to, never, first, gap }: Change,
): Promise<boolean> {
  const { account, paths, deny: held } = scene(user)
  const [one, other] = [paths[from] as Path, paths[to === from ? (to + 1) % 6 : to] as Path]
  if (never) held.give()
  one.give()
  const steps = never ? [one.take, held.take] : [other.give, one.take]
  let always = holdersNow(account)
  const ever = new Set(always)
  const { run } = stage(account, {
    before: (_, count) => {
      for (const [at, step] of steps.entries()) {
        if (count !== first + at * gap) continue
        step()
        const now = holdersNow(account)
        always = new Set([...always].filter((id) => now.has(id)))
        for (const id of now) ever.add(id)
      }
    },
  })
  const named = holderIds(await run({ method }))
  if (named === null) return false
  expect([...always].filter((id) => !named.has(id))).toEqual([])
  expect([...named].filter((id) => !ever.has(id))).toEqual([])
  return true
}

describe.each<[Method, number]>([
  ['policy-first', 0],
  ['group-first', 1],
])('%s, while the account changes', (method, shift) => {
  test('whoever moves from path to path is found, whenever it happens', async () => {
    let complete = 0
    const moves = sampled(everyMove, 3, shift)
    for (const change of moves) if (await crawlChanging(method, change)) complete++
    expect(complete).toBeGreaterThan(moves.length / 2)
  })

  test('whoever held something throughout is found, and nobody is named who never did', async () => {
    let complete = 0
    await fc.assert(
      fc.asyncProperty(anyChange, async (change) => {
        if (await crawlChanging(method, change)) complete++
      }),
      settings(150),
    )
    expect(complete).toBeGreaterThan(75)
  })
})

interface Happening {
  /** The request before which it happens. */
  readonly before: number
  readonly what:
    | 'join'
    | 'leave'
    | 'move'
    | 'attach'
    | 'detach'
    | 'hand over'
    | 'version'
    | 'new group'
    | 'end'
  readonly user: string
  readonly policy: string
  readonly group: number
  readonly other: number
}

const anyHappening: fc.Arbitrary<Happening> = fc.record({
  before: fc.integer({ min: 1, max: 40 }),
  what: fc.constantFrom<Happening['what']>(
    ...(['join', 'leave', 'move', 'attach', 'detach', 'hand over', 'version', 'new group', 'end'] as const),
  ),
  user: fc.constantFrom('a', 'b', 'c'),
  policy: fc.constantFrom('P', 'Q', 'N', 'D'),
  group: fc.nat(9),
  other: fc.nat(9),
})

/** Lets one thing happen to an account; what cannot happen does not. */
function happen(builder: AccountBuilder, happening: Happening, at: number): void {
  const { account } = builder
  const { what, user, policy } = happening
  const [id, policyId] = [idOf('user', user), idOf('policy', policy)]
  const nth = (index: number) => account.groups[index % account.groups.length]
  const [group, other] = [nth(happening.group), nth(happening.other)]
  if (group === undefined || other === undefined) return
  const leave = () => {
    group.members = group.members.filter((member) => member !== id)
  }
  const detach = (principal: string) => {
    account.attachments = account.attachments.filter(
      (one) => one.policy_id !== policyId || one.principal_id !== principal,
    )
  }
  const attach = (to: { user: string } | { group: string }, principal: string) => {
    detach(principal)
    builder.attach(policy, to)
  }
  if (what === 'join' && !group.members.includes(id)) group.members.push(id)
  if (what === 'leave') leave()
  if (what === 'move' && group.members.includes(id) && !other.members.includes(id)) {
    other.members.push(id)
    leave()
  }
  if (what === 'attach' && happening.other % 2 === 0) attach({ user }, id)
  if (what === 'attach' && happening.other % 2 === 1) attach({ group: group.group_name }, group.group_id)
  if (what === 'detach') detach(happening.other % 2 === 0 ? id : group.group_id)
  // The group's policy is given to a member, who leaves.
  if (what === 'hand over' && group.members.includes(id)) {
    attach({ user }, id)
    leave()
  }
  if (what === 'version') builder.version('N', happening.other % 2 === 0 ? administer : harmless, -at / 1e5)
  if (what === 'new group') {
    builder.group(`new${at}`, user)
    attach({ group: `new${at}` }, idOf('group', `new${at}`))
  }
  if (what === 'end' && group.group_name !== 'admin') {
    account.groups = account.groups.filter((one) => one !== group)
    account.attachments = account.attachments.filter((one) => one.principal_id !== group.group_id)
  }
}

test.each<Method>(['policy-first', 'group-first'])(
  '%s: whatever happens to an account, nobody is lost or made up',
  async (method) => {
    let complete = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyHappening, { minLength: 6, maxLength: 6 }),
        fc.array(anyHappening, { maxLength: 4 }),
        async (earlier, meanwhile) => {
          const builder = new AccountBuilder('any').users('a', 'b', 'c', 'z').group('g', 'a').group('h', 'b')
          builder.group('k').group('admin').policy('P', administer).policy('Q', administer)
          builder.policy('N', harmless).policy('D', document(deny('iam:*:*')))
          builder.attach('N', { user: 'z' }).attach('P', { group: 'g' }).attach('Q', { user: 'b' })
          for (const [at, one] of earlier.entries()) happen(builder, one, at)
          let always = holdersNow(builder.account)
          const ever = new Set(always)
          const { run } = stage(builder.account, {
            before: (_, count) => {
              for (const [at, one] of meanwhile.entries()) {
                if (one.before !== count) continue
                happen(builder, one, earlier.length + at)
                const now = holdersNow(builder.account)
                always = new Set([...always].filter((id) => now.has(id)))
                for (const id of now) ever.add(id)
              }
            },
          })
          const named = holderIds(await run({ method }))
          if (named === null) return
          complete++
          expect([...always].filter((id) => !named.has(id))).toEqual([])
          expect([...named].filter((id) => !ever.has(id))).toEqual([])
          if (meanwhile.length === 0) expect(named).toEqual(always)
        },
      ),
      settings(150),
    )
    expect(complete).toBeGreaterThan(120)
  },
)

test('both ways find the same on hundreds of accounts', async () => {
  const pick = fc.array(fc.nat(9), { maxLength: 5 })
  const account = fc.record({
    members: fc.array(pick, { minLength: 4, maxLength: 4 }),
    direct: fc.array(pick, { minLength: 6, maxLength: 6 }),
    groups: fc.array(fc.array(fc.nat(3), { maxLength: 3 }), { minLength: 6, maxLength: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(account, async ({ members, direct, groups }) => {
      const builder = new AccountBuilder('same')
      for (let at = 0; at < 10; at++) builder.user(`u${at}`)
      const names = ['admin', 'g1', 'g2', 'g3']
      for (const [at, name] of names.entries())
        builder.group(name, ...new Set((members[at] ?? []).map((one) => `u${one}`)))
      const documents = [
        administer,
        harmless,
        document(deny('iam:users:*')),
        document({ Effect: 'Allow', NotAction: ['iam:*:*'] }),
        document(allow('iam:users:*', { Resource: ['iam:*:*:user:x'] })),
        '{"not a policy"',
      ]
      documents.forEach((text, at) => {
        builder.policy(`P${at}`, text)
        for (const user of new Set(direct[at])) builder.attach(`P${at}`, { user: `u${user}` })
        for (const group of new Set(groups[at])) builder.attach(`P${at}`, { group: names[group] as string })
      })
      const [one, other] = await Promise.all([
        stage(builder.account).run({ method: 'policy-first' }),
        stage(builder.account).run({ method: 'group-first' }),
      ])
      const { holdingsOf } = await import('./stage.ts')
      const told = (snapshot: typeof one) => {
        const { holdings, gaps } = holdingsOf(snapshot)
        return {
          holdings: holdings
            .map(({ principal, permission, grants, paths }) =>
              JSON.stringify({
                principal,
                permission,
                grants,
                // The documented way does not see of what type a policy is.
                paths: paths
                  .map((path) => JSON.stringify(path, (key, value) => (key === 'policy_type' ? '' : value)))
                  .sort(),
              }),
            )
            .sort(),
          gaps: gaps.map((gap) => JSON.stringify([gap.code, gap.document, gap.reaches])).sort(),
        }
      }
      expect(told(other)).toEqual(told(one))
    }),
    settings(100),
  )
})

test('a list of groups that shifts while it is paged does not lose the built-in group', async () => {
  const builder = new AccountBuilder('shift').users('carol')
  for (let at = 0; at < 200; at++) builder.group(`g${at}`)
  builder.group('admin', 'carol')
  const { account } = builder
  const { run } = stage(account, {
    before: (target) => {
      // The first group goes between the two pages: admin moves onto the page that was read already.
      if (target.startsWith('/v5/groups?') && target.includes('marker'))
        account.groups = account.groups.filter((group) => group.group_name !== 'g0')
    },
  })
  expect(holderIds(await run())).toEqual(new Set([idOf('user', 'carol')]))
})

test('as many groups as before, one of them new, do not hide that the built-in group was skipped', async () => {
  const builder = new AccountBuilder('shift').users('carol')
  for (let at = 0; at < 200; at++) builder.group(`g${at}`)
  builder.group('admin', 'carol')
  const { account } = builder
  let changed = false
  const { run } = stage(account, {
    before: (target) => {
      if (changed || !target.startsWith('/v5/groups?') || !target.includes('marker')) return
      changed = true
      account.groups = account.groups.filter((group) => group.group_name !== 'g0')
      builder.group('new')
    },
  })
  expect(holderIds(await run())).toEqual(new Set([idOf('user', 'carol')]))
})

describe('the documented way reads its lists again', () => {
  const method = 'group-first' as const

  test('a user skipped by a list that shifts while it is paged is found', async () => {
    const builder = new AccountBuilder('shift').policy('P', administer).group('admin')
    for (let at = 0; at < 200; at++) builder.user(`u${at}`)
    builder.user('carol').attach('P', { user: 'carol' })
    const { account } = builder
    let changed = false
    const { run } = stage(account, {
      before: (target) => {
        if (changed || !target.startsWith('/v5/users?limit') || !target.includes('marker')) return
        changed = true
        account.users = account.users.filter((user) => user.user_name !== 'u0')
      },
    })
    expect(holderIds(await run({ method }))).toEqual(new Set([idOf('user', 'carol')]))
  })

  test('so is a group, also where nothing counts them', async () => {
    const builder = new AccountBuilder('shift').policy('P', administer).users('carol').group('admin')
    for (let at = 0; at < 200; at++) builder.group(`g${at}`)
    builder.group('ops', 'carol').attach('P', { group: 'ops' })
    const { account } = builder
    let changed = false
    const { run } = stage(account, {
      allowed: ['iam:users:*', 'iam:groups:*', 'iam:policies:listVersionsV5'],
      before: (target) => {
        if (changed || !target.startsWith('/v5/groups?') || !target.includes('marker')) return
        changed = true
        account.groups = account.groups.filter((group) => group.group_name !== 'g0')
      },
    })
    expect(holderIds(await run({ method }))).toEqual(new Set([idOf('user', 'carol')]))
  })

  test.each(Array.from({ length: 20 }, (_, at) => at + 1))(
    'whoever moves to a group that is made before request %i is found',
    async (when) => {
      const builder = new AccountBuilder('new')
        .policy('P', administer)
        .users('a')
        .group('admin')
        .group('g', 'a')
      builder.attach('P', { group: 'g' })
      const { account } = builder
      const { run } = stage(account, {
        before: (_, count) => {
          if (count !== when) return
          builder.group('made', 'a').attach('P', { group: 'made' })
          for (const group of account.groups) if (group.group_name === 'g') group.members = []
        },
      })
      expect(holderIds(await run({ method }))).toEqual(new Set([idOf('user', 'a')]))
    },
  )
})

test('what happens to policies without an audited action does not disturb the crawl', async () => {
  const builder = new AccountBuilder('busy').users('a').group('admin')
  builder.policy('P', administer).attach('P', { user: 'a' })
  for (let at = 0; at < 40; at++) builder.agency(`t${at}`)
  builder.policy('N', harmless).policy('M', harmless).attach('N', { user: 'a' }).attach('M', { user: 'a' })
  const { account } = builder
  let lists = 0
  const { run, targets } = stage(account, {
    before: (target, count) => {
      builder.attach('N', { agency: `t${count % 40}` })
      if (target.startsWith('/v5/policies?') && ++lists === 2)
        account.attachments = account.attachments.filter((one) => one.policy_id !== idOf('policy', 'M'))
    },
  })
  expect(holderIds(await run())).toEqual(new Set([idOf('user', 'a')]))
  expect(targets.filter((target) => target.startsWith('/v5/policies?')).length).toBe(2)
})

test('a policy with an audited action that is detached everywhere meanwhile is not named', async () => {
  const builder = new AccountBuilder('gone').users('a', 'b').group('admin')
  builder.policy('P', administer).policy('Q', administer)
  const { account } = builder.attach('P', { user: 'a' }).attach('Q', { user: 'b' })
  let lists = 0
  const { run } = stage(account, {
    before: (target) => {
      if (target.startsWith('/v5/policies?') && ++lists === 2)
        account.attachments = account.attachments.filter((one) => one.policy_id !== idOf('policy', 'Q'))
    },
  })
  expect(holderIds(await run())).toEqual(new Set([idOf('user', 'a')]))
  expect(lists).toBe(3)
})

test.each([
  ['/v5/groups?', 'groups'],
  ['/v5/users?', 'users'],
])('an empty list %s that the account summary contradicts is said aloud', async (path, what) => {
  const { account } = new AccountBuilder('empty').users('a').group('admin', 'a')
  const { run } = stage(account, {
    fault: (target) =>
      target.startsWith(path)
        ? { status: 200, body: JSON.stringify({ [what]: [], page_info: { current_count: 0 } }) }
        : null,
  })
  expect((await run()).notices.join()).toMatch(new RegExp(`0 ${what} were read, and .* counts`))
})

test('the requests of a crawl stay within the formula', async () => {
  const builder = new AccountBuilder('small')
  for (let at = 0; at < 49; at++) builder.user(`u${at}`)
  for (let at = 0; at < 20; at++) builder.group(at === 0 ? 'admin' : `g${at}`, `u${at}`)
  for (let at = 0; at < 30; at++) {
    builder.policy(`P${at}`, at < 2 ? administer : harmless)
    builder.attach(`P${at}`, { group: at < 2 ? `g${at + 1}` : `g${(at % 19) + 1}` })
  }
  const small = stage(builder.account)
  const snapshot = await small.run()
  expect(snapshot.gaps).toEqual([])
  // 30 documents; twice 3 lists, 2 lists of entities and the members of 3 groups; caller, summary and catalogue.
  expect(small.targets.length).toBeLessThanOrEqual(30 + 2 * (3 + 2 + 3) + 3)
})
