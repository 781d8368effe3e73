/**
 * Checks SDK-HMAC-SHA256 signatures from what arrived on the wire. Written from the documentation and apart from the
 * product's signer, so that one cannot share the other's mistake.
 */
import { createHash, createHmac } from 'node:crypto'

export interface Arrived {
  readonly method: string
  /** Path and query exactly as sent. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

const tolerance = 15 * 60_000

/** Null when the signature is right; else why not, in the words the gateway uses. */
export function signatureFault(
  arrived: Arrived,
  secretOf: (accessKeyId: string) => string | null,
  now: number,
): string | null {
  const form = /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/
  const parts = form.exec(arrived.headers.authorization ?? '')
  if (parts === null) return 'authorization header is missing or malformed'
  const [, access = '', names = '', signature = ''] = parts
  const secret = secretOf(access)
  if (secret === null) return `app_key ${access} not found`
  const stamp = arrived.headers['x-sdk-date'] ?? ''
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp)
  if (time === null) return 'x-sdk-date is missing or malformed'
  const [, year, month, day, hour, minute, second] = time.map(Number)
  const sent = Date.UTC(year as number, (month as number) - 1, day, hour, minute, second)
  if (Math.abs(now - sent) > tolerance) return 'signature expired'
  const signed = names.split(';')
  if (!signed.includes('x-sdk-date')) return 'x-sdk-date is not signed'
  if ([...signed].sort().join(';') !== names) return 'signed headers are not sorted'
  const [rawPath = '', rawQuery = ''] = arrived.target.split('?')
  const canonicalPath = rawPath.endsWith('/') ? rawPath : `${rawPath}/`
  const canonicalQuery = rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&')
  const lines = signed.map((name) => `${name}:${(arrived.headers[name] ?? '').trim()}\n`).join('')
  const bodyHash = createHash('sha256').update(arrived.body).digest('hex')
  const canonical = `${arrived.method}\n${canonicalPath}\n${canonicalQuery}\n${lines}\n${names}\n${bodyHash}`
  const toSign = `SDK-HMAC-SHA256\n${stamp}\n${createHash('sha256').update(canonical).digest('hex')}`
  const expected = createHmac('sha256', secret).update(toSign).digest('hex')
  // The real gateway echoes the canonical request with bars for line ends, and whatever was signed with it.
  return expected === signature
    ? null
    : `verify aksk signature fail, canonical: ${canonical.replaceAll('\n', '|')}`
}
