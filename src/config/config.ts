/** The audited-permission list and settings, as the rest of the product sees them: validated, defaults filled in. */
import type { Permission } from '../policy/types.ts'

export type ApprovalField = 'justification' | 'owner' | 'expires'
/** `review`: an approving review of every added, widened or prolonged entry; the others are fields of an entry. */
export type ApprovalRequirement = ApprovalField | 'review'
/** `required`: unread is a gap. `optional`: unread is said. `off`: not looked at. */
export type SourceDemand = 'required' | 'optional' | 'off'
export type Evidence = 'last-login' | 'access-keys' | 'mfa'
export type IssueSection = 'drift' | 'incomplete' | 'expiring'

/** A pattern of `actions` or `except` and where it stands (from 1). */
export interface WrittenPattern {
  readonly permission: string
  readonly list: 'actions' | 'except'
  readonly pattern: string
  readonly line: number
  readonly column: number
}

export interface Config {
  /** Shown in titles. Empty when the file gives none. */
  readonly name: string
  /** Any other account is refused; null when the file names none. */
  readonly account: string | null
  /** Presets and aliases expanded, in the file's order, each with the line it stands on (from 1). */
  readonly permissions: readonly (Permission & { readonly line: number })[]
  /** Patterns that the file itself has, as they stand there: what a preset brings is not among them. */
  readonly patterns: readonly WrittenPattern[]
  readonly sources: {
    readonly legacyRoles: SourceDemand
    readonly agencies: SourceDemand
    readonly federation: SourceDemand
  }
  readonly approvals: {
    readonly require: readonly ApprovalRequirement[]
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
  readonly evidence: readonly Evidence[]
  /** Hours of traces to read; null: none. */
  readonly traces: number | null
  /** Versions of the presets used, such as `iam-administration@1`. */
  readonly presets: readonly string[]
}
