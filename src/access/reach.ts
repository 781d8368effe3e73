/** Whom one thing of the account leads to: what cannot be read of it is uncertain for them and for no others. */
import type { Holder } from '../account/link.ts'
import {
  comparePrincipals,
  federatedId,
  federatedName,
  type NamedPrincipal,
  nameOnly,
  type PrincipalRef,
  principalKey,
} from '../account/principal.ts'
import type { Routes } from '../account/routes.ts'
import type { Snapshot } from '../account/snapshot.ts'
import type { Access } from './access.ts'

/** Null: it may be anybody. */
export type Reached = readonly NamedPrincipal[] | null

export class Reach {
  readonly #access: Access
  readonly #routes: Routes
  readonly #snapshot: Snapshot
  #assumers: ReadonlyMap<string, readonly NamedPrincipal[]> | null = null

  constructor(access: Access, routes: Routes, snapshot: Snapshot) {
    this.#access = access
    this.#routes = routes
    this.#snapshot = snapshot
  }

  /** Whoever a policy is attached to, by groups and agencies too. */
  ofPolicy(policyId: string): Reached {
    return this.#ofHolders(this.#routes.holdersOfPolicy.get(policyId) ?? [])
  }

  ofRole(roleId: string): Reached {
    return this.#ofHolders(this.#routes.holdersOfRole.get(roleId) ?? [])
  }

  ofAgency(agencyId: string): Reached {
    const agency = { kind: 'agency', id: agencyId, name: this.#routes.nameOf('agency', agencyId) } as const
    return distinct([agency, ...(this.#assumersOf().get(agencyId) ?? [])])
  }

  /** Whoever this provider vouches for, in groups that are known and in others. */
  ofProvider(providerId: string): readonly NamedPrincipal[] {
    const whole: NamedPrincipal = {
      kind: 'federated',
      id: federatedId(providerId, null),
      name: federatedName(providerId, null),
    }
    const prefix = `${encodeURIComponent(providerId)}/`
    const known = this.#access.principals.filter(
      (one) => one.kind === 'federated' && one.id.startsWith(prefix),
    )
    return distinct([whole, ...known.map(nameOnly)])
  }

  ofMapping(mappingId: string): Reached {
    const providers = this.#snapshot.providers.filter((one) =>
      one.protocols.some((protocol) => protocol.mapping_id === mappingId),
    )
    return distinct(providers.flatMap((one) => this.ofProvider(one.provider_id)))
  }

  ofUser(userId: string): readonly NamedPrincipal[] {
    return [{ kind: 'user', id: userId, name: this.#routes.nameOf('user', userId) }]
  }

  /** Members of a group that were read; null where they were not. */
  ofGroup(groupId: string): Reached {
    return this.#ofHolders([{ kind: 'group', id: groupId, name: groupId }])
  }

  #ofHolders(holders: readonly Holder[]): Reached {
    const reached: NamedPrincipal[] = []
    for (const { kind, id } of holders) {
      if (kind === 'user') reached.push(...this.ofUser(id))
      else if (kind === 'agency') reached.push(...(this.ofAgency(id) ?? []))
      else {
        const members = this.#routes.members.get(id)
        if (members === undefined) return null
        reached.push(...members.flatMap((member) => this.ofUser(member)))
        reached.push(...this.#mappedTo(id))
      }
    }
    return distinct(reached)
  }

  #mappedTo(groupId: string): NamedPrincipal[] {
    return this.#access.principals
      .filter(
        (one) =>
          one.kind === 'federated' &&
          this.#access.bundles(one).some(({ through }) => through !== null && through.group_id === groupId),
      )
      .map(nameOnly)
  }

  #assumersOf(): ReadonlyMap<string, readonly NamedPrincipal[]> {
    if (this.#assumers !== null) return this.#assumers
    const assumers = new Map<string, NamedPrincipal[]>()
    for (const principal of this.#access.principals)
      for (const { agency } of this.#access.reached(principal)) {
        const known = assumers.get(agency.id) ?? []
        known.push(nameOnly(principal))
        assumers.set(agency.id, known)
      }
    this.#assumers = assumers
    return assumers
  }
}

/** Each once, in one order. */
function distinct(principals: readonly NamedPrincipal[]): readonly NamedPrincipal[] {
  return [...new Map(principals.map((one) => [principalKey(one), one])).values()].sort(comparePrincipals)
}

/** Whom some gap reaches. */
export class Uncertain {
  readonly #everybody: boolean
  readonly #federated: boolean
  readonly #keys: ReadonlySet<string>
  readonly #providers: ReadonlySet<string>

  /** @param federationUnread whether nobody read what providers vouch for */
  constructor(reaches: readonly Reached[], federationUnread: boolean) {
    const reached = reaches.flatMap((one) => one ?? [])
    this.#everybody = reaches.includes(null)
    this.#federated = federationUnread
    this.#keys = new Set(reached.map(principalKey))
    this.#providers = new Set(
      reached
        .filter((one) => one.kind === 'federated' && one.id.endsWith('/*'))
        .map((one) => one.id.slice(0, -1)),
    )
  }

  get everybody(): boolean {
    return this.#everybody
  }

  /** Whether it may hold more or other than was found. */
  has(principal: PrincipalRef): boolean {
    if (this.#everybody || this.#keys.has(principalKey(principal))) return true
    if (principal.kind !== 'federated') return false
    return this.#federated || this.#providers.has(principal.id.slice(0, principal.id.indexOf('/') + 1))
  }
}
