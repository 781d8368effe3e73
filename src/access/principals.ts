/** What the account itself answers about somebody: the values of condition keys and policy variables. */
import type { Principal } from '../account/principal.ts'
import type { Snapshot, User } from '../account/snapshot.ts'

/** What is so for everybody of the account. */
export function factsOfAccount({ account_id, account_name }: Snapshot): [string, string][] {
  return [
    ['g:domainid', account_id],
    ['g:principalaccount', account_id],
    ...(account_name === null ? [] : [['g:domainname', account_name] as [string, string]]),
  ]
}

/** A user. What the account answers about them is put together when a condition asks: of most none does. */
export class UserPrincipal implements Principal {
  readonly kind = 'user'
  readonly id: string
  readonly name: string
  readonly urn: string
  readonly enabled: boolean
  readonly #snapshot: Snapshot
  #facts: ReadonlyMap<string, string> | null = null

  constructor({ user_id, user_name, urn, enabled }: User, snapshot: Snapshot) {
    this.id = user_id
    this.name = user_name
    this.urn = urn
    this.enabled = enabled
    this.#snapshot = snapshot
  }

  get facts(): ReadonlyMap<string, string> {
    this.#facts ??= new Map([
      ...factsOfAccount(this.#snapshot),
      ['g:userid', this.id],
      ['g:username', this.name],
      ['g:principalurn', this.urn],
    ])
    return this.#facts
  }
}

/** A session's own URN varies; conditions are judged against the agency's. */
export function factsOfAgency(urn: string, snapshot: Snapshot): ReadonlyMap<string, string> {
  return new Map([...factsOfAccount(snapshot), ['g:principalurn', urn]])
}

export function factsOfFederated(snapshot: Snapshot): ReadonlyMap<string, string> {
  return new Map(factsOfAccount(snapshot))
}
