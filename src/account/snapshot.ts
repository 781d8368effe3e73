/**
 * The snapshot: everything the audit reads of an account, as plain data. The crawl writes it, the audit reads it,
 * `save-snapshot` and `snapshot` move it through a file. It holds no secret. Field names are the cloud's.
 */
import { z } from 'zod'
import { traceRecordSchema } from './trace-record.ts'

const userSchema = z.object({
  user_id: z.string(),
  user_name: z.string(),
  urn: z.string(),
  enabled: z.boolean(),
  is_root_user: z.boolean(),
  created_at: z.string().nullable(),
})

const groupSchema = z.object({
  group_id: z.string(),
  group_name: z.string(),
  urn: z.string(),
  created_at: z.string().nullable(),
})

const policySchema = z.object({
  policy_id: z.string(),
  policy_name: z.string(),
  /** `custom`, `system`; null where the cloud did not say. */
  policy_type: z.string().nullable(),
  default_version_id: z.string(),
  attachment_count: z.number().int().nullable(),
  updated_at: z.string().nullable(),
  /** The default version. Null: it could not be read (a gap says why). */
  version: z
    .object({
      version_id: z.string(),
      created_at: z.string().nullable(),
      /** The bytes of the API's `document` string, untouched: `known_gaps` hash them. */
      document: z.string(),
    })
    .nullable(),
})

const olderVersionSchema = z.object({
  policy_id: z.string(),
  version_id: z.string(),
  created_at: z.string().nullable(),
  document: z.string(),
})
export type OlderVersion = z.infer<typeof olderVersionSchema>

const attachmentSchema = z.object({
  policy_id: z.string(),
  principal_type: z.enum(['user', 'group', 'agency']),
  principal_id: z.string(),
  /** When the policy was attached. Nothing in the cloud says when a user joined a group. */
  attached_at: z.string().nullable(),
})

/**
 * What else was given to those whom ways out take something from: read after the verdict, which it does not touch. Such a
 * policy says nothing of what is audited, or it stands among the attachments.
 */
const besideSchema = z.object({
  /** Whose attachments were read, all of them. */
  holders: z.array(z.object({ kind: z.enum(['user', 'group', 'agency']), id: z.string() })),
  attachments: z.array(attachmentSchema.extend({ policy_name: z.string() })),
})
export type Beside = z.infer<typeof besideSchema>

const membershipSchema = z.object({ group_id: z.string(), user_ids: z.array(z.string()) })

/** A role or policy of the legacy model. It has no versions: an update changes what is in force at once. */
const roleSchema = z.object({
  role_id: z.string(),
  name: z.string(),
  display_name: z.string(),
  catalog: z.string(),
  type: z.string().nullable(),
  /** The account that made it; null: a system role. */
  domain_id: z.string().nullable(),
  /** Milliseconds as text, as sent. */
  updated_time: z.string().nullable(),
  /** Canonical JSON of the policy object, which `known_gaps` hash. Null: it could not be read (a gap says why). */
  policy: z.string().nullable(),
})

/** `project:<id>` and `enterprise-project:<id>` name one, the others the whole account. */
const roleScopeSchema = z.union([
  z.literal('domain'),
  z.literal('all-projects'),
  z.templateLiteral(['project:', z.string()]),
  z.templateLiteral(['enterprise-project:', z.string()]),
])

/** A grant of the legacy model. Nothing in the cloud says when it was made. */
const roleAssignmentSchema = z.object({
  holder_type: z.enum(['user', 'group', 'agency']),
  holder_id: z.string(),
  role_id: z.string(),
  scope: roleScopeSchema,
})

/** An agency, or a trust agency: that one has a `trust_policy`, the other a `trust_domain_id`. */
const agencySchema = z.object({
  agency_id: z.string(),
  agency_name: z.string(),
  urn: z.string(),
  path: z.string(),
  created_at: z.string().nullable(),
  /** The bytes of the API's string, untouched: `{document}` of an approval hashes them. */
  trust_policy: z.string().nullable(),
  trust_domain_id: z.string().nullable(),
  trust_domain_name: z.string().nullable(),
  /** Null: never, or unread (a notice says so). */
  expire_time: z.string().nullable(),
})

/** An identity provider of v3, which makes its people members of groups. */
const providerSchema = z.object({
  provider_id: z.string(),
  sso_type: z.string().nullable(),
  enabled: z.boolean(),
  protocols: z.array(z.object({ protocol_id: z.string(), mapping_id: z.string().nullable() })),
  /** Who vouches: OIDC issuers with their client ids, or SAML entity ids. Null: unread. */
  issuer: z.string().nullable(),
  /** What verifies its word, sorted. Null: unread. */
  keys: z.array(z.string()).nullable(),
  /** Of one whose people act as IAM users: how many are bound to it. Null: unread, or of another type. */
  sso_users: z.number().int().nullable(),
})

const mappingSchema = z.object({
  mapping_id: z.string(),
  /** Canonical JSON of the rules, which `known_gaps` hash. */
  rules: z.string(),
})

/** An identity provider of v5, which trust policies name. */
const trustProviderSchema = z.object({
  provider_id: z.string(),
  provider_name: z.string(),
  kind: z.enum(['oidc', 'saml']),
  urn: z.string(),
  issuer: z.string().nullable(),
  keys: z.array(z.string()).nullable(),
})

/** A source of power that may be unread as a whole. */
export const unreadableSources = ['legacy-roles', 'agencies', 'federation', 'traces'] as const

/** What a gap makes uncertain: everybody, or those that one thing leads to. */
const gapScopeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('account') }),
  z.object({ type: z.literal('policy'), policy_id: z.string() }),
  z.object({ type: z.literal('group'), group_id: z.string() }),
  z.object({ type: z.literal('user'), user_id: z.string() }),
  z.object({ type: z.literal('agency'), agency_id: z.string() }),
  z.object({ type: z.literal('role'), role_id: z.string() }),
  z.object({ type: z.literal('provider'), provider_id: z.string() }),
  z.object({ type: z.literal('mapping'), mapping_id: z.string() }),
  /** Legacy roles and agencies reach everybody, federation all federated principals. */
  z.object({ type: z.literal('source'), source: z.enum(unreadableSources) }),
])

const crawlGapSchema = z.object({
  /** Stable machine word, such as `forbidden`, `unreadable`, `changed`, `count-mismatch`, `deadline`. */
  code: z.string(),
  /** The call or field concerned: `GET /v5/groups`, `page_info.next_marker`. */
  call: z.string(),
  /** One sentence: what failed, for which thing, why. */
  message: z.string(),
  /** One sentence: what to do about it. */
  remedy: z.string(),
  /** The IAM action that is missing, where that is the cause. */
  iam_action: z.string().nullable(),
  /** The server's error code, such as `IAM.0091`; null where there is none. */
  http_code: z.string().nullable(),
  scope: gapScopeSchema,
})

export const coverageSources = [
  'identity-policies',
  'admin-group',
  'root-user',
  'legacy-roles',
  'agencies',
  'federation',
  'identity-center',
  'traces',
] as const

export const coverageStatuses = ['audited', 'absent', 'present', 'denied', 'not-attempted', 'off'] as const

const coverageSchema = z.object({
  source: z.enum(coverageSources),
  status: z.enum(coverageStatuses),
  count: z.number().int().nullable(),
})

const countSchema = z.object({ seen: z.number().int(), expected: z.number().int().nullable() })

const catalogueActionSchema = z.object({
  action: z.string(),
  accessLevel: z.enum(['List', 'Read', 'Write', 'Permission_management', 'Tagging']),
  aliases: z.array(z.string()),
})

export const snapshotSchema = z.object({
  version: z.literal(2),
  kind: z.literal('iam-audit-snapshot'),
  taken_at: z.iso.datetime(),
  account_id: z.string(),
  /** Where something told it. */
  account_name: z.string().nullable(),
  /** Who crawled: the caller's URN and id; null where STS could not be asked. */
  auditor: z.object({ urn: z.string(), id: z.string() }).nullable(),
  users: z.array(userSchema),
  groups: z.array(groupSchema),
  /** Every attached policy that the crawl met. */
  policies: z.array(policySchema),
  /** Older versions of policies whose newer one brought drift, for what can be undone. */
  older_versions: z.array(olderVersionSchema).optional(),
  beside: besideSchema.optional(),
  attachments: z.array(attachmentSchema),
  /** Members of the groups that matter. A group with relevant policies and no row here was not read. */
  memberships: z.array(membershipSchema),
  /** Legacy roles and policies that somebody holds. */
  roles: z.array(roleSchema),
  role_assignments: z.array(roleAssignmentSchema),
  agencies: z.array(agencySchema),
  providers: z.array(providerSchema),
  mappings: z.array(mappingSchema),
  trust_providers: z.array(trustProviderSchema),
  gaps: z.array(crawlGapSchema),
  /** Sentences worth saying that make nothing uncertain. */
  notices: z.array(z.string()),
  coverage: z.array(coverageSchema),
  /** Seen by the crawl, and expected by `account-summary` where that was permitted. */
  population: z.object({
    users: countSchema,
    groups: countSchema,
    policies: countSchema,
    roles: countSchema,
    agencies: countSchema,
    providers: countSchema,
  }),
  /** Live catalogue of the services the audited list names; null: the shipped one serves. */
  catalogue: z.array(catalogueActionSchema).nullable(),
  /** What the traces of a window tell; null or absent: nobody read them. */
  traces: traceRecordSchema.nullish(),
  stats: z.object({
    requests: z.number().int(),
    retries: z.number().int(),
    duration_ms: z.number().int(),
    /** How the account was crawled, and how many documents came from the cache. */
    method: z.enum(['policy-first', 'group-first']),
    documents_cached: z.number().int(),
  }),
})

export type Snapshot = z.infer<typeof snapshotSchema>
export type User = Snapshot['users'][number]
export type Group = Snapshot['groups'][number]
export type Policy = Snapshot['policies'][number]
export type Attachment = Snapshot['attachments'][number]
export type Membership = Snapshot['memberships'][number]
export type Role = Snapshot['roles'][number]
export type RoleAssignment = Snapshot['role_assignments'][number]
export type RoleScope = RoleAssignment['scope']
export type Agency = Snapshot['agencies'][number]
export type Provider = Snapshot['providers'][number]
export type Mapping = Snapshot['mappings'][number]
export type TrustProvider = Snapshot['trust_providers'][number]
export type CrawlGap = Snapshot['gaps'][number]
export type GapScope = CrawlGap['scope']
export type Coverage = Snapshot['coverage'][number]
