/** What every gap is made of, and what gaps are worked out from. */
import type { NamedPrincipal } from '../account/principal.ts'
import type { Routes } from '../account/routes.ts'
import type { Snapshot } from '../account/snapshot.ts'
import type { KnownGap } from '../baseline/baseline.ts'
import type { Evaluator } from '../policy/index.ts'
import type { Documents } from './documents.ts'
import type { Federation } from './federation.ts'
import type { Gap } from './model.ts'
import type { Reach } from './reach.ts'

export interface GapContext {
  readonly snapshot: Snapshot
  readonly routes: Routes
  readonly reach: Reach
  readonly documents: Documents
  readonly federation: Federation
  readonly evaluator: Evaluator
  readonly knownGaps: readonly KnownGap[]
  /** UTC day. */
  readonly today: string
  /** Hex digest of the UTF-8 bytes of a text. */
  readonly sha256: (text: string) => string
}

/** Parts that most gaps do not have. */
export const plain = { iam_action: null, http_code: null, document: null } as const

/** A gap of the evaluation or comparison. */
export function undecidedGap(
  about: Pick<Gap, 'code' | 'call' | 'message' | 'remedy'>,
  reaches: readonly NamedPrincipal[] | null,
): Gap {
  return { ...plain, ...about, reaches }
}

/** Stands for whoever any provider vouches for. */
export const everyFederated: NamedPrincipal = { kind: 'federated', id: '*', name: 'every federated user' }
/** Traces tell of the past: what is held now is certain without them. */
export const inBetween: NamedPrincipal = { kind: 'user', id: '', name: 'who held something in between' }
