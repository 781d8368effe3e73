/** What people do to agencies and legacy grants: each operation changes the account and leaves a trace. */

import { roleNamed } from './builder.ts'
import type { HolderName } from './identity-builder.ts'
import { IdentityOperations, named } from './identity-operations.ts'
import type { RoleScope, SimulatedAgency, SimulatedRole } from './model.ts'

/** Agencies of both kinds, legacy roles and policies, and to whom they are granted. */
export class GrantOperations extends IdentityOperations {
  #agencyNamed(name: string): SimulatedAgency {
    return named(this.account.agencies, 'agency_id', 'agency_name', name)
  }

  /** A trust agency. */
  createAgency(name: string, trust: unknown): string {
    const agency_id = this.freshId('agency', name)
    const trust_policy = typeof trust === 'string' ? trust : JSON.stringify(trust)
    const call = { body: { agency_name: name, trust_policy }, response: { agency: { agency_id } } }
    this.operate({ name: 'createAgencyV5', resource: this.#agency(agency_id, name), ...call }, () =>
      this.account.agencies.push({
        ...{ agency_id, agency_name: name, path: '', created_at: this.isoNow(), trust_policy },
        ...{ trust_domain_id: null, trust_domain_name: null, duration: null, expire_time: null },
      }),
    )
    return agency_id
  }

  /** An agency of the legacy kind. */
  createLegacyAgency(
    name: string,
    trusts: { readonly domain_id: string; readonly domain_name: string },
    expire_time: string | null = null,
  ): string {
    const agency_id = this.freshId('agency', name)
    const { domain_id: trust_domain_id, domain_name: trust_domain_name } = trusts
    const duration = expire_time === null ? 'FOREVER' : '24'
    const agency = { name, domain_id: this.account.account_id, trust_domain_id, trust_domain_name, duration }
    const call = { body: { agency }, response: { agency: { id: agency_id, ...agency, expire_time } } }
    this.operate({ name: 'createAgency', resource: this.#agency(agency_id, name), ...call }, () =>
      this.account.agencies.push({
        ...{ agency_id, agency_name: name, path: '', created_at: this.isoNow(), trust_policy: null },
        ...{ trust_domain_id, trust_domain_name, duration, expire_time },
      }),
    )
    return agency_id
  }

  /** Changes whom a legacy agency trusts, or for how long. */
  updateLegacyAgency(
    name: string,
    change: Partial<
      Pick<SimulatedAgency, 'trust_domain_id' | 'trust_domain_name' | 'duration' | 'expire_time'>
    >,
  ): this {
    const agency = this.#agencyNamed(name)
    const { agency_id, agency_name } = agency
    const call = { path: { agency_id }, body: { agency: change } }
    this.operate({ name: 'updateAgency', resource: this.#agency(agency_id, agency_name), ...call }, () => {
      Object.assign(agency, change)
    })
    return this
  }

  updateTrustPolicy(name: string, trust: unknown): this {
    const agency = this.#agencyNamed(name)
    const { agency_id, agency_name } = agency
    const trust_policy = typeof trust === 'string' ? trust : JSON.stringify(trust)
    const call = { path: { agency_id }, body: { trust_policy } }
    this.operate(
      { name: 'updateTrustPolicyV5', resource: this.#agency(agency_id, agency_name), ...call },
      () => {
        agency.trust_policy = trust_policy
      },
    )
    return this
  }

  deleteAgency(name: string): this {
    const agency = this.#agencyNamed(name)
    const { agency_id, agency_name } = agency
    const operation = agency.trust_policy === null ? 'deleteAgency' : 'deleteAgencyV5'
    const resource = this.#agency(agency_id, agency_name)
    this.operate({ name: operation, resource, path: { agency_id } }, () => {
      this.account.agencies = this.account.agencies.filter((one) => one !== agency)
      this.forget(agency_id)
    })
    return this
  }

  #agency(id: string, name: string) {
    return { type: 'agency', id, name }
  }

  /** Grants a legacy role or policy, by display name or id, in a scope. */
  grantRole(role: string, to: HolderName, scope: RoleScope = 'domain'): this {
    const { role_id } = roleNamed(this.account.roles, role)
    const { kind, id, name } = this.holder(to)
    const operation =
      kind === 'agency' ? agencyGrant(scope) : { name: 'createAssignment', type: 'assignment' }
    this.operate(this.#assignment(operation, { kind, id, name }, role_id, scope), () =>
      this.account.role_assignments.push({ holder_type: kind, holder_id: id, role_id, scope }),
    )
    return this
  }

  revokeRole(role: string, from: HolderName, scope: RoleScope = 'domain'): this {
    const { role_id } = roleNamed(this.account.roles, role)
    const { kind, id, name } = this.holder(from)
    const operation =
      kind === 'agency'
        ? { name: 'deleteAgencyGrants', type: 'agency' }
        : { name: 'deleteAssignment', type: 'assignment' }
    this.operate(this.#assignment(operation, { kind, id, name }, role_id, scope), () => {
      this.account.role_assignments = this.account.role_assignments.filter(
        (one) => one.holder_id !== id || one.role_id !== role_id || one.scope !== scope,
      )
    })
    return this
  }

  #assignment(
    operation: { readonly name: string; readonly type: string },
    holder: { readonly kind: string; readonly id: string; readonly name: string },
    role_id: string,
    scope: RoleScope,
  ) {
    const project = scope.startsWith('project:') ? { project_id: scope.slice('project:'.length) } : {}
    const enterprise = scope.startsWith('enterprise-project:')
      ? { enterprise_project_id: scope.slice('enterprise-project:'.length) }
      : {}
    const domain =
      scope === 'domain' || scope === 'all-projects' ? { domain_id: this.account.account_id } : {}
    return {
      name: operation.name,
      resource: { type: operation.type, id: holder.id, name: holder.name },
      path: { role_id, [`${holder.kind}_id`]: holder.id, ...project, ...enterprise, ...domain },
      body: scope === 'all-projects' ? { inherited_to: 'projects' } : {},
    }
  }

  createRole(displayName: string, policy: unknown): string {
    const role_id = this.freshId('role', displayName)
    const { account_id } = this.account
    const time = String(this.now())
    const role: SimulatedRole = {
      ...{ role_id, name: `custom_${account_id}_${this.account.roles.length}`, display_name: displayName },
      ...{ catalog: 'CUSTOMED', type: 'AX', domain_id: account_id, created_time: time, updated_time: time },
      policy,
    }
    const call = {
      body: { role: { display_name: displayName, policy } },
      response: { role: { id: role_id } },
    }
    this.operate({ name: 'createRole', resource: this.#role(role), ...call }, () =>
      this.account.roles.push(role),
    )
    return role_id
  }

  /** Edits a custom policy in place: there are no versions. */
  updateRole(name: string, policy: unknown): this {
    const role = roleNamed(this.account.roles, name)
    const call = { path: { role_id: role.role_id }, body: { role: { policy } } }
    this.operate({ name: 'updateRole', resource: this.#role(role), ...call }, () => {
      role.policy = policy
      role.updated_time = String(this.now())
    })
    return this
  }

  deleteRole(name: string): this {
    const role = roleNamed(this.account.roles, name)
    this.operate({ name: 'deleteRole', resource: this.#role(role), path: { role_id: role.role_id } }, () => {
      this.account.roles = this.account.roles.filter((one) => one !== role)
      this.account.role_assignments = this.account.role_assignments.filter(
        (one) => one.role_id !== role.role_id,
      )
    })
    return this
  }

  #role(role: SimulatedRole) {
    return { type: 'Policy', id: role.role_id, name: role.display_name }
  }
}

/** The operation by which an agency is granted a role in a scope, and the type of its resource. */
function agencyGrant(scope: RoleScope): { readonly name: string; readonly type: string } {
  if (scope === 'domain') return { name: 'assignRoleToAgencyOnDomain', type: 'roleAgencyDomain' }
  if (scope === 'all-projects') return { name: 'updateAgencyInheritedGrants', type: 'agency' }
  if (scope.startsWith('project:')) return { name: 'assignRoleToAgencyOnProject', type: 'roleAgencyProject' }
  return { name: 'updateAgencyGrants', type: 'agency' }
}
