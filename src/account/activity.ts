/** What users do with their access, as far as it was asked for: for an auditor's file, never for the verdict. */

/** What was asked of the cloud about a user, or why it is not known: the IAM action that was refused, or a sentence. */
export type Asked<T> = { readonly known: T } | { readonly refused: string } | { readonly failed: string }

export interface AccessKey {
  /** ISO 8601. */
  readonly created_at: string
  /** Null: the cloud says that it was never used. */
  readonly last_used_at: string | null
  readonly active: boolean
}

/** Absent: it was not asked for. */
export interface UserActivity {
  /** Null: the cloud says that they never logged in. */
  readonly last_login?: Asked<string | null>
  readonly access_keys?: Asked<readonly AccessKey[]>
  readonly mfa?: Asked<boolean>
}
