/** One question about sets of actions: the boxes that it is asked in, and the steps that it may take. */
import type { Box } from './box.ts'
import type { Boxes } from './pattern.ts'
import { STEP_BOUND, Steps } from './steps.ts'

export class Question {
  readonly boxes: Boxes
  readonly steps: Steps
  /** Lists that were looked at already, by the text of their boxes (see `narrowedOnce`). */
  readonly lists = new Map<string, readonly Box[]>()

  constructor(boxes: Boxes, bound = STEP_BOUND) {
    this.boxes = boxes
    this.steps = new Steps(bound)
  }

  /** Takes steps. @throws BoundReached when none is left. */
  take(count = 1): void {
    this.steps.take(count)
  }

  fail(): never {
    this.steps.fail()
  }

  /** The box of a pattern with exactly two colons. */
  of(text: string): Box {
    return this.boxes.of(text)
  }

  /** The boxes of a pattern (see `Boxes.read`). @throws BoundReached */
  read(pattern: string, meaning: 'grants' | 'takes-away'): readonly Box[] {
    return this.boxes.read(pattern, meaning, this.steps)
  }

  /** The boxes of patterns that have one meaning each, such as those of config and baseline. @throws BoundReached */
  readAll(patterns: readonly string[]): readonly Box[] {
    return patterns.flatMap((pattern) => this.read(pattern, 'grants'))
  }

  /** Whether `outer` surely includes `inner` (see `globSurelyIncludes`). @throws BoundReached */
  includes(outer: Box, inner: Box): boolean {
    return this.boxes.includes(outer, inner, this.steps)
  }

  /** Whether some action string is in both. Exact. @throws BoundReached */
  meet(one: Box, other: Box): boolean {
    return this.boxes.meet(one, other, this.steps)
  }

  /** The boxes whose union is exactly what is in both. @throws BoundReached */
  intersect(one: Box, other: Box): readonly Box[] {
    return this.boxes.intersect(one, other, this.steps)
  }
}
