/** Files of the checked-out repository. Their contents may come from a fork; their paths come from the workflow. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { UserError } from '../problem.ts'

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
  if (real === null) return null
  if (!isInside(await realpath(workspace), real))
    throw new UserError([
      {
        where: `input ${input}`,
        message: `${path} leads out of the workspace.`,
        remedy: 'Name a file of the repository, and commit it as a file, not as a link.',
      },
    ])
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

/** Whether a real path lies in a real folder. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/**
 * Writes a file so that a reader sees the old contents or the new, never a part. Folders are made.
 *
 * @throws UserError when it cannot be written.
 */
export async function writeAtomically(path: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, contents)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw new UserError(
      `${path} could not be written: ${(cause as NodeJS.ErrnoException).code}. Name a file that the job may write.`,
      { cause },
    )
  }
}
