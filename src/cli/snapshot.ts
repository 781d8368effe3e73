/**
 * `npm run snapshot -- --out FILE`: crawls an account with the keys of the environment and saves what it read. Every
 * policy and every group with one is read, so that any question can be asked of the file.
 */
import { accessSync, constants, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CloudError } from '../cloud/cloud-error.ts'
import { crawl } from '../cloud/crawl.ts'
import { givenKeys, halfFamilies, keysFromEnvironment } from '../cloud/credentials.ts'
import { parseEndpoint } from '../cloud/endpoint.ts'
import { HttpClient } from '../cloud/http-client.ts'
import { IamApi } from '../cloud/iam-api.ts'
import { isRate, systemClock } from '../cloud/pace.ts'
import { progressLines } from '../cloud/progress.ts'
import { networkTransport } from '../cloud/transport.ts'
import { UserError } from '../problem.ts'
import { visible } from '../render/escape.ts'
import { writeSnapshot } from '../snapshot/snapshot-file.ts'

const usage =
  'npm run snapshot -- --out FILE [--region REGION] [--iam-endpoint URL] [--sts-endpoint URL] [--max-rate N]'

const BUDGET = 30 * 60_000

/** Crawls and writes; a line for each thing worth saying. @throws UserError, CloudError */
export async function takeSnapshot(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  const { values } = readArguments(args)
  if (values.out === undefined) throw new UserError(`No file is named.\nUsage: ${usage}`)
  const maxRate = Number(values['max-rate'])
  if (!isRate(maxRate))
    throw new UserError(
      `--max-rate is ${JSON.stringify(values['max-rate'])}; allowed: a number above 0 and up to 1000 (requests a second).`,
    )
  const keys = keysFromEnvironment(environment)
  if (keys === null)
    throw new UserError(
      [
        'There are no keys in the environment. Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (and HUAWEICLOUD_SDK_SECURITY_TOKEN for temporary keys).',
        ...halfFamilies(environment),
      ].join(' '),
    )
  const { out } = values
  // Told now, not after minutes of reading.
  writable(out, () => accessSync(dirname(resolve(out)), constants.W_OK))
  const http = new HttpClient({
    ...{ clock: systemClock, transport: networkTransport(), keys: givenKeys(keys), log: say },
    ...{ maxRate, deadline: systemClock.now() + BUDGET },
  })
  const api = new IamApi(http, {
    iam: parseEndpoint(values['iam-endpoint'], 'iam', false),
    sts: parseEndpoint(
      values['sts-endpoint'] ?? `https://sts.${values.region}.myhuaweicloud.com`,
      'sts',
      false,
    ),
  })
  const snapshot = await crawl({
    ...{ api, clock: systemClock, services: [], adminGroupId: null },
    progress: progressLines(systemClock.now, http, say),
    relevance: () => () => 'some',
  })
  // For its owner alone: it names everybody and what they may do.
  writable(out, () => writeFileSync(out, writeSnapshot(snapshot, out), { mode: 0o600 }))
  for (const gap of snapshot.gaps) say(`${gap.message} ${gap.remedy}`)
  for (const notice of snapshot.notices) say(notice)
  const { users, groups, policies } = snapshot.population
  say(
    `Wrote ${out}: ${users.seen} users, ${groups.seen} groups, ${policies.seen} attached policies, ${snapshot.stats.requests} requests${snapshot.gaps.length === 0 ? '' : `, ${snapshot.gaps.length} gaps`}.`,
  )
}

/** @throws UserError when the file cannot be written */
function writable(path: string, attempt: () => void): void {
  try {
    attempt()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UserError(
      [{ where: path, message: `cannot be written (${code ?? 'unknown error'}).`, remedy: 'Name another.' }],
      { cause },
    )
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: { type: 'string' },
        region: { type: 'string', default: 'ap-southeast-1' },
        'iam-endpoint': { type: 'string', default: 'https://iam.myhuaweicloud.com' },
        'sts-endpoint': { type: 'string' },
        'max-rate': { type: 'string', default: '10' },
      },
    })
  } catch (cause) {
    throw new UserError(`${(cause as Error).message}\nUsage: ${usage}`, { cause })
  }
}

if (import.meta.main) {
  const say = (line: string): void => {
    process.stderr.write(`${visible(line)}\n`)
  }
  try {
    await takeSnapshot(process.argv.slice(2), process.env, say)
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof CloudError)) throw error
    for (const line of error.message.split('\n')) say(line)
    process.exitCode = 2
  }
}
