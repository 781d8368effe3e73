/**
 * Who is trusted by an agency: the parties that its trust policy, or the account that a legacy agency names, lets
 * assume it. A trust that is not understood in full is one party of its own, and never nobody.
 */

import { globSurelyIncludes } from '../sets/glob.ts'
import type { Condition, Statement } from '../types.ts'
import { coversAction } from './action-cover.ts'
import { parseDocument } from './document.ts'
import { duplicateKey } from './duplicate-keys.ts'
import { fixesOwner } from './oidc-subject.ts'
import { isUnconditional } from './statement.ts'
import type { NamedParty, TrustPrincipals } from './trust-parties.ts'
import { canonicalTrusted, type TrustedItem, trustedKey } from './trusted.ts'

export const ASSUME = 'sts:agencies:assume'
const WITH_OIDC = 'sts:agencies:assumeWithOIDC'
const WITH_SAML = 'sts:agencies:assumeWithSAML'

/** What IAM lists of an agency's trust. */
export interface TrustOfAgency {
  /** The JSON text of a trust policy; null for a legacy agency. */
  readonly trust_policy: string | null
  readonly trust_domain_id: string | null
  readonly trust_domain_name: string | null
}

/** A party that some statement lets assume, and by which actions that is not denied to it. */
export interface AllowedParty extends NamedParty {
  /** From 1; null for the account that a legacy agency names. */
  readonly statement: number | null
  readonly condition?: Condition
  readonly actions: readonly string[]
}

/** A Deny of assuming that took no party away. */
export interface ShownDeny {
  readonly statement: number
  readonly condition?: Condition
}

/** A Deny that holds in all circumstances, for whom it wholly names. */
export interface TrustDeny {
  readonly statement: Statement
  readonly parties: readonly NamedParty[]
}

export interface Trust {
  /** Sorted, each once. */
  readonly trusted: readonly TrustedItem[]
  /** Of these, the OIDC providers of which anybody whom the issuer serves is trusted. */
  readonly open: ReadonlySet<TrustedItem>
  readonly denies: readonly ShownDeny[]
  /** Why it cannot be determined who is trusted; `trusted` is then the document. */
  readonly undetermined: string | null
  /** Nobody is trusted. */
  readonly dormant: boolean
  /** What `trustedBy` asks. */
  readonly allowed: readonly AllowedParty[]
  readonly unconditionalDenies: readonly TrustDeny[]
}

export interface TrustOptions {
  readonly principals: TrustPrincipals
  /** The digest of a text as 64 hexadecimal characters. */
  readonly sha256: (text: string) => string
}

/** Internal: why a trust is undetermined. */
class Unclear extends Error {}

/** Reads the trust of an agency. Never throws. Whether the agency has expired is not looked at. */
export function readTrust(agency: TrustOfAgency, options: TrustOptions): Trust {
  try {
    const legacy = trustedAccount(agency)
    if (agency.trust_policy === null && legacy.length === 0)
      throw new Unclear('it has neither a trust policy nor a trusted account')
    const policy = agency.trust_policy === null ? null : readPolicy(agency.trust_policy, options.principals)
    return trustOf([...legacy, ...(policy?.allowed ?? [])], policy?.denies ?? [])
  } catch (error) {
    if (!(error instanceof Unclear)) throw error
    const document = options.sha256(agency.trust_policy ?? '')
    return { ...trustOf([], []), trusted: [{ document }], undetermined: error.message, dormant: false }
  }
}

/**
 * Whether it is a service-linked agency as far as path and trust go: it lies under `service-linked-agency/<service>/`
 * and exactly that service is trusted.
 */
export function isServiceLinked(path: string, trust: Trust): boolean {
  return (
    trust.trusted.length > 0 &&
    trust.trusted.every(
      (item) =>
        'service' in item &&
        item.account === undefined &&
        path.replace(/^\//, '') === `service-linked-agency/${item.service}/`,
    )
  )
}

/** A legacy agency trusts one account; of a cloud service the account is Huawei's own. */
function trustedAccount(agency: TrustOfAgency): readonly AllowedParty[] {
  const { trust_domain_id: id, trust_domain_name: name } = agency
  const service = name?.startsWith('op_svc_') ? name : null
  if (!id && service === null) return []
  const party =
    service !== null ? { service, ...(id ? { account: id } : {}) } : { account: (id as string).toLowerCase() }
  const glob = `iam::${(id ?? '').toLowerCase()}:*`
  return [{ party, realm: 'iam', glob, whole: true, statement: null, actions: [ASSUME] }]
}

function readPolicy(
  text: string,
  principals: TrustPrincipals,
): { readonly allowed: readonly AllowedParty[]; readonly denies: readonly TrustDeny[] } {
  const statements = readStatements(text, principals)
  const denies = statements
    .filter(({ statement }) => statement.effect === 'Deny')
    .filter(({ statement }) => actionsOf(statement).length > 0)
  const allowed = statements
    .filter(({ statement }) => statement.effect === 'Allow')
    .flatMap(({ statement, parties }) => allowedParties(statement, parties))
  return { allowed, denies }
}

/** A trust policy is an identity policy that says in every statement of whom it speaks. */
function readStatements(text: string, principals: TrustPrincipals): readonly TrustDeny[] {
  const document = parseObject(text)
  const list: readonly unknown[] = Array.isArray(document.Statement)
    ? document.Statement
    : [document.Statement]
  const parties: (readonly NamedParty[])[] = []
  const rest = list.map((statement, at) => {
    if (!isObject(statement)) return statement
    const { Principal, NotPrincipal, ...others } = statement
    if ((Principal === undefined) === (NotPrincipal === undefined))
      throw new Unclear(`statement ${at + 1} has neither or both of Principal and NotPrincipal`)
    const read = principals.read(Principal ?? NotPrincipal)
    if (typeof read === 'string') throw new Unclear(`statement ${at + 1} has ${read}`)
    // All but those named: whoever is allowed so is everybody; whoever is denied so is not looked into.
    parties.push(Principal !== undefined ? read : others.Effect === 'Allow' ? everybody(principals) : [])
    return others
  })
  const Statement = document.Statement === undefined ? {} : { Statement: rest }
  const parsed = parseDocument(JSON.stringify({ ...document, ...Statement }))
  if (!parsed.ok) throw new Unclear(parsed.reason)
  return parsed.statements.map((statement, at) => ({ statement, parties: parties[at] ?? [] }))
}

function everybody(principals: TrustPrincipals): readonly NamedParty[] {
  return principals.read('*') as readonly NamedParty[]
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(text)
    if (!isObject(document)) throw new Unclear('it is not a JSON object')
    // Written again the text would lose one of the two.
    if (duplicateKey(text) !== null) throw new Unclear('one of its keys stands twice in one object')
    JSON.stringify(document)
    return document
  } catch (error) {
    if (error instanceof SyntaxError) throw new Unclear('it is not JSON')
    if (error instanceof RangeError) throw new Unclear('it is nested too deeply')
    throw error
  }
}

/** The ways to assume that the statement covers. */
function actionsOf(statement: Statement): readonly string[] {
  return [ASSUME, WITH_OIDC, WITH_SAML].filter((action) => coversAction(statement, action))
}

function allowedParties(statement: Statement, parties: readonly NamedParty[]): readonly AllowedParty[] {
  const covered = actionsOf(statement)
  if (covered.length === 0) return []
  const { condition, number } = statement
  const limit = condition !== undefined && Object.keys(condition).length > 0 ? { condition } : {}
  return parties.map((party) => {
    const actions = actionsFor(party, covered)
    if (actions.length === 0)
      throw new Unclear(`statement ${number} trusts a provider and has no action by which one assumes`)
    return { ...party, ...limit, statement: number, actions }
  })
}

/** By which of the actions such a party can assume at all. */
function actionsFor(party: NamedParty, covered: readonly string[]): readonly string[] {
  if (party.realm === 'oidc') return covered.filter((action) => action === WITH_OIDC)
  if (party.realm === 'saml') return covered.filter((action) => action === WITH_SAML)
  if (party.realm === 'oidc or saml') return covered.filter((action) => action !== ASSUME)
  return covered.includes(ASSUME) && !('everybody' in party.party) ? [ASSUME] : covered
}

function trustOf(allowed: readonly AllowedParty[], denies: readonly TrustDeny[]): Trust {
  const unconditional = denies
    .filter(({ statement }) => isUnconditional(statement))
    .map(({ statement, parties }) => ({ statement, parties: parties.filter((party) => party.whole) }))
  const used = new Set<Statement>()
  const left = allowed.filter((party) => {
    // Trust of the legacy kind has no policy that could deny.
    if (party.statement === null) return true
    const taking = unconditional.filter((deny) => deny.parties.some((named) => surelyNames(named, party)))
    const taken = party.actions.every((action) =>
      taking.some(({ statement }) => coversAction(statement, action)),
    )
    if (taken) for (const { statement } of taking) used.add(statement)
    return !taken
  })
  const items = left.map(({ party, condition }) => ({ ...party, ...(condition && { condition }) }))
  const trusted = canonicalTrusted<TrustedItem>(items)
  return {
    trusted,
    open: openOf(trusted, left),
    denies: denies
      .filter(({ statement }) => !used.has(statement))
      .map(({ statement: { number, condition } }) => ({
        statement: number,
        ...(condition && { condition }),
      })),
    undetermined: null,
    dormant: trusted.length === 0,
    allowed: left,
    unconditionalDenies: unconditional,
  }
}

/** Whether what the one names comprises all of the other. */
function surelyNames(named: NamedParty, party: NamedParty): boolean {
  const sameRealm = named.realm === party.realm || (named.realm === 'oidc or saml' && isProvider(party))
  return sameRealm && globSurelyIncludes(named.glob, party.glob)
}

function isProvider(party: NamedParty): boolean {
  return party.realm !== 'iam' && party.realm !== 'service'
}

function openOf(trusted: readonly TrustedItem[], left: readonly AllowedParty[]): ReadonlySet<TrustedItem> {
  const open = new Set(
    left
      .filter((party) => isProvider(party) && party.actions.includes(WITH_OIDC))
      .filter(({ condition }) => !fixesOwner(condition))
      .map(({ party, condition }) => trustedKey({ ...party, ...(condition && { condition }) })),
  )
  return new Set(trusted.filter((item) => open.has(trustedKey(item))))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
