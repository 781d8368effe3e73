/** What the parts of the simulated cloud share: calls, answers, routes, and the shapes of errors. */
import type { SimulatedAccount, SimulatedKey } from './model.ts'

export interface Call {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: string
  /** Who calls; null for unsigned calls. */
  readonly caller: SimulatedKey | null
}

export interface Reply {
  readonly status: number
  readonly body: unknown
}

/** State that belongs to the server and not to the account. */
export interface Session {
  readonly keys: SimulatedKey[]
  readonly markers: Map<string, { readonly list: string; readonly offset: number }>
  readonly now: () => number
  /** Seconds that obtained keys live. */
  keyLifetime: number
  /** What OIDC tokens have to say. */
  oidc: { readonly audience: string; readonly subject: string } | null
  /** Where the temporary keys it gives are not taken at all. */
  temporaryUnsupported?: SimulatedKey['unsupported']
}

export type Handler = (account: SimulatedAccount, call: Call, session: Session, ...ids: string[]) => Reply

export interface Route {
  readonly method: string
  readonly pattern: readonly string[]
  /** IAM action it takes; null: none. */
  readonly action: string | null
  /** Name under which it is traced; null: it is not. */
  readonly operation: string | null
  readonly handle: Handler
}

/** @param text method and path, with `*` for one segment */
export function route(text: string, action: string | null, operation: string | null, handle: Handler): Route {
  const [method = '', path = ''] = text.split(' ')
  return { method, pattern: path.split('/'), action, operation, handle }
}

export const ok = (body: unknown): Reply => ({ status: 200, body })

/** An error as v5 and the gateway write it. */
export const failure = (status: number, error_code: string, error_msg: string): Reply => ({
  status,
  body: { error_code, error_msg, request_id: 'f0e1d2c3b4a5968778695a4b3c2d1e0f' },
})
export const notFound = (what: string): Reply => failure(404, 'PAP5.0012', `resource not found: ${what}`)

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
}
const codes: Readonly<Record<number, string>> = { 400: 'IAM.0007', 403: 'IAM.0002', 404: 'IAM.0004' }

/** An error as v3 writes it: paths with `/v3/` nest it, those with `/v3.0/` and `/v3-ext/` do not. */
export function legacyFailure(call: Call, status: number, message: string): Reply {
  if (call.path.startsWith('/v3/'))
    return { status, body: { error: { code: status, message, title: titles[status] ?? 'Error' } } }
  return { status, body: { error_msg: message, error_code: codes[status] ?? 'IAM.0005' } }
}

/** An error as Cloud Trace Service writes it. */
export const traceFailure = (status: number, error_code: string, error_msg: string): Reply => ({
  status,
  body: { error_code, error_msg },
})

/** The refusal of a call whose action the caller may not use, in the shape of the API that was called. */
export function refusal(call: Call, action: string): Reply {
  const message = `Policy doesn't allow ${action} to be performed.`
  if (action.startsWith('cts:')) return traceFailure(403, 'CTS.0013', message)
  // The nested shape of v3 does not say which action is missing.
  if (call.path.startsWith('/v3/'))
    return legacyFailure(call, 403, 'You are not authorized to perform the requested action.')
  if (!call.path.startsWith('/v5/')) return legacyFailure(call, 403, message)
  return {
    status: 403,
    body: {
      error_code: 'PAP5.0001',
      error_msg: message,
      request_id: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
      encoded_authorization_message: 'ENCODED-MESSAGE-THAT-NOBODY-SHOULD-PRINT',
    },
  }
}

/** What v3 says of keys that it does not take, whatever they are allowed. */
export const unsupportedToken = (status = 403): Reply => ({
  status,
  body: { error_msg: 'The token is unsupported for trust agency', error_code: 'IAM.0091' },
})
