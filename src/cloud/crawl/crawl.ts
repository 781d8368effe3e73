/** Reads an account into a snapshot: the cheap way first, the documented way where that is closed. */

import { type Coverage, coverageSources, type Snapshot } from '../../account/snapshot.ts'
import type { CatalogueAction } from '../../policy/types.ts'
import { UserError } from '../../text/problem.ts'
import { AuthenticationError, CloudError, ForbiddenError } from '../http/cloud-error.ts'
import type { Clock } from '../http/pace.ts'
import type { IamApi } from '../iam/iam-api.ts'
import { accountSummary, authorizationSchema, callerIdentity, users } from '../iam/v5-calls.ts'
import type { CrawlContext, Relevance, RoleRelevance } from './context.ts'
import { CrawlGaps, type Requirements } from './crawl-gaps.ts'
import { type DocumentCache, noCache } from './document-cache.ts'
import { type Method, type ReadSources, readAccount } from './read-account.ts'
import type { Progress } from './schedule.ts'
import { PolicyFirstForbidden } from './sources/policy-first.ts'

export interface CrawlOptions {
  readonly api: IamApi
  /** Asked of every document; built when the account is known. */
  readonly relevance: (account: string) => Relevance
  /** Asked of every legacy role that somebody holds. Not given: every one can matter. */
  readonly roleRelevance?: (account: string) => RoleRelevance
  /** What is looked at beside identity policies, and whether the audit is complete without it. */
  readonly sources: Requirements
  /** Services that the audited list names literally: their live catalogue is read. */
  readonly services: readonly string[]
  readonly adminGroupId: string | null
  readonly clock: Clock
  readonly progress: (progress: Progress) => void
  /** `policy-first` falls back to the other where it is closed. */
  readonly method?: Method
  /** Opened when the account is known. */
  readonly cache?: (account: string) => DocumentCache
  /** Called once the account is known, before it is crawled. @throws UserError to refuse it */
  readonly checkAccount?: (account: string) => void
}

/** Milliseconds by which two clocks may differ before the server's is taken. */
const CLOCK_TOLERANCE = 60_000

/**
 * Crawls. What could not be read stands in the snapshot as gaps; only wrong keys and a refused account end it.
 *
 * @throws UserError, AuthenticationError
 */
export async function crawl(options: CrawlOptions): Promise<Snapshot> {
  const { api, clock } = options
  const started = clock.now()
  const failures: string[] = []
  const identity = await optional(() => api.one(callerIdentity), failures)
  const account = identity?.account_id ?? (await accountFromUsers(api, failures))
  options.checkAccount?.(account)
  const [summary, catalogue] = await Promise.all([
    optional(() => api.one(accountSummary)),
    readCatalogue(options),
  ])
  const cache = options.cache?.(account) ?? noCache
  const context: Omit<CrawlContext, 'gaps'> = {
    ...{ api, account, summary, cache, sources: options.sources, adminGroupId: options.adminGroupId },
    relevance: options.relevance(account),
    roleRelevance: options.roleRelevance?.(account) ?? (() => 'undetermined'),
  }
  const { sources, gaps } = await read(options, context)
  if (cache.rejected > 0)
    gaps.notice(`${cache.rejected} cached documents did not authenticate and were read again.`)
  if (cache.unwritten > 0) gaps.notice(`${cache.unwritten} documents could not be kept in the cache folder.`)
  const offset = api.http.clockOffset ?? 0
  return {
    version: 2,
    kind: 'iam-audit-snapshot',
    // Whether an agency is expired is a question of the cloud's clock.
    taken_at: new Date(started - (Math.abs(offset) > CLOCK_TOLERANCE ? offset : 0)).toISOString(),
    account_id: account,
    account_name: accountName(sources, account),
    auditor: identity ? { urn: identity.principal_urn, id: identity.principal_id } : null,
    ...listsOf(sources, account),
    gaps: gaps.sortedGaps(),
    notices: [...gaps.notices].sort(),
    coverage: coverageOf(sources),
    population: populationOf(sources, summary ?? null),
    catalogue: catalogue?.map((row) => ({ ...row, aliases: [...row.aliases] })) ?? null,
    stats: {
      requests: api.http.stats.requests,
      retries: api.http.stats.retries,
      duration_ms: clock.now() - started,
      method: sources.policies.method,
      documents_cached: sources.policies.documentsCached,
    },
  }
}

async function read(
  { method = 'policy-first', clock, progress, sources }: CrawlOptions,
  context: Omit<CrawlContext, 'gaps'>,
): Promise<{ readonly sources: ReadSources; readonly gaps: CrawlGaps }> {
  const by = async (way: Method, gaps: CrawlGaps) => ({
    sources: await readAccount({ ...context, gaps }, way, clock.random, progress),
    gaps,
  })
  try {
    return await by(method, new CrawlGaps(sources))
  } catch (error) {
    if (!(error instanceof PolicyFirstForbidden)) throw error
    const gaps = new CrawlGaps(sources)
    gaps.notice(
      `The auditor lacks the IAM action ${error.message}, so every group and user was asked for its policies; allow it for a much quicker crawl.`,
    )
    return by('group-first', gaps)
  }
}

/** A read that the verdict can do without: null when it fails, except for wrong keys. Why goes to `failures`. */
async function optional<T>(read: () => Promise<T>, failures: string[] = []): Promise<T | null | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
    failures.push(error.message)
    // Undefined: it is there and was refused. Null: it could not be had.
    return error instanceof ForbiddenError ? undefined : null
  }
}

/** Where STS does not answer, a user's URN names the account: `iam::<account>:user:<name>`. */
async function accountFromUsers(api: IamApi, failures: string[]): Promise<string> {
  const listed = await optional(() => api.list(users), failures)
  const account = (listed?.rows ?? []).map((user) => user.urn?.split(':')[2]).find(Boolean)
  if (account === undefined)
    throw new UserError(
      `The account could not be told: neither STS (GET /v5/caller-identity) nor the list of users (iam:users:listUsersV5) names it. ${failures.join(' ')} Check the network and its proxy, region and sts-endpoint, and the rights of the auditor.`,
    )
  return account
}

async function readCatalogue({ api, services }: CrawlOptions): Promise<CatalogueAction[] | null> {
  const lists = await Promise.all(
    services.map((service_code) => optional(() => api.one(authorizationSchema, { service_code }))),
  )
  const rows = lists.flatMap((list) => list ?? [])
  return rows.length === 0 ? null : rows
}

/** An agency that trusts its own account calls it by name. */
function accountName({ agencies }: ReadSources, account: string): string | null {
  const own = agencies.agencies().find((one) => one.trust_domain_id === account)
  return own?.trust_domain_name ?? null
}

type Lists = Pick<
  Snapshot,
  | ('users' | 'groups' | 'policies' | 'attachments' | 'memberships' | 'roles' | 'role_assignments')
  | ('agencies' | 'providers' | 'mappings' | 'trust_providers')
>

function listsOf(sources: ReadSources, account: string): Lists {
  const { principals, policies, legacyRoles, agencies, federation } = sources
  const isThere = ([type, id]: readonly [string, string]): boolean =>
    type !== 'group' || !principals.isGone(id)
  const urn = (kind: string, name: string): string => `iam::${account}:${kind}:${name}`
  return {
    users: [...principals.users.values()].map((user) => ({
      ...user,
      urn: user.urn ?? urn('user', user.user_name),
    })),
    groups: [...principals.groups.values()].map((group) => ({
      ...group,
      urn: group.urn ?? urn('group', group.group_name),
    })),
    policies: policies
      .policies()
      .map((policy) => ({ ...policy, version: policies.versionOf(policy.policy_id) })),
    attachments: policies
      .attachments()
      .filter((one) => isThere([one.principal_type, one.principal_id]))
      .map((one) => ({ ...one })),
    memberships: [...principals.members].map(([group_id, ids]) => ({ group_id, user_ids: [...ids].sort() })),
    roles: [...legacyRoles.roles()],
    role_assignments: legacyRoles
      .assignments()
      .filter((one) => isThere([one.holder_type, one.holder_id]))
      .map((one) => ({ ...one })),
    agencies: [...agencies.agencies()],
    providers: [...federation.providers()],
    mappings: [...federation.mappings()],
    trust_providers: [...agencies.providers()],
  }
}

/** Each source says its own; of what nobody looks at yet, that it was not looked at. */
function coverageOf({ all }: ReadSources): Coverage[] {
  const said = new Map(all.flatMap((source) => source.coverage()).map((row) => [row.source, row]))
  return coverageSources.map(
    (source) =>
      said.get(source) ?? { source, status: source === 'traces' ? 'off' : 'not-attempted', count: null },
  )
}

function populationOf(
  { principals, policies, legacyRoles, agencies, federation }: ReadSources,
  summary: { users: number; groups: number; agencies: number | null } | null,
): Snapshot['population'] {
  return {
    users: { seen: principals.users.size, expected: summary?.users ?? null },
    groups: { seen: principals.groups.size, expected: summary?.groups ?? null },
    policies: { seen: policies.policies().length, expected: null },
    roles: { seen: legacyRoles.roles().length, expected: null },
    agencies: { seen: agencies.agencies().length, expected: summary?.agencies ?? null },
    providers: {
      seen: federation.providers().length,
      expected: null,
    },
  }
}
