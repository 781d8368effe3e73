/** The shell's way to GitHub: one client for a run, and what it says of repository and branch. */
import { GitHubClient } from '../github/client.ts'
import { GitHubError } from '../github/github-error.ts'
import { createRepositoryReader, type RepositoryFacts } from '../github/repository.ts'
import type { Inputs } from '../run/inputs.ts'
import { scrubAll } from '../run/secrets.ts'
import { UserError } from '../text/problem.ts'
import type { RunContext } from './event.ts'

/** The client; null without a token. */
export function openGitHub(inputs: Inputs, context: RunContext): GitHubClient | null {
  if (inputs.githubToken === '') return null
  return new GitHubClient({
    token: inputs.githubToken,
    repository: context.run.repository,
    apiUrl: context.apiUrl,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    now: Date.now,
    scrub: scrubAll,
  })
}

/** Visibility and default branch, asked of the API: a schedule's payload may lack them. */
export async function repositoryFacts(client: GitHubClient | null): Promise<RepositoryFacts> {
  if (client === null)
    return { visibility: 'public', defaultBranch: null, problem: 'there is no github-token' }
  return createRepositoryReader(client).facts()
}

/** @throws UserError in a repository that everybody can read, or whose visibility cannot be read. */
export function refusePublic(facts: RepositoryFacts, inputs: Inputs): void {
  if (facts.visibility !== 'public' || inputs.allowPublic) return
  const why =
    facts.problem === null
      ? 'This repository is public'
      : `Whether this repository is public could not be read (${facts.problem}), so it counts as public`
  throw new UserError(
    `${why}: report, summary and issue would name your administrators to everybody. Use a private repository, or set allow-public: true when that is what you want.`,
  )
}

/** Whether this run may write to the repository's issues; a sentence when it may not. */
export function whyNotRecorded(facts: RepositoryFacts, context: RunContext, live: boolean): string | null {
  // Such a run may have the default branch for its ref, and what somebody proposes in its workspace.
  if (context.event.startsWith('pull_request'))
    return 'This run belongs to a pull request, so no issue is written.'
  if (!live) return 'The audited account was read from a snapshot, so no issue is written.'
  if (facts.defaultBranch === null) return 'The default branch could not be read, so no issue is written.'
  if (context.ref !== `refs/heads/${facts.defaultBranch}`)
    return `This run is not on the default branch (${facts.defaultBranch}), so no issue is written.`
  return null
}

/**
 * Whether this is a new attempt of a run from before the default branch moved on; a sentence when it is. It reads the
 * config and baseline of then, and could close the issue over somebody whose approval has been taken back since. What
 * cannot be told is no reason to write nothing.
 */
export async function whyOutdated(
  client: GitHubClient | null,
  facts: RepositoryFacts,
  { run }: RunContext,
): Promise<string | null> {
  if (client === null || facts.defaultBranch === null || Number(run.run_attempt) <= 1) return null
  try {
    const head = await createRepositoryReader(client).commit(facts.defaultBranch)
    return head.sha === run.sha
      ? null
      : `This is a new attempt of an old run: it read config and baseline at ${run.sha.slice(0, 7)}, and ${facts.defaultBranch} has moved on, so no issue is written. Start the workflow anew to judge by what is approved now.`
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return null
  }
}
