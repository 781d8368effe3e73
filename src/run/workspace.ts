/** Files of the checked-out repository. Their contents may come from a fork; their paths come from the workflow. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { UserError } from '../text/problem.ts'
import { scrub } from './secrets.ts'

/** Far above any real config or baseline: 5,000 users with ten entries each stay below it. */
const maximumBytes = 64 * 1024 * 1024

/**
 * Reads a text file of the workspace; null when it is not there.
 *
 * A link that leads out of the workspace is refused: a fork could point the config at the runner's own files, and
 * error messages quote what they found.
 *
 * @throws UserError when the path leaves the workspace, is no file, is too large or is not UTF-8.
 */
export async function readWorkspaceFile(
  workspace: string,
  path: string,
  input: string,
): Promise<string | null> {
  const target = resolve(workspace, path)
  const real = await realpath(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new UserError([{ where: `input ${input}`, message: `${path} could not be opened: ${error.code}.` }])
  })
  // A file that is not there yet may be written later: then its folder must lie in the workspace.
  if (!isInside(await realpath(workspace), real ?? (await realFolderAbove(target))))
    throw new UserError([
      {
        where: `input ${input}`,
        message: `${path} leads out of the workspace.`,
        remedy: 'Name a file of the repository, and commit it as a file, not as a link.',
      },
    ])
  if (real === null) return null
  const information = await stat(real)
  if (!information.isFile() || information.size > maximumBytes)
    throw new UserError([
      {
        where: `input ${input}`,
        message: `${path} is ${information.isFile() ? 'larger than 64 MiB' : 'not a file'}.`,
      },
    ])
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(real))
  } catch (cause) {
    throw new UserError([{ where: path, message: 'is not UTF-8 text.', remedy: 'Save it as UTF-8.' }], {
      cause,
    })
  }
}

/**
 * The path of a workspace file as the repository knows it: relative, with slashes.
 *
 * A gate compares the file with the same path at an earlier commit. By way of a link, or of a submodule or another
 * checkout, the workspace has a file that no commit has at that path: the earlier one would count as missing, and what
 * is missing cannot be narrowed.
 *
 * @throws UserError for a path that leaves the workspace, is reached through a link, or belongs to another repository.
 */
export async function repositoryPath(workspace: string, path: string, input: string): Promise<string> {
  const refuse = (message: string, remedy: string): UserError =>
    new UserError([{ where: `input ${input}`, message: `${path} ${message}`, remedy }])
  const root = await realpath(workspace).catch(() => resolve(workspace))
  const inside = relative(resolve(workspace), resolve(workspace, path))
  const target = join(root, inside)
  if (inside === '' || !isInside(root, target))
    throw refuse('leads out of the workspace.', 'Name a file of the repository.')
  const real = await realpath(target).catch(() => target)
  if (real !== target)
    throw refuse(
      'is reached through a link, so a change of what it leads to would not be seen as a change of it.',
      'Commit it as a file, and name that file in the letter case it has.',
    )
  for (let folder = dirname(target); folder !== root; folder = dirname(folder))
    if (await exists(join(folder, '.git')))
      throw refuse(
        'belongs to another repository (a submodule, or a checkout with path), so it cannot be compared with what it was before.',
        'Commit it to the repository of the pull request, and check that out into the workspace itself.',
      )
  return inside.split(sep).join('/')
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** The real path of the nearest folder above a path that is there. */
async function realFolderAbove(path: string): Promise<string> {
  const folder = dirname(path)
  return realpath(folder).catch(() => (folder === path ? folder : realFolderAbove(folder)))
}

/** A path as GitHub shows it: from the root of the workspace, with slashes, however the workflow names the file. */
export function workspacePath(workspace: string, path: string): string {
  return relative(workspace, resolve(workspace, path)).split(sep).join('/')
}

/** Whether a real path lies in a real folder. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/**
 * Writes a file so that a reader sees the old contents or the new, never a part. Folders are made. A text is written
 * without any secret in play; bytes are written as they are.
 *
 * @throws UserError when it cannot be written.
 */
export async function writeAtomically(path: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, typeof contents === 'string' ? scrub(contents) : contents)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw new UserError(
      `${path} could not be written: ${(cause as NodeJS.ErrnoException).code}. Name a file that the job may write.`,
      { cause },
    )
  }
}
