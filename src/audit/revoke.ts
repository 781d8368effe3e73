/**
 * What to take away so that a drift is gone: sets of cuts, each complete, checked by working out what would be held
 * without their links. A group that is left may have carried a Deny, and a wide policy may hide a narrower one, so a
 * set grows until nothing that is not approved is held any more, and then loses whatever it does not need.
 */
import type { Access } from '../access/access.ts'
import type { Holding } from '../access/model.ts'
import { type AssumeLink, grantOf, type Link, linkKey, type MappingLink, type Path } from '../account/link.ts'
import type { Principal } from '../account/principal.ts'
import type { Approved } from '../policy/index.ts'
import type { ApprovalIndex } from './approval-index.ts'
import { type CutContext, cutOf } from './cut.ts'
import { type HoldersByPath, trustLink } from './holders-by-path.ts'
import type { Parties } from './model.ts'
import { hasParties, withoutOpen } from './parties.ts'
import type { Revocation } from './revocation.ts'

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

/** Who drifts by whom they trust, or by who vouches for them: what is to be taken away of that. */
export interface PartyQuestion {
  readonly holding: Holding
  readonly principal: Principal
  readonly parties: Parties
}

/** The links by which something reaches a principal. */
type Chain = Pick<Path, 'links'>

/** Which link of a chain a set of cuts takes: the one nearest to the principal, or the one that grants. */
type Strategy = (chain: Chain) => readonly Link[]

const nearest: Strategy = ({ links }) => {
  const [first] = links
  return first === undefined ? [] : first.kind === 'assume' ? permissionLinks(first) : [first]
}
const atTheGrant: Strategy = (chain) => [grantOf(chain)]
/** Who may assume is whom the agency trusts: taking the party away takes it from all that it names. */
const byTrust: Strategy = ({ links }) => {
  const first = links.find((link) => link.kind === 'assume')
  return first === undefined ? [] : [trustLink(first)]
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
  holders: HoldersByPath,
  context: CutContext,
): readonly Revocation[] {
  const { principal, beside } = question
  const found = new Map<string, Revocation>()
  const add = (links: readonly Link[]): void => {
    const revocation = revocationOf(links, principal, holders, context)
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
  let left: readonly Chain[] | null = question.paths.length === 0 ? null : question.paths
  while (left !== null) {
    const before = chosen.size
    for (const chain of left) for (const link of strategy(chain).map(leaving)) chosen.set(linkKey(link), link)
    if (chosen.size === before || chosen.size > MAXIMUM_CUTS) return null
    left = remaining([...chosen.values()], question, access, index)
  }
  return withoutNeedless([...chosen.values()], question, access, index)
}

function withoutNeedless(
  links: readonly Link[],
  question: RevokeQuestion,
  access: Access,
  index: ApprovalIndex,
): readonly Link[] {
  if (links.length < 2) return links
  const { principal, permission } = question
  let isDenied: boolean | null = null
  const cutBy = cutsOfPaths(question, access)
  const needed = new Map(links.map((link) => [linkKey(link), link]))
  for (const [key, link] of [...needed]) {
    if (needed.size === 1) break
    if (isTheOnlyCut(key, needed, cutBy)) continue
    // What a document grants may be taken by a Deny that goes with another link.
    isDenied ??= access.isDenied(principal, permission)
    if (!isDenied && givesByItself(link, question, access, index)) continue
    needed.delete(key)
    if (remaining([...needed.values()], question, access, index) !== null) needed.set(key, link)
  }
  return links.filter((link) => needed.has(linkKey(link)))
}

/**
 * Where nothing is approved, all that comes by a path has to go, and it stays whatever else goes: less Deny takes no
 * more. Of each such path the keys of its links; a path through an agency may come along another chain.
 */
function cutsOfPaths(
  { paths, permission, approved }: RevokeQuestion,
  access: Access,
): readonly (readonly string[])[] {
  if (approved.length > 0 || access.isHeldWhole(permission)) return []
  return paths
    .filter(({ links }) => !links.some((link) => link.kind === 'assume'))
    .map(({ links }) => links.map(linkKey))
}

/** Whether one of the paths is cut by a link, of which this is the key, and by none of the others; false says nothing. */
function isTheOnlyCut(
  key: string,
  links: ReadonlyMap<string, Link>,
  cutBy: readonly (readonly string[])[],
): boolean {
  return cutBy.some((keys) => keys.includes(key) && keys.every((one) => one === key || !links.has(one)))
}

/** Whether some document of a link grants something unapproved, Denies of others left aside; false says nothing. */
function givesByItself(
  link: Link,
  { principal, permission, approved }: RevokeQuestion,
  access: Access,
  index: ApprovalIndex,
): boolean {
  return access.documentsBy(principal, link).some((document) => {
    const held = access.heldThrough(principal, document, permission)
    return held !== null && access.counts(permission, held) && index.exceeds(held.grants, approved, principal)
  })
}

/** By what something unapproved would still be held without some links; null: nothing would. */
function remaining(
  links: readonly Link[],
  question: RevokeQuestion,
  access: Access,
  index: ApprovalIndex,
): readonly Chain[] | null {
  const { principal, permission, approved } = question
  const left = access.without(links)
  const held = left.held(principal, permission)
  if (held === null) return undecided(question, left, index)
  const isGone = !left.counts(permission, held) || !index.exceeds(held.grants, approved, principal)
  return isGone ? null : left.paths(principal, permission).paths
}

/**
 * Beyond the bound nobody can tell what is held, and what nobody can tell is not gone: every document counts that may
 * grant something unapproved by itself.
 */
function undecided(
  { principal, permission, approved }: RevokeQuestion,
  left: Access,
  index: ApprovalIndex,
): readonly Chain[] {
  return left.documentsOf(principal).filter(({ document }) => {
    const held = left.heldThrough(principal, document, permission)
    return held === null || index.exceeds(held.grants, approved, principal)
  })
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
  holders: HoldersByPath,
  context: CutContext,
): Revocation | null {
  const cuts = links.map((link) => cutOf(link, principal, context)).filter((cut) => cut !== null)
  if (cuts.length < links.length || cuts.length === 0) return null
  return { cuts, others: countOthers(links, principal, holders) }
}

function trustItemLink({ id, name }: Principal, item: string): Link {
  return { kind: 'trust', agency_id: id, agency: name, item }
}

function countOthers(links: readonly Link[], principal: Principal, holders: HoldersByPath): number {
  const shared = links.filter(
    ({ kind }) => kind !== 'membership' && kind !== 'mapping' && kind !== 'builtin-group',
  )
  return holders.othersBy(shared, principal)
}
