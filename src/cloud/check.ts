/** `mode: check`: tries everything the audit can use, once, and reports all that is missing. */
import { AuthenticationError, CloudError, ForbiddenError, NotFoundError } from './cloud-error.ts'
import type { IamApi } from './iam-api.ts'
import { neededActions } from './permissions-needed.ts'

export interface CheckRow {
  readonly call: string
  /** IAM action it takes; null: none that is known. */
  readonly action: string | null
  /** `unproven`: not refused, and not answered either, because nothing was there to try it on. */
  readonly status: 'ok' | 'forbidden' | 'failed' | 'unproven'
  readonly detail: string
  /** Without it an audit is still complete. */
  readonly optional: boolean
}

export interface CloudCheck {
  readonly rows: readonly CheckRow[]
  /** Null: nobody names it, and no audit can begin. */
  readonly account: string | null
  readonly auditor: { readonly urn: string; readonly id: string } | null
}

/** An id that nobody has. Whoever lacks the action is refused all the same, so that one run names all that is missing. */
const NOBODY = '0'.repeat(32)

/** Tries every call. @throws AuthenticationError when the keys are wrong: nothing else can be told then */
export async function checkCloud(api: IamApi): Promise<CloudCheck> {
  const rows: CheckRow[] = []
  const attempt = async <T>(call: string, read: () => Promise<T>): Promise<T | null> => {
    const needed = neededActions.find((one) => one.call === call.split('?')[0])
    const row = { call, action: needed?.action ?? null, optional: needed?.optional ?? true }
    try {
      const value = await read()
      rows.push({ ...row, status: 'ok', detail: '' })
      return value
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
      rows.push({ ...row, ...refusal(call, error) })
      return null
    }
  }
  const identity = await attempt('GET /v5/caller-identity', () => api.callerIdentity())
  const users = await attempt('GET /v5/users', () => api.users())
  const groups = await attempt('GET /v5/groups', () => api.groups())
  const policies = await attempt('GET /v5/policies', () => api.attachedPolicies())
  const group = groups?.[0]?.group_id ?? NOBODY
  const user = users?.find((one) => !one.is_root_user)?.user_id ?? NOBODY
  const policy = policies?.[0]?.policy_id ?? NOBODY
  const version = policies?.[0]?.default_version_id ?? 'v1'
  const document = 'GET /v5/policies/{policy_id}/versions/{version_id}'
  await attempt('GET /v5/users?group_id', () => api.users(group))
  await attempt(document, () => api.version(policy, version))
  await attempt('GET /v5/policies/{policy_id}/attached-entities', () => api.entities(policy))
  await attempt('GET /v5/account-summary', () => api.accountSummary())
  await attempt('GET /v5/features/{feature_name}', () => api.feature('v5_console'))
  await attempt('GET /v5/authorization-schemas/services/{service_code}', () => api.catalogue('iam'))
  await attempt('GET /v5/groups/{group_id}/attached-policies', () => api.policiesOf('groups', group))
  await attempt('GET /v5/users/{user_id}/attached-policies', () => api.policiesOf('users', user))
  await attempt('GET /v5/policies/{policy_id}/versions', () => api.versions(policy))
  return {
    rows,
    account: identity?.account_id ?? (users?.[0]?.urn.split(':')[2] || null),
    auditor: identity && { urn: identity.principal_urn, id: identity.principal_id },
  }
}

/** A 404 refuses nothing where a thing was asked for; a whole list that is not there cannot be read. */
function refusal(call: string, error: CloudError): Pick<CheckRow, 'status' | 'detail'> {
  if (error instanceof ForbiddenError) return { status: 'forbidden', detail: error.message }
  if (error instanceof NotFoundError && /\{|group_id/.test(call))
    return { status: 'unproven', detail: 'not refused; there is nothing to try it on' }
  return { status: 'failed', detail: error.message }
}
