/** Writes the templates of `iam-audit init` from the examples. */
import { writeFileSync } from 'node:fs'
import { initTemplates, TEMPLATES } from './init-templates.ts'

writeFileSync(TEMPLATES, initTemplates())
