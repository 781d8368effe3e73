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

describe.each<Method>(['policy-first', 'group-first'])('%s, while the account changes', (method) => {
  test('whoever moves from path to path is found, whenever it happens', async () => {
    let complete = 0
    for (const change of everyMove) if (await crawlChanging(method, change)) complete++
    expect(complete).toBeGreaterThan(everyMove.length / 2)
  })

  test('whoever held something throughout is found, and nobody is named who never did', async () => {
    let complete = 0
    await fc.assert(
      fc.asyncProperty(anyChange, async (change) => {
        if (await crawlChanging(method, change)) complete++
      }),
      { numRuns: 500 },
    )
    expect(complete).toBeGreaterThan(250)
  })
})

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
            .map(({ user, permission, grants, paths }) =>
              JSON.stringify({
                user,
                permission,
                grants,
                paths: paths.map((path) => JSON.stringify(path)).sort(),
              }),
            )
            .sort(),
          gaps: gaps.map((gap) => JSON.stringify([gap.code, gap.policy, gap.users])).sort(),
        }
      }
      expect(told(other)).toEqual(told(one))
    }),
    { numRuns: 300 },
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
  // 1 list + 30 documents + 2 entities + 3 groups + users + groups, and H + 7.
  expect(small.targets.length).toBeLessThanOrEqual(38 + 3 + 7)
})
