/** The bound of a question, counted in steps and not in time: the same verdict on every machine. */

/** Steps that one question may take before it counts as undetermined. */
export const STEP_BOUND = 1_000_000

/** Patterns that a holding may need to be written; more is undetermined. */
export const PATTERN_BOUND = 200

/** Internal: a question went beyond its bound. Public functions turn it into `Undetermined`. */
export class BoundReached extends Error {}

export class Steps {
  #left: number

  constructor(bound = STEP_BOUND) {
    this.#left = bound
  }

  /** Steps that may still be taken. */
  get left(): number {
    return this.#left
  }

  /** Takes steps. @throws BoundReached when none is left. */
  take(count = 1): void {
    this.#left -= count
    if (this.#left < 0) this.fail()
  }

  fail(): never {
    throw new BoundReached('a question about its patterns goes beyond the bound of 1,000,000 steps')
  }
}

/** Runs a question; a bound that is reached becomes the third answer. */
export function bounded<T>(question: () => T): T | { readonly undetermined: string } {
  try {
    return question()
  } catch (error) {
    if (error instanceof BoundReached) return { undetermined: error.message }
    throw error
  }
}
