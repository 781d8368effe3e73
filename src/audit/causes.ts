/** Groups drift by what brought it: one attachment, membership, version, grant or trust, and whom it explains. */
import { grantOf, linkKey, type Path } from '../account/link.ts'
import { type NamedPrincipal, principalKey } from '../account/principal.ts'
import { GlancedPatterns } from '../policy/index.ts'
import { type GrantOnPath, grantsOnPath, isNewer, keyOnPath } from './grants-on-path.ts'
import type { HoldersByPath } from './holders-by-path.ts'
import type { Cause, CauseSubject, Drift } from './model.ts'

export type Uncaused = Omit<Drift, 'cause'>

export interface Caused {
  readonly drift: readonly Drift[]
  readonly causes: readonly Cause[]
}

/**
 * Gives every drift its cause. The newest part of its paths is taken for what changed: the version or the attachment,
 * of the permission to assume or of what the agency holds. Where somebody else came by the same grant and is no drift,
 * the grant itself is old, and something else must be new: another grant of the route, or the membership. A path is left
 * out where another of the same principal grants all of it and more: `rds:*:*` beside `*:*:*` brought nothing.
 */
export function groupByCause(drift: readonly Uncaused[], holders: HoldersByPath): Caused {
  const patterns = new GlancedPatterns()
  const unchanged = unchangedGrants(drift, holders, patterns)
  const trusting = agenciesByTrust(drift)
  const causes = new Map<string, Omit<Cause, 'principals'> & { principals: Map<string, NamedPrincipal> }>()
  const caused = drift.map((row): Drift => {
    const { kind, key, paths, subject = {} } = causeOf(row, { unchanged, trusting, patterns })
    const cause = causes.get(key) ?? { key, kind, paths, principals: new Map(), subject, by: null }
    causes.set(key, cause)
    const id = principalKey(row.principal)
    if (!cause.principals.has(id)) cause.principals.set(id, row.principal)
    return { ...row, cause: key }
  })
  return {
    drift: caused,
    causes: [...causes.values()].map((one) => ({ ...one, principals: [...one.principals.values()] })),
  }
}

/** Keys of grants, by permission. */
type GrantsByPermission = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Grants that were there before: somebody came by them who is no drift. Whoever has all of it by another path too is no
 * drift in either case and says little; of such there must be more than of those who are drift.
 */
function unchangedGrants(
  drift: readonly Uncaused[],
  holders: HoldersByPath,
  patterns: GlancedPatterns,
): GrantsByPermission {
  const drifting = new Set(drift.map((row) => `${row.permission} ${principalKey(row.principal)}`))
  const open = new Map<string, Map<string, Balance>>()
  for (const { permission, paths } of drift) {
    const balances = open.get(permission) ?? new Map<string, Balance>()
    open.set(permission, balances)
    for (const key of new Set(paths.flatMap(keysOf))) {
      const known = balances.get(key)
      if (known === undefined) balances.set(key, { drifting: 1, spare: null })
      else known.drifting++
    }
  }
  const unchanged = new Map([...open.keys()].map((permission) => [permission, new Set<string>()]))
  const isOpen = (key: string): boolean => [...open.values()].some((balances) => balances.has(key))
  for (const [path, numbers] of holders.byPath)
    for (const key of keysOf(path)) {
      if (!isOpen(key)) continue
      for (const number of numbers) {
        const { counts, permission, principal, paths } = holders.holding(number)
        const balance = open.get(permission)?.get(key)
        if (balance === undefined) continue
        if (!counts || drifting.has(`${permission} ${principalKey(principal)}`)) continue
        // One more who has it for nothing but this tells as much as any number who have it twice.
        if (hasSpare(path, paths, patterns)) {
          balance.spare = (balance.spare ?? new Set()).add(number)
          if (balance.spare.size <= balance.drifting) continue
        }
        unchanged.get(permission)?.add(key)
        open.get(permission)?.delete(key)
        if (!isOpen(key)) break
      }
    }
  return unchanged
}

/** Who has a grant: how many that are drift, and the holdings of others that have all of it by another path too. */
interface Balance {
  drifting: number
  spare: Set<number> | null
}

function keysOf(path: Path): readonly string[] {
  return grantsOnPath(path).map(keyOnPath)
}

/** More paths than this of one principal are not held against each other. */
const MOST_COMPARED = 64

/** Whether the principal has all that the path grants by another one too. */
function hasSpare(path: Path, paths: readonly Path[], patterns: GlancedPatterns): boolean {
  const compared = Math.min(paths.length, MOST_COMPARED)
  for (let at = 0; at < compared; at++) {
    const other = paths[at] as Path
    if (other !== path && grantsAllOf(other, path, patterns)) return true
  }
  return false
}

/** Whether one path surely grants all that another does, by another grant or statement. */
function grantsAllOf(one: Path, other: Path, patterns: GlancedPatterns): boolean {
  if (one.origin.kind === 'builtin-group') return other.origin.kind !== 'builtin-group'
  if (other.origin.kind === 'builtin-group' || one.origin.restricted) return false
  if (!patterns.includes(one.origin.pattern, other.origin.pattern)) return false
  // Most are told apart by the statement or the pattern: the text of a link is made last.
  return (
    one.origin.statement !== other.origin.statement ||
    one.origin.pattern !== other.origin.pattern ||
    linkKey(grantOf(one)) !== linkKey(grantOf(other))
  )
}

/** The paths of which no other grants all and more. Restricted ones stay: what they are limited to is not compared. */
function widestOf(paths: readonly Path[], patterns: GlancedPatterns): readonly Path[] {
  if (paths.length < 2) return paths
  const compared = paths.slice(0, MOST_COMPARED)
  return paths.filter(
    (path) =>
      !compared.some((other) => grantsAllOf(other, path, patterns) && !grantsAllOf(path, other, patterns)),
  )
}

/** Agencies that trust somebody more than was approved. */
function agenciesByTrust(drift: readonly Uncaused[]): ReadonlySet<string> {
  return new Set(
    drift
      .filter((row) => row.principal.kind === 'agency' && row.because === 'trust')
      .map((row) => row.principal.id),
  )
}

interface FoundCause {
  readonly kind: Cause['kind']
  readonly key: string
  readonly paths: readonly Path[]
  readonly subject?: CauseSubject
}

/** What the cause of one drift is told by. */
interface CauseContext {
  readonly unchanged: GrantsByPermission
  /** Agencies that trust somebody more than was approved. */
  readonly trusting: ReadonlySet<string>
  readonly patterns: GlancedPatterns
}

function causeOf(row: Uncaused, context: CauseContext): FoundCause {
  const id = principalKey(row.principal)
  if (row.because === 'rename') return { kind: 'rename', key: 'rename', paths: [] }
  if (row.because === 'enabled') return { kind: 'enabled', key: `enabled ${id}`, paths: [] }
  if (row.because === 'trust') return ofTrust(row.principal.id)
  if (row.because === 'mapping') return { kind: 'mapping', key: `mapping ${id}`, paths: [] }
  if (row.because === 'provider') {
    const provider = providerOf(row)
    return { kind: 'provider', key: `provider ${provider}`, paths: [], subject: { provider } }
  }
  if (row.kind === 'approval-expired')
    return { kind: 'expiry', key: `expiry ${id} ${row.permission}`, paths: [] }
  const builtin = row.paths.find((path) => path.origin.kind === 'builtin-group')
  if (builtin !== undefined) return ofBuiltin(builtin, row)
  return ofTrusting(row, context) ?? ofNewest(row, context)
}

/** Null: no path goes through an agency that trusts somebody more than was approved. */
function ofTrusting({ paths }: Uncaused, { trusting }: CauseContext): FoundCause | null {
  if (trusting.size === 0) return null
  for (const { links } of paths)
    for (const link of links)
      if (link.kind === 'assume' && trusting.has(link.agency_id)) return ofTrust(link.agency_id)
  return null
}

/** As a subject names it: of a federated principal its provider, of an agency the URN of the one that it trusts. */
function providerOf({ principal, parties }: Uncaused): string {
  if (principal.kind !== 'agency') return principal.id.split('/')[0] ?? ''
  const [item] = parties.trusted
  return item !== undefined && 'provider' in item ? encodeURIComponent(item.provider) : ''
}

function ofTrust(agency_id: string): FoundCause {
  return { kind: 'trust', key: `trust ${agency_id}`, paths: [], subject: { agency_id } }
}

function ofBuiltin(path: Path, row: Uncaused): FoundCause {
  const grant = grantOf(path)
  const id = grant.kind === 'builtin-group' ? grant.group_id : ''
  const paths = row.paths.filter((one) => one.origin.kind === 'builtin-group')
  if (row.principal.kind === 'federated')
    return { kind: 'mapping', key: `mapping ${principalKey(row.principal)}`, paths }
  return { kind: 'builtin-group', key: `builtin-group ${id}`, paths, subject: { group_id: id } }
}

/** The path whose newest part is the newest of all; of several, always the same. */
function ofNewest(row: Uncaused, { unchanged, patterns }: CauseContext): FoundCause {
  let newest: { readonly place: GrantOnPath; readonly path: Path; readonly isOld: boolean } | null = null
  for (const path of widestOf(row.paths, patterns))
    for (const place of grantsOnPath(path)) {
      const isOld = unchanged.get(row.permission)?.has(keyOnPath(place)) === true
      const candidate = { place, path, isOld }
      if (newest === null || isNewer(candidate, newest)) newest = candidate
    }
  if (newest === null)
    return { kind: 'attachment', key: `attachment ${principalKey(row.principal)}`, paths: [] }
  const { place, isOld } = newest
  const { grant, through } = place
  const alike = (test: (one: GrantOnPath) => boolean): readonly Path[] =>
    row.paths.filter((path) => grantsOnPath(path).some(test))
  if (isOld && through?.kind === 'membership')
    return {
      kind: 'membership',
      key: `membership ${through.group_id}`,
      subject: { group_id: through.group_id },
      paths: alike((one) => one.through?.kind === 'membership' && one.through.group_id === through.group_id),
    }
  if (isOld && through?.kind === 'mapping')
    return { kind: 'mapping', key: `mapping ${principalKey(row.principal)}`, paths: row.paths }
  const same = (one: GrantOnPath): boolean => one.grant === grant || linkKey(one.grant) === linkKey(grant)
  if (grant.kind === 'role')
    return {
      ...{ kind: 'legacy-grant', key: `legacy-grant ${linkKey(grant)}`, paths: alike(same) },
      subject: { grant },
    }
  const versionIsNewer = (grant.version_created_at ?? '') > (grant.attached_at ?? '')
  if (versionIsNewer && !isOld)
    return {
      kind: 'version',
      key: `version ${grant.policy_id} ${grant.version_id}`,
      subject: { grant },
      paths: alike((one) => one.grant.kind === 'attachment' && one.grant.policy_id === grant.policy_id),
    }
  return {
    ...{ kind: 'attachment', key: `attachment ${grant.to.id} ${grant.policy_id}`, paths: alike(same) },
    subject: { grant },
  }
}
