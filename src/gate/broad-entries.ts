/** Entries that approve whoever comes: for every user, for everybody who asks, for whoever a provider vouches for. */

import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { ANY, isForEveryUser } from '../baseline/entry.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'
import { hasWildcard } from '../policy/sets/glob.ts'
import { quoteText } from '../text/quote.ts'
import { nameOf } from './entry-rules.ts'
import type { GateEntry, ScopeChange } from './model.ts'

/** Those that the pull request adds or widens: how many people they approve nobody can count. */
export function broadEntries(rows: readonly GateEntry[], file: string): readonly ScopeChange[] {
  return rows.flatMap(({ after, change, line }): ScopeChange[] => {
    if (after === null || (change !== 'added' && change !== 'widened')) return []
    const reasons = broadness(after)
    if (reasons.length === 0) return []
    const message = `${nameOf(after)} is ${change}, and approves ${reasons.join(' and ')}.`
    return [{ kind: 'broad-entry', file, line: line ?? 1, message, actions: [], example: null }]
  })
}

/** Whom the entry approves beyond anybody it names; empty: nobody. */
function broadness(entry: BaselineEntry): readonly string[] {
  switch (entry.kind) {
    case 'user':
      return isForEveryUser(entry) ? ['every user'] : []
    case 'agency':
      return [...new Set(entry.trusted.flatMap(broadParty))]
    case 'federated':
      return [
        ...(entry.group_id === ANY ? ['whatever group the provider names'] : []),
        ...(entry.when.some(asksNothing) ? ['whoever the provider vouches for'] : []),
      ]
  }
}

function broadParty(item: TrustedItem): string[] {
  if ('everybody' in item) return ['everybody who asks to assume it']
  if (!('service' in item) && isOfManyAccounts(item))
    return [`${'account' in item ? 'every account' : 'whoever is named'} like ${quoteText(nameIn(item))}`]
  return 'provider' in item && isFree(item)
    ? [`whoever the provider ${quoteText(item.provider)} vouches for`]
    : []
}

/** Whether a wildcard of the party may stand for its account, or for a part of that. */
function isOfManyAccounts(item: TrustedItem): boolean {
  const name = nameIn(item)
  return hasWildcard(name) && ('account' in item || !/^(?:iam|sts)::[^:*?]+:/i.test(name))
}

/** How an account, a user or an agency is named; empty for other parties. */
function nameIn(item: TrustedItem): string {
  if ('account' in item && item.account !== undefined) return item.account
  return 'user' in item ? item.user : 'agency' in item ? item.agency : ''
}

/** Whether no condition asks anything: an operator without keys is always true. */
function isFree({ condition }: TrustedItem): boolean {
  return Object.values(condition ?? {}).every((keys) => Object.keys(keys).length === 0)
}

function asksNothing(alternative: Alternative | NamedAlternative): boolean {
  return 'names' in alternative ? alternative.tests.length === 0 : alternative.length === 0
}
