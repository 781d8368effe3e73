/** What of the README is generated, so that it cannot disagree with `action.yml`, the presets and the code. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { auditorPolicy } from '../src/cloud/permissions-needed.ts'
import { presets } from '../src/policy/presets.ts'

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}

const fence = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

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
