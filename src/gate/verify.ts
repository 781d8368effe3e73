/** The head of a pull request held against the live account: is what it claims true, and is all well after the merge? */
import type { Exit, Verdict } from '../audit/model.ts'
import type { BaselineFile } from '../baseline/baseline.ts'
import { quoteText } from '../text-quote.ts'
import { keyOf } from './compare-entries.ts'
import { nameOf } from './entry-rules.ts'
import type { GateEntry, GateFailure, GateVerdict, RemainingDrift, Verification } from './model.ts'

export interface VerifyInput {
  /** What `judge` said. */
  readonly gate: GateVerdict
  /** The baseline of the head. */
  readonly head: BaselineFile
  /** The audit of the account with the config and baseline of the head. */
  readonly audit: Verdict
  /** How a job with this verdict would end (`exitOf`). */
  readonly exit: Exit
  /** Every user that was seen. */
  readonly users: readonly { readonly user_id: string; readonly user_name: string }[]
}

/**
 * Fails for what the pull request claims and the account does not bear out: an active entry for somebody who does not
 * hold it, or wider than held, a wrong name, an entry for the root user. Entries that the pull request leaves alone,
 * or only narrows, do not fail it. A gap leaves things open: what is certain in spite of it still fails.
 */
export function verifyAgainstAccount(input: VerifyInput): Verification {
  const { audit, head } = input
  if (audit.account.id !== head.baseline.account) return otherAccount(input)
  const remaining = remainingDrift(input)
  const notices = [
    ...(audit.complete
      ? []
      : [
          `The account could not be read in full (${audit.gaps.length} gap${audit.gaps.length === 1 ? '' : 's'}), so the entries are not verified: ${audit.gaps[0]?.message ?? ''}`,
        ]),
    ...unverifiable(input),
  ]
  return {
    verified: audit.complete,
    failures: input.gate.entries.some((row) => row.after !== null) ? claimFailures(input) : [],
    green_after_merge: audit.complete ? !input.exit.fails : null,
    remaining,
    names_verified: verifiedNames(input),
    notices,
  }
}

function otherAccount({ gate, head, audit }: VerifyInput): Verification {
  return {
    verified: false,
    failures: [
      {
        ...{ code: 'other-account', file: gate.paths.baseline, line: 1, column: null },
        ...{ user_id: null, permission: null },
        message: `the credentials belong to the account ${quoteText(audit.account.id)}; the baseline is for ${quoteText(head.baseline.account)}.`,
        remedy: 'Use credentials of the account that the baseline names.',
      },
    ],
    green_after_merge: null,
    remaining: [],
    names_verified: [],
    notices: [],
  }
}

/** The rows of each entry that the head has, in the order of the file. */
function changedEntries(gate: GateVerdict): readonly (readonly GateEntry[])[] {
  const byEntry = new Map<string, GateEntry[]>()
  for (const row of gate.entries)
    if (row.after !== null) byEntry.set(keyOf(row), [...(byEntry.get(keyOf(row)) ?? []), row])
  return [...byEntry.values()]
}

function claimFailures(input: VerifyInput): GateFailure[] {
  const { gate, head, audit } = input
  const indexes = new Map(head.baseline.approvals.map((entry, at) => [keyOf(entry), at]))
  const names = new Map(input.users.map((user) => [user.user_id, user.user_name]))
  return changedEntries(gate).flatMap((rows): GateFailure[] => {
    const { after, before, line } = rows[0] as GateEntry
    if (after === null || after.user_id === '*') return []
    const failures: GateFailure[] = []
    const fail = (code: GateFailure['code'], message: string, remedy: string): void => {
      const about = { file: gate.paths.baseline, line, column: null }
      const entry = { user_id: after.user_id, permission: after.permission }
      failures.push({ code, ...about, ...entry, message: `${nameOf(after)} ${message}`, remedy })
    }
    if (after.user_id === audit.root_user?.user_id) {
      fail('root-user', 'is for the root user, who holds everything and needs no approval.', 'Remove it.')
      return failures
    }
    const present = names.get(after.user_id)
    const namedHere = before === null || before.user !== after.user || grows(rows)
    if (present !== undefined && present !== after.user && namedHere)
      fail(
        'wrong-name',
        `records a wrong name: the user is called ${quoteText(present)}.`,
        `Write "user": ${JSON.stringify(present)}, or correct user_id.`,
      )
    if (present === undefined && audit.complete && grows(rows))
      fail('not-held', 'is for a user that the account does not have.', 'Remove it, or correct user_id.')
    else if (claimsHolding(rows)) checkHeld(indexes.get(keyOf(after)) as number, audit, fail)
    return failures
  })
}

/** Rows of the audit exist only for users that no gap reaches, so what they say is certain. */
function checkHeld(
  index: number,
  audit: Verdict,
  fail: (code: GateFailure['code'], message: string, remedy: string) => void,
): void {
  if (audit.no_longer_held.some((row) => row.entry_index === index))
    fail(
      'not-held',
      'is for somebody who does not hold it.',
      'Remove it; to approve in advance, write "assignment": "eligible" with an expires.',
    )
  const wider = audit.reduced.find((row) => row.entry_index === index)
  if (wider) {
    const shown = wider.actions.slice(0, 3).join(', ') || (wider.example ?? '')
    fail(
      'wider-than-held',
      `approves more than is held, such as ${shown}.`,
      'Let update-baseline write what is held, or take the rest out of grants.',
    )
  }
}

function grows(rows: readonly GateEntry[]): boolean {
  return rows.some(({ change }) => change === 'added' || change === 'widened' || change === 'prolonged')
}

/** Whether the pull request says of an active entry that it is held: by writing it, or by making it active. */
function claimsHolding(rows: readonly GateEntry[]): boolean {
  const { before, after } = rows[0] as GateEntry
  if (after?.assignment === 'eligible') return false
  return grows(rows) || before?.assignment === 'eligible'
}

function remainingDrift({ gate, audit }: VerifyInput): RemainingDrift[] {
  const touched = new Set(gate.entries.map((row) => keyOf(row)))
  return audit.drift.map(({ kind, user_id, user, permission }) => ({
    ...{ kind, user_id, user, permission },
    touched: touched.has(keyOf({ user_id, permission })),
  }))
}

function verifiedNames({ gate, users }: VerifyInput): string[] {
  const names = new Map(users.map((user) => [user.user_id, user.user_name]))
  const rows = gate.entries.filter((row) => names.get(row.user_id) === row.user)
  return [...new Set(rows.map((row) => row.user_id))]
}

/** Entries that the account cannot bear out or refute, since nothing of theirs is audited. */
function unverifiable({ gate, audit }: VerifyInput): string[] {
  const audited = new Set(audit.permissions.map((one) => one.name))
  return changedEntries(gate).flatMap((rows) => {
    const { permission, after } = rows[0] as GateEntry
    if (after === null || audited.has(permission) || !claimsHolding(rows)) return []
    return [`${nameOf(after)} is not verified: the config does not audit that permission.`]
  })
}
