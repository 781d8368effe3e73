/** What an answer that is no success means, in words of this product: nothing that a server echoes is repeated. */
import {
  AuthenticationError,
  CloudError,
  ForbiddenError,
  KeysRefusedError,
  NotFoundError,
} from './cloud-error.ts'
import type { Keys } from './signer.ts'
import { headerOf, type RawAnswer } from './transport.ts'

/** The cloud refuses signatures whose date is further off. */
const CLOCK_TOLERANCE = 15 * 60_000

/** v3 says so of keys that it never takes, with changing statuses. */
const KEYS_NOT_TAKEN = 'IAM.0091'

/** Whether an answer says that the call does not take such keys. It says nothing about their being right. */
export function refusesKeys(answer: RawAnswer): boolean {
  return codeOf(answer.body) === KEYS_NOT_TAKEN
}

/**
 * The error for an answer to a call, which was signed with these keys at this time.
 *
 * @param choosy whether the call may turn down keys that others take, so that a 401 proves nothing about them
 */
export function errorOf(
  call: string,
  answer: RawAnswer,
  keys: Keys | null,
  now: number,
  choosy = false,
): CloudError {
  const { status } = answer
  const code = codeOf(answer.body)
  const details = { call, status, code }
  const named = code === null ? `status ${status}` : `status ${status}, ${code}`
  if (code === KEYS_NOT_TAKEN || (status === 401 && choosy))
    return new KeysRefusedError(`${call} does not take these keys (${named}).`, details)
  if (status === 401)
    return new AuthenticationError(
      `${call} was not authenticated (${named})${whyUnauthenticated(answer, keys, now)}`,
      details,
    )
  if (status === 403) return new ForbiddenError(`${call} was refused (${named}).`, details)
  if (status === 404 && code !== 'APIGW.0101')
    return new NotFoundError(`${call} found nothing there (${named}).`, details)
  if (status >= 300 && status < 400)
    return new CloudError(`${call} was answered with a redirect, which is never followed.`, details)
  return new CloudError(`${call} was answered with ${named}.`, details)
}

/** All causes share one status and mostly one code; the server's clock and the words of the message tell them apart. */
function whyUnauthenticated(answer: RawAnswer, keys: Keys | null, now: number): string {
  const date = Date.parse(headerOf(answer, 'date') ?? '')
  const offset = Number.isNaN(date) ? 0 : now - date
  if (Math.abs(offset) > CLOCK_TOLERANCE)
    return `: the clock of this machine is ${Math.round(Math.abs(offset) / 60_000)} minutes ${offset > 0 ? 'ahead of' : 'behind'} the cloud's. Set it right; signatures are accepted within 15 minutes.`
  if (keys === null) return ', though it needs no keys.'
  if (/expire/i.test(answer.body))
    return keys.securityToken === undefined
      ? ': the signature counts as expired, so the clock of this machine is off. Set it right; signatures are accepted within 15 minutes.'
      : `: the temporary keys have expired. Put new ones into ${keys.origin ?? 'their place'}, or let the action obtain them (oidc-provider-urn, agency-urn).`
  const check = keys.origin === undefined ? '' : ` Check ${keys.origin}.`
  return `: the access key is not known, or the secret key or security token does not belong to it.${check}`
}

/** Such as `PAP5.0001`, `IAM.0091`, `APIGW.0301`: no key, token or name looks like that. */
const KNOWN_SHAPE = /^[A-Z][A-Za-z0-9]{1,19}\.\d{3,8}$/

/** The error code of a body, where it looks like one; never any other text of it. */
function codeOf(body: string): string | null {
  try {
    const parsed = JSON.parse(body) as { error_code?: unknown; code?: unknown; error?: { code?: unknown } }
    const codes = [parsed?.error_code, parsed?.code, parsed?.error?.code]
    return codes.find((code): code is string => typeof code === 'string' && KNOWN_SHAPE.test(code)) ?? null
  } catch {
    return null
  }
}
