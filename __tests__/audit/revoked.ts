/** What becomes of an account when somebody does what a revocation says. */
import { AccountBuilder, type SimulatedAccount } from '../../simulator/iam/account.ts'
import type { Drift } from '../../src/audit/model.ts'
import type { Cut } from '../../src/audit/revocation.ts'
import { rulesWithout, trustWithout } from './leave-out.ts'

type Agency = SimulatedAccount['agencies'][number]

/** The account after each revocation that is offered. */
export function accountsAfter({ account }: AccountBuilder, row: Drift): AccountBuilder[] {
  return row.revocations.map(({ cuts }) => {
    const copy = new AccountBuilder()
    Object.assign(copy.account, cuts.reduce(cutFrom, account))
    return copy
  })
}

function cutFrom(account: SimulatedAccount, cut: Cut): SimulatedAccount {
  const { from } = cut
  switch (cut.kind) {
    case 'detach':
      return {
        ...account,
        attachments: account.attachments.filter(
          (row) =>
            row.policy_id !== idIn(cut, 'policy_id') ||
            row.principal_type !== from.kind ||
            row.principal_id !== from.id,
        ),
      }
    case 'revoke-role':
      return {
        ...account,
        role_assignments: account.role_assignments.filter(
          (row) =>
            row.role_id !== idIn(cut, 'role_id') ||
            row.scope !== cut.scope ||
            row.holder_type !== from.kind ||
            row.holder_id !== from.id,
        ),
      }
    case 'remove-from-group':
      return {
        ...account,
        groups: account.groups.map((group) =>
          group.group_id === idIn(cut, 'group_id')
            ? { ...group, members: group.members.filter((id) => id !== from.id) }
            : group,
        ),
      }
    case 'remove-trusted':
      return withoutTrust(account, from.id, cut)
    case 'remove-mapping':
      return withoutMapping(account, cut)
    case 'restore-version':
      return {
        ...account,
        policies: account.policies.map((policy) =>
          policy.policy_id === idIn(cut, 'policy_id')
            ? { ...policy, default_version_id: cut.version_id ?? '' }
            : policy,
        ),
      }
  }
}

/** An id as the operation has it: people type what that says. */
function idIn(cut: Cut, name: string): string | undefined {
  return cut.operation.parameters[name]
}

/** An agency of the legacy kind trusts one party and goes with it, and so does what it was given; else its trust is written anew. */
function withoutTrust(account: SimulatedAccount, agencyId: string, { operation }: Cut): SimulatedAccount {
  const { removes } = operation
  if (operation.api === 'DeleteAgencyV5')
    return {
      ...account,
      agencies: account.agencies.filter((one) => one.agency_id !== agencyId),
      attachments: account.attachments.filter((row) => row.principal_id !== agencyId),
      role_assignments: account.role_assignments.filter((row) => row.holder_id !== agencyId),
    }
  if (removes === undefined || !('trusted' in removes)) throw new Error('nothing says what is to go')
  const agencies = account.agencies.map(
    (agency): Agency =>
      agency.agency_id !== agencyId || agency.trust_policy === null
        ? agency
        : { ...agency, trust_policy: trustWithout(agency.trust_policy, removes.trusted) },
  )
  return { ...account, agencies }
}

function withoutMapping(account: SimulatedAccount, { operation, what: group }: Cut): SimulatedAccount {
  const { parameters, removes } = operation
  if (removes === undefined || !('when' in removes)) throw new Error('nothing says what is to go')
  const ids = parameters.mapping_id?.split(',') ?? []
  const mappings = account.mappings.map((mapping) =>
    ids.includes(mapping.mapping_id)
      ? { ...mapping, rules: rulesWithout(mapping.rules, { group, when: removes.when }, account.groups) }
      : mapping,
  )
  return { ...account, mappings }
}
