/**
 * The cheap way: from policies to those they are attached to. Its cost hardly grows with users or groups, because
 * only policies that touch the audited list are followed, and only groups that have one are listed.
 */
import { ForbiddenError, NotFoundError } from './cloud-error.ts'
import type { ApiPolicy } from './iam-api.ts'
import type { Reading } from './reading.ts'

/** Rounds in which a changing account may come to rest. */
const CLOSING_ROUNDS = 3

/** The auditor may not ask this way; the other way round may be open. */
export class WayClosed extends Error {}

/** @throws WayClosed when policies or their entities may not be listed. */
export async function crawlPolicyFirst(reading: Reading): Promise<void> {
  const [policies] = await Promise.all([listPolicies(reading), reading.readUsers(), reading.readGroups()])
  if (policies === null) return
  for (const policy of policies) reading.policies.set(policy.policy_id, policy)
  const stale = new Set<string>()
  await readDocuments(reading, policies, stale)
  await readEntities(
    reading,
    reading.relevantPolicies().map((policy) => policy.policy_id),
    stale,
  )
  const listed = new Set<string>()
  const missing = await listMembersTwice(reading, listed)
  await close(reading, stale, listed, missing)
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

/** Reads default versions; what is not there goes to `stale`, to be looked at again when the list is read again. */
async function readDocuments(
  reading: Reading,
  policies: readonly ApiPolicy[],
  stale: Set<string>,
): Promise<void> {
  const { api, cache } = reading.options
  await reading.each('policy documents', policies, async (policy) => {
    const id = policy.policy_id
    const scope = { type: 'policy', policy_id: id } as const
    const what = { thing: `the policy ${policy.policy_name}`, action: 'iam:policies:getVersionV5', scope }
    const cached = await cache.get(policy)
    if (cached !== null) {
      reading.versions.set(id, cached)
      reading.documentsCached++
      return
    }
    await reading.attempt(what, async () => {
      try {
        const { version_id, created_at, document } = await api.version(id, policy.default_version_id)
        const version = { version_id, created_at, document }
        reading.versions.set(id, version)
        await cache.put(policy, version)
      } catch (error) {
        if (!(error instanceof NotFoundError) || stale.has(id)) throw error
        stale.add(id)
      }
    })
  })
}

async function readEntities(
  reading: Reading,
  policyIds: readonly string[],
  stale: Set<string>,
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
        if (!(error instanceof NotFoundError) || stale.has(id)) throw error
        stale.add(id)
      }
    })
  })
}

/** Lists the groups that matter and are not listed yet, twice. Returns those that were not there. */
async function listMembersTwice(reading: Reading, listed: Set<string>): Promise<string[]> {
  const groups = reading.groupsThatMatter().filter((id) => !listed.has(id))
  for (const id of groups) listed.add(id)
  const missing = await reading.readMembers('members', groups)
  await reading.readMembers(
    'members, again',
    groups.filter((id) => !missing.includes(id) && reading.members.has(id)),
  )
  return missing
}

/**
 * Reads the list of policies again until it says what it said before: an attachment made or taken back changes a
 * count, a new default version its id. What changed is read anew.
 */
async function close(
  reading: Reading,
  stale: Set<string>,
  listed: Set<string>,
  missing: string[],
): Promise<void> {
  const recounted = new Set<string>()
  for (let round = 0; round < CLOSING_ROUNDS; round++) {
    const policies = await listPolicies(reading)
    if (policies === null) return
    const changed = forgetGone(reading, policies, stale)
    const unread = policies.filter((policy) => needsDocument(reading, policy, stale))
    const uncounted = policies.filter((policy) => needsEntities(reading, policy, stale, recounted))
    for (const policy of policies) reading.policies.set(policy.policy_id, policy)
    await readDocuments(reading, unread, stale)
    const newlyRelevant = unread
      .map((policy) => policy.policy_id)
      .filter(
        (id) => reading.relevanceOf(id) !== 'none' && !uncounted.some((policy) => policy.policy_id === id),
      )
    const toRead = [...uncounted.map((policy) => policy.policy_id), ...newlyRelevant]
    for (const id of toRead) recounted.add(`${id} ${reading.policies.get(id)?.attachment_count}`)
    await readEntities(reading, toRead, stale)
    missing.push(...(await listMembersTwice(reading, listed)))
    const atRest = !changed && unread.length === 0 && uncounted.length === 0
    if (atRest) return finish(reading, missing)
  }
  reading.gaps.push({
    code: 'changed',
    call: 'GET /v5/policies',
    message: `The policies of the account changed again and again while they were read (${CLOSING_ROUNDS} times).`,
    remedy: 'Run the audit again when the account is at rest.',
    iam_action: null,
    scope: { type: 'account' },
  })
  await finish(reading, missing)
}

/** Forgets policies that are no longer attached. Returns whether there were any. */
function forgetGone(reading: Reading, policies: readonly ApiPolicy[], stale: Set<string>): boolean {
  const present = new Set(policies.map((policy) => policy.policy_id))
  const gone = [...reading.policies.keys()].filter((id) => !present.has(id))
  for (const id of gone) {
    // Whoever held by it held at some moment; it is no longer attached, so nobody does now.
    reading.policies.delete(id)
    reading.versions.delete(id)
    reading.entities.delete(id)
    stale.delete(id)
  }
  return gone.length > 0
}

function needsDocument(reading: Reading, policy: ApiPolicy, stale: ReadonlySet<string>): boolean {
  const known = reading.policies.get(policy.policy_id)
  return (
    known === undefined ||
    known.default_version_id !== policy.default_version_id ||
    known.updated_at !== policy.updated_at ||
    (stale.has(policy.policy_id) && !reading.versions.has(policy.policy_id))
  )
}

/** Whether the attachments read are not as many as the list counts; asked once for each count. */
function needsEntities(
  reading: Reading,
  policy: ApiPolicy,
  stale: ReadonlySet<string>,
  recounted: ReadonlySet<string>,
): boolean {
  const id = policy.policy_id
  if (reading.relevanceOf(id) === 'none') return false
  const entities = reading.entities.get(id)
  if (entities === undefined) return stale.has(id) || !reading.policies.has(id)
  const changed = reading.policies.get(id)?.attachment_count !== policy.attachment_count
  return (
    (changed || entities.length !== policy.attachment_count) &&
    !recounted.has(`${id} ${policy.attachment_count}`)
  )
}

/** Settles groups that were not there, users that no list has, and counts that do not agree. */
async function finish(reading: Reading, missing: readonly string[]): Promise<void> {
  const matter = reading.groupsThatMatter()
  if (missing.length > 0 || matter.some((id) => !reading.groups.has(id))) {
    const present = await reading.readGroups()
    for (const id of new Set(missing)) {
      if (present === null) continue
      if (present.has(id))
        reading.gap(
          `the members of the group ${reading.groups.get(id)?.group_name ?? id}`,
          new NotFoundError('the group is listed, and its members are not found.', {
            call: 'GET /v5/users?group_id',
          }),
          null,
          { type: 'account' },
        )
      else {
        reading.groups.delete(id)
        for (const [policy, entities] of reading.entities)
          reading.entities.set(
            policy,
            entities.filter((entity) => entity.principal_id !== id),
          )
      }
    }
  }
  const principals = [...reading.entities.values()].flat()
  if (
    principals.some((entity) => entity.principal_type === 'user' && !reading.users.has(entity.principal_id))
  )
    await reading.readUsers()
  for (const policy of reading.relevantPolicies()) {
    const [seen, counted] = [reading.entities.get(policy.policy_id)?.length, policy.attachment_count]
    if (seen === undefined || counted === null || seen === counted || missing.length > 0) continue
    if (seen > counted)
      reading.notices.push(
        `The policy ${policy.policy_name} is attached ${seen} times, and its list counts ${counted}.`,
      )
    else
      reading.gaps.push({
        code: 'count-mismatch',
        call: 'GET /v5/policies/{policy_id}/attached-entities',
        message: `The policy ${policy.policy_name} counts ${counted} attachments, and ${seen} could be read; the others may be anybody's.`,
        remedy: 'Run the audit again; if it stays, ask Huawei Cloud why the list is short.',
        iam_action: null,
        scope: { type: 'account' },
      })
  }
}
