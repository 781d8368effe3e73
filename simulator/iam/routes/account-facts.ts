/** What the account says of itself and of how its users sign in. */
import { failure, type Handler, notFound, ok, type Route, route } from '../call.ts'
import type { SimulatedAccount } from '../model.ts'
import { linksOf, markedPage } from '../paging.ts'

const accountSummary: Handler = (account) => {
  const providers = (kind: string) => account.trust_providers.filter((one) => one.kind === kind).length
  return ok({
    ...{ users: account.users.length, users_quota: 2000, groups: account.groups.length, groups_quota: 2000 },
    policies: account.policies.filter((policy) => policy.policy_type === 'custom').length,
    ...{ policies_quota: 5000, agencies: account.agencies.length, agencies_quota: 5000 },
    ...{ attached_policies_per_user_quota: 20, attached_policies_per_group_quota: 10 },
    ...{ attached_policies_per_agency_quota: 20, versions_per_policy_quota: 5, policy_size_quota: 6144 },
    ...{ root_user_mfa_enabled: 1, oidc_provider_quota: 100, saml_provider_quota: 100 },
    ...{ oidc_provider: providers('oidc'), saml_provider: providers('saml') },
  })
}

const getFeature: Handler = (account, _, __, name) => {
  const feature_status = account.features[name ?? '']
  return feature_status === undefined ? notFound(`feature ${name}`) : ok({ feature_status })
}

const getSchema: Handler = (account, _, __, service) => {
  const actions = account.catalogue[service ?? '']
  return actions === undefined ? notFound(`service ${service}`) : ok({ actions })
}

const listProjects: Handler = (account, call) => {
  const { name, domain_id } = call.query
  const rows = account.projects.filter((project) => name === undefined || project.name === name)
  return ok({
    links: linksOf(call),
    projects: rows
      .filter(() => domain_id === undefined || domain_id === account.account_id)
      .map(({ id, name }) => ({
        ...{ id, name, description: '', enabled: true, is_domain: false },
        ...{ domain_id: account.account_id, parent_id: account.account_id },
        links: { self: `https://iam.myhuaweicloud.com/v3/projects/${id}` },
      })),
  })
}

const listDomains: Handler = (account, call) =>
  ok({
    links: linksOf(call),
    domains: [{ id: account.account_id, name: account.account_name, description: '', enabled: true }],
  })

const knows = (account: SimulatedAccount, id: string): boolean =>
  account.users.some((user) => user.user_id === id)

/** The answer about one user, or that there is no such user. */
const aboutUser =
  (answer: (account: SimulatedAccount, id: string) => ReturnType<Handler>): Handler =>
  (account, _, __, id = '') =>
    knows(account, id) ? answer(account, id) : notFound(`user ${id}`)

const lastLogin = aboutUser((account, id) => {
  const last_login_at = account.sign_ins[id]?.last_login_at
  return ok({ user_last_login: last_login_at === undefined ? {} : { last_login_at } })
})

/** No profile is an answer of its own, with a code of its own. */
const loginProfile = aboutUser((account, id) =>
  account.sign_ins[id]?.login_profile === true
    ? ok({
        login_profile: {
          user_id: id,
          password_reset_required: false,
          created_at: '2025-06-01T08:00:00.000Z',
        },
      })
    : failure(404, 'IAM.0004', `Could not find login-profile: ${id}`),
)

const listAccessKeys: Handler = (account, call, session, id = '') => {
  if (!knows(account, id)) return notFound(`user ${id}`)
  return markedPage(call, session, account.sign_ins[id]?.access_keys ?? [], (shown) => ({
    access_keys: shown.map(({ access_key_id, created_at, active }) => ({
      ...{ user_id: id, access_key_id, created_at, status: active ? 'active' : 'inactive' },
    })),
  }))
}

const keyLastUsed: Handler = (account, _, __, id = '', keyId) => {
  const key = account.sign_ins[id]?.access_keys?.find((one) => one.access_key_id === keyId)
  if (key === undefined) return notFound(`access key ${keyId}`)
  return ok({ access_key_last_used: key.last_used_at === null ? {} : { last_used_at: key.last_used_at } })
}

const listMfaDevices: Handler = (account, call, session) => {
  const { user_id } = call.query
  const rows = Object.entries(account.sign_ins)
    .filter(([id, { mfa }]) => mfa !== undefined && (user_id === undefined || user_id === id))
    .map(([id, { mfa }]) => ({
      ...{ serial_number: `iam::${account.account_id}:mfa:${id}`, user_id: id, enabled: mfa === true },
    }))
  return markedPage(call, session, rows, (mfa_devices) => ({ mfa_devices }))
}

export const accountFactRoutes: readonly Route[] = [
  route('GET /v5/account-summary', 'iam::getAccountSummaryV5', 'getAccountSummaryV5', accountSummary),
  route('GET /v5/features/*', null, null, getFeature),
  route('GET /v5/authorization-schemas/services/*', null, null, getSchema),
  route('GET /v3/projects', 'iam:projects:listProjects', 'listProjects', listProjects),
  route('GET /v3/auth/domains', null, null, listDomains),
  route('GET /v5/users/*/last-login', 'iam:users:showUserLastLoginV5', 'showUserLastLoginV5', lastLogin),
  route('GET /v5/users/*/login-profile', 'iam:users:showLoginProfileV5', 'showLoginProfileV5', loginProfile),
  route(
    'GET /v5/users/*/access-keys',
    'iam:credentials:listCredentialsV5',
    'listAccessKeysV5',
    listAccessKeys,
  ),
  route(
    'GET /v5/users/*/access-keys/*/last-used',
    'iam:credentials:showAccessKeyLastUsedV5',
    'showAccessKeyLastUsedV5',
    keyLastUsed,
  ),
  route('GET /v5/mfa-devices', 'iam:mfa:listMFADevicesV5', 'listMFADevicesV5', listMfaDevices),
]
