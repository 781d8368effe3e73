/** The baseline as it would be if what is held now were approved: what `update-baseline` writes. */
import { type NamedPrincipal, principalKey } from '../account/principal.ts'
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { approvalKey, entryKey, entryPrincipal } from '../baseline/entry.ts'
import { compareEntries, entryJson } from '../baseline/write-baseline.ts'
import type { Config } from '../config/config.ts'
import { actionSetDifference } from '../policy/index.ts'
import type { ActionSet } from '../policy/types.ts'
import { type Chosen, choosePrincipals } from './chosen.ts'
import { entryFor } from './entry-for.ts'
import type { ApprovedHolding, Drift, Verdict } from './model.ts'

export type UpdateKind = 'new' | 'exceeding' | 'expired' | 'no-longer-held' | 'renew'

export interface ProposeInput {
  readonly verdict: Verdict
  /** Everybody of the account, to tell who is meant. */
  readonly principals: readonly NamedPrincipal[]
  readonly config: Config
  /** Null: there is no baseline file yet. */
  readonly baseline: Baseline | null
  readonly update: ReadonlySet<UpdateKind>
  /** Names, ids or `kind:id`; empty: everybody. */
  readonly only: readonly string[]
  /** Human fields for every entry that is written anew or renewed; empty ones say nothing. */
  readonly fields: { readonly justification: string; readonly owner: string; readonly expires: string }
  /** UTC day. */
  readonly today: string
}

/** Somebody whom an update leaves as they are, and why. */
export interface LeftAlone {
  readonly principal: NamedPrincipal
  readonly permission: string | null
  readonly why: string
}

export interface Proposal {
  readonly baseline: Baseline
  /** Named and not written, and what is written only when it is named. */
  readonly left_alone: readonly LeftAlone[]
}

/**
 * Proposes a baseline. Entries that are not brought up to date stay as they are, with the definition they were made
 * against; entries that are get what is held now. Where no entry changes, nothing does. Pure: the same input, the same
 * proposal.
 *
 * @throws UserError for a name in `only` that nobody has, or that several have
 */
export function proposeBaseline(input: ProposeInput): Proposal {
  const { verdict, config, baseline, update, principals, only } = input
  const chosen = choosePrincipals(only, principals, baseline)
  const definitions: Record<string, ActionSet> = {
    ...baseline?.audited_permissions,
    ...Object.fromEntries(verdict.permissions.map((one) => [one.name, one.definition])),
  }
  const entries = new Map(baseline?.approvals.map((entry) => [entryKey(entry), entry]))
  const { written, skipped } = writtenEntries(input, chosen, entries)
  const gone = new Set(
    update.has('no-longer-held')
      ? verdict.no_longer_held
          .filter((row) => isChosen(row.principal, chosen))
          .map((row) => approvalKey(principalKey(row.principal), row.permission))
      : [],
  )
  const kept = (baseline?.approvals ?? [])
    .filter((entry) => !gone.has(entryKey(entry)) && !written.has(entryKey(entry)))
    .map((entry) => keepDefinition(entry, baseline, definitions, config))
    .map((entry) =>
      update.has('exceeding') && isChosen(entryPrincipal(entry), chosen) ? withName(entry, verdict) : entry,
    )
    .map((entry) => (isRenewed(entry, input, chosen) ? withFields(entry, entry, input.fields) : entry))
  const approvals = [...kept, ...written.values()].sort(compareEntries)
  const left_alone = [...skipped, ...namedAndLeft(input, chosen, approvals)]
  if (baseline !== null && sameEntries(baseline.approvals, approvals)) return { baseline, left_alone }
  const adminGroup = verdict.admin_group ?? baseline?.admin_group
  return {
    baseline: {
      ...(baseline?.$schema === undefined ? {} : { $schema: baseline.$schema }),
      account: verdict.account.id,
      ...(adminGroup === undefined || adminGroup === null ? {} : { admin_group: adminGroup }),
      audited_permissions: definitions,
      approvals,
      ...(baseline?.known_gaps === undefined ? {} : { known_gaps: baseline.known_gaps }),
    },
    left_alone,
  }
}

function isChosen(principal: Parameters<typeof principalKey>[0], chosen: Chosen): boolean {
  return chosen === null || chosen.has(principalKey(principal))
}

/** Entries that are written anew, by their keys, and holders who would have to be named for that. */
function writtenEntries(
  { verdict, update, fields }: ProposeInput,
  chosen: Chosen,
  entries: ReadonlyMap<string, BaselineEntry>,
): { readonly written: ReadonlyMap<string, BaselineEntry>; readonly skipped: readonly LeftAlone[] } {
  const written = new Map<string, BaselineEntry>()
  const skipped: LeftAlone[] = []
  const drifts = Map.groupBy(verdict.drift, (row) => approvalKey(principalKey(row.principal), row.permission))
  for (const holding of verdict.holdings) {
    const { principal, permission } = holding
    if (!holding.counts || !isChosen(principal, chosen)) continue
    const key = approvalKey(principalKey(principal), permission)
    const drift = drifts.get(key) ?? []
    const own = entries.get(key) ?? null
    const kind = updateKindOf(own, drift, verdict.has_baseline)
    if (kind === null || !update.has(kind)) continue
    const unbounded = chosen === null ? unboundedWords(holding) : null
    if (unbounded !== null) skipped.push({ principal, permission, why: unbounded })
    else written.set(key, freshEntry(holding, own, kind, drift, fields))
  }
  return { written, skipped }
}

/** What would have to be done for a holding; null: nothing. */
function updateKindOf(
  own: BaselineEntry | null,
  drift: readonly Drift[],
  hasBaseline: boolean,
): UpdateKind | null {
  // What an entry for everybody covers is nobody's own.
  const isNew = hasBaseline ? drift.some((row) => row.kind !== 'approval-expired') : true
  if (!isNew && drift.length === 0) return null
  return own === null ? 'new' : isNew ? 'exceeding' : 'expired'
}

/** Why nobody is to approve this without having named it; null where that is not so. */
function unboundedWords({ principal, trusted }: ApprovedHolding): string | null {
  if (trusted?.some((item) => item.open === true))
    return 'anybody whom its identity provider serves may assume it; it is approved only when it is named in users'
  if (trusted?.some((item) => 'everybody' in item))
    return 'it trusts everybody; it is approved only when it is named in users'
  if (principal.kind === 'federated' && principal.id.endsWith('/*'))
    return 'the identity provider names the groups itself; it is approved only when it is named in users'
  return null
}

function freshEntry(
  holding: ApprovedHolding,
  own: BaselineEntry | null,
  kind: UpdateKind,
  drift: readonly Drift[],
  fields: ProposeInput['fields'],
): BaselineEntry {
  // Nothing may be `approval-expired` though the date has passed: what it was for is held no more. The entry to
  // paste lacks the date in any case.
  const hasExpired =
    own?.expires !== undefined && drift.some((row) => row.proposed_entry.expires === undefined)
  const fresh = entryFor(holding, kind === 'exceeding' ? own : null, hasExpired)
  return withFields(kind === 'expired' && own ? renewal(fresh, own) : fresh, own, fields)
}

/** An expired entry renewed: the same people and reasons, what is held now, and no date that has passed. */
function renewal(fresh: BaselineEntry, own: BaselineEntry): BaselineEntry {
  return {
    ...fresh,
    ...(own.justification === undefined ? {} : { justification: own.justification }),
    ...(own.owner === undefined ? {} : { owner: own.owner }),
    extra: own.extra,
  }
}

/** With a new day, what was approved in advance stays so: else it would be asked back whenever nobody holds it. */
function withFields(
  entry: BaselineEntry,
  own: BaselineEntry | null,
  fields: ProposeInput['fields'],
): BaselineEntry {
  const assignment = fields.expires === '' ? undefined : own?.assignment
  return {
    ...entry,
    ...(assignment === undefined ? {} : { assignment }),
    ...(fields.justification === '' ? {} : { justification: fields.justification }),
    ...(fields.owner === '' ? {} : { owner: fields.owner }),
    ...(fields.expires === '' ? {} : { expires: fields.expires }),
  }
}

/** An entry in force that gets the human fields given: what it approves stays. Expired ones are left alone. */
function isRenewed(entry: BaselineEntry, { update, config, today }: ProposeInput, chosen: Chosen): boolean {
  if (!update.has('renew') || !isChosen(entryPrincipal(entry), chosen)) return false
  const isAudited = config.permissions.some((one) => one.name === entry.permission)
  return isAudited && !(entry.expires !== undefined && entry.expires < today)
}

/**
 * A rename recorded: the entry approves what it approved. Until its new name is recorded, whatever names that new
 * name exceeds its approval.
 */
function withName(entry: BaselineEntry, { renamed, permissions }: Verdict): BaselineEntry {
  if (!permissions.some((one) => one.name === entry.permission)) return entry
  const { id, kind } = entryPrincipal(entry)
  const row = renamed.find(
    (one) =>
      one.principal.kind === kind &&
      (one.recorded_id ?? one.principal.id) === id &&
      (one.recorded_id === null || one.permission === entry.permission),
  )
  if (row === undefined) return entry
  const { name, id: present } = row.principal
  if (entry.kind === 'user') return { ...entry, user: name }
  if (entry.kind === 'agency')
    return row.recorded_id === null ? { ...entry, agency: name } : { ...entry, agency_id: present }
  return { ...entry, group: name.slice(`${entry.provider} → `.length) }
}

/** Whoever was named and has no other entry than before, with why. */
function namedAndLeft(
  { verdict, baseline, update, today }: ProposeInput,
  chosen: Chosen,
  approvals: readonly BaselineEntry[],
): LeftAlone[] {
  if (chosen === null) return []
  const textOf = (list: readonly BaselineEntry[], key: string): string =>
    JSON.stringify(
      list.filter((entry) => principalKey(entryPrincipal(entry)) === key).map((entry) => entryJson(entry)),
    )
  return [...chosen].flatMap(([key, principal]): LeftAlone[] => {
    const before = baseline?.approvals ?? []
    if (textOf(before, key) !== textOf(approvals, key)) return []
    const own = before.filter((entry) => principalKey(entryPrincipal(entry)) === key)
    const holds = verdict.holdings.some((one) => principalKey(one.principal) === key)
    const drifts = verdict.drift.filter((row) => principalKey(row.principal) === key)
    const hasExpired = own.some((entry) => entry.expires !== undefined && entry.expires < today)
    const why =
      drifts.length > 0
        ? `what it holds is ${drifts.map((row) => row.kind).join(' and ')}, and update does not name that`
        : hasExpired && update.has('renew')
          ? 'its approval has expired; update: expired renews it'
          : own.length > 0
            ? 'its approval is up to date'
            : holds
              ? 'an entry for everybody covers it'
              : 'it holds nothing of what is audited'
    return [{ principal, permission: null, why }]
  })
}

/**
 * An entry that is not renewed stays what it was: where the recorded definition changes under it, or its patterns
 * reach beyond the recorded one, it takes that definition along, so that no later change of it widens the entry.
 */
function keepDefinition(
  entry: BaselineEntry,
  baseline: Baseline | null,
  definitions: Readonly<Record<string, ActionSet>>,
  config: Config,
): BaselineEntry {
  if (entry.within !== undefined) return entry
  const before = baseline?.audited_permissions[entry.permission]
  const after = definitions[entry.permission]
  if (before === undefined || after === undefined) return entry
  if (!config.permissions.some((one) => one.name === entry.permission)) return entry
  const stays =
    isWithin(before, after) &&
    isWithin(after, before) &&
    entry.grants.every((grant) => isWithin(grant, before))
  return stays ? entry : { ...entry, within: before }
}

function isWithin(one: ActionSet, other: ActionSet): boolean {
  const difference = actionSetDifference(one, other)
  return !('undetermined' in difference) && difference.empty
}

function sameEntries(one: readonly BaselineEntry[], other: readonly BaselineEntry[]): boolean {
  const texts = (list: readonly BaselineEntry[]): string[] =>
    [...list].sort(compareEntries).map((entry) => JSON.stringify(entryJson(entry)))
  return JSON.stringify(texts(one)) === JSON.stringify(texts(other))
}
