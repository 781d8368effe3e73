/**
 * Who comes to an approval beside its grants: parties that may assume an agency, alternatives under which a provider
 * vouches, and the provider's own word. What one entry has of them that another does not cover.
 */

import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import { coversAlternative } from '../account/alternatives.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'
import { coversTrusted } from '../policy/language/trusted.ts'
import type { EntryCause } from './model.ts'

export interface ApprovedParties {
  readonly trusted: readonly TrustedItem[]
  readonly when: readonly (Alternative | NamedAlternative)[]
  /** Null where it is the same. */
  readonly issuer: string | null
  readonly keys: readonly string[]
}

/** Of a user there are none. */
export const noParties: ApprovedParties = { trusted: [], when: [], issuer: null, keys: [] }

/** All that an entry names. */
export function partiesOf(entry: BaselineEntry): ApprovedParties {
  switch (entry.kind) {
    case 'user':
      return noParties
    case 'agency':
      return { ...noParties, trusted: entry.trusted }
    case 'federated':
      return { trusted: [], when: entry.when, issuer: entry.issuer, keys: entry.keys }
  }
}

/** What the first entry names that the second, of the same principal, does not cover. */
export function partiesBeyond(one: BaselineEntry, other: BaselineEntry): ApprovedParties {
  const [mine, theirs] = [partiesOf(one), partiesOf(other)]
  return {
    trusted: mine.trusted.filter((item) => !theirs.trusted.some((each) => coversTrusted(each, item))),
    when: mine.when.filter((item) => !theirs.when.some((each) => coversAlternative(each, item))),
    issuer: mine.issuer === theirs.issuer ? null : mine.issuer,
    keys: mine.keys.filter((key) => !theirs.keys.includes(key)),
  }
}

/** What of an entry was edited where there is anything of that kind. */
export function partyCauses({ trusted, when, issuer, keys }: ApprovedParties): readonly EntryCause[] {
  return [
    ...(trusted.length > 0 ? (['trusted'] as const) : []),
    ...(when.length > 0 ? (['when'] as const) : []),
    ...(issuer !== null || keys.length > 0 ? (['issuer'] as const) : []),
  ]
}
