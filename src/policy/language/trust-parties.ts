/**
 * The principals of a trust policy. One value becomes the party that it names and a glob over URNs in lower case, by
 * which parties are compared with one another and with the principals of the account.
 */
import { canonicalGlob, globMatches, globSurelyIncludes, globsMeet, hasWildcard } from '../sets/glob.ts'
import type { TrustedParty } from './trusted.ts'

/** What is known of the account, as a snapshot lists it. */
export interface TrustInventory {
  readonly account: string
  readonly users: readonly { readonly user_id: string; readonly urn: string }[]
  readonly agencies: readonly {
    readonly agency_id: string
    readonly agency_name: string
    readonly urn: string
  }[]
  readonly providers: readonly {
    readonly urn: string
    readonly issuer: string | null
    readonly keys: readonly string[] | null
  }[]
}

/** One party of a `Principal` and whom it comprises. Globs of two realms have nothing to do with one another. */
export interface NamedParty {
  readonly party: TrustedParty
  readonly realm: 'iam' | 'service' | 'oidc' | 'saml' | 'oidc or saml'
  /** In lower case. */
  readonly glob: string
  /** False where only some sessions of the party are meant: a Deny of those takes the party away from nobody. */
  readonly whole: boolean
}

/** Reads the principals of trust policies of one account. */
export class TrustPrincipals {
  readonly account: string
  readonly #urnById = new Map<string, string>()
  /** Under the name, and under path and name, both in lower case. */
  readonly #agencies = new Map<string, string[]>()
  readonly #providers: TrustInventory['providers']

  constructor(inventory: TrustInventory) {
    this.account = inventory.account.toLowerCase()
    this.#providers = inventory.providers
    for (const user of inventory.users) this.#urnById.set(user.user_id.toLowerCase(), user.urn)
    for (const { agency_id, agency_name, urn } of inventory.agencies) {
      this.#urnById.set(agency_id.toLowerCase(), urn)
      for (const name of new Set([agency_name.toLowerCase(), pathAndName(urn)]))
        this.#agencies.set(name, [...(this.#agencies.get(name) ?? []), urn])
    }
  }

  /** The parties of a `Principal` or `NotPrincipal`; text says what is not understood of it. */
  read(principal: unknown): readonly NamedParty[] | string {
    if (principal === '*') return [everybody]
    if (typeof principal !== 'object' || principal === null || Array.isArray(principal))
      return 'a principal that is neither "*" nor an object'
    const entries = Object.entries(principal)
    if (entries.length === 0) return 'a principal that names nobody'
    const parties: NamedParty[] = []
    for (const [key, value] of entries) {
      const read = readers[key]
      if (read === undefined || !Object.hasOwn(readers, key)) return 'a kind of principal that is not known'
      const values: readonly unknown[] = Array.isArray(value) ? value : [value]
      if (values.length === 0) return 'a principal that names nobody'
      for (const one of values) {
        if (typeof one !== 'string') return 'a principal that is not a string'
        const named = read(one, this)
        if (named.length === 0) return 'a principal of a form that is not known'
        parties.push(...named)
      }
    }
    return parties
  }

  /** The URN of the user or agency with this id. */
  urnOf(id: string): string | undefined {
    return this.#urnById.get(id)
  }

  /** The URNs of the agencies of this name, with or without its path. */
  agenciesCalled(account: string, name: string): readonly string[] {
    return account.toLowerCase() === this.account ? (this.#agencies.get(name.toLowerCase()) ?? []) : []
  }

  /** Who vouches for what the providers of this glob say. */
  vouchedBy(glob: string): { readonly issuer?: string; readonly keys?: readonly string[] } {
    const providers = this.#providers.filter((provider) => globMatches(glob, provider.urn.toLowerCase()))
    const issuers = [...new Set(providers.map((provider) => provider.issuer))]
    const keys = new Set(providers.flatMap((provider) => provider.keys ?? []))
    return {
      ...(issuers.length === 0 || issuers.includes(null) ? {} : { issuer: issuers.sort().join('; ') }),
      ...(providers.length === 0 || providers.some((provider) => provider.keys === null)
        ? {}
        : { keys: [...keys].sort() }),
    }
  }
}

const everybody: NamedParty = { party: { everybody: true }, realm: 'iam', glob: '*', whole: true }

type Reader = (value: string, principals: TrustPrincipals) => readonly NamedParty[]

const readers: Readonly<Record<string, Reader>> = {
  IAM: readIdentity,
  Service: (value) =>
    value === '' ? [] : [{ party: { service: value }, realm: 'service', glob: value, whole: true }],
  // The grammar says the one, all working policies the other.
  Federated: readProvider,
  Identity_provider: readProvider,
}

/** An account, a user, an agency or everybody; nothing for a form that is not known. */
function readIdentity(value: string, principals: TrustPrincipals): readonly NamedParty[] {
  const text = canonicalGlob(value)
  const lower = text.toLowerCase()
  const party = (named: TrustedParty, glob: string): NamedParty => ({
    party: named,
    realm: 'iam',
    glob,
    whole: true,
  })
  if (text === '*') return [everybody]
  // A variable may become anybody's name.
  if (text.includes('${')) return []
  if (/^[0-9a-f]{32}$/.test(lower) || lower === principals.account) {
    const urn = principals.urnOf(lower)
    if (urn !== undefined) return [party(partyOfUrn(urn), urn.toLowerCase())]
    return [party({ account: lower }, `iam::${lower}:*`)]
  }
  const account = /^(?:urn:csp:iam::([^:]+):root|iam::([^:]+):(?:root|(?:(?:user|agency):)?\*))$/.exec(lower)
  if (account !== null) {
    const id = (account[1] ?? account[2]) as string
    if (id === '*') return [everybody]
    const glob = lower.endsWith(':root') ? `iam::${id}:*` : lower
    return [party({ account: id }, glob)]
  }
  const session = /^sts::([^:*?]+):assumed-agency:([^*?/]+.*)$/s.exec(text)
  const ofSession = session && readSession(session[1] as string, session[2] as string, principals)
  if (ofSession) return ofSession
  if (!hasWildcard(text))
    return /^iam::[^:]+:(user|agency):./s.test(lower) ? [party(partyOfUrn(text), lower)] : []
  if (globSurelyIncludes(lower, 'iam::*:user:*') && globSurelyIncludes(lower, 'iam::*:agency:*'))
    return [everybody]
  return [
    ...(mayBe(lower, 'iam', 'user') ? [party({ user: text }, lower)] : []),
    ...(mayBe(lower, 'iam', 'agency') || mayBe(lower, 'sts', 'assumed-agency')
      ? [party({ agency: text }, lower)]
      : []),
  ]
}

/**
 * The agency of a session, `<name>/<session>` or `<path><name>/<session>`; null where the name itself has a wildcard.
 */
function readSession(
  account: string,
  text: string,
  principals: TrustPrincipals,
): readonly NamedParty[] | null {
  const wildcard = text.search(/[*?]/)
  const slash = text.lastIndexOf('/', wildcard < 0 ? text.length : wildcard)
  const anySession = slash > 0 && wildcard > slash
  if (wildcard >= 0 && !anySession) return null
  // Without a wildcard the last part may be the session or, where no session is written, the name.
  const upToSlash = text.slice(0, slash < 0 ? text.length : slash)
  const names = anySession || slash < 0 ? [upToSlash] : [text, upToSlash]
  const found = names.flatMap((name) => principals.agenciesCalled(account, name))
  const urns = found.length > 0 ? found : [`iam::${account}:agency:${upToSlash}`]
  const whole = slash < 0 || text.slice(slash) === '/*'
  return [...new Set(urns)].map((urn) => ({
    party: { agency: urn },
    realm: 'iam',
    glob: urn.toLowerCase(),
    whole,
  }))
}

function partyOfUrn(urn: string): TrustedParty {
  return urn.split(':')[3]?.toLowerCase() === 'agency' ? { agency: urn } : { user: urn }
}

function readProvider(value: string, principals: TrustPrincipals): readonly NamedParty[] {
  const text = canonicalGlob(value)
  const glob = text.toLowerCase()
  const [oidc, saml] = [mayBe(glob, 'iam', 'oidcprovider'), mayBe(glob, 'iam', 'samlprovider')]
  if (!oidc && !saml) return []
  const realm = oidc && saml ? 'oidc or saml' : oidc ? 'oidc' : 'saml'
  return [{ party: { provider: text, ...principals.vouchedBy(glob) }, realm, glob, whole: true }]
}

/** Whether the glob matches the URN of something of this type. An account id has 32 characters. */
function mayBe(glob: string, service: string, type: string): boolean {
  const segments = glob.split(':')
  if (segments.length < 5)
    return hasWildcard(glob) && globsMeet(glob, `${service}::${'?'.repeat(32)}:${type}:?*`)
  const [first, region, account, fourth, ...name] = segments as [string, string, string, string]
  return (
    globMatches(first, service) &&
    globMatches(region, '') &&
    account !== '' &&
    globMatches(fourth, type) &&
    name.join(':') !== ''
  )
}

/** The path and name of an agency's URN, in lower case. */
export function pathAndName(urn: string): string {
  return urn.split(':').slice(4).join(':').toLowerCase()
}
