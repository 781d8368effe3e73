/**
 * What a legacy role or policy grants where it was granted in one scope. The answer is a document like any other; what
 * only the legacy model has (scopes, twins, names that grant) is on its statements.
 */
import { differAtOnce, globMatches, globSurelyIncludes, globsMeet } from '../sets/glob.ts'
import type { Statement } from '../types.ts'
import { coversAction, paddedPattern } from './action-cover.ts'
import { enterpriseProjectActions } from './legacy-actions.ts'
import {
  LEGACY_ASSUMING,
  type LegacyDocument,
  type LegacyModel,
  readLegacyDocument,
  writtenKey,
} from './legacy-document.ts'

/** A role as IAM lists it. `policy` is the JSON text of its policy object, null where it could not be read. */
export interface LegacyRole {
  readonly role_id: string
  readonly name: string
  readonly display_name: string
  readonly catalog: string
  /** The account of a custom policy; null for a system role. */
  readonly domain_id: string | null
  readonly policy: string | null
}

/** Where it was granted: for global services, for all resources, in one project, in one enterprise project. */
export type RoleScope = 'domain' | 'all-projects' | `project:${string}` | `enterprise-project:${string}`

/** A statement with what only the legacy model has. */
export interface RoleStatement extends Statement {
  /** Patterns of two colons that the Allow does not grant. */
  readonly except?: readonly string[]
  /** What the Allow grants, it grants there only. */
  readonly scopes?: readonly string[]
  /** The Allow also grants the new names of the legacy actions that remain held. */
  readonly twins?: true
}

export type RoleByName = 'security-administrator' | 'full-access' | 'tenant'

export interface ReadRole {
  /** `by-name`: no Deny of another role reaches it. Null: it cannot be determined what it grants. */
  readonly model: LegacyModel | 'by-name' | null
  readonly document:
    | { readonly ok: true; readonly statements: readonly RoleStatement[] }
    | { readonly ok: false; readonly reason: string }
  readonly byName: RoleByName | null
  /** Why it may grant more than `document` says; null where it does not. */
  readonly undetermined: string | null
  readonly notices: readonly string[]
  /** See `patternAsWritten`. */
  readonly written: ReadonlyMap<string, string>
}

/** The number of the statement that stands for a name. */
export const BY_NAME = 0

/** All spellings count as this action. */
const ASSUME = 'sts:agencies:assume'
const IDENTITY_SERVICES = ['iam', 'sts']
const ofIdentity = IDENTITY_SERVICES.map((service) => `${service}:*:*`)
/** What no project holds anything of, except in enterprise projects the few actions that work there. */
const notOfProjects = [...ofIdentity, 'organizations:*:*', 'IdentityCenter:*:*']

/** The text of a role as a document, the same in every scope. */
export function readRoleText({ policy }: Pick<LegacyRole, 'policy'>): LegacyDocument {
  return policy === null ? unread : readLegacyDocument(policy)
}

/**
 * Reads a role for one scope. Never throws.
 *
 * @param text of the role, where it was read for another scope already
 */
export function readRole(role: LegacyRole, scope: RoleScope, text = readRoleText(role)): ReadRole {
  const byName = grantsByName(role)
  const granted = grantedByName(byName, text.ok ? text.statements : [])
  if (!text.ok && granted.length === 0)
    return { ...nothing, model: null, document: text, byName, undetermined: text.reason }
  const read = text.ok ? text : { model: null, statements: [], written: new Map<string, string>() }
  const written = new Map(read.written)
  const statements = [...read.statements, ...granted]
    .flatMap((statement) => inScope(statement, { scope, byName, model: read.model, written }))
    .map((statement) => countAssuming(statement, written))
  return {
    model: byName === 'security-administrator' || read.model === null ? 'by-name' : read.model,
    document: { ok: true, statements },
    byName,
    // Nothing is beyond what FullAccess grants by its name.
    undetermined: text.ok || byName === 'full-access' ? null : text.reason,
    notices: byName === 'tenant' ? tenantNotices(role, read.statements) : [],
    written,
  }
}

/** The pattern of a statement as it is in the text of the role: `identity:*` where the statement says `iam:*:*`. */
export function patternAsWritten(role: ReadRole, statement: number, pattern: string): string {
  return role.written.get(writtenKey(statement, pattern)) ?? pattern
}

/** How a legacy document names an agency in the `Resource` of assuming. */
export function assumeResources(agency: { readonly id: string; readonly name: string }): readonly string[] {
  return [`/iam/agencies/${agency.id}`, `/iam/agencies/${agency.name}`]
}

const unread = { ok: false, reason: 'its text was not read' } as const
const nothing = { notices: [], written: new Map<string, string>() }

/** Names are compared whole, and only of system roles: anybody can call a custom policy as they like. */
function grantsByName(role: LegacyRole): RoleByName | null {
  if (role.domain_id !== null) return null
  const { name, display_name: displayed } = role
  const base = role.catalog === 'BASE'
  if (name === 'secu_admin' || (base && displayed === 'Security Administrator'))
    return 'security-administrator'
  if (name === 'system_all_1001' || (base && displayed === 'FullAccess')) return 'full-access'
  const tenant = ['te_admin', 'readonly'].includes(name)
  return base && (tenant || ['Tenant Administrator', 'Tenant Guest'].includes(displayed)) ? 'tenant' : null
}

/** What a name grants at least, unless the text says it by itself, in words that can be shown. */
function grantedByName(byName: RoleByName | null, text: readonly Statement[]): readonly Statement[] {
  if (byName !== 'security-administrator' && byName !== 'full-access') return []
  const pattern = byName === 'full-access' ? '*:*:*' : 'iam:*:*'
  const said = text.some(
    (statement) =>
      statement.effect === 'Allow' &&
      statement.resource === undefined &&
      statement.notResource === undefined &&
      statement.condition === undefined &&
      (statement.action ?? []).some((one) => globSurelyIncludes(one.toLowerCase(), pattern)),
  )
  return said ? [] : [{ number: BY_NAME, effect: 'Allow', action: [pattern] }]
}

/** What the meaning of a statement depends on beside its text. `written` is added to. */
interface Circumstances {
  readonly scope: RoleScope
  readonly byName: RoleByName | null
  readonly model: LegacyModel | null
  readonly written: Map<string, string>
}

function inScope(statement: Statement, about: Circumstances): readonly RoleStatement[] {
  if (statement.effect === 'Allow') return allowInScope(statement, about)
  // "At least" what the name says, whatever the text denies.
  if (about.byName === 'security-administrator' || about.byName === 'full-access') return [shown(statement)]
  return about.model === '1.0' ? [statement] : denyInScope(statement, about.scope)
}

function allowInScope(statement: Statement, about: Circumstances): readonly RoleStatement[] {
  const { scope, byName } = about
  const secures = byName === 'security-administrator'
  if (scope === 'domain' || scope === 'all-projects') {
    if (byName === 'tenant') return withoutServices(statement, ofIdentity)
    // Documented: everything except switching the role. All other twins are actions of iam, which it holds.
    if (secures) return [coversAction(statement, ASSUME) ? { ...statement, except: [ASSUME] } : statement]
    return [{ ...statement, twins: true }]
  }
  const others = withoutServices(statement, notOfProjects).map((part) => ({ ...part, scopes: [scope] }))
  if (scope.startsWith('project:') || byName === 'tenant') return others
  const working = workingActions(statement, about.written).filter(
    (action) => !(secures && LEGACY_ASSUMING.includes(action)),
  )
  if (working.length === 0) return others
  const { action: _, notAction: __, ...limits } = statement
  return [...others, { ...limits, action: working, scopes: [scope], twins: true }]
}

/** The actions of IAM that the statement grants in an enterprise project, each noted with the pattern that grants it. */
function workingActions(statement: Statement, written: Map<string, string>): readonly string[] {
  const working = enterpriseProjectActions.filter((action) => coversAction(statement, action))
  for (const action of working) {
    const pattern = statement.action?.find((one) => coversAction({ ...statement, action: [one] }, action))
    const original = pattern && (written.get(writtenKey(statement.number, pattern)) ?? pattern)
    written.set(writtenKey(statement.number, action), original ?? 'NotAction')
  }
  return working
}

/** The statement without these services; none where it is about nothing else. */
function withoutServices(statement: Statement, services: readonly string[]): readonly RoleStatement[] {
  const patterns = statement.action?.filter(
    (pattern) =>
      !services.some(
        (service) =>
          !differAtOnce(service, pattern) && globSurelyIncludes(service.toLowerCase(), pattern.toLowerCase()),
      ),
  )
  if (patterns?.length === 0) return []
  const except = services.filter(
    (service) =>
      patterns?.some(
        (pattern) =>
          !differAtOnce(service, pattern) && globsMeet(pattern.toLowerCase(), service.toLowerCase()),
      ) !== false,
  )
  return [
    {
      ...statement,
      ...(patterns === undefined ? {} : { action: patterns }),
      ...(except.length === 0 ? {} : { except }),
    },
  ]
}

/** A Deny of a policy: what it takes away, and beside it what is only shown. */
function denyInScope(statement: Statement, scope: RoleScope): readonly RoleStatement[] {
  const limited =
    statement.resource !== undefined ||
    statement.notResource !== undefined ||
    statement.condition !== undefined
  if (limited || (scope !== 'domain' && scope !== 'all-projects')) return [shown(statement)]
  if (scope === 'all-projects') return [statement]
  const { action: _, notAction: __, ...rest } = statement
  const taken = identityPart(statement)
  if (taken.length === 0) return [shown(statement)]
  const whole = statement.action?.every((pattern) => taken.includes(paddedPattern(pattern) ?? '')) === true
  return [{ ...rest, action: taken }, ...(whole ? [] : [shown(statement)])]
}

/** What a Deny surely covers of iam and sts, as patterns. */
function identityPart(statement: Statement): readonly string[] {
  if (statement.action === undefined) {
    const spared = (statement.notAction ?? []).some((pattern) =>
      ofIdentity.some((service) => globsMeet(pattern.toLowerCase(), service)),
    )
    return spared ? [] : ofIdentity
  }
  const patterns = statement.action.flatMap((pattern) => {
    const [service, ...rest] = (paddedPattern(pattern) ?? '').split(':')
    return IDENTITY_SERVICES.filter((one) => globMatches((service as string).toLowerCase(), one)).map((one) =>
      [one, ...rest].join(':'),
    )
  })
  return [...new Set(patterns)]
}

/** A Deny that takes nothing away: a list of resources with nothing in it is a limit that nothing passes. */
function shown(statement: Statement): Statement {
  const limited = statement.condition !== undefined || statement.notResource !== undefined
  if (limited || (statement.resource !== undefined && !statement.resource.includes('*'))) return statement
  return { ...statement, resource: [] }
}

/**
 * The legacy spellings of assuming an agency count as the new one. An Allow does not keep them beside it, since they
 * would look like administration of IAM; a Deny does, since it must reach what others grant by that name.
 */
function countAssuming(statement: RoleStatement, written: Map<string, string>): RoleStatement {
  const isAssuming = (pattern: string): boolean => LEGACY_ASSUMING.includes(pattern.toLowerCase())
  const patterns = statement.action ?? []
  const spelled = patterns.find(isAssuming)
  if (spelled === undefined) return statement
  const original = written.get(writtenKey(statement.number, spelled)) ?? spelled
  const key = writtenKey(statement.number, ASSUME)
  if (!patterns.includes(ASSUME) && !written.has(key)) written.set(key, original)
  const kept = statement.effect === 'Allow' ? patterns.filter((pattern) => !isAssuming(pattern)) : patterns
  return { ...statement, action: [...new Set([...kept, ASSUME])] }
}

/** These roles are documented to hold nothing of IAM; a text that says otherwise is worth a look. */
function tenantNotices(role: LegacyRole, statements: readonly Statement[]): readonly string[] {
  const denied = statements.flatMap((statement) =>
    statement.effect === 'Deny' && statement.condition === undefined ? (statement.action ?? []) : [],
  )
  const reaches = IDENTITY_SERVICES.some((service) =>
    statements.some(
      (statement) =>
        statement.effect === 'Allow' &&
        partsOfService(statement, service).some(
          (part) =>
            !denied.some((deny) => globSurelyIncludes(paddedPattern(deny)?.toLowerCase() ?? '', part)),
        ),
    ),
  )
  if (!reaches) return []
  return [
    `The text of the system role ${JSON.stringify(role.display_name)} would grant actions of IAM, which it is documented not to grant; they were not counted.`,
  ]
}

/** The patterns of one service that an Allow may grant. */
function partsOfService(statement: Statement, service: string): readonly string[] {
  const whole = `${service}:*:*`
  if (statement.action === undefined) return [whole]
  return statement.action.flatMap((pattern) => {
    const segments = pattern.toLowerCase().split(':')
    if (segments.length < 3) return globsMeet(pattern.toLowerCase(), whole) ? [whole] : []
    return globMatches(segments[0] as string, service) ? [[service, ...segments.slice(1)].join(':')] : []
  })
}
