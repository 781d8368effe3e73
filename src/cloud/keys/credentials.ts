/** Keys that the action obtains itself. */
import { z } from 'zod'
import { UserError } from '../../text/problem.ts'
import { CloudError, DeadlineError } from '../http/cloud-error.ts'
import type { HttpClient } from '../http/http-client.ts'
import type { KeySource } from '../http/key-source.ts'
import type { Clock } from '../http/pace.ts'
import type { Keys } from '../http/signer.ts'
import { sessionPolicy } from '../iam/permissions-needed.ts'

export interface Obtained {
  readonly keys: Keys
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** Renewed this long before they end, in milliseconds; at most a quarter of their life. */
const MARGIN = 120_000

/** Keys that the action obtains itself, again when they come to their end, once for each expiry. */
export function obtainedKeys(
  obtain: () => Promise<Obtained>,
  clock: Clock,
  staticSecret: string | null,
): KeySource {
  let current: { readonly keys: Keys; readonly until: number } | null = null
  // Several requests meet the same expiry at once; one of them renews for all.
  let underWay: Promise<Keys> | null = null
  const fresh = (): Promise<Keys> => {
    underWay ??= obtain()
      .then(({ keys, expires }) => {
        const life = expires - clock.now()
        // Keys that are over as they come say that this clock is off: a 401 will tell when they end.
        current = { keys, until: life > 0 ? expires - Math.min(MARGIN, life / 4) : Number.POSITIVE_INFINITY }
        return keys
      })
      .finally(() => {
        underWay = null
      })
    return underWay
  }
  return {
    keys: async () => (current !== null && clock.now() <= current.until ? current.keys : fresh()),
    async renew(used) {
      if (current === null || current.keys.accessKeyId === used.accessKeyId) await fresh()
      return true
    },
    staticSecret,
  }
}

const credentialsSchema = z.object({
  credentials: z.object({
    access_key_id: z.string().min(1),
    secret_access_key: z.string().min(1),
    security_token: z.string().min(1),
    expiration: z.string(),
  }),
})

export interface AssumeOptions {
  readonly http: HttpClient
  readonly sts: URL
  readonly agencyUrn: string
  /** Shown in the account's traces. */
  readonly sessionName: string
  /** Called with every secret before anything else happens. */
  readonly mask: (secret: string) => void
}

/** Exchanges the workflow's OIDC token for temporary keys that can do nothing but the audit's reads. */
export async function assumeWithOidc(
  options: AssumeOptions & { readonly providerUrn: string; readonly idToken: string },
): Promise<Obtained> {
  try {
    return await assume(options, '/v5/agencies/assume-with-oidc', false, {
      provider_urn: options.providerUrn,
      id_token: options.idToken,
    })
  } catch (error) {
    throw explainedOidc(error, options.idToken)
  }
}

/** Assumes the agency with static keys. */
export async function assumeAgency(options: AssumeOptions): Promise<Obtained> {
  try {
    return await assume(options, '/v5/agencies/assume', true, {})
  } catch (error) {
    if (!(error instanceof CloudError) || error instanceof DeadlineError) throw error
    throw new UserError(
      `The agency ${options.agencyUrn} could not be assumed: ${error.message} The keys need the IAM action sts:agencies:assume on it, and its trust policy must trust them.`,
      { cause: error },
    )
  }
}

async function assume(
  { http, sts, agencyUrn, sessionName, mask }: AssumeOptions,
  path: string,
  signed: boolean,
  body: Readonly<Record<string, string>>,
): Promise<Obtained> {
  const call = `POST ${path}`
  const answer = await http.json({
    method: 'POST',
    origin: sts,
    path,
    call,
    signed,
    body: JSON.stringify({
      ...body,
      agency_urn: agencyUrn,
      agency_session_name: sessionName,
      policy: JSON.stringify(sessionPolicy()),
    }),
  })
  const parsed = credentialsSchema.safeParse(answer)
  if (!parsed.success)
    throw new CloudError(`${call} answered without usable credentials.`, { call, status: 200 })
  const { access_key_id, secret_access_key, security_token, expiration } = parsed.data.credentials
  mask(secret_access_key)
  mask(security_token)
  const expires = Date.parse(expiration)
  return {
    keys: { accessKeyId: access_key_id, secretAccessKey: secret_access_key, securityToken: security_token },
    expires: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires,
  }
}

/** The claims of an OIDC token that trust policies look at; null where it has none that is a text. */
export type OidcClaims = Readonly<Record<'iss' | 'sub' | 'aud' | 'ref', string | null>>

/** Reads them. The token itself is never shown. */
export function oidcClaims(idToken: string): OidcClaims {
  const claim = (name: string): string | null => {
    try {
      const payload = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'))
      return typeof payload[name] === 'string' ? payload[name] : null
    } catch {
      return null
    }
  }
  return { iss: claim('iss'), sub: claim('sub'), aud: claim('aud'), ref: claim('ref') }
}

function explainedOidc(error: unknown, idToken: string): unknown {
  if (!(error instanceof CloudError) || error instanceof DeadlineError) return error
  const { sub, aud, iss } = oidcClaims(idToken)
  if (error.code === 'STS5.2001')
    return new UserError(
      `The audience ${JSON.stringify(aud)} of the OIDC token is not registered at the provider. Add it as client id of the OIDC provider in IAM, or set oidc-audience to one that is.`,
      { cause: error },
    )
  if (error.status === 403)
    return new UserError(
      `The trust policy of the agency refuses this workflow. Its token says sub ${JSON.stringify(sub)}, aud ${JSON.stringify(aud)}, iss ${JSON.stringify(iss)}: allow sts:agencies:assumeWithOIDC for exactly this oidc:sub and oidc:aud.`,
      { cause: error },
    )
  if (error.code === 'APIGW.0101' || error.status === null)
    return new UserError(
      `STS could not be reached in this region: ${error.message} Set region to one that has STS, such as ap-southeast-1 or cn-north-4; account data are the same in all of them.`,
      { cause: error },
    )
  return new UserError(`The OIDC token could not be exchanged for keys: ${error.message}`, { cause: error })
}
