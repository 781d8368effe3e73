/**
 * Sends requests to the cloud: paced, signed anew for every try, retried where a retry can help, and never following
 * a redirect. Errors say what failed and why in words of this product; nothing a server echoes is repeated.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, EnvHttpProxyAgent, request as send } from 'undici'
import { UserError } from '../problem.ts'
import {
  AuthenticationError,
  CloudError,
  DeadlineError,
  ForbiddenError,
  NotFoundError,
  ShapeError,
  UnavailableError,
} from './cloud-error.ts'
import type { KeySource } from './credentials.ts'
import { type Clock, Pace } from './pace.ts'
import { encodePath, encodeQuery, type Keys, type Query, sign } from './signer.ts'

const MAXIMUM_TRIES = 6
/** Milliseconds that all tries of one request may take; longer when the cloud says how long to wait. */
const REQUEST_BUDGET = 60_000
const REQUEST_BUDGET_WHEN_TOLD = 120_000
/** Milliseconds that one try may take until its headers, and between parts of its body. */
const HEADERS_TIMEOUT = 15_000
const BODY_TIMEOUT = 15_000
/** Milliseconds that one try may take in all: a body that drips is no answer. */
const TRY_TIMEOUT = 45_000
const FIRST_BACKOFF = 500
const LONGEST_BACKOFF = 20_000
/** Far above any page of 200 documents. */
const MAXIMUM_BODY = 32 * 1024 * 1024
/** The cloud refuses signatures whose date is further off. */
const CLOCK_TOLERANCE = 15 * 60_000

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface RawRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** Sends one try, until the signal. Throws for everything that is not a whole answer. */
export type Transport = (request: RawRequest, signal: AbortSignal) => Promise<RawAnswer>

export interface CloudRequest {
  readonly method?: 'GET' | 'POST'
  readonly origin: URL
  readonly path: string
  readonly query?: Query
  readonly body?: string
  /** The path with its ids as names, for messages: `GET /v5/policies/{policy_id}`. */
  readonly call: string
  readonly signed?: boolean
}

export interface HttpOptions {
  readonly clock: Clock
  readonly transport: Transport
  /** Null: only unsigned requests can be sent. */
  readonly keys: KeySource | null
  readonly maxRate: number
  /** Milliseconds since the epoch after which nothing is tried again. */
  readonly deadline: number
  /** One line for each retry. */
  readonly log: (line: string) => void
}

export interface HttpStats {
  requests: number
  retries: number
}

export class HttpClient {
  readonly #options: HttpOptions
  readonly #pace: Pace
  /** Aborted by what fails every request alike. */
  readonly #stop = new AbortController()
  #clockOffset: number | null = null
  readonly stats: HttpStats = { requests: 0, retries: 0 }

  constructor(options: HttpOptions) {
    this.#options = options
    this.#pace = new Pace(options.maxRate, options.clock)
  }

  get rate(): number {
    return this.#pace.rate
  }

  /** Milliseconds that this machine's clock is ahead of the server's, as of the last answer; null before one. */
  get clockOffset(): number | null {
    return this.#clockOffset
  }

  /**
   * The parsed JSON of a successful answer. Without keys, or with wrong ones, nothing that is asked at the same time
   * can succeed: it fails with the same error, and whoever waits for another try waits no longer.
   *
   * @throws AuthenticationError, ForbiddenError, NotFoundError, ShapeError, UnavailableError, CloudError, and what
   *   the source of the keys throws
   */
  async json(request: CloudRequest): Promise<unknown> {
    try {
      return await this.#parsed(request)
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) this.#stop.abort(error)
      throw error
    }
  }

  async #parsed(request: CloudRequest): Promise<unknown> {
    const answer = await this.#tryUntilAnswered(request)
    try {
      return JSON.parse(answer.body)
    } catch (cause) {
      throw new ShapeError(`${request.call} answered with something that is not JSON.`, {
        ...{ call: request.call, status: answer.status, cause },
      })
    }
  }

  async #tryUntilAnswered(request: CloudRequest): Promise<RawAnswer> {
    const { clock, deadline } = this.#options
    let started: number | null = null
    let renewed = false
    let told = false
    for (let tries = 1; ; tries++) {
      await this.#turn(request.call)
      // Waiting for a turn is not the request's fault: its time begins when it may go.
      started ??= clock.now()
      const keys = request.signed === false ? null : ((await this.#options.keys?.keys()) ?? null)
      const result = await this.#tryOnce(request, keys)
      if ('answer' in result) {
        const { answer } = result
        if (answer.status >= 200 && answer.status < 300) {
          this.#pace.answered()
          return answer
        }
        if (
          answer.status === 401 &&
          keys !== null &&
          !renewed &&
          (await this.#options.keys?.renew(keys)) === true
        ) {
          renewed = true
          continue
        }
        if (answer.status === 429) this.#pace.refused()
        if (!isTransient(answer.status)) throw errorOf(request, answer, keys, clock.now())
      }
      this.#stop.signal.throwIfAborted()
      const wait = this.#waitBefore(tries, result)
      told ||= wait.told
      const reason = 'answer' in result ? `status ${result.answer.status}` : reasonOf(result.failure)
      const end = Math.min(deadline, started + (told ? REQUEST_BUDGET_WHEN_TOLD : REQUEST_BUDGET))
      if (tries >= MAXIMUM_TRIES || clock.now() + wait.milliseconds > end)
        throw new UnavailableError(
          `${request.call} failed after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${reason}.`,
          {
            call: request.call,
            ...('answer' in result ? { status: result.answer.status } : { cause: result.failure }),
          },
        )
      this.stats.retries++
      this.#options.log(
        `${request.call}: ${reason}; try ${tries + 1} in ${(wait.milliseconds / 1000).toFixed(1)} s`,
      )
      await clock.sleep(wait.milliseconds, this.#stop.signal)
    }
  }

  /**
   * Waits for the next turn.
   *
   * @throws DeadlineError when it comes after the time for the whole audit, without waiting for it; the error that
   *   stopped all requests
   */
  async #turn(call: string): Promise<void> {
    const { clock, deadline } = this.#options
    this.#stop.signal.throwIfAborted()
    const wait = this.#pace.next()
    if (clock.now() + wait > deadline)
      throw new DeadlineError('The time for the whole audit is up; what was not read by then is not known.', {
        call,
      })
    if (wait > 0) await clock.sleep(wait, this.#stop.signal)
    this.#stop.signal.throwIfAborted()
  }

  async #tryOnce(
    request: CloudRequest,
    keys: Keys | null,
  ): Promise<{ answer: RawAnswer } | { failure: Error }> {
    this.stats.requests++
    const { method = 'GET', origin, path, query = {}, body } = request
    const headers: Record<string, string> = {
      'X-Language': 'en-us',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    }
    const signable = {
      method,
      host: origin.host,
      path,
      query,
      headers,
      ...(body === undefined ? {} : { body }),
    }
    const search = encodeQuery(query)
    try {
      const answer = await this.#options.transport(
        {
          method,
          url: `${origin.origin}${encodePath(path)}${search === '' ? '' : `?${search}`}`,
          headers: keys ? sign(signable, keys, new Date(this.#options.clock.now())) : headers,
          body: body ?? null,
        },
        this.#stop.signal,
      )
      const date = Date.parse(headerOf(answer, 'date') ?? '')
      if (!Number.isNaN(date)) this.#clockOffset = this.#options.clock.now() - date
      return { answer }
    } catch (failure) {
      return { failure: failure as Error }
    }
  }

  /** Full jitter under an exponential bound, or what the cloud asks for. */
  #waitBefore(
    tries: number,
    result: { answer: RawAnswer } | { failure: Error },
  ): { milliseconds: number; told: boolean } {
    const { clock } = this.#options
    const told = 'answer' in result ? retryAfter(result.answer, clock.now()) : null
    if (told !== null) return { milliseconds: told, told: true }
    const bound = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** tries)
    return { milliseconds: Math.max(100, clock.random() * bound), told: false }
  }
}

function isTransient(status: number): boolean {
  return status === 429 || status === 408 || status >= 500
}

/**
 * Milliseconds that `Retry-After` asks for, in seconds or as a date of the server's clock. Null when it asks for no
 * wait or says nothing usable: coming back at once, six times, would use up the tries within a second.
 */
function retryAfter(answer: RawAnswer, now: number): number | null {
  const value = headerOf(answer, 'retry-after')?.trim() ?? ''
  const server = Date.parse(headerOf(answer, 'date') ?? '')
  const milliseconds = /^\d+$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value) - (Number.isNaN(server) ? now : server)
  return milliseconds > 0 ? milliseconds : null
}

function headerOf(answer: RawAnswer, name: string): string | null {
  const value = answer.headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

function errorOf(request: CloudRequest, answer: RawAnswer, keys: Keys | null, now: number): CloudError {
  const { call } = request
  const { status } = answer
  const code = codeOf(answer.body)
  const details = { call, status, code }
  const named = code === null ? `status ${status}` : `status ${status}, ${code}`
  if (status === 401)
    return new AuthenticationError(
      `${call} was not authenticated (${named})${whyUnauthenticated(answer, keys, now)}`,
      details,
    )
  if (status === 403) return new ForbiddenError(`${call} was refused (${named}).`, details)
  if (status === 404 && code !== 'APIGW.0101')
    return new NotFoundError(`${call} found nothing there (${named}).`, details)
  if (status >= 300 && status < 400)
    return new CloudError(`${call} was answered with a redirect, which is never followed.`, details)
  return new CloudError(`${call} was answered with ${named}.`, details)
}

/** All causes share one status and mostly one code; the server's clock and the words of the message tell them apart. */
function whyUnauthenticated(answer: RawAnswer, keys: Keys | null, now: number): string {
  const date = Date.parse(headerOf(answer, 'date') ?? '')
  const offset = Number.isNaN(date) ? 0 : now - date
  if (Math.abs(offset) > CLOCK_TOLERANCE)
    return `: the clock of this machine is ${Math.round(Math.abs(offset) / 60_000)} minutes ${offset > 0 ? 'ahead of' : 'behind'} the cloud's. Set it right; signatures are accepted within 15 minutes.`
  if (keys === null) return ', though it needs no keys.'
  if (/expire/i.test(answer.body))
    return keys.securityToken === undefined
      ? ': the signature counts as expired, so the clock of this machine is off. Set it right; signatures are accepted within 15 minutes.'
      : ': the temporary keys have expired. Obtain new ones, or let the action obtain them (oidc-provider-urn, agency-urn).'
  return ': the access key is not known, or the secret key or security token does not belong to it. Check access-key-id, secret-access-key and security-token.'
}

/** The error code of a body, where it looks like one; never any other text of it. */
function codeOf(body: string): string | null {
  try {
    const parsed = JSON.parse(body) as { error_code?: unknown; code?: unknown; error?: { code?: unknown } }
    const code = parsed?.error_code ?? parsed?.code ?? parsed?.error?.code
    return typeof code === 'string' && /^[A-Za-z0-9_.-]{1,40}$/.test(code) ? code : null
  } catch {
    return null
  }
}

/** The code of an error of the network, such as ECONNRESET; else what kind of error it is. */
function reasonOf(failure: Error): string {
  const proxy = /^Proxy response \((\d{3})\)/.exec(failure.message)?.[1]
  if (proxy !== undefined) return `the proxy answered with status ${proxy}`
  // A timeout of the platform has a number for a code.
  const codes = [failure, failure.cause].map((error) => (error as NodeJS.ErrnoException | undefined)?.code)
  return codes.find((code) => typeof code === 'string') ?? failure.name
}

/** The real transport: through the proxies of the usual variables, TLS checked, redirects left alone. */
export function networkTransport(): Transport {
  const dispatcher = proxied()
  return async ({ method, url, headers, body }, signal) => {
    const answer = await send(url, {
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_TIMEOUT)]),
      method: method as Dispatcher.HttpMethod,
      headers: { ...headers, 'User-Agent': 'iam-permission-audit' },
      body,
    })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  }
}

/** Said here, no variable of the environment switches it off. Who has a CA of their own names it in NODE_EXTRA_CA_CERTS. */
const CHECKED = { rejectUnauthorized: true } as const

/** @throws UserError when a variable of the proxy is no address; it is not repeated, for it may hold a password. */
function proxied(): Dispatcher {
  try {
    return new EnvHttpProxyAgent({
      headersTimeout: HEADERS_TIMEOUT,
      bodyTimeout: BODY_TIMEOUT,
      connect: { timeout: HEADERS_TIMEOUT, ...CHECKED },
      requestTls: CHECKED,
      proxyTls: CHECKED,
      maxResponseSize: MAXIMUM_BODY,
    })
  } catch {
    throw new UserError(
      'The variable http_proxy or https_proxy is not the address of a proxy. Write it as http://host:port, or unset it.',
    )
  }
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
  random: Math.random,
}
