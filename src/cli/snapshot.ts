/**
 * `iam-audit snapshot`: crawls an account and saves what it read. Every policy and every group with one is read, so that
 * any question can be asked of the file.
 */
import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { writeSnapshot } from '../account/snapshot-file.ts'
import { crawl } from '../cloud/crawl/crawl.ts'
import { progressLines } from '../cloud/crawl/progress.ts'
import { systemClock } from '../cloud/http/pace.ts'
import { visible } from '../render/escape.ts'
import { openCloud } from '../run/account.ts'
import { scrubAll } from '../run/secrets.ts'
import { UserError } from '../text/problem.ts'
import { type Answer, type CommandRun, optionValue } from './command.ts'

/** Crawls. @throws UserError, CloudError */
export async function snapshotCommand(run: CommandRun): Promise<Answer> {
  const out = optionValue(run, 'out') ?? '-'
  // Told now, not after minutes of reading.
  if (out !== '-') refuseUnwritable(resolve(run.folder, out), out)
  const { api } = openCloud(run)
  const snapshot = await crawl({
    ...{ api, clock: systemClock, services: [], adminGroupId: null },
    // Whatever an audit of it may look at.
    sources: { 'legacy-roles': 'required', agencies: 'required', federation: 'required' },
    progress: progressLines(systemClock.now, api.http, (line) => run.log.info(line)),
    relevance: () => () => 'some',
  })
  const { population, stats, gaps, notices } = snapshot
  const seen = `${population.users.seen} users, ${population.groups.seen} groups, ${population.policies.seen} attached policies, ${population.agencies.seen} agencies, ${population.providers.seen} identity providers, ${stats.requests} requests`
  return {
    output: writeSnapshot(scrubAll(snapshot), out),
    notes: [
      ...gaps.map((gap) => visible(`${gap.message} ${gap.remedy}`)),
      ...notices.map(visible),
      `Read ${seen}${gaps.length === 0 ? '' : `, ${gaps.length} gaps`}.`,
    ],
    exitCode: 0,
  }
}

function refuseUnwritable(target: string, path: string): void {
  try {
    accessSync(dirname(target), constants.W_OK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UserError(
      [{ where: path, message: `cannot be written (${code}).`, remedy: 'Name a file in a folder that can.' }],
      { cause },
    )
  }
}
