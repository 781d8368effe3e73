/**
 * The snapshot: everything the audit reads of an account, as plain data. The crawl writes it, the audit reads it,
 * `save-snapshot` and `snapshot` move it through a file. It holds no secret. Field names are the cloud's.
 */
import { z } from 'zod'

const userSchema = z.object({
  user_id: z.string(),
  user_name: z.string(),
  urn: z.string(),
  enabled: z.boolean(),
  is_root_user: z.boolean(),
  created_at: z.string(),
})

const groupSchema = z.object({
  group_id: z.string(),
  group_name: z.string(),
  urn: z.string(),
  created_at: z.string(),
})

const policySchema = z.object({
  policy_id: z.string(),
  policy_name: z.string(),
  policy_type: z.enum(['custom', 'system']).or(z.string()),
  default_version_id: z.string(),
  attachment_count: z.number().int().nullable(),
  updated_at: z.string().nullable(),
  /** The default version. Null: it could not be read (a gap says why). */
  version: z
    .object({
      version_id: z.string(),
      created_at: z.string(),
      /** The bytes of the API's `document` string, untouched: `known_gaps` hash them. */
      document: z.string(),
    })
    .nullable(),
})

const attachmentSchema = z.object({
  policy_id: z.string(),
  principal_type: z.enum(['user', 'group', 'agency']),
  principal_id: z.string(),
  /** When the policy was attached. Nothing in the cloud says when a user joined a group. */
  attached_at: z.string().nullable(),
})

const membershipSchema = z.object({ group_id: z.string(), user_ids: z.array(z.string()) })

/** What a gap makes uncertain: everybody, or the users that one policy, group or user leads to. */
const gapScopeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('account') }),
  z.object({ type: z.literal('policy'), policy_id: z.string() }),
  z.object({ type: z.literal('group'), group_id: z.string() }),
  z.object({ type: z.literal('user'), user_id: z.string() }),
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
] as const

const coverageSchema = z.object({
  source: z.enum(coverageSources),
  status: z.enum(['audited', 'absent', 'present', 'denied', 'not-attempted']),
  count: z.number().int().nullable(),
})

const catalogueActionSchema = z.object({
  action: z.string(),
  accessLevel: z.enum(['List', 'Read', 'Write', 'Permission_management', 'Tagging']),
  aliases: z.array(z.string()),
})

export const snapshotSchema = z.object({
  version: z.literal(1),
  kind: z.literal('iam-audit-snapshot'),
  taken_at: z.iso.datetime(),
  account_id: z.string(),
  /** Who crawled: the caller's URN and id; null where STS could not be asked. */
  auditor: z.object({ urn: z.string(), id: z.string() }).nullable(),
  users: z.array(userSchema),
  groups: z.array(groupSchema),
  /** Every attached policy that the crawl met. */
  policies: z.array(policySchema),
  attachments: z.array(attachmentSchema),
  /** Members of the groups that matter. A group with relevant policies and no row here was not read. */
  memberships: z.array(membershipSchema),
  gaps: z.array(crawlGapSchema),
  /** Sentences worth saying that make nothing uncertain. */
  notices: z.array(z.string()),
  coverage: z.array(coverageSchema),
  /** Seen by the crawl, and expected by `account-summary` where that was permitted. */
  population: z.object({
    users: z.object({ seen: z.number().int(), expected: z.number().int().nullable() }),
    groups: z.object({ seen: z.number().int(), expected: z.number().int().nullable() }),
    policies: z.object({ seen: z.number().int(), expected: z.number().int().nullable() }),
  }),
  /** Live catalogue of the services the audited list names; null: the shipped one serves. */
  catalogue: z.array(catalogueActionSchema).nullable(),
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
export type CrawlGap = Snapshot['gaps'][number]
export type GapScope = CrawlGap['scope']
export type Coverage = Snapshot['coverage'][number]
