/** One run against one account, whoever starts it: what it was asked, and its doors to the outside. */
import type { Inputs } from './inputs.ts'

/** Where a run says what it does. Lines come as they are to be shown, without a secret in them. */
export interface Log {
  info(line: string): void
  warning(line: string): void
}

export interface AccountRun {
  readonly inputs: Inputs
  readonly environment: NodeJS.ProcessEnv
  readonly log: Log
  /** How sessions of assumed agencies are called. */
  readonly sessionName: string
  /** Obtains a token for an identity provider; null: there is none to be had here. */
  readonly idToken: ((audience: string) => Promise<string>) | null
  /** For whoever has no keys: what else was looked at beside the environment, and why there may be none. */
  readonly withoutKeys: { readonly lookedAt: string; readonly hint: string }
}
