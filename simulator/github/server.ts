/**
 * Plays GitHub on a loopback port: keeps state, holds every request to GitHub's own API description, refuses what the
 * token's permissions do not cover, and fails on demand.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, type Call, failure, notFound } from './answer.ts'
import { issueHandlers } from './issues.ts'
import { answerViolations, matchRoute, requestViolations } from './openapi.ts'
import { refusalOf } from './permission.ts'
import { repositoryHandlers } from './repository.ts'
import type { Issue, Level, Scope, State } from './state.ts'

export { type Answer, type Call, failure } from './answer.ts'
export type { Comment, Commit, Issue, Pull, Review, State } from './state.ts'

const handlers = { ...repositoryHandlers, ...issueHandlers }

type SeedIssue = Partial<Omit<Issue, 'number'>>

export interface GitHubSimulatorOptions {
  /** `owner/name`; default `acme/security`. */
  readonly repository?: string
  readonly token?: string
  /** Login the token acts as; default `github-actions[bot]`, which like every installation may not ask `GET /user`. */
  readonly identity?: string
  /** Default true. */
  readonly private?: boolean
  readonly defaultBranch?: string
  readonly hasIssues?: boolean
  /** Default: everything `write`. */
  readonly permissions?: Partial<Record<Scope, Level>>
  readonly labels?: readonly string[]
  readonly issues?: readonly SeedIssue[]
  readonly assignable?: readonly string[]
  readonly collaborators?: State['collaborators']
  readonly commits?: readonly (Partial<State['commits'][number]> & { readonly sha: string })[]
  readonly refs?: Readonly<Record<string, string>>
  readonly pulls?: State['pulls']
  readonly runs?: State['runs']
}

export interface RecordedRequest {
  readonly method: string
  /** Path without the query, still encoded. */
  readonly path: string
  /** Operation as GitHub's description names it; null when it has none. */
  readonly route: string | null
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly status: number
}

/** Runs before the real handling of a request; an answer it returns is sent instead. */
export type Interception = (call: Call) => Answer | undefined | Promise<Answer | undefined>

export interface GitHubSimulator extends AsyncDisposable {
  /** For `GITHUB_API_URL`. */
  readonly url: string
  readonly port: number
  readonly state: State
  readonly requests: readonly RecordedRequest[]
  /** Whatever GitHub's description does not allow, of requests and of this simulator's answers. Tests want it empty. */
  readonly violations: readonly string[]
  /** Requests other than GET that reached a handler, without GraphQL queries. */
  readonly writes: readonly RecordedRequest[]
  addIssue(issue: SeedIssue): Issue
  /** Intercepts the next `times` (default: all) requests of a route such as `POST /repos/{owner}/{repo}/issues`, or `*`. */
  intercept(route: string, interception: Interception, times?: number): void
  /** Answers the next `times` (default: all) requests of a route with an error. */
  fail(route: string, answer: Answer, times?: number): void
  /** Forgets recorded requests, not state. */
  forget(): void
  close(): Promise<void>
}

/** Starts the server on a free loopback port. Dispose of it with `await using` or `close`. */
export async function startGitHubSimulator(options: GitHubSimulatorOptions = {}): Promise<GitHubSimulator> {
  const state = initialState(options)
  const requests: RecordedRequest[] = []
  const violations: string[] = []
  const interceptions: { route: string; run: Interception; left: number }[] = []
  const intercept = async (call: Call): Promise<Answer | undefined> => {
    for (const interception of interceptions) {
      if (interception.left <= 0 || ![call.route, '*'].includes(interception.route)) continue
      interception.left -= 1
      const answer = await interception.run(call)
      if (answer !== undefined) return answer
    }
    return undefined
  }
  const server = createServer(async (request, response) => {
    try {
      const { record, answer } = await serve(state, request, violations, intercept)
      requests.push({ ...record, status: answer.status })
      send(response, answer)
    } catch (error) {
      violations.push(`The simulator failed: ${(error as Error).stack}`)
      send(response, { status: 500, body: { message: String(error) } })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const simulator: GitHubSimulator = {
    url: `http://127.0.0.1:${port}`,
    port,
    state,
    requests,
    violations,
    get writes() {
      return requests.filter((request) => request.method !== 'GET' && !request.path.endsWith('/graphql'))
    },
    addIssue: (issue) => addIssue(state, issue),
    intercept: (route, run, times = Number.POSITIVE_INFINITY) => {
      interceptions.push({ route, run, left: times })
    },
    fail: (route, answer, times = Number.POSITIVE_INFINITY) => {
      interceptions.push({ route, run: () => answer, left: times })
    },
    forget: () => {
      requests.length = 0
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  return simulator
}

function initialState(options: GitHubSimulatorOptions): State {
  const full = { contents: 'write', issues: 'write', 'pull-requests': 'write', actions: 'write' } as const
  const state: State = {
    repository: options.repository ?? 'acme/security',
    token: options.token ?? 'token-of-the-workflow',
    identity: options.identity ?? 'github-actions[bot]',
    visibility: options.private === false ? 'public' : 'private',
    defaultBranch: options.defaultBranch ?? 'main',
    hasIssues: options.hasIssues ?? true,
    permissions: { ...full, ...options.permissions },
    labels: (options.labels ?? []).map((name) => ({ name, color: 'ededed' })),
    issues: [],
    comments: [],
    assignable: [...(options.assignable ?? [])],
    refs: { ...options.refs },
    commits: (options.commits ?? []).map((commit) => ({
      parents: [],
      files: {},
      author: null,
      committer: null,
      ...commit,
    })),
    pulls: [...(options.pulls ?? [])],
    collaborators: { ...options.collaborators },
    runs: [...(options.runs ?? [])],
    reruns: [],
    clock: 0,
  }
  for (const issue of options.issues ?? []) addIssue(state, issue)
  return state
}

function addIssue(state: State, seed: SeedIssue): Issue {
  const issue: Issue = {
    ...{ title: 'Something else', body: null, user: 'octocat', state: 'open', stateReason: null },
    ...{ labels: [], assignees: [], locked: false, isPullRequest: false },
    ...{ createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' },
    ...seed,
    number: Math.max(0, ...state.issues.map((other) => other.number)) + 1,
  }
  state.issues.push(issue)
  return issue
}

type Served = { readonly record: Omit<RecordedRequest, 'status'>; readonly answer: Answer }

async function serve(
  state: State,
  request: IncomingMessage,
  violations: string[],
  intercept: (call: Call) => Promise<Answer | undefined>,
): Promise<Served> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const body = text === '' ? undefined : JSON.parse(text)
  const method = request.method ?? 'GET'
  const base = `http://${request.headers.host}`
  const url = new URL(request.url ?? '/', base)
  const query = Object.fromEntries(url.searchParams)
  const matched = matchRoute(method, url.pathname)
  const record = { method, path: url.pathname, route: matched?.route ?? null, query, body }
  const served = (answer: Answer): Served => ({ record: { ...record, headers: request.headers }, answer })

  const token = String(request.headers.authorization ?? '').replace(/^(token|bearer) /i, '')
  if (token !== state.token) return served(failure(401, 'Bad credentials'))
  if (url.pathname.endsWith('/graphql')) {
    const call = { route: 'POST /graphql', parameters: {}, method, query, accept: '', body, base }
    const answer = await intercept({ ...call, pathname: url.pathname })
    return served(answer ?? graphql(state, body, violations))
  }
  if (matched === null) {
    violations.push(`${method} ${url.pathname}: no such operation in the trimmed description`)
    return served(failure(422, `No such operation: ${method} ${url.pathname}`))
  }
  const wrong = requestViolations(matched, query, body)
  if (wrong.length > 0) {
    violations.push(...wrong)
    return served({
      status: 422,
      body: { message: `Not allowed by the API description: ${wrong.join('; ')}` },
    })
  }
  const accept = String(request.headers.accept ?? '')
  const call: Call = { ...matched, method, query, accept, body, base, pathname: url.pathname }
  const programmed = await intercept(call)
  if (programmed !== undefined) return served(programmed)
  const answer = handle(state, call)
  if (answer.raw === undefined) violations.push(...answerViolations(call.route, answer.status, answer.body))
  return served(answer)
}

function handle(state: State, call: Call): Answer {
  const { owner, repo } = call.parameters
  if (owner !== undefined && `${owner}/${repo}`.toLowerCase() !== state.repository.toLowerCase())
    return notFound
  const handler = handlers[call.route]
  if (handler === undefined) throw new Error(`No handler for ${call.route}.`)
  return refusalOf(state, call.route) ?? handler(state, call)
}

/** The one GraphQL question that installation tokens need: who am I? */
function graphql(state: State, body: { query?: string } | undefined, violations: string[]): Answer {
  const question = (body?.query ?? '').replace(/\s+/g, ' ').trim()
  if (!['query { viewer { login } }', '{ viewer { login } }'].includes(question)) {
    violations.push(`POST /graphql: unknown question ${question}`)
    return { status: 200, body: { errors: [{ message: 'Parse error' }] } }
  }
  return { status: 200, body: { data: { viewer: { login: state.identity } } } }
}

function send(response: ServerResponse, answer: Answer): void {
  const text = answer.raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body))
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'x-github-request-id': 'SIMU:LATED:REQUEST',
    ...answer.headers,
  }
  response.writeHead(answer.status, headers)
  response.end(answer.status === 204 ? undefined : text)
}
