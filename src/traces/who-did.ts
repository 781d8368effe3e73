/** Who stands behind a trace: the principal, the session by which they acted, from where, with or without MFA. */
import type { Trace, TraceBy } from '../account/trace-record.ts'
import { isObject, nameIn } from './body.ts'

const ASSUMED = /^sts::([^:]*):assumed-agency:([^/]+(?:\/[^/]+)*)\/([^/]+)$/i

/** The agency and the name of a session, of the URN of one; null for another URN. */
export function sessionOf(urn: string): { readonly agency: string; readonly session: string } | null {
  const found = ASSUMED.exec(urn)
  return found === null ? null : { agency: found[2] as string, session: found[3] as string }
}

/** As far as the trace itself tells. */
export function whoDid({ trace_id, time, address, via, user }: Trace): TraceBy {
  const urn = nameIn(user, 'principal_urn')
  const session = urn === null ? null : sessionOf(urn)
  return {
    principal: urn ?? nameIn(user, 'user_name', 'name'),
    through: session === null ? null : session.agency,
    address,
    via: via ?? (invokedByConsole(user.invoked_by) ? 'console' : null),
    mfa: mfaOf(user),
    time: new Date(time).toISOString(),
    trace_id,
  }
}

function invokedByConsole(value: unknown): boolean {
  return Array.isArray(value) && value.includes('service.console')
}

function mfaOf(user: Trace['user']): boolean | null {
  const context = user.session_context
  const attributes = isObject(context) ? context.attributes : undefined
  const value = isObject(attributes) ? attributes.mfa_authenticated : undefined
  if (value === true || value === 'true') return true
  return value === false || value === 'false' ? false : null
}

interface Assumed {
  readonly time: number
  readonly principal: string
}

/** Who assumed which agency under which name of a session, from the traces of that. */
export class Sessions {
  readonly #assumed = new Map<string, Assumed[]>()

  add(trace: Trace, by: TraceBy): void {
    const session = nameIn(trace.request, 'agency_session_name')
    const { name } = trace.resource
    const agency = name !== '' ? name : nameIn(trace.request, 'agency_name')
    if (session === null || agency === null || by.principal === null) return
    const key = keyOf(agency, session)
    const known = this.#assumed.get(key) ?? []
    this.#assumed.set(key, [...known, { time: trace.time, principal: by.principal }])
  }

  /** The same, with whoever is behind the session; several that took one name are not told apart. */
  resolve(by: TraceBy): TraceBy {
    const session = by.principal === null ? null : sessionOf(by.principal)
    if (session === null) return by
    const name = session.agency.split('/').pop() ?? session.agency
    const before = (this.#assumed.get(keyOf(name, session.session)) ?? []).filter(
      (one) => one.time <= Date.parse(by.time),
    )
    const principals = new Set(before.map((one) => one.principal))
    const [principal] = principals
    if (principals.size !== 1 || principal === undefined) return by
    return { ...by, principal, through: by.principal }
  }
}

function keyOf(agency: string, session: string): string {
  return `${agency.toLowerCase()}/${session}`
}
