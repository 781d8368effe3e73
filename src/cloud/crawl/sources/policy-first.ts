/**
 * The cheap way: from policies to those they are attached to. Its cost hardly grows with users or groups, because
 * only policies that touch the audited list are followed, and only groups that have one are listed.
 */
import type { Attachment, Coverage } from '../../../account/snapshot.ts'
import { ForbiddenError, ShapeError } from '../../http/cloud-error.ts'
import {
  type ApiPolicy,
  type ApiVersion,
  attachedEntities,
  type Entity,
  policies,
  policyVersion,
} from '../../iam/v5-calls.ts'
import type { CrawlContext } from '../context.ts'
import type { Attempted, Failure } from '../crawl-gaps.ts'
import type { CachedVersion } from '../document-cache.ts'
import { fingerprintOf, type Task } from '../source.ts'
import { Documents, type IdentityPolicies, type KnownPolicy, policyCoverage } from './identity-policies.ts'

/** The auditor may not ask this way; the other way round may be open. */
export class PolicyFirstForbidden extends Error {}

interface Reading {
  /** Null until the list is read. */
  policies: ReadonlyMap<string, ApiPolicy> | null
  readonly entities: Map<string, readonly Entity[]>
  /** Documents that were asked for, whatever came of it. */
  readonly tried: Set<string>
  /** Policies whose document or attachments were not found. */
  readonly missing: Map<string, Attempted>
}

const fresh = (): Reading => ({ policies: null, entities: new Map(), tried: new Set(), missing: new Map() })

export class PolicyFirst implements IdentityPolicies {
  readonly method = 'policy-first'
  documentsCached = 0
  readonly #context: CrawlContext
  readonly #documents: Documents
  /** Versions read, by policy and version: one never changes once it exists. */
  readonly #versions = new Map<string, CachedVersion>()
  #now = fresh()
  #before = fresh()
  #listFailure: Failure | null = null

  constructor(context: CrawlContext) {
    this.#context = context
    this.#documents = new Documents(context.relevance)
  }

  begin(): void {
    this.#before = this.#now
    this.#now = fresh()
  }

  /** @throws PolicyFirstForbidden, from its tasks, when policies or their entities may not be listed */
  plan(): readonly Task[] {
    const now = this.#now
    const listed = [...(now.policies ?? this.#before.policies ?? new Map<string, ApiPolicy>()).values()]
    return [
      { key: 'policies', phase: 'policies', run: () => this.#readPolicies() },
      ...listed.filter((policy) => !this.#isDecided(policy)).map((policy) => this.#documentTask(policy)),
      ...listed
        .filter((policy) => this.#isDecided(policy) && this.#canMatter(policy))
        .map((policy) => ({
          key: `entities ${policy.policy_id}`,
          phase: 'attachments',
          run: () => this.#readEntities(policy),
        })),
    ]
  }

  planAgain(): readonly Task[] {
    return this.#now.missing.size === 0
      ? []
      : [{ key: 'policies again', phase: 'policies', run: () => this.#readPolicies() }]
  }

  policies(): readonly KnownPolicy[] {
    return [...(this.#now.policies?.values() ?? [])]
  }

  versionOf(policyId: string): CachedVersion | null {
    const policy = this.#now.policies?.get(policyId)
    return policy === undefined ? null : (this.#versions.get(versionKey(policy)) ?? null)
  }

  attachments(): readonly Attachment[] {
    return this.#relevant().flatMap(({ policy_id }) =>
      (this.#now.entities.get(policy_id) ?? []).map((entity) => ({ policy_id, ...entity })),
    )
  }

  holders(type: Attachment['principal_type']): ReadonlySet<string> {
    const ids = new Set<string>()
    for (const { policy_id } of this.#relevant())
      for (const entity of this.#now.entities.get(policy_id) ?? [])
        if (entity.principal_type === type) ids.add(entity.principal_id)
    return ids
  }

  /** Where a policy without anything audited is attached does not matter, and in some accounts that changes all the time. */
  fingerprint(): string {
    return fingerprintOf(
      this.#relevant().map((policy) => [
        policy.policy_id,
        policy.policy_name,
        policy.default_version_id,
        policy.updated_at,
        this.#now.entities
          .get(policy.policy_id)
          ?.map((one) => `${one.principal_type} ${one.principal_id} ${one.attached_at}`)
          .sort() ?? null,
      ]),
    )
  }

  isMissingSomething(): boolean {
    return [...this.#now.missing.keys()].some((id) => this.#now.policies?.has(id))
  }

  finish(settled: boolean): void {
    for (const [id, what] of this.#now.missing)
      if (this.#now.policies?.has(id)) this.#context.gaps.stillListed(what, 'policy')
    if (!settled)
      this.#context.gaps.changedTooOften('identity-policies', policies.id, 'The policies and attachments')
    for (const policy of this.#now.policies?.values() ?? []) this.#compareCount(policy)
  }

  coverage(): readonly Coverage[] {
    return [policyCoverage(this.#now.policies?.size ?? 0, this.#listFailure)]
  }

  /** Whether all that can be known of its document is known. */
  #isDecided(policy: ApiPolicy): boolean {
    return this.#versions.has(versionKey(policy)) || this.#now.tried.has(documentKey(policy))
  }

  #relevant(): readonly ApiPolicy[] {
    return [...(this.#now.policies?.values() ?? [])].filter((policy) => this.#canMatter(policy))
  }

  #canMatter(policy: ApiPolicy): boolean {
    return this.#documents.matterOf(this.#versions.get(versionKey(policy)) ?? null) !== 'none'
  }

  async #readPolicies(): Promise<void> {
    const what = {
      ...{ key: 'policies', thing: 'the attached policies', call: policies },
      scope: { type: 'account' },
    } as const
    const read = await this.#context.gaps.attemptList(what, () =>
      orForbidden(() => this.#context.api.list(policies, {}, { only_attached: 'true' }), policies.action),
    )
    this.#listFailure = read.failure
    this.#now.policies = new Map((read.value ?? []).map((policy) => [policy.policy_id, policy]))
  }

  #documentTask(policy: ApiPolicy): Task {
    return {
      key: documentKey(policy),
      phase: 'policy documents',
      run: () => this.#readDocument(policy),
    }
  }

  async #readDocument(policy: ApiPolicy): Promise<void> {
    const { cache, gaps, api } = this.#context
    const cached = await cache.get(policy)
    if (cached !== null) {
      this.#versions.set(versionKey(policy), cached)
      this.documentsCached++
      return
    }
    const { policy_id, default_version_id } = policy
    const what: Attempted = {
      ...{ key: documentKey(policy), thing: `the policy ${policy.policy_name}`, call: policyVersion },
      ...{ scope: { type: 'policy', policy_id }, isListed: true },
    }
    const ids = { policy_id, version_id: default_version_id }
    const read = await gaps.attempt(what, async () => {
      const { policy_version } = await api.one(policyVersion, ids, { justMade: true })
      return theVersion(policy_version, default_version_id)
    })
    if (read.value !== null) {
      this.#versions.set(versionKey(policy), read.value)
      await cache.put(policy, read.value)
    } else if (read.failure === 'missing') this.#now.missing.set(policy_id, what)
    this.#now.tried.add(what.key)
  }

  async #readEntities(policy: ApiPolicy): Promise<void> {
    const { policy_id, policy_name } = policy
    const what: Attempted = {
      key: `entities ${policy_id}`,
      thing: `what the policy ${policy_name} is attached to`,
      call: attachedEntities,
      // A policy whose attachments are unknown may reach anybody.
      ...{ scope: { type: 'account' }, isListed: true },
    }
    const read = await this.#context.gaps.attemptList(what, () =>
      orForbidden(() => this.#context.api.entities(policy_id), attachedEntities.action),
    )
    if (read.failure === 'missing') this.#now.missing.set(policy_id, what)
    if (read.value !== null) this.#now.entities.set(policy_id, read.value)
  }

  #compareCount({ policy_id, policy_name, attachment_count: counted }: ApiPolicy): void {
    const seen = this.#now.entities.get(policy_id)?.length
    const { gaps } = this.#context
    if (seen === undefined || counted === null || seen === counted || gaps.hasFailed(`entities ${policy_id}`))
      return
    if (seen > counted)
      gaps.notice(`The policy ${policy_name} is attached ${seen} times, and its list counts ${counted}.`)
    else
      gaps.add('identity-policies', {
        code: 'count-mismatch',
        call: attachedEntities.id,
        message: `The policy ${policy_name} counts ${counted} attachments, and ${seen} could be read; the others may be anybody's.`,
        remedy: 'Run the audit again; if it stays, ask Huawei Cloud why the list is short.',
        ...{ iam_action: null, http_code: null, scope: { type: 'account' } },
      })
  }
}

const versionKey = (policy: ApiPolicy): string =>
  JSON.stringify([policy.policy_id, policy.default_version_id])
const documentKey = (policy: ApiPolicy): string => `document ${versionKey(policy)}`

function theVersion({ version_id, created_at, document }: ApiVersion, asked: string): CachedVersion {
  if (version_id !== asked)
    throw new ShapeError(`${policyVersion.id} answered with another version.`, { call: policyVersion.id })
  return { version_id, created_at, document }
}

/** @throws PolicyFirstForbidden in the place of a ForbiddenError */
async function orForbidden<T>(read: () => Promise<T>, action: string | null): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ForbiddenError) throw new PolicyFirstForbidden(action ?? '')
    throw error
  }
}
