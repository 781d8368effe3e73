/** A real git repository for end-to-end tests, as a runner checks it out and as GitHub's API shows it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Commit } from '../../simulator/github/state.ts'

const person = ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com']

export class GitRepository implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'iam-audit-git-'))

  constructor() {
    this.#git('init', '--quiet', '--initial-branch=main')
  }

  /** Commits these files onto a branch; null removes one. */
  commit(branch: string, files: Readonly<Record<string, string | null>>): void {
    // The first commit makes its branch.
    if (this.#git('branch', '--list') !== '') this.#git('checkout', '--quiet', branch)
    for (const [path, text] of Object.entries(files)) {
      const target = join(this.folder, path)
      mkdirSync(dirname(target), { recursive: true })
      if (text === null) rmSync(target)
      else writeFileSync(target, text)
    }
    this.#git('add', '--all')
    this.#git(...person, 'commit', '--quiet', '--message', 'change')
  }

  /** Makes a branch at a commit, or moves it there. */
  branch(name: string, to: string): void {
    this.#git('branch', '--force', name, to)
  }

  /** Merges as GitHub does for `refs/pull/N/merge`, and checks the merge out. Its sha; no branch moves. */
  merge(base: string, head: string): string {
    this.#git('checkout', '--quiet', '--detach', base)
    this.#git(...person, 'merge', '--quiet', '--no-ff', '--message', 'merge', head)
    return this.sha('HEAD')
  }

  sha(name: string): string {
    return this.#git('rev-parse', name)
  }

  /** Every commit that was made, with its tree as git keeps it. */
  commits(): Commit[] {
    const lines = this.#git('log', '--reflog', '--all', '--format=%H %an %cn %P').split('\n')
    return lines.map((line) => {
      const [sha = '', author = '', committer = '', ...parents] = line.trim().split(' ')
      const paths = this.#git('ls-tree', '-r', '--name-only', sha).split('\n')
      const files = Object.fromEntries(paths.map((path) => [path, this.#raw('show', `${sha}:${path}`)]))
      return { sha, parents, files, author, committer }
    })
  }

  #git(...parameters: string[]): string {
    return this.#raw(...parameters).trim()
  }

  #raw(...parameters: string[]): string {
    return execFileSync('git', ['-C', this.folder, ...parameters], { encoding: 'utf8', stdio: 'pipe' })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
