/**
 * What to take away so that a drift is gone: sets of cuts, each complete, checked by working out what would be held
 * without their links. A group that is left may have carried a Deny, and a wide policy may hide a narrower one, so a
 * set grows until nothing that is not approved is held any more, and then loses whatever it does not need.
 */
import type { Access } from '../access/access.ts'
import type { Holding } from '../access/model.ts'
import { type AssumeLink, grantOf, type Link, linkKey, type MappingLink, type Path } from '../account/link.ts'
import { type Principal, principalKey } from '../account/principal.ts'
import type { Approved } from '../policy/index.ts'
import type { ApprovalIndex } from './approval-index.ts'
import { type CutContext, cutOf } from './cut.ts'
import type { Parties, Revocation } from './model.ts'
import { hasParties, withoutOpen } from './parties.ts'

export interface RevokeQuestion {
  readonly holding: Holding
  readonly principal: Principal
  readonly permission: string
  /** Paths by which the drift came. */
  readonly paths: readonly Path[]
  readonly approved: readonly Approved[]
  /** Links that have to go as well, whatever else is taken away. */
  readonly beside: readonly Link[]
}

/** Tells how many principals beside one come by a link to something audited. */
export type OthersBy = (link: Link, principal: Principal) => ReadonlySet<string>

/** Who drifts by whom they trust, or by who vouches for them: what is to be taken away of that. */
export interface PartyQuestion {
  readonly holding: Holding
  readonly principal: Principal
  readonly parties: Parties
}

/** Which link of a path a set of cuts takes: the one nearest to the principal, or the one that grants. */
type Strategy = (path: Path) => readonly Link[]

const nearest: Strategy = ({ links }) => {
  const [first] = links
  return first === undefined ? [] : first.kind === 'assume' ? permissionLinks(first) : [first]
}
const atTheGrant: Strategy = (path) => [grantOf(path)]
/** Who may assume is whom the agency trusts: taking the party away takes it from all that it names. */
const byTrust: Strategy = ({ links }) => {
  const first = links.find((link) => link.kind === 'assume')
  return first === undefined ? [] : [trustLink(first)]
}

function trustLink({ agency_id, agency, party }: AssumeLink): Link {
  return { kind: 'trust', agency_id, agency, item: party }
}

/** What permits to assume; where the trust itself does, the trust. */
function permissionLinks(link: AssumeLink): readonly Link[] {
  const { by } = link
  if (by.kind === 'trust') return [trustLink(link)]
  if (by.kind === 'builtin-group') return [by.grant]
  return [by.through !== null && by.through.kind === 'membership' ? by.through : by.grant]
}

/** There is no detaching from a built-in group: whoever is to lose it leaves it, with whatever else it carries. */
function leaving(link: Link): Link {
  return link.kind === 'builtin-group'
    ? { kind: 'membership', group_id: link.group_id, group: link.group }
    : link
}

/** Sets of cuts may need as many rounds as there are links behind links; more than these are nobody's to make. */
const MAXIMUM_CUTS = 60

/** Every way there is, each complete, those that touch fewest others first; no two of them the same. */
export function revocationsFor(
  question: RevokeQuestion,
  access: Access,
  index: ApprovalIndex,
  others: OthersBy,
  context: CutContext,
): readonly Revocation[] {
  const { principal, beside } = question
  const found = new Map<string, Revocation>()
  const add = (links: readonly Link[]): void => {
    const revocation = revocationOf(links, principal, others, context)
    const key = links.map(linkKey).sort().join('\n')
    if (revocation !== null && !found.has(key)) found.set(key, revocation)
  }
  for (const strategy of [nearest, atTheGrant, byTrust]) {
    const links = complete(strategy, question, access, index)
    // Of the same link twice, the one that goes whole.
    if (links !== null) add([...new Map([...beside, ...links].map((one) => [linkKey(one), one])).values()])
  }
  // Whom no rule makes a member of the group, and an agency that nobody can assume, hold nothing.
  if (principal.kind === 'federated') add(mappingOf(question.holding))
  if (principal.kind === 'agency')
    add(
      context.agencies
        .trustedOf(principal.id)
        .map((item) => trustItemLink(principal, JSON.stringify(withoutOpen(item)))),
    )
  return [...found.values()].sort(
    (one, other) => one.others - other.others || one.cuts.length - other.cuts.length,
  )
}

/** The links that a strategy takes until the drift is gone, none too many; null when it never is. */
function complete(
  strategy: Strategy,
  question: RevokeQuestion,
  access: Access,
  index: ApprovalIndex,
): readonly Link[] | null {
  const chosen = new Map<string, Link>()
  let paths: readonly Path[] = question.paths
  while (paths.length > 0) {
    const before = chosen.size
    for (const path of paths) for (const link of strategy(path).map(leaving)) chosen.set(linkKey(link), link)
    if (chosen.size === before || chosen.size > MAXIMUM_CUTS) return null
    paths = remaining([...chosen.values()], question, access, index)
  }
  return withoutNeedless([...chosen.values()], question, access, index)
}

function withoutNeedless(
  links: readonly Link[],
  question: RevokeQuestion,
  access: Access,
  index: ApprovalIndex,
): readonly Link[] {
  let needed = links
  if (links.length > 1)
    for (const link of links) {
      if (needed.length === 1) break
      if (givesByItself(link, question, access, index)) continue
      const fewer = needed.filter((one) => one !== link)
      if (remaining(fewer, question, access, index).length === 0) needed = fewer
    }
  return needed
}

/** Whether a link alone gives something unapproved that no Deny could take away; false says nothing. */
function givesByItself(
  link: Link,
  { principal, permission, approved }: RevokeQuestion,
  access: Access,
  index: ApprovalIndex,
): boolean {
  return access.documentsBy(principal, permission, link).some((document) => {
    const held = access.heldThrough(principal, document, permission)
    if (held === null || held.extent === 'none' || !access.counts(permission, held)) return false
    const rest = index.subtract(held.grants, approved, principal)
    return !('undetermined' in rest) && rest.grants.length > 0
  })
}

/** Paths of what would still be held unapproved without some links. */
function remaining(
  links: readonly Link[],
  { principal, permission, approved }: RevokeQuestion,
  access: Access,
  index: ApprovalIndex,
): readonly Path[] {
  const left = access.without(links)
  const held = left.held(principal, permission)
  // Beyond the bound nobody can tell, and what nobody can tell is not gone.
  if (held === null) return left.paths(principal, permission).paths
  if (held.extent === 'none' || !left.counts(permission, held)) return []
  const rest = index.subtract(held.grants, approved, principal)
  return 'undetermined' in rest || rest.grants.length > 0 ? left.paths(principal, permission).paths : []
}

/** Links that bring parties beyond what was approved: of an agency its trust in each, else the mappings of a provider. */
export function partyLinks({ holding, principal, parties }: PartyQuestion): readonly Link[] {
  if (principal.kind === 'agency')
    return parties.trusted.map((item) => trustItemLink(principal, JSON.stringify(withoutOpen(item))))
  if (!hasParties(parties)) return []
  const { when, issuer, keys } = parties
  // Somebody else who vouches does so for every rule.
  const isByRules = issuer === null && keys.length === 0
  return mappingOf(holding).map((link) => (isByRules ? { ...link, only: when } : link))
}

/** What makes somebody a federated principal at all; nothing for others. */
function mappingOf({ recorded_as: recorded }: Holding): readonly MappingLink[] {
  if (recorded.kind !== 'federated') return []
  const { provider, group, group_id } = recorded
  return [{ kind: 'mapping', provider, group, group_id }]
}

/** The set of cuts that takes these links away, none being left out; null where somebody cannot make one of them. */
export function revocationOf(
  links: readonly Link[],
  principal: Principal,
  others: OthersBy,
  context: CutContext,
): Revocation | null {
  const cuts = links.map((link) => cutOf(link, principal, context)).filter((cut) => cut !== null)
  if (cuts.length < links.length || cuts.length === 0) return null
  return { cuts, others: countOthers(links, principal, others) }
}

function trustItemLink({ id, name }: Principal, item: string): Link {
  return { kind: 'trust', agency_id: id, agency: name, item }
}

function countOthers(links: readonly Link[], principal: Principal, others: OthersBy): number {
  const shared = links
    .filter(({ kind }) => kind !== 'membership' && kind !== 'mapping' && kind !== 'builtin-group')
    .map((link) => others(link, principal))
  const [first, ...more] = shared
  if (first === undefined) return 0
  const touched = more.length === 0 ? first : new Set(shared.flatMap((keys) => [...keys]))
  return touched.size - (touched.has(principalKey(principal)) ? 1 : 0)
}

/**
 * Finds who comes by a link to something audited; put together once, when first asked. All who come by a path share its
 * object, so that links are looked at once for each path and not for each holder.
 */
export function othersBy(holdings: readonly Holding[]): OthersBy {
  let paths: { readonly byLink: PathsByLink; readonly holders: HoldersByPath } | null = null
  const known = new Map<string, ReadonlySet<string>>()
  return (link) => {
    const key = linkKey(link)
    const found = known.get(key)
    if (found !== undefined) return found
    paths ??= collectPaths(holdings)
    const made = new Set<string>()
    for (const path of paths.byLink.get(key) ?? [])
      for (const { principal } of paths.holders.get(path) ?? []) made.add(principalKey(principal))
    known.set(key, made)
    return made
  }
}

type PathsByLink = ReadonlyMap<string, ReadonlySet<Path>>
type HoldersByPath = ReadonlyMap<Path, readonly Holding[]>

function collectPaths(holdings: readonly Holding[]): {
  readonly byLink: PathsByLink
  readonly holders: HoldersByPath
} {
  const holders = new Map<Path, Holding[]>()
  for (const holding of holdings)
    for (const path of holding.paths) {
      const known = holders.get(path)
      if (known === undefined) holders.set(path, [holding])
      else known.push(holding)
    }
  const byLink = new Map<string, Set<Path>>()
  const add = (link: Link, path: Path): void => {
    const key = linkKey(link)
    const known = byLink.get(key)
    if (known === undefined) byLink.set(key, new Set([path]))
    else known.add(path)
  }
  for (const path of holders.keys())
    for (const link of path.links) {
      add(link, path)
      if (link.kind !== 'assume') continue
      add(trustLink(link), path)
      if (link.by.kind === 'policy' || link.by.kind === 'role') add(link.by.grant, path)
    }
  return { byLink, holders }
}
