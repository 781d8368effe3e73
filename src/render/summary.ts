/** The job summary: the verdict first, then what is new and what to do, then everything else, folded. */
import type { Holding, Verdict } from '../audit/model.ts'
import type { Coverage } from '../snapshot/snapshot.ts'
import { driftRows } from './drift-section.ts'
import { code, fencedJson, prose, reason } from './escape.ts'
import { gapSection } from './gap-section.ts'
import { pictureOf } from './picture.ts'
import { bytes, fitRows } from './rows.ts'
import {
  APPROVE_MANY,
  actionsWords,
  holdingWords,
  pathWords,
  restrictionWords,
  verdictSentence,
  whoDidIt,
} from './words.ts'

/** What a step may write is 1 MiB; other steps of the job do not count against it. */
export const SUMMARY_BUDGET = 1024 * 1024

/** Entries to paste are shown up to so many drifts. */
const ENTRIES_UP_TO = 50

export interface SummaryContext {
  /** Path of the baseline, as the input gives it. */
  readonly baselinePath: string
  /** Text of the proposed baseline; null when there is none. */
  readonly proposal: string | null
  /** Sentences about the run itself: a dry run, an issue that could not be written. */
  readonly remarks: readonly string[]
}

/** Markdown of at most `budget` bytes. */
export function renderSummary(verdict: Verdict, context: SummaryContext, budget = SUMMARY_BUDGET): string {
  const mark =
    verdict.result === 'unchanged' || verdict.result === 'reduced'
      ? '✅'
      : verdict.result === 'drift'
        ? '❌'
        : '⚠️'
  const head = [
    '# IAM permission audit',
    `${mark} **${verdictSentence(verdict, code)}**`,
    ...context.remarks.map((remark) => `> ${prose(remark)}`),
    ...gapSection(verdict.gaps, 100_000),
  ]
  const tail = [
    ...smallSections(verdict),
    coverageTable(verdict.coverage),
    fitRows(
      verdict.notices.map((notice) => `- ${prose(notice)}`),
      60_000,
      'notes',
    ),
    costLine(verdict),
  ]
  const fixed = [...head, ...tail].reduce((sum, part) => sum + bytes(part) + 2, 0)
  // Drift comes first and may take most of the room; holders take what is left.
  const room = Math.max(0, budget - fixed - 2000)
  const picture = verdict.drift.length === 0 ? '' : pictureOf(verdict.drift)
  const news =
    verdict.drift.length === 0
      ? ''
      : [
          '## Held and not approved',
          picture,
          fitRows(
            driftRows(verdict, { entries: verdict.drift.length <= ENTRIES_UP_TO }),
            room * 0.6 - bytes(picture),
            'findings',
          ),
          verdict.drift.length > ENTRIES_UP_TO && verdict.complete ? APPROVE_MANY : '',
          whoDidIt(verdict) ?? '',
        ]
          .filter((part) => part !== '')
          .join('\n\n')
  const proposal = verdict.has_baseline ? '' : firstBaseline(context, room * 0.4)
  const holders = holdersTable(verdict, Math.max(400, room - bytes(news) - bytes(proposal)))
  return `${[...head, news, proposal, holders, ...tail].filter((part) => part !== '').join('\n\n')}\n`
}

/** The first baseline and how to commit it. */
function firstBaseline({ baselinePath, proposal }: SummaryContext, budget: number): string {
  if (proposal === null) return ''
  const shown =
    bytes(proposal) * 1.2 < budget
      ? `<details><summary>The proposed baseline</summary>\n\n${fencedJson(proposal)}\n\n</details>`
      : 'The proposed baseline is too long to be shown here; it is the file of the output `proposed-baseline`.'
  return [
    '## The first baseline',
    `There is no ${code(baselinePath)} yet. Go through the holders below; take away what should not be; then commit the proposed baseline with a justification for each entry, in a pull request that somebody else reviews. The output \`proposed-baseline\` names the file; \`mode: update-baseline\` writes it into the workspace.`,
    shown,
  ].join('\n\n')
}

function holdersTable(verdict: Verdict, budget: number): string {
  const { holdings } = verdict
  if (holdings.length === 0) return ''
  const rows = holdings.map((holding) => holderRow(holding, verdict.has_baseline))
  const users = new Set(holdings.map((holding) => holding.user_id)).size
  const head = `<details><summary>All holders: ${users} ${users === 1 ? 'user' : 'users'}</summary>\n\n| User | Holds | Known actions | By | Approval |\n| --- | --- | --- | --- | --- |\n`
  return `${head}${fitRows(rows, budget - bytes(head) - 20, 'holders')}\n\n</details>`
}

function holderRow(
  holding: Holding & Pick<Verdict['holdings'][number], 'approval'>,
  hasBaseline: boolean,
): string {
  const [first] = holding.paths
  const more = holding.paths.length - 1
  const restriction = restrictionWords(holding.grants, code)
  const approval =
    holding.approval === null
      ? hasBaseline
        ? 'none'
        : ''
      : [
          holding.approval.user_id === '*' ? 'everybody’s' : null,
          holding.approval.assignment === 'eligible' ? 'eligible' : null,
          holding.approval.owner ? code(holding.approval.owner) : null,
          holding.approval.justification ? reason(holding.approval.justification) : 'no justification',
          holding.approval.expires ? `until ${holding.approval.expires}` : null,
        ]
          .filter((part) => part !== null)
          .join(', ')
  const cells = [
    `${code(holding.user)}${holding.enabled ? '' : ' (disabled)'}`,
    `${holdingWords(holding, code)}${restriction === null ? '' : `, ${restriction}`}`,
    actionsWords(holding, code, 3),
    `${first === undefined ? '' : pathWords(holding.user, first, code)}${more > 0 ? ` and ${more} more` : ''}`,
    approval,
  ]
  return `| ${cells.map((cell) => cell.replaceAll('\n', ' ')).join(' | ')} |`
}

function smallSections(verdict: Verdict): string[] {
  const section = (title: string, rows: readonly string[]): string[] =>
    rows.length === 0
      ? []
      : [
          `<details><summary>${title}: ${rows.length}</summary>\n\n${fitRows(rows, 60_000, 'rows')}\n\n</details>`,
        ]
  return [
    ...section(
      'Approvals that end soon',
      verdict.expiring.map(
        (row) =>
          `- ${code(row.user)}, ${code(row.permission)}: ${row.expires} (${row.days_left === 0 ? 'today' : `${row.days_left} days`})${row.owner ? `, owner ${code(row.owner)}` : ''}`,
      ),
    ),
    ...section(
      'Approved and no longer held',
      verdict.no_longer_held.map((row) => `- ${code(row.user)}, ${code(row.permission)}: the entry can go`),
    ),
    ...section(
      'Held less than approved',
      verdict.reduced.map(
        (row) => `- ${code(row.user)}, ${code(row.permission)}: no longer ${actionsWords(row, code)}`,
      ),
    ),
    ...section('Renamed since they were approved', [
      ...new Set(verdict.renamed.map((row) => `- ${code(row.recorded)} is now ${code(row.user)}`)),
    ]),
    ...section(
      'Entries that lack a required field',
      verdict.unreviewed.map(
        (row) => `- ${code(row.user)}, ${code(row.permission)}: ${row.missing.join(', ')}`,
      ),
    ),
  ]
}

const statusWords: Readonly<Record<Coverage['status'], string>> = {
  audited: 'audited',
  absent: 'not there',
  present: 'there, not audited',
  denied: 'not permitted to look',
  'not-attempted': 'not looked at',
}

function coverageTable(coverage: readonly Coverage[]): string {
  const rows = coverage.map((row) => `| ${row.source} | ${statusWords[row.status]} | ${row.count ?? ''} |`)
  return `<details><summary>What was looked at</summary>\n\n| Way to power | Status | Count |\n| --- | --- | --- |\n${rows.join('\n')}\n\n</details>`
}

function costLine(verdict: Verdict): string {
  const { requests, retries, duration_ms, method, documents_cached } = verdict.stats
  const { users, groups, policies } = verdict.population
  const auditor = verdict.auditor === null ? '' : ` Crawled by ${code(verdict.auditor.urn)}.`
  return `<sub>${users.seen} users, ${groups.seen} groups, ${policies.seen} attached policies; ${requests} requests (${method}, ${retries} retries, ${documents_cached} documents from the cache) in ${(duration_ms / 1000).toFixed(1)} s, as of ${verdict.taken_at}; catalogue: ${verdict.catalogue}.${auditor}</sub>`
}

/** The summary of a run that stopped before a verdict; a line of the message is one problem. */
export function renderErrorSummary(message: string, budget = SUMMARY_BUDGET): string {
  const head =
    '# IAM permission audit\n\n❌ **The audit stopped before a verdict.** Nothing can be said about who holds what.\n\n'
  const problems = message.split('\n').map((line) => `- ${prose(line)}`)
  return `${head}${fitRows(problems, budget - bytes(head) - 1, 'problems')}\n`
}
