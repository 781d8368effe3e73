/** How much a holding may need to be written: more would not be read by anybody. */
import type { BoxGrant } from '../grants/box-grants.ts'
import { legacyTwins } from '../language/legacy-actions.ts'
import { boxMatchesSegments } from '../sets/pattern.ts'
import type { Question } from '../sets/question.ts'
import { PATTERN_BOUND } from '../sets/steps.ts'

/** Legacy actions, in lower case and in segments, by their v5 twins in lower case. */
const originalsOf = new Map<string, (readonly string[])[]>()
for (const { original, twin } of legacyTwins) {
  const known = originalsOf.get(twin.toLowerCase()) ?? []
  known.push(original.toLowerCase().split(':'))
  originalsOf.set(twin.toLowerCase(), known)
}

/** The same grants. @throws BoundReached for more than 200 patterns, twins left out whose legacy action is held too. */
export function withinBound(grants: readonly BoxGrant[], question: Question): readonly BoxGrant[] {
  let patterns = 0
  for (const { actions, except } of grants) patterns += actions.length + except.length
  if (patterns > PATTERN_BOUND && patterns - countTwins(grants) > PATTERN_BOUND) question.fail()
  return grants
}

function countTwins(grants: readonly BoxGrant[]): number {
  let twins = 0
  for (const { actions } of grants)
    for (const box of actions) {
      const originals = originalsOf.get(box.key) ?? []
      if (originals.some((original) => actions.some((one) => boxMatchesSegments(one, original)))) twins++
    }
  return twins
}
