/** The JSON report: what other tools read. Versioned; fields are added, never changed. */
import { z } from 'zod'
import { entrySchema, grantSchema } from '../baseline/baseline-schema.ts'
import { coverageSources } from '../snapshot/snapshot.ts'

const text = z.string()
const nullable = text.nullable()
const severity = z.enum(['critical', 'high', 'medium', 'low'])

const path = z.object({
  via: z.enum(['user', 'group', 'builtin-group']),
  group_id: nullable,
  group: nullable,
  policy_id: nullable,
  policy: nullable,
  version_id: nullable,
  version_created_at: nullable,
  statement: z.int().nullable(),
  pattern: nullable,
  attached_at: nullable.describe('When the policy was attached; never when the user joined the group.'),
  restricted: z.boolean(),
})

const difference = z.object({
  user_id: text,
  user: text,
  permission: text,
  grants: z.array(grantSchema),
  actions: z.array(text).describe('Catalogue names of it, sorted.'),
  example: nullable.describe('A shortest action string of it.'),
})

const drift = difference.extend({
  severity,
  extent: z.enum(['all', 'part']),
  restricted: z.boolean(),
  paths: z.array(path),
  cause: text,
})

const seenAndExpected = z.object({ seen: z.int(), expected: z.int().nullable() })

export const reportSchema = z
  .object({
    version: z.literal(1),
    kind: z.enum(['audit', 'gate', 'update-baseline', 'check']),
    generated_at: text,
    tool: z.object({ version: text, commit: text, presets_digest: text, catalogue_digest: text }),
    run: z.object({
      ...{
        repository: text,
        sha: text,
        run_id: text,
        run_attempt: text,
        url: text,
        event: text,
        actor: text,
      },
    }),
    inputs: z.object({ config_sha256: nullable, baseline_sha256: nullable }),
    account: z.object({ id: text, name: text }).nullable(),
    auditor: z.object({ urn: text, id: text }).nullable(),
    result: text,
    complete: z.boolean(),
    gaps: z.array(
      z.object({
        code: text,
        call: text,
        message: text,
        remedy: text,
        iam_action: nullable,
        policy_id: nullable,
        policy: nullable,
        version_id: nullable,
        sha256: nullable,
        user_ids: z.array(text).nullable().describe('Null: everybody may be concerned.'),
        users: z.array(text).nullable(),
      }),
    ),
    known_gaps: z.array(
      z.object({
        policy_id: text,
        policy: text,
        version_id: text,
        justification: text,
        expires: text,
        users: z.array(text),
      }),
    ),
    notices: z.array(text),
    coverage: z.array(
      z.object({
        source: z.enum(coverageSources),
        status: z.enum(['audited', 'absent', 'present', 'denied', 'not-attempted']),
        count: z.int().nullable(),
      }),
    ),
    population: z
      .object({ users: seenAndExpected, groups: seenAndExpected, policies: seenAndExpected })
      .nullable(),
    catalogue: z.enum(['live', 'shipped']).nullable(),
    root_user: z.object({ user_id: text, user: text, enabled: z.boolean() }).nullable(),
    grants: z.array(
      z.object({
        principal_type: z.literal('user'),
        user_id: text,
        user: text,
        enabled: z.boolean(),
        permission: text,
        severity,
        extent: z.enum(['all', 'part']),
        restricted: z.boolean(),
        counts: z.boolean().describe('False: a part of a permission with holds: all, which is no drift.'),
        grants: z.array(grantSchema),
        actions: z.array(text).describe('Catalogue names of everything held, sorted.'),
        paths: z.array(path),
        conditional_denies: z.array(
          z.object({ policy_id: text, policy: text, version_id: text, statement: z.int() }),
        ),
        approval: entrySchema.nullable(),
      }),
    ),
    drift: z.object({
      unapproved_holders: z.array(drift),
      exceeds_approval: z.array(drift),
      approval_expired: z.array(drift),
    }),
    no_longer_held: z.array(difference),
    reduced: z.array(difference),
    expiring: z.array(
      difference
        .extend({ expires: text, days_left: z.int(), owner: nullable })
        .describe('Nothing is gained.'),
    ),
    renamed: z.array(difference.extend({ recorded: text }).describe('An entry with another name.')),
    unreviewed: z.array(difference.extend({ missing: z.array(text) })),
    entries: z
      .array(z.object({ user_id: text, user: text, permission: text, change: text }))
      .optional()
      .describe('Gate: what the pull request does to each entry.'),
    scope_changes: z.array(text).optional().describe('Gate: what the pull request takes out of the audit.'),
    problems: z
      .array(text)
      .optional()
      .describe('Why the run stopped before a verdict, or what a check found missing.'),
    stats: z.object({ requests: z.int(), retries: z.int(), duration_ms: z.int() }),
  })
  .describe('Report of the IAM permission audit.')

export type Report = z.infer<typeof reportSchema>
