/** One request as the handlers see it, and the answers that GitHub gives in its own words. */
import type { MatchedRoute } from './openapi.ts'
import type { State } from './state.ts'

export interface Call extends MatchedRoute {
  readonly method: string
  readonly query: Readonly<Record<string, string>>
  readonly accept: string
  /** Parsed JSON; undefined when nothing was sent. */
  // biome-ignore lint/suspicious/noExplicitAny: checked against the description before it gets here
  readonly body: any
  /** Address of this server, for links. */
  readonly base: string
  readonly pathname: string
}

export interface Answer {
  readonly status: number
  readonly body?: unknown
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export type Handler = (state: State, call: Call) => Answer

/** An error as GitHub words it. */
export function failure(
  status: number,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Answer {
  const documentation_url = 'https://docs.github.com/rest'
  return { status, body: { message, documentation_url, status: String(status), ...more } }
}

export const notFound: Answer = failure(404, 'Not Found')
export const forbidden: Answer = failure(403, 'Resource not accessible by integration')

export function invalid(resource: string, field: string, code: string, message?: string): Answer {
  const error = { resource, field, code, ...(message === undefined ? {} : { message }) }
  return failure(422, 'Validation Failed', { errors: [error] })
}

/** One page of a list, with the `Link` header that says whether there is a next one. */
export function page(call: Call, rows: readonly unknown[], wrap?: (rows: unknown[]) => unknown): Answer {
  const size = Math.min(100, Number(call.query.per_page ?? 30))
  const number = Number(call.query.page ?? 1)
  const part = rows.slice((number - 1) * size, number * size)
  const link = (target: number, relation: string): string => {
    const query = new URLSearchParams({ ...call.query, page: String(target) })
    return `<${call.base}${call.pathname}?${query}>; rel="${relation}"`
  }
  const last = Math.max(1, Math.ceil(rows.length / size))
  const links = number < last ? [link(number + 1, 'next'), link(last, 'last')] : []
  return {
    status: 200,
    body: wrap === undefined ? part : wrap(part),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  }
}
