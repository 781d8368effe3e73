/** The calls of IAM v3: what the legacy model granted, expiry of agencies, and federation. */
import { z } from 'zod'
import type { Call, ListCall, NumberedCall } from './call.ts'
import { canonicalJson } from './canonical-json.ts'
import { id, maybeText } from './field.ts'

const reference = z.object({ id })

const assignment = z
  .object({
    user: reference.nullish(),
    group: reference.nullish(),
    agency: reference.nullish(),
    role: reference,
    scope: z
      .object({
        domain: reference.nullish(),
        project: reference.nullish(),
        enterprise_project: reference.nullish(),
      })
      .nullish(),
    is_inherited: z.boolean().nullish(),
  })
  .refine(
    ({ user, group, agency }) => [user, group, agency].filter(Boolean).length === 1,
    'not exactly one holder',
  )
export type ApiAssignment = z.infer<typeof assignment>

/** Rows of the legacy model, of one scope or, without one, of what the cloud counts by itself. */
export const roleAssignments: NumberedCall<ApiAssignment> = {
  id: 'GET /v3.0/OS-PERMISSION/role-assignments',
  action: 'iam:permissions:listRoleAssignments',
  ...{ purpose: 'legacy-roles', optional: false, model: 'v3' },
  why: 'who was granted a legacy role or policy, and in which scope',
  ...{ schema: assignment, rows: 'role_assignments', pageSize: 50, total: 'total_num' },
  mayStandAlone: true,
  key: ({ user, group, agency, role, scope, is_inherited }) =>
    JSON.stringify([
      ...[user, group, agency, role, scope?.domain, scope?.project, scope?.enterprise_project].map(
        (one) => one?.id ?? null,
      ),
      is_inherited ?? null,
    ]),
}

const role = z.object({
  id,
  name: maybeText,
  display_name: maybeText,
  catalog: maybeText,
  type: maybeText,
  domain_id: maybeText,
  updated_time: z
    .union([z.string(), z.number()])
    .nullish()
    .catch(null)
    .transform((value) => (value == null ? null : String(value))),
  // The document is an object here. One that is nested without end counts as unread.
  policy: z.unknown().transform((value) => (value == null ? null : canonicalJson(value))),
})
export type ApiRole = z.infer<typeof role>

const roleList: Omit<NumberedCall<ApiRole>, 'id' | 'optional' | 'why'> = {
  ...{ action: 'iam:roles:listRoles', purpose: 'legacy-roles', model: 'v3', mayStandAlone: true },
  ...{ schema: role, rows: 'roles', key: (row) => row.id, pageSize: 300, total: 'total_number' },
}

/** Asked with `domain_id`. */
export const customRoles: NumberedCall<ApiRole> = {
  ...roleList,
  id: 'GET /v3/roles?domain_id',
  ...{ optional: false, why: 'custom policies of the legacy model, with their documents' },
}

export const systemRoles: NumberedCall<ApiRole> = {
  ...roleList,
  id: 'GET /v3/roles',
  ...{ optional: true, why: 'system roles, where many are in use' },
}

export const oneRole: Call<{ role: ApiRole }> = {
  id: 'GET /v3/roles/{role_id}',
  ...{ action: 'iam:roles:getRole', purpose: 'legacy-roles', optional: false, model: 'v3' },
  why: 'documents of the system roles in use',
  schema: z.object({ role: z.preprocess((value) => (Array.isArray(value) ? value[0] : value), role) }),
}

const rolesOf = (path: string, action: string): ListCall<ApiRole> => ({
  id: `GET ${path}`,
  action: `iam:permissions:${action}`,
  ...{ purpose: 'legacy-roles', optional: true, model: 'v3' },
  why: 'the other way round, when role assignments may not be listed',
  ...{ schema: role, rows: 'roles', key: (row) => row.id, mayStandAlone: true },
})

/** Roles of one group or agency in the two scopes that reach the whole account. */
export const rolesOfHolder = {
  group: {
    domain: rolesOf('/v3/domains/{domain_id}/groups/{group_id}/roles', 'listRolesForGroupOnDomain'),
    'all-projects': rolesOf(
      '/v3/OS-INHERIT/domains/{domain_id}/groups/{group_id}/roles/inherited_to_projects',
      'listRolesForGroup',
    ),
  },
  agency: {
    domain: rolesOf(
      '/v3.0/OS-AGENCY/domains/{domain_id}/agencies/{agency_id}/roles',
      'listRolesForAgencyOnDomain',
    ),
    'all-projects': rolesOf(
      '/v3.0/OS-INHERIT/domains/{domain_id}/agencies/{agency_id}/roles/inherited_to_projects',
      'listRolesForAgency',
    ),
  },
} as const

const validity = z.object({ id, expire_time: maybeText })
export type ApiValidity = z.infer<typeof validity>

export const agencyValidity: NumberedCall<ApiValidity> = {
  id: 'GET /v3.0/OS-AGENCY/agencies',
  ...{ action: 'iam:agencies:listAgencies', purpose: 'agencies', optional: true, model: 'v3' },
  why: 'until when agencies are valid',
  ...{ schema: validity, rows: 'agencies', key: (row) => row.id, pageSize: 500, total: null },
}

const provider = z.object({
  id,
  sso_type: maybeText,
  // Anything but a plain "no" counts as enabled.
  enabled: z.unknown().transform((value) => value !== false),
})
export type ApiProvider = z.infer<typeof provider>

export const identityProviders: ListCall<ApiProvider> = {
  id: 'GET /v3/OS-FEDERATION/identity_providers',
  action: 'iam:identityProviders:listIdentityProviders',
  ...{ purpose: 'federation', optional: false, model: 'v3' },
  why: 'identity providers, whose people may become members of groups',
  ...{ schema: provider, rows: 'identity_providers', key: (row) => row.id },
}

const protocol = z.object({ id, mapping_id: maybeText })
export type ApiProtocol = z.infer<typeof protocol>

export const protocols: ListCall<ApiProtocol> = {
  id: 'GET /v3/OS-FEDERATION/identity_providers/{provider_id}/protocols',
  action: 'iam:identityProviders:listProtocols',
  ...{ purpose: 'federation', optional: false, model: 'v3' },
  why: 'which mapping an identity provider is bound to',
  ...{ schema: protocol, rows: 'protocols', key: (row) => row.id },
}

const mapping = z.object({ id, rules: z.unknown().transform((value) => canonicalJson(value ?? null)) })
export type ApiMapping = z.infer<typeof mapping>

export const mappings: ListCall<ApiMapping> = {
  id: 'GET /v3/OS-FEDERATION/mappings',
  action: 'iam:identityProviders:listMappings',
  ...{ purpose: 'federation', optional: false, model: 'v3' },
  why: 'which groups the people of an identity provider become members of',
  ...{ schema: mapping, rows: 'mappings', key: (row) => row.id },
}

const openId = z.object({
  idp_url: z.string().min(1),
  client_id: z.string().min(1),
  signing_key: z.string().nullish(),
})
export type ApiOpenId = z.infer<typeof openId>

export const openIdConfiguration: Call<{ openid_connect_config: ApiOpenId }> = {
  id: 'GET /v3.0/OS-FEDERATION/identity-providers/{provider_id}/openid-connect-config',
  action: 'iam:identityProviders:getOpenIDConnectConfig',
  ...{ purpose: 'federation', optional: false, model: 'v3' },
  why: 'who vouches for the people of an OIDC provider',
  schema: z.object({ openid_connect_config: openId }),
}

/** Up to half a megabyte; what is kept of it is the entity id and digests of the certificates. */
export const samlMetadata: Call<{ data: string }> = {
  id: 'GET /v3-ext/OS-FEDERATION/identity_providers/{provider_id}/protocols/{protocol_id}/metadata',
  action: 'iam:identityProviders:getIDPMetadata',
  ...{ purpose: 'federation', optional: false, model: 'v3' },
  why: 'who vouches for the people of a SAML provider',
  schema: z.object({ data: z.string() }),
}

/** A user as v3 has it: one with an external identity is whom a provider logs in. */
export const externalIdentity: Call<{ user: { xuser_id: string | null } }> = {
  id: 'GET /v3.0/OS-USER/users/{user_id}',
  ...{ action: 'iam:users:getUser', purpose: 'federation', optional: true, model: 'v3' },
  why: 'how many users an identity provider logs in, where it makes nobody a member of a group',
  schema: z.object({ user: z.object({ xuser_id: maybeText }) }),
}
