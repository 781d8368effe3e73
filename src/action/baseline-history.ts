/** The baseline as it stood on the default branch, as GitHub tells it. */
import type { GitHubClient } from '../github/client.ts'
import { fileHistory } from '../github/file-history.ts'
import { GitHubError } from '../github/github-error.ts'
import { createRepositoryReader } from '../github/repository.ts'
import { historyOf, historyUnread, type ReadHistory } from '../run/baseline-history.ts'

/** @param from milliseconds since 1970 */
export async function readBaselineHistory(
  client: GitHubClient | null,
  branch: string | null,
  path: string,
  from: number,
): Promise<ReadHistory> {
  if (client === null) return historyUnread('this run has no access to GitHub.')
  if (branch === null) return historyUnread('the default branch is not known.')
  try {
    const reader = createRepositoryReader(client)
    return historyOf(await fileHistory(client, reader, { path, branch, from }), path)
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return historyUnread(error.message)
  }
}
