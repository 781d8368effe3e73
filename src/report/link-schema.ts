/** Links of a path in the report: everything that can be taken away, one thing at a time. */
import { z } from 'zod'

const text = z.string()
const nullable = text.nullable()
const policyBy = z.object({
  kind: z.literal('policy'),
  policy_id: text,
  policy: text,
  version_id: nullable,
  group_id: nullable.describe('The group by which the policy reaches them.'),
  group: nullable,
  statement: z.int(),
  pattern: text,
})

const roleBy = z.object({
  kind: z.literal('role'),
  role_id: text,
  role: text,
  scope: text,
  group_id: nullable,
  group: nullable,
  statement: z.int(),
  pattern: text,
})

const by = z.discriminatedUnion('kind', [
  policyBy,
  roleBy,
  z.object({ kind: z.literal('builtin-group'), group_id: text, group: text }),
  z.object({ kind: z.literal('trust'), names: z.enum(['principal', 'everybody']) }),
])

const holder = {
  to_type: z.enum(['user', 'group', 'agency']).describe('Who has it.'),
  to_id: text,
  to: text,
}

const origin = {
  statement: z.int().describe('From 1; 0: a role that grants by its name.'),
  pattern: text,
  restricted: z.boolean(),
}

export const linkSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('membership'), group_id: text, group: text }),
  z.object({ kind: z.literal('mapping'), provider: text, group_id: text, group: text }),
  z.object({
    kind: z.literal('assume'),
    agency_id: text,
    agency: text,
    by: by.describe('Why they may.'),
    conditional: z.boolean(),
  }),
  z.object({
    ...{ kind: z.literal('attachment'), policy_id: text, policy: text, version_id: nullable },
    ...{ version_created_at: nullable, ...origin, ...holder },
    attached_at: nullable.describe('When the policy was attached; never when somebody joined the group.'),
  }),
  z.object({
    ...{ kind: z.literal('role'), role_id: text, role: text, ...origin, ...holder },
    scope: text.describe('domain, all-projects, project:<id> or enterprise-project:<id>.'),
    updated_at: nullable.describe('Of a custom policy; nothing says when it was granted.'),
  }),
  z.object({ kind: z.literal('builtin-group'), group_id: text, group: text }),
])

export type LinkJson = z.infer<typeof linkSchema>
