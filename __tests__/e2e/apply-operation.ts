/** Makes the changes that a verdict offers: the cloud's operations, by their names and ids. */
import type { SimulatedAccount } from '../../simulator/iam/account.ts'
import type { Operation, Removal } from '../../src/audit/revocation.ts'
import { rulesWithout, trustWithout } from '../audit/leave-out.ts'

type Apply = (account: SimulatedAccount, ids: Operation['parameters'], removes: Removal | undefined) => void

const detach =
  (kind: 'user' | 'group' | 'agency'): Apply =>
  (account, ids) => {
    account.attachments = account.attachments.filter(
      (one) =>
        one.policy_id !== ids.policy_id ||
        one.principal_type !== kind ||
        one.principal_id !== ids[`${kind}_id`],
    )
  }

const revoke =
  (kind: 'user' | 'group' | 'agency', scope: (ids: Operation['parameters']) => string): Apply =>
  (account, ids) => {
    account.role_assignments = account.role_assignments.filter(
      (one) =>
        one.role_id !== ids.role_id ||
        one.holder_type !== kind ||
        one.holder_id !== ids[`${kind}_id`] ||
        one.scope !== scope(ids),
    )
  }
const inDomain = () => 'domain'
const inAllProjects = () => 'all-projects'
const inProject = (ids: Operation['parameters']) => `project:${ids.project_id}`
const inEnterpriseProject = (ids: Operation['parameters']) =>
  `enterprise-project:${ids.enterprise_project_id}`

const operations: Readonly<Record<string, Apply>> = {
  RemoveUserFromGroupV5: ({ groups }, ids) => {
    const group = groups.find((one) => one.group_id === ids.group_id)
    if (group) group.members = group.members.filter((id) => id !== ids.user_id)
  },
  DetachUserPolicyV5: detach('user'),
  DetachGroupPolicyV5: detach('group'),
  DetachAgencyPolicyV5: detach('agency'),
  KeystoneRemoveDomainPermissionFromGroup: revoke('group', inDomain),
  DeleteDomainGroupInheritedRole: revoke('group', inAllProjects),
  KeystoneRemoveProjectPermissionFromGroup: revoke('group', inProject),
  RevokeRoleFromGroupOnEnterpriseProject: revoke('group', inEnterpriseProject),
  RevokeRoleFromUserOnEnterpriseProject: revoke('user', inEnterpriseProject),
  RemoveDomainPermissionFromAgency: revoke('agency', inDomain),
  RemoveAllProjectsPermissionFromAgency: revoke('agency', inAllProjects),
  RemoveProjectPermissionFromAgency: revoke('agency', inProject),
  RevokeRoleFromAgencyOnEnterpriseProject: revoke('agency', inEnterpriseProject),
  SetDefaultPolicyVersionV5: ({ policies }, ids) => {
    const policy = policies.find((one) => one.policy_id === ids.policy_id)
    if (policy?.versions.some((one) => one.version_id === ids.version_id))
      policy.default_version_id = ids.version_id ?? ''
  },
  DeleteAgencyV5: (account, ids) => {
    account.agencies = account.agencies.filter((one) => one.agency_id !== ids.agency_id)
  },
  UpdateTrustPolicyV5: ({ agencies }, ids, removes) => {
    const agency = agencies.find((one) => one.agency_id === ids.agency_id)
    if (agency?.trust_policy && removes !== undefined && 'trusted' in removes)
      agency.trust_policy = trustWithout(agency.trust_policy, removes.trusted)
  },
  UpdateMapping: ({ mappings, groups }, ids, removes) => {
    const mapping = mappings.find((one) => one.mapping_id === ids.mapping_id)
    if (mapping && removes !== undefined && 'when' in removes)
      mapping.rules = rulesWithout(mapping.rules, { group: ids.group ?? '', when: removes.when }, groups)
  },
}

/** @throws Error for an operation that is not known, or changes nothing */
export function applyOperation(account: SimulatedAccount, { api, parameters, removes }: Operation): void {
  const apply = operations[api]
  if (apply === undefined) throw new Error(`${api} is not known`)
  const before = JSON.stringify(account)
  apply(account, parameters, removes)
  if (JSON.stringify(account) === before) throw new Error(`${api} changes nothing`)
}
