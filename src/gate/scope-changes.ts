/**
 * Changes to what the audit looks at, asks for and says. None of them is an error; each makes the audit see or demand
 * less, so that a person other than the author has to agree.
 */
import type { Baseline, KnownGap } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { quoteText } from '../text-quote.ts'
import type { GatePaths, ScopeChange, ScopeChangeKind } from './model.ts'
import { narrowedPermissions } from './narrowed-permissions.ts'

export interface ScopeInput {
  readonly paths: GatePaths
  /** Null: there was no such file. `unreadable`: it was malformed. */
  readonly baseConfig: Config | null | 'unreadable'
  readonly baseBaseline: Baseline | null
  readonly headConfig: Config
  /** Null: there is no such file. */
  readonly headBaseline: Baseline | null
  /** Line in the head of the value at a path, or of the nearest part of it that is there. */
  readonly configLine: (path: readonly PropertyKey[]) => number
  readonly baselineLine: (path: readonly PropertyKey[]) => number
}

/** Every scope change, in the order in which the config is written, then those of the baseline. */
export function scopeChanges(input: ScopeInput): readonly ScopeChange[] {
  const { baseConfig } = input
  const config =
    baseConfig === 'unreadable'
      ? [unreadable(input)]
      : baseConfig === null
        ? []
        : settingChanges(baseConfig, input)
  return [
    ...config,
    ...narrowedPermissions({ ...input, baseConfig: baseConfig === 'unreadable' ? null : baseConfig }),
    ...adminGroupChange(input),
    ...knownGapChanges(input),
  ]
}

function unreadable({ paths }: ScopeInput): ScopeChange {
  return {
    ...{ kind: 'base-unreadable', file: paths.config, line: 1, actions: [], example: null },
    message:
      'The config before this change could not be read, so whether this one audits less than it did cannot be told.',
  }
}

function settingChanges(base: Config, input: ScopeInput): ScopeChange[] {
  const head = input.headConfig
  const changes: ScopeChange[] = []
  const add = (kind: ScopeChangeKind, path: readonly PropertyKey[], message: string): void => {
    const where = { file: input.paths.config, line: input.configLine(path) }
    changes.push({ kind, ...where, message, actions: [], example: null })
  }
  if (base.account !== null && head.account === null)
    add(
      'account-dropped',
      ['account'],
      `account is dropped (was ${quoteText(base.account)}): any account would be accepted.`,
    )
  loosenedApprovals(base, head, add)
  if (base.issue.enabled && !head.issue.enabled)
    add('issue-disabled', ['issue', 'enabled'], 'issue.enabled is false: no issue would be written.')
  for (const section of ['drift', 'incomplete'] as const)
    if (base.issue.on.includes(section) && !head.issue.on.includes(section))
      add('issue-section-dropped', ['issue', 'on'], `${section} is dropped from issue.on.`)
  return changes
}

function loosenedApprovals(
  base: Config,
  head: Config,
  add: (kind: ScopeChangeKind, path: readonly PropertyKey[], message: string) => void,
): void {
  const [old, now] = [base.approvals, head.approvals]
  // max-days asks for expires by itself, so dropping it is said once.
  const dropped = old.require.filter((field) => !now.require.includes(field))
  const fields = dropped.filter((field) => !(field === 'expires' && old.maxDays !== null))
  if (fields.length > 0)
    add(
      'approvals-loosened',
      ['approvals', 'require'],
      `approvals.require no longer asks for ${fields.join(' and ')}.`,
    )
  if (old.maxDays !== null && now.maxDays === null)
    add(
      'approvals-loosened',
      ['approvals', 'max-days'],
      `approvals.max-days is dropped (was ${old.maxDays})${
        dropped.includes('expires') ? ', and expires is no longer required' : ''
      }.`,
    )
  else if (old.maxDays !== null && now.maxDays !== null && now.maxDays > old.maxDays)
    add(
      'approvals-loosened',
      ['approvals', 'max-days'],
      `approvals.max-days is raised from ${old.maxDays} to ${now.maxDays}.`,
    )
}

function adminGroupChange({ paths, baseBaseline, headBaseline, baselineLine }: ScopeInput): ScopeChange[] {
  const [old, now] = [baseBaseline?.admin_group, headBaseline?.admin_group]
  if (old === undefined || headBaseline === null || old === now) return []
  const message =
    now === undefined
      ? `admin_group is removed (was ${quoteText(old)}): a built-in group under another name would no longer be known by its id.`
      : `admin_group is changed from ${quoteText(old)} to ${quoteText(now)}.`
  const where = { file: paths.baseline, line: baselineLine(['admin_group']) }
  return [{ kind: 'admin-group-changed', ...where, message, actions: [], example: null }]
}

function knownGapChanges({ paths, baseBaseline, headBaseline, baselineLine }: ScopeInput): ScopeChange[] {
  return changedKnownGaps(baseBaseline, headBaseline).map(({ gap, index, word }) => ({
    ...{ kind: 'known-gap', file: paths.baseline, line: baselineLine(['known_gaps', index]) },
    ...{ actions: [], example: null },
    message: `The known gap for version ${quoteText(gap.version_id)} of policy ${quoteText(gap.policy_id)} is ${word}: what that document grants would count for nobody until ${gap.expires}.`,
  }))
}

/**
 * Items of `known_gaps` that are new, changed or prolonged. One that ends earlier and is otherwise the same is none:
 * nothing is accepted by it that was not before.
 */
export function changedKnownGaps(
  base: Baseline | null,
  head: Baseline | null,
): readonly { readonly gap: KnownGap; readonly index: number; readonly word: string }[] {
  const before = base?.known_gaps ?? []
  return (head?.known_gaps ?? []).flatMap((gap, index) => {
    const same = before.filter((one) => one.policy_id === gap.policy_id && one.version_id === gap.version_id)
    const exact = same.filter((one) => one.sha256 === gap.sha256)
    if (exact.some((one) => one.justification === gap.justification && one.expires >= gap.expires)) return []
    if (same.length === 0) return [{ gap, index, word: 'new' }]
    const prolonged = exact.length > 0 && exact.every((one) => one.expires < gap.expires)
    return [{ gap, index, word: prolonged ? `prolonged to ${gap.expires}` : 'changed' }]
  })
}
