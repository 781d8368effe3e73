/** Completes drift for people: by which paths it came, what to take away, what to paste. */
import type { Findings } from '../access/findings.ts'
import type { Holding } from '../access/model.ts'
import { documentOf, grantOf, type Path } from '../account/link.ts'
import type { Principal } from '../account/principal.ts'
import { type Approved, isUnrestricted, withTwins } from '../policy/index.ts'
import type { Grant } from '../policy/types.ts'
import type { ApprovalIndex } from './approval-index.ts'
import { groupByCause, type Uncaused } from './causes.ts'
import type { BareDrift, Comparison } from './comparison.ts'
import { entryFor } from './entry-for.ts'
import { HoldersByPath } from './holders-by-path.ts'
import type { Cause, Drift } from './model.ts'
import { inOrder } from './order.ts'
import type { Revocation } from './revocation.ts'
import { partyLinks, revocationOf, revocationsFor } from './revoke.ts'

/** Adds to each drift what a person needs to act on it. */
export function completeDrift(
  { index, drift }: Comparison,
  found: Findings,
): { readonly drift: readonly Drift[]; readonly causes: readonly Cause[] } {
  const holders = new HoldersByPath(found.holdings)
  const meets = rememberMeeting(index)
  const revocations = (
    { holding, grants, parties, indexed }: BareDrift,
    principal: Principal,
    paths: readonly Path[],
    approved: readonly Approved[],
  ): readonly Revocation[] => {
    // Without an entry of their own there is nothing that parties are beyond.
    const beside = indexed === null ? [] : partyLinks({ holding, principal, parties })
    if (grants.length === 0) {
      const revocation = revocationOf(beside, principal, holders, found)
      return revocation === null ? [] : [revocation]
    }
    const question = { holding, principal, permission: holding.permission, paths, approved, beside }
    return revocationsFor(question, found.access, index, holders, found)
  }
  const rows = drift.map((bare): Uncaused => {
    const { holding, indexed, permission } = bare
    const { access } = found
    const own = index.entryOf(holding.principal, holding.permission)
    const usable = index.applicableTo(holding)
    const valid = usable.filter((one) => !one.expired)
    const approved = valid.map((one) => index.approved(one.entry))
    // What was approved may be part of what is held and yet not of what was gained: the same, but for some resources.
    const isAll = usable.length === 0 && index.areEqual(bare.grants, holding.grants)
    const brings = (document: string): boolean => bringsSome(document, { bare, approved }, found, index)
    const isParty = bare.grants.length === 0
    const paths =
      isAll || isParty
        ? allPaths(holding)
        : gainedPaths(holding, bare.grants, { brings, meets, isWhole: access.isHeldWhole(permission) })
    const principal = found.access.principal(holding.principal)
    return {
      kind: bare.kind,
      principal: bare.principal,
      permission: bare.permission,
      grants: bare.grants,
      actions: bare.actions,
      example: bare.example,
      parties: bare.parties,
      severity: holding.severity,
      enabled: holding.enabled,
      extent: isAll || isParty || isWhole(bare.grants, holding, index) ? holding.extent : 'part',
      restricted: isParty ? holding.restricted : bare.grants.every((grant) => !isUnrestricted(grant)),
      paths,
      conditional_denies: holding.conditional_denies,
      revocations: principal === null ? [] : revocations(bare, principal, paths, approved),
      proposed_entry: {
        ...entryFor(holding, own?.entry ?? null, own?.expired === true),
        ...index.withinToday(holding.permission),
      },
      approval: indexed?.entry ?? null,
      entry_index: indexed?.index ?? null,
      because: bare.because,
    }
  })
  return inOrder(groupByCause(rows, holders))
}

/** Whether what drifted is all that is held. */
function isWhole(gained: readonly Grant[], holding: Holding, index: ApprovalIndex): boolean {
  const rest = index.subtract(holding.grants, [{ grants: gained }])
  return !('undetermined' in rest) && rest.grants.length === 0
}

/** Whether a pattern grants some part: one of the legacy model also by the v5 names of the same power. */
type Meets = (grants: readonly Grant[], pattern: string, isLegacy: boolean) => boolean

/** All paths of a holding; the built-in group gives everything, and no other path matters beside it. */
function allPaths({ paths }: Holding): readonly Path[] {
  const builtin = paths.filter((path) => path.origin.kind === 'builtin-group')
  return builtin.length > 0 ? builtin : paths
}

/** The key of the document that a path ends in. */
function documentAtEnd(path: Path): string | null {
  const grant = grantOf(path)
  return grant.kind === 'builtin-group' ? null : documentOf(grant)
}

/** What paths to something gained are told by. */
interface GainedBy {
  readonly brings: (document: string) => boolean
  readonly meets: Meets
  /** Whether what was gained is written without its conditions. */
  readonly isWhole: boolean
}

/** The paths of a holding that lead to some part of these grants; all of them where that cannot be told. */
function gainedPaths(
  holding: Holding,
  gained: readonly Grant[],
  { brings, meets, isWhole }: GainedBy,
): readonly Path[] {
  const all = allPaths(holding)
  if (all !== holding.paths) return all
  const covers = (path: Path, grants: readonly Grant[]): boolean =>
    path.origin.kind === 'builtin-group' ||
    path.origin.pattern === 'NotAction' ||
    meets(grants, path.origin.pattern, grantOf(path).kind === 'role')
  const leads = (path: Path): boolean => {
    if (isWhole) return covers(path, gained)
    const restricted = path.origin.kind === 'statement' && path.origin.restricted
    const alike = gained.filter((grant) => restricted !== isUnrestricted(grant))
    return alike.length > 0 && covers(path, alike)
  }
  const byDocument = Map.groupBy(holding.paths, documentAtEnd)
  const leading = new Set(
    [...byDocument].flatMap(([document, paths]) => {
      if (document === null || !paths.some((path) => covers(path, gained)) || !brings(document)) return []
      // A statement that is limited for one service and not for another counts as unrestricted.
      const some = paths.filter(leads)
      return some.length > 0 ? some : paths
    }),
  )
  return leading.size > 0 ? holding.paths.filter((path) => leading.has(path)) : holding.paths
}

/**
 * Whether a document by itself grants some part of what was gained and not approved: the same actions on other
 * resources, approved long ago, are no path by which it came. True where that cannot be told.
 */
function bringsSome(
  document: string,
  { bare, approved }: { readonly bare: BareDrift; readonly approved: readonly Approved[] },
  { access }: Findings,
  index: ApprovalIndex,
): boolean {
  const { holding, grants } = bare
  const principal = access.principal(holding.principal)
  const alone = principal === null ? null : access.heldThrough(principal, document, holding.permission)
  if (alone === null || !access.counts(holding.permission, alone)) return true
  const beyond = index.subtract(alone.grants, approved)
  if ('undetermined' in beyond || beyond.grants.some((grant) => index.mayMeet(grants, grant))) return true
  // What reaches somebody by a rename was gained although it is approved.
  const rest = index.subtract(grants, [{ grants: alone.grants }])
  return 'undetermined' in rest || JSON.stringify(rest.grants) !== JSON.stringify(grants)
}

function rememberMeeting(index: ApprovalIndex): Meets {
  const answers = new Map<string, boolean>()
  return (grants, pattern, isLegacy) => {
    const key = JSON.stringify([grants, pattern, isLegacy])
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = index.mayMeet(grants, { actions: isLegacy ? withTwins(pattern) : [pattern] })
    answers.set(key, answer)
    return answer
  }
}
