/** Whether people who may approve a change did approve it. */
import { quoteText } from '../text/quote.ts'
import type { ReviewDecision } from './model.ts'

export interface Review {
  /** Null where the account is gone. */
  readonly login: string | null
  /** GitHub's kind of the account, `User` for people; null where it does not say. */
  readonly kind: string | null
  readonly state: string
  /** The commit that was reviewed. */
  readonly commitId: string | null
}

export interface ReviewQuestion {
  /** Who opened the pull request; `login` null: not known. */
  readonly opener: { readonly login: string | null; readonly isApp: boolean }
  /** Authors and committers of every commit of the pull request; null for one without a GitHub account. */
  readonly makers: readonly (string | null)[]
  /** In the order in which they were given. */
  readonly reviews: readonly Review[]
  readonly headSha: string
  /** Why something of all this could not be read, as a sentence; null when all was read. */
  readonly unreadable: string | null
}

/** What a login may do in the repository, or why that could not be read. */
export type PermissionAnswer = string | { readonly unreadable: string }

export interface ReviewFacts extends ReviewQuestion {
  /** By login, for those that `loginsToAsk` names; a login that is not here counts as unreadable. */
  readonly permissions: ReadonlyMap<string, PermissionAnswer>
}

/** An app asks on behalf of somebody who is not known, so one of the two may be that person. */
const NEEDED_FOR_AN_APP = 2

/**
 * Decides. An approval counts when it is of the head commit, by a person with `write` or `admin` who neither opened
 * the pull request nor authored or committed any of its commits. One standing request for changes of somebody with
 * `write` outweighs all approvals. What could not be read, or is not known, is no approval.
 */
export function reviewDecision(facts: ReviewFacts): ReviewDecision {
  if (facts.unreadable !== null) return unreadableReviews(facts.unreadable)
  const { candidates, objectors, reasons } = classifyReviews(facts)
  const permissions = new Map([...facts.permissions].map(([login, answer]) => [login.toLowerCase(), answer]))
  const permissionOf = (login: string): PermissionAnswer =>
    permissions.get(login.toLowerCase()) ?? { unreadable: 'it was not asked for' }
  const objections = objectors.flatMap((login) => objectionOf(login, permissionOf(login)))
  const by: string[] = []
  for (const login of candidates) {
    const refusal = refusalOf(login, permissionOf(login))
    if (refusal === null) by.push(login)
    else reasons.push(refusal)
  }
  const needed = facts.opener.isApp ? NEEDED_FOR_AN_APP : 1
  if (by.length >= needed && objections.length === 0) return { approved: true, by, reasons: [] }
  const tooFew =
    by.length > 0 && by.length < needed
      ? [
          `An app opened the pull request, so two people have to approve it; only ${quoteText(by[0])} counts so far.`,
        ]
      : []
  return { approved: false, by: [], reasons: [...objections, ...tooFew, ...reasons] }
}

/** Logins whose permission decides something; every other review does not count anyway. */
export function loginsToAsk(question: ReviewQuestion): readonly string[] {
  if (question.unreadable !== null) return []
  const { candidates, objectors } = classifyReviews(question)
  return [...candidates, ...objectors]
}

/** The decision where the reviews themselves, the pull request or its commits could not be read. */
export function unreadableReviews(reason: string): ReviewDecision {
  return { approved: false, by: [], reasons: [`The reviews could not be read: ${reason}`] }
}

function objectionOf(login: string, permission: PermissionAnswer): string[] {
  const name = quoteText(login)
  if (typeof permission !== 'string')
    return [
      `${name} requests changes, and what ${name} may do in this repository could not be read: ${permission.unreadable}.`,
    ]
  return mayWrite(permission) ? [`${name} requests changes.`] : []
}

/** Why an approval does not count for what its author may do; null when it counts. */
function refusalOf(login: string, permission: PermissionAnswer): string | null {
  const name = quoteText(login)
  if (typeof permission !== 'string')
    return `What ${name} may do in this repository could not be read: ${permission.unreadable}.`
  return mayWrite(permission) ? null : `${name} approved, but has only ${quoteText(permission)} permission.`
}

function mayWrite(permission: string): boolean {
  return permission === 'write' || permission === 'admin'
}

interface ClassifiedReviews {
  /** Approved the head commit, are people, and made nothing of the pull request. */
  readonly candidates: string[]
  /** Request changes, of whatever commit. */
  readonly objectors: string[]
  /** Why the other reviews do not count. */
  readonly reasons: string[]
}

function classifyReviews(question: ReviewQuestion): ClassifiedReviews {
  const { headSha, opener } = question
  const makers = [opener.login, ...question.makers].map((login) => login?.toLowerCase() ?? null)
  const unknownMaker = unknownMakerOf(question)
  const result: ClassifiedReviews = { candidates: [], objectors: [], reasons: [] }
  for (const { login, kind, state, commitId } of latestReviews(question.reviews)) {
    const reject = (why: string): void => {
      result.reasons.push(`${quoteText(login)} ${why}`)
    }
    if (state === 'CHANGES_REQUESTED') result.objectors.push(login)
    else if (state === 'DISMISSED') result.reasons.push(`The review of ${quoteText(login)} was dismissed.`)
    else if (commitId !== headSha) reject('approved an earlier commit.')
    // Not every bot is called one: Copilot reviews under a plain name.
    else if (login.toLowerCase().endsWith('[bot]') || kind !== 'User')
      reject(
        kind === null
          ? 'approved, and whether that is a person is not known.'
          : 'approved, and is no person.',
      )
    else if (makers.includes(login.toLowerCase()))
      reject('approved, and opened the pull request or made one of its commits.')
    else if (unknownMaker !== null) reject(`approved, but ${unknownMaker}`)
    else result.candidates.push(login)
  }
  return result
}

/** Why nobody can be told from the makers of the pull request; null when all of them are known. */
function unknownMakerOf({ opener, makers }: ReviewQuestion): string | null {
  if (opener.login === null) return 'who opened the pull request is not known.'
  if (makers.length === 0) return 'who made the commits is not known.'
  if (makers.includes(null))
    return 'who made the commits is not known: the author or committer of one has no GitHub account.'
  return null
}

const deciding = new Set(['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'])

/** The latest deciding review of each login; letter case does not tell logins apart. */
function latestReviews(reviews: readonly Review[]): (Review & { readonly login: string })[] {
  const latest = new Map<string, Review & { readonly login: string }>()
  for (const review of reviews)
    if (review.login !== null && deciding.has(review.state))
      latest.set(review.login.toLowerCase(), { ...review, login: review.login })
  return [...latest.values()]
}
