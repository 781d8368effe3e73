/** The baseline as it stood on the main branch, as the local repository tells it. */
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { historyOf, historyUnread, type ReadHistory } from '../run/baseline-history.ts'
import { repositoryPath } from '../run/workspace.ts'
import { UserError } from '../text/problem.ts'
import type { CommandRun } from './command.ts'
import { openRepository } from './git.ts'

/** @param from milliseconds since 1970 */
export async function localHistory({ folder, inputs }: CommandRun, from: number): Promise<ReadHistory> {
  try {
    const repository = await openRepository(folder)
    const target = resolve(await realpath(folder), inputs.baseline)
    const path = await repositoryPath(repository.top, target, 'baseline')
    return historyOf(await repository.versionsOf(path, from), inputs.baseline)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return historyUnread(error.message.replaceAll('\n', ' '))
  }
}
