/** The one schema of the baseline file: shapes, rules within an entry, and the published JSON Schema. */
import { z } from 'zod'
import { patternSchema } from '../config/config-schema.ts'

/** Whether the text is a calendar day that exists, as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  )
}

const patterns = z.array(patternSchema).min(1, { error: 'allowed: at least one pattern' })
const day = z
  .string()
  .refine(isDay, { error: 'allowed: a day that exists, as YYYY-MM-DD' })
  .meta({ format: 'date', pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
  .describe('UTC day, valid through its end.')
const text = z.string().min(1, { error: 'allowed: some text' })

const actionSetSchema = z
  .strictObject({ actions: patterns, except: z.array(patternSchema).optional() })
  .describe('The actions that match a pattern of actions and none of except.')

export const grantSchema = z.strictObject({
  actions: patterns,
  except: z.array(patternSchema).optional(),
  resources: z.array(z.string()).optional().describe('Resource patterns that limit the grant.'),
  not_resources: z
    .array(z.string())
    .optional()
    .describe('Resource patterns that the grant leaves out; not beside resources.'),
  condition: z
    .record(
      z.string(),
      z.record(
        z.string(),
        z.union([z.string(), z.array(z.string())], { error: 'allowed: text, or a list of texts' }),
      ),
    )
    .optional()
    .describe('Condition that limits the grant, as in the policy.'),
})

/** Rules across the fields of an entry stand in `entry-problems.ts`, which looks at bad entries too. */
export const entrySchema = z
  .looseObject({
    user: text.describe('Name of the user, for people.'),
    user_id: text.describe('Id of the user; "*" approves a restricted grant for everybody.'),
    permission: text.describe('Name of the audited permission.'),
    grants: z
      .array(grantSchema)
      .min(1, { error: 'allowed: at least one grant' })
      .describe('What is approved: their union.'),
    justification: z.string().optional().describe('Why.'),
    owner: z.string().optional().describe('Who answers for it.'),
    expires: day.optional(),
    assignment: z
      .enum(['active', 'eligible'])
      .optional()
      .describe('eligible: approved in advance, may be held or not; needs expires.'),
    disabled: z
      .literal(true, { error: 'allowed: true, or no such key' })
      .optional()
      .describe('Approved while the user was disabled.'),
    within: actionSetSchema
      .optional()
      .describe('Definition this entry was made against, where it is not the recorded one.'),
  })
  .describe('One approval. Fields of your own begin with x-.')

/** Keys of an entry that are not `x-` fields. */
export const entryShape = entrySchema.shape

/** Whether an entry may have the key. */
export function isEntryKey(key: string): boolean {
  return Object.hasOwn(entryShape, key) || key.startsWith('x-')
}

const knownGapSchema = z.strictObject({
  policy_id: text,
  version_id: text,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'allowed: 64 hex digits in lower case' }),
  justification: text,
  expires: day,
})

export const baselineSchema = z
  .strictObject({
    version: z.literal(1, { error: 'allowed: 1' }),
    account: text.describe('The account whose users are approved.'),
    admin_group: text.optional().describe('Id of the built-in group admin; written by updates.'),
    audited_permissions: z
      .record(z.string(), actionSetSchema)
      .describe('Definition that the entries were made against.'),
    approvals: z.array(entrySchema),
    known_gaps: z
      .array(knownGapSchema)
      .optional()
      .describe('Documents that cannot be determined, accepted one by one.'),
  })
  .describe('Approved holders of audited permissions.')

export type BaselineJson = z.infer<typeof baselineSchema>
