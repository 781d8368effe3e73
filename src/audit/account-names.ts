/**
 * How trusted accounts call themselves, for people who know no account by its id. Put beside the parties of a verdict
 * when everything is decided: what a name says decides nothing.
 */
import type { TrustedParty } from '../access/model.ts'
import type { Snapshot } from '../account/snapshot.ts'

/** Adds the name of each account that has one. */
export type NameAccounts = (trusted: readonly TrustedParty[]) => readonly TrustedParty[]

/** By what agencies of the legacy kind say of the account they trust, and by what this account is called. */
export function accountNames({ agencies, account_id, account_name }: Snapshot): NameAccounts {
  const names = new Map<string, string>()
  for (const { trust_domain_id: id, trust_domain_name: name } of agencies)
    if (id !== null && name && !name.startsWith('op_svc_')) names.set(id.toLowerCase(), name)
  if (account_name !== null) names.set(account_id, account_name)
  return (trusted) =>
    trusted.map((party) => {
      const name = 'account' in party && !('service' in party) ? names.get(party.account ?? '') : undefined
      return name === undefined ? party : { ...party, account_name: name }
    })
}

/** A row whose difference names its accounts. */
export function withNamedParties<
  Row extends { readonly parties: { readonly trusted: readonly TrustedParty[] } },
>(row: Row, nameAccounts: NameAccounts): Row {
  const { parties } = row
  if (parties.trusted.length === 0) return row
  return { ...row, parties: { ...parties, trusted: nameAccounts(parties.trusted) } }
}

/** A holding that names the accounts its agency trusts. */
export function withNamedTrust<Row extends { readonly trusted: readonly TrustedParty[] | null }>(
  holding: Row,
  nameAccounts: NameAccounts,
): Row {
  return holding.trusted === null ? holding : { ...holding, trusted: nameAccounts(holding.trusted) }
}
