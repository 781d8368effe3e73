/** Answers the calls of IAM, STS and Cloud Trace Service for an account: a function of both, without a server. */
import {
  type Call,
  failure,
  type Reply,
  type Route,
  refusal,
  type Session,
  unsupportedToken,
} from './call.ts'
import type { SimulatedAccount, SimulatedKey } from './model.ts'
import { accountFactRoutes } from './routes/account-facts.ts'
import { agencyRoutes } from './routes/agencies.ts'
import { federationRoutes } from './routes/federation.ts'
import { identityRoutes } from './routes/identity.ts'
import { legacyIdentityRoutes } from './routes/legacy-identity.ts'
import { legacyRoleRoutes } from './routes/legacy-roles.ts'
import { stsRoutes } from './routes/sts.ts'
import { traceRoutes } from './routes/traces.ts'
import { callerOfKey, recordTrace } from './traces.ts'

export type { Call, Reply, Session } from './call.ts'

const routes: readonly Route[] = [
  ...identityRoutes,
  ...agencyRoutes,
  ...legacyIdentityRoutes,
  ...legacyRoleRoutes,
  ...federationRoutes,
  ...accountFactRoutes,
  ...stsRoutes,
  ...traceRoutes,
]

/** Handles one call whose signature was checked before. */
export function handle(account: SimulatedAccount, call: Call, session: Session): Reply {
  const parts = partsOf(call.path)
  for (const one of routes) {
    const ids = matched(one, call.method, parts)
    if (ids === null) continue
    const reply = permitted(one, call) ?? one.handle(account, call, session, ...ids)
    if (one.operation !== null && call.caller !== null)
      traceRead(account, call, one.operation, ids, reply.status, session.now())
    return reply
  }
  return failure(404, 'APIGW.0101', 'The API does not exist or has not been published in the environment')
}

/** The IAM action a call takes, for tests that forbid one. */
export function actionOf(method: string, path: string): string | null {
  const parts = partsOf(path)
  return routes.find((one) => matched(one, method, parts) !== null)?.action ?? null
}

/** Why the caller may not make the call; null when it may. */
function permitted({ action }: Route, call: Call): Reply | null {
  const { allowed, unsupported } = call.caller ?? {}
  if (unsupported?.paths.some((path) => call.path.startsWith(path)) === true)
    return unsupportedToken(unsupported.status)
  if (action === null || allowed === undefined) return null
  return allowed.some((pattern) => covers(pattern, action)) ? null : refusal(call, action)
}

/** Reads are traced too, as such. */
function traceRead(
  account: SimulatedAccount,
  call: Call,
  name: string,
  ids: readonly string[],
  status: number,
  now: number,
): void {
  const caller = callerOfKey(account, call.caller as SimulatedKey)
  const resource = { type: call.path.split('/')[2] ?? '', id: ids[0] ?? '', name: '' }
  const service = name === 'listTraces' ? 'CTS' : 'IAM'
  recordTrace(account, caller, { name, resource, readOnly: true, status, service }, now)
}

function partsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/').map(decodeURIComponent)
}

/** What stands for the ids of the route; null when it is another one. */
function matched({ method, pattern }: Route, asked: string, parts: readonly string[]): string[] | null {
  if (method !== asked || parts.length !== pattern.length) return null
  if (pattern.some((expected, at) => expected !== '*' && expected !== parts[at])) return null
  return parts.filter((_, at) => pattern[at] === '*')
}

/** `*` at the end of a segment, or literal: enough for the policies of callers. */
function covers(pattern: string, action: string): boolean {
  const [wanted, found] = [pattern.toLowerCase().split(':'), action.toLowerCase().split(':')]
  return wanted.every((part, at) =>
    part.endsWith('*') ? (found[at] ?? '').startsWith(part.slice(0, -1)) : part === found[at],
  )
}
