/** What a mode hands to the shell when it is done: everything decided and rendered, nothing delivered. */
import type { Annotation } from '../render/annotations.ts'
import type { Outputs } from './outputs.ts'

export interface Outcome {
  readonly outputs: Outputs
  /** Markdown for the job summary. */
  readonly summary: string
  readonly annotations: readonly Annotation[]
  /** One sentence that fails the job; null when it passes. */
  readonly failure: string | null
}
