/** Which principals of the account an agency trusts, and by what. Whether they also *may* assume it is not asked here. */
import { globMatches, globSurelyIncludes, globsMeet } from '../sets/glob.ts'
import type { Condition } from '../types.ts'
import { coversAction } from './action-cover.ts'
import { type AllowedParty, ASSUME, type Trust } from './trust-policy.ts'
import type { TrustedItem } from './trusted.ts'

/** How a principal of the account can be named by a trust policy; see `assumerOf`. */
export interface Assumer {
  readonly kind: 'user' | 'agency' | 'federated'
  readonly account: string
  /** What names the principal as a whole, in lower case; empty where nothing can. */
  readonly urn: string
  /** Further spellings: an agency without its path, its sessions (globs). */
  readonly spellings: readonly string[]
}

/** One reason to be trusted. Where `by` is `urn` or `everybody`, no permission of one's own is needed. */
export interface TrustedBy {
  readonly by: 'account' | 'urn' | 'everybody' | 'document'
  /** From 1; null where no statement is the reason. */
  readonly statement: number | null
  readonly condition?: Condition
  /** What of the trust names the principal; of several spellings of one party `trusted` has one. */
  readonly item: TrustedItem
}

/** The spellings of a user, an agency (by its URN with path) or a federated principal (whose URN is null). */
export function assumerOf(
  account: string,
  principal: {
    readonly kind: 'user' | 'agency' | 'federated'
    readonly name: string
    readonly urn: string | null
  },
): Assumer {
  const own = account.toLowerCase()
  if (principal.kind === 'federated' || principal.urn === null)
    return { kind: principal.kind, account: own, urn: '', spellings: [] }
  const { kind } = principal
  const urn = principal.urn.toLowerCase()
  if (kind === 'user') return { kind, account: own, urn, spellings: [urn] }
  const name = principal.name.toLowerCase()
  const pathAndName = urn.split(':').slice(4).join(':')
  const sessions = [name, pathAndName].map((one) => `sts::${own}:assumed-agency:${one}`)
  return {
    kind,
    account: own,
    urn,
    spellings: [
      ...new Set([
        urn,
        `iam::${own}:agency:${name}`,
        ...sessions,
        ...sessions.map((session) => `${session}/*`),
      ]),
    ],
  }
}

/**
 * Every reason why the agency trusts this principal; empty: it does not. A party whose condition the account itself
 * contradicts for the principal is none, nor is one whose every way of assuming an unconditional Deny forbids to it.
 *
 * @param contradicts whether a condition is provably false for the principal
 */
export function trustedBy(
  trust: Trust,
  assumer: Assumer,
  contradicts: (condition: Condition) => boolean,
): readonly TrustedBy[] {
  // What cannot be determined may trust everybody in the account.
  if (trust.undetermined !== null)
    return trust.trusted.map((item) => ({ by: 'document', statement: null, item }))
  return trust.allowed.flatMap((party) => {
    const by = namedBy(party, assumer)
    if (by === null) return []
    if (party.condition !== undefined && contradicts(party.condition)) return []
    if (party.statement !== null && isDenied(trust, party, assumer)) return []
    const limit = party.condition && { condition: party.condition }
    return [{ by, statement: party.statement, ...limit, item: { ...party.party, ...limit } }]
  })
}

function namedBy(named: AllowedParty, assumer: Assumer): TrustedBy['by'] | null {
  const { party, realm, glob } = named
  if (realm !== 'iam') return null
  if ('everybody' in party) return 'everybody'
  if ('account' in party)
    return globMatches((party.account ?? '').toLowerCase(), assumer.account) ? 'account' : null
  // A glob over both kinds stands in `trusted` once for each.
  if (!(assumer.kind in party)) return null
  return assumer.spellings.some((spelling) => globsMeet(glob, spelling)) ? 'urn' : null
}

/** Whether unconditional Denies that surely name the principal forbid every way by which the party lets it assume. */
function isDenied(trust: Trust, party: AllowedParty, assumer: Assumer): boolean {
  if (trust.unconditionalDenies.length === 0) return false
  const actions = party.actions.includes(ASSUME) ? [ASSUME] : party.actions
  const denies = trust.unconditionalDenies.filter(({ parties }) =>
    parties.some((named) => named.realm === 'iam' && surelyNamed(named.glob, assumer)),
  )
  return actions.every((action) => denies.some(({ statement }) => coversAction(statement, action)))
}

function surelyNamed(glob: string, assumer: Assumer): boolean {
  if (globSurelyIncludes(glob, `iam::${assumer.account}:*`)) return true
  if (assumer.urn === '') return false
  if (globMatches(glob, assumer.urn)) return true
  // Whether a session is written with the path of its agency is not documented.
  const sessions = assumer.spellings.filter((spelling) => spelling.endsWith('/*'))
  return sessions.length > 0 && sessions.every((session) => globSurelyIncludes(glob, session))
}
