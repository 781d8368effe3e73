/** One row of Cloud Trace Service, whose texts are whatever somebody sent: checked for its shape, cut to its size. */
import { z } from 'zod'
import type { Trace } from '../../account/trace-record.ts'

/** Longest request or response that is looked into: beyond the largest document there is. */
const LONGEST_BODY = 1_000_000
const LONGEST_TEXT = 512

/** Without these it is no trace; everything else may be missing. */
const rowSchema = z.looseObject({
  trace_id: z.string().min(1).max(LONGEST_TEXT),
  trace_name: z.string().min(1).max(LONGEST_TEXT),
  time: z.coerce.number().int().min(1e12).max(9e12),
})

/** Null: the row is none that can be read. */
export function traceOf(row: unknown): Trace | null {
  const { data } = rowSchema.safeParse(row)
  if (data === undefined) return null
  const address = textOf(data.source_ip)
  return {
    trace_id: data.trace_id,
    name: data.trace_name,
    time: data.time,
    success: isSuccess(data.code, data.trace_rating),
    read_only: data.read_only === true || data.read_only === 'true',
    resource: {
      type: textOf(data.resource_type),
      id: textOf(data.resource_id),
      name: textOf(data.resource_name),
    },
    request: objectIn(data.request),
    response: objectIn(data.response),
    address: address === '' ? null : address,
    via: data.trace_type === 'ConsoleAction' ? 'console' : data.trace_type === 'ApiCall' ? 'api' : null,
    user: objectIn(data.user) ?? {},
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : ''
}

/** By the status of the answer; where there is none, by the rating. */
function isSuccess(code: unknown, rating: unknown): boolean {
  const status = typeof code === 'number' || (typeof code === 'string' && code !== '') ? Number(code) : null
  return status === null || Number.isNaN(status) ? rating === 'normal' : status >= 200 && status < 300
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value === 'string') {
    if (value.length > LONGEST_BODY) return null
    try {
      return objectIn(JSON.parse(value) as unknown)
    } catch {
      return null
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null
}
