/** Who can hold something: a kind and an id. Nothing outside assumes that these kinds are all there will be. */
import { compareText } from '../text/compare-text.ts'

export const principalKinds = ['user', 'agency', 'federated'] as const
export type PrincipalKind = (typeof principalKinds)[number]

export interface PrincipalRef {
  readonly kind: PrincipalKind
  readonly id: string
}

/** As rows of a verdict name somebody. */
export interface NamedPrincipal extends PrincipalRef {
  readonly name: string
}

/** Somebody of the account, with what the account itself answers about them. */
export interface Principal extends NamedPrincipal {
  readonly urn: string | null
  readonly enabled: boolean
  /** Values of condition keys, by the key in lower case. */
  readonly facts: ReadonlyMap<string, string>
}

/**
 * One text for each principal: of a user the bare id, which fingerprints and markers of issues contain.
 * An id of a user that looks like such a text of another kind gets its kind before it, so no two are the same.
 */
export function principalKey({ kind, id }: PrincipalRef): string {
  const isPlain = kind === 'user' && !(id.includes(':') && /^(?:user|agency|federated):/.test(id))
  return isPlain ? id : `${kind}:${id}`
}

/** `kind:id`, of users too: how people name a principal where a name alone would not do. */
export function principalLabel({ kind, id }: PrincipalRef): string {
  return `${kind}:${id}`
}

/** Only the reference and the name. */
export function nameOnly({ kind, id, name }: NamedPrincipal): NamedPrincipal {
  return { kind, id, name }
}

/** Users, agencies, federated; then by id. */
export function comparePrincipals(one: PrincipalRef, other: PrincipalRef): number {
  return (
    principalKinds.indexOf(one.kind) - principalKinds.indexOf(other.kind) || compareText(one.id, other.id)
  )
}

/** The id of whoever a provider makes a member of a group; `groupId` null: the provider names the group. */
export function federatedId(providerId: string, groupId: string | null): string {
  return `${encodeURIComponent(providerId)}/${groupId === null ? '*' : encodeURIComponent(groupId)}`
}

/** How such a principal is called. */
export function federatedName(providerId: string, group: string | null): string {
  return `${providerId} → ${group ?? '*'}`
}
