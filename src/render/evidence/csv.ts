/** `holders.csv`: one line for each principal, permission and path, safe to open in a spreadsheet. */
import type { Verdict } from '../../audit/model.ts'
import { visible } from '../escape.ts'
import type { EvidenceContext } from './context.ts'
import { activityWords, type HolderRow, holderRows, justificationWords } from './holder-row.ts'

const columns = [
  ...['principal_type', 'principal_id', 'principal', 'enabled', 'permission', 'severity', 'extent'],
  ...['restricted', 'holds', 'path', 'status', 'justification', 'owner', 'expires', 'assignment'],
  ...['commit', 'pull_request', 'author', 'reviewers', 'last_login', 'access_keys', 'mfa'],
] as const

type Line = Readonly<Record<(typeof columns)[number], string>>

/** The file's text, lines ended as RFC 4180 has it. */
export function renderHoldersCsv(verdict: Verdict, context: EvidenceContext): string {
  const lines = holderRows(verdict, context).flatMap(linesOf)
  const rows = lines.map((line) => columns.map((column) => csvCell(line[column])).join(','))
  return [columns.join(','), ...rows, ''].join('\r\n')
}

function linesOf(row: HolderRow): Line[] {
  const { holding, origin } = row
  const { principal, approval } = holding
  const activity = activityWords(row.activity)
  const paths = row.paths.length === 0 ? [''] : row.paths
  return paths.map((path) => ({
    ...{ principal_type: principal.kind, principal_id: principal.id, principal: principal.name },
    ...{
      enabled: holding.enabled ? 'yes' : 'no',
      permission: holding.permission,
      severity: holding.severity,
    },
    ...{ extent: holding.extent, restricted: holding.restricted ? 'yes' : 'no', holds: row.holds, path },
    ...{ status: row.status, justification: justificationWords(holding), owner: approval?.owner ?? '' },
    ...{
      expires: approval?.expires ?? '',
      assignment: approval === null ? '' : (approval.assignment ?? 'active'),
    },
    commit: origin?.commit?.sha ?? '',
    pull_request: origin?.pullRequest?.url ?? '',
    author: origin?.pullRequest?.author ?? origin?.commit?.author ?? '',
    reviewers: origin?.reviewers.join('; ') ?? '',
    last_login: activity.last_login ?? '',
    access_keys: activity.access_keys ?? '',
    mfa: activity.mfa ?? '',
  }))
}

/** What a spreadsheet takes for the beginning of a formula, in the letters of other scripts too. */
const formula = /^[\s␣]*[=+\-@|%＝＋－＠]/u

/** A cell in quotes that no program takes for a formula, and in which nothing is invisible. */
export function csvCell(text: string): string {
  const shown = visible(text)
  const inert = formula.test(shown) ? `'${shown}` : shown
  return `"${inert.replaceAll('"', '""')}"`
}
