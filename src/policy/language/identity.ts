/** Identities: what conditions and policy variables can be judged against, by kind of principal. */
import type { Identity } from '../types.ts'

/** An account as facts tell it; the name where something told it. */
export interface AccountFacts {
  readonly account: string
  readonly accountName?: string | null
}

/** Facts that are the same for everybody of an account. */
export function accountFacts({ account, accountName }: AccountFacts): [string, string][] {
  return [
    ['g:domainid', account],
    ['g:principalaccount', account],
    ...(accountName == null ? [] : [['g:domainname', accountName] as [string, string]]),
  ]
}

/** An IAM user; `urn` null: nobody knows it. */
export function userIdentity(
  user: { readonly user_id: string; readonly user_name: string; readonly urn: string | null },
  about: AccountFacts,
): Identity {
  const facts = new Map([
    ...accountFacts(about),
    ['g:userid', user.user_id],
    ['g:username', user.user_name],
    ...(user.urn === null ? [] : [['g:principalurn', user.urn] as const]),
  ])
  return { kind: 'user', facts }
}

/** An agency by its URN, with path. */
export function agencyIdentity(urn: string | null, about: AccountFacts): Identity {
  const facts = new Map([...accountFacts(about), ...(urn === null ? [] : [['g:principalurn', urn] as const])])
  return { kind: 'agency', facts }
}

/** Whoever a provider vouches for. */
export function federatedIdentity(about: AccountFacts): Identity {
  return { kind: 'federated', facts: new Map(accountFacts(about)) }
}
