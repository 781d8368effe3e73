/** Which legacy roles of one principal are one source, that is, how far the Deny of each reaches. */
import type { ReadRole, RoleScope, RoleStatement } from './role.ts'

/** A role as somebody holds it. */
export interface HeldRole {
  readonly role: Pick<ReadRole, 'model' | 'document'>
  readonly scope: RoleScope
}

/** One source: what `grants` allow, less what `grants` and `denies` deny. */
export interface LegacySource<T extends HeldRole> {
  readonly grants: readonly T[]
  /** Of these only the Deny statements count (`onlyDenies`). */
  readonly denies: readonly T[]
}

/**
 * Roles of 1.0, those that grant by their name, and those that cannot be read are a source each. Policies of 1.1 share
 * one in each scope; what is granted for all resources denies for global services too.
 */
export function legacySources<T extends HeldRole>(roles: readonly T[]): readonly LegacySource<T>[] {
  const policies = roles.filter((held) => held.role.model === '1.1')
  const inScope = (scope: RoleScope): readonly T[] => policies.filter((held) => held.scope === scope)
  const everywhere = inScope('all-projects')
  const scopes = [...new Set(policies.map((held) => held.scope))]
  return [
    ...roles.filter((held) => held.role.model !== '1.1').map((held) => ({ grants: [held], denies: [] })),
    ...scopes.map((scope) => ({
      grants: inScope(scope),
      denies: scope === 'domain' ? everywhere : [],
    })),
  ]
}

/** The Deny statements of a document alone. */
export function onlyDenies(document: ReadRole['document']): ReadRole['document'] {
  if (!document.ok) return document
  const isDeny = (statement: RoleStatement): boolean => statement.effect === 'Deny'
  return { ok: true, statements: document.statements.filter(isDeny) }
}
