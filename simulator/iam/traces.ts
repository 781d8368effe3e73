/** Writes what Cloud Trace Service records: who did what, when, from where, and how it went. */
import { idOf, type SimulatedAccount, type SimulatedKey, type SimulatedTrace } from './model.ts'

/** Somebody who acts. Exactly one of `user`, `agency` and `provider` is given; a session has a name of its own. */
export interface Actor {
  readonly user?: string
  readonly agency?: string
  /** An identity provider of v3, for a federated person. */
  readonly provider?: string
  readonly session?: string
  /** Default: the console. */
  readonly via?: 'console' | 'api'
  readonly address?: string
  /** Null: no session context is recorded, as with permanent keys. Default: true in the console, null otherwise. */
  readonly mfa?: boolean | null
  /** What the actor tries is refused: it is recorded, and nothing changes. */
  readonly refused?: boolean
}

/** One call, as far as a trace tells of it. */
export interface TracedCall {
  readonly name: string
  readonly resource: { readonly type: string; readonly id: string; readonly name: string }
  /** Ids that stand in the path. */
  readonly path?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  readonly response?: unknown
  readonly readOnly?: boolean
  readonly status?: number
  readonly service?: string
}

/** Who made a call, as a trace tells it. */
export interface TracedCaller {
  readonly user: Readonly<Record<string, unknown>>
  readonly via: 'console' | 'api'
  readonly address: string
}

/** Appends the record of a call, unless the tracker is off. */
export function recordTrace(
  account: SimulatedAccount,
  caller: TracedCaller,
  call: TracedCall,
  time: number,
): void {
  const { tracker, traces } = account
  if (!tracker.enabled) return
  const status = call.status ?? 200
  const request = tracker.request === 'body' ? call.body : { ...call.path, ...call.body }
  const digits = idOf('trace', `${account.account_id}/${traces.length}/${time}`)
  const trace: SimulatedTrace = {
    trace_id: digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    trace_name: call.name,
    trace_type: caller.via === 'console' ? 'ConsoleAction' : 'ApiCall',
    trace_rating: status < 400 ? 'normal' : 'warning',
    code: String(status),
    time,
    record_time: time + 1500,
    service_type: call.service ?? 'IAM',
    resource_type: call.resource.type,
    resource_id: call.resource.id,
    resource_name: call.resource.name,
    request: request === undefined || Object.keys(request).length === 0 ? '' : JSON.stringify(request),
    response: call.response === undefined ? '' : JSON.stringify(call.response),
    source_ip: caller.address,
    api_version: /V5$/.test(call.name) ? 'v5' : 'v3',
    read_only: call.readOnly ?? false,
    request_id: idOf('request', digits),
    user: caller.user,
  }
  // Somebody may have acted in the past: the list stays in the order of time.
  const later = traces.findLastIndex((one) => one.time <= time)
  traces.splice(later + 1, 0, trace)
}

/** How whoever calls with a key stands in traces. */
export function callerOfKey(account: SimulatedAccount, key: SimulatedKey): TracedCaller {
  const { principal_urn, principal_id } = key
  return {
    ...{ via: 'api', address: '198.51.100.23' },
    user: {
      ...{
        id: principal_id,
        name: principal_urn.split(':').slice(4).join(':'),
        account_id: account.account_id,
      },
      ...{ access_key_id: key.accessKeyId, principal_urn, principal_id, principal_is_root_user: 'false' },
      type: principal_urn.startsWith('sts:') ? 'AssumedAgency' : 'User',
      domain: { id: account.account_id, name: account.account_name },
    },
  }
}

/** How an actor stands in traces. */
export function callerOf(account: SimulatedAccount, actor: Actor, time: number): TracedCaller {
  const via = actor.via ?? 'console'
  const mfa = actor.mfa === undefined ? (via === 'console' ? true : null) : actor.mfa
  const session = actor.session ?? 'session'
  const { account_id, account_name } = account
  const principal = (): { urn: string; id: string; name: string; type: string } => {
    if (actor.agency !== undefined)
      return {
        urn: `sts::${account_id}:assumed-agency:${actor.agency}/${session}`,
        id: `${idOf('agency', actor.agency)}:${session}`,
        ...{ name: `${actor.agency}/${session}`, type: 'AssumedAgency' },
      }
    if (actor.provider !== undefined)
      return {
        urn: `sts::${account_id}:external-user:${actor.provider}/${session}`,
        ...{ id: `${actor.provider}:${session}`, name: session, type: 'ExternalUser' },
      }
    const found = account.users.find((user) => user.user_name === actor.user || user.user_id === actor.user)
    const name = found?.user_name ?? actor.user ?? ''
    const id = found?.user_id ?? idOf('user', name)
    return { urn: `iam::${account_id}:user:${name}`, id, name, type: 'User' }
  }
  const { urn, id, name, type } = principal()
  const root = account.users.some((user) => user.is_root_user && user.user_id === id)
  return {
    via,
    address: actor.address ?? '203.0.113.7',
    user: {
      ...{ id, name, user_name: name, account_id, principal_urn: urn, principal_id: id, type },
      principal_is_root_user: String(root),
      domain: { id: account_id, name: account_name },
      ...(via === 'console'
        ? { invoked_by: ['service.console'] }
        : { access_key_id: `AK${id.slice(0, 18)}` }),
      ...(mfa === null
        ? {}
        : {
            session_context: {
              attributes: { created_at: String(time - 600_000), mfa_authenticated: String(mfa) },
            },
          }),
    },
  }
}
