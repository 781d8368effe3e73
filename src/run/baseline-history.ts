/** The baseline as it stood while the traces of a window were written, from the versions of its file. */
import { type BaselineHistory, unreadHistory } from '../audit/baseline-history.ts'
import type { Baseline } from '../baseline/baseline.ts'
import { readBaseline } from '../baseline/read-baseline.ts'
import { UserError } from '../text/problem.ts'

export interface ReadHistory {
  readonly history: BaselineHistory
  /** Why it could not be read, as a sentence; null: it could. */
  readonly remark: string | null
}

/** What a file said from a time on, in milliseconds since 1970; `since` null: from before the window. */
export interface FileVersion {
  readonly since: number | null
  /** Null: there was no such file. */
  readonly text: string | null
}

/** @param why a sentence */
export function historyUnread(why: string): ReadHistory {
  return {
    history: unreadHistory,
    remark: `Who was approved within the window of the traces could not be read: ${why} What came and went is reported, and fails nothing.`,
  }
}

/** @param versions the oldest first */
export function historyOf(versions: readonly FileVersion[], path: string): ReadHistory {
  const read = versions.map(({ since, text }) => ({ since, baseline: baselineIn(text, path) }))
  return {
    history: {
      changes: read.flatMap(({ since }) => since ?? []),
      at: (time) => read.findLast(({ since }) => since === null || since <= time)?.baseline ?? null,
    },
    remark: null,
  }
}

function baselineIn(text: string | null, path: string): Baseline | null | 'unreadable' {
  if (text === null) return null
  try {
    return readBaseline(text, path).baseline
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return 'unreadable'
  }
}
