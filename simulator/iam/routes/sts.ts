/** Security Token Service: who calls, and temporary keys for who may act as an agency. */
import { randomUUID } from 'node:crypto'
import { failure, type Handler, ok, type Reply, type Route, route, type Session } from '../call.ts'
import { idOf, type SimulatedAccount, type SimulatedKey } from '../model.ts'
import { callerOfKey, recordTrace } from '../traces.ts'

const callerIdentity: Handler = (account, call) =>
  ok({
    account_id: account.account_id,
    principal_urn: call.caller?.principal_urn,
    principal_id: call.caller?.principal_id,
  })

/** The name at the end of the agency's URN, without its path. */
const agencyName = (body: Record<string, string>): string =>
  body.agency_urn?.split(':').pop()?.split('/').pop() ?? ''

/** New temporary keys for an agency, cut down to a session policy. */
function issue(account: SimulatedAccount, session: Session, body: Record<string, string>): Reply {
  const name = agencyName(body)
  const agency = account.agencies.find((one) => one.agency_name === name)
  if (agency === undefined) return failure(403, 'STS5.1001', 'not allowed to assume the agency')
  const policy = JSON.parse(body.policy ?? 'null') as { Statement: { Action: string[] }[] } | null
  const expires = session.now() + session.keyLifetime * 1000
  const key: SimulatedKey = {
    accessKeyId: `TEMPORARY${session.keys.length}`,
    secretAccessKey: `temporary-secret-${randomUUID()}`,
    securityToken: `temporary-token-${randomUUID()}`,
    principal_urn: `sts::${account.account_id}:assumed-agency:${name}/${body.agency_session_name}`,
    principal_id: `${idOf('agency', name)}:${body.agency_session_name}`,
    expires,
    ...(policy === null ? {} : { allowed: policy.Statement.flatMap((statement) => statement.Action) }),
    ...(session.temporaryUnsupported === undefined ? {} : { unsupported: session.temporaryUnsupported }),
  }
  session.keys.push(key)
  return ok({
    credentials: {
      access_key_id: key.accessKeyId,
      secret_access_key: key.secretAccessKey,
      security_token: key.securityToken,
      expiration: new Date(expires).toISOString(),
    },
    assumed_agency: { urn: key.principal_urn, id: key.principal_id },
  })
}

const assume: Handler = (account, call, session) => {
  const body = JSON.parse(call.body) as Record<string, string>
  const reply = issue(account, session, body)
  const name = agencyName(body)
  if (call.caller !== null)
    recordTrace(
      account,
      callerOfKey(account, call.caller),
      {
        ...{ name: 'agencyAssume', resource: { type: 'agency', id: idOf('agency', name), name } },
        ...{ body: { agency_session_name: body.agency_session_name }, status: reply.status },
      },
      session.now(),
    )
  return reply
}

const assumeWithOidc: Handler = (account, call, session) => {
  const body = JSON.parse(call.body) as Record<string, string>
  const claims = JSON.parse(
    Buffer.from(body.id_token?.split('.')[1] ?? '', 'base64url').toString('utf8') || '{}',
  )
  if (session.oidc === null || claims.aud !== session.oidc.audience)
    return failure(400, 'STS5.2001', 'the audience of the token is not registered')
  if (claims.sub !== session.oidc.subject)
    return failure(403, 'STS5.1001', 'the trust policy does not allow it')
  return issue(account, session, body)
}

export const stsRoutes: readonly Route[] = [
  route('GET /v5/caller-identity', null, null, callerIdentity),
  route('POST /v5/agencies/assume', 'sts:agencies:assume', null, assume),
  route('POST /v5/agencies/assume-with-oidc', null, null, assumeWithOidc),
]
