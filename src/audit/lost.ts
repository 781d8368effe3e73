/** What is approved and not held. */
import type { Gap, Holding } from '../access/model.ts'
import { principalKey } from '../account/principal.ts'
import { entryPrincipal, isForEveryUser } from '../baseline/entry.ts'
import { namedActions } from '../policy/index.ts'
import type { IndexedEntry } from './approval-index.ts'
import { type ComparisonContext, nothingLeft, presentPrincipal, undecided } from './comparison.ts'
import { type LostRow, noParties } from './model.ts'
import { hasParties, partiesLost } from './parties.ts'

/**
 * Approved and not held, wholly or in part. Not computed for principals that a gap reaches: they may hold it after
 * all; nor where a source of theirs was not looked at, since what was not looked at is never "no longer held".
 */
export function lostRows(context: ComparisonContext): { rows: LostRow[]; undecided: Gap[] } {
  const { index, found, remade } = context
  const rows: LostRow[] = []
  const gaps: Gap[] = []
  if (found.uncertain.everybody || !found.looksAtEverySourceOf('user')) return { rows, undecided: gaps }
  let held: ReadonlyMap<string, Holding> | null = null
  for (const indexed of index.entries) {
    const { entry } = indexed
    const principal = entryPrincipal(entry)
    if (isForEveryUser(entry) || entry.assignment === 'eligible' || remade.has(indexed)) continue
    if (!found.looksAtEverySourceOf(principal.kind) || found.uncertain.has(principal)) continue
    if (found.isDormant(principal)) continue
    // With `holds: all`, who holds a part holds nothing.
    held ??= new Map(
      found.holdings.flatMap((one) =>
        one.counts ? [[`${one.permission} ${principalKey(one.principal)}`, one] as const] : [],
      ),
    )
    const holding = held.get(`${entry.permission} ${principalKey(principal)}`) ?? null
    const row = lostRow(indexed, holding, context)
    if (row === 'undecided') gaps.push(undecided({ principal, permission: entry.permission }))
    else if (row !== null) rows.push(row)
  }
  return { rows, undecided: gaps }
}

function lostRow(
  { entry, index: at }: IndexedEntry,
  holding: Holding | null,
  { index, found, catalogue }: ComparisonContext,
): LostRow | null | 'undecided' {
  const parties = holding === null ? noParties : partiesLost(holding, entry)
  // Nearly every entry of an account at rest.
  const exact = holding !== null && index.coversExactly(entry, holding.grants)
  if (exact && !hasParties(parties)) return null
  const approved = index.approvedOf(entry)
  const lost =
    'undetermined' in approved
      ? approved
      : exact
        ? nothingLeft
        : index.subtract(approved.grants, holding === null ? [] : [{ grants: holding.grants }])
  if ('undetermined' in lost) return 'undecided'
  if (lost.grants.length === 0 && !hasParties(parties)) return null
  const actions = namedActions(lost.grants, catalogue)
  return {
    principal: presentPrincipal(entry, found),
    permission: entry.permission,
    grants: lost.grants,
    actions,
    example: actions[0] ?? lost.example,
    parties,
    entry_index: at,
    entirely: holding === null,
  }
}
