/** What the evidence is made of beside the verdict: who approved, in which commit, and what users do with their access. */
import type { UserActivity } from '../../account/activity.ts'
import type { RunInfo } from '../../audit/model.ts'
import type { ApprovedBy, CommitReference } from '../../github/approval-history.ts'

/** The commit since which the baseline has had an entry as it stands, and who let it in. */
export interface ApprovalOrigin extends ApprovedBy {
  readonly commit: CommitReference | null
}

export interface EvidenceContext {
  /** ISO 8601. */
  readonly generatedAt: string
  readonly tool: {
    readonly version: string
    readonly commit: string
    readonly presets_digest: string
    readonly catalogue_digest: string
  }
  readonly run: RunInfo
  readonly inputs: { readonly config_sha256: string | null; readonly baseline_sha256: string | null }
  readonly configPath: string
  readonly baselinePath: string
  /** By the key of the entry. */
  readonly origins: ReadonlyMap<string, ApprovalOrigin>
  /** What GitHub refused, or why it was not asked, a sentence each. */
  readonly unread: readonly string[]
  /** By user id. */
  readonly activity: ReadonlyMap<string, UserActivity>
}
