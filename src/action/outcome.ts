/** What a mode is given, and what it hands back when it is done: decided and rendered, ready to be delivered. */
import type { Annotation } from '../render/annotations.ts'
import type { RunContext } from './event.ts'
import type { Inputs } from './inputs.ts'
import type { Outputs } from './outputs.ts'

export interface Run {
  readonly inputs: Inputs
  readonly context: RunContext
  readonly environment: NodeJS.ProcessEnv
}

export interface Outcome {
  readonly outputs: Outputs
  /** Markdown for the job summary. */
  readonly summary: string
  readonly annotations: readonly Annotation[]
  /** One sentence that fails the job; null when it passes. */
  readonly failure: string | null
}
