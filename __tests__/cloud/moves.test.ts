/**
 * Accounts in which people and power move while they are read, at times that have nothing to do with the requests.
 * Whoever held something throughout is found, and nobody is named who held it at no moment; or the crawl says that it
 * is incomplete. What holding means is worked out plainly, of the account and of the snapshot alike.
 */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  AccountBuilder,
  allow,
  document,
  idOf,
  legacyPolicy,
  type SimulatedAccount,
} from '../../simulator/iam/account.ts'
import type { Role, Snapshot } from '../../src/account/snapshot.ts'
import { depth, sampled, settings } from '../property-settings.ts'
import { everySource, stage } from './stage.ts'

/** What decides who holds something, as account and snapshot have it alike. */
interface World {
  readonly attachments: readonly { policy_id: string; principal_type: string; principal_id: string }[]
  readonly grants: readonly { role_id: string; holder_type: string; holder_id: string }[]
  readonly members: ReadonlyMap<string, readonly string[]>
  readonly groupNames: ReadonlyMap<string, string>
  /** Documents of policies and roles that are in force. */
  readonly texts: ReadonlyMap<string, string>
  readonly trust: ReadonlyMap<string, string>
  /** Rules by provider. */
  readonly rules: ReadonlyMap<string, string>
}

/** Each fact is somebody who holds something, in one word: a user, an agency for whom it trusts, a provider's people. */
function facts(world: World): Set<string> {
  const powerful = (id: string): boolean => world.texts.get(id)?.includes('iam:') === true
  const holding = new Set([
    ...world.attachments.filter((one) => powerful(one.policy_id)).map((one) => one.principal_id),
    ...world.grants.filter((one) => powerful(one.role_id)).map((one) => one.holder_id),
  ])
  const found = new Set<string>()
  for (const [group, name] of world.groupNames) {
    if (!holding.has(group) && name !== 'admin') continue
    for (const user of world.members.get(group) ?? []) found.add(`user ${user}`)
    for (const [provider, rules] of world.rules)
      if (rules.includes(`"${name}"`)) found.add(`people of ${provider}`)
  }
  for (const user of ['a', 'b', 'c'])
    if (holding.has(idOf('user', user))) found.add(`user ${idOf('user', user)}`)
  for (const [agency, trust] of world.trust) if (holding.has(agency)) found.add(`agency ${agency} ${trust}`)
  return found
}

function ofAccount(account: SimulatedAccount): Set<string> {
  return facts({
    attachments: account.attachments,
    grants: account.role_assignments,
    members: new Map(account.groups.map((one) => [one.group_id, one.members])),
    groupNames: new Map(account.groups.map((one) => [one.group_id, one.group_name])),
    texts: new Map([
      ...account.policies.map(
        (one) =>
          [
            one.policy_id,
            one.versions.find((version) => version.version_id === one.default_version_id)?.document ?? '',
          ] as const,
      ),
      ...account.roles.map((one) => [one.role_id, JSON.stringify(one.policy)] as const),
    ]),
    trust: new Map(account.agencies.map((one) => [one.agency_id, one.trust_domain_id ?? ''])),
    rules: new Map(
      account.identity_providers
        .filter((one) => one.enabled)
        .map((one) => [
          one.provider_id,
          JSON.stringify(
            account.mappings.find((mapping) => mapping.mapping_id === one.protocols[0]?.mapping_id)?.rules,
          ),
        ]),
    ),
  })
}

function ofSnapshot(snapshot: Snapshot): Set<string> {
  return facts({
    attachments: snapshot.attachments,
    grants: snapshot.role_assignments,
    members: new Map(snapshot.memberships.map((one) => [one.group_id, one.user_ids])),
    groupNames: new Map(snapshot.groups.map((one) => [one.group_id, one.group_name])),
    texts: new Map([
      ...snapshot.policies.map((one) => [one.policy_id, one.version?.document ?? ''] as const),
      ...snapshot.roles.map((one) => [one.role_id, one.policy ?? ''] as const),
    ]),
    trust: new Map(snapshot.agencies.map((one) => [one.agency_id, one.trust_domain_id ?? ''])),
    rules: new Map(
      snapshot.providers
        .filter((one) => one.enabled)
        .map((one) => [
          one.provider_id,
          snapshot.mappings.find((mapping) => mapping.mapping_id === one.protocols[0]?.mapping_id)?.rules ??
            '',
        ]),
    ),
  })
}

const administer = document(allow('iam:*:*'))
const harmless = document(allow('obs:*:*'))
const partner = (letter: string) => ({ domain_id: letter.repeat(32), domain_name: letter })
const rulesFor = (group: string) => [{ remote: [{ type: 'UserName' }], local: [{ group: { name: group } }] }]

function company(): AccountBuilder {
  return new AccountBuilder('moving')
    .users('a', 'b', 'c', 'z')
    .group('admin')
    .group('g', 'a')
    .group('h', 'b')
    .group('k', 'z')
    .legacyAgency('x', partner('d'))
    .legacyAgency('y', partner('e'))
    .policy('P', administer)
    .policy('Q', administer)
    .policy('N', harmless)
    .role('R', legacyPolicy(allow('iam:users:*')))
    .role('S', legacyPolicy(allow('obs:*:*')))
    .mapping('m', rulesFor('g'))
    .samlIdentityProvider('corp', { mapping: 'm' })
    .attach('P', { group: 'g' })
    .attach('P', { agency: 'x' })
    .attach('N', { user: 'z' })
    .attach('Q', { user: 'z' })
    .grantRole('R', { group: 'h' })
    .grantRole('S', { group: 'k' })
}

const principals = [
  'user a',
  'user b',
  'user c',
  'group g',
  'group h',
  'group k',
  'agency x',
  'agency y',
] as const
type PrincipalName = (typeof principals)[number]

type Happening =
  | { readonly what: 'member'; readonly user: string; readonly from: string; readonly to: string }
  | {
      readonly what: 'attachment'
      readonly policy: string
      readonly from: PrincipalName
      readonly to: PrincipalName
    }
  | {
      readonly what: 'grant'
      readonly role: string
      readonly from: PrincipalName
      readonly to: PrincipalName
    }
  | { readonly what: 'exchange'; readonly user: string; readonly role: string }
  | { readonly what: 'text'; readonly power: boolean }
  | { readonly what: 'trust'; readonly agency: string; readonly letter: string }
  | { readonly what: 'rules'; readonly group: string }

const user = fc.constantFrom('a', 'b', 'c')
const group = fc.constantFrom('', 'g', 'h', 'k', 'admin')
const principal = fc.constantFrom(...principals)

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ what: fc.constant('member' as const), user, from: group, to: group }),
  fc.record({
    what: fc.constant('attachment' as const),
    policy: fc.constantFrom('P', 'Q', 'N'),
    ...{ from: principal, to: principal },
  }),
  fc.record({
    what: fc.constant('grant' as const),
    role: fc.constantFrom('R', 'S'),
    ...{ from: principal, to: principal },
  }),
  fc.record({ what: fc.constant('exchange' as const), user, role: fc.constantFrom('R', 'S') }),
  fc.record({ what: fc.constant('text' as const), power: fc.boolean() }),
  fc.record({
    what: fc.constant('trust' as const),
    agency: fc.constantFrom('x', 'y'),
    letter: fc.constantFrom('d', 'e'),
  }),
  fc.record({ what: fc.constant('rules' as const), group: fc.constantFrom('g', 'h', 'k') }),
)

/** Gives before it takes, so that who moves holds something at every moment. */
function happen(builder: AccountBuilder, one: Happening, at: number): (() => void)[] {
  const { account } = builder
  const split = (name: PrincipalName) => {
    const [kind, short] = name.split(' ') as ['user' | 'group' | 'agency', string]
    return { kind, short, id: idOf(kind, short), to: { [kind]: short } as { user: string } }
  }
  const groupOf = (name: string) => account.groups.find((entry) => entry.group_id === idOf('group', name))
  if (one.what === 'member') {
    const id = idOf('user', one.user)
    return [
      () => {
        const to = groupOf(one.to)
        if (to && !to.members.includes(id)) to.members.push(id)
      },
      () => {
        const from = groupOf(one.from)
        if (from && one.from !== one.to) from.members = from.members.filter((member) => member !== id)
      },
    ]
  }
  if (one.what === 'attachment') {
    const [from, to] = [split(one.from), split(one.to)]
    const policy = idOf('policy', one.policy)
    const isOf = (id: string) => (row: { policy_id: string; principal_id: string }) =>
      row.policy_id === policy && row.principal_id === id
    return [
      () => {
        if (!account.attachments.some(isOf(to.id))) builder.attach(one.policy, to.to)
      },
      () => {
        if (from.id !== to.id) account.attachments = account.attachments.filter((row) => !isOf(from.id)(row))
      },
    ]
  }
  if (one.what === 'grant') {
    const [from, to] = [split(one.from), split(one.to)]
    const role = idOf('role', one.role)
    const isOf = (id: string) => (row: { role_id: string; holder_id: string }) =>
      row.role_id === role && row.holder_id === id
    return [
      () => {
        if (!account.role_assignments.some(isOf(to.id))) builder.grantRole(one.role, to.to)
      },
      () => {
        if (from.id !== to.id)
          account.role_assignments = account.role_assignments.filter((row) => !isOf(from.id)(row))
      },
    ]
  }
  // From an identity policy to a legacy role: from one source to another.
  if (one.what === 'exchange') {
    const id = idOf('user', one.user)
    const role = idOf('role', one.role)
    return [
      () => {
        if (!account.role_assignments.some((row) => row.role_id === role && row.holder_id === id))
          builder.grantRole(one.role, { user: one.user })
      },
      () => {
        account.attachments = account.attachments.filter((row) => row.principal_id !== id)
      },
    ]
  }
  if (one.what === 'text')
    return [
      () => {
        builder.version('N', one.power ? administer : harmless, -at / 1e5)
        const role = account.roles.find((entry) => entry.display_name === 'S')
        if (role) role.policy = legacyPolicy(allow(one.power ? 'iam:users:*' : 'obs:*:*'))
      },
    ]
  if (one.what === 'trust')
    return [
      () => {
        const agency = account.agencies.find((entry) => entry.agency_name === one.agency)
        if (agency) agency.trust_domain_id = partner(one.letter).domain_id
      },
    ]
  return [
    () => {
      const [mapping] = account.mappings
      if (mapping) mapping.rules = rulesFor(one.group)
    },
  ]
}

const relevance = () => (text: string) => (text.includes('iam:') ? ('some' as const) : ('none' as const))
const roleRelevance =
  () =>
  ({ policy }: Role) =>
    policy?.includes('iam:') ? ('some' as const) : ('none' as const)

interface Move {
  readonly happening: Happening
  /** Milliseconds since the start of the crawl. */
  readonly at: number
  /** Milliseconds from giving to taking. */
  readonly after: number
}

/** Crawls the company while all of this happens. False: the crawl says that it is incomplete. */
async function crawlMoving(
  method: 'policy-first' | 'group-first',
  earlier: readonly Happening[],
  moves: readonly Move[],
  seed: number,
): Promise<boolean> {
  const builder = company()
  for (const [at, one] of earlier.entries()) for (const step of happen(builder, one, at)) step()
  const steps = moves
    .flatMap(({ happening: one, at, after }, index) =>
      happen(builder, one, 100 + index).map((step, nth) => ({ time: at + nth * after, step })),
    )
    .sort((a, b) => a.time - b.time)
  let always = ofAccount(builder.account)
  const ever = new Set(always)
  let state = seed
  const one = stage(builder.account, {
    random: () => {
      state = (state * 1103515245 + 12345) % 2147483648
      return state / 2147483648
    },
    before: () => {
      while (steps[0] !== undefined && steps[0].time <= one.elapsed()) {
        steps.shift()?.step()
        const now = ofAccount(builder.account)
        always = new Set([...always].filter((fact) => now.has(fact)))
        for (const fact of now) ever.add(fact)
      }
    },
  })
  const snapshot = await one.run({ method, sources: everySource, relevance, roleRelevance })
  if (snapshot.gaps.length > 0) return false
  const named = ofSnapshot(snapshot)
  expect([...always].filter((fact) => !named.has(fact))).toEqual([])
  expect([...named].filter((fact) => !ever.has(fact))).toEqual([])
  if (moves.length === 0) expect(named).toEqual(always)
  return true
}

/** About as long as two readings take, in milliseconds. */
const CRAWL = 7000
const move: fc.Arbitrary<Move> = fc.record({
  happening,
  at: fc.integer({ min: 0, max: CRAWL }),
  after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2000 })),
})

const RUNS = 80

describe.each(['policy-first', 'group-first'] as const)('%s', (method) => {
  test('whoever held something throughout is found, nobody is named who never did', async () => {
    let complete = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 4 }),
        fc.array(move, { maxLength: 4 }),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        async (earlier, moves, seed) => {
          if (await crawlMoving(method, earlier, moves, seed)) complete++
        },
      ),
      settings(RUNS),
    )
    expect(complete).toBeGreaterThan((RUNS * depth) / 2)
  }, 3_600_000)
})

interface Scenario {
  readonly name: string
  /** How the company differs at first. */
  readonly first: readonly Happening[]
  /** What happens, one after the other, at times that are tried one by one. */
  readonly steps: readonly Happening[]
  /** Tried at many more times: only few of them are awkward. */
  readonly isRare?: true
}

const moveOf = (
  what: 'attachment' | 'grant',
  which: string,
  from: PrincipalName,
  to: PrincipalName,
): Happening => (what === 'attachment' ? { what, policy: which, from, to } : { what, role: which, from, to })
const give = (what: 'attachment' | 'grant', which: string, to: PrincipalName): Happening =>
  moveOf(what, which, to, to)
/** To somebody who has it already, so that it only goes. */
const takeP = (from: PrincipalName): Happening => moveOf('attachment', 'P', from, 'agency x')
const takeR = (from: PrincipalName): Happening => moveOf('grant', 'R', from, 'group h')
const member = (user: string, from: string, to: string): Happening => ({ what: 'member', user, from, to })
const isMemberOf = (group: string): Happening => member('c', '', group)
const leaves = (group: string): Happening => member('c', group, '')

/** Every way for c to hold something: how it comes, and how it goes. */
const ways: readonly (readonly [name: string, come: Happening, go: Happening])[] = [
  ['P on c', give('attachment', 'P', 'user c'), takeP('user c')],
  ['R on c', give('grant', 'R', 'user c'), takeR('user c')],
  ['member of g with P', isMemberOf('g'), leaves('g')],
  ['member of h with R', isMemberOf('h'), leaves('h')],
  ['member of admin', isMemberOf('admin'), leaves('admin')],
]

const scenarios: readonly Scenario[] = [
  ...ways.flatMap(([from, come, go]) =>
    ways
      .filter(([to]) => to !== from)
      .map(([to, next]) => ({ name: `${from}, then ${to}`, first: [come], steps: [next, go] })),
  ),
  {
    name: 'an agency whose policy becomes a role',
    first: [],
    // The policy is attached as often as before.
    steps: [give('grant', 'R', 'agency x'), moveOf('attachment', 'P', 'agency x', 'user b')],
    isRare: true,
  },
  {
    name: 'an agency that loses its policy before it trusts somebody else',
    first: [],
    steps: [moveOf('attachment', 'P', 'agency x', 'group g'), { what: 'trust', agency: 'x', letter: 'e' }],
  },
  {
    name: 'an agency that trusts somebody else before it gains a role',
    first: [],
    steps: [{ what: 'trust', agency: 'y', letter: 'd' }, give('grant', 'R', 'agency y')],
  },
  {
    name: 'people whose mapping names another group that has power',
    first: [],
    steps: [{ what: 'rules', group: 'h' }, moveOf('attachment', 'P', 'group g', 'agency x')],
  },
  {
    name: 'a group that loses its role before people are mapped to it',
    first: [{ what: 'rules', group: 'k' }],
    steps: [moveOf('grant', 'R', 'group h', 'user a'), { what: 'rules', group: 'h' }],
  },
  {
    name: 'a group that loses its policy before somebody joins it',
    first: [],
    steps: [moveOf('attachment', 'P', 'group g', 'agency x'), isMemberOf('g')],
  },
  {
    name: 'somebody who leaves before the role of the group says more',
    first: [isMemberOf('k')],
    steps: [leaves('k'), { what: 'text', power: true }],
  },
]

describe.each(['policy-first', 'group-first'] as const)('%s, whenever it happens', (method) => {
  test.each(scenarios.map((one, number) => ({ ...one, number })))('$name', async (scenario) => {
    const { first, steps, number, isRare = false } = scenario
    let complete = 0
    const apart = isRare ? 20 : 200
    const times = Array.from({ length: CRAWL / apart }, (_, at) => 100 + at * apart)
    const tried = sampled([...times.entries()], 3, number)
    for (const [at, time] of tried) {
      // At a stroke, or with a few requests in between; in another order each time.
      const moves = steps.map((one, nth) => ({
        happening: one,
        at: time + nth * (at % 3) * 150,
        after: 0,
      }))
      if (await crawlMoving(method, first, moves, 7919 * (at + 1))) complete++
    }
    expect(complete).toBeGreaterThan(tried.length / 2)
  })
})

describe('a holder who moves right behind the reading', () => {
  /** carol has P through a group; an agency has it too, so that the count of attachments can stay. */
  const scene = () =>
    new AccountBuilder('behind')
      .users('carol')
      .group('g', 'carol')
      .legacyAgency('x', partner('d'))
      .policy('P', administer)
      .attach('P', { group: 'g' })
      .attach('P', { agency: 'x' })

  test('to herself, as an agency loses the policy, so that nothing counts differently', async () => {
    const builder = scene()
    const { account } = builder
    let moved = false
    const { run } = stage(account, {
      before: (target) => {
        if (moved || !target.includes('group_id=')) return
        moved = true
        builder.attach('P', { user: 'carol' })
        account.attachments = account.attachments.filter((one) => one.principal_type !== 'agency')
        for (const one of account.groups) one.members = []
      },
    })
    const snapshot = await run({ relevance, roleRelevance, sources: everySource })
    expect(snapshot.gaps).toEqual([])
    expect(ofSnapshot(snapshot)).toEqual(ofAccount(account))
  })

  test('into a group that takes the place of hers, and somebody who joins the old one too late', async () => {
    const builder = scene().users('late').group('made')
    const { account } = builder
    let moved = false
    const { run } = stage(account, {
      before: (target) => {
        if (moved || !target.includes('group_id=')) return
        moved = true
        const [old, made] = ['g', 'made'].map((name) => account.groups.find((one) => one.group_name === name))
        made?.members.push(idOf('user', 'carol'))
        builder.attach('P', { group: 'made' })
        account.attachments = account.attachments.filter((one) => one.principal_id !== old?.group_id)
        if (old) old.members = [idOf('user', 'late')]
      },
    })
    const snapshot = await run({ relevance, roleRelevance, sources: everySource })
    expect(snapshot.gaps).toEqual([])
    expect(ofSnapshot(snapshot)).toEqual(ofAccount(account))
  })
})
