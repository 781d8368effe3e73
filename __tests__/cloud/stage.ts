/** Crawls against the simulator without a server, on a clock that only moves when somebody waits. */
import { createHash } from 'node:crypto'
import type { SimulatedAccount, SimulatedKey } from '../../simulator/iam/account.ts'
import { handle, type Session } from '../../simulator/iam/handle.ts'
import { type Findings, findAccess } from '../../src/access/findings.ts'
import { principalKey } from '../../src/account/principal.ts'
import type { Snapshot } from '../../src/account/snapshot.ts'
import { type CrawlOptions, crawl } from '../../src/cloud/crawl/crawl.ts'
import { identityPoliciesOnly, type Requirements } from '../../src/cloud/crawl/crawl-gaps.ts'
import { HttpClient } from '../../src/cloud/http/http-client.ts'
import type { KeySource } from '../../src/cloud/http/key-source.ts'
import type { Clock } from '../../src/cloud/http/pace.ts'
import type { RawAnswer } from '../../src/cloud/http/transport.ts'
import { IamApi } from '../../src/cloud/iam/iam-api.ts'
import { givenKeys } from '../../src/cloud/keys/given-keys.ts'
import { createEvaluator, parseDocument, type Relevance, shippedCatalogue } from '../../src/policy/index.ts'
import type { Permission } from '../../src/policy/types.ts'

export const administration: Permission = {
  name: 'iam-administration',
  severity: 'high',
  holds: 'any',
  actions: ['iam:*:*'],
  except: ['iam:*:get*', 'iam:*:list*'],
}

/** Everything that an audit can look at. */
export const everySource: Requirements = {
  ...{ 'legacy-roles': 'required', agencies: 'required', federation: 'required' },
}

/** What happens to a request instead of its answer: an error of the connection, or an answer. */
export type Fault = Error | (Partial<RawAnswer> & { readonly status: number })

export interface StageOptions {
  /** Called before each request is answered; counts from 1. */
  readonly before?: (target: string, count: number) => void
  readonly fault?: (target: string, count: number) => Fault | null | undefined
  /** Changes the body of a successful answer. */
  readonly change?: (target: string, body: Record<string, unknown>) => unknown
  readonly keys?: (clock: Clock) => KeySource
  readonly allowed?: readonly string[]
  /** Who calls; default: nobody that the account knows. */
  readonly principal?: Pick<SimulatedKey, 'principal_urn' | 'principal_id'>
  readonly maxRate?: number
  /** Milliseconds that an answer takes. */
  readonly latency?: number
  /** Milliseconds since 1970. */
  readonly start?: number
  /** 0 to 1. */
  readonly random?: () => number
}

export interface Stage {
  readonly clock: Clock
  readonly http: HttpClient
  readonly api: IamApi
  readonly targets: string[]
  readonly log: string[]
  readonly session: Session
  /** Milliseconds since the start. */
  elapsed(): number
  run(options?: Partial<CrawlOptions>): Promise<Snapshot>
}

const START = Date.parse('2026-11-24T00:00:00Z')

export function stage(account: SimulatedAccount, options: StageOptions = {}): Stage {
  const { start = START } = options
  let time = start
  const clock: Clock = {
    now: () => time,
    sleep: async (milliseconds) => {
      time += milliseconds
    },
    random: options.random ?? (() => 0.5),
  }
  const caller: SimulatedKey = {
    ...{
      accessKeyId: 'AccessKey',
      secretAccessKey: 'SecretKey',
      principal_urn: 'iam::x:user:a',
      principal_id: 'a',
    },
    ...options.principal,
    ...(options.allowed === undefined ? {} : { allowed: options.allowed }),
  }
  const session: Session = {
    keys: [caller],
    markers: new Map(),
    now: clock.now,
    keyLifetime: 3600,
    oidc: null,
  }
  const targets: string[] = []
  const log: string[] = []
  const http = new HttpClient({
    clock,
    keys: options.keys?.(clock) ?? givenKeys(caller),
    maxRate: options.maxRate ?? 10,
    deadline: start + 30 * 60_000,
    log: (line) => log.push(line),
    transport: async ({ method, url, body }) => {
      time += options.latency ?? 20
      const { pathname, search, searchParams } = new URL(url)
      const target = pathname + search
      targets.push(target)
      options.before?.(target, targets.length)
      const fault = options.fault?.(target, targets.length)
      if (fault instanceof Error) throw fault
      const date = new Date(time).toUTCString()
      if (fault) return { headers: { date }, body: '{}', ...fault }
      const query = Object.fromEntries(searchParams)
      const reply = handle(account, { method, path: pathname, query, body: body ?? '', caller }, session)
      const told = reply.body as Record<string, unknown>
      const shown = reply.status === 200 && options.change ? options.change(target, told) : told
      return { status: reply.status, headers: { date }, body: JSON.stringify(shown) }
    },
  })
  const api = new IamApi(http, {
    iam: new URL('https://iam.myhuaweicloud.com'),
    sts: new URL('https://sts.ap-southeast-1.myhuaweicloud.com'),
  })
  return {
    ...{ clock, http, api, targets, log, session },
    elapsed: () => time - start,
    run: (more = {}) =>
      crawl({
        ...{ api, clock, services: ['iam'], adminGroupId: null, progress: () => {} },
        sources: identityPoliciesOnly,
        relevance: () => relevanceOf,
        ...more,
      }),
  }
}

const relevances = new Map<string, Relevance>()

/** Thousands of crawls meet the same few documents. */
function relevanceOf(document: string): Relevance {
  const known = relevances.get(document)
  if (known !== undefined) return known
  const documents = new Map([['document', parseDocument(document)]])
  const found = createEvaluator({ documents, permissions: [administration] }).relevance('document')
  relevances.set(document, found)
  return found
}

/** What a snapshot says about who holds what. */
export function holdingsOf(snapshot: Snapshot): Findings {
  return findAccess({
    ...{ snapshot, permissions: [administration], baseline: null, today: '2026-11-24' },
    catalogue: shippedCatalogue(),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
  })
}

/** Ids of the holders; null when the audit would be incomplete. */
export function holderIds(snapshot: Snapshot): ReadonlySet<string> | null {
  const { holdings, gaps } = holdingsOf(snapshot)
  return gaps.length > 0 ? null : new Set(holdings.map((holding) => principalKey(holding.principal)))
}
