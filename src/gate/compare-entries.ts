/** What a pull request changes in the approvals, entry by entry, judged by meaning. */
import type { PrincipalRef } from '../account/principal.ts'
import type { Baseline, BaselineEntry, BaselineFile } from '../baseline/baseline.ts'
import { entryPrincipal } from '../baseline/entry.ts'
import { compareEntries } from '../baseline/write-baseline.ts'
import type { PlacedEntry } from './approved-set.ts'
import { changeOfExpiry, differingFields } from './entry-fields.ts'
import { type Growth, growth, wholeEntry } from './entry-growth.ts'
import type { GateEntry } from './model.ts'
import { changedNames, type RecordedNames } from './recorded-names.ts'

/**
 * Every change to an entry, in the order of the file. An entry is `widened` exactly when what it approves within its
 * definition grew, or for whom, whatever was edited for that: its grants, its `within`, `audited_permissions`,
 * `disabled`, whom an agency trusts, who vouches and when, or a name that its restrictions match. What is only
 * spelled or formatted otherwise is no change of what is approved.
 */
export function compareApprovals(base: BaselineFile | null, head: BaselineFile): readonly GateEntry[] {
  const before = byKey(base?.baseline)
  const after = byKey(head.baseline)
  const names = base === null ? [] : changedNames(base.baseline, head.baseline)
  const lines = new Map(
    head.baseline.approvals.map((entry, at) => [keyOfEntry(entry), head.lines[at] ?? null] as const),
  )
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((key) => ({ one: before.get(key), other: after.get(key), line: lines.get(key) ?? null }))
    .sort((a, b) => compareEntries(present(a), present(b)))
    .flatMap(({ one, other, line }): GateEntry[] => {
      if (one === undefined) return other === undefined ? [] : [entirely('added', other, line)]
      if (other === undefined) return [entirely('removed', one, null)]
      return changesOf(one, other, names, line)
    })
}

/** One text for each principal and permission, in which no id can stand for another kind's. */
export function changeKey({ kind, id }: PrincipalRef, permission: string): string {
  return JSON.stringify([kind, id, permission])
}

/** The same of an entry. */
export function keyOfEntry(entry: BaselineEntry): string {
  return changeKey(entryPrincipal(entry), entry.permission)
}

/** The same of a row: an entry that changes in two ways has two of them. */
export function keyOfRow({ principal, permission }: Pick<GateEntry, 'principal' | 'permission'>): string {
  return changeKey(principal, permission)
}

function byKey(baseline: Baseline | undefined): Map<string, PlacedEntry> {
  return new Map(baseline?.approvals.map((entry) => [keyOfEntry(entry), { entry, baseline }] as const) ?? [])
}

/** One of the two is there: the key comes from it. */
function present({
  one,
  other,
}: {
  one?: PlacedEntry | undefined
  other?: PlacedEntry | undefined
}): BaselineEntry {
  return ((other ?? one) as PlacedEntry).entry
}

function entirely(change: 'added' | 'removed', one: PlacedEntry, line: number | null): GateEntry {
  const all = wholeEntry(one)
  const { entry } = one
  return {
    ...{ principal: entryPrincipal(entry), permission: entry.permission, change, causes: [] },
    ...{ gained: change === 'added' ? all : null, lost: change === 'removed' ? all : null },
    ...{ before: change === 'removed' ? entry : null, after: change === 'added' ? entry : null },
    ...{ undetermined: null, fields: [], line },
  }
}

function changesOf(
  one: PlacedEntry,
  other: PlacedEntry,
  names: readonly RecordedNames[],
  line: number | null,
): GateEntry[] {
  const [before, after] = [one.entry, other.entry]
  const fields = differingFields(before, after)
  const row = (change: GateEntry['change'], rest: Partial<GateEntry> = {}): GateEntry => ({
    ...{ principal: entryPrincipal(after), permission: after.permission, change, causes: [] },
    ...{ gained: null, lost: null, undetermined: null, before, after, fields, line, ...rest },
  })
  const [gained, lost] = [growth(other, one, names), growth(one, other, null)]
  const timed = changeOfExpiry(before.expires, after.expires)
  const rows = [
    ...(gained === null ? [] : [row('widened', widening(gained))]),
    // What could not be decided counts as widened, and is said once.
    ...(lost === null || lost.difference === null
      ? []
      : [row('narrowed', { causes: lost.causes, lost: lost.difference })]),
    ...(timed === null ? [] : [row(timed)]),
  ]
  return rows.length === 0 && fields.length > 0 ? [row('reworded')] : rows
}

function widening({ causes, difference, undetermined }: Growth): Partial<GateEntry> {
  return { causes, gained: difference, undetermined }
}
