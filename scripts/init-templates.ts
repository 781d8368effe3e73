/** The examples that `iam-audit init` fills in, as the one file that goes into its bundle. A test compares it. */
import { readFileSync } from 'node:fs'

export const TEMPLATES = 'src/cli/init/templates.json'

const examples: Readonly<Record<string, string>> = {
  audit: 'audit.yml',
  gate: 'gate.yml',
  'update-baseline': 'update-baseline.yml',
  CODEOWNERS: 'CODEOWNERS',
  'trust-policy': 'trust-policy.json',
}

export function initTemplates(): string {
  const texts = Object.entries(examples).map(([name, file]) => [
    name,
    readFileSync(`examples/${file}`, 'utf8'),
  ])
  return `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`
}
