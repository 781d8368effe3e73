/** Issues, their comments, labels and assignees, as GitHub keeps them. */
import { type Answer, type Call, failure, type Handler, invalid, notFound, page } from './answer.ts'
import { complete, component } from './openapi.ts'
import { type Comment, type Issue, type Label, type State, tick } from './state.ts'

const LIMIT = 65_536
/** Issues from which on pages are told by a cursor only; GitHub says "large datasets", and not how large. */
const LARGE = 150
const gone: Answer = failure(410, 'Issues are disabled for this repo')

export function user(login: string): unknown {
  const bot = login.endsWith('[bot]')
  return complete(component('simple-user'), { login, type: bot ? 'Bot' : 'User', id: idOf(login) })
}

/** A number for a login, the same every time. */
export function idOf(login: string): number {
  return [...login].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003, 7)
}

function address(state: State, call: Call, rest: string): { url: string; html_url: string } {
  const path = `${state.repository}/${rest}`
  return { url: `${call.base}/repos/${path}`, html_url: `https://github.com/${path}` }
}

function issueBody(state: State, call: Call, issue: Issue): unknown {
  const links = address(state, call, `issues/${issue.number}`)
  return complete(component('issue'), {
    ...links,
    id: 1_000_000 + issue.number,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: user(issue.user),
    state: issue.state,
    state_reason: issue.stateReason,
    labels: issue.labels.map((name) => complete(component('label'), { name, color: 'ededed' })),
    assignees: issue.assignees.map(user),
    assignee: issue.assignees[0] === undefined ? null : user(issue.assignees[0]),
    locked: issue.locked,
    comments: state.comments.filter((comment) => comment.issue === issue.number).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.state === 'closed' ? issue.updatedAt : null,
    author_association: 'NONE',
    ...(issue.isPullRequest ? { pull_request: { url: links.url, html_url: links.html_url } } : {}),
  })
}

function commentBody(state: State, call: Call, comment: Comment): unknown {
  return complete(component('issue-comment'), {
    ...address(state, call, `issues/comments/${comment.id}`),
    id: comment.id,
    body: comment.body,
    user: user(comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: 'NONE',
  })
}

function find(state: State, call: Call): Issue | undefined {
  return state.issues.find((issue) => issue.number === Number(call.parameters.issue_number))
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
const hasLabel = (labels: readonly Label[], name: string): boolean =>
  labels.some((label) => same(label.name, name))

const list: Handler = (state, call) => {
  if (!state.hasIssues) return gone
  const { state: wanted = 'open', creator, labels, sort = 'created', direction = 'desc', since } = call.query
  const rows = state.issues
    .filter((issue) => wanted === 'all' || issue.state === wanted)
    .filter((issue) => creator === undefined || same(issue.user, creator))
    .filter((issue) => since === undefined || issue.updatedAt >= since)
    .filter((issue) => labels === undefined || labels.split(',').every((name) => issue.labels.includes(name)))
    .sort((one, other) => {
      const order =
        sort === 'updated' ? one.updatedAt.localeCompare(other.updatedAt) : one.number - other.number
      return direction === 'asc' ? order : -order
    })
  if (rows.length > LARGE && Number(call.query.page ?? 1) > 1 && call.query.after === undefined)
    return byPageOnly
  const answer = page(
    call,
    rows.map((issue) => issueBody(state, call, issue)),
  )
  const { link } = answer.headers ?? {}
  if (link === undefined) return answer
  return { ...answer, headers: { link: link.replace('&page=', '&after=Y3Vyc29y&page=') } }
}

const byPageOnly: Answer = failure(
  422,
  'Pagination with the page parameter is not supported for large datasets, please use cursor based pagination (after/before)',
)

/** What GitHub refuses about a title, body, labels or assignees. */
function refusal(state: State, body: Record<string, unknown>): Answer | null {
  const { title, body: text, labels = [], assignees = [] } = body as Record<string, string & string[]>
  if (title !== undefined && title.length > 256)
    return invalid('Issue', 'title', 'custom', 'title is too long (maximum is 256 characters)')
  if (typeof text === 'string' && text.length > LIMIT)
    return invalid('Issue', 'body', 'custom', `body is too long (maximum is ${LIMIT} characters)`)
  // GitHub makes unknown labels for some tokens and drops them for others; refusing holds a client to making them.
  if (labels.some((name) => !hasLabel(state.labels, name))) return invalid('Issue', 'labels', 'invalid')
  const refused = assignees.find((login) => !state.assignable.some((known) => same(known, login)))
  return refused === undefined ? null : invalid('Issue', 'assignees', 'invalid')
}

const create: Handler = (state, call) => {
  if (!state.hasIssues) return gone
  const refused = refusal(state, call.body)
  if (refused !== null) return refused
  const now = tick(state)
  const issue: Issue = {
    number: Math.max(0, ...state.issues.map((other) => other.number)) + 1,
    title: call.body.title,
    body: call.body.body ?? null,
    user: state.identity,
    state: 'open',
    stateReason: null,
    labels: call.body.labels ?? [],
    assignees: call.body.assignees ?? [],
    locked: false,
    isPullRequest: false,
    createdAt: now,
    updatedAt: now,
  }
  state.issues.push(issue)
  return { status: 201, body: issueBody(state, call, issue) }
}

const update: Handler = (state, call) => {
  if (!state.hasIssues) return gone
  const issue = find(state, call)
  if (issue === undefined) return notFound
  const refused = refusal(state, call.body)
  if (refused !== null) return refused
  issue.title = call.body.title ?? issue.title
  issue.body = call.body.body ?? issue.body
  issue.labels = call.body.labels ?? issue.labels
  issue.assignees = call.body.assignees ?? issue.assignees
  if (call.body.state !== undefined && call.body.state !== issue.state) {
    issue.state = call.body.state
    issue.stateReason = issue.state === 'closed' ? 'completed' : 'reopened'
  }
  issue.stateReason = call.body.state_reason ?? issue.stateReason
  issue.updatedAt = tick(state)
  return { status: 200, body: issueBody(state, call, issue) }
}

const listComments: Handler = (state, call) => {
  const issue = find(state, call)
  if (issue === undefined) return notFound
  const rows = state.comments
    .filter((comment) => comment.issue === issue.number)
    .filter((comment) => call.query.since === undefined || comment.updatedAt >= call.query.since)
  return page(
    call,
    rows.map((comment) => commentBody(state, call, comment)),
  )
}

const createComment: Handler = (state, call) => {
  const issue = find(state, call)
  if (issue === undefined) return notFound
  if (issue.locked) return failure(403, 'Unable to create comment because issue is locked.')
  if (call.body.body.length > LIMIT)
    return invalid('IssueComment', 'body', 'custom', `body is too long (maximum is ${LIMIT} characters)`)
  const now = tick(state)
  const comment: Comment = {
    id: 5_000 + state.comments.length,
    issue: issue.number,
    user: state.identity,
    body: call.body.body,
    createdAt: now,
    updatedAt: now,
  }
  state.comments.push(comment)
  issue.updatedAt = now
  return { status: 201, body: commentBody(state, call, comment) }
}

const updateComment: Handler = (state, call) => {
  const comment = state.comments.find((other) => other.id === Number(call.parameters.comment_id))
  if (comment === undefined) return notFound
  comment.body = call.body.body
  comment.updatedAt = tick(state)
  return { status: 200, body: commentBody(state, call, comment) }
}

/** As GitHub does, quietly leaves out who cannot be assigned. */
const addAssignees: Handler = (state, call) => {
  const issue = find(state, call)
  if (issue === undefined) return notFound
  for (const login of (call.body?.assignees ?? []) as string[]) {
    const known = state.assignable.find((other) => same(other, login))
    if (known !== undefined && !issue.assignees.includes(known)) issue.assignees.push(known)
  }
  issue.updatedAt = tick(state)
  return { status: 201, body: issueBody(state, call, issue) }
}

const getLabel: Handler = (state, call) => {
  const label = state.labels.find((other) => same(other.name, call.parameters.name ?? ''))
  return label === undefined ? notFound : { status: 200, body: complete(component('label'), label) }
}

const createLabel: Handler = (state, call) => {
  if (hasLabel(state.labels, call.body.name)) return invalid('Label', 'name', 'already_exists')
  const label = { name: call.body.name, color: call.body.color ?? 'ededed' }
  state.labels.push(label)
  tick(state)
  return { status: 201, body: complete(component('label'), label) }
}

const checkAssignee: Handler = (state, call) =>
  state.assignable.some((login) => same(login, call.parameters.assignee ?? '')) ? { status: 204 } : notFound

const repository = '/repos/{owner}/{repo}'

export const issueHandlers: Readonly<Record<string, Handler>> = {
  [`GET ${repository}/issues`]: list,
  [`POST ${repository}/issues`]: create,
  [`PATCH ${repository}/issues/{issue_number}`]: update,
  [`GET ${repository}/issues/{issue_number}/comments`]: listComments,
  [`POST ${repository}/issues/{issue_number}/comments`]: createComment,
  [`PATCH ${repository}/issues/comments/{comment_id}`]: updateComment,
  [`POST ${repository}/issues/{issue_number}/assignees`]: addAssignees,
  [`GET ${repository}/labels/{name}`]: getLabel,
  [`POST ${repository}/labels`]: createLabel,
  [`GET ${repository}/assignees/{assignee}`]: checkAssignee,
}
