/** The baseline as it would be if what is held now were approved: what `update-baseline` writes. */
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { compareEntries } from '../baseline/write-baseline.ts'
import type { Config } from '../config/config.ts'
import { actionSetDifference } from '../policy/index.ts'
import type { ActionSet } from '../policy/types.ts'
import { UserError } from '../problem.ts'
import type { User } from '../snapshot/snapshot.ts'
import { entryFor } from './drift.ts'
import type { Verdict } from './model.ts'

export type UpdateKind = 'new' | 'exceeding' | 'expired' | 'no-longer-held'

export interface ProposeInput {
  readonly verdict: Verdict
  /** Users of the account, to tell who is meant. */
  readonly users: readonly User[]
  readonly config: Config
  /** Null: there is no baseline file yet. */
  readonly baseline: Baseline | null
  readonly update: ReadonlySet<UpdateKind>
  /** Names or ids; empty: everybody. */
  readonly only: readonly string[]
  /** Human fields for every entry that is written anew or renewed; empty ones say nothing. */
  readonly fields: { readonly justification: string; readonly owner: string; readonly expires: string }
}

/**
 * Proposes a baseline. Entries that are not brought up to date stay as they are, with the definition they were made
 * against; entries that are get what is held now. Pure: the same input, the same baseline.
 *
 * @throws UserError for a name in `only` that nobody has, or that several have
 */
export function proposeBaseline(input: ProposeInput): Baseline {
  const { verdict, config, baseline, update } = input
  const chosen = chosenUsers(input)
  const isChosen = (id: string): boolean => chosen === null || chosen.has(id)
  const definitions: Record<string, ActionSet> = {
    ...baseline?.audited_permissions,
    ...Object.fromEntries(verdict.permissions.map((one) => [one.name, one.definition])),
  }
  const renewed = new Map<string, BaselineEntry>()
  const entries = new Map(baseline?.approvals.map((entry) => [pair(entry.user_id, entry.permission), entry]))
  const drifts = Map.groupBy(verdict.drift, (row) => pair(row.user_id, row.permission))
  for (const holding of verdict.holdings) {
    if (!holding.counts || !isChosen(holding.user_id)) continue
    const key = pair(holding.user_id, holding.permission)
    const drift = drifts.get(key) ?? []
    const own = entries.get(key) ?? null
    // What an entry for everybody covers is nobody's own.
    const isNew = verdict.has_baseline ? drift.some((row) => row.kind !== 'approval-expired') : true
    const kind: UpdateKind = own === null ? 'new' : isNew ? 'exceeding' : 'expired'
    if ((!isNew && drift.length === 0) || !update.has(kind)) continue
    // Nothing may be `approval-expired` though the date has passed: what it was for is held no more. The entry to
    // paste lacks the date in any case.
    const hasExpired =
      own?.expires !== undefined && drift.some((row) => row.proposed_entry.expires === undefined)
    const fresh = entryFor(holding, kind === 'exceeding' ? own : null, hasExpired)
    renewed.set(key, withFields(kind === 'expired' && own ? renewal(fresh, own) : fresh, own, input.fields))
  }
  const gone = update.has('no-longer-held')
    ? new Set(
        verdict.no_longer_held
          .filter((row) => isChosen(row.user_id))
          .map((row) => pair(row.user_id, row.permission)),
      )
    : new Set<string>()
  const kept = (baseline?.approvals ?? [])
    .filter(
      (entry) =>
        !gone.has(pair(entry.user_id, entry.permission)) &&
        !renewed.has(pair(entry.user_id, entry.permission)),
    )
    .map((entry) => keepDefinition(entry, baseline, definitions, config))
    .map((entry) => (update.has('exceeding') && isChosen(entry.user_id) ? withName(entry, verdict) : entry))
  const adminGroup = verdict.admin_group ?? baseline?.admin_group
  return {
    account: verdict.account.id,
    ...(adminGroup === undefined || adminGroup === null ? {} : { admin_group: adminGroup }),
    audited_permissions: definitions,
    approvals: [...kept, ...renewed.values()].sort(compareEntries),
    ...(baseline?.known_gaps === undefined ? {} : { known_gaps: baseline.known_gaps }),
  }
}

/** Ids of the users meant; null: everybody. Ids win over names. */
function chosenUsers({ only, users, baseline }: ProposeInput): ReadonlySet<string> | null {
  if (only.length === 0) return null
  const recorded = baseline?.approvals ?? []
  const problems: string[] = []
  const ids = only.flatMap((text) => {
    if (users.some((user) => user.user_id === text) || recorded.some((entry) => entry.user_id === text))
      return [text]
    const named = users.filter((user) => user.user_name === text).map((user) => user.user_id)
    const past =
      named.length > 0 ? named : recorded.filter((entry) => entry.user === text).map((entry) => entry.user_id)
    const found = [...new Set(past)]
    if (found.length === 0)
      problems.push(`Input users names ${JSON.stringify(text)}, whom neither account nor baseline has.`)
    if (found.length > 1)
      problems.push(
        `Input users names ${JSON.stringify(text)}, which ${found.length} users are called; give an id.`,
      )
    return found
  })
  if (problems.length > 0) throw new UserError(problems.join('\n'))
  return new Set(ids)
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

/**
 * A rename recorded: the entry approves what it approved. Until its new name is recorded, whatever names that new
 * name exceeds its approval.
 */
function withName(entry: BaselineEntry, { renamed, permissions }: Verdict): BaselineEntry {
  const row = renamed.find((one) => one.user_id === entry.user_id)
  const audited = permissions.some((one) => one.name === entry.permission)
  return row === undefined || !audited ? entry : { ...entry, user: row.user }
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

function pair(userId: string, permission: string): string {
  return `${permission} ${userId}`
}
