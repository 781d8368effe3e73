/** Everybody who holds something that is audited and counts: by principal, or grouped by the way they came. */
import { principalKey } from '../account/principal.ts'
import type { ApprovedHolding, Verdict } from '../audit/model.ts'
import { compareSeverity } from '../audit/order.ts'
import { isForEveryUser } from '../baseline/entry.ts'
import { compareText } from '../text/compare-text.ts'
import { severityMarks } from './drift-words.ts'
import { code, reason } from './escape.ts'
import { fold } from './fold.ts'
import { pathWords, routeWords } from './path-words.ts'
import { principalsCount, principalWords } from './principal-words.ts'
import { bytes, fitMade } from './rows.ts'
import { actionsWords, countWords, holdingWords, listWords, restrictionWords } from './words.ts'

/** Those that a person reads: no partial holder of a permission that is only held whole. */
export function countingHoldings({ holdings }: Pick<Verdict, 'holdings'>): readonly ApprovedHolding[] {
  return holdings.filter((one) => one.counts)
}

/** Agencies that services alone may assume: of these a number says enough, unless they are drift. */
function isForServices({ principal, trusted }: ApprovedHolding): boolean {
  return (
    principal.kind === 'agency' &&
    trusted !== null &&
    trusted.length > 0 &&
    trusted.every((party) => 'service' in party && party.account === undefined && party.open !== true)
  )
}

/** How many hold a part of what is only held whole; empty without one. */
export function partialLine({ partial }: Pick<Verdict, 'partial'>): string {
  const principals = partial.map((one) => one.principal)
  return partial.length === 0
    ? ''
    : `Not counted: ${principalsCount(principals)} with a part of a permission that counts only as a whole; the report has them under \`partial\`.`
}

/** The folded table of all holders, each with path and approval. */
export function holdersTable(verdict: Verdict, budget: number): string {
  const all = countingHoldings(verdict)
  if (all.length === 0) return ''
  const drifting = new Set(verdict.drift.map((row) => principalKey(row.principal)))
  const services = all.filter((one) => isForServices(one) && !drifting.has(principalKey(one.principal)))
  const listed = all.filter((one) => !services.includes(one))
  const row = (holding: ApprovedHolding | string): string =>
    typeof holding === 'string' ? holding : holderRow(holding, verdict.has_baseline)
  const folded =
    services.length === 0
      ? []
      : [
          `| ${principalsCount(services.map((one) => one.principal))}, trusted by services alone | ${listWords([...new Set(services.map((one) => code(one.permission)))], 3)} | | | in the report |`,
        ]
  const table =
    '| Who | Holds | Known actions | Inherited through | Approval |\n| --- | --- | --- | --- | --- |\n'
  const fitted = fitMade([...listed, ...folded], row, budget - bytes(table) - 120, 'holders')
  return fold(`All holders: ${principalsCount(all.map((one) => one.principal))}`, table + fitted)
}

function holderRow(holding: ApprovedHolding, hasBaseline: boolean): string {
  const [first] = holding.paths
  const more = holding.paths.length - 1 + holding.paths_omitted
  const restriction = restrictionWords(holding.grants, code)
  const cells = [
    `${severityMarks[holding.severity]} ${principalWords(holding.principal, code)}${holding.enabled ? '' : ' (disabled)'}`,
    `${holdingWords(holding, code)}${restriction === null ? '' : `, ${restriction}`}`,
    actionsWords(holding, code, 3),
    `${first === undefined ? '' : pathWords(holding, first, code)}${more > 0 ? ` and ${more} more` : ''}`,
    approvalWords(holding.approval) ?? (hasBaseline ? 'none' : ''),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('\n', ' ')).join(' | ')} |`
}

function approvalWords(approval: ApprovedHolding['approval']): string | null {
  if (approval === null) return null
  return [
    isForEveryUser(approval) ? 'everybody’s' : null,
    approval.assignment === 'eligible' ? 'eligible' : null,
    approval.owner ? code(approval.owner) : null,
    approval.justification ? reason(approval.justification) : 'no justification',
    approval.expires ? `until ${approval.expires}` : null,
  ]
    .filter((part) => part !== null)
    .join(', ')
}

/** Names of one way that a table shows. */
const NAMES = 30

/** The holders of a first run, unfolded: one row for each way, since whoever reviews looks at the ways. */
export function holdersByRoute(verdict: Verdict, budget: number): string {
  const all = countingHoldings(verdict)
  if (all.length === 0) return ''
  const byRoute = Map.groupBy(all, (holding) =>
    JSON.stringify([
      holding.permission,
      holding.extent,
      holding.restricted,
      holding.grants,
      routesOf(holding),
    ]),
  )
  const groups = [...byRoute.values()].sort(compareGroups)
  const table = '| | Way | Who | Holds |\n| --- | --- | --- | --- |\n'
  return [
    `## Who holds what: ${principalsCount(all.map((one) => one.principal))}, by ${countWords(groups.length, 'way')}`,
    table + fitMade(groups, routeRow, budget - bytes(table) - 100, 'ways'),
  ].join('\n\n')
}

function routeRow(group: readonly ApprovedHolding[]): string {
  const [first] = group as [ApprovedHolding]
  const names = group.map(
    (one) => `${principalWords(one.principal, code)}${one.enabled ? '' : ' (disabled)'}`,
  )
  const who =
    group.length === 1
      ? names[0]
      : `**${principalsCount(group.map((one) => one.principal))}**: ${listWords(names, NAMES)}`
  const routes = routesOf(first)
  const more = routes.length - 2 + first.paths_omitted
  const through =
    group.length === 1 && first.paths[0] !== undefined && first.principal.kind !== 'user'
      ? pathWords(first, first.paths[0], code)
      : `${routes.slice(0, 2).join('; and ')}${more > 0 ? ` and ${more} more` : ''}`
  const restriction = restrictionWords(first.grants, code)
  const held = `${holdingWords(first, code)}${restriction === null ? '' : `, ${restriction}`}: ${actionsWords(first, code, 3)}`
  return `| ${severityMarks[first.severity]} | ${[through, who ?? '', held].map((cell) => cell.replaceAll('\n', ' ')).join(' | ')} |`
}

function routesOf(holding: ApprovedHolding): readonly string[] {
  return [...new Set(holding.paths.map((path) => routeWords(path, code)))]
}

function compareGroups(one: readonly ApprovedHolding[], other: readonly ApprovedHolding[]): number {
  const [a, b] = [one[0] as ApprovedHolding, other[0] as ApprovedHolding]
  return (
    compareSeverity(a.severity, b.severity) ||
    Number(b.extent === 'all') - Number(a.extent === 'all') ||
    Number(a.restricted) - Number(b.restricted) ||
    other.length - one.length ||
    compareText(a.principal.name, b.principal.name)
  )
}
