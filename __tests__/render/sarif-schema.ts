/** The schema of SARIF 2.1.0, as a question. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'

const {
  $schema: _,
  id: __,
  ...schema
} = JSON.parse(readFileSync('__tests__/render/schemas/sarif-schema-2.1.0.json', 'utf8'))
const ajv = new Ajv({ strict: false, allErrors: true })
;(addFormats as unknown as (one: Ajv) => void)(ajv)
const validate = ajv.compile(schema)

/** What is wrong with a file; nothing of a good one. */
export function sarifProblems(file: unknown): readonly unknown[] {
  validate(file)
  return validate.errors ?? []
}
