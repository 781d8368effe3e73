/** What has to be read beside the present account, to know what the events of a window meant. */
import type { Snapshot } from '../account/snapshot.ts'
import type { TraceEvent, TraceRecord } from '../account/trace-record.ts'

export interface Wanted {
  /** Policies whose versions matter, or that nobody has now. */
  readonly policies: readonly string[]
  /** Legacy roles that nobody has now. */
  readonly roles: readonly string[]
}

/** Ids that events name and the snapshot does not hold enough of; none of what was deleted. */
export function wantedOf(snapshot: Snapshot, events: readonly TraceEvent[]): Wanted {
  const known = {
    policies: new Set(snapshot.policies.map((one) => one.policy_id)),
    roles: new Set(snapshot.roles.map((one) => one.role_id)),
  }
  const policies = new Set<string>()
  const roles = new Set<string>()
  const gone = new Set<string>()
  for (const { change } of events)
    switch (change?.kind) {
      case 'attached':
      case 'detached':
        if (change.policy_id !== null && !known.policies.has(change.policy_id)) policies.add(change.policy_id)
        break
      case 'version':
      case 'version-deleted':
        // Which versions there were before, and whom they reach, no present policy tells.
        policies.add(change.policy_id)
        break
      case 'role-granted':
      case 'role-revoked':
        if (change.role_id !== null && !known.roles.has(change.role_id)) roles.add(change.role_id)
        break
      case 'deleted':
        gone.add(change.id)
        break
    }
  return {
    policies: [...policies].filter((id) => !gone.has(id)),
    roles: [...roles].filter((id) => !gone.has(id)),
  }
}

/** Groups that had something of it at some moment and whose members were not read. */
export function wantedGroups(
  snapshot: Snapshot,
  events: readonly TraceEvent[],
  policies: TraceRecord['policies'],
): readonly string[] {
  const present = new Set(snapshot.groups.map((one) => one.group_id))
  const read = new Set(snapshot.memberships.map((one) => one.group_id))
  const groups = new Set<string>()
  for (const { change } of events) {
    const to = change !== null && 'to' in change ? change.to : null
    if (to?.type === 'group') groups.add(to.id)
  }
  for (const { attachments } of policies)
    for (const { principal_type, principal_id } of attachments)
      if (principal_type === 'group') groups.add(principal_id)
  return [...groups].filter((id) => present.has(id) && !read.has(id))
}
