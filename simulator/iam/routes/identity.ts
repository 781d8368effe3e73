/** Users, groups and identity policies, as v5 tells them. */
import { type Handler, notFound, ok, type Route, route } from '../call.ts'
import { type HolderType, type SimulatedAccount, urnOf } from '../model.ts'
import { markedPage } from '../paging.ts'

type Policy = SimulatedAccount['policies'][number]

const groupJson = (account: SimulatedAccount, group: SimulatedAccount['groups'][number]) => ({
  ...{ group_id: group.group_id, group_name: group.group_name, created_at: group.created_at },
  ...{ urn: urnOf(account, 'group', group.group_name), description: '' },
})
const userJson = (account: SimulatedAccount, user: SimulatedAccount['users'][number]) => ({
  ...user,
  ...{ urn: urnOf(account, 'user', user.user_name), description: '' },
})
const policyUrn = (account: SimulatedAccount, policy: Policy): string =>
  policy.policy_type === 'system'
    ? `iam::system:policy:${policy.policy_name}`
    : urnOf(account, 'policy', policy.policy_name)
const policyJson = (account: SimulatedAccount, policy: Policy) => {
  const { versions: _, ...fields } = policy
  return {
    ...fields,
    ...{ urn: policyUrn(account, policy), path: '', description: '' },
    attachment_count: account.attachments.filter((one) => one.policy_id === policy.policy_id).length,
  }
}
const versionJson = (policy: Policy, version: Policy['versions'][number]) => ({
  ...version,
  is_default: version.version_id === policy.default_version_id,
})

const listGroups: Handler = (account, call, session) => {
  const { user_id } = call.query
  const rows = account.groups.filter((group) => user_id === undefined || group.members.includes(user_id))
  return markedPage(call, session, rows, (shown) => ({
    groups: shown.map((group) => groupJson(account, group)),
  }))
}

const getGroup: Handler = (account, _, __, id) => {
  const group = account.groups.find((one) => one.group_id === id)
  return group ? ok({ group: groupJson(account, group) }) : notFound(`group ${id}`)
}

const listUsers: Handler = (account, call, session) => {
  const { group_id } = call.query
  const group = account.groups.find((one) => one.group_id === group_id)
  if (group_id !== undefined && group === undefined) return notFound(`group ${group_id}`)
  const rows = account.users.filter((user) => group === undefined || group.members.includes(user.user_id))
  return markedPage(call, session, rows, (shown) => ({ users: shown.map((user) => userJson(account, user)) }))
}

const getUser: Handler = (account, _, __, id) => {
  const user = account.users.find((one) => one.user_id === id)
  return user ? ok({ user: { ...userJson(account, user), tags: [] } }) : notFound(`user ${id}`)
}

const attachedPolicies =
  (kind: HolderType): Handler =>
  (account, call, session, id) => {
    const exists = {
      user: account.users.some((user) => user.user_id === id),
      group: account.groups.some((group) => group.group_id === id),
      agency: account.agencies.some((agency) => agency.agency_id === id),
    }
    if (!exists[kind]) return notFound(`${kind} ${id}`)
    const rows = account.attachments.filter((one) => one.principal_type === kind && one.principal_id === id)
    return markedPage(call, session, rows, (shown) => ({
      attached_policies: shown.map(({ policy_id, attached_at }) => {
        const policy = findPolicy(account, policy_id)
        const urn = policy === undefined ? urnOf(account, 'policy', '') : policyUrn(account, policy)
        return { policy_id, policy_name: policy?.policy_name ?? '', urn, attached_at }
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
  return markedPage(call, session, rows, (shown) => ({
    policies: shown.map((policy) => policyJson(account, policy)),
  }))
}

const findPolicy = (account: SimulatedAccount, id: string | undefined) =>
  account.policies.find((policy) => policy.policy_id === id)

const getPolicy: Handler = (account, _, __, id) => {
  const policy = findPolicy(account, id)
  return policy ? ok({ policy: policyJson(account, policy) }) : notFound(`policy ${id}`)
}

const listVersions: Handler = (account, call, session, id) => {
  const policy = findPolicy(account, id)
  if (policy === undefined) return notFound(`policy ${id}`)
  return markedPage(call, session, policy.versions, (shown) => ({
    versions: shown.map((version) => versionJson(policy, version)),
  }))
}

const getVersion: Handler = (account, _, __, id, versionId) => {
  const policy = findPolicy(account, id)
  const version = policy?.versions.find((one) => one.version_id === versionId)
  if (policy === undefined || version === undefined) return notFound(`policy version ${versionId}`)
  return ok({ policy_version: versionJson(policy, version) })
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
  return markedPage(call, session, rows, (shown) => ({
    policy_users: of([...shown], 'user', 'user_id'),
    policy_groups: of([...shown], 'group', 'group_id'),
    policy_agencies: of([...shown], 'agency', 'agency_id'),
  }))
}

export const identityRoutes: readonly Route[] = [
  route('GET /v5/groups', 'iam:groups:listGroupsV5', 'listGroupsV5', listGroups),
  route('GET /v5/groups/*', 'iam:groups:getGroupV5', 'showGroupV5', getGroup),
  route('GET /v5/users', 'iam:users:listUsersV5', 'listUsersV5', listUsers),
  route('GET /v5/users/*', 'iam:users:getUserV5', 'showUserV5', getUser),
  route(
    'GET /v5/groups/*/attached-policies',
    'iam:groups:listAttachedPoliciesV5',
    'listAttachedGroupPoliciesV5',
    attachedPolicies('group'),
  ),
  route(
    'GET /v5/users/*/attached-policies',
    'iam:users:listAttachedPoliciesV5',
    'listAttachedUserPoliciesV5',
    attachedPolicies('user'),
  ),
  route(
    'GET /v5/agencies/*/attached-policies',
    'iam:agencies:listAttachedPoliciesV5',
    'listAttachedAgencyPoliciesV5',
    attachedPolicies('agency'),
  ),
  route('GET /v5/policies', 'iam:policies:listV5', 'listPoliciesV5', listPolicies),
  route('GET /v5/policies/*', 'iam:policies:getV5', 'getPolicyV5', getPolicy),
  route('GET /v5/policies/*/versions', 'iam:policies:listVersionsV5', 'listPolicyVersionsV5', listVersions),
  route('GET /v5/policies/*/versions/*', 'iam:policies:getVersionV5', 'getPolicyVersionV5', getVersion),
  route(
    'GET /v5/policies/*/attached-entities',
    'iam:policies:listEntitiesV5',
    'listEntitiesForPolicyV5',
    listEntities,
  ),
]
