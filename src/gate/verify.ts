/** The head of a pull request held against the live account: is what it claims true, and is all well after the merge? */
import { principalKey } from '../account/principal.ts'
import type { BaselineFile } from '../baseline/baseline.ts'
import { quoteText } from '../text/quote.ts'
import type { AccountAudit } from './account-audit.ts'
import { type GateChange, sameLines } from './change.ts'
import { changeKey, keyOfRow } from './compare-entries.ts'
import { checkClaim } from './entry-claims.ts'
import { claimsHolding, nameOf, rowsByEntry } from './entry-rules.ts'
import type { GateEntry, Verification } from './model.ts'

/**
 * Fails for what the pull request claims and the account does not bear out: an active entry for somebody who does not
 * hold it, or wider than held, or for a party that is not there, a wrong name, an entry for the root user. Entries
 * that the pull request leaves alone, or only narrows, do not fail it. A gap leaves things open: what is certain in
 * spite of it still fails.
 */
export function verifyAgainstAccount(
  change: GateChange,
  head: BaselineFile,
  account: AccountAudit,
): Verification {
  if (account.account !== head.baseline.account) return otherAccount(change, head, account)
  const changed = changedEntries(change)
  const asks = sameAudit(change)
  return {
    verified: account.complete,
    failures: changed
      .filter((rows) => isAskedFor(rows, change, account))
      .flatMap((rows) => checkClaim(rows, account, change.input.paths.baseline)),
    green_after_merge: account.complete && asks ? !account.fails : null,
    remaining: remainingDrift(change, account),
    names_verified: verifiedNames(change, account),
    notices: [
      ...(account.complete
        ? []
        : [
            `The account could not be read in full (${account.gaps.length} gap${account.gaps.length === 1 ? '' : 's'}), so the entries are not verified: ${account.gaps[0] ?? ''}`,
          ]),
      ...(asks
        ? []
        : [
            'The account was asked only what the config audits before this change, so what the changed config would find is not known.',
          ]),
      ...unverifiable(changed, account),
    ],
  }
}

function otherAccount({ input }: GateChange, head: BaselineFile, { account }: AccountAudit): Verification {
  return {
    verified: false,
    failures: [
      {
        ...{ code: 'other-account', file: input.paths.baseline, line: 1, column: null },
        ...{ principal: null, permission: null },
        message: `the credentials belong to the account ${quoteText(account)}; the baseline is for ${quoteText(head.baseline.account)}.`,
        remedy: 'Use credentials of the account that the baseline names.',
      },
    ],
    green_after_merge: null,
    remaining: [],
    names_verified: [],
    notices: [],
  }
}

/** Whether the account was asked what the audit will ask after the merge. */
function sameAudit({ input }: GateChange): boolean {
  return input.event !== 'pull_request_target' || sameLines(input.base.config, input.head.config)
}

/** Of permissions that the base does not audit nothing is answered there, not even what somebody is called. */
function isAskedFor(rows: readonly GateEntry[], { input }: GateChange, { audited }: AccountAudit): boolean {
  return input.event !== 'pull_request_target' || rows.some(({ permission }) => audited.includes(permission))
}

/** The rows of each changed entry that the head has, in the order of the file. */
function changedEntries({ entries }: GateChange): readonly (readonly GateEntry[])[] {
  return [...rowsByEntry(entries.filter((row) => row.after !== null)).values()]
}

function remainingDrift({ entries }: GateChange, { drift }: AccountAudit): Verification['remaining'] {
  const touched = new Set(entries.map(keyOfRow))
  return drift.map(({ kind, principal, permission }) => ({
    ...{ kind, principal, permission },
    touched: touched.has(changeKey(principal, permission)),
  }))
}

function verifiedNames({ entries }: GateChange, { principals }: AccountAudit): readonly string[] {
  const names = new Map(principals.map((one) => [principalKey(one), one.name]))
  const keys = entries
    .map(({ principal }) => ({ key: principalKey(principal), name: principal.name }))
    .filter(({ key, name }) => names.get(key) === name)
  return [...new Set(keys.map(({ key }) => key))]
}

/** Entries that the account cannot bear out or refute, since nothing of theirs is audited. */
function unverifiable(
  changed: readonly (readonly GateEntry[])[],
  { audited, kinds }: AccountAudit,
): readonly string[] {
  return changed.flatMap((rows) => {
    const [row] = rows
    if (row?.after == null || !claimsHolding(rows)) return []
    const name = nameOf(row.after)
    if (!audited.includes(row.permission))
      return [`${name} is not verified: the config does not audit that permission.`]
    return kinds.includes(row.after.kind)
      ? []
      : [`${name} is not verified: principals of that kind were not looked at.`]
  })
}
