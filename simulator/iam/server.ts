/** Plays IAM, STS and Cloud Trace Service on a loopback port: checks signatures, keeps to the limits, fails on demand. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Actor, Operations, type SimulatedAccount, type SimulatedKey } from './account.ts'
import { handle, type Reply, type Session } from './handle.ts'
import { signatureFault } from './verify-signature.ts'

export interface ForcedAnswer {
  readonly status: number
  readonly body?: unknown
  readonly raw?: string
  readonly headers?: Record<string, string>
}

/** What goes wrong with a request. Several may be combined. */
export interface Fault {
  /** Which requests: a path prefix, or a test of method, path and query. Default: all. */
  readonly on?:
    | string
    | ((request: { method: string; path: string; query: Readonly<Record<string, string>> }) => boolean)
  /** Skips so many matching requests first. */
  readonly after?: number
  /** Strikes so many times; default: always. */
  readonly times?: number
  /** Answers this instead, perhaps depending on the request. `raw` is sent as it stands. */
  readonly answer?: ForcedAnswer | ((request: { method: string; path: string }) => ForcedAnswer)
  /** Changes the JSON of a successful answer. */
  readonly change?: (body: Record<string, unknown>) => unknown
  /** Milliseconds before the headers. */
  readonly delay?: number
  /** Breaks the connection: before anything, after the headers, or in the middle of the body. */
  readonly drop?: 'before-headers' | 'after-headers' | 'half-body'
  /** Runs before the answer is made: the account changes in mid-crawl. */
  readonly before?: (account: SimulatedAccount) => void
}

export interface IamSimulatorOptions {
  readonly account: SimulatedAccount
  readonly keys?: readonly SimulatedKey[]
  readonly faults?: readonly Fault[]
  /** Requests a second before 429; default: no limit. */
  readonly limit?: number
  /** `Retry-After` of a 429: seconds, or `date`. Default: none. */
  readonly retryAfter?: number | 'date'
  /** Milliseconds that this server's clock is ahead. */
  readonly clockOffset?: number
  readonly keyLifetime?: number
  readonly oidc?: Session['oidc']
  /** Milliseconds that every answer takes. */
  readonly delay?: number
}

export interface RecordedCall {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly status: number
  readonly at: number
}

export interface IamSimulator extends AsyncDisposable {
  readonly url: string
  readonly account: SimulatedAccount
  readonly session: Session
  readonly calls: readonly RecordedCall[]
  /** Adds a fault while it runs. */
  fault(fault: Fault): void
  /** Lets somebody change the account, now by the clock of this server, with a trace of it. */
  as(actor: Actor): Operations
  close(): Promise<void>
}

/** Keys that every simulator knows unless it is told others. */
export const simulatorKeys = { accessKeyId: 'AccessKey', secretAccessKey: 'SecretKey' } as const

/** Starts the server on a free loopback port. Dispose of it with `await using` or `close`. */
export async function startIamSimulator(options: IamSimulatorOptions): Promise<IamSimulator> {
  const { account } = options
  const now = (): number => Date.now() + (options.clockOffset ?? 0)
  const auditor: SimulatedKey = {
    ...simulatorKeys,
    principal_urn: `iam::${account.account_id}:user:auditor`,
    principal_id: 'auditor',
  }
  const session: Session = {
    keys: [...(options.keys ?? [auditor])],
    markers: new Map(),
    now,
    keyLifetime: options.keyLifetime ?? 3600,
    oidc: options.oidc ?? null,
  }
  const faults = (options.faults ?? []).map((fault) => ({ fault, seen: 0 }))
  const calls: RecordedCall[] = []
  const bucket = { tokens: options.limit ?? 0, at: Date.now() }
  const server = createServer(async (request, response) => {
    const arrived = await read(request)
    const struck = strike(faults, arrived)
    const record = (status: number): void => {
      calls.push({ ...arrived, headers: request.headers, status, at: Date.now() })
    }
    for (const fault of struck) fault.before?.(account)
    const delay = Math.max(options.delay ?? 0, ...struck.map((fault) => fault.delay ?? 0))
    // Who waits for an answer keeps the process alive, the wait itself does not.
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay).unref())
    const drop = struck.find((fault) => fault.drop !== undefined)?.drop
    if (drop === 'before-headers') {
      record(0)
      request.socket.destroy()
      return
    }
    const given = struck.find((fault) => fault.answer !== undefined)?.answer
    const forced = typeof given === 'function' ? given(arrived) : given
    const refused = options.limit !== undefined && !takeToken(bucket, options.limit)
    let reply: Reply = refused
      ? {
          status: 429,
          body: { error_code: 'APIGW.0308', error_msg: 'The throttling threshold has been reached' },
        }
      : ((forced as Reply | undefined) ?? answer(account, session, arrived, request))
    if (reply.status === 200)
      for (const { change } of struck)
        if (change)
          reply = { status: 200, body: change(structuredClone(reply.body) as Record<string, unknown>) }
    record(reply.status)
    const retry: Record<string, string> =
      reply.status !== 429 || options.retryAfter === undefined
        ? {}
        : {
            'retry-after':
              options.retryAfter === 'date'
                ? new Date(Date.now() + 1000).toUTCString()
                : String(options.retryAfter),
          }
    send(
      response,
      reply,
      { date: new Date(now()).toUTCString(), ...retry, ...forced?.headers },
      forced?.raw,
      drop,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    session,
    calls,
    fault: (fault) => {
      faults.push({ fault, seen: 0 })
    },
    as: (actor) => new Operations(account, actor, now),
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Arrived {
  readonly method: string
  readonly path: string
  readonly target: string
  readonly query: Readonly<Record<string, string>>
  readonly body: string
}

async function read(request: IncomingMessage): Promise<Arrived> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const target = request.url ?? '/'
  const [path = '/', search = ''] = target.split('?')
  // Not URLSearchParams: a plus sign is a plus sign here.
  const pairs = search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=').map(decodeURIComponent) as [string, string])
  const body = Buffer.concat(chunks).toString('utf8')
  return { method: request.method ?? 'GET', path, target, query: Object.fromEntries(pairs), body }
}

function strike(faults: { fault: Fault; seen: number }[], request: Arrived): Fault[] {
  return faults
    .filter((entry) => {
      const { on, after = 0, times = Number.POSITIVE_INFINITY } = entry.fault
      const matches = on === undefined || (typeof on === 'string' ? request.path.startsWith(on) : on(request))
      if (!matches) return false
      entry.seen++
      return entry.seen > after && entry.seen <= after + times
    })
    .map((entry) => entry.fault)
}

function takeToken(bucket: { tokens: number; at: number }, limit: number): boolean {
  const now = Date.now()
  bucket.tokens = Math.min(limit, bucket.tokens + ((now - bucket.at) * limit) / 1000)
  bucket.at = now
  if (bucket.tokens < 1) return false
  bucket.tokens -= 1
  return true
}

function answer(
  account: SimulatedAccount,
  session: Session,
  arrived: Arrived,
  request: IncomingMessage,
): Reply {
  if (arrived.path === '/v5/agencies/assume-with-oidc') {
    if (request.headers.authorization !== undefined)
      return { status: 400, body: { error_code: 'STS5.0001', error_msg: 'must not be signed' } }
    return handle(account, { ...arrived, caller: null }, session)
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
  const access = /Access=([^,]+)/.exec(headers.authorization ?? '')?.[1]
  const caller = session.keys.find((key) => key.accessKeyId === access) ?? null
  const fault = signatureFault(
    { ...arrived, headers },
    (id) => session.keys.find((key) => key.accessKeyId === id)?.secretAccessKey ?? null,
    session.now(),
  )
  const unauthenticated = (why: string): Reply => ({
    status: 401,
    body: {
      error_code: 'APIGW.0301',
      error_msg: `Incorrect IAM authentication information: ${why}`,
      request_id: '00112233445566778899aabbccddeeff',
    },
  })
  if (fault !== null) return unauthenticated(fault)
  if (caller?.securityToken !== undefined && headers['x-security-token'] !== caller.securityToken)
    return unauthenticated('security token does not match')
  if (caller?.expires !== undefined && caller.expires < session.now())
    return unauthenticated('security token has expired')
  return handle(account, { ...arrived, caller }, session)
}

function send(
  response: ServerResponse,
  reply: Reply,
  headers: Record<string, string>,
  raw: string | undefined,
  drop: Fault['drop'],
): void {
  const text = raw ?? JSON.stringify(reply.body ?? {})
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-request-id': '0123456789abcdef0123456789abcdef',
    ...headers,
  })
  if (drop === undefined) {
    response.end(text)
    return
  }
  response.write(drop === 'after-headers' ? '' : text.slice(0, text.length / 2))
  response.flushHeaders()
  setTimeout(() => response.socket?.destroy(), 20)
}
