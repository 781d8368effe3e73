/** One change to the account, as people call it and as the cloud's own operation makes it. */
import type { Agencies } from '../access/agencies.ts'
import type { Federation } from '../access/federation.ts'
import type { Link, MappingLink, RoleLink } from '../account/link.ts'
import { federatedId, type Principal } from '../account/principal.ts'
import { ANY } from '../baseline/entry.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'
import type { Cut, Operation } from './revocation.ts'

const none = { scope: null, version_id: null } as const

/** Who is there, for the ids of operations. */
export interface CutContext {
  readonly agencies: Agencies
  readonly federation: Federation
}

/** The change that takes a link away; null for one that nobody can take away by itself. */
export function cutOf(link: Link, principal: Principal, { agencies, federation }: CutContext): Cut | null {
  switch (link.kind) {
    case 'membership':
    case 'builtin-group':
      return principal.kind === 'user' ? leave(link, principal) : null
    case 'mapping':
      return {
        ...{ kind: 'remove-mapping', link, ...none, what: link.group },
        from: { kind: 'provider', id: link.provider, name: link.provider },
        operation: updateMapping(link, federation),
      }
    case 'attachment':
      return {
        ...{ kind: 'detach', link, ...none, what: link.policy, from: link.to },
        operation: detachOperation(link.to, link.policy_id),
      }
    case 'role':
      return {
        ...{ kind: 'revoke-role', link, version_id: null, scope: link.scope, what: link.role, from: link.to },
        operation: revokeOperation(link),
      }
    case 'trust':
      return {
        ...{ kind: 'remove-trusted', link, ...none, what: link.item },
        from: { kind: 'agency', id: link.agency_id, name: link.agency },
        operation: agencies.isLegacy(link.agency_id)
          ? { api: 'DeleteAgencyV5', parameters: { agency_id: link.agency_id } }
          : {
              api: 'UpdateTrustPolicyV5',
              parameters: { agency_id: link.agency_id },
              removes: { trusted: JSON.parse(link.item) as TrustedItem },
            },
      }
    case 'assume':
      return null
  }
}

function updateMapping({ provider, group_id, group, only }: MappingLink, federation: Federation): Operation {
  const id = federatedId(provider, group_id === ANY ? null : group_id)
  return {
    api: 'UpdateMapping',
    parameters: { mapping_id: federation.mappingIds(id).join(','), provider, group },
    removes: { when: only ?? federation.vouched(id)?.when ?? [] },
  }
}

function leave(link: Extract<Link, { kind: 'membership' | 'builtin-group' }>, { id, name }: Principal): Cut {
  return {
    ...{ kind: 'remove-from-group', link, ...none, what: link.group, from: { kind: 'user', id, name } },
    operation: { api: 'RemoveUserFromGroupV5', parameters: { group_id: link.group_id, user_id: id } },
  }
}

function detachOperation(to: RoleLink['to'], policy_id: string): Operation {
  const [api, key] = {
    user: ['DetachUserPolicyV5', 'user_id'],
    group: ['DetachGroupPolicyV5', 'group_id'],
    agency: ['DetachAgencyPolicyV5', 'agency_id'],
  }[to.kind] as [string, string]
  return { api, parameters: { policy_id, [key]: to.id } }
}

/** The legacy model has an operation for each kind of holder and scope. */
function revokeOperation({ to, role_id, scope }: RoleLink): Operation {
  const parameters = { role_id, [`${to.kind}_id`]: to.id }
  const [kind, id = ''] = scope.split(/:(.*)/s)
  if (kind === 'enterprise-project') {
    const api = {
      user: 'RevokeRoleFromUserOnEnterpriseProject',
      group: 'RevokeRoleFromGroupOnEnterpriseProject',
      agency: 'RevokeRoleFromAgencyOnEnterpriseProject',
    }[to.kind]
    return { api, parameters: { ...parameters, enterprise_project_id: id } }
  }
  if (to.kind === 'agency') {
    const api =
      kind === 'project'
        ? 'RemoveProjectPermissionFromAgency'
        : kind === 'domain'
          ? 'RemoveDomainPermissionFromAgency'
          : 'RemoveAllProjectsPermissionFromAgency'
    return { api, parameters: { ...parameters, ...(kind === 'project' ? { project_id: id } : {}) } }
  }
  const api =
    kind === 'project'
      ? 'KeystoneRemoveProjectPermissionFromGroup'
      : kind === 'domain'
        ? 'KeystoneRemoveDomainPermissionFromGroup'
        : 'DeleteDomainGroupInheritedRole'
  return { api, parameters: { ...parameters, ...(kind === 'project' ? { project_id: id } : {}) } }
}
