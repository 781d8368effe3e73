/** The two ways in which the cloud cuts lists: by opaque markers (v5), by numbers of pages (v3). */
import { createHash } from 'node:crypto'
import { type Call, failure, legacyFailure, ok, type Reply, type Session } from './call.ts'

const whole = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null

/** One page of a list of v5; markers are opaque, bound to their list, and full of characters that need encoding. */
export function markedPage<T>(
  call: Call,
  session: Session,
  rows: readonly T[],
  render: (rows: readonly T[]) => object,
): Reply {
  const { marker, ...rest } = call.query
  const list = JSON.stringify([call.path, rest])
  const limit = whole(call.query.limit ?? '100')
  if (limit === null || limit < 1 || limit > 200)
    return failure(400, 'PAP5.0009', 'limit must be between 1 and 200')
  const known = marker === undefined ? { list, offset: 0 } : session.markers.get(marker)
  if (known === undefined || known.list !== list) return failure(400, 'PAP5.0010', 'invalid marker')
  const shown = rows.slice(known.offset, known.offset + limit)
  const next = known.offset + shown.length
  const page_info: Record<string, unknown> = { current_count: shown.length }
  if (next < rows.length) {
    const digest = createHash('sha256').update(`${list}${next}`).digest('base64').slice(0, 20)
    const token = `${digest}+/${next}==`
    session.markers.set(token, { list, offset: next })
    page_info.next_marker = token
  }
  return ok({ ...render(shown), page_info })
}

/**
 * One page of a list of v3, by `page` and `per_page`, which come together or not at all. A page beyond the end is
 * empty. Nothing holds the list still: rows move when it changes between two pages.
 *
 * @param atMost the largest page, which is also the whole answer when no page is asked for
 */
export function numberedPage<T>(
  call: Call,
  rows: readonly T[],
  atMost: number,
  render: (rows: readonly T[], total: number) => object,
): Reply {
  const { page, per_page } = call.query
  if ((page === undefined) !== (per_page === undefined))
    return legacyFailure(call, 400, 'page and per_page must be used together')
  const number = whole(page ?? '1')
  const size = whole(per_page ?? String(atMost))
  if (number === null || number < 1) return legacyFailure(call, 400, 'Request parameter page is invalid.')
  if (size === null || size < 1 || size > atMost)
    return legacyFailure(call, 400, 'Request parameter per_page is invalid.')
  return ok(render(rows.slice((number - 1) * size, number * size), rows.length))
}

/** The links that v3 puts beside its lists. */
export const linksOf = (call: Call) => ({
  self: `https://iam.myhuaweicloud.com${call.path}`,
  previous: null,
  next: null,
})
