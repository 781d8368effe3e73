/** How the file writes a party that may assume an agency. */

/** Keys that tell a kind of party, each with what may stand beside it. */
export const companionsOf: Readonly<Record<string, readonly string[]>> = {
  service: ['account'],
  account: [],
  user: [],
  agency: [],
  provider: ['issuer', 'keys'],
  everybody: [],
  document: [],
}

/** In the order in which an item is written. */
export const trustedKeys = [
  'service',
  'account',
  'user',
  'agency',
  'provider',
  'issuer',
  'keys',
  'everybody',
  'document',
  'condition',
] as const

/** Keys that name a party: of an item exactly one, but a service may have its account. */
export const partyKeys = Object.keys(companionsOf)

/** The key that tells what kind of party an item is; null where it is of none, or of several. */
export function partyOf(item: Readonly<Record<string, unknown>>): string | null {
  const party = partyKeys.find((key) => Object.hasOwn(item, key))
  if (party === undefined) return null
  const allowed = [party, 'condition', ...(companionsOf[party] as readonly string[])]
  return Object.keys(item).every((key) => allowed.includes(key)) ? party : null
}
