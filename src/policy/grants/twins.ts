/** Legacy actions in a set, and the v5 actions that are the same power under another name. */
import { legacyTwins } from '../language/legacy-actions.ts'
import type { Box } from '../sets/box.ts'
import type { BoxSet } from '../sets/box-set.ts'
import { Boxes, boxMatchesSegments } from '../sets/pattern.ts'
import { Question } from '../sets/question.ts'
import { bounded } from '../sets/steps.ts'

const pairs = legacyTwins.map(({ original, twin }) => ({
  original: original.toLowerCase().split(':'),
  segments: twin.toLowerCase().split(':'),
  twin,
}))

/** The v5 names of legacy actions of a set that it has not itself, as far as they are in the bound. @throws BoundReached */
export function twinsWithin(
  set: BoxSet,
  bound: { readonly actions: readonly Box[]; readonly except: readonly Box[] } | null,
  question: Question,
): readonly Box[] {
  const matches = (list: readonly Box[], segments: readonly string[]): boolean =>
    list.some((box) => boxMatchesSegments(box, segments))
  const isInSet = (segments: readonly string[]): boolean =>
    set.allOf.every((list) => matches(list, segments)) && !matches(set.noneOf, segments)
  const isBound = (segments: readonly string[]): boolean =>
    bound === null || (matches(bound.actions, segments) && !matches(bound.except, segments))
  const near = nearLegacy(set)
  if (!near) return []
  question.take(set.allOf.reduce((sum, list) => sum + list.length, set.noneOf.length))
  const twins = pairs.filter(
    ({ original, segments }) => isInSet(original) && !isInSet(segments) && isBound(segments),
  )
  return [...new Set(twins.map(({ twin }) => question.of(twin)))]
}

/** A pattern of the legacy model, and the v5 names of what it grants that it has not itself; all of one made to hurt. */
export function withTwins(pattern: string): readonly string[] {
  const boxes = bounded(() => new Question(new Boxes()).read(pattern, 'grants'))
  const has = (segments: readonly string[]): boolean =>
    !('undetermined' in boxes) && boxes.some((box) => boxMatchesSegments(box, segments))
  const twins = pairs.filter(
    ({ original, segments }) => !has(segments) && ('undetermined' in boxes || has(original)),
  )
  return [...new Set([pattern, ...twins.map(({ twin }) => twin)])]
}

/** Whether a set may have an action of the service that all legacy actions are of. */
function nearLegacy({ allOf }: BoxSet): boolean {
  return allOf.every((list) => list.some(({ service }) => service === null || service === 'iam'))
}
