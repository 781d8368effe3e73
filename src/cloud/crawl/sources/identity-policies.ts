/** What both ways to read identity policies have in common: which documents matter, and what the snapshot shows. */
import type { Attachment, Coverage, Policy } from '../../../account/snapshot.ts'
import type { Matter, Relevance } from '../context.ts'
import type { Failure } from '../crawl-gaps.ts'
import type { CachedVersion } from '../document-cache.ts'
import type { Source } from '../source.ts'

/** A policy as far as a crawl knows it: the group-first way does not see type, count and time. */
export type KnownPolicy = Omit<Policy, 'version'>

/** Identity policies and what they are attached to, by one way or the other. */
export interface IdentityPolicies extends Source {
  readonly method: 'policy-first' | 'group-first'
  readonly documentsCached: number
  policies(): readonly KnownPolicy[]
  versionOf(policyId: string): CachedVersion | null
  attachments(): readonly Attachment[]
  /** Whom policies that can matter are attached to. */
  holders(type: Attachment['principal_type']): ReadonlySet<string>
}

/** Remembers what documents mean: the same is asked about many times. */
export class Documents {
  readonly #relevance: Relevance
  readonly #known = new Map<string, Matter>()

  constructor(relevance: Relevance) {
    this.#relevance = relevance
  }

  /** A policy whose document was not read may grant anything. */
  matterOf(version: CachedVersion | null): Matter {
    if (version === null) return 'undetermined'
    const known = this.#known.get(version.document) ?? this.#relevance(version.document)
    this.#known.set(version.document, known)
    return known
  }
}

/** Of a list that could not be read, neither "audited" nor "not there" is true. */
export function policyCoverage(count: number, failure: Failure | null): Coverage {
  const source = 'identity-policies'
  if (count > 0 || failure === null) return { source, status: 'audited', count }
  return { source, status: failure === 'denied' ? 'denied' : 'not-attempted', count: null }
}
