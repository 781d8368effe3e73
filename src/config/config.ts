/** The audited-permission list and settings, as the rest of the product sees them: validated, defaults filled in. */
import type { Permission } from '../policy/types.ts'

export type ApprovalField = 'justification' | 'owner' | 'expires'
export type IssueSection = 'drift' | 'incomplete' | 'expiring'

export interface Config {
  /** Shown in titles. Empty when the file gives none. */
  readonly name: string
  /** Any other account is refused; null when the file names none. */
  readonly account: string | null
  /** Presets and aliases expanded, in the file's order, each with the line it stands on (from 1). */
  readonly permissions: readonly (Permission & { readonly line: number })[]
  readonly approvals: {
    readonly require: readonly ApprovalField[]
    readonly maxDays: number | null
    readonly warnDays: number
  }
  readonly issue: {
    readonly enabled: boolean
    readonly on: readonly IssueSection[]
    readonly labels: readonly string[]
    readonly assignees: readonly string[]
  }
  /** `owner` of a baseline entry to the GitHub handle to assign. */
  readonly owners: Readonly<Record<string, string>>
  /** Versions of the presets used, such as `iam-administration@1`. */
  readonly presets: readonly string[]
}
