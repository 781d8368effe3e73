/** The gate for people: what the pull request changes in the approvals, what fails, whose review is needed. */
import type { GateEntry, GateVerdict } from '../gate/model.ts'
import type { Annotation } from './annotations.ts'
import { code, prose, reason, visible } from './escape.ts'
import { fitRows } from './rows.ts'
import { actionsWords, restrictionWords } from './words.ts'

/** GitHub shows no more annotations of one level and step. */
const MAXIMUM_ANNOTATIONS = 10

/** The verdict on a pull request in one sentence. */
export function gateSentence(verdict: GateVerdict): string {
  const { entries, failures, scope_changes: scope } = verdict
  if (!verdict.touched)
    return 'This pull request touches neither the audited-permission list nor the baseline.'
  const counted = [
    count(entries.filter((row) => row.change === 'added').length, 'approval added', 'approvals added'),
    count(entries.filter((row) => row.change === 'widened').length, 'widened', 'widened'),
    count(entries.filter((row) => row.change === 'prolonged').length, 'prolonged', 'prolonged'),
    count(entries.filter((row) => row.change === 'narrowed').length, 'narrowed', 'narrowed'),
    count(entries.filter((row) => row.change === 'removed').length, 'removed', 'removed'),
    count(scope.length, 'change to what is audited', 'changes to what is audited'),
  ].filter((part) => part !== null)
  const what = counted.length === 0 ? 'no approval changed in meaning' : counted.join(', ')
  return verdict.result === 'passed'
    ? `The gate passes. In this pull request: ${what}.`
    : `The gate fails, for ${failures.length} ${failures.length === 1 ? 'reason' : 'reasons'}. In this pull request: ${what}.`
}

function count(number: number, one: string, many: string): string | null {
  return number === 0 ? null : `${number} ${number === 1 ? one : many}`
}

/** Markdown for the sticky comment, and for the summary; `budget` in bytes. */
export function renderGate(verdict: GateVerdict, remarks: readonly string[], budget: number): string {
  const mark = verdict.result === 'passed' ? '✅' : '❌'
  const failures = verdict.failures.map((failure) => {
    const place = failure.line === null ? code(failure.file) : `${code(failure.file)} line ${failure.line}`
    return `- ${prose(failure.message)} ${prose(failure.remedy)} (${place})`
  })
  const parts = [
    '# IAM permission audit: gate',
    `${mark} **${gateSentence(verdict)}**`,
    ...(failures.length === 0 ? [] : ['## Why it fails', fitRows(failures, budget * 0.3, 'reasons')]),
    ...scopeSection(verdict, budget * 0.15),
    ...(verdict.entries.length === 0
      ? []
      : [
          '## Approvals',
          fitRows(
            verdict.entries.map((row) =>
              entryRow(row, verdict.verification?.names_verified.includes(row.user_id) === true),
            ),
            budget * 0.4,
            'changes',
          ),
        ]),
    ...verificationSection(verdict),
    ...[...verdict.notices, ...remarks].slice(0, 20).map((notice) => `- ${prose(notice)}`),
  ]
  return `${parts.join('\n\n')}\n`
}

function scopeSection(verdict: GateVerdict, budget: number): string[] {
  if (verdict.scope_changes.length === 0) return []
  const rows = verdict.scope_changes.map(
    (change) => `- ${prose(change.message)} (${code(change.file)} line ${change.line})`,
  )
  const { review } = verdict
  const by = review?.by.map(code).join(', ')
  const words = !verdict.review_needed
    ? 'They were judged on the pull request.'
    : review?.approved
      ? `Approved by ${by}.`
      : `They need an approving review of the head commit by somebody else with write access than the author of the pull request or of that commit.${review === null || review.reasons.length === 0 ? '' : ` ${review.reasons.map(prose).join(' ')}`}`
  return ['## Changes to what is audited', fitRows(rows, budget, 'changes'), words]
}

const changeWords: Readonly<Record<GateEntry['change'], string>> = {
  added: 'is approved for',
  removed: 'is no longer approved for',
  widened: 'is approved for more of',
  narrowed: 'is approved for less of',
  prolonged: 'is approved for longer for',
  shortened: 'is approved for a shorter time for',
  reworded: 'keeps the approval, reworded, for',
}

const causeWords: Readonly<Record<NonNullable<GateEntry['cause']>, string>> = {
  grants: '',
  definition: ' (by a change of audited_permissions)',
  within: ' (by a change of within)',
  enabled: ' (by a change of disabled)',
}

/** One change to one entry in words; `verified`: the account confirmed the user's name. */
export function entryRow(row: GateEntry, verified: boolean): string {
  const name =
    row.user_id === '*'
      ? '**everybody**'
      : `${code(row.user)} (${code(row.user_id)}${verified ? '' : ', name not verified'})`
  const difference = row.gained ?? row.lost
  const limits = difference === null ? null : restrictionWords(difference.grants, code)
  const actions =
    difference === null ? '' : `: ${actionsWords(difference, code)}${limits === null ? '' : `, ${limits}`}`
  const until =
    row.change === 'prolonged' || row.change === 'shortened'
      ? `: ${row.before?.expires ?? 'no end'} → ${row.after?.expires ?? 'no end'}`
      : ''
  const human = row.after === null ? '' : humanWords(row.after)
  return `- ${name} ${changeWords[row.change]} ${code(row.permission)}${row.cause === null ? '' : causeWords[row.cause]}${actions}${until}${human}`
}

function humanWords({ justification, owner, expires, assignment }: NonNullable<GateEntry['after']>): string {
  const parts = [
    assignment === 'eligible' ? 'eligible' : null,
    justification ? `“${reason(justification)}”` : 'no justification',
    owner ? `owner ${code(owner)}` : null,
    expires ? `until ${expires}` : null,
  ].filter((part) => part !== null)
  return ` — ${parts.join(', ')}`
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
            untouched.map((row) => `${code(row.user)} ${code(row.permission)} (${row.kind})`),
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
