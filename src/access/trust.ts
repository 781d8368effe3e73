/** Whether an agency trusts somebody of this account, and by which party of its trust. */
import type { Principal } from '../account/principal.ts'
import { provablyFalse } from '../policy/index.ts'
import type { Trust } from '../policy/language/trust-policy.ts'
import { trustedKey } from '../policy/language/trusted.ts'
import { assumerOf, type TrustedBy, trustedBy } from '../policy/language/trusted-by.ts'

/** By what somebody is trusted. */
export interface Trusting {
  readonly by: 'account' | 'principal' | 'everybody'
  readonly conditional: boolean
  /** The trusted item, in canonical JSON. */
  readonly party: string
}

/** Whom of this account an agency can trust at all, so that not everybody has to be asked about. */
export type TrustBreadth =
  /** Parties are other accounts, services and providers. */
  | 'nobody-here'
  /** Nobody is named: whoever may assume by permissions of their own. */
  | 'by-permission'
  /** Somebody is named, which suffices by itself. */
  | 'by-name'

export class AgencyTrust {
  readonly #trust: Trust
  readonly #account: string
  /** The items of the trust as they are recorded, by their key. */
  readonly #parties: ReadonlyMap<string, string>
  readonly breadth: TrustBreadth
  /** What is answered for everybody, where nothing of the trust depends on who asks. */
  readonly #forAll: readonly Trusting[] | null
  /** Users that it names; null where a pattern may name others, or a Deny keep them out. */
  readonly #users: ReadonlySet<string> | null
  /** What is answered for users whom it does not name, and for federated principals. */
  readonly #forOthers: readonly Trusting[]

  constructor(trust: Trust, account: string) {
    this.#trust = trust
    this.#account = account
    this.#parties = new Map(trust.trusted.map((item) => [trustedKey(item), JSON.stringify(item)]))
    const reachable = trust.allowed.filter((one) => one.realm === 'iam')
    const named = reachable.filter(({ party }) => !('account' in party))
    const isUndetermined = trust.undetermined !== null
    const accounts = reachable.length - named.length
    this.breadth =
      named.length > 0 ? 'by-name' : isUndetermined || accounts > 0 ? 'by-permission' : 'nobody-here'
    const isForAll =
      this.breadth !== 'by-name' &&
      trust.unconditionalDenies.length === 0 &&
      reachable.every((one) => one.condition === undefined)
    // Federated users are named by nothing: what is so for them is so for everybody.
    this.#forAll = isForAll ? this.#reasons({ ...nobody }) : null
    if (this.#forAll?.length === 0) this.breadth = 'nobody-here'
    const users = named.filter(({ party }) => 'user' in party).map((one) => one.glob)
    const isPlain =
      !isUndetermined &&
      trust.unconditionalDenies.length === 0 &&
      reachable.every(({ party, condition }) => condition === undefined && !('everybody' in party)) &&
      users.every((glob) => !/[*?]/.test(glob))
    this.#users = isPlain ? new Set(users) : null
    this.#forOthers = isPlain ? this.#reasons({ ...nobody }) : []
  }

  /**
   * The best reason for which this principal is trusted; null: it is not.
   *
   * @param isRemoved whether a party, in canonical JSON, is trusted no more
   */
  trusts(principal: Principal, isRemoved: ((party: string) => boolean) | null = null): Trusting | null {
    const reasons = this.#forAll ?? (this.#mayName(principal) ? this.#reasons(principal) : this.#forOthers)
    if (isRemoved === null) return reasons[0] ?? null
    return reasons.find(({ party }) => !isRemoved(party)) ?? null
  }

  #mayName({ kind, urn }: Principal): boolean {
    if (this.#users === null || kind === 'agency') return true
    return kind === 'user' && urn !== null && this.#users.has(urn.toLowerCase())
  }

  /** Being named suffices where the account alone does not; a reason without a condition is the simpler one. */
  #reasons(principal: Principal): readonly Trusting[] {
    const reasons = trustedBy(this.#trust, assumerOf(this.#account, principal), (condition) =>
      provablyFalse(condition, principal),
    )
    return [...reasons]
      .sort((one, other) => rankOf(one) - rankOf(other))
      .map(({ by, condition, item }) => ({
        by: by === 'urn' ? 'principal' : by === 'everybody' ? 'everybody' : 'account',
        conditional: condition !== undefined,
        party: this.#parties.get(trustedKey(item)) ?? JSON.stringify(item),
      }))
  }
}

const nobody: Principal = {
  ...{ kind: 'federated', id: '', name: '', urn: null, enabled: true },
  facts: new Map(),
}

const ranks: Readonly<Record<TrustedBy['by'], number>> = { urn: 0, everybody: 1, account: 2, document: 3 }

function rankOf({ by, condition }: TrustedBy): number {
  return ranks[by] * 2 + (condition === undefined ? 0 : 1)
}
