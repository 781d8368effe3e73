/**
 * What a pull request changes in config and baseline, judged from the texts alone: no account, no GitHub. What only a
 * review or the live account can answer is asked for by this, gathered by the caller, and decided by `decideGate`.
 */
import { configNotices } from '../audit/config-notices.ts'
import type { Config } from '../config/config.ts'
import { shippedCatalogue } from '../policy/index.ts'
import { quoteText } from '../text/quote.ts'
import { compareApprovals } from './compare-entries.ts'
import { approvesMore, entryFailures, stricterRules } from './entry-rules.ts'
import { knownGapFailures } from './known-gap-rules.ts'
import type { GateEntry, GateFailure, GateInput, ScopeChange } from './model.ts'
import { type BaseSide, type HeadSide, lineFinder, readBaseSide, readHeadSide } from './read-sides.ts'
import { scopeChanges } from './scope-changes.ts'

/** Everything that the texts say. */
export interface GateChange {
  readonly input: GateInput
  /** False: neither file differs between base and head, and nothing was judged. */
  readonly touched: boolean
  readonly base: BaseSide
  readonly head: Omit<HeadSide, 'failures'>
  readonly entries: readonly GateEntry[]
  readonly failures: readonly GateFailure[]
  /** None in a merge group: they were judged on the pull request. */
  readonly scope: readonly ScopeChange[]
  /** Rows of entries that need a review; none in a merge group either. */
  readonly entriesToReview: readonly GateEntry[]
  readonly notices: readonly string[]
}

/**
 * Compares the sides. A file that is missing or malformed at the base is no reason to fail; at the head it is. A
 * baseline that is missing on both sides is not: it comes after the first audit.
 */
export function readChange(input: GateInput): GateChange {
  const { base, head, paths } = input
  if (sameLines(base.config, head.config) && sameLines(base.baseline, head.baseline))
    return { ...untouched, input, notices: withoutConfig(input) }
  const before = readBaseSide(base, paths)
  const after = readHeadSide(input, before)
  const entries = after.baseline === null ? [] : compareApprovals(before.baseline, after.baseline)
  const rules = stricterRules([before.config, after.config].filter(isConfig))
  const [old, now] = [before.baseline?.baseline ?? null, after.baseline?.baseline ?? null]
  const where = { today: input.today, file: paths.baseline }
  const baselineLine = lineFinder(after.baseline?.text ?? null, paths.baseline)
  const isQueued = input.event === 'merge_group'
  return {
    ...{ input, touched: true, base: before, head: after, entries },
    failures: [
      ...after.failures,
      ...entryFailures(entries, rules, where),
      ...knownGapFailures(old, now, rules, { ...where, line: baselineLine }),
    ],
    scope: isQueued
      ? []
      : scopeChanges({
          ...{ paths, entries, baseConfig: before.config, headConfig: after.config },
          ...{ hadBaseline: base.baseline !== null, baseBaseline: old, headBaseline: now, baselineLine },
          configLine: lineFinder(after.config === null ? null : head.config, paths.config),
        }),
    entriesToReview: rules.review && !isQueued ? entries.filter(approvesMore) : [],
    notices: noticesOf(input, entries, after.config),
  }
}

/**
 * Whether two texts of a file, null where there is none, are the same but for the ends of lines: a checkout may end
 * them otherwise than the commit does (`core.autocrlf`), and that changes nothing of either format.
 */
export function sameLines(one: string | null, other: string | null): boolean {
  const unified = (text: string | null): string | null => text?.replaceAll('\r\n', '\n') ?? null
  return unified(one) === unified(other)
}

/** Whether reviews have to be read. */
export function needsReview({ scope, entriesToReview }: GateChange): boolean {
  return scope.length > 0 || entriesToReview.length > 0
}

const untouched = {
  ...{ touched: false, base: { config: null, baseline: null }, head: { config: null, baseline: null } },
  ...{ entries: [], failures: [], scope: [], entriesToReview: [] },
} as const

function isConfig(config: BaseSide['config']): config is Config {
  return config !== null && config !== 'unreadable'
}

/** A path that nobody has a file at is never touched: a gate that names the wrong one would pass everything unseen. */
function withoutConfig({ head, paths }: GateInput): string[] {
  if (head.config !== null) return []
  return [
    `There is no config at ${paths.config}, neither before this change nor after it, so this gate judges nothing. If the audit reads it from another path, name that in the input config here too.`,
  ]
}

function noticesOf(
  { base, head, paths }: GateInput,
  entries: readonly GateEntry[],
  config: Config | null,
): string[] {
  const audited = new Set(config?.permissions.map((one) => one.name))
  const unaudited = entries
    .filter((row) => row.after !== null && row.change !== 'narrowed' && !audited.has(row.permission))
    .map((row) => row.permission)
  const names = [...new Set(unaudited)].map((name) => quoteText(name)).join(', ')
  return [
    ...(base.config !== null && base.baseline === null && head.baseline !== null
      ? [
          `There is no baseline at ${paths.baseline} before this change, so every entry counts as new. If it was moved, compare by hand.`,
        ]
      : []),
    ...(base.baseline === null && head.baseline === null
      ? [`There is no baseline at ${paths.baseline} yet: the first audit proposes one.`]
      : []),
    ...(config === null ? [] : configNotices(config, paths.config, shippedCatalogue(), [])),
    ...(config !== null && names !== ''
      ? [`Entries are changed for permissions that the config does not audit: ${names}.`]
      : []),
  ]
}
