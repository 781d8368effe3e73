/**
 * A cloud without sockets and without waiting: the simulator's answers behind the client's transport, and a clock that
 * jumps to the next sleeper as soon as nothing else can happen. Crawls that take half an hour end in milliseconds.
 */
import type { SimulatedAccount, SimulatedKey } from '../../simulator/iam/account.ts'
import { handle, type Session } from '../../simulator/iam/handle.ts'
import { type CrawlOptions, crawl } from '../../src/cloud/crawl.ts'
import { givenKeys, type KeySource } from '../../src/cloud/credentials.ts'
import { HttpClient, type RawAnswer, type RawRequest, type Transport } from '../../src/cloud/http-client.ts'
import { IamApi } from '../../src/cloud/iam-api.ts'
import type { Clock } from '../../src/cloud/pace.ts'
import type { Relevance } from '../../src/cloud/reading.ts'
import { createEvaluator, parseDocument } from '../../src/policy/index.ts'
import type { Permission } from '../../src/policy/types.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'

export const START = Date.parse('2026-11-01T06:00:00Z')
const MINUTE = 60_000

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A clock whose sleepers are woken in order, each as soon as no promise is left to run. */
export function virtualClock(seed = 1): Clock {
  let now = START
  let sleepers: { at: number; wake: () => void }[] = []
  let pumping = false
  const pump = (): void => {
    const next = sleepers.reduce<(typeof sleepers)[number] | null>(
      (first, one) => (first === null || one.at < first.at ? one : first),
      null,
    )
    if (next === null) {
      pumping = false
      return
    }
    sleepers = sleepers.filter((one) => one !== next)
    now = Math.max(now, next.at)
    next.wake()
    setImmediate(pump)
  }
  return {
    now: () => now,
    random: randomOf(seed),
    sleep: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: now + milliseconds, wake })
        if (!pumping) setImmediate(pump)
        pumping = true
      }),
  }
}

export interface Arrived {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Counts from 1. */
  readonly number: number
  readonly at: number
  readonly accessKeyId: string | null
}

/** Makes of the right answer what arrives in the end, or throws as a broken connection does. */
export type Fault = (arrived: Arrived, answer: RawAnswer) => RawAnswer | Promise<RawAnswer>

export interface CloudOptions {
  readonly account: SimulatedAccount
  readonly seed?: number
  readonly fault?: Fault
  /** Runs before the answer is made: the account changes in mid-crawl. */
  readonly before?: (arrived: Arrived) => void
  /** IAM actions that the auditor may use; absent: every one. */
  readonly allowed?: readonly string[]
  readonly keys?: (cloud: InProcessCloud) => KeySource
  readonly maxRate?: number
  /** Milliseconds that an answer takes, at most. */
  readonly latency?: number
}

export interface InProcessCloud {
  readonly clock: Clock
  readonly session: Session
  readonly http: HttpClient
  readonly api: IamApi
  readonly calls: Arrived[]
  readonly log: string[]
  readonly transport: Transport
  crawl(permissions: readonly Permission[], more?: Partial<CrawlOptions>): Promise<Snapshot>
}

export const auditorKeys = { accessKeyId: 'AccessKey', secretAccessKey: 'SecretKey' } as const
export const origin = new URL('https://iam.myhuaweicloud.com')

/** A cloud around an account, with a client that has keys for it. */
export function inProcessCloud(options: CloudOptions): InProcessCloud {
  const { account, seed = 1 } = options
  const clock = virtualClock(seed)
  const random = randomOf(seed + 7)
  const auditor: SimulatedKey = {
    ...auditorKeys,
    principal_urn: `iam::${account.account_id}:user:auditor`,
    principal_id: 'auditor',
    ...(options.allowed === undefined ? {} : { allowed: options.allowed }),
  }
  const session: Session = {
    keys: [auditor],
    markers: new Map(),
    now: clock.now,
    keyLifetime: 3600,
    oidc: null,
  }
  const calls: Arrived[] = []
  const log: string[] = []
  const transport: Transport = async (request) => {
    const { arrived, caller } = arrive(request, session, calls.length + 1, clock.now())
    calls.push(arrived)
    options.before?.(arrived)
    const reply =
      caller === null || (caller.expires !== undefined && caller.expires < clock.now())
        ? { status: 401, body: { error_code: 'APIGW.0301', error_msg: 'security token has expired' } }
        : handle(account, { ...arrived, body: request.body ?? '', caller }, session)
    const answer: RawAnswer = {
      status: reply.status,
      headers: { date: new Date(clock.now()).toUTCString() },
      body: JSON.stringify(reply.body),
    }
    const finished = (async () => {
      await clock.sleep(1 + random() * (options.latency ?? 40))
      return options.fault === undefined ? answer : options.fault(arrived, answer)
    })()
    finished.catch(() => {})
    // Half an hour is longer than any try may take: whoever lets it pass hangs.
    const late = clock.sleep(request.timeout).then(() => {
      throw Object.assign(new Error('timed out'), { name: 'TimeoutError' })
    })
    late.catch(() => {})
    return Promise.race([finished, late])
  }
  const cloud: InProcessCloud = {
    clock,
    session,
    calls,
    log,
    transport,
    get http() {
      return http
    },
    get api() {
      return api
    },
    crawl: (permissions, more = {}) =>
      crawl({
        api,
        clock,
        services: [],
        adminGroupId: null,
        progress: () => {},
        relevance: () => relevanceOf(permissions),
        ...more,
      }),
  }
  const http: HttpClient = new HttpClient({
    clock,
    transport,
    keys: options.keys?.(cloud) ?? givenKeys(auditorKeys),
    maxRate: options.maxRate ?? 10_000,
    deadline: clock.now() + 30 * MINUTE,
    log: (line) => log.push(line),
  })
  const api: IamApi = new IamApi(http, { iam: origin, sts: new URL('https://sts.ap-southeast-1.myhuaweicloud.com') })
  return cloud
}

function arrive(
  { method, url, headers }: RawRequest,
  session: Session,
  number: number,
  at: number,
): { readonly arrived: Arrived; readonly caller: SimulatedKey | null } {
  const [, access] = /Access=([^,]+)/.exec(headers.Authorization ?? '') ?? []
  const known = session.keys.find((key) => key.accessKeyId === access)
  const caller = known?.securityToken === headers['X-Security-Token'] ? (known ?? null) : null
  const { pathname, search } = new URL(url)
  // Not URLSearchParams: a plus sign is a plus sign here.
  const pairs = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=').map(decodeURIComponent) as [string, string])
  const query = Object.fromEntries(pairs)
  return { arrived: { method, path: pathname, query, number, at, accessKeyId: access ?? null }, caller }
}

const judged = new WeakMap<readonly Permission[], Map<string, ReturnType<Relevance>>>()

/** As the action asks it, with the answers kept: thousands of crawls meet the same few documents. */
export function relevanceOf(permissions: readonly Permission[]): Relevance {
  const known = judged.get(permissions) ?? new Map<string, ReturnType<Relevance>>()
  judged.set(permissions, known)
  return (document) => {
    const answer =
      known.get(document) ??
      createEvaluator({
        documents: new Map([['document', parseDocument(document)]]),
        permissions,
      }).relevance('document')
    known.set(document, answer)
    return answer
  }
}
