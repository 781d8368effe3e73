/** What becomes of an account when somebody does what a revocation says. */
import { AccountBuilder, type SimulatedAccount } from '../../simulator/iam/account.ts'
import type { Cut, Drift } from '../../src/audit/model.ts'

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
  const { link, from } = cut
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
      return link.kind === 'trust' ? withoutTrust(account, from.id, JSON.parse(link.item)) : account
    case 'remove-mapping':
      return withoutMapping(account, from.id, cut.what)
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

interface TrustStatement {
  readonly Effect: string
  readonly Principal?: unknown
  readonly Condition?: unknown
}

/** An agency of the legacy kind trusts one party and goes with it, and so does what it was given; else the statements that name the party go. */
function withoutTrust(
  account: SimulatedAccount,
  agencyId: string,
  { condition, ...party }: Readonly<Record<string, unknown>>,
): SimulatedAccount {
  const isLegacy = account.agencies.some((one) => one.agency_id === agencyId && one.trust_policy === null)
  if (isLegacy)
    return {
      ...account,
      agencies: account.agencies.filter((one) => one.agency_id !== agencyId),
      attachments: account.attachments.filter((row) => row.principal_id !== agencyId),
      role_assignments: account.role_assignments.filter((row) => row.holder_id !== agencyId),
    }
  const agencies = account.agencies.map((agency): Agency => {
    if (agency.agency_id !== agencyId || agency.trust_policy === null) return agency
    if ('document' in party) return { ...agency, trust_policy: '{"Version":"5.0","Statement":[]}' }
    const trust = JSON.parse(agency.trust_policy) as { readonly Statement: readonly TrustStatement[] }
    const Statement = trust.Statement.filter(
      (one) =>
        one.Effect !== 'Allow' ||
        JSON.stringify(one.Condition) !== JSON.stringify(condition) ||
        !isNamedBy(one.Principal, party),
    )
    return { ...agency, trust_policy: JSON.stringify({ ...trust, Statement }) }
  })
  return { ...account, agencies }
}

/** Whether the principal of a statement is the party; each statement of these accounts names one. */
function isNamedBy(principal: unknown, party: Readonly<Record<string, unknown>>): boolean {
  if (principal === '*' || principal === undefined) return 'everybody' in party
  const [named = ''] = Object.values(principal as object)[0] as readonly string[]
  const { account } = party
  if (account !== undefined)
    return [account, `iam::${account}:root`, `iam::${account}:*`, `iam::${account}:user:*`].includes(named)
  return named === (party.user ?? party.agency ?? party.provider ?? party.service)
}

function withoutMapping(account: SimulatedAccount, provider: string, group: string): SimulatedAccount {
  const bound = new Set(
    account.identity_providers
      .filter((one) => one.provider_id === provider)
      .flatMap((one) => one.protocols.flatMap(({ mapping_id }) => mapping_id ?? [])),
  )
  interface Rule {
    readonly local: readonly { readonly group?: { readonly name: string } }[]
  }
  const mappings = account.mappings.map((mapping) =>
    bound.has(mapping.mapping_id)
      ? {
          ...mapping,
          rules: (mapping.rules as readonly Rule[]).map((rule) => ({
            ...rule,
            local: rule.local.filter((one) => one.group?.name !== group),
          })),
        }
      : mapping,
  )
  return { ...account, mappings }
}
