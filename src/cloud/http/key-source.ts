import type { Keys } from './signer.ts'

/** Where signed requests get their keys from. */
export interface KeySource {
  keys(): Promise<Keys>
  /** Called after a 401 with the keys that got it: true when there are other ones now, obtained by the action. */
  renew(used: Keys): Promise<boolean>
  /** The secret key, where it is a static one: it can authenticate the document cache. */
  readonly staticSecret: string | null
}
