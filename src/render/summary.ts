/** The job summary: the answer on the first screen, then what each change brought and the ways out, all else folded. */
import type { Verdict } from '../audit/model.ts'
import { blockMaker, causeTable, findingsOf } from './drift-section.ts'
import { code, fencedJson, prose } from './escape.ts'
import { fold } from './fold.ts'
import { gapSection } from './gap-section.ts'
import { holdersByRoute, holdersTable, partialLine } from './holders-section.ts'
import { APPROVE_MANY, type Links, linksLine } from './links.ts'
import { pictureOf } from './picture.ts'
import { principalWords } from './principal-words.ts'
import { bytes, fitMade, fitRows } from './rows.ts'
import { untoldLines, wasHeldSection } from './trace-words.ts'
import {
  explanation,
  headline,
  scopeSentence,
  sourceWords,
  statusWords,
  verdictMark,
} from './verdict-words.ts'
import { actionsWords } from './words.ts'

/** What a step may write is 1 MiB; other steps of the job do not count against it. */
export const SUMMARY_BUDGET = 1024 * 1024

/** Entries to paste are shown up to so many drifts. */
const ENTRIES_UP_TO = 50

/** Names shown of those who share a finding. */
const NAMES = 1000

export interface SummaryContext {
  /** Path of the baseline, as the input gives it. */
  readonly baselinePath: string
  /** Text of the proposed baseline; null when there is none. */
  readonly proposal: string | null
  /** Sentences about the run itself: a dry run, an issue that could not be written. */
  readonly remarks: readonly string[]
  readonly links?: Links
}

/** Markdown of at most `budget` bytes. */
export function renderSummary(verdict: Verdict, context: SummaryContext, budget = SUMMARY_BUDGET): string {
  const { links = {} } = context
  const findings = findingsOf(verdict)
  const drifts = findings.length > 0
  const explained = explanation(verdict, code)
  const top = [
    `# ${verdictMark(verdict)} ${headline(verdict, code)}`,
    `${explained === null ? '' : `**${explained}** `}${scopeSentence(verdict, code)}`,
    ...context.remarks.map((remark) => `> ${prose(remark)}`),
  ]
  const gaps = gapSection(verdict.gaps, 100_000)
  const between = wasHeldSection(verdict, 100_000)
  const tail = [
    partialLine(verdict),
    ...smallSections(verdict),
    untoldSection(verdict),
    coverageTable(verdict),
    fitRows(
      verdict.notices.map((notice) => `- ${prose(notice)}`),
      60_000,
      'notes',
    ),
    costLine(verdict),
  ]
  const next = drifts ? linksLine(verdict, links) : ''
  const fixed = [...top, ...between, ...gaps, next, ...tail].reduce((sum, part) => sum + bytes(part) + 2, 0)
  // Drift comes first and may take most of the room; holders take what is left.
  const room = Math.max(0, budget - fixed - 2000)
  const table = drifts ? causeTable(findings, room * 0.3) : ''
  const picture = drifts ? pictureOf(findings, verdict) : ''
  const options = { names: NAMES, links, entries: verdict.drift.length <= ENTRIES_UP_TO }
  const blocks = drifts
    ? fitMade(findings, blockMaker(verdict, options), room * 0.6 - bytes(table) - bytes(picture), 'findings')
    : ''
  const many = verdict.drift.length > ENTRIES_UP_TO && verdict.complete ? APPROVE_MANY : ''
  const first = verdict.has_baseline ? [] : firstRun(verdict, context, room)
  const said = [table, picture, blocks, many, ...first].reduce((sum, part) => sum + bytes(part) + 2, 0)
  const holders = verdict.has_baseline ? holdersTable(verdict, Math.max(400, room - said)) : ''
  const parts = [...top, table, next, ...between, ...gaps, ...first, picture, blocks, many, holders, ...tail]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** Without a baseline the holders stand unfolded, before any JSON: they are what is reviewed. */
function firstRun(verdict: Verdict, context: SummaryContext, room: number): string[] {
  const holders = holdersByRoute(verdict, room * 0.45)
  return [holders, firstBaseline(context, room - bytes(holders) - 1000)]
}

/** The first baseline and how to commit it. */
function firstBaseline({ baselinePath, proposal }: SummaryContext, budget: number): string {
  if (proposal === null) return ''
  const shown =
    bytes(proposal) * 1.2 < budget
      ? fold('The proposed baseline', fencedJson(proposal))
      : 'The proposed baseline is too long to be shown here; it is the file of the output `proposed-baseline`.'
  return [
    '## The first baseline',
    `There is no ${code(baselinePath)} yet. Go through the holders above; revoke what should not be; then commit the proposed baseline with a justification for each entry, in a pull request that somebody else reviews. The output \`proposed-baseline\` names the file; \`mode: update-baseline\` writes it into the workspace.`,
    shown,
  ].join('\n\n')
}

function smallSections(verdict: Verdict): string[] {
  const section = (title: string, rows: readonly string[]): string[] =>
    rows.length === 0 ? [] : [fold(`${title}: ${rows.length}`, fitRows(rows, 60_000, 'rows'))]
  return [
    ...section(
      'Approvals that end soon',
      verdict.expiring.map(
        (row) =>
          `- ${principalWords(row.principal, code)}, ${code(row.permission)}: ${row.expires} (${row.days_left === 0 ? 'today' : `${row.days_left} days`})${row.owner ? `, owner ${code(row.owner)}` : ''}`,
      ),
    ),
    ...section(
      'Approved and no longer held',
      verdict.no_longer_held.map(
        (row) => `- ${principalWords(row.principal, code)}, ${code(row.permission)}: the entry can go`,
      ),
    ),
    ...section(
      'Held less than approved',
      verdict.reduced.map(
        (row) =>
          `- ${principalWords(row.principal, code)}, ${code(row.permission)}: no longer ${actionsWords(row, code)}`,
      ),
    ),
    ...section('Renamed since they were approved', [
      ...new Set(
        verdict.renamed.map(
          (row) =>
            `- ${code(row.recorded)} is now ${principalWords(row.principal, code)}${row.recorded_id === null ? '' : ', made anew'}`,
        ),
      ),
    ]),
    ...section(
      'Entries that lack a required field',
      verdict.unreviewed.map(
        (row) =>
          `- ${principalWords(row.principal, code)}, ${code(row.permission)}: ${row.missing.join(', ')}`,
      ),
    ),
  ]
}

/** What of the window of the traces nobody can undo. */
function untoldSection(verdict: Verdict): string {
  const lines = untoldLines(verdict, code)
  if (lines.length === 0) return ''
  const rows = lines.map((line) => `- ${line}`)
  return fold(`Changes that cannot be undone: ${lines.length}`, fitRows(rows, 40_000, 'changes'))
}

function coverageTable({ coverage, population, dormant }: Verdict): string {
  const rows = coverage.map(
    (row) => `| ${sourceWords[row.source]} | ${statusWords[row.status]} | ${row.count ?? ''} |`,
  )
  const counts = Object.entries(population).map(
    ([what, { seen, expected }]) => `| ${what} | ${seen} | ${expected ?? 'not said'} |`,
  )
  const asleep = dormant.map(
    ({ agency, why }) =>
      `- agency ${code(agency)}: ${why === 'expired' ? 'expired' : 'no party may assume it'}`,
  )
  return fold(
    'What was looked at',
    [
      `| Way to power | Status | Count |\n| --- | --- | --- |\n${rows.join('\n')}`,
      `| Population | Seen | The account says |\n| --- | --- | --- |\n${counts.join('\n')}`,
      ...(asleep.length === 0 ? [] : [`Dormant:\n\n${fitRows(asleep, 20_000, 'agencies')}`]),
    ].join('\n\n'),
  )
}

function costLine(verdict: Verdict): string {
  const { requests, retries, duration_ms, method, documents_cached } = verdict.stats
  const { users, groups, policies } = verdict.population
  const auditor = verdict.auditor === null ? '' : ` Crawled by ${code(verdict.auditor.urn)}.`
  return `<sub>Account ${code(verdict.account.id)}: ${users.seen} users, ${groups.seen} groups, ${policies.seen} attached policies; ${requests} requests (${method}, ${retries} retries, ${documents_cached} documents from the cache) in ${(duration_ms / 1000).toFixed(1)} s, as of ${verdict.taken_at}; catalogue: ${verdict.catalogue}.${auditor}</sub>`
}

/** The summary of a run that stopped before a verdict; a line of the message is one problem. */
export function renderErrorSummary(message: string, budget = SUMMARY_BUDGET): string {
  const head =
    '# IAM permission audit\n\n❌ **The audit stopped before a verdict.** Nothing can be said about who holds what.\n\n'
  const problems = message.split('\n').map((line) => `- ${prose(line)}`)
  return `${head}${fitRows(problems, budget - bytes(head) - 1, 'problems')}\n`
}
