/** Everybody who holds something that is audited and counts: by principal, or grouped by the way they came. */
import { principalKey } from '../account/principal.ts'
import type { ApprovedHolding, Verdict } from '../audit/model.ts'
import { compareDanger, isOpenHolding } from '../audit/order.ts'
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

/** Those who hold the same by the same way, as one row. */
type Group = readonly [ApprovedHolding, ...ApprovedHolding[]]

/** Names of one row; the report has all. */
const NAMES = 30

/** The folded table of all holders with paths and approvals: a row for those who share all of that. */
export function holdersTable(verdict: Verdict, budget: number): string {
  const all = countingHoldings(verdict)
  if (all.length === 0) return ''
  const drifting = new Set(verdict.drift.map((row) => principalKey(row.principal)))
  const services = all.filter((one) => isForServices(one) && !drifting.has(principalKey(one.principal)))
  const groups = groupsOf(
    all.filter((one) => !services.includes(one)),
    (one) => approvalCell(one),
  )
  const folded =
    services.length === 0
      ? []
      : [
          `| | ${principalsCount(services.map((one) => one.principal))}, trusted by services alone | ${listWords([...new Set(services.map((one) => code(one.permission)))], 3)} | | in the report |`,
        ]
  const table = '| | Who | Holds | Inherited through | Approval |\n| --- | --- | --- | --- | --- |\n'
  const row = (group: Group | string): string =>
    typeof group === 'string'
      ? group
      : rowOf([
          markOf(group[0]),
          whoCell(group),
          heldCell(group[0]),
          throughCell(group),
          approvalCell(group[0]),
        ])
  const fitted = fitMade([...groups, ...folded], row, budget - bytes(table) - 120, 'rows')
  return fold(`All holders: ${principalsCount(all.map((one) => one.principal))}`, table + fitted)
}

function approvalCell({ approval }: ApprovedHolding): string {
  return approvalWords(approval) ?? 'none'
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

/** The holders of a first run, unfolded: whoever reviews looks at the ways. */
export function holdersByRoute(verdict: Verdict, budget: number): string {
  const all = countingHoldings(verdict)
  if (all.length === 0) return ''
  const groups = groupsOf(all, () => '')
  const table = '| | Inherited through | Who | Holds |\n| --- | --- | --- | --- |\n'
  const row = (group: Group): string =>
    rowOf([markOf(group[0]), throughCell(group), whoCell(group), heldCell(group[0])])
  return [
    `## Who holds what: ${principalsCount(all.map((one) => one.principal))}, by ${countWords(groups.length, 'way')}`,
    table + fitMade(groups, row, budget - bytes(table) - 100, 'ways'),
  ].join('\n\n')
}

/** Groups in the order of findings. Of agencies and federated people, each is who may be that: they stand alone. */
function groupsOf(
  holdings: readonly ApprovedHolding[],
  also: (holding: ApprovedHolding) => string,
): readonly Group[] {
  const groups = Map.groupBy(holdings, (holding) =>
    JSON.stringify([
      ...[holding.permission, holding.extent, holding.restricted, holding.grants, routesOf(holding)],
      ...[holding.principal.kind === 'user' ? '' : principalKey(holding.principal), also(holding)],
    ]),
  )
  return ([...groups.values()] as unknown as readonly Group[]).toSorted(
    (one, other) =>
      compareDanger(one[0], other[0]) ||
      other.length - one.length ||
      compareText(one[0].principal.name, other[0].principal.name),
  )
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('\n', ' ')).join(' | ')} |`
}

function markOf(holding: ApprovedHolding): string {
  return `${isOpenHolding(holding) ? '⚠️\u00a0' : ''}${severityMarks[holding.severity]}`
}

function whoCell(group: Group): string {
  const names = group.map(
    (one) => `${principalWords(one.principal, code)}${one.enabled ? '' : ' (disabled)'}`,
  )
  return group.length === 1
    ? (names[0] ?? '')
    : `**${principalsCount(group.map((one) => one.principal))}**: ${listWords(names, NAMES)}`
}

/** What is held; the actions of a part alone, since of a whole the permission says them. */
function heldCell(holding: ApprovedHolding): string {
  const restriction = restrictionWords(holding.grants, code)
  return [
    holdingWords(holding, code),
    ...(restriction === null ? [] : [`, ${restriction}`]),
    ...(holding.extent === 'all' ? [] : [`: ${actionsWords(holding, code, 3)}`]),
  ].join('')
}

/** By which way; of an agency and of federated people with whoever may be that. */
function throughCell([first]: Group): string {
  const routes = routesOf(first)
  const [path] = first.paths
  if (first.principal.kind !== 'user' && path !== undefined)
    return `${pathWords(first, path, code)}${moreWords(routes.length - 1 + first.paths_omitted)}`
  return `${routes.slice(0, 2).join('; and ')}${moreWords(routes.length - 2 + first.paths_omitted)}`
}

function moreWords(more: number): string {
  return more > 0 ? ` and ${more} more` : ''
}

function routesOf(holding: ApprovedHolding): readonly string[] {
  return [...new Set(holding.paths.map((path) => routeWords(path, code)))]
}
