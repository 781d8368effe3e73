/** One holder as the evidence has it, in page and CSV alike: words alone, nothing escaped. */

import type { Asked, UserActivity } from '../../account/activity.ts'
import { principalKey } from '../../account/principal.ts'
import type { ApprovedHolding, Verdict } from '../../audit/model.ts'
import { entryKey, isForEveryUser } from '../../baseline/entry.ts'
import { countingHoldings } from '../holders-section.ts'
import { pathWords } from '../path-words.ts'
import { actionsWords, dayOf, extentWords, restrictionWords } from '../words.ts'
import type { ApprovalOrigin, EvidenceContext } from './context.ts'

export type ApprovalStatus =
  | 'approved'
  | 'not approved'
  | 'exceeds its approval'
  | 'approval expired'
  | 'no baseline'

export interface HolderRow {
  readonly holding: ApprovedHolding
  /** `everything in iam, in project p`. */
  readonly holds: string
  readonly actions: string
  readonly paths: readonly string[]
  readonly status: ApprovalStatus
  readonly origin: ApprovalOrigin | null
  readonly activity: UserActivity | null
}

const same = (text: string): string => text

/** Holders that count, in the order of the verdict. */
export function holderRows(verdict: Verdict, context: EvidenceContext): readonly HolderRow[] {
  const drift = new Map<string, ApprovalStatus>()
  const words = {
    'unapproved-holder': 'not approved',
    'exceeds-approval': 'exceeds its approval',
    'approval-expired': 'approval expired',
  } as const
  const keyOf = (row: Pick<ApprovedHolding, 'principal' | 'permission'>): string =>
    JSON.stringify([principalKey(row.principal), row.permission])
  for (const row of verdict.drift) if (!drift.has(keyOf(row))) drift.set(keyOf(row), words[row.kind])
  return countingHoldings(verdict).map((holding) => {
    const { approval, principal } = holding
    const restriction = restrictionWords(holding.grants, same)
    return {
      holding,
      holds: `${extentWords(holding)} ${holding.permission}${restriction === null ? '' : `, ${restriction}`}`,
      actions: actionsWords(holding, same, 5),
      paths: holding.paths.map((path) => pathWords(holding, path, same)),
      status: verdict.has_baseline ? (drift.get(keyOf(holding)) ?? 'approved') : 'no baseline',
      origin: approval === null ? null : (context.origins.get(entryKey(approval)) ?? null),
      activity: principal.kind === 'user' ? (context.activity.get(principal.id) ?? null) : null,
    }
  })
}

/** The justification with what makes the approval a special one. */
export function justificationWords({ approval }: ApprovedHolding): string {
  if (approval === null) return ''
  return [
    isForEveryUser(approval) ? 'for every user' : '',
    approval.assignment === 'eligible' ? 'eligible' : '',
    approval.justification || 'no justification',
  ]
    .filter((part) => part !== '')
    .join(', ')
}

/** Login, keys and MFA of a user in words; `null` where it was not asked for. */
export function activityWords(activity: UserActivity | null): {
  readonly last_login: string | null
  readonly access_keys: string | null
  readonly mfa: string | null
} {
  const { last_login, access_keys, mfa } = activity ?? {}
  return {
    last_login: told(last_login, (time) => (time === null ? 'never' : dayOf(time))),
    access_keys: told(access_keys, (keys) =>
      keys.length === 0
        ? 'none'
        : keys
            .map(({ created_at, last_used_at, active }) => {
              const used = last_used_at === null ? 'never used' : `used ${dayOf(last_used_at)}`
              return `made ${dayOf(created_at)}, ${used}${active ? '' : ', inactive'}`
            })
            .join('; '),
    ),
    mfa: told(mfa, (has) => (has ? 'yes' : 'no')),
  }
}

/** What was refused is said with the missing action, and never reads as "never". */
function told<T>(asked: Asked<T> | undefined, words: (value: T) => string): string | null {
  if (asked === undefined) return null
  if ('known' in asked) return words(asked.known)
  return 'refused' in asked
    ? `not readable, ${asked.refused} is missing`
    : `not readable: ${asked.failed.replace(/\.$/, '')}`
}
