/** The baseline of the default branch as it stood at a moment: whoever was approved then was no drift then. */
import type { Baseline } from '../baseline/baseline.ts'

export interface BaselineHistory {
  /** When the file on the default branch changed, in milliseconds since 1970, in any order. */
  readonly changes: readonly number[]
  /** Null: there was no file. `unreadable`: nobody can tell what it said. */
  at(time: number): Baseline | null | 'unreadable'
}

/** Of an audit that has no repository to ask. */
export const unreadHistory: BaselineHistory = { changes: [], at: () => 'unreadable' }
