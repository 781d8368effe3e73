/** A question about grants: boxes, steps, and the restrictions that limit them. */
import { Boxes } from '../sets/pattern.ts'
import { Question } from '../sets/question.ts'
import { Restrictions } from './restriction.ts'

export class GrantQuestion extends Question {
  readonly restrictions: Restrictions

  constructor({ boxes, restrictions }: Pick<GrantMemory, 'boxes' | 'restrictions'>, bound?: number) {
    super(boxes, bound)
    this.restrictions = restrictions
  }
}

/**
 * What questions about the grants of one account have in common: the same patterns come again and again. No answer and
 * no count of steps depends on it.
 */
export class GrantMemory {
  readonly restrictions: Restrictions
  readonly #maximum: number
  #boxes = new Boxes()

  /**
   * @param account whose URNs a resource pattern has to include to limit nothing; null: of every account
   * @param maximum boxes that are remembered: beyond, all are forgotten. What keeps boxes of its own needs all of them
   */
  constructor(account: string | null, maximum = Number.POSITIVE_INFINITY) {
    this.restrictions = new Restrictions(account)
    this.#maximum = maximum
  }

  get boxes(): Boxes {
    if (this.#boxes.size > this.#maximum) this.#boxes = new Boxes()
    return this.#boxes
  }
}

/** Boxes remembered at most by what compares grants: an account's own patterns are far fewer. */
const MAXIMUM_REMEMBERED = 20_000

/** For many comparisons of grants of one account. */
export function rememberGrants(account: string | null): GrantMemory {
  return new GrantMemory(account, MAXIMUM_REMEMBERED)
}
