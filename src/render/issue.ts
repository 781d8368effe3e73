/** The issue as people read it: the verdict, drift by cause with what to do, and sections for gaps and expiries. */
import type { Drift, Gap, Verdict } from '../audit/model.ts'
import type { Config } from '../config/config.ts'
import type {
  CommentRequest,
  DesiredIssue,
  IssueKey,
  IssueRow,
  NamedRow,
  StandingDrift,
} from '../github/desired-issue.ts'
import { driftRows } from './drift-section.ts'
import { code, prose, visible } from './escape.ts'
import { gapSection } from './gap-section.ts'
import { bytes, fitRows } from './rows.ts'
import { APPROVE_MANY, driftWords, verdictSentence, whoDidIt } from './words.ts'

/** Entries to paste are shown up to so many drifts; beyond it, the proposed baseline serves better. */
const ENTRIES_UP_TO = 20

/** Bytes of a list in a comment, which everybody who watches gets by mail: some hundred names at most. */
const LONGEST_LIST = 10_000

export interface IssueContext {
  readonly key: IssueKey
  readonly config: Config
  /** Address of the run; empty when unknown. */
  readonly runUrl: string
}

/** GitHub takes 256 characters of a title, and the account's id must be among them. */
const LONGEST_NAME = 150

/** `IAM permission audit: production (d78c…)`. */
export function issueTitle(verdict: Verdict): string {
  const { id, name } = verdict.account
  const shown = visible(name)
  const cut = shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME)}…` : shown
  return `IAM permission audit: ${cut === '' ? visible(id) : `${cut} (${visible(id)})`}`
}

/** What the audit wants of its issue. */
export function desiredIssue(verdict: Verdict, context: IssueContext): DesiredIssue {
  const { config, key } = context
  // Only those are called whose finding the issue shows.
  const owners = [
    ...(config.issue.on.includes('drift') ? verdict.drift.map((row) => row.approval?.owner) : []),
    ...(config.issue.on.includes('expiring') ? verdict.expiring.map((row) => row.owner) : []),
  ].filter((owner) => typeof owner === 'string')
  const handles = owners.flatMap((owner) =>
    Object.hasOwn(config.owners, owner) ? [config.owners[owner] as string] : [],
  )
  return {
    key,
    title: issueTitle(verdict),
    labels: config.issue.labels,
    assignees: [...new Set([...config.issue.assignees, ...handles])],
    on: config.issue.on,
    complete: verdict.complete,
    rows: {
      drift: verdict.drift.map(driftRow),
      incomplete: verdict.gaps.map(gapRow),
      expiring: verdict.expiring.map(({ user, user_id, permission, expires }) => ({
        ...{ user, user_id, permission, words: `approval ends on ${expires}` },
        key: JSON.stringify([user_id, permission, expires]),
      })),
    },
    render: ({ standing, budget }) => renderParts(verdict, context, standing, budget),
    comment: (request) => renderComment(verdict, request),
  }
}

function driftRow(row: Drift): IssueRow {
  const { kind, user, user_id, permission, grants } = row
  const words = `${driftWords(row, (text) => text)}${row.enabled ? '' : ' (user is disabled)'}`
  return { user, user_id, permission, words, key: JSON.stringify([kind, user_id, permission, grants]) }
}

function gapRow(gap: Gap): IssueRow {
  const { code: kind, call, policy_id, version_id, user_ids } = gap
  const nobody = { user: '', user_id: '', permission: '' }
  return { ...nobody, words: gap.message, key: JSON.stringify([kind, call, policy_id, version_id, user_ids]) }
}

function renderParts(
  verdict: Verdict,
  { runUrl, config, key }: IssueContext,
  standing: StandingDrift | null,
  budget: number,
): { head: string; drift: string; rest: string } {
  const drift = config.issue.on.includes('drift') ? verdict.drift : []
  const unconfirmed =
    standing !== null && (standing.rows.length > 0 || standing.omitted > 0 || !!standing.text)
  const who = drift.length === 0 ? null : whoDidIt({ ...verdict, drift })
  const head = [
    `**${verdictSentence(verdict, code)}**`,
    drift.length > 0 || unconfirmed
      ? 'Take away what should not be, or approve it in the baseline with a reviewed pull request. This issue keeps itself up to date and closes itself.'
      : null,
    unconfirmed
      ? '## Held and not approved (not confirmed)\n\nThis audit could not read everything: what it found is added here, and what it did not find again may still be held and stays.'
      : null,
    !unconfirmed && drift.length > 0 ? '## Held and not approved' : null,
  ].filter((part) => part !== null)
  const rest = [
    ...(drift.length > ENTRIES_UP_TO && verdict.complete ? [APPROVE_MANY] : []),
    ...(who === null ? [] : [who]),
    ...(config.issue.on.includes('incomplete') ? gapSection(verdict.gaps, budget * 0.2) : []),
    ...expiringSection(verdict, config, budget * 0.15),
    `<sub>${runUrl === '' ? '' : `[The run](${runUrl}) has the full report. `}Baseline: ${code(key.baseline)}. As of ${verdict.taken_at.slice(0, 10)}; the audit rewrites this text when something changes, so notes belong in comments.</sub>`,
  ]
  const [headText, restText] = [`${head.join('\n\n')}\n`, `${rest.join('\n\n')}\n`]
  const room = budget - bytes(headText) - bytes(restText) - 200
  return { head: headText, drift: driftText({ ...verdict, drift }, standing, room), rest: restText }
}

/** The drift found now; after an incomplete audit what stood there stays, and what is new is added. */
function driftText(
  verdict: Pick<Verdict, 'drift' | 'causes'>,
  standing: StandingDrift | null,
  room: number,
): string {
  const entries = verdict.drift.length <= ENTRIES_UP_TO
  if (standing === null) return fitted(verdict, entries, room)
  const added = { ...verdict, drift: standing.added.flatMap((at) => verdict.drift[at] ?? []) }
  const news = added.drift.length === 0 ? '' : fitted(added, entries, room / 2)
  const before =
    standing.text !== null && bytes(standing.text) + bytes(news) < room
      ? standing.text
      : fitRows(standing.rows.map(namedRow), room - bytes(news) - 200, 'findings') +
        (standing.omitted > 0 ? `\n\n_and ${standing.omitted} more._` : '')
  return [before, news].filter((part) => part !== '').join('\n\n')
}

/** With entries to paste if they all fit, else without, else as many rows as fit. */
function fitted(verdict: Pick<Verdict, 'drift' | 'causes'>, entries: boolean, room: number): string {
  const full = driftRows(verdict, { entries })
  if (full.reduce((sum, row) => sum + bytes(row) + 1, 0) < room - 200) return full.join('\n')
  return fitRows(driftRows(verdict, { entries: false }), room, 'findings')
}

function namedRow(row: NamedRow): string {
  return `- ${code(row.user)}: ${prose(row.words)}`
}

function expiringSection(verdict: Verdict, config: Config, budget: number): string[] {
  if (verdict.expiring.length === 0 || !config.issue.on.includes('expiring')) return []
  const rows = verdict.expiring.map(
    (row) =>
      `- ${code(row.user)}, ${code(row.permission)}: ends on ${row.expires}${row.owner === null ? '' : `, owner ${code(row.owner)}`}`,
  )
  return [
    '## Approvals that end soon',
    'Renew them in the baseline with a reviewed pull request, or take the access away; when an approval has ended, the audit fails.',
    fitRows(rows, budget, 'approvals'),
  ]
}

function renderComment(verdict: Verdict, { reason, change, original, budget }: CommentRequest): string {
  const lines = (title: string, rows: readonly NamedRow[]): string[] =>
    rows.length === 0
      ? []
      : [`**${title}**`, '', fitRows(rows.map(namedRow), Math.min(budget / 3, LONGEST_LIST), 'findings'), '']
  const removed = [
    ...lines('No longer so', change.removed),
    ...(change.removedUnnamed > 0 ? [`${change.removedUnnamed} more are no longer so.`, ''] : []),
  ]
  const changed = change.known
    ? [...lines('New', change.added), ...removed]
    : lines('Found now', change.added)
  switch (reason) {
    case 'duplicate':
      return `This issue was made twice; it goes on in #${original}.`
    case 'closing':
      return [
        ...removed,
        verdictSentence(verdict, code),
        '',
        // The words of the verdict alone say whether all is well: an issue is also closed when the config wants none.
        verdict.drift.length > 0
          ? '`issue.on` in the config does not name `drift`, so this issue is closed all the same.'
          : 'Closed.',
      ].join('\n')
    case 'reopening':
      return [
        change.remaining === 0 && change.added.length > 0
          ? 'There is something new, so this issue is open again.'
          : 'This is not settled, so the issue is open again.',
        '',
        ...changed,
        verdictSentence(verdict, code),
      ].join('\n')
    case 'changed':
      return [...changed, change.remaining > 0 ? `${change.remaining} as before.` : ''].join('\n')
  }
}
