/** Every holder with path and approval, as a table of the page. */
import { compareDanger, severities } from '../../audit/order.ts'
import { compareText } from '../../text/compare-text.ts'
import { html, htmlCode } from '../html.ts'
import { principalWords } from '../principal-words.ts'
import type { ApprovalOrigin } from './context.ts'
import { activityWords, type HolderRow, justificationWords } from './holder-row.ts'

/** Paths of one holder on the page; the CSV and the report have them all. */
const PATHS = 10

/** The table; columns for what users do with their access only where that was asked for. */
export function holdersTable(rows: readonly HolderRow[]): string {
  const asked = rows.some((row) => row.activity !== null)
  const heads = [
    ...[
      'Who',
      'Severity',
      'Holds',
      'Inherited through',
      'Status',
      'Justification',
      'Owner',
      'Until',
      'Approved in',
    ],
    ...(asked ? ['Last login', 'Access keys', 'MFA'] : []),
  ]
  const head = `<tr>${heads.map((text) => `<th scope="col">${text}</th>`).join('')}</tr>`
  return [
    '<div class="wide" tabindex="0" role="region" aria-label="Holders">',
    `<table id="holders"><caption>${rows.length} rows: one for each principal and permission.</caption>`,
    `<thead>${head}</thead>`,
    `<tbody>\n${inOrder(rows)
      .map((row) => holderRow(row, asked))
      .join('\n')}\n</tbody></table></div>`,
  ].join('\n')
}

/** As everywhere: the most dangerous first. */
function inOrder(rows: readonly HolderRow[]): readonly HolderRow[] {
  return [...rows].sort(
    ({ holding: one }, { holding: other }) =>
      compareDanger(one, other) || compareText(one.principal.name, other.principal.name),
  )
}

function holderRow(row: HolderRow, asked: boolean): string {
  const { holding, status } = row
  const { approval, severity } = holding
  const disabled = holding.enabled ? '' : ' (disabled)'
  const cells = [
    `<td data-sort="${severities.indexOf(severity)}">${severity}</td>`,
    `<td class="long">${html(holding.extent === 'all' ? row.holds : `${row.holds}: ${row.actions}`)}</td>`,
    `<td class="long">${pathList(row)}</td>`,
    `<td><span class="status ${status === 'approved' ? 'approved' : 'drift'}">${status}</span></td>`,
    `<td>${html(justificationWords(holding))}</td>`,
    `<td>${html(approval?.owner ?? '')}</td>`,
    `<td class="day">${html(approval?.expires ?? '')}</td>`,
    `<td class="long">${originWords(row.origin)}</td>`,
    ...(asked ? activityCells(row) : []),
  ]
  return `<tr><th scope="row">${principalWords(holding.principal, htmlCode)}${disabled}</th>${cells.join('')}</tr>`
}

function pathList({ paths, holding }: HolderRow): string {
  const more = paths.length - PATHS + holding.paths_omitted
  const shown = paths.slice(0, PATHS).map((path) => `<li>${html(path)}</li>`)
  const rest = more > 0 ? [`<li>and ${more} more, in the report</li>`] : []
  return shown.length === 1 && rest.length === 0
    ? html(paths[0] ?? '')
    : `<ul>${[...shown, ...rest].join('')}</ul>`
}

function activityCells({ activity }: HolderRow): string[] {
  const words = activityWords(activity)
  return [words.last_login, words.access_keys, words.mfa].map(
    (text) => `<td class="short">${html(text ?? '')}</td>`,
  )
}

/** The commit, the pull request, its author and who approved it. */
function originWords(origin: ApprovalOrigin | null): string {
  if (origin === null) return ''
  const { commit, pullRequest, reviewers } = origin
  const parts = [
    commit === null
      ? ''
      : `commit ${link(commit.url, commit.sha.slice(0, 7))}${commit.committedAt === null ? '' : `, ${html(commit.committedAt.slice(0, 10))}`}`,
    pullRequest === null ? '' : `pull request ${link(pullRequest.url, `#${pullRequest.number}`)}`,
    authorWords(pullRequest?.author ?? commit?.author ?? null),
    reviewers.length === 0 ? 'no approving review known' : `approved by ${html(reviewers.join(', '))}`,
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function authorWords(author: string | null): string {
  return author === null ? '' : `by ${html(author)}`
}

/** A link, where the address is one of a web page; else the text alone. */
export function link(url: string, text: string): string {
  return /^https?:\/\//.test(url) ? `<a href="${html(url)}" rel="noreferrer">${html(text)}</a>` : html(text)
}
