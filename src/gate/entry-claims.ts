/** What one changed entry claims, held against the account: that somebody is called so, holds it, and trusts them. */

import { coversAlternative } from '../account/alternatives.ts'
import type { NamedPrincipal, PrincipalRef } from '../account/principal.ts'
import type { BaselineEntry } from '../baseline/baseline.ts'
import { entryPrincipal, isForEveryUser } from '../baseline/entry.ts'
import { coversTrusted } from '../policy/language/trusted.ts'
import { quoteText } from '../text/quote.ts'
import type { AccountAudit, KnownPrincipal } from './account-audit.ts'
import { approvesMore, claimsHolding, nameOf } from './entry-rules.ts'
import type { GateEntry, GateFailure } from './model.ts'

type Fail = (code: GateFailure['code'], message: string, remedy: string) => void

/** Every claim of the entry that is certainly wrong. @param rows of one entry that the head has */
export function checkClaim(
  rows: readonly GateEntry[],
  account: AccountAudit,
  file: string,
): readonly GateFailure[] {
  const [row] = rows
  if (row?.after == null || isForEveryUser(row.after)) return []
  const { after, line } = row
  const principal = entryPrincipal(after)
  const failures: GateFailure[] = []
  const fail: Fail = (code, message, remedy) => {
    const about = { file, line, column: null, permission: after.permission }
    const { kind, id } = principal
    failures.push({ code, ...about, principal: { kind, id }, message: `${nameOf(after)} ${message}`, remedy })
  }
  const present = account.principals.find((one) => isSame(one, principal)) ?? null
  if (present?.isRoot) {
    fail('root-user', 'is for the root user, who holds everything and needs no approval.', 'Remove it.')
    return failures
  }
  if (present !== null) checkName(rows, after, present, fail)
  if (present !== null) checkEnabled(rows, after, present, fail)
  if (present === null && isLookedFor(principal, account) && rows.some(approvesMore))
    fail(
      'not-held',
      `is for ${kindWords[principal.kind]} that the account does not have.`,
      'Remove it, or correct its id.',
    )
  else if (claimsHolding(rows)) checkHeld(after, account, fail)
  return failures
}

/** Whether somebody who was not found is not there. */
function isLookedFor({ kind }: PrincipalRef, { complete, kinds }: AccountAudit): boolean {
  return complete && kinds.includes(kind)
}

const kindWords: Readonly<Record<PrincipalRef['kind'], string>> = {
  user: 'a user',
  agency: 'an agency',
  federated: 'a provider and a group',
}

function isSame(one: PrincipalRef, other: PrincipalRef): boolean {
  return one.kind === other.kind && one.id === other.id
}

function checkName(
  rows: readonly GateEntry[],
  after: BaselineEntry,
  present: NamedPrincipal,
  fail: Fail,
): void {
  const before = rows[0]?.before ?? null
  const recorded = entryPrincipal(after).name
  const isNamedHere = before === null || entryPrincipal(before).name !== recorded || rows.some(approvesMore)
  if (present.name === recorded || !isNamedHere) return
  const found = `records a wrong name: the ${after.kind === 'user' ? 'user' : 'principal'} is called ${quoteText(present.name)}.`
  switch (after.kind) {
    case 'user':
      fail('wrong-name', found, `Write "user": ${JSON.stringify(present.name)}, or correct user_id.`)
      break
    case 'agency':
      fail('wrong-name', found, `Write "agency": ${JSON.stringify(present.name)}, or correct agency_id.`)
      break
    case 'federated':
      fail('wrong-name', found, 'Write the name of the group as it is, or correct group_id.')
  }
}

/** Approved by hand while somebody is disabled, the entry would cover them the day they are enabled again. */
function checkEnabled(
  rows: readonly GateEntry[],
  after: BaselineEntry,
  present: KnownPrincipal,
  fail: Fail,
): void {
  const isMade = rows.some(({ change }) => change === 'added' || change === 'widened')
  if (present.enabled || after.disabled === true || !isMade) return
  fail(
    'disabled',
    'is for somebody who is disabled, and would cover them when they are enabled again.',
    'Add "disabled": true to the entry, or approve them once they are enabled.',
  )
}

function checkHeld(after: BaselineEntry, account: AccountAudit, fail: Fail): void {
  const principal = entryPrincipal(after)
  const isOfEntry = (row: { readonly principal: PrincipalRef; readonly permission: string }): boolean =>
    row.permission === after.permission && isSame(row.principal, principal)
  const unheld = account.unheld.filter(isOfEntry)
  if (unheld.some((row) => row.entirely))
    fail(
      'not-held',
      'is for somebody who does not hold it.',
      'Remove it; to approve in advance, write "assignment": "eligible" with an expires.',
    )
  const wider = unheld.find((row) => !row.entirely)
  const shown = wider && (wider.actions.slice(0, 3).join(', ') || wider.example)
  if (shown)
    fail(
      'wider-than-held',
      `approves more than is held, such as ${shown}.`,
      'Let update-baseline write what is held, or take the rest out of grants.',
    )
  const holding = account.holdings.find(isOfEntry)
  const absent = holding === undefined ? [] : absentParties(after, holding)
  if (absent.length > 0)
    fail(
      'not-there',
      `names ${absent.length === 1 ? 'a party or alternative' : `${absent.length} parties or alternatives`} that the account does not have: ${absent.slice(0, 3).join(', ')}.`,
      'Let update-baseline write who is there, or take the rest out of the entry.',
    )
}

/** What the entry names that nothing present covers, each as text. */
function absentParties(
  entry: BaselineEntry,
  { trusted, when }: Pick<AccountAudit['holdings'][number], 'trusted' | 'when'>,
): readonly string[] {
  switch (entry.kind) {
    case 'user':
      return []
    case 'agency':
      return trusted === null
        ? []
        : entry.trusted
            .filter((item) => !trusted.some((each) => coversTrusted(each, item)))
            .map((item) => quoteText(item, 200))
    case 'federated':
      return when === null
        ? []
        : entry.when
            .filter((one) => !when.some((each) => coversAlternative(each, one)))
            .map((one) => quoteText(one, 200))
  }
}
