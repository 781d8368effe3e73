/**
 * Writes simulator/github/openapi.json: GitHub's own API description cut down to the operations that this product
 * uses, so that what the action sends can be checked without a 13 MB file in the repository.
 *
 *     node scripts/trim-github-openapi.ts
 *
 * The source is the npm package @octokit/openapi (403 MB unpacked), fetched on demand and removed again: it is no
 * dependency.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

const PACKAGE = '@octokit/openapi@23.0.2'
const FOLDER = '.cache/openapi'
const SOURCE = `${FOLDER}/node_modules/@octokit/openapi/generated/api.github.com.json`
const TARGET = 'simulator/github/openapi.json'

const OPERATIONS: readonly string[] = [
  'GET /user',
  'GET /repos/{owner}/{repo}',
  'GET /repos/{owner}/{repo}/issues',
  'POST /repos/{owner}/{repo}/issues',
  'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees',
  'GET /repos/{owner}/{repo}/labels/{name}',
  'POST /repos/{owner}/{repo}/labels',
  'GET /repos/{owner}/{repo}/assignees/{assignee}',
  'GET /repos/{owner}/{repo}/contents/{path}',
  'GET /repos/{owner}/{repo}/commits',
  'GET /repos/{owner}/{repo}/commits/{ref}',
  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  'GET /repos/{owner}/{repo}/compare/{basehead}',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
  'GET /repos/{owner}/{repo}/actions/runs',
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
  'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs',
]

/** Words for readers, not rules: nothing is checked by them. */
const PROSE = new Set([
  'description',
  'summary',
  'example',
  'examples',
  'externalDocs',
  'tags',
  'headers',
  'title',
])

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * Copies a node without prose and vendor extensions. `named` is true where the keys are names chosen by the API (the
 * children of `properties`, `responses`), among which `description` or `title` is a field like any other.
 */
function strip(node: Json, named = false): Json {
  if (Array.isArray(node)) return node.map((item) => strip(item))
  if (node === null || typeof node !== 'object') return node
  const copy: Record<string, Json> = {}
  for (const [key, value] of Object.entries(node)) {
    if (!named && (PROSE.has(key) || key.startsWith('x-'))) continue
    copy[key] = strip(value, !named && key === 'properties')
  }
  return copy
}

/** Every `#/components/<kind>/<name>` reachable from a node. */
function referencesIn(node: Json): string[] {
  if (Array.isArray(node)) return node.flatMap(referencesIn)
  if (node === null || typeof node !== 'object') return []
  const own = typeof node.$ref === 'string' ? [node.$ref] : []
  return [...own, ...Object.values(node).flatMap(referencesIn)]
}

interface Description {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Record<string, Record<string, Json>>
  readonly components: Record<string, Record<string, Json>>
}

function trim(source: Description): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const operation of OPERATIONS) {
    const [method = '', path = ''] = operation.split(' ')
    const found = source.paths[path]?.[method.toLowerCase()]
    if (found === undefined)
      throw new Error(`GitHub's description has no operation ${operation}: check its name.`)
    paths[path] = { ...paths[path], [method.toLowerCase()]: strip(found) }
  }
  const components: Record<string, Record<string, Json>> = {}
  const pending = referencesIn(paths as Json)
  for (let reference = pending.pop(); reference !== undefined; reference = pending.pop()) {
    const [, , kind = '', name = ''] = reference.split('/')
    if (components[kind]?.[name] !== undefined) continue
    const found = source.components[kind]?.[name]
    if (found === undefined) throw new Error(`GitHub's description refers to ${reference} and lacks it.`)
    const copy = strip(found)
    components[kind] = { ...components[kind], [name]: copy }
    pending.push(...referencesIn(copy))
  }
  const info = { title: `Trimmed from ${PACKAGE}`, version: source.info.version }
  return { openapi: source.openapi, info, paths, components } as Json
}

execFileSync('npm', ['install', '--no-save', '--prefix', FOLDER, PACKAGE], { stdio: 'inherit' })
try {
  const text = `${JSON.stringify(trim(JSON.parse(readFileSync(SOURCE, 'utf8'))))}\n`
  writeFileSync(TARGET, text)
  process.stdout.write(`${TARGET}: ${OPERATIONS.length} operations, ${Math.round(text.length / 1024)} KiB\n`)
} finally {
  rmSync(FOLDER, { recursive: true, force: true })
}
