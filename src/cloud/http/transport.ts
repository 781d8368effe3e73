/** How one request goes out and its answer comes in: proxies, TLS, sizes and the time that one try may take. */
import { type Dispatcher, EnvHttpProxyAgent, request as send } from 'undici'
import { UserError } from '../../text/problem.ts'
import { decodeBody } from './decode-body.ts'
import { isProxyAddress, proxySettings } from './proxy.ts'

/** Milliseconds that one try may take until its headers, and between parts of its body. */
const HEADERS_TIMEOUT = 15_000
const BODY_TIMEOUT = 15_000
/** Milliseconds that one try may take in all: a body that drips is no answer. */
const TRY_TIMEOUT = 45_000
/** Far above any page of 200 documents. */
const MAXIMUM_BODY = 32 * 1024 * 1024

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

/** Sends one try, until the signal. Throws for everything that is not a whole answer; a UserError is no try's fault. */
export type Transport = (request: RawRequest, signal: AbortSignal) => Promise<RawAnswer>

/** The value of a header, the first where it stands more than once; null when it is missing. */
export function headerOf(answer: RawAnswer, name: string): string | null {
  const value = answer.headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** The code of an error of the network, such as ECONNRESET; else what kind of error it is. */
export function reasonOf(failure: Error): string {
  const proxy = /^Proxy response \((\d{3})\)/.exec(failure.message)?.[1]
  if (proxy !== undefined) return `the proxy answered with status ${proxy}`
  // A timeout of the platform has a number for a code.
  const codes = [failure, failure.cause].map((error) => (error as NodeJS.ErrnoException | undefined)?.code)
  return codes.find((code) => typeof code === 'string') ?? failure.name
}

/** The real transport: through the proxies of the usual variables, TLS checked, redirects left alone. */
export function networkTransport(environment: NodeJS.ProcessEnv = process.env): Transport {
  const dispatchers = new Map<string, Dispatcher>()
  return async ({ method, url, headers, body }, signal) => {
    const { protocol } = new URL(url)
    const dispatcher = dispatchers.get(protocol) ?? dispatcherFor(protocol, environment)
    dispatchers.set(protocol, dispatcher)
    const answer = await send(url, {
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_TIMEOUT)]),
      method: method as Dispatcher.HttpMethod,
      headers: { ...headers, 'User-Agent': 'iam-permission-audit' },
      body,
    })
    const bytes = new Uint8Array(await answer.body.arrayBuffer())
    const coding = [answer.headers['content-encoding'] ?? ''].flat().join(',')
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: decodeBody(bytes, coding, MAXIMUM_BODY),
    }
  }
}

/** Said here, no variable of the environment switches it off. Who has a CA of their own names it in NODE_EXTRA_CA_CERTS. */
const CHECKED = { rejectUnauthorized: true } as const

/**
 * Made when a request of this protocol is first sent: a variable that nothing uses may hold anything.
 *
 * @throws UserError when the variable is no address of a proxy; it is not repeated, for it may hold a password
 */
function dispatcherFor(protocol: string, environment: NodeJS.ProcessEnv): Dispatcher {
  const settings = proxySettings(environment)
  const secure = protocol === 'https:'
  const proxy = secure ? settings.https : settings.http
  if (proxy !== null && !isProxyAddress(proxy))
    throw new UserError(
      `The variable ${secure ? 'https_proxy' : 'http_proxy'} is not the address of a proxy. Write it as http://host:port, or unset it.`,
    )
  return new EnvHttpProxyAgent({
    headersTimeout: HEADERS_TIMEOUT,
    bodyTimeout: BODY_TIMEOUT,
    connect: { timeout: HEADERS_TIMEOUT, ...CHECKED },
    requestTls: CHECKED,
    proxyTls: CHECKED,
    maxResponseSize: MAXIMUM_BODY,
    httpProxy: secure ? '' : (proxy ?? ''),
    httpsProxy: secure ? (proxy ?? '') : '',
    noProxy: settings.direct,
  })
}
