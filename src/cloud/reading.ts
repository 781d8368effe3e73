/** What a crawl has read so far, and what it could not read. Both ways to crawl fill it. */
import type { CrawlGap, GapScope } from '../snapshot/snapshot.ts'
import {
  AuthenticationError,
  CloudError,
  DeadlineError,
  ForbiddenError,
  NotFoundError,
} from './cloud-error.ts'
import type { CachedVersion, DocumentCache } from './document-cache.ts'
import type { ApiGroup, ApiPolicy, ApiUser, Entity, IamApi } from './iam-api.ts'
import { forEachOf } from './pool.ts'

/** Requests under way at once; the pace decides how many leave in a second. */
const CONCURRENCY = 8

/** Listings of members after the first; two in a row have to agree. */
const MEMBER_LISTINGS = 4

/** One page never shifts. */
const PAGE_OF_GROUPS = 200

/** So many refusals of an action without one success mean that it is not allowed at all. */
const REFUSALS = 3

/** What a document means for the audited permissions. */
export type Relevance = (document: string) => 'some' | 'none' | 'undetermined'

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
  /** Groups that the account summary counts; null when it could not be read. */
  readonly expectedGroups: number | null
  readonly cache: DocumentCache
  readonly progress: (progress: Progress) => void
}

/** A policy as far as a crawl knows it: the group-first way does not see type, count and time. */
export type KnownPolicy = Pick<ApiPolicy, 'policy_id' | 'policy_name' | 'default_version_id'> & {
  readonly policy_type: string
  readonly attachment_count: number | null
  readonly updated_at: string | null
}

export interface Attempted {
  /** What is read, for the message. */
  readonly thing: string
  readonly action: string | null
  readonly scope: GapScope
}

/** Name of the group that is born with every account; its members matter whatever is attached to it. */
const ADMIN_GROUP = 'admin'

export class Reading {
  readonly users = new Map<string, ApiUser>()
  readonly groups = new Map<string, ApiGroup>()
  readonly policies = new Map<string, KnownPolicy>()
  readonly versions = new Map<string, CachedVersion>()
  readonly entities = new Map<string, readonly Entity[]>()
  readonly members = new Map<string, ReadonlySet<string>>()
  readonly gaps: CrawlGap[] = []
  readonly notices: string[] = []
  readonly options: ReadingOptions
  documentsCached = 0
  readonly #relevant = new Map<string, ReturnType<Relevance>>()
  readonly #refusals = new Map<string, number>()
  readonly #allowed = new Set<string>()
  /** Groups that were listed or attached, and whose members were not found. */
  readonly #missingGroups = new Set<string>()

  constructor(options: ReadingOptions) {
    this.options = options
  }

  /**
   * Runs a read; what it cannot read becomes a gap and null. An action that was refused again and again and never
   * allowed is not asked for any more: one gap for everybody says so. Wrong keys end the crawl.
   */
  async attempt<T>(what: Attempted, read: () => Promise<T>): Promise<T | null> {
    const { action } = what
    if (action !== null && this.#isClosed(action)) return null
    try {
      const value = await read()
      if (action !== null) this.#allowed.add(action)
      return value
    } catch (error) {
      if (!(error instanceof CloudError) || error instanceof AuthenticationError) throw error
      if (error instanceof ForbiddenError && action !== null) {
        this.#refusals.set(action, (this.#refusals.get(action) ?? 0) + 1)
        if (this.#isClosed(action)) this.gap('anything by this call', error, action, { type: 'account' })
      }
      this.gap(what.thing, error, action, what.scope)
      return null
    }
  }

  #isClosed(action: string): boolean {
    return !this.#allowed.has(action) && (this.#refusals.get(action) ?? 0) >= REFUSALS
  }

  gap(thing: string, error: CloudError, action: string | null, scope: GapScope): void {
    const forbidden = error instanceof ForbiddenError
    const late = error instanceof DeadlineError
    this.addGap({
      code: late
        ? 'deadline'
        : forbidden
          ? 'forbidden'
          : error instanceof NotFoundError
            ? 'changed'
            : 'unreadable',
      call: error.call,
      message: late ? error.message : `Failed to read ${thing}: ${error.message}`,
      remedy: forbidden
        ? `Allow the auditor the IAM action ${action ?? 'of this call'}.`
        : late
          ? 'Raise max-rate, use a cache, or look at the log for what slows the cloud down.'
          : error instanceof NotFoundError
            ? 'Run the audit again; the account changed while it was read.'
            : 'Run the audit again; if it stays, the cloud or a gateway in between is at fault.',
      iam_action: forbidden ? action : null,
      scope: late ? { type: 'account' } : scope,
    })
  }

  /** The same is said once. */
  addGap(gap: CrawlGap): void {
    const key = JSON.stringify(gap)
    if (!this.gaps.some((one) => JSON.stringify(one) === key)) this.gaps.push(gap)
  }

  changedTooOften(call: string, thing: string): void {
    this.addGap({
      code: 'changed',
      call,
      message: `${thing} of the account changed again and again while they were read.`,
      remedy: 'Run the audit again when the account is at rest.',
      iam_action: null,
      scope: { type: 'account' },
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

  /** Starts from a list of policies: what was read of attachments and members before is not mixed with what follows. */
  startRound(policies: readonly ApiPolicy[]): void {
    const before = new Map(this.policies)
    this.policies.clear()
    this.entities.clear()
    this.members.clear()
    this.#missingGroups.clear()
    for (const policy of policies) {
      this.policies.set(policy.policy_id, policy)
      if (before.get(policy.policy_id)?.default_version_id !== policy.default_version_id)
        this.versions.delete(policy.policy_id)
    }
    for (const id of [...this.versions.keys()]) if (!this.policies.has(id)) this.versions.delete(id)
    // What failed for a policy that is no longer attached concerns nobody.
    const obsolete = (gap: CrawlGap): boolean =>
      gap.scope.type === 'policy' && !this.policies.has(gap.scope.policy_id)
    this.gaps.splice(0, this.gaps.length, ...this.gaps.filter((gap) => !obsolete(gap)))
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

  /**
   * Reads the groups, again when their number is not the one expected or the built-in group is not among them: while a
   * list of several pages is read, a row that goes shifts the others, and one of them is skipped. A new one hides that
   * from the count.
   */
  async readAllGroups(): Promise<void> {
    const { expectedGroups } = this.options
    let before: string | null = null
    for (let listing = 0; listing < MEMBER_LISTINGS; listing++) {
      const present = await this.readGroups()
      if (present === null || Math.max(present.size, expectedGroups ?? 0) <= PAGE_OF_GROUPS) return
      if (this.knowsAdminGroup && (expectedGroups === null || present.size === expectedGroups)) return
      const now = [...present].sort().join(' ')
      if (now === before) return
      before = now
    }
  }

  /** Whether the built-in group is among the groups, by its name and, where one is recorded, by its id. */
  get knowsAdminGroup(): boolean {
    const { adminGroupId } = this.options
    return (
      [...this.groups.values()].some((group) => group.group_name === ADMIN_GROUP) &&
      (adminGroupId === null || this.groups.has(adminGroupId))
    )
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
   * Lists the groups that matter until two listings in a row agree: then there was a moment, between the two, at
   * which all of them were so. Somebody who moves from group to group meanwhile is neither lost nor made up.
   */
  async readMembersUntilSettled(): Promise<void> {
    let before: string | null = null
    for (let listing = 0; listing <= MEMBER_LISTINGS; listing++) {
      const groups = this.groupsThatMatter()
      await this.#readMembers(listing === 0 ? 'members' : 'members, again', groups)
      const now = JSON.stringify(groups.sort().map((id) => [id, [...(this.members.get(id) ?? ['?'])].sort()]))
      if (now === before) return
      before = now
    }
    this.changedTooOften('GET /v5/users?group_id', 'The members of groups')
  }

  async #readMembers(phase: string, groupIds: readonly string[]): Promise<void> {
    await this.each(phase, groupIds, async (id) => {
      if (this.#missingGroups.has(id)) return
      const thing = `the members of the group ${this.groups.get(id)?.group_name ?? id}`
      const what = { thing, action: 'iam:users:listUsersV5', scope: { type: 'group', group_id: id } as const }
      // Without its row a group counts as unread, and its members may be anybody.
      this.members.delete(id)
      await this.attempt(what, async () => {
        try {
          const users = await this.options.api.users(id)
          for (const user of users) if (!this.users.has(user.user_id)) this.users.set(user.user_id, user)
          this.members.set(id, new Set(users.map((user) => user.user_id)))
        } catch (error) {
          if (!(error instanceof NotFoundError)) throw error
          this.#missingGroups.add(id)
        }
      })
    })
  }

  /**
   * Settles groups that were not found or are in no list: gone ones are forgotten with their attachments, others are
   * gaps. Returns the policies whose attachments were touched.
   */
  async settleGroups(): Promise<ReadonlySet<string>> {
    const touched = new Set<string>()
    // Without any list of groups a gap says so already.
    const listed = this.groups.size === 0 || this.groupsThatMatter().every((id) => this.groups.has(id))
    if (this.#missingGroups.size === 0 && listed) return touched
    const present = await this.readGroups()
    if (present === null) return touched
    for (const id of this.#missingGroups) {
      if (present.has(id)) {
        const error = new NotFoundError('the group is listed, and its members are not found.', {
          call: 'GET /v5/users?group_id',
        })
        this.gap(`the members of the group ${this.groups.get(id)?.group_name ?? id}`, error, null, {
          type: 'account',
        })
        continue
      }
      this.groups.delete(id)
      this.members.delete(id)
      for (const [policy, entities] of this.entities) {
        const left = entities.filter((entity) => entity.principal_id !== id)
        if (left.length < entities.length) touched.add(policy)
        this.entities.set(policy, left)
      }
    }
    return touched
  }
}
