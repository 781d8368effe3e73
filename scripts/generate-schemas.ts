/** Writes the JSON Schemas in `schemas/` from the zod schemas, so that editors complete and check both files. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { schemaFiles } from './schema-files.ts'

mkdirSync('schemas', { recursive: true })
for (const [name, text] of Object.entries(schemaFiles())) {
  writeFileSync(`schemas/${name}`, text)
  process.stdout.write(`schemas/${name}\n`)
}
