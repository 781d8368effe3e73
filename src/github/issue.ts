/**
 * Keeps the one issue of an audit true: finds it, and creates, updates, closes or reopens it as the plan says. Two
 * verbs are all there is: ensure that it stands, or let it be closed.
 */
import { UserError } from '../text/problem.ts'
import {
  type CommentRequest,
  type DesiredIssue,
  GITHUB_BODY_LIMIT,
  type IssueAction,
  type IssueOutcome,
  type Resolver,
} from './desired-issue.ts'
import { GitHubError, reasonOf } from './github-error.ts'
import { sameLogin } from './identity.ts'
import { bodyOf, type IssuePlan, NO_CHANGE, planIssue } from './issue-plan.ts'
import { hasMarker, markerLine, readBody } from './issue-record.ts'
import type { CommentStore, IssueStore, StoredIssue } from './issue-store.ts'

/** GitHub's own limit. */
const MAXIMUM_ASSIGNEES = 10
/** Rounds of finding and creating: one to create, one to see who won a race, one more after a lost answer. */
const MAXIMUM_ROUNDS = 3

const nothingTells: Resolver = async (removed) => removed.map(() => ({ how: 'unknown' }))

/**
 * Brings the issue for `desired.key` in line with what the audit found. The same findings send no write at all.
 *
 * @throws GitHubError naming the permission that is missing, when the issue cannot be found or written.
 */
export async function syncIssue(
  store: IssueStore,
  desired: DesiredIssue,
  resolve: Resolver = nothingTells,
): Promise<IssueOutcome> {
  const notices: string[] = []
  const login = await store.identity()
  let mine: StoredIssue | null = null
  let lost: unknown
  for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
    const found = await findIssues(store, login, desired, mine)
    const issue = found[0] ?? null
    await closeDuplicates(store, found, desired, login, notices)
    const plan = planIssue(desired, issue, readBody(issue?.body ?? null))
    if (plan.action !== 'create' || issue !== null) {
      const action = await carryOut({ store, desired, resolve, login, notices }, issue, plan)
      const isNew = issue !== null && (issue.number === mine?.number || (mine === null && lost !== undefined))
      const made = isNew && (action === 'unchanged' || action === 'updated')
      return outcomeOf(made ? 'created' : action, issue, notices)
    }
    try {
      mine = await createIssue(store, desired, plan, login, notices)
    } catch (error) {
      // The answer may have been lost and not the issue: the next round looks before it tries again.
      if (!(error instanceof GitHubError && error.uncertain)) throw error
      lost = error
    }
    // And another run may have created one at the same time: the list says which is older.
  }
  throw lost
}

function outcomeOf(action: IssueAction, issue: StoredIssue | null, notices: readonly string[]): IssueOutcome {
  const shown = action === 'none' ? null : issue
  return { action, number: shown?.number ?? null, url: shown?.url ?? null, notices }
}

/**
 * Our issues for this key, oldest first: written by this token's identity, marked on the first line. GitHub's list may
 * lag behind, so the issue just made is among them in any case.
 */
async function findIssues(
  store: IssueStore,
  login: string,
  desired: DesiredIssue,
  mine: StoredIssue | null,
): Promise<StoredIssue[]> {
  const found: StoredIssue[] = []
  for await (const issue of store.issuesBy(login)) {
    const ours = issue.author !== null && sameLogin(issue.author, login) && !issue.isPullRequest
    if (ours && hasMarker(issue.body, desired.key)) found.push(issue)
  }
  if (mine !== null && !found.some((issue) => issue.number === mine.number)) found.push(mine)
  return found.sort((one, other) => one.number - other.number)
}

/** Two runs that raced left two issues: the oldest goes on, the others point to it. */
async function closeDuplicates(
  store: IssueStore,
  [original, ...others]: readonly StoredIssue[],
  desired: DesiredIssue,
  login: string,
  notices: string[],
): Promise<void> {
  for (const duplicate of others) {
    if (original === undefined || duplicate.state !== 'open') continue
    const marker = `<!-- iam-audit:duplicate of=${original.number} -->`
    const text = desired.comment({
      ...{ reason: 'duplicate', change: { ...NO_CHANGE, removed: [] }, original: original.number },
      budget: GITHUB_BODY_LIMIT - marker.length - 2,
    })
    if (!(await isSaid(store, duplicate.number, marker, login)))
      await commentIfTaken(store, duplicate.number, `${marker}\n\n${text}`, notices)
    await store.update(duplicate.number, { state: 'closed', state_reason: 'not_planned' })
  }
}

async function createIssue(
  store: IssueStore,
  desired: DesiredIssue,
  plan: IssuePlan,
  login: string,
  notices: string[],
): Promise<StoredIssue> {
  const labels = await makeLabels(store, desired.labels, notices)
  const assignees = await assignableOf(store, desired.assignees, notices)
  const body = bodyOf(desired, { ...plan.record, assigned: assignees }, plan.standing)
  const issue = await store.create({ title: plan.title, body, labels, assignees })
  if (issue.author === null || !sameLogin(issue.author, login))
    throw new UserError(
      `Failed to recognize the issue ${issue.url}: GitHub says it was written by ${issue.author}, and that the token acts as ${login}. Close it, and give a token whose identity GitHub tells as github-token.`,
    )
  return issue
}

/** What one run brings to the issue. */
interface Delivery {
  readonly store: IssueStore
  readonly desired: DesiredIssue
  readonly resolve: Resolver
  readonly login: string
  readonly notices: string[]
}

async function carryOut(
  delivery: Delivery,
  issue: StoredIssue | null,
  plan: IssuePlan,
): Promise<IssueAction> {
  const { store, desired, notices } = delivery
  if (plan.action === 'none' || issue === null) return 'none'
  if (plan.action === 'leave') return 'unchanged'
  const isOpen = plan.action === 'update' || plan.action === 'reopen'
  const assignees = isOpen ? await assignableOf(store, newHandles(desired, plan), notices) : []
  const assigned = [...plan.record.assigned, ...assignees]
  const { title } = plan
  const body = bodyOf(desired, { ...plan.record, assigned }, plan.standing)
  // The comment first: when the job dies in between, the next run finds it by its marker and does not repeat it.
  if (plan.comment !== null) await sayChange(delivery, issue, plan)
  if (plan.action === 'update' || plan.action === 'settle') await store.update(issue.number, { title, body })
  if (plan.action === 'close')
    await store.update(issue.number, { title, body, state: 'closed', state_reason: 'completed' })
  if (plan.action === 'reopen')
    await store.update(issue.number, { title, body, state: 'open', state_reason: 'reopened' })
  await assignIfTaken(store, issue.number, assignees, notices)
  if (plan.action === 'close') return 'closed'
  return plan.action === 'reopen' ? 'reopened' : 'updated'
}

/** Writes the comment of one change once, however often the run is repeated. */
async function sayChange(
  { store, desired, resolve, login, notices }: Delivery,
  { number, createdAt }: StoredIssue,
  { comment, record }: IssuePlan,
): Promise<void> {
  if (comment === null) return
  const { revision, fingerprints } = record
  const drift = fingerprints.drift === '' ? 'none' : fingerprints.drift
  const marker = `<!-- iam-audit:change revision=${revision} drift=${drift} ${comment.reason} -->`
  if (await isSaid(store, number, marker, login)) return
  const { removed } = comment.change
  const resolutions = removed.length === 0 ? [] : await resolve(removed, createdAt)
  const request: CommentRequest = {
    reason: comment.reason,
    change: {
      ...comment.change,
      removed: removed.map((row, at) => ({ ...row, resolution: resolutions[at] ?? { how: 'unknown' } })),
    },
    ...{ original: null, budget: GITHUB_BODY_LIMIT - marker.length - 2 },
  }
  const text = `${marker}\n\n${desired.comment(request)}`
  try {
    await commentIfTaken(store, number, text, notices)
  } catch (error) {
    if (!(error instanceof GitHubError && error.uncertain)) throw error
    if (await isSaid(store, number, marker, login)) return
    await commentIfTaken(store, number, text, notices)
  }
}

async function isSaid(store: CommentStore, number: number, marker: string, login: string): Promise<boolean> {
  for await (const comment of store.comments(number)) {
    const ours = comment.author !== null && sameLogin(comment.author, login)
    if (ours && comment.body.split('\n', 1)[0]?.trimEnd() === marker) return true
  }
  return false
}

/**
 * A locked conversation and one with more than 2,500 comments take no comment, and the body can still be edited: that
 * is worth a notice, and no failure.
 */
async function commentIfTaken(
  store: CommentStore,
  number: number,
  text: string,
  notices: string[],
): Promise<void> {
  try {
    await store.comment(number, text)
  } catch (error) {
    const reason = error instanceof GitHubError ? error.reason.toLowerCase() : ''
    const full = error instanceof GitHubError && error.status === 422
    if (!full && !reason.includes('locked') && !reason.includes('commenting is disabled')) throw error
    notices.push(`The change was not announced in the issue: ${reasonOf(error)}`)
  }
}

/** The issue stands and says what it should; that somebody was not called to it is a notice. */
async function assignIfTaken(
  store: IssueStore,
  number: number,
  handles: readonly string[],
  notices: string[],
): Promise<void> {
  if (handles.length === 0) return
  try {
    await store.assign(number, handles)
  } catch (error) {
    notices.push(reasonOf(error))
  }
}

/** Handles that were never assigned before: who took a name off the issue meant it. */
function newHandles(desired: DesiredIssue, plan: IssuePlan): string[] {
  return desired.assignees.filter(
    (handle) => !plan.record.assigned.some((assigned) => sameLogin(assigned, handle)),
  )
}

/** Labels that exist or could be made. One that GitHub does not take is no reason to keep the finding back. */
async function makeLabels(
  store: IssueStore,
  labels: readonly string[],
  notices: string[],
): Promise<string[]> {
  const made: string[] = []
  for (const label of labels)
    try {
      await store.ensureLabel(label)
      made.push(label)
    } catch (error) {
      notices.push(`The issue has no label ${JSON.stringify(label)}: ${reasonOf(error)}`)
    }
  return made
}

async function assignableOf(
  store: IssueStore,
  handles: readonly string[],
  notices: string[],
): Promise<string[]> {
  const assignable: string[] = []
  const unique = [...new Set(handles)]
  for (const [at, handle] of unique.entries()) {
    if (assignable.length === MAXIMUM_ASSIGNEES) {
      const rest = unique.slice(at).map((one) => JSON.stringify(one))
      notices.push(`GitHub takes ${MAXIMUM_ASSIGNEES} assignees; not assigned: ${rest.join(', ')}.`)
      break
    }
    try {
      if (await store.isAssignable(handle)) assignable.push(handle)
      else
        notices.push(
          `${JSON.stringify(handle)} cannot be assigned to issues of this repository; give them access or correct \`owners\` or \`issue.assignees\` in the config.`,
        )
    } catch (error) {
      notices.push(`${JSON.stringify(handle)} was not assigned: ${reasonOf(error)}`)
    }
  }
  return assignable
}

/** First line that tells this audit's issue from every other, for those who look by hand. */
export { markerLine as issueMarker }
