/** What of the documents is generated, so that they cannot disagree with `action.yml`, the presets and the code. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { accounts } from '../__tests__/render/samples.ts'
import { verdictOn } from '../__tests__/render/verdicts.ts'
import { auditorWildcardPolicy, neededActions } from '../src/cloud/iam/permissions-needed.ts'
import { presets } from '../src/policy/language/presets.ts'
import { buildReport } from '../src/report/report.ts'

/** Documents that have generated blocks. */
export const documents = [
  'README.md',
  'README.zh-CN.md',
  'docs/configuration.md',
  'docs/report.md',
  'docs/security-considerations.md',
] as const

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}

const fence = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: string, rows: readonly string[]): string =>
  `${head}\n${head.replace(/[^|]+/g, ' --- ')}\n${rows.join('\n')}`

/** A policy as people write it: one line for each action. */
const policy = (document: object): string => fence('json', JSON.stringify(document, null, 2))

/** Keys of the report that the excerpt shows, with what they are. */
const reportNotes = {
  kind: 'audit, gate, update-baseline or check',
  account: 'which account was audited',
  auditor: 'who crawled',
  result: 'the output `result`',
  complete: 'false: see gaps',
  gaps: 'what could not be read or decided, each with its remedy and the principals concerned',
  coverage: 'what was looked at, and what was not',
  grants: 'who holds what, with every path and the approval',
  drift: 'the same for exceeds_approval, approval_expired and was_held',
} as const

/** The report on the sample account, cut to one of each, with a comment above each key. */
function reportExcerpt(): string {
  const verdict = verdictOn(accounts['one-new-holder'] as NonNullable<(typeof accounts)[string]>)
  const nothing = { repository: '', sha: '', run_id: '', run_attempt: '', url: '', event: '', actor: '' }
  const report = buildReport(verdict, {
    ...{ kind: 'audit', generatedAt: '', run: nothing },
    tool: { version: '', commit: '', presets_digest: '', catalogue_digest: '' },
    inputs: { config_sha256: null, baseline_sha256: null },
  })
  const shortened = (row: { actions: string[] }): object => ({ ...row, actions: row.actions.slice(0, 2) })
  const excerpt: Record<keyof typeof reportNotes, unknown> = {
    ...report,
    coverage: report.coverage.slice(0, 5).slice(-2),
    grants: report.grants.slice(0, 1).map(shortened),
    drift: {
      unapproved_holders: report.drift.unapproved_holders
        .slice(0, 1)
        .map(({ principal_type, principal, permission, example, cause }) => ({
          ...{ principal_type, principal, permission, example, cause },
        })),
    },
  }
  const keys = Object.keys(reportNotes) as (keyof typeof reportNotes)[]
  const fields = keys.map(
    (key) =>
      `  // ${reportNotes[key]}\n  "${key}": ${JSON.stringify(excerpt[key], null, 2).replaceAll('\n', '\n  ')}`,
  )
  return `{\n${fields.join(',\n')}\n}`
}

function presetTables(): string {
  const tables = Object.entries(presets).map(([name, preset]) => {
    const rows = [
      ...preset.actions.map((row) => `| \`${row.pattern}\` | ${cell(row.reason)} |`),
      ...preset.except.map((row) => `| not \`${row.pattern}\` | ${cell(row.reason)} |`),
    ]
    const holds = preset.holds === 'all' ? ' (holds: all)' : ''
    return `<details><summary><code>${name}</code>: ${preset.description}${holds}</summary>\n\n${table('| Pattern | Why |', rows)}\n\n</details>`
  })
  return tables.join('\n\n')
}

function neededActionsTable(): string {
  const unlessOptional: Readonly<Record<string, string>> = {
    'legacy-roles': 'incomplete, unless `sources.legacy-roles` says otherwise',
    agencies: 'incomplete, unless `sources.agencies` says otherwise',
    federation: 'incomplete, unless `sources.federation` says otherwise',
    evidence: 'said in the evidence',
    traces: 'incomplete, where `traces` is set',
  }
  const rows = neededActions.map(({ action, why, purpose, optional }) => {
    const without =
      optional && purpose !== 'evidence'
        ? 'said; the verdict stands'
        : (unlessOptional[purpose] ?? 'incomplete')
    return `| \`${action}\` | ${cell(why)} | ${without} |`
  })
  return table('| Action | For | Without it |', rows)
}

/** Every generated block by its name. */
export function readmeBlocks(): Readonly<Record<string, string>> {
  const action = parse(readFileSync('action.yml', 'utf8')) as ActionFile
  const inputs = Object.entries(action.inputs).map(
    ([name, input]) =>
      `| \`${name}\` | ${input.default ? `\`${cell(input.default)}\`` : ''} | ${cell(input.description)} |`,
  )
  const outputs = Object.entries(action.outputs).map(
    ([name, output]) => `| \`${name}\` | ${cell(output.description)} |`,
  )
  const [schemaLine = ''] = readFileSync('examples/iam-audit.yml', 'utf8').split('\n')
  return {
    'identity-policy': policy(auditorWildcardPolicy()),
    'trust-policy': fence('json', readFileSync('examples/trust-policy.json', 'utf8')),
    report: fence('jsonc', reportExcerpt()),
    codeowners: fence('text', readFileSync('examples/CODEOWNERS', 'utf8')),
    'schema-line': fence('yaml', schemaLine),
    presets: presetTables(),
    'needed-actions': neededActionsTable(),
    inputs: table('| Input | Default | Meaning |', inputs),
    outputs: table('| Output | Meaning |', outputs),
  }
}

/** A document with its generated blocks as they should be. @throws Error for a block that nobody generates */
export function withBlocks(text: string): string {
  const blocks = readmeBlocks()
  return text.replace(/<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const block = blocks[name]
    if (block === undefined) throw new Error(`A document has a block ${name} that nothing generates.`)
    return `<!-- generated: ${name} -->\n${block}\n<!-- end -->`
  })
}
