/**
 * The documented way: every group and every user, what is attached to each, each policy's default version, the
 * members of the groups that matter. Used where policies may not be listed, and as the other half of a comparison.
 */
import type { ApiAttached, Entity } from './iam-api.ts'
import type { Reading } from './reading.ts'

/** Attachments are read twice and joined: nothing else here would notice one that moved meanwhile. */
export async function crawlGroupFirst(reading: Reading): Promise<void> {
  await Promise.all([reading.readUsers(), reading.readGroups()])
  await readAttachments(reading)
  await readVersions(reading)
  const groups = reading.groupsThatMatter()
  await reading.readMembers('members', groups)
  await readAttachments(reading)
  await readVersions(reading)
  const now = reading.groupsThatMatter()
  await reading.readMembers(
    'members, again',
    now.filter((id) => reading.groups.has(id)),
  )
}

async function readAttachments(reading: Reading): Promise<void> {
  const { api } = reading.options
  const principals = [
    ...[...reading.groups.values()].map(
      (group) => ({ kind: 'group', id: group.group_id, name: group.group_name }) as const,
    ),
    ...[...reading.users.values()]
      .filter((user) => !user.is_root_user)
      .map((user) => ({ kind: 'user', id: user.user_id, name: user.user_name }) as const),
  ]
  await reading.each('attached policies', principals, async ({ kind, id, name }) => {
    const scope = kind === 'user' ? ({ type: 'user', user_id: id } as const) : ({ type: 'account' } as const)
    const action = `iam:${kind}s:listAttachedPoliciesV5`
    const rows = await reading.attempt(
      { thing: `the policies attached to the ${kind} ${name}`, action, scope },
      () => api.policiesOf(`${kind}s`, id),
    )
    for (const row of rows ?? []) add(reading, row, kind, id)
  })
}

function add(reading: Reading, row: ApiAttached, kind: Entity['principal_type'], id: string): void {
  const { policy_id, policy_name } = row
  if (!reading.policies.has(policy_id))
    reading.policies.set(policy_id, {
      ...{ policy_id, policy_name, default_version_id: '', policy_type: '' },
      ...{ attachment_count: null, updated_at: null },
    })
  const entities = reading.entities.get(policy_id) ?? []
  if (entities.some((entity) => entity.principal_type === kind && entity.principal_id === id)) return
  const entity: Entity = { principal_type: kind, principal_id: id, attached_at: row.attached_at ?? null }
  reading.entities.set(policy_id, [...entities, entity])
}

async function readVersions(reading: Reading): Promise<void> {
  const unread = [...reading.policies.values()].filter((policy) => !reading.versions.has(policy.policy_id))
  await reading.each('policy documents', unread, async (policy) => {
    const scope = { type: 'policy', policy_id: policy.policy_id } as const
    const what = { thing: `the policy ${policy.policy_name}`, action: 'iam:policies:listVersionsV5', scope }
    const versions = await reading.attempt(what, () => reading.options.api.versions(policy.policy_id))
    const current = versions?.find((version) => version.is_default)
    if (current === undefined) return
    const { version_id, created_at, document } = current
    reading.policies.set(policy.policy_id, { ...policy, default_version_id: version_id })
    reading.versions.set(policy.policy_id, { version_id, created_at, document })
  })
}
