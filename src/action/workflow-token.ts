/** The OIDC token of the workflow, asked of GitHub again where asking again can help. */
import { setTimeout } from 'node:timers/promises'
import { mask } from '../run/secrets.ts'
import { UserError } from '../text/problem.ts'

/** Tries, the first included, and the milliseconds before the second; each wait is twice the one before. */
const MAXIMUM_TRIES = 5
const FIRST_WAIT = 1000

export interface TokenOptions {
  /** Waits so many milliseconds. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>
}

/**
 * The token, masked.
 *
 * @throws UserError that names the missing permission, or what else went wrong
 */
export async function workflowToken(
  audience: string,
  { sleep = setTimeout }: TokenOptions = {},
): Promise<string> {
  // Most runs need none, and the toolkit takes long to load.
  const { getIDToken } = await import(/* webpackMode: "eager" */ '@actions/core')
  for (let tries = 1; ; tries++)
    try {
      const token: unknown = await getIDToken(audience)
      if (typeof token !== 'string') throw new Error('The answer holds no token')
      mask(token)
      return token
    } catch (cause) {
      const failure = failureOf(cause as Error)
      if (failure.passing && tries < MAXIMUM_TRIES) {
        await sleep(FIRST_WAIT * 2 ** (tries - 1))
        continue
      }
      throw new UserError(`The OIDC token of the workflow could not be obtained${failure.words}`, { cause })
    }
}

/**
 * Why there is none, and whether that may pass. The runner offers no token without the permission; otherwise GitHub was
 * asked, and its answer is not repeated. The toolkit tells the status in the words of its error, and none for an answer
 * that never came.
 */
function failureOf({ message }: Error): { readonly words: string; readonly passing: boolean } {
  if (message.includes('env variable'))
    return {
      words: '. Give the job "permissions: id-token: write"; pull requests from forks never get it.',
      passing: false,
    }
  const status = /Error Code : (\d{3})/.exec(message)?.[1]
  if (status !== undefined)
    return {
      words: `: GitHub answered with status ${status}. Run the job again.`,
      passing: ['408', '429'].includes(status) || status.startsWith('5'),
    }
  return {
    words:
      ': GitHub could not be reached, or its answer holds no token. Check the network and its proxy, and run the job again.',
    passing: message.includes('Error Code'),
  }
}
