/** When two rows are the same finding: the key of issues and alerts, which must not change from version to version. */
import { principalKey } from '../account/principal.ts'
import type { Drift, WasHeldRow } from '../audit/model.ts'
import { hasParties } from '../audit/parties.ts'

/** Text of (kind, principal, permission, gained set), with who may come by it now where that is what was gained. */
export function findingKey({ kind, principal, permission, grants, parties }: Drift): string {
  const gained = [kind, principalKey(principal), permission, grants]
  if (!hasParties(parties)) return JSON.stringify(gained)
  const { when, issuer, keys } = parties
  const trusted = parties.trusted.map(({ account_name: _, ...party }) => party)
  return JSON.stringify([...gained, { trusted, when, issuer, keys }])
}

/** Of what is gone: the same finding as long as the window shows it. */
export function wasHeldKey({ principal, permission, from, until }: WasHeldRow): string {
  return JSON.stringify(['was-held', principalKey(principal), permission, from, until])
}
