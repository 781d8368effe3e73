/** Users, groups, and the members of the groups that matter: the built-in one, and those that others name. */
import type { Coverage } from '../../../account/snapshot.ts'
import { type ApiGroup, type ApiUser, groups, members, users } from '../../iam/v5-calls.ts'
import type { CrawlContext } from '../context.ts'
import type { Attempt, Attempted, Failure } from '../crawl-gaps.ts'
import { fingerprintOf, type Source, type Task } from '../source.ts'

/** Name of the group that is born with every account; its members matter whatever is attached to it. */
const ADMIN_GROUP = 'admin'

/** What is asked of the others about who holds something that matters. */
export interface Holders {
  readonly groupsThatMatter: () => Iterable<string>
  readonly usersThatMatter: () => Iterable<string>
}

interface Reading {
  readonly users: Map<string, ApiUser>
  readonly groups: Map<string, ApiGroup>
  usersRead: boolean
  groupsRead: boolean
  readonly members: Map<string, ReadonlySet<string>>
  /** Groups whose members were not found. */
  readonly missing: Set<string>
  /** Lists that somebody who was asked about is not to be found by. */
  readonly doubted: Set<'users' | 'groups'>
}

const fresh = (): Reading => ({
  ...{ users: new Map(), groups: new Map(), usersRead: false, groupsRead: false },
  ...{ members: new Map(), missing: new Set(), doubted: new Set() },
})

export class Principals implements Source {
  readonly #context: CrawlContext
  readonly #holders: Holders
  #now = fresh()
  #before = fresh()
  #usersFailure: Failure | null = null
  #groupsFailure: Failure | null = null
  #membersFailure: Failure | null = null

  constructor(context: CrawlContext, holders: Holders) {
    this.#context = context
    this.#holders = holders
  }

  /** Users of this reading; before its list is read, of the one before. */
  get users(): ReadonlyMap<string, ApiUser> {
    return this.#now.usersRead ? this.#now.users : this.#before.users
  }

  get groups(): ReadonlyMap<string, ApiGroup> {
    return this.#now.groupsRead ? this.#now.groups : this.#before.groups
  }

  get members(): ReadonlyMap<string, ReadonlySet<string>> {
    const mattering = this.#groupsThatMatter().sort()
    return new Map(
      mattering.flatMap((id) => {
        const ids = this.#now.members.get(id)
        return ids === undefined ? [] : [[id, ids] as const]
      }),
    )
  }

  /** Whether a group was asked about, was not found, and is in no list. */
  isGone(groupId: string): boolean {
    return this.#now.missing.has(groupId) && !this.#now.groups.has(groupId)
  }

  /** Somebody of the list was asked about and was not found, so that the list is to be read again. */
  doubt(list: 'users' | 'groups'): void {
    this.#now.doubted.add(list)
  }

  begin(): void {
    this.#before = this.#now
    this.#now = fresh()
  }

  plan(): readonly Task[] {
    const { missing } = this.#now
    const known = new Set([...this.#before.members.keys(), ...this.#groupsThatMatter()])
    return [
      { key: 'users', phase: 'users', run: () => this.#readUsers() },
      { key: 'groups', phase: 'groups', run: () => this.#readGroups() },
      ...[...known]
        .filter((id) => !missing.has(id))
        .map((id) => ({ key: `members ${id}`, phase: 'members', run: () => this.#readMembers(id) })),
    ]
  }

  planAgain(): readonly Task[] {
    const now = this.#now
    const unlisted = (ids: Iterable<string>, list: ReadonlyMap<string, unknown>): boolean =>
      [...ids].some((id) => !list.has(id))
    const groupsInDoubt =
      now.doubted.has('groups') || now.missing.size > 0 || unlisted(this.#groupsThatMatter(), now.groups)
    const usersInDoubt = now.doubted.has('users') || unlisted(this.#holders.usersThatMatter(), now.users)
    return [
      ...(groupsInDoubt ? [{ key: 'groups again', phase: 'groups', run: () => this.#readGroups() }] : []),
      ...(usersInDoubt ? [{ key: 'users again', phase: 'users', run: () => this.#readUsers() }] : []),
    ]
  }

  fingerprint(): string {
    const mattering = this.#groupsThatMatter()
    const people = new Set([
      ...this.#holders.usersThatMatter(),
      ...mattering.flatMap((id) => [...(this.#now.members.get(id) ?? [])]),
      ...this.#roots().map((user) => user.user_id),
    ])
    return fingerprintOf([
      ...mattering.map((id) => [
        'group',
        id,
        this.#now.groups.get(id)?.group_name ?? null,
        this.#now.members.has(id) ? [...(this.#now.members.get(id) ?? [])].sort() : null,
      ]),
      ...[...people].map((id) => {
        const user = this.#now.users.get(id)
        return ['user', id, user?.user_name, user?.enabled, user?.is_root_user]
      }),
    ])
  }

  isMissingSomething(): boolean {
    return [...this.#now.missing].some((id) => this.#now.groups.has(id))
  }

  finish(settled: boolean): void {
    for (const id of this.#now.missing)
      if (this.#now.groups.has(id)) this.#context.gaps.stillListed(this.#membersOf(id), 'group')
    if (!settled)
      this.#context.gaps.changedTooOften('account', members.id, 'The users, groups or members of groups')
    this.#compareCounts()
  }

  coverage(): readonly Coverage[] {
    const roots = this.#roots().length
    const admins = [...this.#now.groups.values()].filter((group) => this.#isAdmin(group))
    const isUnread = admins.some((group) => !this.#now.members.has(group.group_id))
    const of = (source: Coverage['source'], count: number, failure: Failure | null): Coverage =>
      failure === null
        ? { source, status: 'audited', count }
        : { source, status: failure === 'denied' ? 'denied' : 'not-attempted', count: null }
    return [
      admins.length === 0 && this.#groupsFailure === null
        ? { source: 'admin-group', status: 'absent', count: 0 }
        : of(
            'admin-group',
            admins.length,
            admins.length === 0
              ? this.#groupsFailure
              : isUnread
                ? (this.#membersFailure ?? 'not-attempted')
                : null,
          ),
      of('root-user', roots, roots === 0 ? this.#usersFailure : null),
    ]
  }

  #roots(): ApiUser[] {
    return [...this.#now.users.values()].filter((user) => user.is_root_user)
  }

  #isAdmin({ group_name, group_id }: ApiGroup): boolean {
    return group_name === ADMIN_GROUP || group_id === this.#context.adminGroupId
  }

  #groupsThatMatter(): string[] {
    const ids = new Set(this.#holders.groupsThatMatter())
    for (const group of this.groups.values()) if (this.#isAdmin(group)) ids.add(group.group_id)
    return [...ids]
  }

  async #readUsers(): Promise<void> {
    const what = { key: 'users', thing: 'the users', call: users, scope: { type: 'account' } } as const
    const read = await this.#context.gaps.attemptList(what, () => this.#context.api.list(users))
    this.#usersFailure = read.failure
    // Members that were read before the list, and that it lacks, come after it.
    const others = [...this.#now.users.values()]
    this.#now.users.clear()
    for (const user of [...(read.value ?? []), ...others])
      if (!this.#now.users.has(user.user_id)) this.#now.users.set(user.user_id, user)
    this.#now.usersRead = true
  }

  /** A group that is not in the list any more is gone; a list read again replaces the first. */
  async #readGroups(): Promise<void> {
    const what = { key: 'groups', thing: 'the groups', call: groups, scope: { type: 'account' } } as const
    const read = await this.#context.gaps.attemptList(what, () => this.#context.api.list(groups))
    this.#groupsFailure = read.failure
    this.#now.groups.clear()
    for (const group of read.value ?? []) this.#now.groups.set(group.group_id, group)
    this.#now.groupsRead = true
  }

  #membersOf(id: string): Attempted {
    return {
      key: `members ${id}`,
      thing: `the members of the group ${this.groups.get(id)?.group_name ?? id}`,
      call: members,
      scope: { type: 'group', group_id: id },
      isListed: true,
    }
  }

  async #readMembers(id: string): Promise<void> {
    const read: Attempt<readonly ApiUser[]> = await this.#context.gaps.attemptList(this.#membersOf(id), () =>
      this.#context.api.list(members, {}, { group_id: id }),
    )
    if (read.failure === 'missing') this.#now.missing.add(id)
    else this.#membersFailure ??= read.failure
    if (read.value === null) return
    // Without its row a group counts as unread, and its members may be anybody.
    this.#now.members.set(id, new Set(read.value.map((user) => user.user_id)))
    for (const user of read.value)
      if (!this.#now.users.has(user.user_id)) this.#now.users.set(user.user_id, user)
  }

  #compareCounts(): void {
    const { summary, gaps } = this.#context
    if (!summary) return
    const compare = (what: string, seen: number, counted: number, failure: Failure | null): void => {
      // A list that could not be read has a gap of its own.
      if (seen !== counted && failure === null)
        gaps.notice(`${seen} ${what} were read, and the account summary counts ${counted}.`)
    }
    compare('users', this.#now.users.size, summary.users, this.#usersFailure)
    compare('groups', this.#now.groups.size, summary.groups, this.#groupsFailure)
  }
}
