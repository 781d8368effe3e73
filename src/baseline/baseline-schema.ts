/** The one schema of the baseline file: shapes, rules within an entry, and the published JSON Schema. */
import { z } from 'zod'
import { canonicalGrants, isUnrestricted, patternProblem } from '../policy/index.ts'
import type { Grant } from '../policy/types.ts'

/** Whether the text is a calendar day that exists, as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  )
}

const pattern = z.string().superRefine((text, context) => {
  const problem = patternProblem(text)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})

const patterns = z.array(pattern).min(1, { error: 'allowed: at least one pattern' })
const day = z
  .string()
  .refine(isDay, { error: 'allowed: a day that exists, as YYYY-MM-DD' })
  .describe('UTC day, valid through its end.')
const text = z.string().min(1, { error: 'allowed: some text' })

export const actionSetSchema = z
  .strictObject({ actions: patterns, except: z.array(pattern).optional() })
  .describe('The actions that match a pattern of actions and none of except.')

export const grantSchema = z
  .strictObject({
    actions: patterns,
    except: z.array(pattern).optional(),
    resources: z.array(z.string()).optional().describe('Resource patterns that limit the grant.'),
    not_resources: z.array(z.string()).optional().describe('Resource patterns that the grant leaves out.'),
    condition: z
      .record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])))
      .optional()
      .describe('Condition that limits the grant, as in the policy.'),
  })
  .superRefine((grant, context) => {
    if (grant.resources !== undefined && grant.not_resources !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['not_resources'],
        message: 'stands beside resources; allowed: one of them',
      })
  })

const extraKey = /^x-/

/** By meaning: a list with `*` in it, an empty list of exceptions or a condition without keys limits nothing. */
function isSurelyRestricted(grant: Grant): boolean {
  const { not_resources, condition, ...rest } = grant
  const conditioned = Object.values(condition ?? {}).some((keys) => Object.keys(keys).length > 0)
  const meaning = canonicalGrants([
    {
      ...rest,
      ...(not_resources?.length ? { not_resources } : {}),
      ...(condition !== undefined && conditioned ? { condition } : {}),
    },
  ])
  return !('undetermined' in meaning) && meaning.every((one) => !isUnrestricted(one))
}

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
      .describe('eligible: approved in advance, may be held or not.'),
    disabled: z
      .literal(true, { error: 'allowed: true, or no such key' })
      .optional()
      .describe('Approved while the user was disabled.'),
    within: actionSetSchema
      .optional()
      .describe('Definition this entry was made against, where it is not the recorded one.'),
  })
  .superRefine((entry, context) => {
    const wrong = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    for (const key of Object.keys(entry))
      if (!Object.hasOwn(entryShape, key) && !extraKey.test(key))
        context.addIssue({ code: 'unrecognized_keys', keys: [key], input: entry })
    if (entry.assignment === 'eligible' && entry.expires === undefined)
      wrong(
        ['assignment'],
        'found "eligible" without expires; allowed: an approval in advance that ends on a day',
      )
    if (entry.user_id === '*')
      entry.grants.forEach((grant, at) => {
        if (!isSurelyRestricted(grant as Grant))
          wrong(
            ['grants', at],
            'found an unrestricted grant for everybody; allowed: a grant limited by resources or condition',
          )
      })
  })

/** Keys of an entry that are not `x-` fields. */
export const entryShape = entrySchema.shape

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
