/**
 * Judges what a pull request changes in config and baseline, from the texts alone: no account, no GitHub. What only a
 * review or the live account can tell is added by `withReview` and `withVerification`.
 */
import type { BaselineFile } from '../baseline/baseline.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read-config.ts'
import { YamlSource } from '../config/yaml-source.ts'
import { UserError } from '../problem.ts'
import { quoteText } from '../text-quote.ts'
import { compareApprovals } from './compare-entries.ts'
import { entryFailures, stricterRules } from './entry-rules.ts'
import { knownGapFailures } from './known-gap-rules.ts'
import type {
  GateEntry,
  GateEvent,
  GateFailure,
  GatePaths,
  GateTexts,
  GateVerdict,
  ReviewDecision,
  ScopeChange,
  Verification,
} from './model.ts'
import { scopeChanges } from './scope-changes.ts'

export interface JudgeInput {
  readonly base: GateTexts
  readonly head: GateTexts
  readonly paths: GatePaths
  /** UTC day. */
  readonly today: string
  readonly event: GateEvent
}

/**
 * The verdict on the texts. With scope changes on a pull request it fails until `withReview` brings an approval.
 * A file that is missing or malformed at the base is no reason to fail; at the head it is. A baseline that is missing
 * on both sides is not: it comes after the first audit.
 */
export function judge(input: JudgeInput): GateVerdict {
  const { base, head, paths, event } = input
  const touched = !sameLines(base.config, head.config) || !sameLines(base.baseline, head.baseline)
  if (!touched)
    return conclude({
      event,
      paths,
      touched,
      entries: [],
      failures: [],
      scope: [],
      notices: withoutConfig(input),
    })
  const failures: GateFailure[] = []
  const before = readBase(base, paths)
  const config = attempt(() => readConfig(expected(head.config, paths.config), paths.config), failures)
  const baseline =
    head.baseline === null && base.baseline === null
      ? null
      : attempt(() => readBaseline(expected(head.baseline, paths.baseline), paths.baseline), failures)
  failures.push(...otherAccount(before, config, baseline, input))
  const entries = baseline === null ? [] : compareApprovals(before.baseline, baseline)
  const rules = stricterRules([before.config, config].filter((one) => one !== null && one !== 'unreadable'))
  const where = { today: input.today, file: paths.baseline }
  failures.push(...entryFailures(entries, rules, where))
  const baselineLine = lineFinder(baseline?.text ?? null, paths.baseline)
  failures.push(
    ...knownGapFailures(before.baseline?.baseline ?? null, baseline?.baseline ?? null, rules, {
      ...where,
      line: baselineLine,
    }),
  )
  const scope =
    config === null || event === 'merge_group'
      ? []
      : scopeChanges({
          ...{ paths, baseConfig: before.config, headConfig: config },
          ...{ baseBaseline: before.baseline?.baseline ?? null, headBaseline: baseline?.baseline ?? null },
          ...{ configLine: lineFinder(head.config, paths.config), baselineLine },
        })
  const notices = noticesOf(input, entries, config)
  return conclude({ event, paths, touched, entries, failures, scope, notices })
}

/**
 * Whether two texts of a file, null where there is none, are the same but for the ends of lines: a checkout may end
 * them otherwise than the commit does (`core.autocrlf`), and that changes nothing of either format.
 */
export function sameLines(one: string | null, other: string | null): boolean {
  const unified = (text: string | null): string | null => text?.replaceAll('\r\n', '\n') ?? null
  return unified(one) === unified(other)
}

/** The verdict once the reviews of the head commit were read. */
export function withReview(verdict: GateVerdict, review: ReviewDecision): GateVerdict {
  return settled({ ...verdict, review: verdict.review_needed ? review : null })
}

/** The verdict once the head was held against the live account. */
export function withVerification(verdict: GateVerdict, verification: Verification): GateVerdict {
  const failures = [...verdict.failures, ...verification.failures]
  return settled({
    ...verdict,
    failures,
    verification,
    notices: [...verdict.notices, ...verification.notices],
  })
}

interface Parts {
  readonly event: GateEvent
  readonly paths: GatePaths
  readonly touched: boolean
  readonly entries: readonly GateEntry[]
  readonly failures: readonly GateFailure[]
  readonly scope: readonly ScopeChange[]
  readonly notices: readonly string[]
}

function conclude({ scope, ...parts }: Parts): GateVerdict {
  return settled({
    ...parts,
    result: 'passed',
    scope_changes: scope,
    review_needed: scope.length > 0,
    review: null,
    verification: null,
  })
}

/** Result and the failure for the missing review follow from everything else. */
function settled(verdict: GateVerdict): GateVerdict {
  const others = verdict.failures.filter((one) => one.code !== 'scope-not-reviewed')
  const failures = [...others, ...missingReview(verdict)]
  return { ...verdict, failures, result: failures.length === 0 ? 'passed' : 'failed' }
}

function missingReview({ review_needed, review, scope_changes }: GateVerdict): GateFailure[] {
  const first = scope_changes[0]
  if (!review_needed || first === undefined || review?.approved) return []
  const count = scope_changes.length
  const reasons = review === null ? [] : review.reasons
  return [
    {
      ...{ code: 'scope-not-reviewed', file: first.file, line: first.line, column: null },
      ...{ user_id: null, permission: null },
      message: [
        `${count === 1 ? 'A change' : `${count} changes`} to what is audited ${count === 1 ? 'has' : 'have'} no approving review of the head commit.`,
        ...reasons,
      ].join(' '),
      remedy:
        'Ask somebody with write access, who is neither the author of the pull request nor of its last commit, to approve it; then run this check again, since it stays red by itself.',
    },
  ]
}

interface Before {
  readonly config: Config | null | 'unreadable'
  readonly baseline: BaselineFile | null
}

/** A malformed baseline at the base is an empty one; a malformed config there makes the scope unknown. */
function readBase(base: GateTexts, paths: GatePaths): Before {
  const { config, baseline } = base
  const read = config === null ? null : attempt(() => readConfig(config, paths.config), [])
  return {
    config: config !== null && read === null ? 'unreadable' : read,
    baseline: baseline === null ? null : attempt(() => readBaseline(baseline, paths.baseline), []),
  }
}

/** Runs a reader; what is wrong with the file becomes failures, and null its result. */
function attempt<T>(read: () => T, failures: GateFailure[]): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    for (const problem of error.problems)
      failures.push({
        code: problem.line === undefined ? 'missing-file' : 'malformed',
        ...{ file: problem.where, line: problem.line ?? null, column: problem.column ?? null },
        ...{ message: problem.message, remedy: problem.remedy ?? 'Correct it.' },
        ...{ user_id: null, permission: null },
      })
    return null
  }
}

function expected(text: string | null, path: string): string {
  if (text === null)
    throw new UserError([
      {
        where: path,
        message: 'there is no such file in the pull request.',
        remedy: 'Keep the file, or correct the path in the inputs of the workflow.',
      },
    ])
  return text
}

function otherAccount(
  before: Before,
  config: Config | null,
  baseline: BaselineFile | null,
  { paths, head }: JudgeInput,
): GateFailure[] {
  const old = before.config === 'unreadable' ? null : before.config
  const failure = (file: string, text: string | null, found: string, wanted: string, by: string) => ({
    ...({ code: 'other-account', file, column: null, user_id: null, permission: null } as const),
    line: lineFinder(text, file)(['account']),
    message: `found the account ${quoteText(found)}; ${by} ${quoteText(wanted)}.`,
    remedy: 'Give another account a config and a baseline of its own.',
  })
  const failures: GateFailure[] = []
  if (config?.account && old?.account && config.account !== old.account)
    failures.push(failure(paths.config, head.config, config.account, old.account, 'before it was'))
  if (baseline === null) return failures
  const named = config?.account ?? old?.account ?? null
  const recorded = before.baseline?.baseline.account ?? null
  const found = baseline.baseline.account
  if (named !== null && found !== named)
    failures.push(failure(paths.baseline, head.baseline, found, named, 'the config names'))
  else if (recorded !== null && found !== recorded)
    failures.push(failure(paths.baseline, head.baseline, found, recorded, 'before it was'))
  return failures
}

/** Line (from 1) of a value in a text that was read before; 1 where there is none. */
function lineFinder(text: string | null, path: string): (at: readonly PropertyKey[]) => number {
  const source = text === null ? null : YamlSource.read(text, path)
  return (at) => source?.position(at).line ?? 1
}

/** A path that nobody has a file at is never touched: a gate that names the wrong one would pass everything unseen. */
function withoutConfig({ head, paths }: JudgeInput): string[] {
  if (head.config !== null) return []
  return [
    `There is no config at ${paths.config}, neither before this change nor after it, so this gate judges nothing. If the audit reads it from another path, name that in the input config here too.`,
  ]
}

function noticesOf(
  { base, head, paths }: JudgeInput,
  entries: readonly GateEntry[],
  config: Config | null,
): string[] {
  const audited = new Set(config?.permissions.map((one) => one.name))
  const unaudited = entries
    .filter((row) => row.after !== null && row.change !== 'narrowed' && !audited.has(row.permission))
    .map((row) => row.permission)
  const names = [...new Set(unaudited)].map((name) => quoteText(name)).join(', ')
  return [
    ...(base.config === null && base.baseline !== null && head.config !== null
      ? [
          `There is no config at ${paths.config} before this change, so there are no settings to compare it with. If it was moved, compare by hand.`,
        ]
      : []),
    ...(base.baseline === null && head.baseline === null
      ? [`There is no baseline at ${paths.baseline} yet: the first audit proposes one.`]
      : []),
    ...(config !== null && names !== ''
      ? [`Entries are changed for permissions that the config does not audit: ${names}.`]
      : []),
  ]
}
