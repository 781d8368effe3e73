/** Whether somebody who may approve a scope change did approve it. */
import { quoteText } from '../text-quote.ts'
import type { ReviewDecision } from './model.ts'

export interface Review {
  /** Login; null where the account is gone. */
  readonly reviewer: string | null
  /** GitHub's kind of the account, `User` for people; null where it does not say. */
  readonly kind: string | null
  readonly state: string
  /** The commit that was reviewed. */
  readonly commit: string | null
}

export interface ReviewQuestion {
  /** In the order in which they were given. */
  readonly reviews: readonly Review[]
  readonly headSha: string
  /** Who opened the pull request; null: could not be read. */
  readonly author: string | null
  /** Author and committer of the head commit; null for one that GitHub knows no account for. */
  readonly commitAuthors: readonly (string | null)[]
}

/** What a login may do in the repository, or why that could not be read. */
export type PermissionAnswer = string | { readonly unreadable: string }

export interface ReviewFacts extends ReviewQuestion {
  /** By login, for those that `approvalCandidates` names; a login that is not here counts as unreadable. */
  readonly permissions: ReadonlyMap<string, PermissionAnswer>
}

/**
 * Decides. Of each reviewer the latest of APPROVED, CHANGES_REQUESTED and DISMISSED counts, and only on the head
 * commit. The reviewer is a person with `write` or `admin` who neither opened the pull request nor made its head
 * commit. What could not be read is no approval.
 */
export function reviewDecision(facts: ReviewFacts): ReviewDecision {
  const { candidates, reasons } = sorted(facts)
  const by: string[] = []
  const permissions = new Map([...facts.permissions].map(([login, answer]) => [login.toLowerCase(), answer]))
  for (const login of candidates) {
    const answer = permissions.get(login.toLowerCase()) ?? { unreadable: 'it was not asked for' }
    if (typeof answer !== 'string')
      reasons.push(
        `What ${quoteText(login)} may do in this repository could not be read: ${answer.unreadable}.`,
      )
    else if (answer !== 'write' && answer !== 'admin')
      reasons.push(`${quoteText(login)} approved, but has only ${quoteText(answer)} permission.`)
    else by.push(login)
  }
  return { approved: by.length > 0, by, reasons: by.length > 0 ? [] : reasons }
}

/** Logins whose permission has to be read: every other review does not count anyway. */
export function approvalCandidates(question: ReviewQuestion): readonly string[] {
  return sorted(question).candidates
}

/** The decision where the reviews themselves, the pull request or its commit could not be read. */
export function unreadableReviews(reason: string): ReviewDecision {
  return { approved: false, by: [], reasons: [`The reviews could not be read: ${reason}`] }
}

const deciding = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'])

function sorted(question: ReviewQuestion): { candidates: string[]; reasons: string[] } {
  const { headSha, author, commitAuthors } = question
  const makers = [author, ...commitAuthors].map((login) => login?.toLowerCase() ?? null)
  const candidates: string[] = []
  const reasons: string[] = []
  for (const { reviewer, kind, state, commit } of latest(question.reviews)) {
    const name = quoteText(reviewer)
    if (state === 'CHANGES_REQUESTED') reasons.push(`${name} requests changes.`)
    if (state === 'DISMISSED') reasons.push(`The review of ${name} was dismissed.`)
    if (state !== 'APPROVED') continue
    if (commit !== headSha) reasons.push(`${name} approved an earlier commit.`)
    // Not every bot is called one: Copilot reviews under a plain name.
    else if (reviewer.toLowerCase().endsWith('[bot]') || (kind !== null && kind !== 'User'))
      reasons.push(`${name} approved, and is no person.`)
    else if (makers.includes(reviewer.toLowerCase()))
      reasons.push(`${name} approved, and made the pull request or its last commit.`)
    else if (author === null)
      reasons.push(`${name} approved, but who opened the pull request could not be read.`)
    else if (commitAuthors.length === 0 || commitAuthors.includes(null))
      reasons.push(
        `${name} approved, but who made the last commit is not known: its author or committer has no GitHub account.`,
      )
    else candidates.push(reviewer)
  }
  return { candidates, reasons }
}

/** The latest deciding review of each login; letter case does not tell logins apart. */
function latest(reviews: readonly Review[]): (Review & { readonly reviewer: string })[] {
  const last = new Map<string, Review & { readonly reviewer: string }>()
  for (const review of reviews)
    if (review.reviewer !== null && deciding.has(review.state))
      last.set(review.reviewer.toLowerCase(), { ...review, reviewer: review.reviewer })
  return [...last.values()]
}
