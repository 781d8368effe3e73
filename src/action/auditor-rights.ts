/** What the auditor itself may do: `mode: check` warns of one that can change what it audits. */
import { findHoldings } from '../audit/holdings.ts'
import type { CloudCheck } from '../cloud/check.ts'
import { crawl } from '../cloud/crawl.ts'
import type { IamApi } from '../cloud/iam-api.ts'
import { systemClock } from '../cloud/pace.ts'
import { createEvaluator, parseDocument, presetPermission, shippedCatalogue } from '../policy/index.ts'
import type { Permission } from '../policy/types.ts'
import type { AuditorRights } from '../render/check.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { sha256, today } from './audit-mode.ts'

type Auditor = NonNullable<CloudCheck['auditor']>

const administration = presetPermission('iam-administration@1') as Permission

const untold = (untold: string): AuditorRights => ({ writes: [], untold })

/**
 * Writes of IAM that the auditor holds, as a user or as the agency whose keys it uses. A session policy narrows the
 * keys of one run, and nothing else that may use the agency.
 */
export async function auditorRights(api: IamApi, { auditor }: CloudCheck): Promise<AuditorRights> {
  if (auditor === null) return untold('STS does not say who it is.')
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
  if (auditor.urn.includes(':user:')) return rightsIn(crawled, auditor)
  if (!auditor.urn.includes(':assumed-agency:')) return untold('It is neither an IAM user nor an agency.')
  if (crawled.stats.method !== 'policy-first')
    return untold(
      'It is an agency, whose policies are found with iam:policies:listV5 and iam:policies:listEntitiesV5.',
    )
  return rightsIn(agencyAsUser(crawled, auditor), auditor)
}

function rightsIn(snapshot: Snapshot, auditor: Auditor): AuditorRights {
  const found = findHoldings({
    ...{ snapshot, permissions: [administration], baseline: null, today: today(), sha256 },
    catalogue: shippedCatalogue(),
  })
  const id = principalOf(auditor)
  if (found.root_user?.user_id === id) return { writes: ['everything, as the root user'], untold: null }
  const writes = found.holdings
    .filter((holding) => holding.user_id === id)
    .flatMap(({ actions, grants }) => (actions.length > 0 ? actions : grants.flatMap((one) => one.actions)))
  // What could not be read or decided is never "holds nothing".
  const gap = found.gaps.find(({ user_ids }) => user_ids?.includes(id) ?? true)
  if (gap !== undefined) return { writes, untold: gap.message }
  return snapshot.users.some((user) => user.user_id === id)
    ? { writes, untold: null }
    : untold('It is in no list of users.')
}

/** `<agency id>:<session name>` for an assumed agency, else the id itself. */
function principalOf(auditor: Auditor): string {
  return auditor.id.split(':')[0] as string
}

/** The account as if the agency were its only user, so that its policies are evaluated as a user's are. */
function agencyAsUser(snapshot: Snapshot, auditor: Auditor): Snapshot {
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
    // An agency is in no group: what could not be read of groups and users does not reach it.
    gaps: snapshot.gaps.filter(({ scope }) => scope.type === 'policy' || scope.type === 'account'),
  }
}
