/** The gate's decision, made once: from what the texts say, what reviews say, and what the account says. */
import type { AccountAudit } from './account-audit.ts'
import { type GateChange, needsReview, readChange } from './change.ts'
import type { GateFailure, GateInput, GateVerdict, ReviewDecision } from './model.ts'
import { type ReviewFacts, reviewDecision } from './review-decision.ts'
import { verifyAgainstAccount } from './verify.ts'

/** What was gathered outside the texts. */
export interface GateAnswers {
  /** Null: nobody was asked; where a review is needed, that is no approval. */
  readonly reviews: ReviewFacts | null
  /** Null: there were no credentials. */
  readonly account: AccountAudit | null
  /** What could not be told while gathering. */
  readonly notices: readonly string[]
}

const noAnswers: GateAnswers = { reviews: null, account: null, notices: [] }

/** Decides. */
export function decideGate(change: GateChange, answers: GateAnswers): GateVerdict {
  const { input, touched, entries, scope, entriesToReview } = change
  const isNeeded = needsReview(change)
  const review = isNeeded && answers.reviews !== null ? reviewDecision(answers.reviews) : null
  const verification =
    answers.account === null || change.head.baseline === null
      ? null
      : verifyAgainstAccount(change, change.head.baseline, answers.account)
  const failures = [
    ...change.failures,
    ...(verification?.failures ?? []),
    ...(isNeeded && review?.approved !== true ? missingReview(change, review) : []),
  ]
  return {
    ...{ result: failures.length === 0 ? 'passed' : 'failed', event: input.event, paths: input.paths },
    ...{ touched, entries, failures, scope_changes: scope },
    ...{ review_needed: isNeeded, entries_to_review: entriesToReview, review, verification },
    notices: [...answers.notices, ...change.notices, ...(verification?.notices ?? [])],
  }
}

/** The decision on texts, with whatever else was gathered. */
export function judge(input: GateInput, answers: Partial<GateAnswers> = {}): GateVerdict {
  return decideGate(readChange(input), { ...noAnswers, ...answers })
}

/** One failure for changes of scope and one for entries; the reasons stand in the first. */
function missingReview(change: GateChange, review: ReviewDecision | null): GateFailure[] {
  const { scope, entriesToReview, input } = change
  const reasons = review?.reasons ?? []
  const failure = (
    code: GateFailure['code'],
    place: { readonly file: string; readonly line: number | null },
    what: string,
    isFirst: boolean,
  ): GateFailure => ({
    ...{ code, ...place, column: null, principal: null, permission: null },
    message: [`${what} no approving review of the head commit.`, ...(isFirst ? reasons : [])].join(' '),
    remedy: REMEDY,
  })
  const [firstChange, firstEntry] = [scope[0], entriesToReview[0]]
  return [
    ...(firstChange === undefined
      ? []
      : [
          failure(
            'scope-not-reviewed',
            firstChange,
            scope.length === 1 ? 'A change of scope has' : `${scope.length} changes of scope have`,
            true,
          ),
        ]),
    ...(firstEntry === undefined
      ? []
      : [
          failure(
            'entry-not-reviewed',
            { file: input.paths.baseline, line: firstEntry.line },
            entriesToReview.length === 1
              ? 'An approval that grows, for which approvals.require asks review, has'
              : `${entriesToReview.length} approvals that grow, for which approvals.require asks review, have`,
            firstChange === undefined,
          ),
        ]),
  ]
}

const REMEDY =
  'Ask somebody with write access, who neither opened the pull request nor made any of its commits, to approve it; then run this check again, since it stays red by itself.'
