/** What the account itself answers about somebody: the values of condition keys and policy variables. */
import type { Snapshot, User } from '../account/snapshot.ts'

/** What is so for everybody of the account. */
export function factsOfAccount({ account_id, account_name }: Snapshot): [string, string][] {
  return [
    ['g:domainid', account_id],
    ['g:principalaccount', account_id],
    ...(account_name === null ? [] : [['g:domainname', account_name] as [string, string]]),
  ]
}

export function factsOfUser(user: User, snapshot: Snapshot): ReadonlyMap<string, string> {
  return new Map([
    ...factsOfAccount(snapshot),
    ['g:userid', user.user_id],
    ['g:username', user.user_name],
    ['g:principalurn', user.urn],
  ])
}

/** A session's own URN varies; conditions are judged against the agency's. */
export function factsOfAgency(urn: string, snapshot: Snapshot): ReadonlyMap<string, string> {
  return new Map([...factsOfAccount(snapshot), ['g:principalurn', urn]])
}

export function factsOfFederated(snapshot: Snapshot): ReadonlyMap<string, string> {
  return new Map(factsOfAccount(snapshot))
}
