/** What the issue's life cycle needs of GitHub, and nothing more; the implementation over the client. */
import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import { GitHubError, type Purpose } from './github-error.ts'
import { tokenIdentity } from './identity.ts'
import type { FoundIssue } from './issue-plan.ts'

/** An issue as listed. */
export interface StoredIssue extends FoundIssue {
  /** Login of who wrote it; null for deleted accounts. */
  readonly author: string | null
  readonly isPullRequest: boolean
  /** ISO 8601; empty where GitHub does not say. */
  readonly createdAt: string
}

export interface StoredComment {
  readonly id: number
  readonly url: string
  readonly author: string | null
  readonly body: string
}

export interface IssuePatch {
  readonly title?: string
  readonly body?: string
  readonly state?: 'open' | 'closed'
  readonly state_reason?: 'completed' | 'not_planned' | 'reopened'
}

/** Comments of an issue or pull request. */
export interface CommentStore {
  /** Login under which this token writes. */
  identity(): Promise<string>
  comments(number: number): AsyncIterable<StoredComment>
  /** @throws GitHubError; `uncertain` when the comment may be there all the same. */
  comment(number: number, body: string): Promise<StoredComment>
  editComment(id: number, body: string): Promise<StoredComment>
}

export interface IssueStore extends CommentStore {
  /** Every issue, open and closed, that the login wrote, oldest first. GitHub mixes pull requests in. */
  issuesBy(login: string): AsyncIterable<StoredIssue>
  /** @throws GitHubError; `uncertain` when the issue may be there all the same. */
  create(issue: {
    readonly title: string
    readonly body: string
    readonly labels: readonly string[]
    readonly assignees: readonly string[]
  }): Promise<StoredIssue>
  update(number: number, patch: IssuePatch): Promise<StoredIssue>
  /** Makes the label when it is missing. */
  ensureLabel(name: string): Promise<void>
  /** Whether GitHub lets issues of this repository be assigned to the handle. */
  isAssignable(handle: string): Promise<boolean>
  assign(number: number, handles: readonly string[]): Promise<void>
}

const authorSchema = z.object({ login: z.string() }).nullish()
const issueSchema = z
  .object({
    number: z.number().int(),
    html_url: z.string(),
    title: z.string(),
    state: z.string(),
    body: z.string().nullish(),
    user: authorSchema,
    pull_request: z.unknown().optional(),
    created_at: z.string().default(''),
  })
  .transform(
    (issue): StoredIssue => ({
      number: issue.number,
      url: issue.html_url,
      title: issue.title,
      state: issue.state === 'open' ? 'open' : 'closed',
      body: issue.body ?? null,
      author: issue.user?.login ?? null,
      isPullRequest: issue.pull_request !== undefined && issue.pull_request !== null,
      createdAt: issue.created_at,
    }),
  )
const commentSchema = z
  .object({ id: z.number().int(), html_url: z.string(), body: z.string().nullish(), user: authorSchema })
  .transform(
    (comment): StoredComment => ({
      id: comment.id,
      url: comment.html_url,
      author: comment.user?.login ?? null,
      body: comment.body ?? '',
    }),
  )

/** Colour of a label that had to be made. */
const LABEL_COLOR = 'd93f0b'

/**
 * The store over the API. `needs` is the line of `permissions:` that errors name: comments of pull requests need
 * another one than issues do.
 */
export function createIssueStore(
  client: GitHubClient,
  needs: 'issues: write' | 'pull-requests: write' = 'issues: write',
): IssueStore {
  let identity: Promise<string> | null = null
  const purpose = (what: string, which = client.repository): { purpose: Purpose } => ({
    purpose: { what, which, needs },
  })
  const numbered = (number: number): string => `${client.repository}#${number}`
  return {
    identity: () => {
      identity ??= tokenIdentity(client)
      return identity
    },
    issuesBy: (login) =>
      client.list(
        'GET /repos/{owner}/{repo}/issues',
        { creator: login, state: 'all', sort: 'created', direction: 'asc' },
        z.array(issueSchema),
        purpose('list the issues written by this token'),
      ),
    create: ({ title, body, labels, assignees }) =>
      client.request(
        'POST /repos/{owner}/{repo}/issues',
        { title, body, labels: [...labels], assignees: [...assignees] },
        issueSchema,
        purpose('create the issue'),
      ),
    update: (number, patch) =>
      client.request(
        'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
        { issue_number: number, ...patch },
        issueSchema,
        purpose('update the issue', numbered(number)),
      ),
    comments: (number) =>
      client.list(
        'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        { issue_number: number },
        z.array(commentSchema),
        purpose('list the comments', numbered(number)),
      ),
    comment: (number, body) =>
      client.request(
        'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
        { issue_number: number, body },
        commentSchema,
        purpose('write a comment', numbered(number)),
      ),
    editComment: (id, body) =>
      client.request(
        'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
        { comment_id: id, body },
        commentSchema,
        purpose('edit the comment'),
      ),
    ensureLabel: (name) => ensureLabel(client, name, purpose(`make the label ${JSON.stringify(name)}`)),
    isAssignable: (handle) => isAssignable(client, handle, purpose(`ask whether ${handle} can be assigned`)),
    assign: async (number, handles) => {
      const parameters = { issue_number: number, assignees: [...handles] }
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees'
      await client.request(route, parameters, z.unknown(), {
        ...purpose(`assign ${handles.join(', ')}`, numbered(number)),
        repeatable: true,
      })
    },
  }
}

async function ensureLabel(client: GitHubClient, name: string, options: { purpose: Purpose }): Promise<void> {
  if (await exists(client, 'GET /repos/{owner}/{repo}/labels/{name}', { name }, options)) return
  try {
    const route = 'POST /repos/{owner}/{repo}/labels'
    const label = { name, color: LABEL_COLOR, description: 'IAM permission audit' }
    await client.request(route, label, z.unknown(), { ...options, repeatable: true })
  } catch (error) {
    // Another run, or the first try of this one, was faster.
    const there =
      error instanceof GitHubError &&
      error.status === 422 &&
      (await exists(client, 'GET /repos/{owner}/{repo}/labels/{name}', { name }, options))
    if (!there) throw error
  }
}

function isAssignable(client: GitHubClient, handle: string, options: { purpose: Purpose }): Promise<boolean> {
  return exists(client, 'GET /repos/{owner}/{repo}/assignees/{assignee}', { assignee: handle }, options)
}

/** Whether something is there: 404 is an answer, every other failure is one. */
async function exists(
  client: GitHubClient,
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  options: { purpose: Purpose },
): Promise<boolean> {
  try {
    await client.request(route, parameters, z.unknown(), options)
    return true
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return false
    throw error
  }
}
