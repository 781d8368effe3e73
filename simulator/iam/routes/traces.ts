/** Cloud Trace Service: what was done in the account, backwards in time. */
import { type Call, type Handler, ok, type Reply, type Route, route, traceFailure } from '../call.ts'
import type { SimulatedTrace } from '../model.ts'

const HOUR = 3_600_000
/** Traces are kept for seven days. */
const KEPT = 7 * 24 * HOUR

const bad = (what: string): Reply => traceFailure(400, 'CTS.0003', `The ${what} is invalid.`)

/** From and to, which come together; null when they are wrong. */
function windowOf({ query }: Call, now: number): readonly [number, number] | null {
  const { from, to } = query
  if (from === undefined && to === undefined) return [now - HOUR, now]
  if (!/^\d{13}$/.test(from ?? '') || !/^\d{13}$/.test(to ?? '')) return null
  return Number(from) > Number(to) ? null : [Number(from), Number(to)]
}

const filters: Readonly<Record<string, (trace: SimulatedTrace) => unknown>> = {
  service_type: (trace) => trace.service_type,
  trace_name: (trace) => trace.trace_name,
  resource_type: (trace) => trace.resource_type,
  resource_id: (trace) => trace.resource_id,
  resource_name: (trace) => trace.resource_name,
  trace_rating: (trace) => trace.trace_rating,
  user: (trace) => trace.user.name,
  access_key_id: (trace) => trace.user.access_key_id,
}

const listTraces: Handler = (account, call, session, projectId) => {
  const { query } = call
  const project = account.projects.find((one) => one.id === projectId)
  if (project === undefined)
    return traceFailure(403, 'CTS.0208', 'The project does not belong to the account.')
  if (query.trace_type !== 'system') return bad('trace_type')
  const limit = query.limit ?? '10'
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > 200) return bad('limit')
  const window = windowOf(call, session.now())
  if (window === null) return bad('time range')
  const [from, to] = [Math.max(window[0], session.now() - KEPT), window[1]]
  // Traces of global services lie in one region; the others know nothing of them.
  const kept = project.name === account.tracker.region ? account.traces : []
  const asked = Object.entries(filters).filter(([name]) => query[name] !== undefined)
  const isMeant = (trace: SimulatedTrace): boolean =>
    query.trace_id !== undefined
      ? trace.trace_id === query.trace_id
      : trace.time >= from && trace.time <= to && asked.every(([name, of]) => of(trace) === query[name])
  // A marker is a trace, so that what is recorded in the meantime moves nothing.
  const last =
    query.next === undefined ? kept.length : kept.findLastIndex((one) => one.trace_id === query.next)
  if (last < 0) return bad('next')
  const traces: SimulatedTrace[] = []
  let more = false
  for (let at = last - 1; at >= 0 && !more; at--) {
    const trace = kept[at] as SimulatedTrace
    if (!isMeant(trace)) continue
    if (traces.length === Number(limit)) more = true
    else traces.push(trace)
  }
  const marker = more ? (traces.at(-1)?.trace_id ?? null) : null
  return ok({ traces, meta_data: { count: traces.length, marker } })
}

export const traceRoutes: readonly Route[] = [
  route('GET /v3/*/traces', 'cts:trace:list', 'listTraces', listTraces),
]
