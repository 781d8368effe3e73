/** What one holds beside what another holds, as paths through agencies need it: by patterns first, by sets where need be. */
import { boxSet } from '../sets/box-set.ts'
import { bounded } from '../sets/steps.ts'
import type { Grant, Undetermined } from '../types.ts'
import { type BoxGrant, readGrants, writeGrant } from './box-grants.ts'
import { type CompareOptions, difference, questionOf } from './compare-grants.ts'
import { isUnrestricted } from './restriction.ts'

/** How a pattern stands to what somebody holds: `unclear` where that takes a closer look. */
export type Glance = 'apart' | 'covered' | 'unclear'

/** What one holds is compared with what another holds, pattern by pattern, without computing sets where none need be. */
export class HeldBeside {
  readonly #options: CompareOptions
  readonly #boxes: readonly BoxGrant[] | Undetermined

  constructor(grants: readonly Grant[], options: CompareOptions) {
    this.#options = options
    this.#boxes = bounded(() => readGrants(grants, questionOf(options)))
  }

  /** Whether nothing of patterns that grant is held, or all of them without limits. */
  glance(patterns: readonly string[]): Glance {
    const held = this.#boxes
    if ('undetermined' in held) return 'unclear'
    const glance = bounded((): Glance => {
      const question = questionOf(this.#options)
      const boxes = patterns.flatMap((pattern) => question.read(pattern, 'grants'))
      const touching = held.filter(
        ({ actions, except }) =>
          actions.some((one) => boxes.some((box) => question.meet(one, box))) &&
          !boxes.every((box) => except.some((one) => question.includes(one, box))),
      )
      if (touching.length === 0) return 'apart'
      const isCovered = boxes.every((box) =>
        touching.some(
          ({ actions, except, restriction }) =>
            isUnrestricted(restriction) &&
            actions.some((one) => question.includes(one, box)) &&
            !except.some((one) => question.meet(one, box)),
        ),
      )
      return isCovered ? 'covered' : 'unclear'
    })
    return typeof glance === 'string' ? glance : 'unclear'
  }

  /** What of other grants is not held; null where that cannot be told. */
  beyond(grants: readonly Grant[]): readonly Grant[] | null {
    const held = this.#boxes
    if ('undetermined' in held) return null
    const allowances = held.map((grant) => ({ grant, set: boxSet(grant.actions, grant.except) }))
    const left = bounded(() =>
      difference(grants, allowances, this.#options, questionOf(this.#options)).map(writeGrant),
    )
    return 'undetermined' in left ? null : left
  }
}
