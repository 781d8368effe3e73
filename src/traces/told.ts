/** What a trace tells of a change, or why it does not. */
import type { Change, Trace } from '../account/trace-record.ts'
import { nameIn } from './body.ts'

export type Told = Change | { readonly untold: string; readonly change: Change | null }
export type Reader = (trace: Trace) => Told

export const untold = (why: string, change: Change | null = null): Told => ({ untold: why, change })

/** The id of what was made: the trace's own resource, or what the answer says. */
export function madeId({ resource, response }: Trace, ...fields: readonly string[]): string | null {
  return nameIn(response, ...fields) ?? (resource.id === '' ? null : resource.id)
}

/** An id that the request names, else that of the trace's own resource where it is of that type. */
export function resourceId({ resource, request }: Trace, type: string, field: string): string | null {
  const inBody = nameIn(request, field)
  if (inBody !== null) return inBody
  return resource.type.toLowerCase().includes(type) && resource.id !== '' ? resource.id : null
}
