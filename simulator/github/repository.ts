/** Repository, commits, files, pull requests, reviews and workflow runs, as GitHub shows them. */
import { type Answer, type Call, failure, forbidden, type Handler, notFound, page } from './answer.ts'
import { idOf, user } from './issues.ts'
import { complete, component } from './openapi.ts'
import { type Commit, history, type Pull, type State, tick } from './state.ts'

const schemaCache = new Map<string, unknown>()

/** Completing the large schemas takes a while; the parts that never change are completed once. */
function once(name: string, known: Record<string, unknown>): Record<string, unknown> {
  const base = schemaCache.get(name) ?? complete(component(name), known)
  schemaCache.set(name, base)
  return { ...(base as Record<string, unknown>), ...known }
}

const getRepository: Handler = (state, call) => {
  const [owner = '', name = ''] = state.repository.split('/')
  const body = once('full-repository', {
    name,
    full_name: state.repository,
    owner: user(owner),
    private: state.visibility !== 'public',
    visibility: state.visibility,
    default_branch: state.defaultBranch,
    has_issues: state.hasIssues,
    url: `${call.base}/repos/${state.repository}`,
  })
  return { status: 200, body }
}

/** Installation tokens are no user: GitHub refuses them here. */
const getUser: Handler = (state) =>
  state.identity.endsWith('[bot]')
    ? forbidden
    : {
        status: 200,
        body: complete(component('public-user'), { login: state.identity, id: idOf(state.identity) }),
      }

/** A commit by sha, by branch or tag name; the default branch when nothing is named. */
function commitAt(state: State, reference: string | undefined): Commit | undefined {
  const name = (reference ?? state.defaultBranch).replace(/^refs\/(heads|tags)\//, '')
  const sha = state.refs[name] ?? name
  return state.commits.find((commit) => commit.sha === sha)
}

const getContents: Handler = (state, call) => {
  const path = call.parameters.path ?? ''
  const commit = commitAt(state, call.query.ref)
  if (commit === undefined) return failure(404, `No commit found for the ref ${call.query.ref}`)
  const text = commit.files[path]
  if (text === undefined) return directory(commit, path, call) ?? notFound
  if (call.accept.includes('raw')) {
    const headers = { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }
    return { status: 200, raw: text, headers }
  }
  const size = Buffer.byteLength(text)
  const body = complete(component('content-file'), {
    type: 'file',
    name: path.split('/').at(-1),
    path,
    size,
    // Above 1 MB GitHub leaves the content out; only the raw media type has it.
    content: size > 1_000_000 ? '' : Buffer.from(text).toString('base64'),
    encoding: size > 1_000_000 ? 'none' : 'base64',
  })
  return { status: 200, body }
}

/** A path that is a folder answers with its list, whatever media type was asked for. */
function directory(commit: Commit, path: string, call: Call): Answer | null {
  const inside = Object.keys(commit.files).filter((name) => name.startsWith(`${path}/`))
  if (inside.length === 0) return null
  const rows = inside.map((name) => ({
    ...{ type: 'file', name: name.slice(path.length + 1), path: name, sha: '', size: 0 },
    ...{ url: call.base, git_url: null, html_url: null, download_url: null },
    _links: { git: null, html: null, self: call.base },
  }))
  return { status: 200, body: rows }
}

function commitBody(call: Call, commit: Commit): unknown {
  return once('commit', {
    sha: commit.sha,
    html_url: `https://github.com/${call.parameters.owner}/${call.parameters.repo}/commit/${commit.sha}`,
    author: commit.author === null ? null : user(commit.author),
    committer: commit.committer === null ? null : user(commit.committer),
    parents: commit.parents.map((sha) => ({ sha, url: `${call.base}/commits/${sha}` })),
    ...(commit.date === undefined ? {} : { commit: datedCommit(call, commit, commit.date) }),
  })
}

/** The part of a commit that git knows. */
function datedCommit(call: Call, { sha }: Commit, date: string): object {
  const signature = { name: 'somebody', email: 'somebody@example.com', date }
  return {
    ...{ author: signature, committer: signature, message: '', comment_count: 0 },
    ...{ url: `${call.base}/git/commits/${sha}`, tree: { sha, url: `${call.base}/git/trees/${sha}` } },
  }
}

const getCommit: Handler = (state, call) => {
  const commit = commitAt(state, call.parameters.ref)
  const sha = call.parameters.ref
  return commit === undefined
    ? failure(422, `No commit found for SHA: ${sha}`)
    : { status: 200, body: commitBody(call, commit) }
}

const compare: Handler = (state, call) => {
  const [base = '', head = ''] = (call.parameters.basehead ?? '').split('...')
  const [one, other] = [commitAt(state, base), commitAt(state, head)]
  if (one === undefined || other === undefined) return notFound
  const reachable = history(state, other.sha)
  const mergeBase = state.commits.find(
    (commit) => commit.sha === history(state, one.sha).find((sha) => reachable.includes(sha)),
  )
  if (mergeBase === undefined)
    return {
      status: 404,
      body: { message: `No common ancestor between ${base} and ${head}.`, status: '404' },
    }
  const ahead = reachable.filter((sha) => !history(state, one.sha).includes(sha)).length
  const body = complete(component('commit-comparison'), {
    base_commit: commitBody(call, one),
    merge_base_commit: commitBody(call, mergeBase),
    status: one.sha === other.sha ? 'identical' : mergeBase.sha === one.sha ? 'ahead' : 'diverged',
    ahead_by: ahead,
    commits: [],
    files: [],
  })
  const rows = between(state, one.sha, other.sha).map((commit) => commitBody(call, commit))
  // GitHub shows 250 of them, unless it is asked for pages.
  return page(call, rows, (part) => ({ ...(body as object), commits: part, total_commits: rows.length }))
}

/** Commits reachable from the head and not from the base, oldest first. */
function between(state: State, base: string, head: string): Commit[] {
  const before = new Set(history(state, base))
  return history(state, head)
    .filter((sha) => !before.has(sha))
    .flatMap((sha) => state.commits.find((commit) => commit.sha === sha) ?? [])
    .reverse()
}

/** Commits that changed a file, newest first; all of them without a path. */
const listCommits: Handler = (state, call) => {
  const { path, sha } = call.query
  const start = commitAt(state, state.refs[sha ?? ''] ?? sha)
  if (start === undefined) return notFound
  const textAt = (id: string | undefined): string | undefined =>
    path === undefined ? id : state.commits.find((commit) => commit.sha === id)?.files[path]
  const rows = history(state, start.sha)
    .flatMap((id) => state.commits.find((commit) => commit.sha === id) ?? [])
    .filter((commit) => textAt(commit.sha) !== textAt(commit.parents[0]))
  return page(
    call,
    rows.map((commit) => commitBody(call, commit)),
  )
}

/** GitHub lists no more commits of a pull request. */
const LISTED_COMMITS = 250

const listPullCommits: Handler = (state, call) => {
  const pull = findPull(state, call)
  if (pull === undefined) return notFound
  const rows = between(state, pull.base, pull.head).slice(0, LISTED_COMMITS)
  return page(
    call,
    rows.map((commit) => commitBody(call, commit)),
  )
}

const listPullsOfCommit: Handler = (state, call) => {
  const sha = call.parameters.commit_sha ?? ''
  const merged = history(state, state.refs[state.defaultBranch] ?? '')
  const rows = state.pulls
    .filter(
      (pull) => pull.merge === sha || between(state, pull.base, pull.head).some((one) => one.sha === sha),
    )
    .map((pull) =>
      once('pull-request-simple', {
        number: pull.number,
        user: user(pull.user),
        html_url: `https://github.com/${state.repository}/pull/${pull.number}`,
        merged_at: merged.includes(pull.merge ?? pull.head) ? '2026-01-01T00:00:00Z' : null,
      }),
    )
  return page(call, rows)
}

function findPull(state: State, call: Call): Pull | undefined {
  return state.pulls.find((pull) => pull.number === Number(call.parameters.pull_number))
}

const getPull: Handler = (state, call) => {
  const pull = findPull(state, call)
  if (pull === undefined) return notFound
  const [owner = '', name = ''] = state.repository.split('/')
  const known = { name, full_name: state.repository, owner: user(owner), default_branch: state.defaultBranch }
  const repo = once('repository', known)
  const side = (sha: string, ref: string): unknown => ({
    ...{ label: `${owner}:${ref}`, ref, sha },
    ...{ repo, user: user(pull.user) },
  })
  const body = once('pull-request', {
    number: pull.number,
    user: user(pull.user),
    head: side(pull.head, 'topic'),
    base: side(pull.base, pull.baseRef),
    commits: between(state, pull.base, pull.head).length,
  })
  return { status: 200, body }
}

const listReviews: Handler = (state, call) => {
  const pull = findPull(state, call)
  if (pull === undefined) return notFound
  const rows = pull.reviews.map((review, index) =>
    complete(component('pull-request-review'), {
      id: index + 1,
      user: user(review.user),
      state: review.state,
      commit_id: review.commit,
      submitted_at: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
    }),
  )
  return page(call, rows)
}

const getPermission: Handler = (state, call) => {
  const name = call.parameters.username ?? ''
  const role = state.collaborators[name] ?? (state.visibility === 'public' ? 'read' : 'none')
  const person = complete(component('nullable-collaborator'), { ...(user(name) as object), role_name: role })
  return { status: 200, body: { permission: role, role_name: role, user: person } }
}

const listRuns: Handler = (state, call) => {
  const rows = state.runs
    .filter((run) => call.query.head_sha === undefined || run.headSha === call.query.head_sha)
    .filter((run) => call.query.event === undefined || run.event === call.query.event)
    .sort((one, other) => other.id - one.id)
    .map((run) =>
      once('workflow-run', {
        id: run.id,
        event: run.event,
        head_sha: run.headSha,
        status: run.conclusion === null ? 'in_progress' : 'completed',
        conclusion: run.conclusion,
        workflow_id: run.workflowId,
        run_attempt: run.runAttempt ?? 1,
        html_url: `https://github.com/${state.repository}/actions/runs/${run.id}`,
      }),
    )
  return page(call, rows, (part) => ({ total_count: rows.length, workflow_runs: part }))
}

function findRun(state: State, call: Call): State['runs'][number] | undefined {
  return state.runs.find((run) => run.id === Number(call.parameters.run_id))
}

const getRun: Handler = (state, call) => {
  const run = findRun(state, call)
  if (run === undefined) return notFound
  const { body } = listRuns(state, { ...call, query: { head_sha: run.headSha } })
  const rows = (body as { workflow_runs: { id: number }[] }).workflow_runs
  return { status: 200, body: rows.find((row) => row.id === run.id) }
}

const rerun: Handler = (state, call) => {
  const run = findRun(state, call)
  if (run === undefined) return notFound
  if (run.conclusion === null) return failure(403, 'This workflow is already running')
  state.reruns.push(run.id)
  tick(state)
  return { status: 201, body: {} }
}

const repository = '/repos/{owner}/{repo}'

export const repositoryHandlers: Readonly<Record<string, Handler>> = {
  'GET /user': getUser,
  [`GET ${repository}`]: getRepository,
  [`GET ${repository}/contents/{path}`]: getContents,
  [`GET ${repository}/commits`]: listCommits,
  [`GET ${repository}/commits/{ref}`]: getCommit,
  [`GET ${repository}/commits/{commit_sha}/pulls`]: listPullsOfCommit,
  [`GET ${repository}/compare/{basehead}`]: compare,
  [`GET ${repository}/pulls/{pull_number}`]: getPull,
  [`GET ${repository}/pulls/{pull_number}/commits`]: listPullCommits,
  [`GET ${repository}/pulls/{pull_number}/reviews`]: listReviews,
  [`GET ${repository}/collaborators/{username}/permission`]: getPermission,
  [`GET ${repository}/actions/runs`]: listRuns,
  [`GET ${repository}/actions/runs/{run_id}`]: getRun,
  [`POST ${repository}/actions/runs/{run_id}/rerun-failed-jobs`]: rerun,
}
