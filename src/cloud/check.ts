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

interface Tried<T> {
  readonly row: CheckRow
  /** Null when it was not answered. */
  readonly value: T | null
}

/** Tries every call. @throws AuthenticationError when the keys are wrong: nothing else can be told then */
export async function checkCloud(api: IamApi): Promise<CloudCheck> {
  const identity = await attempt('GET /v5/caller-identity', () => api.callerIdentity())
  // Side by side: where nothing answers, nobody waits for each of them to give up in turn.
  const [users, groups, policies] = await Promise.all([
    attempt('GET /v5/users', () => api.users()),
    attempt('GET /v5/groups', () => api.groups()),
    attempt('GET /v5/policies', () => api.attachedPolicies()),
  ])
  const group = groups.value?.[0]?.group_id ?? NOBODY
  const user = users.value?.find((one) => !one.is_root_user)?.user_id ?? NOBODY
  const policy = policies.value?.[0]?.policy_id ?? NOBODY
  const version = policies.value?.[0]?.default_version_id ?? 'v1'
  const document = 'GET /v5/policies/{policy_id}/versions/{version_id}'
  const others = await Promise.all<Tried<unknown>>([
    attempt('GET /v5/users?group_id', () => api.users(group)),
    attempt(document, () => api.version(policy, version)),
    attempt('GET /v5/policies/{policy_id}/attached-entities', () => api.entities(policy)),
    attempt('GET /v5/account-summary', () => api.accountSummary()),
    attempt('GET /v5/features/{feature_name}', () => api.feature('v5_console')),
    attempt('GET /v5/authorization-schemas/services/{service_code}', () => api.catalogue('iam')),
    attempt('GET /v5/groups/{group_id}/attached-policies', () => api.policiesOf('groups', group)),
    attempt('GET /v5/users/{user_id}/attached-policies', () => api.policiesOf('users', user)),
    attempt('GET /v5/policies/{policy_id}/versions', () => api.versions(policy)),
  ])
  const caller = identity.value
  return {
    rows: [identity, users, groups, policies, ...others].map(({ row }) => row),
    account: caller?.account_id ?? (users.value?.[0]?.urn.split(':')[2] || null),
    auditor: caller && { urn: caller.principal_urn, id: caller.principal_id },
  }
}

async function attempt<T>(call: string, read: () => Promise<T>): Promise<Tried<T>> {
  const needed = neededActions.find((one) => one.call === call.split('?')[0])
  const row = { call, action: needed?.action ?? null, optional: needed?.optional ?? true }
  try {
    const value = await read()
    return { row: { ...row, status: 'ok', detail: '' }, value }
  } catch (error) {
    if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
    return { row: { ...row, ...refusal(call, error) }, value: null }
  }
}

/** A 404 refuses nothing where a thing was asked for; a whole list that is not there cannot be read. */
function refusal(call: string, error: CloudError): Pick<CheckRow, 'status' | 'detail'> {
  if (error instanceof ForbiddenError) return { status: 'forbidden', detail: error.message }
  if (error instanceof NotFoundError && /\{|group_id/.test(call))
    return { status: 'unproven', detail: 'not refused; there is nothing to try it on' }
  return { status: 'failed', detail: error.message }
}
