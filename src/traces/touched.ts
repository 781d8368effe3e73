/**
 * Which changes can matter, and to whom. An account of thousands of users is looked at again at every moment of the
 * window: only those who held something else at some moment need to be.
 */
import type { Snapshot } from '../account/snapshot.ts'
import type { HolderRef, TraceRecord } from '../account/trace-record.ts'
import { type Changes, documentsOf } from './changes.ts'
import type { Facts } from './facts.ts'
import type { Span } from './spans.ts'

const ADMIN = 'admin'

export interface TouchedOptions {
  readonly snapshot: Snapshot
  readonly record: TraceRecord
  readonly facts: Facts
  readonly changes: Changes
  readonly matters: (document: string) => boolean
  readonly builtinGroups: ReadonlySet<string>
}

export class Touched {
  /** Positions at which something changes that can matter. */
  readonly positions: ReadonlySet<number>
  /** Ids of the users to whom some change can matter; null: any. */
  readonly users: ReadonlySet<string> | null
  readonly #matters: (policyId: string) => boolean

  constructor(options: TouchedOptions) {
    const { changes } = options
    this.#matters = rememberMatters(options)
    const positions = new Set<number>()
    const users = new Set<string>()
    const groups = this.#groupsThatMatter(options)
    let anybody = false
    const touchGroup = (id: string): void => {
      for (const user of membersOf(id, options)) users.add(user)
    }
    const touch = ({ type, id }: HolderRef): void => {
      if (type === 'user') users.add(id)
      else if (type === 'group') touchGroup(id)
      else anybody = true
    }
    const add = (spans: readonly Span<unknown>[]): void => {
      for (const { from } of spans) if (from > 0) positions.add(from)
    }
    // Whoever is there may assume an agency that trusts everybody.
    if (options.snapshot.agencies.length + options.facts.agencies.size > 0)
      for (const [id, spans] of changes.existence) {
        add(spans)
        users.add(id)
      }
    for (const [key, spans] of changes.attachments) {
      const [type, id, policy] = key.split(' ') as [HolderRef['type'], string, string]
      if (!this.#matters(policy)) continue
      add(spans)
      touch({ type, id })
    }
    for (const [key, spans] of changes.roleGrants) {
      const [type, id] = key.split(' ') as [HolderRef['type'], string]
      add(spans)
      touch({ type, id })
    }
    for (const [key, spans] of changes.memberships) {
      const [group, user] = key.split(' ') as [string, string]
      if (!groups.has(group)) continue
      add(spans)
      users.add(user)
    }
    for (const [policy, spans] of changes.versions) {
      if (!this.#matters(policy)) continue
      add(spans)
      for (const holder of holdersOf(policy, options)) touch(holder)
    }
    for (const [role, spans] of changes.roleTexts) {
      add(spans)
      for (const row of options.snapshot.role_assignments)
        if (row.role_id === role) touch({ type: row.holder_type, id: row.holder_id })
      for (const key of changes.roleGrants.keys()) {
        const [type, id, granted] = key.split(' ') as [HolderRef['type'], string, string]
        if (granted === role) touch({ type, id })
      }
    }
    for (const map of [changes.trusts, changes.expiries])
      for (const spans of map.values()) {
        add(spans)
        anybody = true
      }
    // Whoever a provider vouches for is no user.
    for (const map of [changes.rules, changes.providers, changes.bindings, changes.vouching])
      for (const spans of map.values()) add(spans)
    this.positions = positions
    this.users = anybody ? null : users
  }

  /** Whether any version of a policy that is known has anything to say. */
  matters(policyId: string): boolean {
    return this.#matters(policyId)
  }

  isTouched(userId: string): boolean {
    return this.users === null || this.users.has(userId)
  }

  #groupsThatMatter({ snapshot, record, changes, builtinGroups }: TouchedOptions): ReadonlySet<string> {
    const groups = new Set<string>(builtinGroups)
    for (const group of snapshot.groups) if (group.group_name === ADMIN) groups.add(group.group_id)
    const attached = [
      ...snapshot.attachments,
      ...record.policies.flatMap(({ policy_id, attachments }) =>
        attachments.map((one) => ({ ...one, policy_id })),
      ),
    ]
    for (const { principal_type, principal_id, policy_id } of attached)
      if (principal_type === 'group' && this.#matters(policy_id)) groups.add(principal_id)
    for (const row of snapshot.role_assignments) if (row.holder_type === 'group') groups.add(row.holder_id)
    for (const key of [...changes.attachments.keys(), ...changes.roleGrants.keys()]) {
      const [type, id] = key.split(' ') as [string, string]
      if (type === 'group') groups.add(id)
    }
    return groups
  }
}

/** Whether any version of a policy that is known says anything; one of which nothing is known may. */
function rememberMatters({
  snapshot,
  record,
  facts,
  matters,
}: TouchedOptions): (policyId: string) => boolean {
  const byPolicy = Map.groupBy(documentsOf(facts, snapshot, record), ([key]) => key.split(' ')[0] as string)
  const known = new Map<string, boolean>()
  return (policyId) => {
    const answer =
      known.get(policyId) ?? (byPolicy.get(policyId) ?? []).some(([, document]) => matters(document))
    known.set(policyId, answer)
    return answer
  }
}

function membersOf(groupId: string, { snapshot, record, changes }: TouchedOptions): readonly string[] {
  const rows = [...snapshot.memberships, ...record.memberships].filter((one) => one.group_id === groupId)
  const changed = [...changes.memberships.keys()].flatMap((key) => {
    const [group, user] = key.split(' ') as [string, string]
    return group === groupId ? [user] : []
  })
  return [...rows.flatMap((row) => row.user_ids), ...changed]
}

function holdersOf(policyId: string, { snapshot, record, changes }: TouchedOptions): readonly HolderRef[] {
  const now = [
    ...snapshot.attachments.filter((one) => one.policy_id === policyId),
    ...record.policies.filter((one) => one.policy_id === policyId).flatMap((one) => one.attachments),
  ]
  const changed = [...changes.attachments.keys()].flatMap((key): HolderRef[] => {
    const [type, id, policy] = key.split(' ') as [HolderRef['type'], string, string]
    return policy === policyId ? [{ type, id }] : []
  })
  return [...now.map((one) => ({ type: one.principal_type, id: one.principal_id })), ...changed]
}
