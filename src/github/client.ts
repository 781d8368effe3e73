/**
 * The one door to the GitHub API: octokit with a base address for GitHub Enterprise Server, the runner's proxy,
 * bounded retries, paging, and answers parsed at the border.
 */
import { getOctokit } from '@actions/github'
import type { z } from 'zod'
import { GitHubError, type Purpose, reasonOf } from './github-error.ts'

export interface GitHubClientOptions {
  readonly token: string
  /** `owner/name`. */
  readonly repository: string
  /** `GITHUB_API_URL`; the toolkit's own default when absent. */
  readonly apiUrl?: string
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Milliseconds since the epoch, for limits that name a moment. */
  readonly now: () => number
  /** Takes the secrets in play out of what is sent, and out of what a server echoes. */
  readonly scrub: <T>(value: T) => T
}

export interface RequestOptions {
  readonly purpose: Purpose
  readonly headers?: Readonly<Record<string, string>>
  /**
   * False for what must not happen twice: then only a refusal by the rate limit is tried again, and an error says
   * whether it is `uncertain`. Default: true for everything but POST.
   */
  readonly repeatable?: boolean
}

/** Tries of one request, the first included. */
const MAXIMUM_TRIES = 4
/** Longest that one request waits for GitHub's limits to pass, in milliseconds, all tries together. */
const MAXIMUM_WAIT = 120_000
const REQUEST_TIMEOUT = 30_000
/** GitHub's wish for secondary limits that name no time: at least a minute. */
const WAIT_FOR_SECONDARY_LIMIT = 60_000
const PAGE_SIZE = 100
/** Far above any real list; ends a list whose next page never ends. */
const MAXIMUM_PAGES = 1000

interface Answer {
  readonly status: number
  readonly data: unknown
  readonly headers: Readonly<Record<string, string | number | undefined>>
}

interface Failure {
  readonly status: number | null
  readonly reason: string
  readonly limited: boolean
  /** Milliseconds to wait before another try; null: another try is no use. */
  readonly wait: number | null
}

export class GitHubClient {
  readonly owner: string
  readonly repo: string
  readonly repository: string
  readonly #octokit: ReturnType<typeof getOctokit>
  readonly #options: GitHubClientOptions

  constructor(options: GitHubClientOptions) {
    const [owner = '', repo = ''] = options.repository.split('/')
    this.owner = owner
    this.repo = repo
    this.repository = options.repository
    this.#options = options
    this.#octokit = getOctokit(options.token, {
      ...(options.apiUrl === undefined ? {} : { baseUrl: options.apiUrl.replace(/\/+$/, '') }),
      userAgent: 'iam-permission-audit',
      // Octokit would print every deprecation and failure to the log by itself.
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    })
  }

  /**
   * Sends one request of the repository; `route` is written as GitHub's documentation does, `{owner}` and `{repo}`
   * are filled in.
   *
   * @throws GitHubError with the permission that is missing, after bounded retries.
   */
  async request<T>(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    schema: z.ZodType<T>,
    options: RequestOptions,
  ): Promise<T> {
    const answer = await this.#send(route, parameters, options)
    return this.#parse(schema, answer.data, options.purpose)
  }

  /** Every row of a paged list. Follows the `Link` header, as GitHub asks, on this server and no other. */
  async *list<T>(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    schema: z.ZodType<readonly T[]>,
    options: RequestOptions,
  ): AsyncGenerator<T, void, undefined> {
    let place: Readonly<Record<string, string>> | null = {}
    for (let page = 1; page <= MAXIMUM_PAGES; page++) {
      const answer = await this.#send(route, { per_page: PAGE_SIZE, ...parameters, ...place }, options)
      yield* this.#parse(schema, answer.data, options.purpose)
      place = placeOfNext(String(answer.headers.link ?? ''), page)
      if (place === null) return
    }
    const reason = `the list did not end after ${MAXIMUM_PAGES} pages`
    throw this.#error(options.purpose, { status: null, reason, limited: false, wait: null }, false, undefined)
  }

  /** Asks GraphQL; only for what REST does not tell. */
  async graphql<T>(query: string, schema: z.ZodType<T>, purpose: Purpose): Promise<T> {
    const data = await this.#retrying(() => this.#octokit.graphql<unknown>(query), purpose, true)
    return this.#parse(schema, data, purpose)
  }

  #send(
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    { purpose, headers, repeatable = !route.startsWith('POST ') }: RequestOptions,
  ): Promise<Answer> {
    const send = (): Promise<Answer> =>
      this.#octokit.request(route, {
        ...(route.includes('{owner}') ? { owner: this.owner, repo: this.repo } : {}),
        ...this.#options.scrub(parameters),
        headers: { 'x-github-api-version': '2022-11-28', ...headers },
        request: { signal: AbortSignal.timeout(REQUEST_TIMEOUT) },
      }) as Promise<Answer>
    return this.#retrying(send, purpose, repeatable)
  }

  async #retrying<T>(send: () => Promise<T>, purpose: Purpose, repeatable: boolean): Promise<T> {
    let waited = 0
    for (let tries = 1; ; tries++) {
      try {
        return await send()
      } catch (cause) {
        const failure = judge(cause, tries, this.#options.now())
        const uncertain = !failure.limited && (failure.status === null || failure.status >= 500)
        const useless = failure.wait === null || tries >= MAXIMUM_TRIES || (uncertain && !repeatable)
        if (useless || waited + (failure.wait ?? 0) > MAXIMUM_WAIT)
          throw this.#error(purpose, failure, uncertain && !repeatable, cause)
        waited += failure.wait ?? 0
        await this.#options.sleep(failure.wait ?? 0)
      }
    }
  }

  #error(purpose: Purpose, failure: Failure, uncertain: boolean, cause: unknown): GitHubError {
    const { scrub } = this.#options
    return new GitHubError(scrub(purpose), { ...failure, reason: scrub(failure.reason), uncertain, cause })
  }

  #parse<T>(schema: z.ZodType<T>, data: unknown, purpose: Purpose): T {
    const parsed = schema.safeParse(data)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const reason = `the answer is not what GitHub documents, at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? ''}`
    throw this.#error(purpose, { status: null, reason, limited: false, wait: null }, false, parsed.error)
  }
}

/**
 * Where the next page of a list begins; null after the last one. Lists of issues are told by a cursor, `after`: in
 * large repositories GitHub refuses `page` alone.
 */
function placeOfNext(link: string, page: number): Readonly<Record<string, string>> | null {
  if (!link.includes('rel="next"')) return null
  const [, query = ''] = /<[^>?]*\?([^>]*)>;\s*rel="next"/.exec(link) ?? []
  const told = [...new URLSearchParams(query)].filter(([name]) => name === 'page' || name === 'after')
  return told.length === 0 ? { page: String(page + 1) } : Object.fromEntries(told)
}

/** What a thrown error of octokit means, and whether waiting helps. */
function judge(cause: unknown, tries: number, now: number): Failure {
  const error = cause as {
    status?: number
    response?: { headers?: Record<string, string | undefined>; data?: { message?: unknown } }
  }
  // GraphQL answers 200 also when it refuses, and its error has no status.
  if (cause instanceof Error && cause.name === 'GraphqlResponseError')
    return { status: 200, reason: cause.message, limited: false, wait: null }
  const headers = error.response?.headers
  const backoff = 1000 * 2 ** (tries - 1)
  // Octokit gives 500 to failures of the network, which have no response.
  if (headers === undefined)
    return { status: null, reason: networkReason(cause), limited: false, wait: backoff }
  const status = error.status ?? 500
  const reason = String(error.response?.data?.message ?? reasonOf(cause))
  const wait = waitForLimit(status, headers, reason, now)
  if (wait !== null) return { status, reason, limited: true, wait }
  return { status, reason, limited: false, wait: status >= 500 ? backoff : null }
}

/** Octokit and fetch wrap the cause that says something (`ECONNREFUSED`) in ones that do not (`fetch failed`). */
function networkReason(cause: unknown): string {
  let deepest = cause
  for (let depth = 0; depth < 5; depth++) {
    const inner = (deepest as { cause?: unknown } | null)?.cause
    if (!(inner instanceof Error)) break
    deepest = inner
  }
  return reasonOf(deepest) || reasonOf(cause) || 'no answer'
}

/**
 * How long GitHub asks to wait, in milliseconds; null when the answer is about something else. Documented at
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: `retry-after` first, then the moment
 * of `x-ratelimit-reset` when nothing remains, else a minute for a secondary limit.
 */
function waitForLimit(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  reason: string,
  now: number,
): number | null {
  if (status !== 403 && status !== 429) return null
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(seconds)) return Math.max(0, seconds) * 1000
  if (headers['x-ratelimit-remaining'] === '0')
    return Math.max(0, Number(headers['x-ratelimit-reset'] ?? 0) * 1000 - now) + 1000
  return status === 429 || reason.toLowerCase().includes('secondary rate limit')
    ? WAIT_FOR_SECONDARY_LIMIT
    : null
}
