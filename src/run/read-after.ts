/**
 * What is asked of the cloud once there is drift, for its ways out alone: a few requests, none on a green run. What is
 * refused is no gap, since the verdict stands without it.
 */
import type { Findings } from '../access/findings.ts'
import type { Beside, OlderVersion, Snapshot } from '../account/snapshot.ts'
import { holdersToList, type ListedHolder } from '../audit/holders-to-list.ts'
import type { Verdict } from '../audit/model.ts'
import { policiesToRestore } from '../audit/restore.ts'
import { CloudError } from '../cloud/http/cloud-error.ts'
import type { IamApi } from '../cloud/iam/iam-api.ts'
import { attachedPolicies, policyVersions } from '../cloud/iam/v5-calls.ts'

/** The snapshot with older versions of policies, and with what else is attached to those whom a way out touches. */
export async function readAfter(
  api: IamApi,
  snapshot: Snapshot,
  { verdict, found }: { readonly verdict: Verdict; readonly found: Findings },
): Promise<Snapshot> {
  const [older_versions, beside] = await Promise.all([
    olderVersions(api, policiesToRestore(verdict)),
    // Group by group, everything that is attached was read.
    snapshot.stats.method === 'group-first' ? null : besides(api, holdersToList(verdict, found.access)),
  ])
  return {
    ...snapshot,
    ...(older_versions.length === 0 ? {} : { older_versions }),
    ...(beside === null || beside.holders.length === 0 ? {} : { beside }),
  }
}

async function olderVersions(api: IamApi, policyIds: readonly string[]): Promise<OlderVersion[]> {
  const lists = await Promise.all(
    policyIds.map(async (policy_id) => {
      const rows = await unlessRefused(() => api.list(policyVersions, { policy_id }))
      return (rows?.rows ?? []).flatMap(({ version_id, created_at, document, is_default }) =>
        is_default ? [] : [{ policy_id, version_id, created_at, document }],
      )
    }),
  )
  return lists.flat()
}

async function besides(api: IamApi, holders: readonly ListedHolder[]): Promise<Beside> {
  const read = await Promise.all(
    holders.map(async (holder) => {
      const { kind, id } = holder
      const listed = await unlessRefused(() => api.list(attachedPolicies[kind], { [`${kind}_id`]: id }))
      return listed === null ? null : { holder, listed }
    }),
  )
  const whole = read.filter((one) => one !== null)
  return {
    // Of a list that was cut short something is missing.
    holders: whole.filter(({ listed }) => listed.problem === null).map(({ holder }) => holder),
    attachments: whole.flatMap(({ holder: { kind, id }, listed }) =>
      listed.rows.map(({ policy_id, policy_name, attached_at }) => ({
        ...{ policy_id, policy_name, attached_at, principal_type: kind, principal_id: id },
      })),
    ),
  }
}

async function unlessRefused<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    return null
  }
}
