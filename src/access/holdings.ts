/** A holding with everything that is said of it. */
import type { AttachmentLink, RoleLink } from '../account/link.ts'
import { nameOnly, type Principal } from '../account/principal.ts'
import type { Grant, Held, Permission, Statement } from '../policy/types.ts'
import type { Access } from './access.ts'
import type { Agencies } from './agencies.ts'
import type { Federation } from './federation.ts'
import type { ConditionalDeny, Holding, RecordedAs } from './model.ts'

export interface HoldingContext {
  readonly access: Access
  readonly agencies: Agencies
  readonly federation: Federation
  readonly named: (grants: readonly Grant[]) => readonly string[]
}

/** What a principal holds of a permission, for people and for the comparison. */
export function holdingOf(
  principal: Principal,
  permission: Permission,
  held: Held,
  { access, named, agencies, federation }: HoldingContext,
): Holding {
  const { paths, omitted } = access.paths(principal, permission.name)
  const vouched = principal.kind === 'federated' ? federation.vouched(principal.id) : null
  return {
    principal: nameOnly(principal),
    recorded_as: recordedAs(principal, agencies, federation),
    enabled: principal.enabled,
    permission: permission.name,
    severity: permission.severity,
    extent: held.extent === 'all' ? 'all' : 'part',
    restricted: held.restricted,
    counts: permission.holds === 'any' || held.extent === 'all',
    grants: held.grants,
    actions: named(held.grants),
    paths,
    paths_omitted: omitted,
    conditional_denies: access
      .conditionalDenies(principal, permission.name)
      .map(({ grant, statement }) => denyRow(grant, statement)),
    trusted: principal.kind === 'agency' ? agencies.trustedOf(principal.id) : null,
    when: vouched?.when ?? null,
    issuer: vouched?.issuer ?? null,
    keys: vouched?.keys ?? null,
  }
}

function recordedAs({ kind, id, name }: Principal, agencies: Agencies, federation: Federation): RecordedAs {
  if (kind === 'user') return { kind, user: name, user_id: id }
  if (kind === 'agency') return { kind, agency: agencies.fullName(id) ?? name, agency_id: id }
  return { kind, ...federation.entryFields(id) }
}

function denyRow(grant: AttachmentLink | RoleLink, statement: Statement): ConditionalDeny {
  const isRole = grant.kind === 'role'
  return {
    policy_id: isRole ? null : grant.policy_id,
    policy: isRole ? grant.role : grant.policy,
    version_id: isRole ? null : grant.version_id,
    role_id: isRole ? grant.role_id : null,
    scope: isRole ? grant.scope : null,
    statement: statement.number,
    // A Deny that binds another source alone has nothing that limits it, and takes nothing away here all the same.
    resources: statement.resource?.length ? statement.resource : null,
    not_resources: statement.notResource ?? null,
    condition: statement.condition ?? null,
  }
}
