/**
 * The documented way: every group, user and agency, what is attached to each, and each policy's default version. Used
 * where policies may not be listed, and as the other half of a comparison.
 */

import type { Attachment, Coverage } from '../../../account/snapshot.ts'
import { compareText } from '../../../text/compare-text.ts'
import { type ApiAttached, attachedPolicies, policyVersions } from '../../iam/v5-calls.ts'
import type { CrawlContext } from '../context.ts'
import type { Attempted, Failure } from '../crawl-gaps.ts'
import type { CachedVersion } from '../document-cache.ts'
import { fingerprintOf, type Task } from '../source.ts'
import { Documents, type IdentityPolicies, type KnownPolicy, policyCoverage } from './identity-policies.ts'

type Kind = Attachment['principal_type']

/** Somebody whose attached policies are asked for. */
export interface Holder {
  readonly kind: Kind
  readonly id: string
  readonly name: string
}

/** Where principals come from, and whom to tell when one of them was not found. */
export interface HolderLists {
  /** Everybody of the lists of this reading, or of the one before while they are not read. */
  readonly all: () => readonly Holder[]
  readonly isListed: (holder: Holder) => boolean
  readonly doubt: (kind: Kind) => void
}

interface Reading {
  readonly attached: Map<string, { readonly holder: Holder; readonly rows: readonly ApiAttached[] }>
  /** The default version of each policy; null: it could not be read. */
  readonly versions: Map<string, CachedVersion | null>
  readonly missing: Map<string, { readonly holder: Holder; readonly what: Attempted }>
}

const fresh = (): Reading => ({ attached: new Map(), versions: new Map(), missing: new Map() })

export class GroupFirst implements IdentityPolicies {
  readonly method = 'group-first'
  readonly documentsCached = 0
  readonly #context: CrawlContext
  readonly #lists: HolderLists
  readonly #documents: Documents
  #now = fresh()
  #before = fresh()
  #failure: Failure | null = null

  constructor(context: CrawlContext, lists: HolderLists) {
    this.#context = context
    this.#lists = lists
    this.#documents = new Documents(context.relevance)
  }

  begin(): void {
    this.#before = this.#now
    this.#now = fresh()
  }

  plan(): readonly Task[] {
    const ids = new Set([...this.#before.versions.keys(), ...this.#names().keys()])
    return [
      ...this.#lists.all().map((holder) => ({
        key: `attached ${keyOf(holder)}`,
        phase: 'attached policies',
        run: () => this.#readAttached(holder),
      })),
      ...[...ids].map((id) => ({
        key: `versions ${id}`,
        phase: 'policy documents',
        run: () => this.#readVersions(id),
      })),
    ]
  }

  planAgain(): readonly Task[] {
    return []
  }

  policies(): readonly KnownPolicy[] {
    return [...this.#names()].map(([policy_id, { policy_name, urn }]) => ({
      ...{ policy_id, policy_name, default_version_id: this.versionOf(policy_id)?.version_id ?? '' },
      // The account part of a URN is a word where Huawei Cloud made the policy.
      policy_type: urn?.startsWith('iam::system:') === true ? 'system' : null,
      ...{ attachment_count: null, updated_at: null },
    }))
  }

  versionOf(policyId: string): CachedVersion | null {
    return this.#now.versions.get(policyId) ?? null
  }

  attachments(): readonly Attachment[] {
    return this.#current().flatMap(({ holder, rows }) =>
      rows.map(({ policy_id, attached_at }) => ({
        ...{ policy_id, principal_type: holder.kind, principal_id: holder.id, attached_at },
      })),
    )
  }

  holders(type: Kind): ReadonlySet<string> {
    const holding = this.#current().filter(
      ({ holder, rows }) => holder.kind === type && rows.some((row) => this.#canMatter(row.policy_id)),
    )
    return new Set(holding.map(({ holder }) => holder.id))
  }

  fingerprint(): string {
    return fingerprintOf(
      this.attachments()
        .filter((one) => this.#canMatter(one.policy_id))
        .map((one) => [
          ...[one.policy_id, one.principal_type, one.principal_id, one.attached_at],
          this.#now.versions.get(one.policy_id)?.version_id ?? null,
        ]),
    )
  }

  isMissingSomething(): boolean {
    return [...this.#now.missing.values()].some(({ holder }) => this.#lists.isListed(holder))
  }

  finish(settled: boolean): void {
    const { gaps } = this.#context
    for (const { holder, what } of this.#now.missing.values())
      if (this.#lists.isListed(holder)) gaps.stillListed(what, holder.kind)
    if (!settled) gaps.changedTooOften('identity-policies', attachedPolicies.group.id, 'The attachments')
  }

  coverage(): readonly Coverage[] {
    return [policyCoverage(this.#names().size, this.#failure)]
  }

  /** What was read of those that are listed: somebody of the reading before may be gone. */
  #current(): { readonly holder: Holder; readonly rows: readonly ApiAttached[] }[] {
    const found = [...this.#now.attached].sort(([a], [b]) => compareText(a, b))
    return found.map(([, one]) => one).filter(({ holder }) => this.#lists.isListed(holder))
  }

  /** The policies that somebody has, as their rows name them. */
  #names(): ReadonlyMap<string, ApiAttached> {
    const rows = this.#current().flatMap((one) => one.rows)
    return new Map(rows.map((row) => [row.policy_id, row]))
  }

  #canMatter(policyId: string): boolean {
    return this.#documents.matterOf(this.#now.versions.get(policyId) ?? null) !== 'none'
  }

  async #readAttached(holder: Holder): Promise<void> {
    const { kind, id, name } = holder
    const call = attachedPolicies[kind]
    const what: Attempted = {
      ...{ key: `attached ${keyOf(holder)}`, thing: `the policies attached to the ${kind} ${name}`, call },
      // Who is in a group whose policies are unknown may be anybody.
      scope:
        kind === 'user'
          ? { type: 'user', user_id: id }
          : kind === 'agency'
            ? { type: 'agency', agency_id: id }
            : { type: 'account' },
      isListed: true,
    }
    const read = await this.#context.gaps.attemptList(what, () =>
      this.#context.api.list(call, { [`${kind}_id`]: id }),
    )
    if (read.failure === 'missing') {
      this.#now.missing.set(keyOf(holder), { holder, what })
      this.#lists.doubt(kind)
    } else this.#failure ??= read.failure
    if (read.value !== null) this.#now.attached.set(keyOf(holder), { holder, rows: read.value })
  }

  async #readVersions(policyId: string): Promise<void> {
    const name = this.#names().get(policyId)?.policy_name ?? policyId
    const what: Attempted = {
      ...{ key: `versions ${policyId}`, thing: `the policy ${name}`, call: policyVersions },
      ...{ scope: { type: 'policy', policy_id: policyId }, isListed: true },
    }
    const read = await this.#context.gaps.attemptList(what, () =>
      this.#context.api.list(policyVersions, { policy_id: policyId }),
    )
    const current = read.value?.find((version) => version.is_default)
    this.#now.versions.set(
      policyId,
      current === undefined
        ? null
        : {
            version_id: current.version_id,
            created_at: current.created_at,
            document: current.document,
          },
    )
  }
}

const keyOf = ({ kind, id }: Holder): string => `${kind} ${id}`
