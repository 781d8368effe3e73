/** What stands in `schemas/`: each zod schema as JSON Schema. The script writes it, a test compares it. */
import { z } from 'zod'
import { baselineSchema, knownGapSchema } from '../src/baseline/baseline-schema.ts'
import { entrySchemas, grantSchema, testSchema, trustedSchema } from '../src/baseline/entry-schema.ts'
import { gapDocumentKeys } from '../src/baseline/known-gap.ts'
import { companionsOf, partyKeys } from '../src/baseline/trusted.ts'
import { answerSchema } from '../src/cli/answer-schema.ts'
import { configSchema } from '../src/config/config-schema.ts'
import { reportSchema } from '../src/report/report-schema.ts'

/** Text of each file by its name. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return {
    'iam-audit.schema.json': written('IAM permission audit: config', configSchema, 'input'),
    'iam-baseline.schema.json': written('IAM permission audit: baseline', baselineSchema, 'input'),
    'iam-audit-report.schema.json': written('IAM permission audit: report', reportSchema, 'output'),
    'iam-audit-answer.schema.json': written(
      'IAM permission audit: answer of a question',
      answerSchema,
      'output',
    ),
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

const testing = ['any_one_of', 'not_any_of'].map((key) => ({ properties: { [key]: {} }, required: [key] }))

/** Exactly one of the sets of keys is there, whole, and no other of these keys. */
function oneOf(
  sets: readonly (readonly string[])[],
  companions: Readonly<Record<string, readonly string[]>>,
) {
  const all = [...new Set([...sets.flat(), ...Object.values(companions).flat()])]
  return sets.map((keys) => {
    const others = all.filter((key) => ![...keys, ...(companions[keys.join()] ?? [])].includes(key))
    return {
      properties: Object.fromEntries(keys.map((key) => [key, {}])),
      required: [...keys],
      not: { anyOf: others.map((key) => ({ properties: { [key]: {} }, required: [key] })) },
    }
  })
}

const entries: readonly unknown[] = Object.values(entrySchemas)

function written(title: string, schema: z.ZodType, io: 'input' | 'output'): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema }) => {
      // A prefix of keys, and rules across fields, are what zod has no word for.
      if (entries.includes(zodSchema)) {
        jsonSchema.additionalProperties = false
        jsonSchema.patternProperties = { '^x-': {} }
        if (io === 'input') jsonSchema.anyOf = activeOrEnding
      }
      if (io === 'output') return
      if (zodSchema === (grantSchema as unknown)) jsonSchema.not = limitedTwice
      if (zodSchema === (trustedSchema as unknown))
        jsonSchema.oneOf = oneOf(
          partyKeys.map((key) => [key]),
          companionsOf,
        )
      if (zodSchema === (testSchema as unknown)) jsonSchema.anyOf = testing
      if (zodSchema === (knownGapSchema as unknown)) jsonSchema.oneOf = oneOf(gapDocumentKeys, {})
    },
  })
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`
}
