/** One comment on a pull request that is edited instead of repeated. */
import { GitHubError } from './github-error.ts'
import { sameLogin } from './identity.ts'
import type { CommentStore, StoredComment } from './issue-store.ts'

export interface StickyComment {
  readonly pullRequest: number
  /** Tells this comment from others of the same token: the baseline's path. */
  readonly key: string
  /** Markdown below the marker, within `stickyBudget(key)`. */
  readonly body: string
  /** False: only an earlier comment is edited, none is begun. */
  readonly create: boolean
}

export interface StickyOutcome {
  /** `none`: there is no comment and none was wanted. */
  readonly action: 'created' | 'updated' | 'unchanged' | 'none' | 'skipped'
  readonly url: string | null
  /** Why it was skipped, as a sentence; null otherwise. */
  readonly reason: string | null
}

const COMMENT_LIMIT = 65_536

function markerOf(key: string): string {
  return `<!-- iam-audit:gate baseline=${encodeURIComponent(key)} -->`
}

/** UTF-16 units that the body of a sticky comment may have. */
export function stickyBudget(key: string): number {
  return COMMENT_LIMIT - markerOf(key).length - 2
}

/**
 * Creates the comment, edits it, or leaves it when it says the same already. It is a convenience: a token that may not
 * write (forks, Dependabot) or a GitHub that does not answer is no failure, and the outcome says why nothing was written.
 */
export async function syncStickyComment(store: CommentStore, wanted: StickyComment): Promise<StickyOutcome> {
  const body = `${markerOf(wanted.key)}\n\n${wanted.body.toWellFormed()}`
  try {
    const login = await store.identity()
    const earlier = await findComment(store, wanted, login)
    if (earlier === null && !wanted.create) return { action: 'none', url: null, reason: null }
    if (earlier === null) {
      const { url } = await store.comment(wanted.pullRequest, body)
      return { action: 'created', url, reason: null }
    }
    if (sameText(earlier.body, body)) return { action: 'unchanged', url: earlier.url, reason: null }
    const { url } = await store.editComment(earlier.id, body)
    return { action: 'updated', url, reason: null }
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return { action: 'skipped', url: null, reason: error.message }
  }
}

/** The oldest comment with our marker that this token wrote; others may quote or forge the marker. */
async function findComment(
  store: CommentStore,
  { pullRequest, key }: StickyComment,
  login: string,
): Promise<StoredComment | null> {
  const marker = markerOf(key)
  for await (const comment of store.comments(pullRequest)) {
    const ours = comment.author !== null && sameLogin(comment.author, login)
    if (ours && comment.body.split('\n', 1)[0]?.trimEnd() === marker) return comment
  }
  return null
}

function sameText(one: string, other: string): boolean {
  return one.replace(/\r\n?/g, '\n').trimEnd() === other.replace(/\r\n?/g, '\n').trimEnd()
}
