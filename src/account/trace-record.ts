/**
 * What the traces of a window tell, as a snapshot keeps it: events of the account, the audit's own readings of it, and
 * what had to be read beside the present account to know what those events meant. No request body is kept.
 */
import { z } from 'zod'

/** Who did something, from where, when. Everything in it is somebody's word. */
const traceBySchema = z.object({
  /** URN of whoever is behind it; of the session where nothing tells who assumed the agency. */
  principal: z.string().nullable(),
  /** The session by which they acted, or the name of the agency; null: as themselves. */
  through: z.string().nullable(),
  address: z.string().nullable(),
  via: z.enum(['console', 'api']).nullable(),
  /** Null: no session context was recorded. */
  mfa: z.boolean().nullable(),
  time: z.iso.datetime(),
  trace_id: z.string(),
})

const holderSchema = z.object({ type: z.enum(['user', 'group', 'agency']), id: z.string() })
const id = z.string().nullable()

/** Whom an agency trusts, as far as a request says it. */
const trustSchema = z.object({
  trust_policy: z.string().nullable(),
  trust_domain_id: z.string().nullable(),
  trust_domain_name: z.string().nullable(),
})

/** Null in an id: the trace does not tell it. */
const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['attached', 'detached']), to: holderSchema, policy_id: id }),
  z.object({ kind: z.enum(['member-added', 'member-removed']), group_id: id, user_id: id }),
  z.object({
    kind: z.enum(['role-granted', 'role-revoked']),
    to: holderSchema.nullable(),
    role_id: id,
    scope: z.string().nullable(),
  }),
  /** A version came to be, came into force, or both. `in_force` null: the trace does not tell. */
  z.object({
    kind: z.literal('version'),
    policy_id: z.string(),
    version_id: id,
    document: z.string().nullable(),
    created: z.boolean(),
    /** The policy itself came to be with it. */
    new_policy: z.boolean(),
    in_force: z.boolean().nullable(),
  }),
  z.object({ kind: z.literal('version-deleted'), policy_id: z.string(), version_id: id }),
  z.object({
    kind: z.enum(['created', 'deleted']),
    what: z.enum(['user', 'group', 'policy', 'agency', 'role', 'mapping', 'provider', 'trust-provider']),
    id: z.string(),
    name: z.string(),
  }),
  z.object({
    kind: z.literal('user-changed'),
    user_id: z.string(),
    enabled: z.boolean().nullable(),
    name: z.string().nullable(),
  }),
  z.object({ kind: z.literal('group-renamed'), group_id: z.string(), name: z.string().nullable() }),
  /** Of an agency just made, too. `trust` null: not told; `expires` null: not told, `never` or a time. */
  z.object({
    kind: z.literal('trust'),
    agency_id: z.string(),
    name: z.string(),
    path: z.string(),
    created: z.boolean(),
    trust: trustSchema.nullable(),
    trust_changed: z.boolean(),
    expires: z.string().nullable(),
    expiry_changed: z.boolean(),
  }),
  /** The text of a custom role, of one just made too. */
  z.object({
    kind: z.literal('role-text'),
    role_id: z.string(),
    name: z.string(),
    created: z.boolean(),
    policy: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('mapping'),
    mapping_id: z.string(),
    created: z.boolean(),
    rules: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('provider'),
    provider_id: z.string(),
    created: z.boolean(),
    enabled: z.boolean().nullable(),
    sso_type: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('protocol'),
    provider_id: z.string(),
    protocol_id: id,
    what: z.enum(['created', 'bound', 'deleted']),
    mapping_id: id,
  }),
  /** Who vouches, and what verifies it: of a provider of v3, or of one that trust policies name. */
  z.object({
    kind: z.literal('vouching'),
    provider_id: z.string(),
    of: z.enum(['provider', 'trust-provider']),
  }),
])

const traceEventSchema = z.object({
  /** Milliseconds since 1970. */
  time: z.number(),
  operation: z.string(),
  /** What it was done to, as the trace names it. */
  about: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  by: traceBySchema,
  /** Null: it cannot be told what changed. */
  change: changeSchema.nullable(),
  /** Why it cannot be undone; null where it can. */
  untold: z.string().nullable(),
})

/** From the first to the last read of one run, in milliseconds since 1970. */
const readingSchema = z.object({ from: z.number(), until: z.number() })

export const traceRecordSchema = z.object({
  /** The window: milliseconds since 1970. */
  from: z.number(),
  until: z.number(),
  /** Traces that were read, of whatever. */
  count: z.number().int(),
  /** Oldest first; of the same time, in the order in which they were recorded. */
  events: z.array(traceEventSchema),
  /** When the audit itself read the account, oldest first. */
  readings: z.array(readingSchema),
  /** What events name and the present account does not hold. */
  policies: z.array(
    z.object({
      policy_id: z.string(),
      policy_name: z.string(),
      policy_type: z.string().nullable(),
      default_version_id: z.string(),
      versions: z.array(
        z.object({ version_id: z.string(), created_at: z.string().nullable(), document: z.string() }),
      ),
      attachments: z.array(
        z.object({
          principal_type: z.enum(['user', 'group', 'agency']),
          principal_id: z.string(),
          attached_at: z.string().nullable(),
        }),
      ),
    }),
  ),
  memberships: z.array(z.object({ group_id: z.string(), user_ids: z.array(z.string()) })),
  roles: z.array(
    z.object({
      role_id: z.string(),
      name: z.string(),
      display_name: z.string(),
      catalog: z.string(),
      domain_id: z.string().nullable(),
      policy: z.string().nullable(),
    }),
  ),
  /** Ids of what events name and nobody has any more. */
  gone: z.array(z.string()),
})

export type TraceBy = z.infer<typeof traceBySchema>
export type Change = z.infer<typeof changeSchema>
export type ChangeOf<K extends Change['kind']> = Extract<Change, { kind: K }>
export type HolderRef = z.infer<typeof holderSchema>
export type AgencyTrustText = z.infer<typeof trustSchema>
export type TraceEvent = z.infer<typeof traceEventSchema>
export type Reading = z.infer<typeof readingSchema>
export type TraceRecord = z.infer<typeof traceRecordSchema>

/** One trace as it was read: checked for its shape and for nothing else. */
export interface Trace {
  readonly trace_id: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly success: boolean
  readonly read_only: boolean
  readonly resource: { readonly type: string; readonly id: string; readonly name: string }
  /** The objects that the texts of request and response hold; null: absent, or none that can be read. */
  readonly request: Readonly<Record<string, unknown>> | null
  readonly response: Readonly<Record<string, unknown>> | null
  readonly address: string | null
  readonly via: 'console' | 'api' | null
  readonly user: Readonly<Record<string, unknown>>
}
