/** The JSON report: what other tools read. Versioned; fields are added, never changed. */
import { z } from 'zod'
import { coverageSources, coverageStatuses } from '../account/snapshot.ts'
import { entrySchema, grantSchema, trustedSchema } from '../baseline/entry-schema.ts'
import { linkSchema } from './link-schema.ts'

const text = z.string()
const nullable = text.nullable()
const severity = z.enum(['critical', 'high', 'medium', 'low'])
const principalType = z.enum(['user', 'agency', 'federated'])

const principal = {
  principal_type: principalType,
  principal_id: text.describe('Of a federated principal <provider id>/<group id>, percent-encoded.'),
  principal: text.describe('The name.'),
  user_id: text.optional().describe('Of users.'),
  user: text.optional().describe('Of users.'),
}

/** Somebody whom a gap reaches. */
const reached = z.array(z.object(principal))

const path = z.object({
  words: text.describe('The chain as people read it.'),
  links: z.array(linkSchema).describe('From the principal on; the last one grants.'),
})

const trusted = z.array(
  trustedSchema.extend({
    open: z.literal(true).optional().describe('Open to everybody of the issuer.'),
    account_name: text.optional().describe('How the account calls itself, which decides nothing.'),
  }),
)
const tests = z.array(
  z.object({
    type: text,
    any_one_of: z.array(text).optional(),
    not_any_of: z.array(text).optional(),
    regex: z.literal(true).optional(),
  }),
)
const when = z.array(z.union([tests, z.object({ names: text, tests })]))

const parties = {
  trusted: trusted.describe('Parties gained or lost.'),
  when: when.describe('Alternatives of a mapping gained or lost.'),
  issuer: nullable.describe('Who vouches instead.'),
  keys: z.array(text).describe('Keys gained or lost by which to vouch.'),
}

const difference = z.object({
  ...principal,
  permission: text,
  grants: z.array(grantSchema),
  actions: z.array(text).describe('Catalogue names of it, sorted.'),
  example: nullable.describe('An action of the catalogue where one fits, else a shortest action string.'),
  ...parties,
})

const conditionalDeny = z.object({
  policy_id: nullable,
  policy: text,
  version_id: nullable,
  role_id: nullable,
  scope: nullable,
  statement: z.int(),
  resources: z.array(text).nullable(),
  not_resources: z.array(text).nullable(),
  condition: grantSchema.shape.condition.unwrap().nullable(),
})

const operation = z.object({
  api: text,
  parameters: z.record(text, text),
  removes: z
    .union([z.object({ trusted: trustedSchema }), z.object({ when })])
    .optional()
    .describe('Of an operation that writes a text anew: what the new text is to leave out.'),
})

const by = z.object({
  principal: nullable.describe(
    'URN of whoever is behind it, of the session where nothing tells who assumed.',
  ),
  through: nullable.describe('The session or agency by which they acted.'),
  address: nullable,
  via: z.enum(['console', 'api']).nullable(),
  mfa: z.boolean().nullable().describe('Null without a session context.'),
  time: text,
  trace_id: text,
})

const services = z.array(text)
const ordinary = z.object({
  others: z.int().describe('Other principals who lose something and are not known to have it another way.'),
  services: services.describe('Of which they lose something: first segments of actions; `*`: of all.'),
  own_services: services.describe('Of which the principal itself loses something.'),
  unread: z.array(text).describe('Policies and roles that go with it and could not be read or decided.'),
  unlisted: z
    .array(z.object({ kind: z.enum(['group', 'agency']), name: text }))
    .describe('What goes whole, and of which nobody listed what else it has.'),
})

const drift = difference.extend({
  severity,
  enabled: z.boolean(),
  extent: z.enum(['all', 'part']),
  restricted: z.boolean(),
  paths: z.array(path),
  conditional_denies: z.array(conditionalDeny),
  revocations: z
    .array(
      z.object({
        operations: z.array(operation).describe('All of them together.'),
        others: z.int().describe('Other principals who lose something audited.'),
        ordinary: ordinary
          .nullable()
          .describe('What goes with it that is not audited; null where nobody worked that out.'),
      }),
    )
    .describe(
      'Each of them is complete. An older version comes first; then what touches fewest others (whoever drifts by the same cause is none), then what takes nothing ordinary from anybody else.',
    ),
  cause: text,
  by: by.nullable().describe('Who brought it; null where no trace of the window shows it.'),
})

const wasHeld = difference.extend({
  severity,
  enabled: z.boolean(),
  extent: z.enum(['all', 'part']),
  restricted: z.boolean(),
  from: nullable.describe('Null: before the window, or a beginning that no trace shows.'),
  until: nullable.describe('Null: no trace shows the end.'),
  by: by.nullable().describe('Who began it.'),
  ended_by: by.nullable(),
  history_read: z
    .boolean()
    .describe('False: what was approved then could not be read; such a row fails nothing.'),
  paths: z.array(path),
})

const untold = z.object({ time: text, operation: text, type: text, name: text, why: text, by })

const gapDocument = z.discriminatedUnion('kind', [
  z.object({
    ...{ kind: z.literal('policy'), policy_id: text, policy: text, version_id: text, sha256: nullable },
  }),
  z.object({ kind: z.literal('role'), role_id: text, role: text, sha256: nullable }),
  z.object({ kind: z.literal('mapping'), mapping_id: text, provider: text, sha256: nullable }),
])

const holding = z.object({
  ...principal,
  enabled: z.boolean(),
  permission: text,
  severity,
  extent: z.enum(['all', 'part']),
  restricted: z.boolean(),
  grants: z.array(grantSchema),
  actions: z.array(text).describe('Catalogue names of everything held, sorted.'),
  paths: z.array(path),
  paths_omitted: z.int().describe('Paths beyond the bound.'),
  conditional_denies: z.array(conditionalDeny),
  trusted: trusted.optional().describe('Of an agency: who may assume it.'),
  when: when.optional().describe('Of a federated principal: when a rule gives the group.'),
  issuer: nullable.optional().describe('Of a federated principal: who vouches.'),
  keys: z.array(text).nullable().optional().describe('Of a federated principal: what verifies that.'),
  approval: entrySchema.nullable(),
})

const seenAndExpected = z.object({ seen: z.int(), expected: z.int().nullable() })

export const reportSchema = z
  .object({
    version: z.literal(2),
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
        http_code: nullable.describe('Code of the server, such as IAM.0091.'),
        document: gapDocument.nullable().describe('The undetermined document, ready for known_gaps.'),
        reaches: reached.nullable().describe('Null: everybody may be concerned.'),
      }),
    ),
    known_gaps: z.array(
      z.object({
        name: text,
        document: gapDocument,
        justification: text,
        expires: text,
        reaches: reached,
      }),
    ),
    notices: z.array(text),
    coverage: z.array(
      z.object({
        source: z.enum(coverageSources),
        status: z.enum(coverageStatuses),
        count: z.int().nullable(),
      }),
    ),
    population: z
      .object({
        ...{ users: seenAndExpected, groups: seenAndExpected, policies: seenAndExpected },
        ...{ roles: seenAndExpected, agencies: seenAndExpected, providers: seenAndExpected },
      })
      .nullable(),
    catalogue: z.enum(['live', 'shipped']).nullable(),
    root_user: z.object({ user_id: text, user: text, enabled: z.boolean() }).nullable(),
    grants: z.array(holding),
    partial: z
      .array(holding)
      .describe('Who holds a part of a permission with holds: all; they are no holders, and no drift.'),
    dormant: z.array(
      z.object({ agency_id: text, agency: text, why: z.enum(['expired', 'trusted-by-nobody']) }),
    ),
    drift: z.object({
      unapproved_holders: z.array(drift),
      exceeds_approval: z.array(drift),
      approval_expired: z.array(drift),
      was_held: z.array(wasHeld).describe('Held and given up again within the window of the traces.'),
    }),
    traces: z
      .object({
        from: text,
        until: text,
        count: z.int(),
        untold: z.array(untold).describe('Changes that nobody can undo.'),
        history_read: z.boolean(),
      })
      .nullable()
      .describe('What the traces of the window told; null where none were read.'),
    no_longer_held: z.array(difference),
    reduced: z.array(difference),
    expiring: z.array(
      difference
        .extend({ expires: text, days_left: z.int(), owner: nullable })
        .describe('Nothing is gained.'),
    ),
    renamed: z.array(
      difference
        .extend({ recorded: text, recorded_id: nullable })
        .describe('An entry with another name, or with the id of an agency that was made anew.'),
    ),
    unreviewed: z.array(difference.extend({ missing: z.array(text) })),
    entries: z
      .array(z.object({ ...principal, permission: text, change: text }))
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
