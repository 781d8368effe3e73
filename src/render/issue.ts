/** The issue as people read it: the verdict, drift by cause with what to do, and sections for gaps and expiries. */
import { principalKey } from '../account/principal.ts'
import type { Drift, Gap, Verdict, WasHeldRow } from '../audit/model.ts'
import type { Config } from '../config/config.ts'
import type {
  CommentRequest,
  DesiredIssue,
  IssueKey,
  IssueRow,
  IssueStamp,
  IssueState,
  NamedRow,
  ResolvedRow,
  StandingDrift,
} from '../github/desired-issue.ts'
import { blockMaker, causeTable, findingsOf, type Shown } from './drift-section.ts'
import { disabledWords, driftWords } from './drift-words.ts'
import { code, prose, visible } from './escape.ts'
import { findingKey, wasHeldKey } from './finding-key.ts'
import { gapSection } from './gap-section.ts'
import { APPROVE_MANY, type Links, linksLine } from './links.ts'
import { pictureOf } from './picture.ts'
import { principalWords } from './principal-words.ts'
import { bytes, fitMade, fitRows } from './rows.ts'
import { wasHeldSection, wasHeldWords } from './trace-words.ts'
import { explanation, headline, scopeSentence, verdictMark, verdictSentence } from './verdict-words.ts'

/** Entries to paste are shown up to so many drifts; beyond it, the proposed baseline serves better. */
const ENTRIES_UP_TO = 20

/** Names shown of those who share a finding: the report has them all. */
const NAMES = 60

/** Bytes of a list in a comment, which everybody who watches gets by mail: some hundred names at most. */
const LONGEST_LIST = 10_000

export interface IssueContext {
  readonly key: IssueKey
  readonly config: Config
  /** Address of the run; empty when unknown. */
  readonly runUrl: string
  readonly links?: Links
}

/** GitHub takes 256 characters of a title, and the account's id must be among them. */
const LONGEST_NAME = 150

/** The title with its state: `🔴 3 unapproved IAM holders: production (d78c…)`. */
export function issueTitle({ account }: Verdict, { open, principals, incomplete }: IssueState): string {
  const shown = visible(account.name)
  const cut = shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME)}…` : shown
  const where = cut === '' ? visible(account.id) : `${cut} (${visible(account.id)})`
  if (!open) return `✅ IAM audit: ${where}`
  if (principals > 0)
    return `🔴 ${principals} unapproved IAM ${principals === 1 ? 'holder' : 'holders'}: ${where}`
  return incomplete ? `⚠️ Incomplete IAM audit: ${where}` : `⏳ IAM approvals end soon: ${where}`
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
    title: (state) => issueTitle(verdict, state),
    stamp: { taken_at: verdict.taken_at, run_url: context.runUrl },
    labels: config.issue.labels,
    assignees: [...new Set([...config.issue.assignees, ...handles])],
    on: config.issue.on,
    complete: verdict.complete,
    rows: {
      drift: [...verdict.drift.map(driftRow), ...verdict.was_held.map(wasHeldRow)],
      incomplete: verdict.gaps.map(gapRow),
      expiring: verdict.expiring.map(({ principal, permission, expires }) => ({
        ...{ name: principal.name, principal: principalKey(principal), permission },
        words: `approval ends on ${expires}`,
        key: JSON.stringify([principalKey(principal), permission, expires]),
      })),
    },
    render: ({ standing, budget, stamp }) =>
      renderParts({ ...verdict, taken_at: stamp.taken_at }, context, stamp, standing, budget),
    comment: (request) => renderComment(verdict, request),
  }
}

function driftRow(row: Drift): IssueRow {
  const { principal, permission } = row
  const words = `${driftWords(row, (text) => text)}${row.enabled ? '' : ` (${disabledWords(row)})`}`
  return { name: principal.name, principal: principalKey(principal), permission, words, key: findingKey(row) }
}

function wasHeldRow(row: WasHeldRow): IssueRow {
  const { principal, permission } = row
  return {
    ...{ name: principal.name, principal: principalKey(principal), permission },
    words: wasHeldWords(row, (text) => text),
    key: wasHeldKey(row),
  }
}

function gapRow(gap: Gap): IssueRow {
  const { code: kind, call, document, reaches } = gap
  const ids = reaches?.map(principalKey) ?? null
  const nobody = { name: '', principal: '', permission: '' }
  return { ...nobody, words: gap.message, key: JSON.stringify([kind, call, ...documentKey(document), ids]) }
}

/** Of a policy its id and version, as issues have recorded it ever since. */
function documentKey(document: Gap['document']): readonly (string | null)[] {
  switch (document?.kind) {
    case 'policy':
      return [document.policy_id, document.version_id]
    case 'role':
      return [`role:${document.role_id}`, null]
    case 'mapping':
      return [`mapping:${document.mapping_id}`, document.provider]
    default:
      return [null, null]
  }
}

function renderParts(
  verdict: Verdict,
  { config, key, links = {} }: IssueContext,
  { run_url: runUrl }: IssueStamp,
  standing: StandingDrift | null,
  budget: number,
): { head: string; drift: string; rest: string } {
  const drift = config.issue.on.includes('drift') ? verdict.drift : []
  const unconfirmed =
    standing !== null && (standing.rows.length > 0 || standing.omitted > 0 || !!standing.text)
  const explained = explanation(verdict, code)
  const head = [
    `# ${verdictMark(verdict)} ${headline(verdict, code)}`,
    `${explained === null ? '' : `**${explained}** `}${scopeSentence(verdict, code)}`,
    drift.length > 0 || unconfirmed
      ? `${drift.length === 0 ? '' : `${linksLine({ ...verdict, drift }, { ...links, issue: null })} `}This issue keeps itself up to date and closes itself.`
      : null,
    unconfirmed
      ? '## Held and not approved (not confirmed)\n\nThis audit could not read everything: what it found is added here, and what it did not find again may still be held and stays.'
      : null,
    !unconfirmed && drift.length > 0 ? '## Held and not approved' : null,
  ].filter((part) => part !== null)
  const rest = [
    ...(drift.length > ENTRIES_UP_TO && verdict.complete ? [APPROVE_MANY] : []),
    ...(config.issue.on.includes('drift') ? wasHeldSection(verdict, budget * 0.15) : []),
    ...(config.issue.on.includes('incomplete') ? gapSection(verdict.gaps, budget * 0.2) : []),
    ...expiringSection(verdict, config, budget * 0.15),
    `<sub>${runUrl === '' ? '' : `[The run](${runUrl}) has the full report. `}Account ${code(verdict.account.id)}, baseline ${code(key.baseline)}. As of ${verdict.taken_at.slice(0, 10)}; the audit rewrites this text when something changes, so notes belong in comments.</sub>`,
  ]
  const [headText, restText] = [`${head.join('\n\n')}\n`, `${rest.join('\n\n')}\n`]
  const room = budget - bytes(headText) - bytes(restText) - 200
  const text = driftText({ ...verdict, drift }, standing, links, room)
  return { head: headText, drift: text, rest: restText }
}

/** The drift found now; after an incomplete audit what stood there stays, and what is new is added. */
function driftText(shown: Shown, standing: StandingDrift | null, links: Links, room: number): string {
  if (standing === null) return driftParts(shown, links, room)
  const added = { ...shown, drift: standing.added.flatMap((at) => shown.drift[at] ?? []) }
  const news = added.drift.length === 0 ? '' : driftParts(added, links, room / 2)
  const before =
    standing.text !== null && bytes(standing.text) + bytes(news) < room
      ? standing.text
      : fitRows(standing.rows.map(namedRow), room - bytes(news) - 200, 'findings') +
        (standing.omitted > 0 ? `\n\n_and ${standing.omitted} more._` : '')
  return [before, news].filter((part) => part !== '').join('\n\n')
}

/** The table, the picture and a block for each cause: with entries to paste if they all fit, else without. */
function driftParts(shown: Shown, links: Links, room: number): string {
  const findings = findingsOf(shown)
  if (findings.length === 0) return ''
  const table = causeTable(findings, room * 0.45)
  const picture = pictureOf(findings, shown)
  const drawn = picture === '' || bytes(picture) > room * 0.15 ? [] : [picture]
  const left = room - bytes([table, ...drawn].join('\n\n')) - 10
  const options = { names: NAMES, links, entries: shown.drift.length <= ENTRIES_UP_TO }
  const whole = options.entries ? findings.map(blockMaker(shown, options)) : []
  const fits = options.entries && bytes(whole.join('\n')) < left - 200
  const blocks = fits
    ? whole.join('\n')
    : fitMade(findings, blockMaker(shown, { ...options, entries: false }), left, 'findings')
  return [table, ...drawn, blocks].join('\n\n')
}

function namedRow(row: NamedRow): string {
  return `- ${code(row.name)}: ${prose(row.words)}`
}

function expiringSection(verdict: Verdict, config: Config, budget: number): string[] {
  if (verdict.expiring.length === 0 || !config.issue.on.includes('expiring')) return []
  const rows = verdict.expiring.map(
    (row) =>
      `- ${principalWords(row.principal, code)}, ${code(row.permission)}: ends on ${row.expires}${row.owner === null ? '' : `, owner ${code(row.owner)}`}`,
  )
  return [
    '## Approvals that end soon',
    'Renew them in the baseline with a reviewed pull request, or take the access away; when an approval has ended, the audit fails.',
    fitRows(rows, budget, 'approvals'),
  ]
}

/** What is left comes first: it is what somebody still has to do. */
function renderComment(verdict: Verdict, { reason, change, original, budget }: CommentRequest): string {
  const room = Math.min(budget / 4, LONGEST_LIST)
  const section = (title: string, rows: readonly string[], more: number): string[] => {
    if (rows.length === 0 && more === 0) return []
    const count = rows.length + more
    return [
      `**${title} (${count})**`,
      '',
      ...(rows.length === 0 ? [] : [fitRows(rows, room, 'findings')]),
      ...(more === 0 ? [] : [`- ${rows.length === 0 ? '' : 'and '}${more} whose names are not recorded`]),
      '',
    ]
  }
  const isBetween = betweenRuns(verdict)
  const left = [
    ...section(
      'Still held and not approved',
      change.left.filter((row) => !isBetween(row)).map(namedRow),
      change.leftUnnamed,
    ),
    ...section('Held between two runs, known before', change.left.filter(isBetween).map(namedRow), 0),
  ]
  const added = section(change.known ? 'New' : 'Found now', change.added.map(namedRow), 0)
  const resolved = section('Resolved', change.removed.map(resolvedRow), change.removedUnnamed)
  const changed = [...left, ...added, ...resolved]
  switch (reason) {
    case 'duplicate':
      return `This issue was made twice; it goes on in #${original}.`
    case 'closing':
      return [
        ...resolved,
        verdictSentence(verdict, code),
        '',
        // The words of the verdict alone say whether all is well: an issue is also closed when the config wants none.
        verdict.drift.length > 0
          ? '`issue.on` in the config does not name `drift`, so this issue is closed all the same.'
          : 'Closed.',
      ].join('\n')
    case 'reopening':
      return [
        left.length === 0 && added.length > 0
          ? 'There is something new, so this issue is open again.'
          : 'This is not settled, so the issue is open again.',
        '',
        ...changed,
        verdictSentence(verdict, code),
      ].join('\n')
    case 'changed':
      return changed.join('\n')
  }
}

/** Whether somebody held this in between and holds it no longer. */
function betweenRuns({ drift, was_held }: Verdict): (row: NamedRow) => boolean {
  const keyOf = (principal: string, permission: string): string => JSON.stringify([principal, permission])
  const keys = new Set(was_held.map((row) => keyOf(principalKey(row.principal), row.permission)))
  for (const row of drift) keys.delete(keyOf(principalKey(row.principal), row.permission))
  return ({ principal, permission }) => keys.has(keyOf(principal, permission))
}

function resolvedRow(row: ResolvedRow): string {
  return `- ${code(row.name)}, ${code(row.permission)}: ${resolutionWords(row)}`
}

function commitLink({ sha, url }: { readonly sha: string; readonly url: string }): string {
  return `[${code(sha.slice(0, 7))}](${url})`
}

function resolutionWords({ resolution }: ResolvedRow): string {
  switch (resolution.how) {
    case 'revoked':
      return 'revoked'
    case 'changed':
      return 'holds something else of it now, see above'
    case 'unknown':
      return 'no longer so'
    case 'approved':
      return resolution.commit === null ? 'approved' : `approved in ${commitLink(resolution.commit)}`
    case 'within':
      return resolution.commit === null
        ? 'no more than was approved'
        : `what went beyond the approval of ${commitLink(resolution.commit)} was revoked`
  }
}
