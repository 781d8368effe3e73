/** The grants on the way of a path, and which of them is the newest. */
import {
  type AttachmentLink,
  linkKey,
  type MappingLink,
  type MembershipLink,
  type Path,
  type RoleLink,
} from '../account/link.ts'

/** A grant on the way of a path: of the permission to assume, or the one that grants in the end. */
export interface GrantOnPath {
  readonly grant: AttachmentLink | RoleLink
  readonly through: MembershipLink | MappingLink | null
  readonly statement: number
}

/** The grants of a path, from the principal on. */
export function grantsOnPath({ links, origin }: Path): GrantOnPath[] {
  const grants: GrantOnPath[] = []
  let through: GrantOnPath['through'] = null
  for (const link of links) {
    if (link.kind === 'membership' || link.kind === 'mapping') through = link
    else if (link.kind === 'assume') {
      const { by } = link
      if (by.kind === 'policy' || by.kind === 'role')
        grants.push({ grant: by.grant, through: by.through, statement: by.statement })
      through = null
    } else if (link.kind === 'attachment' || link.kind === 'role')
      grants.push({ grant: link, through, statement: origin.kind === 'statement' ? origin.statement : 0 })
  }
  return grants
}

export function keyOnPath({ grant, statement }: GrantOnPath): string {
  return `${statement} ${linkKey(grant)}`
}

export interface Candidate {
  readonly place: GrantOnPath
  readonly isOld: boolean
}

/**
 * A grant that nobody else came by is newer than any that somebody did, whatever their times: nothing says when a
 * legacy role was granted. Where all are old, somebody joined a group. Times of the cloud sort as text.
 */
export function isNewer(one: Candidate, other: Candidate): boolean {
  if (one.isOld !== other.isOld) return !one.isOld
  const [joined, otherJoined] = [one.place.through !== null, other.place.through !== null]
  if (one.isOld && joined !== otherJoined) return joined
  const [time, otherTime] = [changedAt(one.place), changedAt(other.place)]
  if (time !== otherTime) return time > otherTime
  return tieKey(one.place) < tieKey(other.place)
}

function tieKey({ grant, statement }: GrantOnPath): string {
  return `${linkKey(grant)} ${statement}`
}

/** When the newest part of a grant appeared; empty where nothing says it. */
function changedAt({ grant }: GrantOnPath): string {
  if (grant.kind === 'role') return grant.updated_at ?? ''
  const attached = grant.attached_at ?? ''
  const { version_created_at: version } = grant
  return version !== null && version > attached ? version : attached
}
