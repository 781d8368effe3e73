/** The calls of IAM v5 and STS. */
import { z } from 'zod'
import type { CatalogueAction } from '../../policy/types.ts'
import type { Call, ListCall } from './call.ts'
import { id, maybeCount, maybeText } from './field.ts'

export const callerIdentity: Call<{ account_id: string; principal_urn: string; principal_id: string }> = {
  id: 'GET /v5/caller-identity',
  ...{ action: null, purpose: 'account', optional: true, model: 'sts' },
  why: 'which account this is, and who asks',
  schema: z.object({ account_id: id, principal_urn: z.string(), principal_id: z.string() }),
}

const user = z.object({
  user_id: id,
  user_name: z.string(),
  urn: maybeText,
  enabled: z.boolean(),
  is_root_user: z.boolean(),
  created_at: maybeText,
})
export type ApiUser = z.infer<typeof user>

export const users: ListCall<ApiUser> = {
  id: 'GET /v5/users',
  ...{ action: 'iam:users:listUsersV5', purpose: 'account', optional: false, model: 'v5' },
  why: 'users',
  ...{ schema: user, rows: 'users', key: (row) => row.user_id },
}

/** Asked with `group_id`. */
export const members: ListCall<ApiUser> = { ...users, id: 'GET /v5/users?group_id', why: 'members of groups' }

const group = z.object({
  group_id: id,
  group_name: z.string(),
  urn: maybeText,
  created_at: maybeText,
})
export type ApiGroup = z.infer<typeof group>

export const groups: ListCall<ApiGroup> = {
  id: 'GET /v5/groups',
  ...{ action: 'iam:groups:listGroupsV5', purpose: 'account', optional: false, model: 'v5' },
  why: 'groups',
  ...{ schema: group, rows: 'groups', key: (row) => row.group_id },
}

const policy = z.object({
  policy_id: id,
  policy_name: z.string(),
  policy_type: maybeText,
  default_version_id: id,
  attachment_count: maybeCount,
  updated_at: maybeText,
})
export type ApiPolicy = z.infer<typeof policy>

/** Custom and system policies; asked with `only_attached`. */
export const policies: ListCall<ApiPolicy> = {
  id: 'GET /v5/policies',
  ...{ action: 'iam:policies:listV5', purpose: 'identity-policies', optional: false, model: 'v5' },
  why: 'attached policies and their default versions',
  ...{ schema: policy, rows: 'policies', key: (row) => row.policy_id },
}

const version = z.object({
  version_id: id,
  is_default: z.boolean(),
  created_at: maybeText,
  document: z.string(),
})
export type ApiVersion = z.infer<typeof version>

export const policyVersion: Call<{ policy_version: ApiVersion }> = {
  id: 'GET /v5/policies/{policy_id}/versions/{version_id}',
  ...{ action: 'iam:policies:getVersionV5', purpose: 'identity-policies', optional: false, model: 'v5' },
  why: 'policy documents',
  schema: z.object({ policy_version: version }),
}

export const policyVersions: ListCall<ApiVersion> = {
  id: 'GET /v5/policies/{policy_id}/versions',
  ...{ action: 'iam:policies:listVersionsV5', purpose: 'identity-policies', optional: true, model: 'v5' },
  why: 'the other way round, when policies may not be listed',
  ...{ schema: version, rows: 'versions', key: (row) => row.version_id },
}

export interface Entity {
  readonly principal_type: 'user' | 'group' | 'agency'
  readonly principal_id: string
  readonly attached_at: string | null
}

/** What a page says a policy is attached to, and how many of its rows name nobody. */
export interface EntityPage {
  readonly entities: readonly Entity[]
  readonly broken: number
}

const rows = z.array(z.unknown()).nullish()

/** Three arrays share one marker; one of them may be absent from a page, or null. */
const entityPage = z
  .object({ policy_users: rows, policy_groups: rows, policy_agencies: rows })
  .refine((page) => page.policy_users || page.policy_groups || page.policy_agencies, 'no list of entities')
  .transform((page): EntityPage => {
    const read = [
      ...(page.policy_users ?? []).map((row) => entityOf('user', row)),
      ...(page.policy_groups ?? []).map((row) => entityOf('group', row)),
      ...(page.policy_agencies ?? []).map((row) => entityOf('agency', row)),
    ]
    const entities = read.filter((one) => one !== null)
    return { entities, broken: read.length - entities.length }
  })

function entityOf(principal_type: Entity['principal_type'], row: unknown): Entity | null {
  const schema = z.object({ [`${principal_type}_id`]: id, attached_at: maybeText })
  const { data } = schema.safeParse(row)
  if (data === undefined) return null
  const { attached_at, [`${principal_type}_id`]: principal_id } = data as Record<string, string | null>
  return { principal_type, principal_id: principal_id ?? '', attached_at: attached_at ?? null }
}

export const attachedEntities: Call<EntityPage> = {
  id: 'GET /v5/policies/{policy_id}/attached-entities',
  ...{ action: 'iam:policies:listEntitiesV5', purpose: 'identity-policies', optional: false, model: 'v5' },
  why: 'who a policy is attached to',
  schema: entityPage,
}

const attached = z.object({ policy_id: id, policy_name: z.string(), urn: maybeText, attached_at: maybeText })
export type ApiAttached = z.infer<typeof attached>

const attachedTo = (kind: 'group' | 'user' | 'agency', plural: string): ListCall<ApiAttached> => ({
  id: `GET /v5/${plural}/{${kind}_id}/attached-policies`,
  action: `iam:${plural}:listAttachedPoliciesV5`,
  ...{ purpose: kind === 'agency' ? 'agencies' : 'identity-policies', optional: true, model: 'v5' },
  why: 'what else a way out takes; and the other way round, when entities may not be listed',
  ...{ schema: attached, rows: 'attached_policies', key: (row) => row.policy_id },
})

export const attachedPolicies = {
  group: attachedTo('group', 'groups'),
  user: attachedTo('user', 'users'),
  agency: attachedTo('agency', 'agencies'),
} as const

const summary = z.object({
  ...{ users: z.number().int(), groups: z.number().int() },
  ...{ agencies: maybeCount, oidc_provider: maybeCount, saml_provider: maybeCount },
})
export type AccountSummary = z.infer<typeof summary>

export const accountSummary: Call<AccountSummary> = {
  id: 'GET /v5/account-summary',
  ...{ action: 'iam::getAccountSummaryV5', purpose: 'account', optional: true, model: 'v5' },
  why: 'counts to check the crawl against',
  schema: summary,
}

const levels = ['List', 'Read', 'Write', 'Permission_management', 'Tagging'] as const

/** Huawei's documents and its own clients spell the levels in different letter case. */
const accessLevel = z
  .string()
  .transform((text) => levels.find((level) => level.toLowerCase() === text.toLowerCase()))
  .pipe(z.enum(levels))

const schemaAction = z.object({
  name: z.string(),
  access_level: accessLevel,
  aliases: z.array(z.string()).nullish().catch(null),
})

/** The actions that a service knows today. Rows that say something else are left out: the shipped ones serve. */
export const authorizationSchema: Call<CatalogueAction[]> = {
  id: 'GET /v5/authorization-schemas/services/{service_code}',
  ...{ action: null, purpose: 'account', optional: true, model: 'v5' },
  why: 'names and aliases of the actions there are',
  schema: z.object({ actions: z.array(z.unknown()) }).transform(({ actions }) =>
    actions.flatMap((row) => {
      const { data } = schemaAction.safeParse(row)
      if (data === undefined || data.name.split(':').length !== 3) return []
      return [{ action: data.name, accessLevel: data.access_level, aliases: data.aliases ?? [] }]
    }),
  ),
}

const agency = z.object({
  agency_id: id,
  agency_name: z.string(),
  urn: maybeText,
  path: maybeText,
  created_at: maybeText,
  trust_policy: z.string().nullish(),
  trust_domain_id: z.string().nullish(),
  trust_domain_name: z.string().nullish(),
})
export type ApiAgency = z.infer<typeof agency>

/** Agencies of both kinds. */
export const agencies: ListCall<ApiAgency> = {
  id: 'GET /v5/agencies',
  ...{ action: 'iam:agencies:listV5', purpose: 'agencies', optional: false, model: 'v5' },
  why: 'agencies, and whom they trust',
  ...{ schema: agency, rows: 'agencies', key: (row) => row.agency_id },
}

const named = z.object({
  provider_id: maybeText,
  provider_name: maybeText,
  name: maybeText,
  urn: id,
})

const oidcProvider = named.extend({
  url: z.string().min(1),
  client_ids: z.array(z.string()).nullish(),
  thumbprints: z.array(z.string()).nullish(),
})
export type ApiOidcProvider = z.infer<typeof oidcProvider>

export const oidcProviders: ListCall<ApiOidcProvider> = {
  id: 'GET /v5/oidc-providers',
  ...{ action: 'iam:oidcProviders:listV5', purpose: 'agencies', optional: false, model: 'v5' },
  why: 'issuers of the OIDC providers that trust policies name',
  ...{ schema: oidcProvider, rows: 'oidc_providers', key: (row) => row.urn },
}

const samlProvider = named.extend({
  saml_metadata_document: z.string().nullish(),
  metadata: z.string().nullish(),
})
export type ApiSamlProvider = z.infer<typeof samlProvider>

export const samlProviders: ListCall<ApiSamlProvider> = {
  id: 'GET /v5/saml-providers',
  ...{ action: 'iam:samlProviders:listV5', purpose: 'agencies', optional: false, model: 'v5' },
  why: 'issuers of the SAML providers that trust policies name',
  ...{ schema: samlProvider, rows: 'saml_providers', key: (row) => row.urn },
}
