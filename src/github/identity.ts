/** Who the token acts as. What others wrote is never taken for our own. */
import { z } from 'zod'
import type { GitHubClient } from './client.ts'
import { GitHubError } from './github-error.ts'

const viewerSchema = z.object({ viewer: z.object({ login: z.string().min(1) }) })
const userSchema = z.object({ login: z.string().min(1) })

/**
 * The login under which issues and comments of this token appear: `github-actions[bot]` for the workflow's own token,
 * `<app>[bot]` for an app's, a handle for a person's.
 *
 * GraphQL's `viewer` answers for every kind of token (it is what `gh auth status` asks); `GET /user` refuses
 * installation tokens, the workflow's among them, with 403 "Resource not accessible by integration". So the second is
 * only for servers that do not answer the first.
 *
 * @throws GitHubError when neither answers: guessing would make a new issue every day, or edit somebody else's.
 */
export async function tokenIdentity(client: GitHubClient): Promise<string> {
  const purpose = { what: 'find out who the token acts as', which: client.repository, needs: null }
  try {
    return (await client.graphql('query { viewer { login } }', viewerSchema, purpose)).viewer.login
  } catch (error) {
    if (!(error instanceof GitHubError) || error.status === 401) throw error
    try {
      return (await client.request('GET /user', {}, userSchema, { purpose })).login
    } catch (second) {
      // Installation tokens are always refused here, which would hide that the first was only down, or limited.
      throw error.status === 404 ? second : error
    }
  }
}

/** Logins are compared as GitHub does, whatever the case. */
export function sameLogin(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
