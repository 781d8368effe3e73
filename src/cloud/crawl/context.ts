/** What every source of a crawl is given. */

import type { Role } from '../../account/snapshot.ts'
import type { IamApi } from '../iam/iam-api.ts'
import type { AccountSummary } from '../iam/v5-calls.ts'
import type { CrawlGaps, Requirements } from './crawl-gaps.ts'
import type { DocumentCache } from './document-cache.ts'

/** Whether something can grant or take away anything audited; `undetermined`: it may. */
export type Matter = 'some' | 'none' | 'undetermined'

/** What a document of an identity policy means for the audited permissions. */
export type Relevance = (document: string) => Matter

/** The same for a role or policy of the legacy model. */
export type RoleRelevance = (role: Role) => Matter

export interface CrawlContext {
  readonly api: IamApi
  readonly account: string
  readonly gaps: CrawlGaps
  readonly sources: Requirements
  readonly relevance: Relevance
  readonly roleRelevance: RoleRelevance
  /** Id of the built-in group as the baseline records it. */
  readonly adminGroupId: string | null
  /** Null where it could not be read; undefined where it was refused. */
  readonly summary: AccountSummary | null | undefined
  readonly cache: DocumentCache
}
