/**
 * The documents of an account as the evaluator knows them: identity policies by their id, legacy roles by role and
 * scope. Each role says here which other statements its Deny may take something from.
 */

import type { RoleScope } from '../account/link.ts'
import { roleDocumentKey } from '../account/routes.ts'
import type { Snapshot } from '../account/snapshot.ts'
import { parseDocument } from '../policy/index.ts'
import type { LegacyDocument } from '../policy/language/legacy-document.ts'
import { onlyDenies } from '../policy/language/legacy-sources.ts'
import { patternAsWritten, readRole, readRoleText } from '../policy/language/role.ts'
import { isUnconditional } from '../policy/language/statement.ts'
import type { ParsedDocument, Statement } from '../policy/types.ts'

/**
 * Where a role's statements are evaluated. `domain` and `all-projects`: among the policies of that scope, whose Deny
 * statements take from one another. `alone`: a Deny of a role limits that role. `apart`: no Deny takes anything away.
 */
export type Lane = 'domain' | 'all-projects' | 'alone' | 'apart'

export interface RoleDocument {
  readonly role_id: string
  readonly scope: RoleScope
  readonly lane: Lane
  /** Key of its Deny statements alone, which also take from the narrower scope; null when it has none. */
  readonly denies: string | null
  /** Why it may grant more than its statements say; null where it does not. */
  readonly undetermined: string | null
  /** False where it is documented not to assume agencies, whatever its text says. */
  readonly assumes: boolean
  /** The pattern of a statement as the role's text has it. */
  readonly asWritten: (statement: number, pattern: string) => string
}

export interface Documents {
  readonly parsed: ReadonlyMap<string, ParsedDocument>
  readonly roles: ReadonlyMap<string, RoleDocument>
  /** Deny statements of a document that nothing limits. */
  unconditionalDenies(key: string): readonly Statement[]
  /** Worth saying of roles whose text says other than their name. */
  readonly notices: readonly string[]
}

/** Reads every document of a snapshot. Never throws. */
export function readDocuments(snapshot: Snapshot): Documents {
  const parsed = new Map<string, ParsedDocument>()
  for (const { policy_id, version } of snapshot.policies)
    if (version !== null) parsed.set(policy_id, parseDocument(version.document))
  const rolesById = new Map(snapshot.roles.map((role) => [role.role_id, role]))
  const roles = new Map<string, RoleDocument>()
  const texts = new Map<Snapshot['roles'][number], LegacyDocument>()
  const notices = new Set<string>()
  for (const row of snapshot.role_assignments) {
    const scope = row.scope as RoleScope
    const key = roleDocumentKey(row.role_id, scope)
    const role = rolesById.get(row.role_id)
    if (role === undefined || roles.has(key)) continue
    const text = texts.get(role) ?? readRoleText(role)
    texts.set(role, text)
    const read = readRole(role, scope, text)
    for (const notice of read.notices) notices.add(notice)
    parsed.set(key, read.document)
    const lane = laneOf(read.model === '1.1', scope)
    const denies = lane === 'all-projects' ? onlyDenies(read.document) : null
    const hasDenies = denies?.ok === true && denies.statements.length > 0
    if (hasDenies) parsed.set(`${key} denies`, denies)
    roles.set(key, {
      role_id: row.role_id,
      scope,
      lane,
      denies: hasDenies ? `${key} denies` : null,
      undetermined: read.undetermined,
      assumes: read.byName !== 'security-administrator' && read.byName !== 'tenant',
      asWritten: (statement, pattern) => patternAsWritten(read, statement, pattern),
    })
  }
  return { parsed, roles, notices: [...notices], unconditionalDenies: rememberDenies(parsed) }
}

function rememberDenies(parsed: ReadonlyMap<string, ParsedDocument>): Documents['unconditionalDenies'] {
  const known = new Map<string, readonly Statement[]>()
  return (key) => {
    const document = parsed.get(key)
    const found =
      known.get(key) ??
      (document?.ok === true
        ? document.statements.filter((one) => one.effect === 'Deny' && isUnconditional(one))
        : [])
    known.set(key, found)
    return found
  }
}

function laneOf(sharesDeny: boolean, scope: RoleScope): Lane {
  if (!sharesDeny) return 'alone'
  return scope === 'domain' || scope === 'all-projects' ? scope : 'apart'
}
