/** What the auditor itself may do: `mode: check` warns of one that can change what it audits. */
import { findHoldings } from '../audit/holdings.ts'
import type { CloudCheck } from '../cloud/check.ts'
import { crawl } from '../cloud/crawl.ts'
import { systemClock } from '../cloud/http-client.ts'
import type { IamApi } from '../cloud/iam-api.ts'
import { createEvaluator, parseDocument, presetPermission, shippedCatalogue } from '../policy/index.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { sha256, today } from './audit-mode.ts'

/**
 * Writes of IAM that the auditor holds, as a user or as the agency whose keys it uses; null where that could not be
 * read. A session policy narrows the keys of one run, and nothing else that may use the agency.
 */
export async function auditorWrites(api: IamApi, cloud: CloudCheck): Promise<readonly string[] | null> {
  const administration = presetPermission('iam-administration@1')
  const { auditor } = cloud
  if (auditor === null || administration === null) return null
  const crawled = await crawl({
    api,
    services: [],
    adminGroupId: null,
    clock: systemClock,
    progress: () => {},
    relevance: () => (document) =>
      createEvaluator({
        documents: new Map([['document', parseDocument(document)]]),
        permissions: [administration],
      }).relevance('document'),
  })
  const snapshot = auditor.urn.startsWith('iam::') ? crawled : agencyAsUser(crawled, auditor)
  if (snapshot === null || snapshot.gaps.length > 0) return null
  const found = findHoldings({
    ...{ snapshot, permissions: [administration], baseline: null, today: today(), sha256 },
    catalogue: shippedCatalogue(),
  })
  const id = principalOf(auditor)
  if (found.root_user?.user_id === id) return ['everything, as the root user']
  if (!snapshot.users.some((user) => user.user_id === id)) return null
  const own = found.holdings.filter((holding) => holding.user_id === id)
  return own.flatMap((holding) =>
    holding.actions.length > 0 ? holding.actions : holding.grants.flatMap((grant) => grant.actions),
  )
}

/** `<agency id>:<session name>` for an assumed agency, else the id itself. */
function principalOf(auditor: NonNullable<CloudCheck['auditor']>): string {
  return auditor.id.split(':')[0] as string
}

/**
 * The account as if the agency were its only user, so that its policies are evaluated as a user's are. Null when the
 * account was crawled by groups and users, where agencies are not met.
 */
function agencyAsUser(snapshot: Snapshot, auditor: NonNullable<CloudCheck['auditor']>): Snapshot | null {
  if (snapshot.stats.method !== 'policy-first') return null
  const id = principalOf(auditor)
  const user = { user_id: id, user_name: auditor.urn, urn: auditor.urn, enabled: true }
  return {
    ...snapshot,
    users: [{ ...user, is_root_user: false, created_at: snapshot.taken_at }],
    groups: [],
    memberships: [],
    attachments: snapshot.attachments
      .filter((one) => one.principal_type === 'agency' && one.principal_id === id)
      .map((one) => ({ ...one, principal_type: 'user' })),
  }
}
