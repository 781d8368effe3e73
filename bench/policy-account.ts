/**
 * A large account as they occur: users in up to 10 groups, groups with up to 10 policies, 1,500 policies, some 2,000
 * distinct patterns, two thirds of them literal actions, the rest `service:type:*`, `service:*:verb*` and a few infix
 * globs. The same account every time.
 */
import type { CatalogueAction } from '../src/policy/types.ts'

export interface BenchAccount {
  /** The catalogue: 200 actions, all of them within the audited services. */
  readonly catalogue: readonly CatalogueAction[]
  readonly audited: readonly string[]
  /** Policy documents by id. */
  readonly documents: ReadonlyMap<string, string>
  /** Policy ids of each group. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  readonly users: readonly {
    readonly user_id: string
    readonly groups: readonly string[]
    readonly direct: readonly string[]
  }[]
}

const verbs = ['create', 'update', 'delete', 'get', 'list', 'attach', 'detach', 'set', 'start', 'stop']

/** A number from 0 up to `below`, from a small generator with a fixed seed. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** `audited` are the actions to audit, 200 of them; their services are a tenth of all services. */
export function benchAccount(users: number, audited: readonly CatalogueAction[]): BenchAccount {
  const random = generator(20_261_124)
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T
  const services = [...new Set(audited.map((row) => row.action.split(':')[0] as string))]
  const others = Array.from({ length: services.length * 9 }, (_, at) => `service${at}`)
  const anyService = (): string => (random(10) === 0 ? pick(services) : pick(others))
  const literal = (): string => {
    const service = anyService()
    if (services.includes(service))
      return pick(audited.filter((row) => row.action.startsWith(`${service}:`))).action
    return `${service}:type${random(4)}:${pick(verbs)}Thing${random(4)}`
  }
  const wide = (): string => {
    const kind = random(20)
    if (kind === 0) return `${anyService()}:*:*${pick(['Policy', 'Tag', 'Key'])}*`
    if (kind < 10) return `${anyService()}:*:${pick(verbs)}*`
    return `${literal().split(':').slice(0, 2).join(':')}:*`
  }
  const patterns = Array.from({ length: 2600 }, (_, at) => (at % 3 === 0 ? wide() : literal()))
  const documents = new Map<string, string>()
  for (let at = 0; at < 1500; at++) {
    const list = (): string[] => Array.from({ length: 2 + random(8) }, () => pick(patterns))
    const Statement: object[] = [{ Effect: 'Allow', Action: list() }]
    if (random(10) === 0) Statement.push({ Effect: 'Deny', Action: [pick(patterns)] })
    if (random(20) === 0)
      Statement.push({ Effect: 'Allow', Action: list(), Resource: [`*:*:*:*:team${random(5)}`] })
    documents.set(`policy${at}`, JSON.stringify({ Version: '5.0', Statement }))
  }
  const ids = [...documents.keys()]
  const some = <T>(most: number, list: readonly T[]): T[] =>
    Array.from({ length: 1 + random(most) }, () => pick(list))
  const groups = new Map(Array.from({ length: 400 }, (_, at) => [`group${at}`, some(10, ids)]))
  const names = [...groups.keys()]
  return {
    catalogue: audited,
    audited: services,
    documents,
    groups,
    users: Array.from({ length: users }, (_, at) => ({
      user_id: `user${at}`,
      groups: some(10, names),
      direct: random(20) === 0 ? [pick(ids)] : [],
    })),
  }
}

/** 200 actions of eight audited services, IAM among them with the actions of the shipped catalogue. */
export function benchCatalogue(shipped: readonly CatalogueAction[]): readonly CatalogueAction[] {
  const iam = shipped.filter((row) => row.action.startsWith('iam:'))
  const made = Array.from({ length: 200 - iam.length }, (_, at): CatalogueAction => {
    const verb = verbs[at % verbs.length] as string
    return {
      action: `${['ecs', 'obs', 'vpc', 'kms', 'cts', 'rds', 'evs'][at % 7]}:type${at % 3}:${verb}Thing${at}`,
      accessLevel: verb === 'get' ? 'Read' : verb === 'list' ? 'List' : 'Write',
      aliases: [],
    }
  })
  return [...iam, ...made]
}
