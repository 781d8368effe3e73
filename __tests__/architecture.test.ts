import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from '@jest/globals'

// Pure core, thin shell: what may not be imported where. A folder may always import itself.
const source = resolve('src')
const pure = ['policy', 'audit', 'config', 'baseline', 'gate', 'render', 'report']
const pureFiles = ['cloud/signer.ts', 'cloud/endpoint.ts', 'snapshot/snapshot.ts']
const impurePackages =
  /^(@actions\/|undici$|node:(fs|http|https|net|tls|child_process|os|process|timers)|node:fs\/promises$)/
const impureGlobals =
  /\b(process\.(env|exit|stdout|stderr|cwd)|Date\.now\(|new Date\(\)|Math\.random\(|fetch\(|setTimeout\()/

// Data flows one way: a folder may import only the ones it is listed with.
const allowed: Record<string, readonly string[]> = {
  policy: [],
  snapshot: [],
  config: ['policy'],
  baseline: ['policy', 'config'],
  audit: ['policy', 'snapshot', 'config', 'baseline'],
  gate: ['policy', 'snapshot', 'config', 'baseline', 'audit'],
  report: ['policy', 'snapshot', 'config', 'baseline', 'audit', 'gate'],
  render: ['policy', 'snapshot', 'config', 'baseline', 'audit', 'gate', 'report', 'github', 'cloud'],
  cloud: ['policy', 'snapshot'],
  github: [],
  cli: ['policy', 'snapshot', 'config', 'baseline', 'audit', 'cloud', 'render', 'report'],
}

interface Edge {
  readonly file: string
  readonly target: string
  readonly typeOnly: boolean
}

function edges(): Edge[] {
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.name.endsWith('.ts'),
  )
  return files.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name)
    const text = readFileSync(path, 'utf8')
    return [
      ...text.matchAll(/^(import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm),
    ].map((found) => ({
      file: relative(source, path),
      target: (found[3] ?? found[4] ?? '').startsWith('.')
        ? relative(source, resolve(dirname(path), found[3] ?? found[4] ?? ''))
        : (found[3] ?? found[4] ?? ''),
      typeOnly: found[2] !== undefined,
    }))
  })
}

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] as string) : '')
const isPure = (file: string): boolean => pure.includes(folderOf(file)) || pureFiles.includes(file)

test('the pure core imports nothing impure', () => {
  expect(edges().length).toBeGreaterThan(100)
  const wrong = edges().filter(
    (edge) => isPure(edge.file) && !edge.typeOnly && impurePackages.test(edge.target),
  )
  expect(wrong).toEqual([])
})

test('the pure core reads no clock, environment or chance', () => {
  const wrong = [...new Set(edges().map((edge) => edge.file))]
    .filter(isPure)
    .filter((file) =>
      impureGlobals.test(readFileSync(join(source, file), 'utf8').replace(/^\s*(\*|\/\/|\/\*).*$/gm, '')),
    )
  expect(wrong).toEqual([])
})

test('only the shell and the shell commands import the actions toolkit', () => {
  const wrong = edges().filter(
    (edge) => edge.target.startsWith('@actions/core') && !['action', 'cli', ''].includes(folderOf(edge.file)),
  )
  expect(wrong).toEqual([])
})

test('folders import only what comes before them', () => {
  const wrong = edges().filter((edge) => {
    const [from, to] = [folderOf(edge.file), folderOf(edge.target)]
    const rules = allowed[from]
    const local = edge.target.endsWith('.ts') || edge.target.endsWith('.json')
    return local && rules !== undefined && to !== '' && to !== from && !edge.typeOnly && !rules.includes(to)
  })
  expect(wrong).toEqual([])
})
