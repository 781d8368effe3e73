/** Which version of this is running: the commit that the workflows are pinned to. */
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type ActionVersion, UNKNOWN_REPOSITORY } from './facts.ts'

const COMMIT = /^[0-9a-f]{40}$/
const GITHUB = /github\.com[/:]([A-Za-z0-9-]+\/[A-Za-z0-9._-]+?)(?:\.git)?$/

/** Of the file that is running, by the repository it lies in or by the package that npm made of one. Null: unknown. */
export function runningVersion(script: string): ActionVersion | null {
  try {
    const root = dirname(dirname(realpathSync(script)))
    return versionOfPackage(root) ?? versionOfClone(root)
  } catch {
    return null
  }
}

/** npm writes where a package came from beside the packages. */
function versionOfPackage(root: string): ActionVersion | null {
  const folder = dirname(root)
  if (basename(folder) !== 'node_modules') return null
  const lock = JSON.parse(readFileSync(join(folder, '.package-lock.json'), 'utf8')) as {
    readonly packages?: Readonly<Record<string, { readonly resolved?: string }>>
  }
  const [address = '', commit = ''] =
    lock.packages?.[`node_modules/${basename(root)}`]?.resolved?.split('#') ?? []
  const repository = GITHUB.exec(address)?.[1]
  return repository !== undefined && COMMIT.test(commit) ? { repository, commit } : null
}

function versionOfClone(root: string): ActionVersion | null {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', root, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  if (git('rev-parse', '--show-toplevel') !== root) return null
  const commit = git('rev-parse', 'HEAD')
  return COMMIT.test(commit) ? { repository: originOf(root) ?? UNKNOWN_REPOSITORY, commit } : null
}

/** `owner/name` of an address on GitHub; null of another. */
export function repositoryOf(address: string): string | null {
  return GITHUB.exec(address.trim())?.[1] ?? null
}

/** Where a clone came from; null where nothing tells. */
export function originOf(folder: string): string | null {
  try {
    const output = execFileSync('git', ['-C', folder, 'remote', 'get-url', 'origin'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return repositoryOf(output)
  } catch {
    return null
  }
}
