/** Answers the calls of IAM v5 and STS for an account: a function of the account and the request, without a server. */
import { createHash, randomUUID } from 'node:crypto'
import { idOf, type SimulatedAccount, type SimulatedKey } from './account.ts'

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
}

const failure = (status: number, error_code: string, error_msg: string): Reply => ({
  status,
  body: { error_code, error_msg, request_id: 'f0e1d2c3b4a5968778695a4b3c2d1e0f' },
})
const notFound = (what: string): Reply => failure(404, 'PAP5.0012', `resource not found: ${what}`)

type Handler = (account: SimulatedAccount, call: Call, session: Session, ...ids: string[]) => Reply
interface Route {
  readonly method: string
  readonly pattern: readonly string[]
  /** IAM action it takes; null: none. */
  readonly action: string | null
  readonly handle: Handler
}

const route = (text: string, action: string | null, handle: Handler): Route => {
  const [method = '', path = ''] = text.split(' ')
  return { method, pattern: path.split('/'), action, handle }
}

/** Handles one call whose signature was checked before. */
export function handle(account: SimulatedAccount, call: Call, session: Session): Reply {
  for (const one of routes) {
    const ids = matched(one, call)
    if (ids === null) continue
    const { allowed } = call.caller ?? {}
    const { action } = one
    if (action !== null && allowed !== undefined && !allowed.some((pattern) => covers(pattern, action)))
      return {
        status: 403,
        body: {
          error_code: 'PAP5.0001',
          error_msg: `Policy doesn't allow ${one.action} to be performed.`,
          request_id: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
          encoded_authorization_message: 'ENCODED-MESSAGE-THAT-NOBODY-SHOULD-PRINT',
        },
      }
    return one.handle(account, call, session, ...ids)
  }
  return failure(404, 'APIGW.0101', 'The API does not exist or has not been published in the environment')
}

/** The IAM action a call takes, for tests that forbid one. */
export function actionOf(method: string, path: string): string | null {
  const call = { method, path, query: {}, body: '', caller: null }
  return routes.find((one) => matched(one, call) !== null)?.action ?? null
}

function matched({ method, pattern }: Route, call: Call): string[] | null {
  const parts = call.path.replace(/\/$/, '').split('/')
  if (method !== call.method || parts.length !== pattern.length) return null
  const ids: string[] = []
  for (const [at, expected] of pattern.entries()) {
    const part = decodeURIComponent(parts[at] as string)
    if (expected === '*') ids.push(part)
    else if (expected !== part) return null
  }
  return ids
}

/** `*` at the end of a segment, or literal: enough for the policies of callers. */
function covers(pattern: string, action: string): boolean {
  const [wanted, found] = [pattern.toLowerCase().split(':'), action.toLowerCase().split(':')]
  return wanted.every((part, at) =>
    part.endsWith('*') ? (found[at] ?? '').startsWith(part.slice(0, -1)) : part === found[at],
  )
}

const pageSize = (query: Call['query']): number | null => {
  const limit = query.limit ?? '100'
  return /^\d+$/.test(limit) && Number(limit) >= 1 && Number(limit) <= 200 ? Number(limit) : null
}

/** One page of a list; markers are opaque, bound to their list, and full of characters that need encoding. */
function page<T>(
  call: Call,
  session: Session,
  rows: readonly T[],
  render: (rows: readonly T[]) => object,
): Reply {
  const { marker, ...rest } = call.query
  const list = JSON.stringify([call.path, rest])
  const limit = pageSize(call.query)
  if (limit === null) return failure(400, 'PAP5.0009', 'limit must be between 1 and 200')
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
  return { status: 200, body: { ...render(shown), page_info } }
}

const urn = (account: SimulatedAccount, kind: string, name: string): string =>
  `iam::${account.account_id}:${kind}:${name}`

const groupJson = (account: SimulatedAccount, group: SimulatedAccount['groups'][number]) => ({
  ...{ group_id: group.group_id, group_name: group.group_name, created_at: group.created_at },
  ...{ urn: urn(account, 'group', group.group_name), description: '' },
})
const userJson = (account: SimulatedAccount, user: SimulatedAccount['users'][number]) => ({
  ...user,
  ...{ urn: urn(account, 'user', user.user_name), description: '' },
})
const policyJson = (account: SimulatedAccount, policy: SimulatedAccount['policies'][number]) => {
  const { versions: _, ...fields } = policy
  return {
    ...fields,
    ...{ urn: urn(account, 'policy', policy.policy_name), path: '', description: '' },
    attachment_count: account.attachments.filter((one) => one.policy_id === policy.policy_id).length,
  }
}
const versionJson = (
  policy: SimulatedAccount['policies'][number],
  version: SimulatedAccount['policies'][number]['versions'][number],
) => ({
  ...version,
  is_default: version.version_id === policy.default_version_id,
})

const listGroups: Handler = (account, call, session) => {
  const { user_id } = call.query
  const rows = account.groups.filter((group) => user_id === undefined || group.members.includes(user_id))
  return page(call, session, rows, (shown) => ({ groups: shown.map((group) => groupJson(account, group)) }))
}

const listUsers: Handler = (account, call, session) => {
  const { group_id } = call.query
  const group = account.groups.find((one) => one.group_id === group_id)
  if (group_id !== undefined && group === undefined) return notFound(`group ${group_id}`)
  const rows = account.users.filter((user) => group === undefined || group.members.includes(user.user_id))
  return page(call, session, rows, (shown) => ({ users: shown.map((user) => userJson(account, user)) }))
}

const attachedPolicies =
  (kind: 'user' | 'group' | 'agency'): Handler =>
  (account, call, session, id) => {
    const exists = {
      user: account.users.some((user) => user.user_id === id),
      group: account.groups.some((group) => group.group_id === id),
      agency: account.agencies.some((agency) => agency.agency_id === id),
    }
    if (!exists[kind]) return notFound(`${kind} ${id}`)
    const rows = account.attachments.filter((one) => one.principal_type === kind && one.principal_id === id)
    return page(call, session, rows, (shown) => ({
      attached_policies: shown.map(({ policy_id, attached_at }) => {
        const name = account.policies.find((policy) => policy.policy_id === policy_id)?.policy_name ?? ''
        return { policy_id, policy_name: name, urn: urn(account, 'policy', name), attached_at }
      }),
    }))
  }

const listPolicies: Handler = (account, call, session) => {
  const { policy_type, only_attached } = call.query
  const rows = account.policies
    .filter((policy) => policy_type === undefined || policy.policy_type === policy_type)
    .filter(
      (policy) =>
        only_attached !== 'true' || account.attachments.some((one) => one.policy_id === policy.policy_id),
    )
  return page(call, session, rows, (shown) => ({
    policies: shown.map((policy) => policyJson(account, policy)),
  }))
}

const findPolicy = (account: SimulatedAccount, id: string | undefined) =>
  account.policies.find((policy) => policy.policy_id === id)

const getPolicy: Handler = (account, _, __, id) => {
  const policy = findPolicy(account, id)
  return policy ? { status: 200, body: { policy: policyJson(account, policy) } } : notFound(`policy ${id}`)
}

const listVersions: Handler = (account, call, session, id) => {
  const policy = findPolicy(account, id)
  if (policy === undefined) return notFound(`policy ${id}`)
  return page(call, session, policy.versions, (shown) => ({
    versions: shown.map((version) => versionJson(policy, version)),
  }))
}

const getVersion: Handler = (account, _, __, id, versionId) => {
  const policy = findPolicy(account, id)
  const version = policy?.versions.find((one) => one.version_id === versionId)
  if (policy === undefined || version === undefined) return notFound(`policy version ${versionId}`)
  return { status: 200, body: { policy_version: versionJson(policy, version) } }
}

const listEntities: Handler = (account, call, session, id) => {
  if (findPolicy(account, id) === undefined) return notFound(`policy ${id}`)
  const { entity_type } = call.query
  const rows = account.attachments.filter(
    (one) => one.policy_id === id && (entity_type === undefined || one.principal_type === entity_type),
  )
  const of = (shown: typeof rows, kind: string, key: string) => {
    const list = shown.filter((one) => one.principal_type === kind)
    return list.map((one) => ({ [key]: one.principal_id, attached_at: one.attached_at }))
  }
  return page(call, session, rows, (shown) => ({
    policy_users: of([...shown], 'user', 'user_id'),
    policy_groups: of([...shown], 'group', 'group_id'),
    policy_agencies: of([...shown], 'agency', 'agency_id'),
  }))
}

const listAgencies: Handler = (account, call, session) =>
  page(call, session, account.agencies, (shown) => ({
    agencies: shown.map((agency) => ({
      ...agency,
      ...{ urn: urn(account, 'agency', agency.agency_name), path: '', max_session_duration: 3600 },
      created_at: '2025-01-01T00:00:00.000Z',
    })),
  }))

const accountSummary: Handler = (account) => ({
  status: 200,
  body: {
    ...{ users: account.users.length, users_quota: 2000, groups: account.groups.length, groups_quota: 2000 },
    policies: account.policies.filter((policy) => policy.policy_type === 'custom').length,
    ...{ policies_quota: 5000, agencies: account.agencies.length, agencies_quota: 5000 },
    ...{ attached_policies_per_user_quota: 20, attached_policies_per_group_quota: 10 },
    ...{ attached_policies_per_agency_quota: 20, versions_per_policy_quota: 5, policy_size_quota: 6144 },
    ...{
      root_user_mfa_enabled: 1,
      oidc_provider: account.providers.oidc,
      saml_provider: account.providers.saml,
    },
  },
})

const getFeature: Handler = (account, _, __, name) => {
  const feature_status = account.features[name ?? '']
  return feature_status === undefined
    ? notFound(`feature ${name}`)
    : { status: 200, body: { feature_status } }
}

const getSchema: Handler = (account, _, __, service) => {
  const actions = account.catalogue[service ?? '']
  return actions === undefined ? notFound(`service ${service}`) : { status: 200, body: { actions } }
}

const callerIdentity: Handler = (account, call) => ({
  status: 200,
  body: {
    account_id: account.account_id,
    principal_urn: call.caller?.principal_urn,
    principal_id: call.caller?.principal_id,
  },
})

/** New temporary keys for an agency, cut down to a session policy. */
function issue(account: SimulatedAccount, session: Session, body: Record<string, string>): Reply {
  const name = body.agency_urn?.split(':').pop() ?? ''
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
  }
  session.keys.push(key)
  return {
    status: 200,
    body: {
      credentials: {
        access_key_id: key.accessKeyId,
        secret_access_key: key.secretAccessKey,
        security_token: key.securityToken,
        expiration: new Date(expires).toISOString(),
      },
      assumed_agency: { urn: key.principal_urn, id: key.principal_id },
    },
  }
}

const assume: Handler = (account, call, session) => issue(account, session, JSON.parse(call.body))

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

const routes: readonly Route[] = [
  route('GET /v5/groups', 'iam:groups:listGroupsV5', listGroups),
  route('GET /v5/users', 'iam:users:listUsersV5', listUsers),
  route('GET /v5/agencies', 'iam:agencies:listV5', listAgencies),
  route('GET /v5/groups/*/attached-policies', 'iam:groups:listAttachedPoliciesV5', attachedPolicies('group')),
  route('GET /v5/users/*/attached-policies', 'iam:users:listAttachedPoliciesV5', attachedPolicies('user')),
  route(
    'GET /v5/agencies/*/attached-policies',
    'iam:agencies:listAttachedPoliciesV5',
    attachedPolicies('agency'),
  ),
  route('GET /v5/policies', 'iam:policies:listV5', listPolicies),
  route('GET /v5/policies/*', 'iam:policies:getV5', getPolicy),
  route('GET /v5/policies/*/versions', 'iam:policies:listVersionsV5', listVersions),
  route('GET /v5/policies/*/versions/*', 'iam:policies:getVersionV5', getVersion),
  route('GET /v5/policies/*/attached-entities', 'iam:policies:listEntitiesV5', listEntities),
  route('GET /v5/account-summary', 'iam::getAccountSummaryV5', accountSummary),
  route('GET /v5/features/*', null, getFeature),
  route('GET /v5/authorization-schemas/services/*', null, getSchema),
  route('GET /v5/caller-identity', null, callerIdentity),
  route('POST /v5/agencies/assume', 'sts:agencies:assume', assume),
  route('POST /v5/agencies/assume-with-oidc', null, assumeWithOidc),
]
