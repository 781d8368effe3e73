/**
 * What goes with a way out and is not audited: whoever loses ordinary permissions by it, and of which services. Asked of
 * the account as it would be then, for everything that it gives, and only of those whom a way out touches.
 */
import type { Access } from '../access/access.ts'
import { bundlesOf, type Everything, everythingOf, policyKey, principalsBy } from '../access/everything.ts'
import type { Findings } from '../access/findings.ts'
import { documentOf, type Holder, type Link, linkKey } from '../account/link.ts'
import { type Principal, principalKey } from '../account/principal.ts'
import { grantsOf } from '../account/routes.ts'
import type { Snapshot } from '../account/snapshot.ts'
import type { Permission } from '../policy/types.ts'
import { seenLoss } from './losers.ts'
import { LostServices, type Then } from './lost-services.ts'
import type { Drift, Verdict } from './model.ts'
import { restoredPolicies } from './restore.ts'
import type { Cut, OrdinaryLoss, Revocation } from './revocation.ts'

export interface OrdinaryInput {
  readonly found: Findings
  /** With what was read after the verdict: older versions, and what else is attached to whom. */
  readonly snapshot: Snapshot
  readonly permissions: readonly Permission[]
}

/** Documents of somebody that are asked about, over all ways out: what goes with those beyond is not said. */
const MOST_ASKED = 2000

/** The verdict with what each way out takes beside, and those first that take nothing from anybody else. */
export function withOrdinary(verdict: Verdict, input: OrdinaryInput): Verdict {
  if (verdict.drift.length === 0) return verdict
  const losses = new Losses(verdict.drift, input)
  const byCause = new Map(
    verdict.causes.map(({ key, principals }) => [key, new Set(principals.map(principalKey))]),
  )
  return {
    ...verdict,
    drift: verdict.drift.map((row) => {
      const revocations = row.revocations.map((one): Revocation => {
        const ordinary = losses.of(one, row)
        return ordinary === null ? one : { ...one, ordinary }
      })
      const own = principalKey(row.principal)
      return { ...row, revocations: inOrder(revocations, own, byCause.get(row.cause) ?? new Set([own])) }
    }),
  }
}

/**
 * An older version comes first; then what touches fewest others, by audited permissions and by ordinary ones. Whoever
 * drifts by the same cause is no other: what is taken from them is to go as well.
 */
function inOrder(
  revocations: readonly Revocation[],
  own: string,
  drifting: ReadonlySet<string>,
): readonly Revocation[] {
  const isRestore = ({ cuts }: Revocation): boolean => cuts.some((cut) => cut.kind === 'restore-version')
  const rank = (one: Revocation): readonly number[] => {
    const others = seenLoss([one], drifting)?.others ?? 0
    return [
      ...[Number(!isRestore(one)), Math.max(0, one.others - (drifting.size - 1)), Number(others > 0)],
      // Whom an agency trusts is a text to rewrite, and concerns all who may come.
      ...[one.cuts.length, others, Number(one.cuts.some((cut) => isTrustOfAnother(cut, own)))],
      one.ordinary?.losers.get(own)?.length ?? 0,
      (one.ordinary?.unread.length ?? 0) + (one.ordinary?.unlisted.length ?? 0),
    ]
  }
  return revocations
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank.reduce((order, value, at) => order || value - (b.rank[at] ?? 0), 0))
    .map(({ one }) => one)
}

/** Links that a way out takes from one principal alone, and those that it takes from everybody. */
interface Split {
  readonly own: readonly Link[]
  readonly shared: readonly Link[]
  readonly sharedKey: string
}

function splitOf({ cuts }: Revocation): Split {
  const links = cuts.map((cut) => cut.link)
  const isOwn = ({ kind }: Link): boolean => kind === 'membership' || kind === 'mapping'
  const shared = links.filter((link) => !isOwn(link))
  return { own: links.filter(isOwn), shared, sharedKey: shared.map(linkKey).sort().join('\n') }
}

/** What is lost from one account to another. */
interface Loss {
  readonly losers: Map<string, readonly string[]>
  readonly unread: Set<string>
  readonly unlisted: Map<string, OrdinaryLoss['unlisted'][number]>
}

class Losses {
  readonly #input: OrdinaryInput
  readonly #before: Everything
  readonly #by: ReadonlyMap<string, ReadonlySet<Principal>>
  readonly #services: LostServices
  /** What those lose who are not asked about alone, by the links that all of them lose. */
  readonly #shared = new Map<string, OrdinaryLoss | null>()

  constructor(drift: readonly Drift[], input: OrdinaryInput) {
    this.#input = input
    let by: ReadonlyMap<string, ReadonlySet<Principal>> = new Map()
    this.#before = everythingOf(input.found, this.#snapshot(), (access) => {
      by = principalsBy(access, wantedKeys(drift))
      const drifting = drift.map((row) => access.principal(row.principal)).filter((one) => one !== null)
      return [...drifting, ...[...by.values()].flatMap((some) => [...some])]
    })
    this.#by = by
    this.#services = new LostServices(this.#before, input.permissions, input.snapshot.account_id)
  }

  /** Null where it would take too long to find out, or cannot be decided. */
  of(revocation: Revocation, row: Drift): OrdinaryLoss | null {
    const restored = revocation.cuts.find((cut) => cut.kind === 'restore-version')
    if (restored?.link.kind === 'attachment')
      return this.#remembered(`version ${restored.link.policy_id} ${restored.version_id}`, () =>
        this.#afterRestore(restored.operation.parameters.policy_id ?? '', restored.version_id ?? ''),
      )
    const { own, shared, sharedKey } = splitOf(revocation)
    if (!this.#knowsMembers(shared.flatMap((link) => ('to' in link ? link.to : [])))) return null
    const { access } = this.#before
    const everybody =
      shared.length === 0
        ? nothingLost
        : this.#remembered(sharedKey, () =>
            this.#lossOf(this.#touchedBy(shared.map(linkKey)), this.#without(shared)),
          )
    const principal = access.principal(row.principal)
    if (everybody === null || principal === null) return null
    // Whom an agency trusts no more, and whom no rule lets in, act as nobody.
    const isLetGo =
      own.some((link) => link.kind === 'mapping') ||
      shared.some((link) => link.kind === 'trust' && isOf(link.agency_id, principal))
    if (own.length === 0 && !isLetGo) return everybody
    const alone = isLetGo
      ? this.#allOf(principal)
      : this.#lossOf([principal], this.#without([...shared, ...own]))
    return alone === null ? null : united(everybody, alone)
  }

  #remembered(key: string, make: () => OrdinaryLoss | null): OrdinaryLoss | null {
    const known = this.#shared.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#shared.set(key, made)
    return made
  }

  #touchedBy(keys: readonly string[]): readonly Principal[] {
    return [...new Set(keys.flatMap((key) => [...(this.#by.get(key) ?? [])]))]
  }

  /** Of a group whose members nobody read, nobody knows who loses anything. */
  #knowsMembers(holders: readonly Holder[]): boolean {
    const { members } = this.#input.found.routes
    return holders.every(({ kind, id }) => kind !== 'group' || members.has(id))
  }

  #afterRestore(policyId: string, versionId: string): OrdinaryLoss | null {
    if (!this.#knowsMembers(this.#input.found.routes.holdersOfPolicy.get(policyId) ?? [])) return null
    const touched = this.#touchedBy([policyKey(policyId)])
    const before = this.#snapshot()
    const policies = restoredPolicies(before, policyId, versionId)
    const then = everythingOf(this.#input.found, { ...before, policies }, () => touched)
    return this.#lossOf(touched, { everything: then, access: then.access, changed: policyId })
  }

  #without(links: readonly Link[]): Then {
    return { everything: this.#before, access: this.#before.access.without(links), changed: null }
  }

  /** What some principals lose when the account becomes another. */
  #lossOf(principals: readonly Principal[], then: Then): OrdinaryLoss | null {
    const loss: Loss = { losers: new Map(), unread: new Set(), unlisted: new Map() }
    for (const principal of principals) {
      // What one principal loses alone is soon told.
      if (this.#services.asked > (principals.length === 1 ? 2 : 1) * MOST_ASKED) return null
      this.#addUnread(principal, then.access, loss)
      const services = this.#services.of(principal, then)
      if (services === null) return null
      if (services.length > 0) loss.losers.set(principalKey(principal), services)
    }
    return { ...loss, unread: [...loss.unread].sort(), unlisted: [...loss.unlisted.values()] }
  }

  /** Whoever is let go loses all that there is. */
  #allOf(principal: Principal): OrdinaryLoss | null {
    const { access, isListed } = this.#before
    const all = [
      ...access
        .bundles(principal)
        .flatMap((one): readonly Link[] => (one.through === null ? grantsOf(one) : [one.through])),
      ...access.reached(principal).flatMap(({ chain }) => chain),
    ]
    const loss = this.#lossOf([principal], this.#without(all))
    if (loss === null || principal.kind !== 'agency' || isListed('agency', principal.id)) return loss
    return { ...loss, unlisted: [...loss.unlisted, { kind: 'agency', name: principal.name }] }
  }

  /** What goes and was not read: policies and roles, and the rest of whatever somebody is a member of no more. */
  #addUnread(principal: Principal, after: Access, { unread, unlisted }: Loss): void {
    const { access, isKnown, isListed } = this.#before
    const kept = new Set(bundlesOf(after, principal))
    const unknown = bundlesOf(access, principal)
      .filter((bundle) => !kept.has(bundle))
      .flatMap(({ attachments, roles }) => [...attachments, ...roles])
      .filter((link) => !isKnown(documentOf(link)))
    const left = new Set(unknown.length === 0 ? [] : [...kept].flatMap(grantsOf).map(linkKey))
    for (const link of unknown)
      if (!left.has(linkKey(link))) unread.add(link.kind === 'attachment' ? link.policy : link.role)
    const groups = (of: Access) => of.bundles(principal).flatMap(({ through }) => through ?? [])
    const still = new Set(groups(after).map((one) => one.group_id))
    for (const { group_id, group } of groups(access))
      if (!still.has(group_id) && !isListed('group', group_id))
        unlisted.set(`group ${group_id}`, { kind: 'group', name: group })
    const acted = new Set(after.reached(principal).map((one) => one.agency.id))
    for (const { agency } of access.reached(principal))
      if (!acted.has(agency.id) && !isListed('agency', agency.id))
        unlisted.set(`agency ${agency.id}`, { kind: 'agency', name: agency.name })
  }

  #snapshot(): Snapshot {
    const { found, snapshot } = this.#input
    const { beside, older_versions } = snapshot
    return {
      ...found.snapshot,
      ...(beside === undefined ? {} : { beside }),
      ...(older_versions === undefined ? {} : { older_versions }),
    }
  }
}

const nothingLost: OrdinaryLoss = { losers: new Map(), unread: [], unlisted: [] }

function isTrustOfAnother({ kind, from }: Cut, own: string): boolean {
  return kind === 'remove-trusted' && principalKey({ kind: 'agency', id: from.id }) !== own
}

function isOf(agencyId: string, { kind, id }: Principal): boolean {
  return kind === 'agency' && id === agencyId
}

/** What one principal loses takes the place of what it would lose with the others. */
function united(everybody: OrdinaryLoss, alone: OrdinaryLoss): OrdinaryLoss {
  const unlisted = new Map(
    [...everybody.unlisted, ...alone.unlisted].map((one) => [`${one.kind} ${one.name}`, one]),
  )
  return {
    losers: new Map([...everybody.losers, ...alone.losers]),
    unread: [...new Set([...everybody.unread, ...alone.unread])].sort(),
    unlisted: [...unlisted.values()],
  }
}

/** Keys of all links that some way out takes from everybody, and of the policies that one sets back. */
function wantedKeys(drift: readonly Drift[]): ReadonlySet<string> {
  const keys = drift.flatMap(({ revocations }) =>
    revocations.flatMap(({ cuts }) =>
      cuts.map(({ kind, link }) =>
        kind === 'restore-version' && link.kind === 'attachment' ? policyKey(link.policy_id) : linkKey(link),
      ),
    ),
  )
  return new Set(keys)
}
