/** What one holds beside what another holds, as paths through agencies need it: by patterns first, by sets where need be. */
import type { Box } from '../sets/box.ts'
import { boxSet } from '../sets/box-set.ts'
import { bounded } from '../sets/steps.ts'
import { reachesBeyond } from '../sets/witness.ts'
import type { ActionSet, Grant, Undetermined } from '../types.ts'
import { type BoxGrant, readActionSet, readGrants, writeGrant } from './box-grants.ts'
import { type CompareOptions, difference, questionOf } from './compare-grants.ts'
import { GrantQuestion } from './grant-question.ts'
import { isUnrestricted } from './restriction.ts'

/** How a pattern stands to what somebody holds: `unclear` where that takes a closer look. */
export type Glance = 'apart' | 'covered' | 'unclear'

/** What many questions ask about, read once: anew where the memory forgot the boxes in which it was read. */
class Read<T extends object> {
  readonly #read: (question: GrantQuestion) => T
  readonly #bound: number | undefined
  #boxes: GrantQuestion['boxes'] | null = null
  #known: T | Undetermined | null = null

  constructor(read: (question: GrantQuestion) => T, { stepBound }: CompareOptions) {
    this.#read = read
    this.#bound = stepBound
  }

  /** It takes no steps of the question. */
  for(question: GrantQuestion): T | Undetermined {
    if (this.#known === null || this.#boxes !== question.boxes) {
      this.#known = bounded(() => this.#read(new GrantQuestion(question, this.#bound)))
      this.#boxes = question.boxes
    }
    return this.#known
  }
}

/** What one holds is compared with what another holds, pattern by pattern, without computing sets where none need be. */
export class HeldBeside {
  readonly #options: CompareOptions
  readonly #held: Read<readonly BoxGrant[]>

  constructor(grants: readonly Grant[], options: CompareOptions) {
    this.#options = options
    this.#held = new Read((question) => readGrants(grants, question), options)
  }

  /** Whether nothing of patterns that grant is held, or all of them without limits. */
  glance(patterns: readonly string[]): Glance {
    const question = questionOf(this.#options)
    const held = this.#held.for(question)
    if ('undetermined' in held) return 'unclear'
    const glance = bounded((): Glance => {
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
    const question = questionOf(this.#options)
    const held = this.#held.for(question)
    if ('undetermined' in held) return null
    const allowances = held.map((grant) => ({ grant, set: boxSet(grant.actions, grant.except) }))
    const left = bounded(() => difference(grants, allowances, this.#options, question).map(writeGrant))
    return 'undetermined' in left ? null : left
  }
}

/** A set of actions that many patterns are held against, each by itself. */
export class ActionsBeside {
  readonly #options: CompareOptions
  readonly #set: Read<ReturnType<typeof readActionSet>>

  constructor(set: ActionSet, options: CompareOptions) {
    this.#options = options
    this.#set = new Read((question) => readActionSet(set, question), options)
  }

  /** Whether a pattern that grants has an action in common with the set; true where that cannot be told. */
  meets(pattern: string): boolean {
    const question = questionOf(this.#options)
    const set = this.#set.for(question)
    if ('undetermined' in set) return true
    const { actions, except } = set
    const outside = [boxSet(except)]
    const isCommon = (one: Box, other: Box): boolean =>
      question.meet(one, other) &&
      (except.length === 0 ||
        question.intersect(one, other).some((both) => reachesBeyond(both, outside, question)))
    return (
      bounded(() =>
        question.read(pattern, 'grants').some((box) => actions.some((one) => isCommon(one, box))),
      ) !== false
    )
  }
}
