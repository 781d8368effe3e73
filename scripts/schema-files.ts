/** What stands in `schemas/`: each zod schema as JSON Schema. The script writes it, a test compares it. */
import { z } from 'zod'
import { baselineSchema, entrySchema, grantSchema } from '../src/baseline/baseline-schema.ts'
import { configSchema } from '../src/config/config-schema.ts'
import { reportSchema } from '../src/report/report-schema.ts'

/** Text of each file by its name. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return {
    'iam-audit.schema.json': written('IAM permission audit: config', configSchema, 'input'),
    'iam-baseline.schema.json': written('IAM permission audit: baseline', baselineSchema, 'input'),
    'iam-audit-report.schema.json': written('IAM permission audit: report', reportSchema, 'output'),
  }
}

/** What is approved in advance ends on a day. */
const activeOrEnding = [
  { properties: { assignment: { const: 'active' } } },
  { properties: { expires: {} }, required: ['expires'] },
]
const limitedTwice = {
  properties: { resources: {}, not_resources: {} },
  required: ['resources', 'not_resources'],
}

function written(title: string, schema: z.ZodType, io: 'input' | 'output'): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema }) => {
      // A prefix of keys, and rules across fields, are what zod has no word for.
      if (zodSchema === (entrySchema as unknown)) {
        jsonSchema.additionalProperties = false
        jsonSchema.patternProperties = { '^x-': {} }
        if (io === 'input') jsonSchema.anyOf = activeOrEnding
      }
      if (io === 'input' && zodSchema === (grantSchema as unknown)) jsonSchema.not = limitedTwice
    },
  })
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`
}
