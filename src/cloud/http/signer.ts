/**
 * SDK-HMAC-SHA256, Huawei Cloud's request signature, as a function of its arguments.
 * Source: devg-apisign, "Request signing process" (api-sign-algorithm-002 to -004).
 */

import { createHash, createHmac } from 'node:crypto'
import { compareText } from '../../text/compare-text.ts'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Present for temporary keys. */
  readonly securityToken?: string
  /** Where somebody put them, as whoever corrects them calls it; absent where a program obtained them. */
  readonly origin?: string
}

export interface Signable {
  readonly method: string
  /** Host as the `host` header carries it, with a port where there is one. */
  readonly host: string
  /** Decoded path, such as `/v5/users`. */
  readonly path: string
  readonly query?: Query
  /** Further headers to sign; names in any case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Names and values, neither encoded; a list is the same name several times. */
export type Query = Readonly<Record<string, string | readonly string[]>>

/**
 * Headers that make a request a signed one: `X-Sdk-Date`, `X-Security-Token` for temporary keys, `Authorization`, and
 * those given. Every attempt is signed anew: the date is part of it.
 */
export function sign(request: Signable, keys: Keys, date: Date): Record<string, string> {
  const headers: Record<string, string> = {
    ...request.headers,
    'X-Sdk-Date': sdkDate(date),
    ...(keys.securityToken === undefined ? {} : { 'X-Security-Token': keys.securityToken }),
  }
  const signed = { ...headers, Host: request.host }
  const names = Object.keys(signed)
    .map((name) => name.toLowerCase())
    .sort()
  const digest = hash(canonicalRequest(request, signed))
  const signature = createHmac('sha256', keys.secretAccessKey)
    .update(`SDK-HMAC-SHA256\n${headers['X-Sdk-Date']}\n${digest}`)
    .digest('hex')
  const authorization = `SDK-HMAC-SHA256 Access=${keys.accessKeyId}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { ...headers, Authorization: authorization }
}

/** What is hashed and signed; exported because the published vectors name its hash. */
export function canonicalRequest(request: Signable, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([one], [other]) => compareText(one, other))
  const path = encodePath(request.path)
  return [
    request.method.toUpperCase(),
    // Only in the canonical form does the path end in a slash; it is sent as it is.
    path.endsWith('/') ? path : `${path}/`,
    encodeQuery(request.query ?? {}),
    ...lines.map(([name, value]) => `${name}:${value}`),
    '',
    lines.map(([name]) => name).join(';'),
    hash(request.body ?? ''),
  ].join('\n')
}

/** The query as it is signed and as it is sent: strict RFC 3986, sorted by name, then value. */
export function encodeQuery(query: Query): string {
  return Object.entries(query)
    .flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).map((one) => [encode(name), encode(one)] as const),
    )
    .sort(([a, x], [b, y]) => compareText(a, b) || compareText(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Every segment encoded, the slashes kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}

/** Ids and names of most calls: nothing to encode. */
const plain = /^[\w.~-]*$/

/** `encodeURIComponent` leaves `! ' ( ) *` alone, the signature does not. */
function encode(text: string): string {
  if (plain.test(text)) return text
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** `YYYYMMDDTHHMMSSZ`, without milliseconds. */
function sdkDate(date: Date): string {
  return date
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
}

function hash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
