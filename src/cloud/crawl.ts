/** Reads an account into a snapshot: the cheap way first, the documented way where that is closed. */
import type { CatalogueAction } from '../policy/types.ts'
import { UserError } from '../problem.ts'
import { type Coverage, coverageSources, type Snapshot } from '../snapshot/snapshot.ts'
import { AuthenticationError, CloudError, ForbiddenError } from './cloud-error.ts'
import { type DocumentCache, noCache } from './document-cache.ts'
import { crawlGroupFirst } from './group-first.ts'
import type { AccountSummary, IamApi } from './iam-api.ts'
import type { Clock } from './pace.ts'
import { crawlPolicyFirst, WayClosed } from './policy-first.ts'
import { type Progress, Reading, type Relevance } from './reading.ts'

export interface CrawlOptions {
  readonly api: IamApi
  /** Asked of every document; built when the account is known. */
  readonly relevance: (account: string) => Relevance
  /** Services that the audited list names literally: their live catalogue is read. */
  readonly services: readonly string[]
  readonly adminGroupId: string | null
  readonly clock: Clock
  readonly progress: (progress: Progress) => void
  /** `policy-first` falls back to the other where it is closed. */
  readonly method?: 'policy-first' | 'group-first'
  /** Opened when the account is known. */
  readonly cache?: (account: string) => DocumentCache
  /** Called once the account is known, before it is crawled. @throws UserError to refuse it */
  readonly checkAccount?: (account: string) => void
}

/**
 * Crawls. What could not be read stands in the snapshot as gaps; only wrong keys and a refused account end it.
 *
 * @throws UserError, AuthenticationError
 */
export async function crawl(options: CrawlOptions): Promise<Snapshot> {
  const { api, clock } = options
  const started = clock.now()
  const failures: string[] = []
  const identity = await optional(() => api.callerIdentity(), failures)
  const account = identity?.account_id ?? (await accountFromUsers(api, failures))
  options.checkAccount?.(account)
  const [summary, console5, catalogue] = await Promise.all([
    optional(() => api.accountSummary()),
    optional(() => api.feature('v5_console')),
    readCatalogue(options),
  ])
  const cache = options.cache?.(account) ?? noCache
  const { reading, method } = await read(options, account, cache, summary?.groups ?? null)
  if (cache.rejected > 0)
    reading.notices.push(`${cache.rejected} cached documents did not authenticate and were read again.`)
  if (cache.unwritten > 0)
    reading.notices.push(`${cache.unwritten} documents could not be kept in the cache folder.`)
  compareCounts(reading, summary)
  const expected = (count: number | undefined): number | null => count ?? null
  return {
    version: 1,
    kind: 'iam-audit-snapshot',
    taken_at: new Date(started).toISOString(),
    account_id: account,
    auditor: identity ? { urn: identity.principal_urn, id: identity.principal_id } : null,
    users: [...reading.users.values()],
    groups: [...reading.groups.values()],
    policies: [...reading.policies.values()].map((policy) => ({
      ...policy,
      version: reading.versions.get(policy.policy_id) ?? null,
    })),
    attachments: [...reading.entities].flatMap(([policy_id, entities]) =>
      entities.map((entity) => ({ policy_id, ...entity })),
    ),
    memberships: [...reading.members].map(([group_id, ids]) => ({ group_id, user_ids: [...ids].sort() })),
    gaps: reading.gaps,
    notices: reading.notices,
    coverage: coverageOf(reading, summary, console5),
    population: {
      users: { seen: reading.users.size, expected: expected(summary?.users) },
      groups: { seen: reading.groups.size, expected: expected(summary?.groups) },
      policies: { seen: reading.policies.size, expected: null },
    },
    catalogue: catalogue?.map((row) => ({ ...row, aliases: [...row.aliases] })) ?? null,
    stats: {
      requests: api.http.stats.requests,
      retries: api.http.stats.retries,
      duration_ms: clock.now() - started,
      method,
      documents_cached: reading.documentsCached,
    },
  }
}

async function read(
  options: CrawlOptions,
  account: string,
  cache: DocumentCache,
  expectedGroups: number | null,
): Promise<{ reading: Reading; method: 'policy-first' | 'group-first' }> {
  const { api, adminGroupId, progress, method = 'policy-first' } = options
  const fresh = (): Reading =>
    new Reading({ api, adminGroupId, expectedGroups, progress, cache, relevance: options.relevance(account) })
  if (method === 'group-first') {
    const reading = fresh()
    await crawlGroupFirst(reading)
    return { reading, method }
  }
  const reading = fresh()
  try {
    await crawlPolicyFirst(reading)
    return { reading, method }
  } catch (error) {
    if (!(error instanceof WayClosed)) throw error
    const other = fresh()
    other.notices.push(
      `The auditor lacks the IAM action ${error.message}, so every group and user was asked for its policies; allow it for a much quicker crawl.`,
    )
    await crawlGroupFirst(other)
    return { reading: other, method: 'group-first' }
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
  const users = (await optional(() => api.users(), failures)) ?? []
  const account = users
    .map((user) => user.urn.split(':')[2])
    .find((part) => part !== undefined && part !== '')
  if (account === undefined)
    throw new UserError(
      `The account could not be told: neither STS (GET /v5/caller-identity) nor the list of users (iam:users:listUsersV5) names it. ${failures.join(' ')} Check the network and its proxy, region and sts-endpoint, and the rights of the auditor.`,
    )
  return account
}

async function readCatalogue({ api, services }: CrawlOptions): Promise<CatalogueAction[] | null> {
  const lists = await Promise.all(services.map((service) => optional(() => api.catalogue(service))))
  const rows = lists.flatMap((list) => list ?? [])
  return rows.length === 0 ? null : rows
}

function compareCounts(reading: Reading, summary: AccountSummary | null | undefined): void {
  if (!summary) return
  const compare = (what: string, seen: number, counted: number): void => {
    // A list that could not be read has a gap of its own.
    if (seen !== counted && !reading.gaps.some((gap) => gap.call === `GET /v5/${what}`))
      reading.notices.push(`${seen} ${what} were read, and the account summary counts ${counted}.`)
  }
  compare('users', reading.users.size, summary.users)
  compare('groups', reading.groups.size, summary.groups)
}

/** What the account has beside users and identity policies, as far as two requests tell. */
function coverageOf(
  reading: Reading,
  summary: AccountSummary | null | undefined,
  console5: string | null | undefined,
): Coverage[] {
  const counted = (count: number | null | undefined): Pick<Coverage, 'status' | 'count'> => {
    if (summary === undefined) return { status: 'denied', count: null }
    if (count === null || count === undefined) return { status: 'not-attempted', count: null }
    return count === 0 ? { status: 'absent', count: 0 } : { status: 'present', count }
  }
  const oidc = summary?.oidc_provider
  const saml = summary?.saml_provider
  const providers = oidc == null && saml == null ? null : (oidc ?? 0) + (saml ?? 0)
  const known: Readonly<Record<Coverage['source'], Pick<Coverage, 'status' | 'count'>>> = {
    ...crawledCoverage(reading),
    // With the old console, power is granted by roles as a rule.
    'legacy-roles': {
      status: console5 === 'off' ? 'present' : console5 === undefined ? 'denied' : 'not-attempted',
      count: null,
    },
    agencies: counted(summary?.agencies),
    // No provider of the new kind says nothing of those of the old kind.
    federation: providers
      ? { status: 'present', count: providers }
      : { status: summary === undefined ? 'denied' : 'not-attempted', count: null },
    'identity-center': { status: 'not-attempted', count: null },
  }
  return coverageSources.map((source) => ({ source, ...known[source] }))
}

type CrawledSource = 'identity-policies' | 'admin-group' | 'root-user'

/** What the crawl itself read. Of a list that could not be read, neither "audited" nor "not there" is true. */
function crawledCoverage(
  reading: Reading,
): Readonly<Record<CrawledSource, Pick<Coverage, 'status' | 'count'>>> {
  const audited = (count: number) => ({ status: 'audited', count }) as const
  const unread = (call: RegExp) => {
    const gaps = reading.gaps.filter((gap) => gap.code === 'deadline' || call.test(gap.call))
    if (gaps.length === 0) return null
    const denied = gaps.some((gap) => gap.code === 'forbidden')
    return { status: denied ? 'denied' : 'not-attempted', count: null } as const
  }
  const roots = [...reading.users.values()].filter((user) => user.is_root_user).length
  const admins = [...reading.groups.values()].filter(
    ({ group_name, group_id }) => group_name === 'admin' || group_id === reading.options.adminGroupId,
  )
  const unreadMembers = admins.some((group) => !reading.members.has(group.group_id))
  const policies = reading.policies.size
  return {
    'identity-policies': (policies === 0 ? unread(/policies/) : null) ?? audited(policies),
    'admin-group':
      admins.length === 0
        ? (unread(/^GET \/v5\/groups$/) ?? { status: 'absent', count: 0 })
        : ((unreadMembers ? unread(/group_id$/) : null) ?? audited(admins.length)),
    'root-user': (roots === 0 ? unread(/^GET \/v5\/users$/) : null) ?? audited(roots),
  }
}
