/** The IAM actions the audit uses: the session policy, the README's identity policy and `mode: check` take them from here. */

export interface NeededAction {
  readonly action: string
  readonly call: string
  readonly why: string
  /** Without an optional one the audit says what it could not tell, and stays complete where that is right. */
  readonly optional: boolean
}

const needed = (action: string, call: string, why: string, optional = false): NeededAction => ({
  ...{ action, call, why, optional },
})

export const neededActions: readonly NeededAction[] = [
  needed('iam:users:listUsersV5', 'GET /v5/users', 'users, and members of groups'),
  needed('iam:groups:listGroupsV5', 'GET /v5/groups', 'groups'),
  needed('iam:policies:listV5', 'GET /v5/policies', 'attached policies and their default versions'),
  needed(
    'iam:policies:getVersionV5',
    'GET /v5/policies/{policy_id}/versions/{version_id}',
    'policy documents',
  ),
  needed(
    'iam:policies:listEntitiesV5',
    'GET /v5/policies/{policy_id}/attached-entities',
    'who a policy is attached to',
  ),
  needed('iam::getAccountSummaryV5', 'GET /v5/account-summary', 'counts to check the crawl against', true),
  needed(
    'iam:groups:listAttachedPoliciesV5',
    'GET /v5/groups/{group_id}/attached-policies',
    'the other way round, when entities may not be listed',
    true,
  ),
  needed(
    'iam:users:listAttachedPoliciesV5',
    'GET /v5/users/{user_id}/attached-policies',
    'the other way round, when entities may not be listed',
    true,
  ),
  needed(
    'iam:policies:listVersionsV5',
    'GET /v5/policies/{policy_id}/versions',
    'the other way round, when policies may not be listed',
    true,
  ),
]

interface PolicyDocument {
  readonly Version: '5.0'
  readonly Statement: readonly { readonly Effect: 'Allow'; readonly Action: readonly string[] }[]
}

/** What the auditor's identity policy needs to allow. */
export function auditorPolicy(): PolicyDocument {
  return { Version: '5.0', Statement: [{ Effect: 'Allow', Action: neededActions.map((one) => one.action) }] }
}

/** What temporary keys are cut down to, whatever the agency may do: a session policy only narrows. */
export function sessionPolicy(): PolicyDocument {
  return auditorPolicy()
}
