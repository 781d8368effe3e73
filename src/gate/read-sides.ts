/** Both files of both sides, read: what is wrong with the head becomes failures, and a base that is broken counts as less. */
import type { BaselineFile } from '../baseline/baseline.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read-config.ts'
import { UserError } from '../text/problem.ts'
import { quoteText } from '../text/quote.ts'
import { YamlSource } from '../text/yaml-source.ts'
import type { GateFailure, GateInput, GatePaths, GateTexts } from './model.ts'

export interface BaseSide {
  /** Null: there was no such file. `unreadable`: it was malformed, so what was audited is not known. */
  readonly config: Config | null | 'unreadable'
  /** Null: there was no such file, or it was malformed: nothing was approved. */
  readonly baseline: BaselineFile | null
}

export interface HeadSide {
  /** Null: missing or malformed, which is a failure. */
  readonly config: Config | null
  /** Null: missing or malformed; missing on both sides is no failure: it comes after the first audit. */
  readonly baseline: BaselineFile | null
  readonly failures: readonly GateFailure[]
}

/** Reads the base. Never fails. */
export function readBaseSide({ config, baseline }: GateTexts, paths: GatePaths): BaseSide {
  const read = config === null ? null : attempt(() => readConfig(config, paths.config), [])
  return {
    config: config !== null && read === null ? 'unreadable' : read,
    baseline: baseline === null ? null : attempt(() => readBaseline(baseline, paths.baseline), []),
  }
}

/** Reads the head, with every problem of both files, and holds its account against that of the base. */
export function readHeadSide(input: GateInput, before: BaseSide): HeadSide {
  const { base, head, paths } = input
  const failures: GateFailure[] = []
  const config = attempt(() => readConfig(expected(head.config, paths.config), paths.config), failures)
  const baseline =
    head.baseline === null && base.baseline === null
      ? null
      : attempt(() => readBaseline(expected(head.baseline, paths.baseline), paths.baseline), failures)
  failures.push(...otherAccount(before, config, baseline, input))
  return { config, baseline, failures }
}

/** Line (from 1) of a value in a text that was read before; 1 where there is none. */
export function lineFinder(text: string | null, path: string): (at: readonly PropertyKey[]) => number {
  const source = text === null ? null : YamlSource.read(text, path)
  return (at) => source?.position(at).line ?? 1
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
        ...{ principal: null, permission: null },
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
  before: BaseSide,
  config: Config | null,
  baseline: BaselineFile | null,
  { paths, head }: GateInput,
): GateFailure[] {
  const old = before.config === 'unreadable' ? null : before.config
  const failure = (file: string, text: string | null, found: string, wanted: string, by: string) => ({
    ...({ code: 'other-account', file, column: null, principal: null, permission: null } as const),
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
