/** What of the README is generated, so that it cannot disagree with `action.yml`, the presets and the code. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { accounts, samples } from '../__tests__/render/samples.ts'
import { verdictOn } from '../__tests__/render/verdicts.ts'
import { auditorPolicy } from '../src/cloud/permissions-needed.ts'
import { presets } from '../src/policy/presets.ts'
import { buildReport } from '../src/report/report.ts'

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}

const fence = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** The sample issue of one new holder as a picture: quoted, and without what GitHub folds. */
function issuePicture(): string {
  const issue = samples().get('one-new-holder.issue.md') ?? ''
  const shown = issue
    .replace(
      /<details>[\s\S]*?<summary>([^<]*)<\/summary>[\s\S]*?<\/details>/g,
      '▸ _$1 (folded: JSON to paste)_',
    )
    .replace(/^## .*\n/gm, '')
    .replace(/^### (.*)$/gm, '**$1**')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return shown.replace(/^/gm, '> ').replace(/^> $/gm, '>')
}

/** Keys of the report that the excerpt shows, with what they are. */
const reportNotes = {
  kind: 'audit, gate, update-baseline or check',
  account: 'which account was audited',
  auditor: 'who crawled',
  result: 'the output `result`',
  complete: 'false: see gaps',
  gaps: 'what could not be read or decided, each with its remedy and the users concerned',
  coverage: 'what was looked at, and what was not',
  grants: 'who holds what, with every path and the approval',
  drift: 'the same for exceeds_approval and approval_expired',
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
        .map(({ user, permission, example, cause }) => ({ user, permission, example, cause })),
    },
  }
  const keys = Object.keys(reportNotes) as (keyof typeof reportNotes)[]
  const fields = keys.map(
    (key) =>
      `  // ${reportNotes[key]}\n  "${key}": ${JSON.stringify(excerpt[key], null, 2).replaceAll('\n', '\n  ')}`,
  )
  return `{\n${fields.join(',\n')}\n}`
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
  const presetTables = Object.entries(presets).map(([name, preset]) => {
    const rows = [
      ...preset.actions.map((row) => `| \`${row.pattern}\` | ${cell(row.reason)} |`),
      ...preset.except.map((row) => `| not \`${row.pattern}\` | ${cell(row.reason)} |`),
    ]
    return `<details><summary><code>${name}</code>: ${preset.description}${preset.holds === 'all' ? ' (holds: all)' : ''}</summary>\n\n| Pattern | Why |\n| --- | --- |\n${rows.join('\n')}\n\n</details>`
  })
  return {
    'identity-policy': fence('json', JSON.stringify(auditorPolicy(), null, 2)),
    'trust-policy': fence('json', readFileSync('examples/trust-policy.json', 'utf8')),
    issue: issuePicture(),
    report: fence('jsonc', reportExcerpt()),
    codeowners: fence('text', readFileSync('examples/CODEOWNERS', 'utf8')),
    workflow: fence('yaml', readFileSync('examples/audit.yml', 'utf8')),
    presets: presetTables.join('\n\n'),
    inputs: `| Input | Default | Meaning |\n| --- | --- | --- |\n${inputs.join('\n')}`,
    outputs: `| Output | Meaning |\n| --- | --- |\n${outputs.join('\n')}`,
  }
}

/** The README with its generated blocks as they should be. @throws Error for a block that nobody generates */
export function withBlocks(readme: string): string {
  const blocks = readmeBlocks()
  return readme.replace(/<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const block = blocks[name]
    if (block === undefined) throw new Error(`README.md has a block ${name} that nothing generates.`)
    return `<!-- generated: ${name} -->\n${block}\n<!-- end -->`
  })
}
