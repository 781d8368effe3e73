/** What a crawl has read so far, and what it could not read. Both ways to crawl fill it. */
import type { CrawlGap, GapScope } from '../snapshot/snapshot.ts'
import { AuthenticationError, CloudError, ForbiddenError, NotFoundError } from './cloud-error.ts'
import type { CachedVersion, DocumentCache } from './document-cache.ts'
import type { ApiGroup, ApiPolicy, ApiUser, Entity, IamApi } from './iam-api.ts'
import { forEachOf } from './pool.ts'

/** Requests under way at once; the pace decides how many leave in a second. */
const CONCURRENCY = 8

/** What a document means for the audited permissions. */
export type Relevance = (document: string) => 'grants' | 'denies' | 'none' | 'undetermined'

export interface Progress {
  readonly phase: string
  readonly done: number
  readonly total: number
}

export interface ReadingOptions {
  readonly api: IamApi
  readonly relevance: Relevance
  /** Id of the built-in group as the baseline records it. */
  readonly adminGroupId: string | null
  readonly cache: DocumentCache
  readonly progress: (progress: Progress) => void
}

/** A policy as far as a crawl knows it: the group-first way does not see type, count and time. */
export type KnownPolicy = Pick<ApiPolicy, 'policy_id' | 'policy_name' | 'default_version_id'> & {
  readonly policy_type: string
  readonly attachment_count: number | null
  readonly updated_at: string | null
}

/** Name of the group that is born with every account; its members matter whatever is attached to it. */
const ADMIN_GROUP = 'admin'

export class Reading {
  readonly users = new Map<string, ApiUser>()
  readonly groups = new Map<string, ApiGroup>()
  readonly policies = new Map<string, KnownPolicy>()
  readonly versions = new Map<string, CachedVersion>()
  readonly entities = new Map<string, readonly Entity[]>()
  readonly members = new Map<string, Set<string>>()
  readonly gaps: CrawlGap[] = []
  readonly notices: string[] = []
  readonly options: ReadingOptions
  documentsCached = 0
  readonly #relevant = new Map<string, ReturnType<Relevance>>()

  constructor(options: ReadingOptions) {
    this.options = options
  }

  /** Runs a read; what it cannot read becomes a gap and null. Wrong keys end the crawl. */
  async attempt<T>(
    what: { readonly thing: string; readonly action: string | null; readonly scope: GapScope },
    read: () => Promise<T>,
  ): Promise<T | null> {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
      this.gap(what.thing, error, what.action, what.scope)
      return null
    }
  }

  gap(thing: string, error: CloudError, action: string | null, scope: GapScope): void {
    const forbidden = error instanceof ForbiddenError
    this.gaps.push({
      code: forbidden ? 'forbidden' : error instanceof NotFoundError ? 'changed' : 'unreadable',
      call: error.call,
      message: `Failed to read ${thing}: ${error.message}`,
      remedy: forbidden
        ? `Allow the auditor the IAM action ${action ?? 'of this call'}.`
        : error instanceof NotFoundError
          ? 'Run the audit again; the account changed while it was read.'
          : 'Run the audit again; if it stays, the cloud or a gateway in between is at fault.',
      iam_action: forbidden ? action : null,
      scope,
    })
  }

  /** Runs a task for each item and tells how far it is. */
  async each<T>(phase: string, items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
    let done = 0
    await forEachOf(items, CONCURRENCY, async (item) => {
      await task(item)
      this.options.progress({ phase, done: ++done, total: items.length })
    })
  }

  async readUsers(): Promise<void> {
    const account = { type: 'account' } as const
    const what = { thing: 'the users', action: 'iam:users:listUsersV5', scope: account }
    for (const user of (await this.attempt(what, () => this.options.api.users())) ?? [])
      this.users.set(user.user_id, user)
  }

  /** Ids of the groups there are now; null when they cannot be read. */
  async readGroups(): Promise<ReadonlySet<string> | null> {
    const account = { type: 'account' } as const
    const what = { thing: 'the groups', action: 'iam:groups:listGroupsV5', scope: account }
    const groups = await this.attempt(what, () => this.options.api.groups())
    for (const group of groups ?? []) this.groups.set(group.group_id, group)
    return groups && new Set(groups.map((group) => group.group_id))
  }

  /** What a policy's document means; undefined while it is not read. */
  relevanceOf(policyId: string): ReturnType<Relevance> | undefined {
    const version = this.versions.get(policyId)
    if (version === undefined) return undefined
    const known = this.#relevant.get(version.document) ?? this.options.relevance(version.document)
    this.#relevant.set(version.document, known)
    return known
  }

  /** Policies that can grant or take away something audited; one that was not read may. */
  relevantPolicies(): KnownPolicy[] {
    return [...this.policies.values()].filter((policy) => this.relevanceOf(policy.policy_id) !== 'none')
  }

  /** Groups whose members decide about the verdict: those with a relevant policy, and the built-in one. */
  groupsThatMatter(): string[] {
    const ids = new Set<string>()
    for (const group of this.groups.values())
      if (group.group_name === ADMIN_GROUP || group.group_id === this.options.adminGroupId)
        ids.add(group.group_id)
    for (const policy of this.relevantPolicies())
      for (const entity of this.entities.get(policy.policy_id) ?? [])
        if (entity.principal_type === 'group') ids.add(entity.principal_id)
    return [...ids]
  }

  /**
   * Reads the members of groups and adds them to what is known: whoever moved from one group to another while they
   * were read has been a member of both. Returns the groups that were not there.
   */
  async readMembers(phase: string, groupIds: readonly string[]): Promise<string[]> {
    const missing: string[] = []
    await this.each(phase, groupIds, async (id) => {
      const thing = `the members of the group ${this.groups.get(id)?.group_name ?? id}`
      const what = { thing, action: 'iam:users:listUsersV5', scope: { type: 'group', group_id: id } as const }
      try {
        const users = await this.options.api.users(id)
        const members = this.members.get(id) ?? new Set()
        for (const user of users) {
          members.add(user.user_id)
          if (!this.users.has(user.user_id)) this.users.set(user.user_id, user)
        }
        this.members.set(id, members)
      } catch (error) {
        // Half a list is no list: without its row the group counts as unread, and may be anybody's.
        this.members.delete(id)
        if (error instanceof NotFoundError) missing.push(id)
        else
          await this.attempt(what, () => {
            throw error
          })
      }
    })
    return missing
  }
}
