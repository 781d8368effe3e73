/** Users and groups as v3 tells them: the same ids as in v5, and whom a provider of `iam_user_sso` logs in as whom. */
import { type Handler, legacyFailure, ok, type Route, route } from '../call.ts'
import type { SimulatedAccount, SimulatedUser } from '../model.ts'
import { linksOf } from '../paging.ts'

const userJson = (account: SimulatedAccount, user: SimulatedUser) => ({
  ...{ id: user.user_id, name: user.user_name, enabled: user.enabled, description: '' },
  ...{ domain_id: account.account_id, access_mode: 'default', pwd_status: true },
  links: { self: `https://iam.myhuaweicloud.com/v3/users/${user.user_id}` },
})

/** Disabled users are hidden unless they are asked for. */
const listUsers: Handler = (account, call) => {
  const { enabled = 'true', name } = call.query
  const rows = account.users
    .filter((user) => String(user.enabled) === enabled)
    .filter((user) => name === undefined || user.user_name === name)
  return ok({ users: rows.map((user) => userJson(account, user)), links: linksOf(call) })
}

const getUser: Handler = (account, call, _, id) => {
  const user = account.users.find((one) => one.user_id === id)
  if (user === undefined) return legacyFailure(call, 404, `Could not find user: ${id}.`)
  const bound = account.identity_providers.some(({ bound_users }) => bound_users.includes(user.user_id))
  return ok({
    user: {
      ...{ ...userJson(account, user), is_domain_owner: user.is_root_user },
      ...(bound ? { xuser_id: `external-${user.user_name}`, xuser_type: 'TenantIdp' } : {}),
    },
  })
}

const listGroups: Handler = (account, call) =>
  ok({
    groups: account.groups.map(({ group_id, group_name, created_at }) => ({
      ...{ id: group_id, name: group_name, description: '', domain_id: account.account_id },
      create_time: Date.parse(created_at),
    })),
    links: linksOf(call),
  })

const listMembers: Handler = (account, call, _, id) => {
  const group = account.groups.find((one) => one.group_id === id)
  if (group === undefined) return legacyFailure(call, 404, `Could not find group: ${id}.`)
  const members = account.users.filter((user) => group.members.includes(user.user_id))
  return ok({ users: members.map((user) => userJson(account, user)), links: linksOf(call) })
}

export const legacyIdentityRoutes: readonly Route[] = [
  route('GET /v3/users', 'iam:users:listUsers', 'listUsers', listUsers),
  route('GET /v3.0/OS-USER/users/*', 'iam:users:getUser', 'getUser', getUser),
  route('GET /v3/groups', 'iam:groups:listGroups', 'listGroups', listGroups),
  route('GET /v3/groups/*/users', 'iam:users:listUsersForGroup', 'listUsersForGroup', listMembers),
]
