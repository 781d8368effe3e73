/** What the auditor itself may do: `mode: check` warns of one that can change what it audits. */
import { findAccess } from '../access/findings.ts'
import type { PrincipalRef } from '../account/principal.ts'
import type { Snapshot } from '../account/snapshot.ts'
import type { CloudCheck } from '../cloud/iam/check.ts'
import { presetPermission, shippedCatalogue } from '../policy/index.ts'
import type { Permission } from '../policy/types.ts'
import type { AuditorRights } from '../render/check.ts'
import { sha256, today } from './audit-account.ts'

type Auditor = NonNullable<CloudCheck['auditor']>

/** What an auditor should hold nothing of. */
export const administration = presetPermission('iam-administration@1') as Permission

const untold = (untold: string): AuditorRights => ({ writes: [], untold })

/**
 * Writes of IAM that the auditor holds, as a user or as the agency whose keys it uses. A session policy narrows the
 * keys of one run, and nothing else that may use the agency.
 *
 * @param snapshot crawled with `administration` among what is asked about
 */
export function auditorRights(snapshot: Snapshot, auditor: Auditor | null): AuditorRights {
  if (auditor === null) return untold('STS does not say who it is.')
  const ref = auditorRef(auditor)
  if (ref === null) return untold('It is neither an IAM user nor an agency.')
  const found = findAccess({
    ...{ snapshot, permissions: [administration], baseline: null, today: today(), sha256 },
    catalogue: shippedCatalogue(),
  })
  if (ref.kind === 'user' && found.root_user?.user_id === ref.id)
    return { writes: ['everything, as the root user'], untold: null }
  const writes = found.holdings
    .filter(({ principal }) => principal.kind === ref.kind && principal.id === ref.id)
    .flatMap(({ actions, grants }) => (actions.length > 0 ? actions : grants.flatMap((one) => one.actions)))
  // What could not be read or decided is never "holds nothing".
  const gap = found.gaps.find(
    ({ reaches }) => reaches?.some((one) => one.kind === ref.kind && one.id === ref.id) ?? true,
  )
  if (gap !== undefined) return { writes, untold: gap.message }
  // Its keys are in use, so what was read of its trust is not all there is.
  if (found.isDormant(ref)) return untold('By what was read of its trust, nobody may act as that agency.')
  return found.isPresent(ref)
    ? { writes, untold: null }
    : untold(ref.kind === 'user' ? 'It is in no list of users.' : 'It is in no list of agencies.')
}

/** `<agency id>:<session name>` for an assumed agency, else the id itself. */
function auditorRef({ urn, id }: Auditor): PrincipalRef | null {
  if (urn.includes(':user:')) return { kind: 'user', id }
  return urn.includes(':assumed-agency:') ? { kind: 'agency', id: id.split(':')[0] as string } : null
}
