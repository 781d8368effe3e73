/** What a pull request changes in the approvals, judged by meaning: each entry within its definition, as a set. */
import type { Baseline, BaselineEntry, BaselineFile } from '../baseline/baseline.ts'
import { compareEntries, entryJson } from '../baseline/write-baseline.ts'
import {
  type Approved,
  intersectGrants,
  namedActions,
  shippedCatalogue,
  subtractGrants,
} from '../policy/index.ts'
import type { Difference, Undetermined } from '../policy/types.ts'
import type { EntryCause, EntryChange, GateDifference, GateEntry } from './model.ts'

/**
 * Every change to an entry, in the order of the file. An entry is `widened` exactly when what it approves within its
 * definition grew, whatever was edited for that: its grants, its `within`, `audited_permissions`, or `disabled`.
 * What is only spelled or formatted otherwise is no change of what is approved.
 */
export function compareApprovals(base: BaselineFile | null, head: BaselineFile): readonly GateEntry[] {
  const before = byKey(base?.baseline)
  const after = byKey(head.baseline)
  const lines = new Map(
    head.baseline.approvals.map((entry, at) => [keyOf(entry), head.lines[at] ?? null] as const),
  )
  const keys = [...new Set([...before.keys(), ...after.keys()])]
  return keys
    .map((key) => ({ one: before.get(key), other: after.get(key), line: lines.get(key) ?? null }))
    .sort((a, b) => compareEntries((a.other ?? a.one) as BaselineEntry, (b.other ?? b.one) as BaselineEntry))
    .flatMap(({ one, other, line }): GateEntry[] => {
      if (one === undefined) return [entirely('added', other as BaselineEntry, head.baseline, line)]
      if (other === undefined) return [entirely('removed', one, base?.baseline as Baseline, null)]
      return changesOf(one, other, base?.baseline as Baseline, head.baseline, line)
    })
}

/** What an entry approves: its grants, read within its own or the recorded definition. */
export function approvedBy(entry: BaselineEntry, baseline: Baseline): Approved {
  const recorded = Object.hasOwn(baseline.audited_permissions, entry.permission)
    ? baseline.audited_permissions[entry.permission]
    : undefined
  return { grants: entry.grants, within: entry.within ?? recorded }
}

export function keyOf(entry: { readonly user_id: string; readonly permission: string }): string {
  return JSON.stringify([entry.user_id, entry.permission])
}

function byKey(baseline: Baseline | undefined): Map<string, BaselineEntry> {
  return new Map((baseline?.approvals ?? []).map((entry) => [keyOf(entry), entry]))
}

function entirely(
  change: 'added' | 'removed',
  entry: BaselineEntry,
  baseline: Baseline,
  line: number | null,
): GateEntry {
  const set = beyond(approvedBy(entry, baseline), [])
  const all = difference('undetermined' in set ? { grants: entry.grants, example: null } : set)
  const [gained, lost] = change === 'added' ? [all, null] : [null, all]
  return {
    ...{ user_id: entry.user_id, user: entry.user, permission: entry.permission, change, cause: null },
    ...{ gained, lost, undetermined: null, fields: [], line },
    ...{ before: change === 'removed' ? entry : null, after: change === 'added' ? entry : null },
  }
}

function changesOf(
  before: BaselineEntry,
  after: BaselineEntry,
  base: Baseline,
  head: Baseline,
  line: number | null,
): GateEntry[] {
  const fields = differingFields(before, after)
  const [old, now] = [approvedBy(before, base), approvedBy(after, head)]
  const shape = { user_id: after.user_id, user: after.user, permission: after.permission, line }
  const row = (change: EntryChange, rest: Partial<GateEntry> = {}): GateEntry => ({
    ...{ ...shape, change, cause: null, gained: null, lost: null, undetermined: null },
    ...{ before, after, fields, ...rest },
  })
  const rows: GateEntry[] = []
  const cause = causeOf(before, after, old, now)
  if (cause !== null) {
    // An entry of a disabled user covers nothing once the user is enabled.
    const freed = before.disabled === true && after.disabled !== true
    const bound = before.disabled !== true && after.disabled === true
    const gained = beyond(now, freed ? [] : [old])
    const lost = beyond(old, bound ? [] : [now])
    if ('undetermined' in gained) rows.push(row('widened', { cause, undetermined: gained.undetermined }))
    else if (gained.grants.length > 0)
      rows.push(row('widened', { cause: freed ? 'enabled' : cause, gained: difference(gained) }))
    if (!('undetermined' in lost) && lost.grants.length > 0)
      rows.push(row('narrowed', { cause: bound ? 'enabled' : cause, lost: difference(lost) }))
  }
  const timed = changeOfExpiry(before.expires, after.expires)
  if (timed !== null) rows.push(row(timed))
  if (rows.length === 0 && fields.length > 0) rows.push(row('reworded'))
  return rows
}

/** Null: nothing that decides what is approved was edited, so nothing needs to be computed. */
function causeOf(
  before: BaselineEntry,
  after: BaselineEntry,
  old: Approved,
  now: Approved,
): EntryCause | null {
  const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
  if (!same(before.grants, after.grants)) return 'grants'
  if (!same(old.within, now.within)) return same(before.within, after.within) ? 'definition' : 'within'
  return before.disabled === after.disabled ? null : 'enabled'
}

/**
 * What of an entry's set the others do not approve. An entry with very many patterns can be too long to be written
 * once it is read within its definition, while the part that is left of it can not; so both orders are tried.
 */
function beyond(entry: Approved, others: readonly Approved[]): Difference | Undetermined {
  const { grants, within } = entry
  if (within === undefined) return subtractGrants(grants, others)
  const inside = intersectGrants(grants, within)
  if (!('undetermined' in inside)) return subtractGrants(inside, others)
  const left = subtractGrants(grants, others)
  if ('undetermined' in left) return left
  const part = intersectGrants(left.grants, within)
  return 'undetermined' in part ? part : subtractGrants(part, [])
}

function difference(found: Difference): GateDifference {
  return {
    grants: found.grants,
    actions: namedActions(found.grants, shippedCatalogue()),
    example: found.example,
  }
}

function changeOfExpiry(before: string | undefined, after: string | undefined): EntryChange | null {
  if (before === after || (before === undefined && after === undefined)) return null
  if (before === undefined) return 'shortened'
  return after === undefined || after > before ? 'prolonged' : 'shortened'
}

/** Keys whose value differs, in the order of the file. The order of keys inside a value is spelling. */
function differingFields(before: BaselineEntry, after: BaselineEntry): string[] {
  const [one, other] = [entryJson(before), entryJson(after)]
  const text = (value: unknown): string => JSON.stringify(value, sortedKeys) ?? ''
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (key) => text(one[key]) !== text(other[key]),
  )
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
