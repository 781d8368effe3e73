/**
 * The cheap way: from policies to those they are attached to. Its cost hardly grows with users or groups, because
 * only policies that touch the audited list are followed, and only groups that have one are listed.
 *
 * An account may change while it is read. What is kept was read in one round, between two readings of the list of
 * policies that say the same of all that can matter; members are listed until two listings say the same.
 */
import { ForbiddenError, NotFoundError } from './cloud-error.ts'
import type { ApiPolicy } from './iam-api.ts'
import type { Reading } from './reading.ts'

/** Rounds in which a changing account may come to rest. */
const ROUNDS = 3

/** The auditor may not ask this way; the other way round may be open. */
export class WayClosed extends Error {}

/** @throws WayClosed when policies or their entities may not be listed. */
export async function crawlPolicyFirst(reading: Reading): Promise<void> {
  // All are awaited whatever becomes of one of them: none may fail behind the back of the fallback.
  const [listed] = await Promise.allSettled([
    listPolicies(reading),
    reading.readUsers(),
    reading.readAllGroups(),
  ]).then((results) =>
    results.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    }),
  )
  let policies = (listed ?? null) as ApiPolicy[] | null
  for (let round = 1; policies !== null; round++) {
    const last = round === ROUNDS
    const whole = await readRound(reading, policies, last)
    const now = await listPolicies(reading)
    if (now === null) return
    if (whole && sameList(reading, policies, now)) return finish(reading)
    if (last) {
      reading.changedTooOften('GET /v5/policies', 'The policies')
      return finish(reading)
    }
    policies = now
  }
}

async function listPolicies(reading: Reading): Promise<ApiPolicy[] | null> {
  const what = {
    thing: 'the attached policies',
    action: 'iam:policies:listV5',
    scope: { type: 'account' } as const,
  }
  return reading.attempt(what, async () => {
    try {
      return await reading.options.api.attachedPolicies()
    } catch (error) {
      if (error instanceof ForbiddenError) throw new WayClosed('iam:policies:listV5')
      throw error
    }
  })
}

/**
 * Whether nothing that can matter was attached, detached or given another default version between the two. Where a
 * policy without anything audited is attached does not matter, and in some accounts that changes all the time.
 */
function sameList(reading: Reading, before: readonly ApiPolicy[], after: readonly ApiPolicy[]): boolean {
  const known = new Map(before.map((policy) => [policy.policy_id, policy]))
  const relevant = new Map(reading.relevantPolicies().map((policy) => [policy.policy_id, policy]))
  for (const policy of after) {
    const { policy_id, default_version_id, updated_at, attachment_count } = policy
    const old = known.get(policy_id)
    if (old?.default_version_id !== default_version_id || old.updated_at !== updated_at) return false
    if (relevant.has(policy_id) && old.attachment_count !== attachment_count) return false
    relevant.delete(policy_id)
  }
  return relevant.size === 0
}

/** Reads everything that this list of policies leads to. False: something in it was not there any more. */
async function readRound(reading: Reading, policies: readonly ApiPolicy[], last: boolean): Promise<boolean> {
  reading.startRound(policies)
  const missing = new Set<string>()
  await readDocuments(reading, policies, missing, last)
  await readEntities(
    reading,
    reading.relevantPolicies().map((policy) => policy.policy_id),
    missing,
    last,
  )
  await readShortAgain(reading)
  await reading.readMembersUntilSettled()
  return missing.size === 0
}

/** Reads default versions that are not known yet. A version never changes once it exists. */
async function readDocuments(
  reading: Reading,
  policies: readonly ApiPolicy[],
  missing: Set<string>,
  last: boolean,
): Promise<void> {
  const { api, cache } = reading.options
  const unread = policies.filter((policy) => !reading.versions.has(policy.policy_id))
  await reading.each('policy documents', unread, async (policy) => {
    const id = policy.policy_id
    const cached = await cache.get(policy)
    if (cached !== null) {
      reading.versions.set(id, cached)
      reading.documentsCached++
      return
    }
    const scope = { type: 'policy', policy_id: id } as const
    const what = { thing: `the policy ${policy.policy_name}`, action: 'iam:policies:getVersionV5', scope }
    await reading.attempt(what, async () => {
      try {
        const { version_id, created_at, document } = await api.version(id, policy.default_version_id)
        const version = { version_id, created_at, document }
        reading.versions.set(id, version)
        await cache.put(policy, version)
      } catch (error) {
        if (!(error instanceof NotFoundError) || last) throw error
        missing.add(id)
      }
    })
  })
}

async function readEntities(
  reading: Reading,
  policyIds: readonly string[],
  missing: Set<string>,
  last: boolean,
): Promise<void> {
  await reading.each('attachments', policyIds, async (id) => {
    // A policy whose attachments are unknown may reach anybody.
    const thing = `what the policy ${reading.policies.get(id)?.policy_name ?? id} is attached to`
    const what = { thing, action: 'iam:policies:listEntitiesV5', scope: { type: 'account' } as const }
    await reading.attempt(what, async () => {
      try {
        reading.entities.set(id, await reading.options.api.entities(id))
      } catch (error) {
        if (error instanceof ForbiddenError) throw new WayClosed('iam:policies:listEntitiesV5')
        if (!(error instanceof NotFoundError) || last) throw error
        missing.add(id)
      }
    })
  })
}

/** A list of attachments that is shorter than its count is asked for once more: a page may have shifted. */
async function readShortAgain(reading: Reading): Promise<void> {
  const short = reading.relevantPolicies().filter((policy) => {
    const seen = reading.entities.get(policy.policy_id)?.length
    return seen !== undefined && policy.attachment_count !== null && seen !== policy.attachment_count
  })
  await readEntities(
    reading,
    short.map((policy) => policy.policy_id),
    new Set(),
    true,
  )
}

/** Settles groups that were not there, users that no list has, and counts that do not agree. */
async function finish(reading: Reading): Promise<void> {
  const disturbed = await reading.settleGroups()
  const principals = [...reading.entities.values()].flat()
  if (
    principals.some((entity) => entity.principal_type === 'user' && !reading.users.has(entity.principal_id))
  )
    await reading.readUsers()
  for (const policy of reading.relevantPolicies()) {
    const [seen, counted] = [reading.entities.get(policy.policy_id)?.length, policy.attachment_count]
    if (seen === undefined || counted === null || seen === counted || disturbed.has(policy.policy_id))
      continue
    if (seen > counted)
      reading.notices.push(
        `The policy ${policy.policy_name} is attached ${seen} times, and its list counts ${counted}.`,
      )
    else
      reading.addGap({
        code: 'count-mismatch',
        call: 'GET /v5/policies/{policy_id}/attached-entities',
        message: `The policy ${policy.policy_name} counts ${counted} attachments, and ${seen} could be read; the others may be anybody's.`,
        remedy: 'Run the audit again; if it stays, ask Huawei Cloud why the list is short.',
        iam_action: null,
        scope: { type: 'account' },
      })
  }
}
