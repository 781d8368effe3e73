/** The gate for people: what the pull request changes in the approvals, what fails, whose review is needed. */
import { changeKey, keyOfRow } from '../gate/compare-entries.ts'
import type { GateVerdict } from '../gate/model.ts'
import type { Annotation } from './annotations.ts'
import { entryTable, type LineLink, placeLink } from './entry-table.ts'
import { code, prose, visible } from './escape.ts'
import { fitRows } from './rows.ts'
import { countWords, listWords } from './words.ts'

export type { LineLink } from './entry-table.ts'

/** GitHub shows no more annotations of one level and step. */
const MAXIMUM_ANNOTATIONS = 10

/** The verdict on a pull request in one sentence. */
export function gateSentence(verdict: GateVerdict): string {
  const { entries, scope_changes: scope } = verdict
  if (!verdict.touched)
    return 'This pull request touches neither the audited-permission list nor the baseline.'
  const counted = [
    count(entries.filter((row) => row.change === 'added').length, 'approval added', 'approvals added'),
    count(entries.filter((row) => row.change === 'widened').length, 'widened', 'widened'),
    count(entries.filter((row) => row.change === 'prolonged').length, 'prolonged', 'prolonged'),
    count(entries.filter((row) => row.change === 'narrowed').length, 'narrowed', 'narrowed'),
    count(entries.filter((row) => row.change === 'removed').length, 'removed', 'removed'),
    count(scope.length, 'change of scope', 'changes of scope'),
  ].filter((part) => part !== null)
  const what = counted.length === 0 ? 'no approval changed in meaning' : counted.join(', ')
  return verdict.result === 'passed'
    ? `The gate passes. In this pull request: ${what}.`
    : `The gate fails: ${refusalWords(verdict)}. In this pull request: ${what}.`
}

/** `2 of 3 changed approvals are refused, a change of scope lacks its review`. */
function refusalWords(verdict: GateVerdict): string {
  const { entries, failures, scope_changes, entries_to_review } = verdict
  const changed = new Set(entries.map(keyOfRow))
  const isUnreviewed = failures.some(({ code: why }) => why === 'entry-not-reviewed')
  const refused = new Set(isUnreviewed ? entries_to_review.map(keyOfRow) : [])
  let others = 0
  for (const { code: why, principal, permission } of failures) {
    if (why === 'entry-not-reviewed' || why === 'scope-not-reviewed') continue
    const key = principal === null || permission === null ? null : changeKey(principal, permission)
    if (key !== null && changed.has(key)) refused.add(key)
    else others++
  }
  const scope = failures.some(({ code: why }) => why === 'scope-not-reviewed') ? scope_changes.length : 0
  const parts = [
    refused.size === 0 ? null : refusedOf(refused.size, changed.size),
    scope === 0
      ? null
      : `${countWords(scope, 'change', 'changes')} of scope ${scope === 1 ? 'lacks its' : 'lack their'} review`,
    count(others, 'thing is wrong', 'things are wrong'),
  ].filter((part) => part !== null)
  return listWords(parts, parts.length)
}

function refusedOf(refused: number, changed: number): string {
  if (changed === 1) return 'the changed approval is refused'
  if (refused === changed) return `all ${changed} changed approvals are refused`
  return `${refused} of ${changed} changed approvals ${refused === 1 ? 'is' : 'are'} refused`
}

function count(number: number, one: string, many: string): string | null {
  return number === 0 ? null : `${number} ${number === 1 ? one : many}`
}

export interface GateContext {
  /** What happened on the way, said at the end. */
  readonly remarks: readonly string[]
  /** Address of a line of a file as it was judged. */
  readonly link: LineLink
}

/** Markdown for the sticky comment, and for the summary; `budget` in bytes. */
export function renderGate(verdict: GateVerdict, { remarks, link }: GateContext, budget: number): string {
  const mark = verdict.result === 'passed' ? '✅' : '❌'
  const failures = verdict.failures.map(
    (failure) =>
      `- ${prose(failure.message)} ${prose(failure.remedy)} (${place(failure.file, failure.line, link)})`,
  )
  const table = {
    ...{ rows: verdict.entries, paths: verdict.paths, link },
    verified: verdict.verification?.names_verified ?? [],
  }
  const parts = [
    '# IAM permission audit: gate',
    `${mark} **${gateSentence(verdict)}**`,
    ...(failures.length === 0 ? [] : ['## Why it fails', fitRows(failures, budget * 0.3, 'reasons')]),
    ...scopeSection(verdict, link, budget * 0.15),
    ...(verdict.entries.length === 0 ? [] : ['## Approvals', entryTable(table, budget * 0.4)]),
    ...reviewSection(verdict),
    ...verificationSection(verdict),
    ...[...verdict.notices, ...remarks].slice(0, 20).map((notice) => `- ${prose(notice)}`),
  ]
  return `${parts.join('\n\n')}\n`
}

function place(file: string, line: number | null, link: LineLink): string {
  return line === null ? code(file) : placeLink(file, line, `${code(file)} line ${line}`, link)
}

function scopeSection({ scope_changes }: GateVerdict, link: LineLink, budget: number): string[] {
  if (scope_changes.length === 0) return []
  const rows = scope_changes.map(
    (change) => `- ${prose(change.message)} (${place(change.file, change.line, link)})`,
  )
  return ['## Changes of scope', fitRows(rows, budget, 'changes')]
}

/** Whose review there is for what needs one, or why there is none. */
function reviewSection({ review_needed, review, scope_changes, entries_to_review }: GateVerdict): string[] {
  if (!review_needed) return []
  const what = [
    ...(scope_changes.length > 0 ? ['scope'] : []),
    ...(entries_to_review.length > 0 ? ['approvals that grow'] : []),
  ].join(' and ')
  if (review?.approved) return [`Reviewed and approved by ${review.by.map(code).join(' and ')}: ${what}.`]
  const reasons = review?.reasons.map(prose).join(' ') ?? ''
  return [
    `Needs a review (${what}): an approving one of the head commit, by somebody with write access who neither opened the pull request nor made any of its commits.${reasons === '' ? '' : ` ${reasons}`}`,
  ]
}

function verificationSection({ verification, touched }: GateVerdict): string[] {
  if (!touched) return []
  if (verification === null) return ['Not compared with the account: this run has no credentials for it.']
  const { green_after_merge: green, remaining } = verification
  const words =
    green === null
      ? 'Whether the audit will be green after the merge cannot be said: the account could not be read in full.'
      : green
        ? 'After the merge the audit will be green.'
        : 'After the merge the audit will still be red.'
  const untouched = remaining.filter((row) => !row.touched)
  return [
    `Compared with the account${verification.verified ? '' : ', not in full'}. ${words}`,
    ...(untouched.length === 0
      ? []
      : [
          `Not of this pull request: ${fitRows(
            untouched.map((row) => `${code(row.principal.name)} ${code(row.permission)} (${row.kind})`),
            4_000,
            'findings',
          ).replaceAll('\n', '; ')}`,
        ]),
  ]
}

/** Annotations on the lines concerned. */
export function gateAnnotations(verdict: GateVerdict): readonly Annotation[] {
  const failures = verdict.failures.map((failure): Annotation => {
    const message = visible(`${failure.message} ${failure.remedy}`)
    return {
      level: 'error',
      file: failure.file,
      line: failure.line ?? 1,
      title: 'IAM permission audit',
      message,
    }
  })
  const scope = verdict.scope_changes.map((change): Annotation => {
    const message = visible(change.message)
    return {
      level: 'warning',
      file: change.file,
      line: change.line,
      title: 'Changes what is audited',
      message,
    }
  })
  return [...failures, ...scope].slice(0, MAXIMUM_ANNOTATIONS)
}
