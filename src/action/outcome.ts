/** What a mode is given, and what it hands back when it is done: decided and rendered, ready to be delivered. */
import type { Annotation } from '../render/annotations.ts'
import type { AccountRun } from '../run/account-run.ts'
import type { RunContext } from './event.ts'
import type { Outputs } from './outputs.ts'

export interface Run extends AccountRun {
  readonly context: RunContext
}

export interface Outcome {
  readonly outputs: Outputs
  /** Markdown for the job summary. */
  readonly summary: string
  readonly annotations: readonly Annotation[]
  /** One sentence that fails the job; null when it passes. */
  readonly failure: string | null
}
