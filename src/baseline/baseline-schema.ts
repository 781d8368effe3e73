/** The one schema of the baseline file: shapes, and the published JSON Schema. */
import { z } from 'zod'
import { actionSetSchema, daySchema, entrySchema, textSchema } from './entry-schema.ts'

export const knownGapSchema = z
  .strictObject({
    policy_id: textSchema.optional(),
    version_id: textSchema.optional(),
    role_id: textSchema.optional(),
    mapping_id: textSchema.optional(),
    provider: textSchema.optional(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'allowed: 64 hex digits in lower case' }),
    for: z
      .array(textSchema)
      .min(1, { error: 'allowed: at least one principal, as kind:id' })
      .describe(
        'Principals as "user:<id>", "agency:<id>", "federated:<id>"; of a mapping, ids of providers.',
      ),
    justification: textSchema,
    expires: daySchema,
  })
  .describe('One document of a policy version, of a role, or of a mapping.')

export const baselineSchema = z
  .strictObject({
    version: z.literal(1, { error: 'allowed: 1' }),
    account: textSchema.describe('The account whose principals are approved.'),
    admin_group: textSchema
      .optional()
      .describe('Id of the built-in group admin, or "none"; written by updates.'),
    audited_permissions: z
      .record(z.string(), actionSetSchema)
      .describe('Definition that the entries were made against.'),
    approvals: z.array(entrySchema),
    known_gaps: z
      .array(knownGapSchema)
      .optional()
      .describe('Documents that cannot be determined, accepted one by one.'),
    $schema: z.string().optional().describe('Where an editor finds this schema.'),
  })
  .describe('Approved holders of audited permissions.')

/** Entries are read one by one by the schema of their kind: a union would answer for all of its members at once. */
export const frameSchema = baselineSchema.extend({ approvals: z.array(z.unknown()) })

export type FrameJson = z.infer<typeof frameSchema>
