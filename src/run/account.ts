/** The account under audit: crawled with the keys there are, or read from a snapshot. */
import { readFile } from 'node:fs/promises'
import { type DocumentRelevance, documentRelevance } from '../access/relevance.ts'
import { NO_ADMIN_GROUP } from '../account/admin-group.ts'
import type { Snapshot } from '../account/snapshot.ts'
import { readSnapshot, writeSnapshot } from '../account/snapshot-file.ts'
import { effectiveSources } from '../audit/sources.ts'
import type { Baseline } from '../baseline/baseline.ts'
import { crawl } from '../cloud/crawl/crawl.ts'
import { folderCache } from '../cloud/crawl/document-cache.ts'
import { progressLines } from '../cloud/crawl/progress.ts'
import { parseEndpoint } from '../cloud/http/endpoint.ts'
import { HttpClient } from '../cloud/http/http-client.ts'
import type { KeySource } from '../cloud/http/key-source.ts'
import { systemClock } from '../cloud/http/pace.ts'
import type { Keys } from '../cloud/http/signer.ts'
import { networkTransport } from '../cloud/http/transport.ts'
import { IamApi } from '../cloud/iam/iam-api.ts'
import { assumeAgency, assumeWithOidc, obtainedKeys } from '../cloud/keys/credentials.ts'
import { givenKeys, halfFamilies, keyFamilies, keysFromEnvironment } from '../cloud/keys/given-keys.ts'
import type { Config } from '../config/config.ts'
import { logLine } from '../render/escape.ts'
import { UserError } from '../text/problem.ts'
import type { AccountRun } from './account-run.ts'
import type { Inputs } from './inputs.ts'
import { mask, scrubAll } from './secrets.ts'
import { writeAtomically } from './workspace.ts'

/** An audit gives up after this long, in milliseconds. */
const AUDIT_BUDGET = 30 * 60_000

export interface Endpoints {
  readonly iam: URL
  readonly sts: URL
  /** Cloud Trace Service. */
  readonly cts: URL
}

function endpointsOf(inputs: Inputs): Endpoints {
  const { region, traceRegion, allowCustomEndpoint } = inputs
  return {
    iam: parseEndpoint(inputs.iamEndpoint, 'iam', allowCustomEndpoint),
    sts: parseEndpoint(
      inputs.stsEndpoint || `https://sts.${region}.myhuaweicloud.com`,
      'sts',
      allowCustomEndpoint,
    ),
    cts: parseEndpoint(
      inputs.traceEndpoint || `https://cts.${traceRegion}.myhuaweicloud.com`,
      'cts',
      allowCustomEndpoint,
    ),
  }
}

/** Keys from the inputs, else from the environment. */
function staticKeys(inputs: Inputs, environment: NodeJS.ProcessEnv): Keys | null {
  if (inputs.accessKeyId === '') return keysFromEnvironment(environment)
  return {
    accessKeyId: inputs.accessKeyId,
    secretAccessKey: inputs.secretAccessKey,
    ...(inputs.securityToken === '' ? {} : { securityToken: inputs.securityToken }),
    origin: 'the inputs access-key-id, secret-access-key and security-token',
  }
}

/** Whether there is any way to the cloud. */
export function hasCredentials(inputs: Inputs, environment: NodeJS.ProcessEnv): boolean {
  return inputs.oidcProviderUrn !== '' || staticKeys(inputs, environment) !== null
}

/** A client for the audit's calls, with the keys that the inputs ask for. @throws UserError without any */
export function openCloud(run: AccountRun): {
  readonly api: IamApi
  readonly keys: KeySource
  readonly endpoints: Endpoints
} {
  const { inputs, log } = run
  const endpoints = endpointsOf(inputs)
  const transport = networkTransport()
  const deadline = systemClock.now() + AUDIT_BUDGET
  const client = (keys: KeySource | null): HttpClient =>
    new HttpClient({
      ...{ clock: systemClock, transport, keys, deadline, maxRate: inputs.maxRate },
      log: (line) => log.info(logLine(line)),
    })
  const keys = keySource(run, endpoints, client)
  return { api: new IamApi(client(keys), endpoints), keys, endpoints }
}

function keySource(
  { inputs, environment, sessionName, idToken: obtainToken, withoutKeys }: AccountRun,
  { sts }: Endpoints,
  client: (keys: KeySource | null) => HttpClient,
): KeySource {
  const common = {
    sts,
    agencyUrn: inputs.agencyUrn,
    sessionName,
    mask,
  }
  if (inputs.oidcProviderUrn !== '' && obtainToken !== null) {
    const http = client(null)
    const obtain = async () => {
      const idToken = await obtainToken(inputs.oidcAudience)
      mask(idToken)
      return assumeWithOidc({ ...common, http, providerUrn: inputs.oidcProviderUrn, idToken })
    }
    return obtainedKeys(obtain, systemClock, null)
  }
  const given = staticKeys(inputs, environment)
  if (given === null) throw new UserError(noCredentials(environment, withoutKeys))
  const own = givenKeys(given)
  if (inputs.agencyUrn === '') return own
  const http = client(own)
  return obtainedKeys(() => assumeAgency({ ...common, http }), systemClock, own.staticSecret)
}

function noCredentials(
  environment: NodeJS.ProcessEnv,
  { lookedAt, hint }: AccountRun['withoutKeys'],
): string {
  const families = keyFamilies.map((family) => family.filter((name) => name !== null).join(', ')).join('; ')
  return [
    'There are no keys for Huawei Cloud.',
    `Looked at: the variables ${families}; ${lookedAt}.`,
    ...halfFamilies(environment),
    hint,
  ].join(' ')
}

/** Crawls the account. @throws UserError, AuthenticationError */
export async function crawlAccount(
  run: AccountRun,
  config: Config,
  baseline: Baseline | null,
  expectedAccounts: readonly { readonly account: string; readonly where: string }[],
): Promise<{ readonly snapshot: Snapshot; readonly api: IamApi; readonly endpoints: Endpoints }> {
  const { inputs, log } = run
  const { api, keys, endpoints } = openCloud(run)
  const cacheSecret = inputs.cacheSecret || keys.staticSecret
  if (inputs.cache !== '' && cacheSecret === null)
    log.warning(
      'The document cache is not used: without cache-secret or a static secret key nothing authenticates it.',
    )
  const sources = effectiveSources(config, baseline)
  const relevanceFor = (account: string): DocumentRelevance =>
    documentRelevance(config.permissions, account, sources.agencies !== 'off')
  const adminGroup = baseline?.admin_group
  const snapshot = await crawl({
    api,
    adminGroupId: adminGroup === undefined || adminGroup === NO_ADMIN_GROUP ? null : adminGroup,
    clock: systemClock,
    services: literalServices(config),
    progress: progressLines(systemClock.now, api.http, (line) => log.info(logLine(line))),
    sources,
    relevance: (account) => relevanceFor(account).ofPolicy,
    roleRelevance: (account) => relevanceFor(account).ofRole,
    checkAccount: (account) => refuseOtherAccount(account, expectedAccounts),
    ...(inputs.cache === '' || cacheSecret === null
      ? {}
      : { cache: (account: string) => folderCache(inputs.cache, account, cacheSecret) }),
  })
  return { snapshot, api, endpoints }
}

/** Saves what was crawled where the inputs ask for it. @throws UserError when it cannot be written */
export async function saveSnapshot({ saveSnapshot: path }: Inputs, snapshot: Snapshot): Promise<void> {
  if (path !== '') await writeAtomically(path, writeSnapshot(scrubAll(snapshot), path))
}

/** Services that the audited list names literally. */
function literalServices(config: Config): string[] {
  const services = config.permissions.flatMap((permission) =>
    permission.actions.map((pattern) => pattern.split(':')[0] as string),
  )
  return [...new Set(services.filter((service) => /^[A-Za-z0-9-]+$/.test(service)))].slice(0, 20)
}

/** @throws UserError before anything of another account is compared */
export function refuseOtherAccount(
  account: string,
  expected: readonly { readonly account: string; readonly where: string }[],
): void {
  const other = expected.find((one) => one.account !== account)
  if (other !== undefined)
    throw new UserError([
      {
        where: other.where,
        message: `names the account ${JSON.stringify(other.account)}, and the keys belong to ${JSON.stringify(account)}.`,
        remedy: 'Use the keys of that account, or the files of this one.',
      },
    ])
}

/** Reads the snapshot that the inputs name. @throws UserError */
export async function loadSnapshot(path: string): Promise<{ snapshot: Snapshot; warning: string | null }> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      [{ where: path, message: `could not be read: ${cause.code}.`, remedy: 'Name a snapshot that can.' }],
      {
        cause,
      },
    )
  })
  return readSnapshot(bytes, path, Date.now())
}
