/** What is said of agencies beside what they hold: those of a service that can do much, and whom a name speaks of. */
import { namedLike } from '../account/agency-name.ts'
import type { Permission } from '../policy/types.ts'
import type { Access } from './access.ts'
import type { Agencies } from './agencies.ts'
import type { Holding } from './model.ts'

/** Names that a notice lists. */
const NAMES = 10

/** Service-linked agencies are counted and are no holders; of one that holds the whole of a permission a notice says so. */
export function serviceLinkedNotices(
  { serviceLinked }: Agencies,
  access: Access,
  permissions: readonly Permission[],
): readonly string[] {
  return serviceLinked.flatMap((agency) => {
    const whole = permissions.filter(({ name }) => {
      const held = access.heldWithoutAgencies(agency, name)
      return held !== null && held.extent === 'all' && !held.restricted
    })
    return whole.length === 0
      ? []
      : [
          `The service-linked agency ${agency.name} holds everything in ${namesOf(whole.map(({ name }) => name))}, by policies of the system. It is counted and is no holder, since its service alone may assume it: whoever controls that service acts with it.`,
        ]
  })
}

/** Agencies that hold something and are named like those of Identity Center or of the organization. */
export function namedLikeNotices(holdings: readonly Holding[]): readonly string[] {
  const agencies = new Map(
    holdings.flatMap(({ principal: { kind, id, name } }) =>
      kind === 'agency' ? [[id, { name, like: namedLike(name) }] as const] : [],
    ),
  )
  const all = [...agencies.values()]
  const sets = all.flatMap(({ name, like }) =>
    like?.kind === 'identity-center' ? [`${name} (permission set ${like.permissionSet})`] : [],
  )
  const organizations = all.flatMap(({ name, like }) => (like?.kind === 'organization' ? [name] : []))
  return [
    ...(sets.length === 0
      ? []
      : [
          `Named like agencies of IAM Identity Center: ${namesOf(sets)}. Who is assigned such a permission set is decided in the organization's management account and cannot be listed from this one. A name proves nothing: whom each of them trusts stands beside it.`,
        ]),
    ...(organizations.length === 0
      ? []
      : [
          `Named like the agency by which an organization's management account administers its members: ${namesOf(organizations)}. Whether the account that it trusts is the management account was not looked at.`,
        ]),
  ]
}

function namesOf(names: readonly string[]): string {
  const more = names.length - NAMES
  return more > 0 ? `${names.slice(0, NAMES).join(', ')} and ${more} more` : names.join(', ')
}
