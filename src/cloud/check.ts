/** `mode: check`: tries everything the audit can use, once, and reports all that is missing. */
import { AuthenticationError, CloudError, ForbiddenError, NotFoundError } from './cloud-error.ts'
import type { IamApi } from './iam-api.ts'

export interface CheckRow {
  readonly call: string
  /** IAM action it takes; null: none. */
  readonly action: string | null
  /** `not-tried`: it needs an id that another call would have given. */
  readonly status: 'ok' | 'forbidden' | 'failed' | 'not-tried'
  readonly detail: string
  /** Without it an audit is still complete. */
  readonly optional: boolean
}

export interface CloudCheck {
  readonly rows: readonly CheckRow[]
  readonly account: string | null
  readonly auditor: { readonly urn: string; readonly id: string } | null
}

/** Tries every call. @throws AuthenticationError when the keys are wrong: nothing else can be told then */
export async function checkCloud(api: IamApi): Promise<CloudCheck> {
  const rows: CheckRow[] = []
  const attempt = async <T>(
    call: string,
    action: string | null,
    optional: boolean,
    read: (() => Promise<T>) | null,
  ): Promise<T | null> => {
    if (read === null) {
      rows.push({
        call,
        action,
        optional,
        status: 'not-tried',
        detail: 'nothing to try it on could be listed',
      })
      return null
    }
    try {
      const value = await read()
      rows.push({ call, action, optional, status: 'ok', detail: '' })
      return value
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
      const missing = error instanceof NotFoundError
      const status = error instanceof ForbiddenError ? 'forbidden' : missing ? 'ok' : 'failed'
      rows.push({
        call,
        action,
        optional,
        status,
        detail: status === 'ok' ? 'answered: not there' : error.message,
      })
      return null
    }
  }
  const identity = await attempt('GET /v5/caller-identity (STS)', null, true, () => api.callerIdentity())
  const users = await attempt('GET /v5/users', 'iam:users:listUsersV5', false, () => api.users())
  const groups = await attempt('GET /v5/groups', 'iam:groups:listGroupsV5', false, () => api.groups())
  const [group] = groups ?? []
  await attempt(
    'GET /v5/users?group_id',
    'iam:users:listUsersV5',
    false,
    group ? () => api.users(group.group_id) : null,
  )
  const policies = await attempt('GET /v5/policies', 'iam:policies:listV5', false, () =>
    api.attachedPolicies(),
  )
  const [policy] = policies ?? []
  const onPolicy = <T>(read: (id: string, version: string) => Promise<T>): (() => Promise<T>) | null =>
    policy ? () => read(policy.policy_id, policy.default_version_id) : null
  const document = 'GET /v5/policies/{policy_id}/versions/{version_id}'
  await attempt(
    document,
    'iam:policies:getVersionV5',
    false,
    onPolicy((id, version) => api.version(id, version)),
  )
  const entities = 'GET /v5/policies/{policy_id}/attached-entities'
  await attempt(
    entities,
    'iam:policies:listEntitiesV5',
    false,
    onPolicy((id) => api.entities(id)),
  )
  await attempt('GET /v5/account-summary', 'iam::getAccountSummaryV5', true, () => api.accountSummary())
  await attempt('GET /v5/features/{feature_name}', null, true, () => api.feature('v5_console'))
  const schema = 'GET /v5/authorization-schemas/services/{service_code}'
  await attempt(schema, null, true, () => api.catalogue('iam'))
  const groupPolicies = 'GET /v5/groups/{group_id}/attached-policies'
  const groupAction = 'iam:groups:listAttachedPoliciesV5'
  await attempt(
    groupPolicies,
    groupAction,
    true,
    group ? () => api.policiesOf('groups', group.group_id) : null,
  )
  const user = users?.find((one) => !one.is_root_user)
  const userPolicies = 'GET /v5/users/{user_id}/attached-policies'
  const userAction = 'iam:users:listAttachedPoliciesV5'
  await attempt(userPolicies, userAction, true, user ? () => api.policiesOf('users', user.user_id) : null)
  const versions = 'GET /v5/policies/{policy_id}/versions'
  await attempt(
    versions,
    'iam:policies:listVersionsV5',
    true,
    onPolicy((id) => api.versions(id)),
  )
  return {
    rows,
    account: identity?.account_id ?? users?.[0]?.urn.split(':')[2] ?? null,
    auditor: identity && { urn: identity.principal_urn, id: identity.principal_id },
  }
}
