/** The account under audit: crawled with the keys there are, or read from a snapshot. */
import { readFile } from 'node:fs/promises'
import { getIDToken, info, setSecret, warning } from '@actions/core'
import { crawl } from '../cloud/crawl.ts'
import {
  assumeAgency,
  assumeWithOidc,
  givenKeys,
  halfFamilies,
  type KeySource,
  keyFamilies,
  keysFromEnvironment,
  obtainedKeys,
} from '../cloud/credentials.ts'
import { folderCache } from '../cloud/document-cache.ts'
import { parseEndpoint } from '../cloud/endpoint.ts'
import { HttpClient } from '../cloud/http-client.ts'
import { IamApi } from '../cloud/iam-api.ts'
import { systemClock } from '../cloud/pace.ts'
import { progressLines } from '../cloud/progress.ts'
import type { Keys } from '../cloud/signer.ts'
import { networkTransport } from '../cloud/transport.ts'
import type { Config } from '../config/config.ts'
import { createEvaluator, parseDocument } from '../policy/index.ts'
import { UserError } from '../problem.ts'
import { logLine } from '../render/escape.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { readSnapshot, writeSnapshot } from '../snapshot/snapshot-file.ts'
import type { RunContext } from './event.ts'
import type { Inputs } from './inputs.ts'
import { writeAtomically } from './workspace.ts'

/** An audit gives up after this long, in milliseconds. */
const AUDIT_BUDGET = 30 * 60_000

export interface Endpoints {
  readonly iam: URL
  readonly sts: URL
}

function endpointsOf(inputs: Inputs): Endpoints {
  const { region, allowCustomEndpoint } = inputs
  return {
    iam: parseEndpoint(inputs.iamEndpoint, 'iam', allowCustomEndpoint),
    sts: parseEndpoint(
      inputs.stsEndpoint || `https://sts.${region}.myhuaweicloud.com`,
      'sts',
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
  }
}

/** Whether there is any way to the cloud. */
export function hasCredentials(inputs: Inputs, environment: NodeJS.ProcessEnv): boolean {
  return inputs.oidcProviderUrn !== '' || staticKeys(inputs, environment) !== null
}

/** A client for the audit's calls, with the keys that the inputs ask for. @throws UserError without any */
export function openCloud(
  inputs: Inputs,
  context: RunContext,
  environment: NodeJS.ProcessEnv,
): { readonly api: IamApi; readonly keys: KeySource; readonly endpoints: Endpoints } {
  const endpoints = endpointsOf(inputs)
  const transport = networkTransport()
  const deadline = systemClock.now() + AUDIT_BUDGET
  const client = (keys: KeySource | null): HttpClient =>
    new HttpClient({
      ...{ clock: systemClock, transport, keys, deadline, maxRate: inputs.maxRate },
      log: (line) => info(logLine(line)),
    })
  const keys = keySource(inputs, context, environment, endpoints, client)
  return { api: new IamApi(client(keys), endpoints), keys, endpoints }
}

function keySource(
  inputs: Inputs,
  context: RunContext,
  environment: NodeJS.ProcessEnv,
  { sts }: Endpoints,
  client: (keys: KeySource | null) => HttpClient,
): KeySource {
  const common = {
    sts,
    agencyUrn: inputs.agencyUrn,
    sessionName: `iam-audit-${context.run.run_id || 'local'}`,
    mask: setSecret,
  }
  if (inputs.oidcProviderUrn !== '') {
    const http = client(null)
    const obtain = async () => {
      const idToken = await workflowToken(inputs.oidcAudience)
      setSecret(idToken)
      return assumeWithOidc({ ...common, http, providerUrn: inputs.oidcProviderUrn, idToken })
    }
    return obtainedKeys(obtain, systemClock, null)
  }
  const given = staticKeys(inputs, environment)
  if (given === null) throw new UserError(noCredentials(environment))
  const own = givenKeys(given)
  if (inputs.agencyUrn === '') return own
  const http = client(own)
  return obtainedKeys(() => assumeAgency({ ...common, http }), systemClock, own.staticSecret)
}

/** @throws UserError that names the missing permission, or what else went wrong */
export async function workflowToken(audience: string): Promise<string> {
  try {
    const token: unknown = await getIDToken(audience)
    if (typeof token !== 'string') throw new Error('The answer holds no token')
    return token
  } catch (cause) {
    throw new UserError(`The OIDC token of the workflow could not be obtained${whyNoToken(cause as Error)}`, {
      cause,
    })
  }
}

/** The runner offers no token without the permission; otherwise GitHub was asked, and its answer is not repeated. */
function whyNoToken({ message }: Error): string {
  if (message.includes('env variable'))
    return '. Give the job "permissions: id-token: write"; pull requests from forks never get it.'
  const status = /Error Code : (\d{3})/.exec(message)?.[1]
  return status === undefined
    ? ': GitHub could not be reached, or its answer holds no token. Check the network and its proxy, and run the job again.'
    : `: GitHub answered with status ${status}. Run the job again.`
}

function noCredentials(environment: NodeJS.ProcessEnv): string {
  const families = keyFamilies.map((family) => family.filter((name) => name !== null).join(', ')).join('; ')
  return [
    'There are no keys for Huawei Cloud.',
    `Looked at: the inputs oidc-provider-urn with agency-urn, and access-key-id with secret-access-key; the variables ${families}; the input snapshot.`,
    ...halfFamilies(environment),
    'A secret that does not exist is empty. A fork, and a pull request from one, gets no secrets; Dependabot has secrets of its own.',
  ].join(' ')
}

/** Crawls the account. @throws UserError, AuthenticationError */
export async function crawlAccount(
  inputs: Inputs,
  context: RunContext,
  environment: NodeJS.ProcessEnv,
  config: Config,
  adminGroupId: string | null,
  expectedAccounts: readonly { readonly account: string; readonly where: string }[],
): Promise<Snapshot> {
  const { api, keys } = openCloud(inputs, context, environment)
  const cacheSecret = inputs.cacheSecret || keys.staticSecret
  if (inputs.cache !== '' && cacheSecret === null)
    warning(
      'The document cache is not used: without cache-secret or a static secret key nothing authenticates it.',
    )
  return crawl({
    api,
    adminGroupId,
    clock: systemClock,
    services: literalServices(config),
    progress: progressLines(systemClock.now, api.http, (line) => info(logLine(line))),
    relevance: () => (document) =>
      createEvaluator({
        documents: new Map([['document', parseDocument(document)]]),
        permissions: config.permissions,
      }).relevance('document'),
    checkAccount: (account) => refuseOtherAccount(account, expectedAccounts),
    ...(inputs.cache === '' || cacheSecret === null
      ? {}
      : { cache: (account: string) => folderCache(inputs.cache, account, cacheSecret) }),
  })
}

/** Saves what was crawled where the inputs ask for it. @throws UserError when it cannot be written */
export async function saveSnapshot({ saveSnapshot: path }: Inputs, snapshot: Snapshot): Promise<void> {
  if (path !== '') await writeAtomically(path, writeSnapshot(snapshot, path))
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
    throw new UserError([{ where: 'input snapshot', message: `${path} could not be read: ${cause.code}.` }], {
      cause,
    })
  })
  return readSnapshot(bytes, path, Date.now())
}
