/**
 * Decides what happens to the issue: a pure comparison of what its body recorded with what the audit found. Nothing
 * here talks to GitHub.
 */
import type { CommentRequest, DesiredIssue, DriftChange, IssueRow, StandingDrift } from './desired-issue.ts'
import {
  fingerprint,
  hasRows,
  type IssueRecord,
  type ReadBody,
  type RecordedRow,
  rowDigest,
} from './issue-record.ts'

/** Our issue as found. */
export interface FoundIssue {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'closed'
  readonly body: string | null
}

export interface IssuePlan {
  /** `settle`: the issue stays closed, and its body says in silence that what stood there is gone. */
  readonly action: 'create' | 'update' | 'leave' | 'close' | 'reopen' | 'settle' | 'none'
  /** The record to write, except for its assigned handles. */
  readonly record: IssueRecord
  /** For `DesiredIssue.render`. */
  readonly standing: StandingDrift | null
  /** Null: nothing is said. */
  readonly comment: Pick<CommentRequest, 'reason' | 'change'> | null
}

const NOTHING: IssueRecord = {
  revision: 0,
  fingerprints: { drift: '', unconfirmed: '', incomplete: '', expiring: '' },
  digests: [],
  rows: [],
  assigned: [],
}

/** Nothing came and nothing went. */
export const NO_CHANGE: DriftChange = {
  ...{ added: [], removed: [], removedUnnamed: 0, remaining: 0, known: true },
}

/** Compares what the audit wants with the issue as it is (null: there is none). */
export function planIssue(desired: DesiredIssue, issue: FoundIssue | null, read: ReadBody): IssuePlan {
  const previous = read.record ?? NOTHING
  const known = issue === null || read.record !== null
  const rows = rowsOf(desired)
  const drift = mergeDrift(desired.complete, rows.drift, previous, read)
  const fingerprints = {
    drift: fingerprint(drift.digests),
    unconfirmed: fingerprint(drift.unconfirmed),
    incomplete: fingerprint(rows.incomplete.map(rowDigest)),
    expiring: fingerprint(rows.expiring.map(rowDigest)),
  }
  const record: IssueRecord = {
    revision: previous.revision + 1,
    fingerprints,
    digests: drift.digests,
    rows: drift.rows,
    assigned: previous.assigned,
  }
  const changed =
    !known || !read.intact || JSON.stringify(fingerprints) !== JSON.stringify(previous.fingerprints)
  // While the body shows what opens an issue, only a person can have closed it; while it shows nothing, opened it.
  const stale = !known || previous.fingerprints.drift !== '' || previous.fingerprints.incomplete !== ''
  const action = actionFor(desired.complete, issue, fingerprints, { changed, stale })
  // Rows that `issue.on` no longer asks for are not gone, so nothing is said of them but that the issue closes.
  const isTold = desired.on.includes('drift') || action === 'close'
  // Where the record is lost, something may have stood there that is gone now.
  const driftChanged =
    (isTold && fingerprints.drift !== previous.fingerprints.drift) || (!known && action === 'close')
  const byHand = action === 'reopen' ? stale : action === 'close' && !hasRows(previous.fingerprints)
  const speaks = ['update', 'close', 'reopen'].includes(action) && (driftChanged || byHand)
  return {
    action,
    record,
    standing: drift.standing,
    comment: speaks
      ? {
          reason: reasonFor(action),
          change: desired.on.includes('drift')
            ? changeOf(rows.drift, drift, previous, known)
            : { ...NO_CHANGE, known },
        }
      : null,
  }
}

/** Sections that `issue.on` does not name have no rows. Two equal keys are one row. */
function rowsOf(desired: DesiredIssue): DesiredIssue['rows'] {
  const section = (name: keyof DesiredIssue['rows']): readonly IssueRow[] => {
    if (!desired.on.includes(name)) return []
    return [...new Map(desired.rows[name].map((row) => [row.key, row])).values()]
  }
  return { drift: section('drift'), incomplete: section('incomplete'), expiring: section('expiring') }
}

function actionFor(
  complete: boolean,
  issue: FoundIssue | null,
  fingerprints: IssueRecord['fingerprints'],
  { changed, stale }: { readonly changed: boolean; readonly stale: boolean },
): IssuePlan['action'] {
  const wanted = hasRows(fingerprints)
  if (issue === null) return wanted ? 'create' : 'none'
  if (issue.state === 'open') {
    if (!wanted) return complete ? 'close' : 'leave'
    return changed ? 'update' : 'leave'
  }
  if (fingerprints.drift !== '' || fingerprints.incomplete !== '') return 'reopen'
  // A person closed it before the audit saw that all is well: else a later, incomplete audit would find there what
  // this one rules out, and open the issue again for it.
  if (complete && stale) return 'settle'
  // What merely expires never reopens an issue.
  return wanted ? 'leave' : 'none'
}

function reasonFor(action: IssuePlan['action']): CommentRequest['reason'] {
  if (action === 'close') return 'closing'
  return action === 'reopen' ? 'reopening' : 'changed'
}

interface MergedDrift {
  readonly digests: readonly string[]
  readonly rows: readonly RecordedRow[]
  /** Digests that stand from before and were not found now. */
  readonly unconfirmed: readonly string[]
  readonly standing: StandingDrift | null
}

/** A complete audit replaces what stood; an incomplete one only adds to it. */
function mergeDrift(
  complete: boolean,
  found: readonly IssueRow[],
  previous: IssueRecord,
  read: ReadBody,
): MergedDrift {
  const recorded = found.map((row) => ({ ...nameOf(row), digest: rowDigest(row) }))
  const digests = recorded.map((row) => row.digest)
  if (complete) return { digests, rows: recorded, unconfirmed: [], standing: null }
  if (previous.digests.length === 0) {
    // The record is lost, not the text: better to leave standing what nobody can check than to drop it.
    const text = read.record === null ? read.drift : null
    const all = { text, rows: [], omitted: 0, added: found.map((_, index) => index) }
    return { digests, rows: recorded, unconfirmed: [], standing: text === null ? null : all }
  }
  const before = new Set(previous.digests)
  const now = new Set(digests)
  const added = recorded.flatMap((row, index) => (before.has(row.digest) ? [] : [index]))
  return {
    digests: [...previous.digests, ...digests.filter((digest) => !before.has(digest))],
    rows: [...previous.rows, ...recorded.filter((row) => !before.has(row.digest))],
    unconfirmed: previous.digests.filter((digest) => !now.has(digest)),
    standing: {
      text: read.intact ? read.drift : null,
      rows: previous.rows.map(nameOf),
      omitted: previous.digests.length - previous.rows.length,
      added,
    },
  }
}

function nameOf({ user, user_id, permission, words }: RecordedRow | IssueRow): Omit<RecordedRow, 'digest'> {
  return { user, user_id, permission, words }
}

function changeOf(
  found: readonly IssueRow[],
  drift: MergedDrift,
  previous: IssueRecord,
  known: boolean,
): DriftChange {
  const before = new Set(previous.digests)
  const after = new Set(drift.digests)
  const gone = previous.digests.filter((digest) => !after.has(digest))
  const removed = previous.rows.filter((row) => !after.has(row.digest)).map(nameOf)
  return {
    added: found.filter((row) => !before.has(rowDigest(row))),
    removed,
    removedUnnamed: gone.length - removed.length,
    remaining: previous.digests.length - gone.length,
    known,
  }
}
