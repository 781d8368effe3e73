/** What takes a drift away again: changes to the account, in sets that each suffice, and what else goes with them. */
import type { Alternative, NamedAlternative } from '../account/alternatives.ts'
import type { Link, RoleScope } from '../account/link.ts'
import type { TrustedItem } from '../policy/language/trusted.ts'

/** The operation of the cloud that makes a cut, with its ids; parameters in the order in which people write them. */
export interface Operation {
  readonly api: string
  readonly parameters: Readonly<Record<string, string>>
  /** Of an operation that writes a text anew: what the new text is to leave out. */
  readonly removes?: Removal
}

/** A party of a trust policy, or alternatives by which a mapping gives the group. */
export type Removal =
  | { readonly trusted: TrustedItem }
  | { readonly when: readonly (Alternative | NamedAlternative)[] }

/** One change to the account that takes something away. */
export interface Cut {
  readonly kind:
    | 'remove-from-group'
    | 'detach'
    | 'revoke-role'
    | 'remove-trusted'
    | 'remove-mapping'
    | 'restore-version'
  readonly link: Link
  /** Whom it is taken from: the group, agency or user that has it, or whoever leaves the group. */
  readonly from: {
    readonly kind: 'user' | 'group' | 'agency' | 'provider'
    readonly id: string
    readonly name: string
  }
  /** The group, policy, role or party concerned, as people call it. */
  readonly what: string
  readonly scope: RoleScope | null
  /** Of `restore-version`: the version to make the default again. */
  readonly version_id: string | null
  readonly operation: Operation
}

/** A set of cuts that together remove a drift. */
export interface Revocation {
  readonly cuts: readonly Cut[]
  /** Other principals who lose something audited by it. */
  readonly others: number
  /** What goes with it that is not audited; absent where nobody worked that out. */
  readonly ordinary?: OrdinaryLoss
}

/** Permissions that nobody audits and that a set of cuts takes as well, from the principal itself too. */
export interface OrdinaryLoss {
  /** Services by the key of who loses something of them and is not known to have it another way; `*`: of all. */
  readonly losers: ReadonlyMap<string, readonly string[]>
  /** Policies and roles that go with it and could not be read or decided. */
  readonly unread: readonly string[]
  /** Groups and agencies whose further policies nobody listed; they go as well. */
  readonly unlisted: readonly { readonly kind: 'group' | 'agency'; readonly name: string }[]
}
