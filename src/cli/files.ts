/** Files of whoever runs a command: they may lie anywhere that person can read. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Approvals, approvalsOf, SMALLEST } from '../run/approvals.ts'
import { UserError } from '../text/problem.ts'

/** Config and baseline as the options name them. @throws UserError with every problem of both */
export function readFiles(
  folder: string,
  paths: { readonly config: string; readonly baseline: string },
): Promise<Approvals> {
  return approvalsOf((path) => readTextFile(resolve(folder, path), path), paths, {
    message: 'There is no such file, so nothing says which permissions to audit.',
    remedy: `Write one with iam-audit init, or name it with --config; ${SMALLEST}.`,
  })
}

/** A text file; null where there is none. @throws UserError when it cannot be read */
export async function readTextFile(target: string, path: string): Promise<string | null> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(target))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw new UserError(
      [
        code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? { where: path, message: 'is not UTF-8 text.', remedy: 'Save it as UTF-8.' }
          : { where: path, message: `cannot be read (${code}).`, remedy: 'Name a file that can.' },
      ],
      { cause },
    )
  }
}
