/** What the audit and the gate read of the repository. Everything is read at a named commit, as data. */
import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import { GitHubError, type Purpose, reasonOf } from './github-error.ts'

export interface RepositoryFacts {
  /** What cannot be read counts as public. */
  readonly visibility: 'public' | 'private' | 'internal'
  /** Null: could not be read, so no branch counts as the default one. */
  readonly defaultBranch: string | null
  /** Why something could not be read, as a sentence; null when all was. */
  readonly problem: string | null
}

export interface CommitFacts {
  readonly sha: string
  readonly parents: readonly string[]
  /** Logins; null where GitHub knows no account for the address. */
  readonly author: string | null
  readonly committer: string | null
}

/** Reads of the repository at named commits. */
export interface RepositoryReader {
  /** Never throws: what is unreadable is public and on another branch, and says so. */
  facts(): Promise<RepositoryFacts>
  /**
   * Text of a file at a commit; null when the commit has no such file.
   *
   * @throws GitHubError when the commit cannot be read: a file that one may not see is not a missing one.
   */
  fileAt(path: string, commit: string): Promise<string | null>
  /** @throws GitHubError when it cannot be read. */
  commit(sha: string): Promise<CommitFacts>
  /** The best common ancestor of two commits. */
  mergeBase(base: string, head: string): Promise<string>
}

/** `raw` sends the bytes themselves, also of files above 1 MB, where the JSON answer leaves them out. */
const RAW = 'application/vnd.github.raw+json'

const repositorySchema = z.object({
  private: z.boolean(),
  visibility: z.string().optional(),
  default_branch: z.string(),
})
const loginSchema = z.object({ login: z.string().optional() }).nullish()
const commitSchema = z.object({
  sha: z.string(),
  parents: z.array(z.object({ sha: z.string() })),
  author: loginSchema,
  committer: loginSchema,
})
const compareSchema = z.object({ merge_base_commit: z.object({ sha: z.string() }) })

/** The reader over the API. */
export function createRepositoryReader(client: GitHubClient): RepositoryReader {
  return {
    facts: () => readFacts(client),
    fileAt: (path, sha) => readFileAt(client, path, sha),
    commit: (sha) => readCommit(client, sha),
    mergeBase: async (base, head) => {
      const which = `${base}...${head} of ${client.repository}`
      const answer = await client.request(
        'GET /repos/{owner}/{repo}/compare/{basehead}',
        { basehead: `${base}...${head}`, per_page: 1 },
        compareSchema,
        { purpose: { what: 'find the merge base', which, needs: 'contents: read' } },
      )
      return answer.merge_base_commit.sha
    },
  }
}

async function readFacts(client: GitHubClient): Promise<RepositoryFacts> {
  const purpose = { what: 'read visibility and default branch', which: client.repository, needs: null }
  try {
    const answer = await client.request('GET /repos/{owner}/{repo}', {}, repositorySchema, { purpose })
    const hidden = answer.visibility === 'internal' ? 'internal' : 'private'
    return {
      // Both must say so: a server that sends only one of them is not guessed at.
      visibility: answer.private && answer.visibility !== 'public' ? hidden : 'public',
      defaultBranch: answer.default_branch,
      problem: null,
    }
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return { visibility: 'public', defaultBranch: null, problem: reasonOf(error) }
  }
}

async function readCommit(client: GitHubClient, sha: string): Promise<CommitFacts> {
  const answer = await client.request(
    'GET /repos/{owner}/{repo}/commits/{ref}',
    { ref: sha, per_page: 1 },
    commitSchema,
    { purpose: { what: `read the commit ${sha}`, which: client.repository, needs: 'contents: read' } },
  )
  return {
    sha: answer.sha,
    parents: answer.parents.map((parent) => parent.sha),
    author: answer.author?.login ?? null,
    committer: answer.committer?.login ?? null,
  }
}

async function readFileAt(client: GitHubClient, path: string, commit: string): Promise<string | null> {
  const purpose: Purpose = {
    what: `read ${path} at ${commit}`,
    which: client.repository,
    needs: 'contents: read',
  }
  const route = 'GET /repos/{owner}/{repo}/contents/{path}'
  let answer: unknown
  try {
    answer = await client.request(route, { path, ref: commit }, z.unknown(), {
      purpose,
      headers: { accept: RAW },
    })
  } catch (error) {
    if (!(error instanceof GitHubError) || error.status !== 404) throw error
    // GitHub answers 404 also for what the token may not see. Whoever can read the commit can read its files.
    await readCommit(client, commit)
    return null
  }
  if (typeof answer === 'string') return answer
  if (answer instanceof ArrayBuffer) return new TextDecoder().decode(answer)
  throw new GitHubError(purpose, {
    ...{ status: null, reason: 'it is a folder, not a file', uncertain: false },
    ...{ limited: false, cause: undefined },
  })
}
