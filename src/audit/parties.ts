/** Who may come by a holding beside the principal's name, held against what an entry approves of that. */
import type { Holding, TrustedParty } from '../access/model.ts'
import { coversAlternative } from '../account/alternatives.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { coversTrusted } from '../policy/language/trusted.ts'
import { type Because, noParties, type Parties } from './model.ts'

/** What of a holding's parties an entry does not approve; no parties: all of them are. */
export function partiesBeyond(holding: Holding, entry: BaselineEntry): Parties {
  if (entry.kind === 'agency')
    return {
      ...noParties,
      trusted: (holding.trusted ?? []).filter(
        (item) => !entry.trusted.some((approved) => coversTrusted(approved, withoutOpen(item))),
      ),
    }
  if (entry.kind !== 'federated') return noParties
  return {
    trusted: [],
    when: (holding.when ?? []).filter(
      (one) => !entry.when.some((approved) => coversAlternative(approved, one)),
    ),
    issuer: holding.issuer !== null && holding.issuer !== entry.issuer ? holding.issuer : null,
    keys: (holding.keys ?? []).filter((key) => !entry.keys.includes(key)),
  }
}

/** What an entry approves of parties and the holding does not have. */
export function partiesLost(holding: Holding, entry: BaselineEntry): Parties {
  if (entry.kind === 'agency')
    return {
      ...noParties,
      trusted: entry.trusted.filter(
        (approved) => !(holding.trusted ?? []).some((item) => coversTrusted(withoutOpen(item), approved)),
      ),
    }
  if (entry.kind !== 'federated') return noParties
  return {
    trusted: [],
    when: entry.when.filter(
      (approved) => !(holding.when ?? []).some((one) => coversAlternative(one, approved)),
    ),
    issuer: null,
    keys: entry.keys.filter((key) => holding.keys !== null && !holding.keys.includes(key)),
  }
}

/** All of a holding's parties. */
export function partiesOf({ trusted, when, issuer, keys }: Holding): Parties {
  return { trusted: trusted ?? [], when: when ?? [], issuer, keys: keys ?? [] }
}

export function hasParties({ trusted, when, issuer, keys }: Parties): boolean {
  return trusted.length > 0 || when.length > 0 || issuer !== null || keys.length > 0
}

/** What a gain of parties alone is called. */
export function becauseOf({ trusted, when }: Parties, entry: BaselineEntry): Because {
  if (when.length > 0) return 'mapping'
  return trusted.every((item) => isTrustedBefore(item, entry)) ? 'provider' : 'trust'
}

/** Whether only who vouches is another: the provider is trusted in the entry as well, under the same condition. */
function isTrustedBefore(item: TrustedParty, entry: BaselineEntry): boolean {
  if (entry.kind !== 'agency' || !('provider' in item)) return false
  const { provider, condition } = item
  const party = { provider, ...(condition === undefined ? {} : { condition }) }
  return entry.trusted.some((approved) => coversTrusted(approved, party))
}

/** The item as a baseline records it: that it is open follows from the rest, and a name is nobody's. */
export function withoutOpen(item: TrustedParty): Omit<TrustedParty, 'open' | 'account_name'> & TrustedParty {
  const { open: _, account_name: __, ...recorded } = item
  return recorded as TrustedParty
}
