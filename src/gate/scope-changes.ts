/**
 * Changes to what the audit looks at, asks for, says and takes for granted. None of them is an error; each makes the
 * audit see or demand less, so that a person who did not make it has to agree.
 */
import type { Baseline } from '../baseline/baseline.ts'
import type { Config } from '../config/config.ts'
import { quoteText } from '../text/quote.ts'
import { broadEntries } from './broad-entries.ts'
import { changedKnownGaps, knownGapName } from './known-gap-changes.ts'
import type { GateEntry, GatePaths, ScopeChange } from './model.ts'
import { narrowedPermissions } from './narrowed-permissions.ts'
import { narrowedDefinitions } from './recorded-definitions.ts'
import { settingChanges } from './setting-changes.ts'

export interface ScopeInput {
  readonly paths: GatePaths
  /** Null: there was no such file. `unreadable`: it was malformed. */
  readonly baseConfig: Config | null | 'unreadable'
  /** Whether there was a baseline file, well-formed or not. */
  readonly hadBaseline: boolean
  /** Null: there was no such file, or it was malformed. */
  readonly baseBaseline: Baseline | null
  /** Null: it is malformed or missing, which fails by itself. */
  readonly headConfig: Config | null
  /** Null: there is no such file. */
  readonly headBaseline: Baseline | null
  readonly entries: readonly GateEntry[]
  /** Line in the head of the value at a path, or of the nearest part of it that is there. */
  readonly configLine: (path: readonly PropertyKey[]) => number
  readonly baselineLine: (path: readonly PropertyKey[]) => number
}

/** Every scope change, in the order in which the config is written, then those of the baseline. */
export function scopeChanges(input: ScopeInput): readonly ScopeChange[] {
  const { headConfig, paths, entries } = input
  return [
    ...(headConfig === null ? [] : configChanges({ ...input, headConfig })),
    ...adminGroupChange(input),
    ...(headConfig === null ? [] : narrowedDefinitions({ ...input, headConfig })),
    ...broadEntries(entries, paths.baseline),
    ...knownGapChanges(input),
  ]
}

function configChanges(input: ScopeInput & { readonly headConfig: Config }): readonly ScopeChange[] {
  const { baseConfig, baseBaseline, hadBaseline, headConfig, paths, configLine } = input
  const readable = baseConfig === 'unreadable' ? null : baseConfig
  const whole = (kind: ScopeChange['kind'], message: string): ScopeChange[] => [
    { kind, file: paths.config, line: 1, message, actions: [], example: null },
  ]
  return [
    ...(baseConfig === 'unreadable'
      ? whole(
          'base-unreadable',
          'The config before this change could not be read, so whether this one audits less than it did cannot be told.',
        )
      : []),
    ...(baseConfig === null && hadBaseline
      ? whole(
          'config-from-nowhere',
          `There is a baseline before this change, and no config at ${quoteText(paths.config)}: it was moved, or its path was changed, so whether this one audits less than the former cannot be told.`,
        )
      : []),
    ...(readable === null
      ? []
      : settingChanges(readable, headConfig, { file: paths.config, line: configLine })),
    ...narrowedPermissions({ paths, baseConfig: readable, baseBaseline, headConfig, configLine }),
  ]
}

/** A baseline that was not there is no baseline that had none: the first one records the group. */
function adminGroupChange({ paths, baseBaseline, headBaseline, baselineLine }: ScopeInput): ScopeChange[] {
  if (baseBaseline === null || headBaseline === null) return []
  const [old, now] = [baseBaseline.admin_group, headBaseline.admin_group]
  if (old === now) return []
  const message =
    now === undefined
      ? `admin_group is removed (was ${quoteText(old)}): a built-in group under another name would no longer be known by its id.`
      : old === undefined
        ? `admin_group is added: the group with the id ${quoteText(now)} would count as the built-in one.`
        : `admin_group is changed from ${quoteText(old)} to ${quoteText(now)}.`
  const where = { file: paths.baseline, line: baselineLine(['admin_group']) }
  return [{ kind: 'admin-group-changed', ...where, message, actions: [], example: null }]
}

function knownGapChanges({ paths, baseBaseline, headBaseline, baselineLine }: ScopeInput): ScopeChange[] {
  return changedKnownGaps(baseBaseline, headBaseline).map(({ gap, index, word }) => ({
    ...{ kind: 'known-gap', file: paths.baseline, line: baselineLine(['known_gaps', index]) },
    ...{ actions: [], example: null },
    message: `${knownGapName(gap)} is ${word}: what that document grants would count for nobody named there until ${gap.expires}.`,
  }))
}
