import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'

/** From the ground floor up. A folder imports what stands before it; types are counted like everything else. */
const floors = [
  'text',
  'policy',
  'account',
  'traces',
  'config',
  'baseline',
  'cloud',
  'access',
  'audit',
  'gate',
  'github',
  // Paths of the report are written in the words that people read.
  'render',
  'report',
  'run',
  'action',
  'cli',
] as const

/** What stands before a folder and is still none of its business. */
const closedTo: Readonly<Record<string, readonly string[]>> = {
  cloud: ['config', 'baseline', 'traces'],
  access: ['config', 'cloud', 'traces'],
  audit: ['cloud'],
  gate: ['cloud', 'traces'],
  github: ['config', 'baseline', 'cloud', 'account', 'access', 'audit', 'gate', 'traces', 'policy'],
  // The two shells are siblings: what both need is in `run`.
  cli: ['action', 'github'],
}

/** Pure: no network, no files, no clock, no chance, no environment. */
const pure = [
  ...['text', 'policy', 'account', 'traces', 'config', 'baseline', 'access', 'audit', 'gate', 'render'],
  'report',
]
const pureFiles = ['cloud/http/signer.ts', 'cloud/http/endpoint.ts']
const impurePackages =
  /^(@actions\/|undici$|node:(fs|http|https|net|tls|child_process|os|process|timers)|node:fs\/promises$)/
const impureGlobals =
  /\b(process\.(env|exit|stdout|stderr|cwd)|Date\.now\(|new Date\(\)|Math\.random\(|fetch\(|setTimeout\()/

const source = resolve('src')

interface Edge {
  readonly file: string
  readonly target: string
  readonly typeOnly: boolean
}

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))

const edges: readonly Edge[] = files.flatMap((path) =>
  [
    ...readFileSync(path, 'utf8').matchAll(
      /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\((?:\s*\/\*[^*]*\*\/)?\s*'([^']+)'/gm,
    ),
  ].map((found) => {
    const written = found[2] ?? found[3] ?? found[4] ?? ''
    return {
      file: relative(source, path),
      target: written.startsWith('.') ? relative(source, resolve(dirname(path), written)) : written,
      typeOnly: found[1] !== undefined,
    }
  }),
)

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] as string) : '')
const floorOf = (path: string): number => (floors as readonly string[]).indexOf(folderOf(path))
const isOurs = ({ target }: Edge): boolean => /\.(ts|json)$/.test(target)
const isPure = (file: string): boolean => pure.includes(folderOf(file)) || pureFiles.includes(file)

test('the test sees the imports', () => {
  expect(edges.length).toBeGreaterThan(800)
})

describe('data flows one way', () => {
  test('every folder has its floor, and only the entries stand outside', () => {
    const outside = files.map((path) => relative(source, path)).filter((file) => floorOf(file) < 0)
    expect(outside.sort()).toEqual(['cli.ts', 'main.ts'])
  })

  test('no folder imports one above it, types included', () => {
    const upward = edges.filter(
      (edge) => isOurs(edge) && floorOf(edge.file) >= 0 && floorOf(edge.target) > floorOf(edge.file),
    )
    expect(upward).toEqual([])
  })

  test('no folder imports what is none of its business, types included', () => {
    const wrong = edges.filter(
      (edge) => isOurs(edge) && closedTo[folderOf(edge.file)]?.includes(folderOf(edge.target)),
    )
    expect(wrong).toEqual([])
  })

  test('no files import each other, whether directly or round a corner, types included', () => {
    expect(circles(edges)).toEqual([])
  })

  test('a circle would be found', () => {
    const edge = (file: string, target: string): Edge => ({ file, target, typeOnly: true })
    expect(circles([edge('a.ts', 'b.ts'), edge('b.ts', 'c.ts'), edge('c.ts', 'a.ts')])).toHaveLength(1)
  })
})

describe('the pure core', () => {
  test('imports nothing impure', () => {
    const wrong = edges.filter(
      (edge) => isPure(edge.file) && !edge.typeOnly && impurePackages.test(edge.target),
    )
    expect(wrong).toEqual([])
  })

  test('reads no clock, environment or chance', () => {
    const wrong = files
      .map((path) => relative(source, path))
      .filter(isPure)
      .filter((file) =>
        impureGlobals.test(readFileSync(join(source, file), 'utf8').replace(/^\s*(\*|\/\/|\/\*).*$/gm, '')),
      )
    expect(wrong).toEqual([])
  })

  test('what is rendered knows no client of cloud or GitHub, but what they found', () => {
    const wrong = edges.filter(
      (edge) =>
        ['render', 'report'].includes(folderOf(edge.file)) &&
        ['cloud', 'github'].includes(folderOf(edge.target)) &&
        !edge.typeOnly,
    )
    expect(wrong).toEqual([])
  })
})

// What prints by another door prints secrets.
const doors = ['action/log.ts', 'action/workflow-token.ts']

test('the actions toolkit is imported by the doors of the shell alone', () => {
  const wrong = edges.filter((edge) => edge.target.startsWith('@actions/core') && !doors.includes(edge.file))
  expect(wrong).toEqual([])
})

test('every property has its runs and its seed from one place, so that a suite that passed passes again', () => {
  const tests = readdirSync('__tests__', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'architecture.test.ts')
    .map((name) => ({ name, text: readFileSync(join('__tests__', name), 'utf8') }))
  const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0
  const without = tests.filter(({ text }) => count(text, /fc\.assert\(/g) > count(text, /\bsettings\(/g))
  expect(without.map(({ name }) => name)).toEqual([])
})

/** Every circle of imports once, as the files it goes through. */
function circles(all: readonly Edge[]): string[][] {
  const targets = Map.groupBy(all.filter(isOurs), ({ file }) => file)
  const done = new Set<string>()
  const found: string[][] = []
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file)
    if (at >= 0) found.push(way.slice(at))
    if (at >= 0 || done.has(file)) return
    for (const { target } of targets.get(file) ?? []) visit(target, [...way, file])
    done.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return found
}
