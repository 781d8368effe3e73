/**
 * Decides what happens to the issue: a pure comparison of what its body recorded with what the audit found. Nothing
 * here talks to GitHub.
 */
import type {
  CommentReason,
  DesiredIssue,
  DriftChange,
  IssueRow,
  NamedRow,
  StandingDrift,
} from './desired-issue.ts'
import {
  fingerprint,
  hasRows,
  type IssueRecord,
  normalizedText,
  type ReadBody,
  type RecordedRow,
  rowDigest,
  visibleBudget,
  writeBody,
} from './issue-record.ts'

/** GitHub's limit for a title. */
const TITLE_LIMIT = 256

/** Our issue as found. */
export interface FoundIssue {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'closed'
  readonly title: string
  readonly body: string | null
}

export interface IssuePlan {
  /** `settle`: the issue stays closed, and its body says in silence that what stood there is gone. */
  readonly action: 'create' | 'update' | 'leave' | 'close' | 'reopen' | 'settle' | 'none'
  readonly title: string
  /** The record to write, except for its assigned handles. */
  readonly record: IssueRecord
  /** For `DesiredIssue.render`. */
  readonly standing: StandingDrift | null
  /** Null: nothing is said. */
  readonly comment: { readonly reason: CommentReason; readonly change: DriftChange } | null
}

const NOTHING: IssueRecord = {
  revision: 0,
  fingerprints: { drift: '', unconfirmed: '', incomplete: '', expiring: '' },
  digests: [],
  rows: [],
  assigned: [],
  stamp: null,
}

/** Nothing came and nothing went. */
export const NO_CHANGE: DriftChange = {
  ...{ left: [], leftUnnamed: 0, added: [], removed: [], removedUnnamed: 0, known: true },
}

/** Compares what the audit wants with the issue as it is (null: there is none). */
export function planIssue(desired: DesiredIssue, issue: FoundIssue | null, read: ReadBody): IssuePlan {
  const previous = read.record ?? NOTHING
  const known = issue === null || read.record !== null
  const rows = rowsOf(desired)
  const drift = mergeDrift(desired.complete, rows.drift, previous, read)
  const record: IssueRecord = {
    revision: previous.revision + 1,
    fingerprints: {
      drift: fingerprint(drift.digests),
      unconfirmed: fingerprint(drift.unconfirmed),
      incomplete: fingerprint(rows.incomplete.map(rowDigest)),
      expiring: fingerprint(rows.expiring.map(rowDigest)),
    },
    ...{ digests: drift.digests, rows: drift.rows },
    ...{ assigned: previous.assigned, stamp: desired.stamp },
  }
  const { fingerprints } = record
  const title = titleOf(desired, record, isOpenAfter(desired.complete, issue, fingerprints))
  const changed = !known || JSON.stringify(fingerprints) !== JSON.stringify(previous.fingerprints)
  const edited =
    issue !== null && !changed && isEdited(desired, issue, read, { ...record, title }, drift.standing)
  // While the body shows what opens an issue, only a person can have closed it; while it shows nothing, opened it.
  const stale = !known || previous.fingerprints.drift !== '' || previous.fingerprints.incomplete !== ''
  const action = actionFor(desired.complete, issue, fingerprints, {
    changed: changed || edited,
    edited,
    stale,
  })
  // Rows that `issue.on` no longer asks for are not gone, so nothing is said of them but that the issue closes.
  const isTold = desired.on.includes('drift') || action === 'close'
  // Where the record is lost, something may have stood there that is gone now.
  const driftChanged =
    (isTold && fingerprints.drift !== previous.fingerprints.drift) || (!known && action === 'close')
  const byHand = action === 'reopen' ? stale : action === 'close' && !hasRows(previous.fingerprints)
  const speaks = ['update', 'close', 'reopen'].includes(action) && (driftChanged || byHand)
  const change = desired.on.includes('drift')
    ? changeOf(rows.drift, drift, previous, known)
    : { ...NO_CHANGE, known }
  return {
    ...{ action, title, record, standing: drift.standing },
    comment: speaks ? { reason: reasonFor(action), change } : null,
  }
}

/** The body that a record renders to. */
export function bodyOf(desired: DesiredIssue, record: IssueRecord, standing: StandingDrift | null): string {
  const { key, render, stamp } = desired
  const budget = visibleBudget(key, record)
  return writeBody(key, render({ standing, budget, stamp: record.stamp ?? stamp }), record)
}

/** The state, and how many principals are concerned; rows without names count as one principal each. */
function titleOf(desired: DesiredIssue, { rows, digests, fingerprints }: IssueRecord, open: boolean): string {
  const named = new Set(rows.map((row) => row.principal)).size
  const state = {
    open,
    principals: named + digests.length - rows.length,
    incomplete: !desired.complete || fingerprints.incomplete !== '',
  }
  return desired.title(state).slice(0, TITLE_LIMIT).toWellFormed().trim()
}

/**
 * Whether title or text are not what the findings render to, made with the stamp of the day they were written. A digest
 * in the body tells nothing: whoever edits the text can edit it too. Of a closed issue only the title and the digest
 * are looked at: it shows no findings, and what it counted was true that day.
 */
function isEdited(
  desired: DesiredIssue,
  issue: FoundIssue,
  read: ReadBody,
  now: IssueRecord & { readonly title: string },
  standing: StandingDrift | null,
): boolean {
  const { record } = read
  if (record === null || !read.intact || record.stamp === null || issue.title.trim() !== now.title)
    return true
  if (issue.state === 'closed') return false
  const { title: _, ...same } = now
  const expected = bodyOf(desired, { ...same, revision: record.revision, stamp: record.stamp }, standing)
  return normalizedText(expected) !== normalizedText(issue.body ?? '')
}

/** Sections that `issue.on` does not name have no rows. Two equal keys are one row. */
function rowsOf(desired: DesiredIssue): DesiredIssue['rows'] {
  const section = (name: keyof DesiredIssue['rows']): readonly IssueRow[] => {
    if (!desired.on.includes(name)) return []
    return [...new Map(desired.rows[name].map((row) => [row.key, row])).values()]
  }
  return { drift: section('drift'), incomplete: section('incomplete'), expiring: section('expiring') }
}

/** Whether the issue is open once the plan is carried out. */
function isOpenAfter(
  complete: boolean,
  issue: FoundIssue | null,
  fingerprints: IssueRecord['fingerprints'],
): boolean {
  if (issue?.state !== 'closed') return hasRows(fingerprints) || !complete
  return fingerprints.drift !== '' || fingerprints.incomplete !== ''
}

function actionFor(
  complete: boolean,
  issue: FoundIssue | null,
  fingerprints: IssueRecord['fingerprints'],
  is: { readonly changed: boolean; readonly edited: boolean; readonly stale: boolean },
): IssuePlan['action'] {
  const wanted = hasRows(fingerprints)
  if (issue === null) return wanted ? 'create' : 'none'
  if (issue.state === 'open') {
    if (!wanted) return complete ? 'close' : 'leave'
    return is.changed ? 'update' : 'leave'
  }
  if (fingerprints.drift !== '' || fingerprints.incomplete !== '') return 'reopen'
  // A person closed it before the audit saw that all is well: else a later, incomplete audit would find there what
  // this one rules out, and open the issue again for it.
  if (complete && (is.stale || (is.edited && !wanted))) return 'settle'
  // What merely expires never reopens an issue.
  return wanted ? 'leave' : 'none'
}

function reasonFor(action: IssuePlan['action']): CommentReason {
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
  const unconfirmed = previous.digests.filter((digest) => !now.has(digest))
  // All that stood was found again: it is confirmed, and told anew.
  if (unconfirmed.length === 0) return { digests, rows: recorded, unconfirmed, standing: null }
  const added = recorded.flatMap((row, index) => (before.has(row.digest) ? [] : [index]))
  return {
    digests: [...previous.digests, ...digests.filter((digest) => !before.has(digest))],
    rows: [...previous.rows, ...recorded.filter((row) => !before.has(row.digest))],
    unconfirmed,
    standing: {
      text: read.intact ? read.drift : null,
      rows: previous.rows.map(nameOf),
      omitted: previous.digests.length - previous.rows.length,
      added,
    },
  }
}

function nameOf({ name, principal, permission, words }: NamedRow): NamedRow {
  return { name, principal, permission, words }
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
  const left = drift.rows.filter((row) => before.has(row.digest)).map(nameOf)
  return {
    left,
    leftUnnamed: previous.digests.length - gone.length - left.length,
    added: found.filter((row) => !before.has(rowDigest(row))),
    removed,
    removedUnnamed: gone.length - removed.length,
    known,
  }
}
