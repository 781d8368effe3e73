/** The JSON answers of `explain` and `who-can`. Versioned; fields are added, never changed. */
import { z } from 'zod'
import { reportSchema } from '../report/report-schema.ts'

const text = z.string()
const report = reportSchema.shape

export const answerSchema = z.object({
  version: z.literal(1),
  kind: z.enum(['explain', 'who-can']),
  action: text.nullable().describe('The action or pattern; null: everything that is audited.'),
  principal: z
    .object({ type: z.enum(['user', 'agency', 'federated']), id: text, name: text, enabled: z.boolean() })
    .nullable()
    .describe('Of explain: who is asked about.'),
  answer: z.enum(['yes', 'no', 'undecided']).describe('Exit codes 0, 1 and 3.'),
  account: text,
  taken_at: text.describe('When the account was read, ISO 8601.'),
  root_user: report.root_user,
  grants: report.grants.describe('Who holds it, and by which paths; the approval is always null.'),
  denied_by: z
    .array(z.object({ words: text, statement: z.int(), pattern: text }))
    .describe('Of explain: unconditional Deny statements that cover the action.'),
  ruled_out: z
    .array(z.object({ words: text, statement: z.int(), pattern: text }))
    .describe('Of explain: Allow statements whose condition names somebody else.'),
  gaps: report.gaps.describe('What could not be read or decided.'),
  doubts: z.array(text).describe('What else was not read, a sentence each.'),
  coverage: report.coverage,
})

export type AnswerJson = z.infer<typeof answerSchema>
