/**
 * Sends requests to the cloud: paced, signed anew for every try, retried where a retry can help, and never following
 * a redirect. Errors say what failed and why in words of this product; nothing a server echoes is repeated.
 */

import { UserError } from '../../text/problem.ts'
import { errorOf, refusesKeys } from './answer-error.ts'
import {
  AuthenticationError,
  CloudError,
  DeadlineError,
  ShapeError,
  UnavailableError,
} from './cloud-error.ts'
import type { KeySource } from './key-source.ts'
import { type Clock, Pace } from './pace.ts'
import { encodePath, encodeQuery, type Keys, type Query, sign } from './signer.ts'
import { headerOf, type RawAnswer, reasonOf, type Transport } from './transport.ts'

const MAXIMUM_TRIES = 6
/** Milliseconds that all tries of one request may take; longer when the cloud says how long to wait. */
const REQUEST_BUDGET = 60_000
const REQUEST_BUDGET_WHEN_TOLD = 120_000
const FIRST_BACKOFF = 500
const LONGEST_BACKOFF = 20_000
/** Tries that may find nothing yet where something was just made. */
const TRIES_OF_JUST_MADE = 5

export interface CloudRequest {
  readonly method?: 'GET' | 'POST'
  readonly origin: URL
  readonly path: string
  readonly query?: Query
  readonly body?: string
  /** The path with its ids as names, for messages: `GET /v5/policies/{policy_id}`. */
  readonly call: string
  readonly signed?: boolean
  /** The call may turn down keys that others take: a 401 is its refusal and ends nothing else. */
  readonly choosy?: boolean
  /** What is asked for may have been made a moment ago: a 404 or 409 is asked again. */
  readonly justMade?: boolean
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
  #turnedDownFreshKeys = false
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
        if (keys !== null && !renewed && (await this.#renew(request, answer, keys))) {
          renewed = true
          continue
        }
        if (answer.status === 429) this.#pace.refused()
        if (isFinal(request, answer, tries))
          throw errorOf(request.call, answer, keys, clock.now(), request.choosy)
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

  /** Other keys after a 401, where that can help. A call that turned down fresh keys does so again. */
  async #renew({ choosy = false }: CloudRequest, answer: RawAnswer, keys: Keys): Promise<boolean> {
    if (answer.status !== 401 || refusesKeys(answer) || (choosy && this.#turnedDownFreshKeys)) return false
    if (choosy) this.#turnedDownFreshKeys = true
    return (await this.#options.keys?.renew(keys)) === true
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
      if (failure instanceof UserError) throw failure
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

/** Whether asking again would bring nothing else. */
function isFinal({ justMade = false }: CloudRequest, answer: RawAnswer, tries: number): boolean {
  if (refusesKeys(answer)) return true
  if (justMade && (answer.status === 404 || answer.status === 409)) return tries >= TRIES_OF_JUST_MADE
  return !isTransient(answer.status)
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
