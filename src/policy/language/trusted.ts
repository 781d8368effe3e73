/** The parties that may assume an agency, as report and baseline write them, and which of them one approves. */
import { canonicalRestriction } from '../grants/restriction.ts'
import type { Condition } from '../types.ts'

/** Accounts, users (URN), agencies (URN) and providers (URN) may be globs; they are kept as the trust policy has them. */
export type TrustedParty =
  | { readonly account: string }
  | { readonly user: string }
  | { readonly agency: string }
  /** `account`: where a legacy agency trusts a service, the account by which it does. */
  | { readonly service: string; readonly account?: string }
  /** `issuer` and `keys`: who vouches, and what verifies the word; absent where that is not known. */
  | { readonly provider: string; readonly issuer?: string; readonly keys?: readonly string[] }
  | { readonly everybody: true }
  /** A trust that cannot be determined, by the SHA-256 of its text. */
  | { readonly document: string }

/** One party that may assume an agency; a `condition` limits when it may. */
export type TrustedItem = TrustedParty & { readonly condition?: Condition }

type Kind = 'account' | 'agency' | 'document' | 'everybody' | 'provider' | 'service' | 'user'

/** What kind of party it is. */
export function trustedKind(item: TrustedParty): Kind {
  if ('service' in item) return 'service'
  if ('account' in item) return 'account'
  if ('agency' in item) return 'agency'
  if ('user' in item) return 'user'
  if ('provider' in item) return 'provider'
  return 'everybody' in item ? 'everybody' : 'document'
}

/** Text that two items share exactly when they are the same party under the same condition. */
export function trustedKey(item: TrustedItem): string {
  const { condition, ...party } = item
  return `${trustedKind(item)} ${partyKey(party)} ${conditionKey(condition)}`
}

/** Sorted by kind, value and condition, each once, conditions in their canonical form. */
export function canonicalTrusted<T extends TrustedItem>(items: readonly T[]): readonly T[] {
  const byKey = new Map<string, T>()
  for (const item of items) {
    const [key, made] = [trustedKey(item), withCondition(item)]
    const known = byKey.get(key)
    // Spellings of one name: which of them stays may not depend on their order.
    if (known === undefined || JSON.stringify(made) < JSON.stringify(known)) byKey.set(key, made)
  }
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item)
}

/**
 * Whether approving the one approves the other: an item covers the same party, an account its users and agencies,
 * everybody accounts, users and agencies; each where the conditions are equal or the approving item has none.
 */
export function coversTrusted(approved: TrustedItem, item: TrustedItem): boolean {
  const limit = conditionKey(approved.condition)
  return (limit === NO_CONDITION || limit === conditionKey(item.condition)) && coversParty(approved, item)
}

function coversParty(approved: TrustedParty, item: TrustedParty): boolean {
  const [wide, narrow] = [trustedKind(approved), trustedKind(item)]
  if ('provider' in approved && 'provider' in item) return coversProvider(approved, item)
  if (wide === narrow && partyKey(approved) === partyKey(item)) return true
  if (wide === 'everybody') return ['account', 'user', 'agency'].includes(narrow)
  if (wide !== 'account' || !('account' in approved)) return false
  const urn = 'user' in item ? item.user : 'agency' in item ? item.agency : ''
  return accountOfUrn(urn) === approved.account?.toLowerCase()
}

interface Provider {
  readonly provider: string
  readonly issuer?: string
  readonly keys?: readonly string[]
}

/** Somebody else who vouches, or one more key by which to vouch, was not approved. What is not known is a gap. */
function coversProvider(approved: Provider, item: Provider): boolean {
  if (approved.provider.toLowerCase() !== item.provider.toLowerCase()) return false
  if (item.issuer !== undefined && item.issuer !== approved.issuer) return false
  return (item.keys ?? []).every((key) => approved.keys?.includes(key))
}

/** The account of a principal's URN in lower case; null where it is none or has a wildcard. */
function accountOfUrn(urn: string): string | null {
  const [service, region, account] = urn.toLowerCase().split(':')
  if ((service !== 'iam' && service !== 'sts') || region !== '' || account === undefined) return null
  return /[*?]/.test(account) ? null : account
}

/** Names of principals have no letter case; those of services are compared as they are. */
function partyKey(party: TrustedParty): string {
  if ('service' in party) return JSON.stringify([party.service, party.account?.toLowerCase() ?? null])
  if ('provider' in party)
    return JSON.stringify([
      party.provider.toLowerCase(),
      party.issuer ?? null,
      party.keys === undefined ? null : [...party.keys].sort(),
    ])
  if ('document' in party) return party.document
  if ('everybody' in party) return ''
  return ('account' in party ? party.account : 'user' in party ? party.user : party.agency).toLowerCase()
}

const NO_CONDITION = 'null'

function conditionKey(condition: Condition | undefined): string {
  return JSON.stringify(canonicalRestriction({ ...(condition && { condition }) }).condition ?? null)
}

function withCondition<T extends TrustedItem>(item: T): T {
  const { condition, ...party } = item
  const { condition: canonical } = canonicalRestriction({ ...(condition && { condition }) })
  return { ...party, ...(canonical && { condition: canonical }) } as T
}
