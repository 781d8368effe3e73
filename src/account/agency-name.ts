/**
 * Whom the name of an agency speaks of. IAM Identity Center and Organizations make agencies with names of their own in
 * every account they manage; anybody who may make an agency can give one such a name, so a name alone proves nothing.
 */

export type NamedLike =
  | { readonly kind: 'identity-center'; readonly permissionSet: string }
  | { readonly kind: 'organization' }

/** As Organizations names the agency by which the management account administers a member, unless told otherwise. */
const ORGANIZATION = 'OrganizationAccountAccessAgency'

/** Of `SysReservedV3_<permission set>_<suffix>` and `OrganizationAccountAccessAgency`; null for every other name. */
export function namedLike(agency: string): NamedLike | null {
  const name = agency.split('/').at(-1) ?? agency
  if (name === ORGANIZATION) return { kind: 'organization' }
  const permissionSet = /^SysReservedV3_(.+)_[^_]+$/s.exec(name)?.[1]
  return permissionSet === undefined ? null : { kind: 'identity-center', permissionSet }
}
