/** Who vouches for people who come from elsewhere, and what verifies that word, in one spelling. */
import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { readSamlMetadata } from './saml-metadata.ts'

/** An issuer and what verifies its word. */
export interface Word {
  /** OIDC: issuer, a space, client ids joined by commas. SAML: entity id. */
  readonly issuer: string
  /** Thumbprints or SHA-256 digests in lower case, sorted. */
  readonly keys: readonly string[]
}

/** An OIDC provider of v5: its thumbprints are kept as they are, in lower case. */
export function oidcProviderWord(
  url: string,
  clientIds: readonly string[],
  thumbprints: readonly string[],
): Word {
  return {
    issuer: oidcIssuer(url, clientIds),
    keys: distinct(thumbprints.map((one) => one.toLowerCase())),
  }
}

/** An OIDC provider of v3: its key set is text. Null: it cannot be read. */
export function openIdWord(url: string, clientId: string, signingKey: string): Word | null {
  const keys = keysOf(signingKey)?.map((key) => canonicalJson(key))
  if (keys === undefined || keys.length === 0 || keys.includes(null)) return null
  return { issuer: oidcIssuer(url, [clientId]), keys: distinct(keys.map((key) => sha256(key as string))) }
}

/** SAML metadata: entity id and certificates. Null: it cannot be read, or nothing in it verifies anything. */
export function samlWord(metadata: string): Word | null {
  const read = readSamlMetadata(metadata)
  if (read === null) return null
  return { issuer: read.entityIds.join('; '), keys: distinct(read.certificates.map(sha256)) }
}

/** What several protocols of one provider say. Null when there is none. */
export function joinWords(words: readonly Word[]): Word | null {
  if (words.length === 0) return null
  return {
    issuer: distinct(words.map((word) => word.issuer)).join('; '),
    keys: distinct(words.flatMap((word) => word.keys)),
  }
}

function oidcIssuer(url: string, clientIds: readonly string[]): string {
  return `${url} ${distinct(clientIds).join(',')}`.trimEnd()
}

function keysOf(keySet: string): readonly unknown[] | null | undefined {
  try {
    const { keys } = JSON.parse(keySet) as { keys?: unknown }
    return Array.isArray(keys) ? keys : undefined
  } catch {
    return undefined
  }
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
