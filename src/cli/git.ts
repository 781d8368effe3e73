/** The local repository, read as data: no filter, hook or working tree takes part. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { FileVersion } from '../run/baseline-history.ts'
import { UserError } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'

const execute = promisify(execFile)
const MAXIMUM_BYTES = 64 * 1024 * 1024

export interface Repository {
  /** Real path of the top folder. */
  readonly top: string
  /** The commit that a name stands for. @throws UserError for a name of none */
  commit(name: string): Promise<string>
  /** Where two lines of commits parted. @throws UserError when the history here does not reach so far */
  mergeBase(one: string, other: string): Promise<string>
  /** The text of a file at a commit; null where there is none. @throws UserError for what is no file */
  fileAt(path: string, commit: string): Promise<string | null>
  /**
   * What a file said on the main branch since a time, in milliseconds since 1970, the oldest first: of the branch that a
   * clone calls its remote's, else of what is checked out. @throws UserError where the clone lacks a part of it
   */
  versionsOf(path: string, from: number): Promise<readonly FileVersion[]>
}

/** The repository of a folder. @throws UserError outside one */
export async function openRepository(folder: string): Promise<Repository> {
  const git = async (...args: readonly string[]): Promise<Buffer | null> => {
    try {
      const { stdout } = await execute('git', ['-C', folder, '--literal-pathspecs', ...args], {
        ...{ encoding: 'buffer', maxBuffer: MAXIMUM_BYTES },
      })
      return stdout
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw new UserError('The gate reads the base from the local repository, and there is no git to run.')
      return null
    }
  }
  const word = (output: Buffer | null): string | null => output?.toString('utf8').trimEnd() || null
  const top = word(await git('rev-parse', '--show-toplevel'))
  if (top === null)
    throw new UserError(
      `${folder} is in no git repository that git would read, so there is no base to compare with. Run the gate in a clone; where its files belong to somebody else, see safe.directory of git.`,
    )
  const fileAt = async (path: string, commit: string): Promise<string | null> => {
    const listed = await git('ls-tree', '--full-tree', '-z', commit, '--', path)
    if (listed === null) throw new UserError(`The commit ${commit} cannot be read; fetch it whole.`)
    const [entry = ''] = listed.toString('utf8').split('\0')
    if (entry === '') return null
    const [mode = '', type, id = ''] = entry.split(/[ \t]/)
    if (type !== 'blob' || mode === '120000')
      throw new UserError([
        { where: path, message: `is no file at the commit ${commit}.`, remedy: 'Commit it as a file.' },
      ])
    const blob = await git('cat-file', 'blob', id)
    if (blob === null) throw new UserError(`${path} of the commit ${commit} cannot be read; fetch it whole.`)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(blob)
    } catch (cause) {
      throw new UserError([{ where: path, message: `is not UTF-8 text at the commit ${commit}.` }], {
        cause,
      })
    }
  }
  return {
    top,
    fileAt,
    versionsOf: async (path, from) => {
      if (word(await git('rev-parse', '--is-shallow-repository')) !== 'false')
        throw new UserError('the clone is shallow; fetch it whole (GIT_DEPTH: 0 in GitLab CI).')
      const main = word(await git('rev-parse', '--verify', '--quiet', 'origin/HEAD^{commit}')) ?? 'HEAD'
      const log = await git('log', '--first-parent', '--format=%H %ct', main, '--', path)
      if (log === null) throw new UserError('git does not tell the history of the file.')
      const versions: FileVersion[] = []
      for (const line of log.toString('utf8').split('\n').filter(Boolean)) {
        const [commit = '', seconds] = line.split(' ')
        const since = Number(seconds) * 1000
        versions.unshift({ since: since > from ? since : null, text: await fileAt(path, commit) })
        if (since <= from) return versions
      }
      return [{ since: null, text: null }, ...versions]
    },
    commit: async (name) => {
      const found = word(
        await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`),
      )
      if (found === null)
        throw new UserError(
          `--base is ${quoteText(name)}, which names no commit here. Fetch it: git fetch origin BRANCH, then --base origin/BRANCH or FETCH_HEAD.`,
        )
      return found
    },
    mergeBase: async (one, other) => {
      const found = word(await git('merge-base', one, other))
      if (found === null)
        throw new UserError(
          `The histories of ${quoteText(one)} and ${quoteText(other)} do not meet in this clone. Fetch more of them (git fetch --unshallow; GIT_DEPTH: 0 in GitLab CI).`,
        )
      return found
    },
  }
}
