/**
 * The documented way: every group and every user, what is attached to each, each policy's default version, the
 * members of the groups that matter. Used where policies may not be listed, and as the other half of a comparison.
 */
import { NotFoundError } from './cloud-error.ts'
import type { ApiAttached, Entity } from './iam-api.ts'
import type { Reading } from './reading.ts'

/** Rounds in which a changing account may come to rest. */
const ROUNDS = 3

/**
 * The lists of users and groups, attachments and default versions are read until two readings agree, with the members
 * in between: nothing else here would notice what moved from one principal to another meanwhile, or to a new one.
 */
export async function crawlGroupFirst(reading: Reading): Promise<void> {
  let before: string | null = null
  for (let round = 0; ; round++) {
    await Promise.all([reading.readUsers(), reading.readAllGroups()])
    const gone = await readAttachments(reading)
    await readVersions(reading)
    const now = stateOf(reading)
    if (now === before && gone === 0) break
    if (round === ROUNDS) {
      reading.changedTooOften('GET /v5/groups/{group_id}/attached-policies', 'The attachments')
      break
    }
    before = now
    await reading.readMembersUntilSettled()
  }
  await reading.settleGroups()
}

function stateOf(reading: Reading): string {
  const rows = [...reading.entities].map(([policy, entities]) => [
    policy,
    reading.versions.get(policy)?.version_id ?? '?',
    ...entities.map((entity) => `${entity.principal_type} ${entity.principal_id}`).sort(),
  ])
  return rows
    .map((row) => row.join(' '))
    .sort()
    .join('\n')
}

/** Reads what is attached to everybody. Returns how many were gone, once the lists say so too. */
async function readAttachments(reading: Reading): Promise<number> {
  const { api } = reading.options
  reading.entities.clear()
  const principals = [
    ...[...reading.groups.values()].map(
      (one) => ({ kind: 'group', id: one.group_id, name: one.group_name }) as const,
    ),
    ...[...reading.users.values()]
      .filter((user) => !user.is_root_user)
      .map((one) => ({ kind: 'user', id: one.user_id, name: one.user_name }) as const),
  ]
  const missing: (typeof principals)[number][] = []
  await reading.each('attached policies', principals, async (principal) => {
    const { kind, id, name } = principal
    const scope = kind === 'user' ? ({ type: 'user', user_id: id } as const) : ({ type: 'account' } as const)
    const what = {
      thing: `the policies attached to the ${kind} ${name}`,
      action: `iam:${kind}s:listAttachedPoliciesV5`,
      scope,
    }
    const rows = await reading.attempt(what, async () => {
      try {
        return await api.policiesOf(`${kind}s`, id)
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error
        missing.push(principal)
        return []
      }
    })
    for (const row of rows ?? []) add(reading, row, kind, id)
  })
  if (missing.length > 0) await forgetGone(reading, missing)
  return missing.length
}

/** Somebody who is not found is gone when the list, read again, says so; else it is a gap. */
async function forgetGone(
  reading: Reading,
  missing: readonly { kind: string; id: string; name: string }[],
): Promise<void> {
  reading.users.clear()
  reading.groups.clear()
  await Promise.all([reading.readUsers(), reading.readGroups()])
  for (const { kind, id, name } of missing)
    if (kind === 'user' ? reading.users.has(id) : reading.groups.has(id))
      reading.gap(
        `the policies attached to the ${kind} ${name}`,
        new NotFoundError(`the ${kind} is listed, and its policies are not found.`, {
          call: `GET /v5/${kind}s/{${kind}_id}/attached-policies`,
        }),
        null,
        { type: 'account' },
      )
}

function add(reading: Reading, row: ApiAttached, kind: Entity['principal_type'], id: string): void {
  const { policy_id, policy_name } = row
  if (!reading.policies.has(policy_id))
    reading.policies.set(policy_id, {
      ...{ policy_id, policy_name, default_version_id: '', policy_type: '' },
      ...{ attachment_count: null, updated_at: null },
    })
  const entity: Entity = { principal_type: kind, principal_id: id, attached_at: row.attached_at ?? null }
  reading.entities.set(policy_id, [...(reading.entities.get(policy_id) ?? []), entity])
}

async function readVersions(reading: Reading): Promise<void> {
  for (const id of [...reading.policies.keys()]) if (!reading.entities.has(id)) reading.policies.delete(id)
  await reading.each('policy documents', [...reading.policies.values()], async (policy) => {
    const scope = { type: 'policy', policy_id: policy.policy_id } as const
    const what = { thing: `the policy ${policy.policy_name}`, action: 'iam:policies:listVersionsV5', scope }
    const versions = await reading.attempt(what, () => reading.options.api.versions(policy.policy_id))
    const current = versions?.find((version) => version.is_default)
    if (current === undefined) {
      reading.versions.delete(policy.policy_id)
      return
    }
    const { version_id, created_at, document } = current
    reading.policies.set(policy.policy_id, { ...policy, default_version_id: version_id })
    reading.versions.set(policy.policy_id, { version_id, created_at, document })
  })
}
