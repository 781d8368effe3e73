/** What a new, changed or prolonged item of `known_gaps` must have, beside the review that it needs. */
import type { Baseline } from '../baseline/baseline.ts'
import { addDays } from '../text/day.ts'
import { readText } from '../text/human-text.ts'
import type { ApprovalRules } from './entry-rules.ts'
import { changedKnownGaps, knownGapName } from './known-gap-changes.ts'
import type { GateFailure } from './model.ts'

/** Every reason for which changed items fail. */
export function knownGapFailures(
  base: Baseline | null,
  head: Baseline | null,
  { maxDays }: ApprovalRules,
  where: {
    readonly file: string
    readonly today: string
    readonly line: (path: readonly PropertyKey[]) => number
  },
): readonly GateFailure[] {
  return changedKnownGaps(base, head).flatMap(({ gap, index }): GateFailure[] => {
    const name = knownGapName(gap)
    const last = maxDays === null ? null : addDays(where.today, maxDays)
    const failure = (message: string, remedy: string): GateFailure => ({
      ...{ code: 'known-gap', file: where.file, line: where.line(['known_gaps', index]), column: null },
      ...{ message: `${name} ${message}`, remedy, principal: null, permission: null },
    })
    return [
      ...(readText(gap.justification) === ''
        ? [failure('has no justification.', 'Say why nobody can determine this document.')]
        : []),
      ...(gap.expires < where.today
        ? [failure(`expires on ${gap.expires}, which is past.`, 'Give it a day to come.')]
        : []),
      ...(last !== null && gap.expires > last
        ? [
            failure(
              `expires on ${gap.expires}, beyond the ${maxDays} days that approvals.max-days allows.`,
              `Give it a day no later than ${last}.`,
            ),
          ]
        : []),
    ]
  })
}
