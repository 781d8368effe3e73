/** The evaluator for tests that ask about one user and one source. */
import {
  createEvaluator as createEvaluatorOfSources,
  type Evaluator,
  type EvaluatorOptions,
  type PolicyIds,
  userIdentity,
} from '../../src/policy/index.ts'
import type { Held, HeldBySource, Identity, Undetermined } from '../../src/policy/types.ts'

export interface TestUser {
  readonly user_id: string
  readonly user_name: string
  readonly urn: string
}

/** What is held, and by the one source. */
export type HeldByOne = Omit<Held, 'sources'> & HeldBySource

export interface OneSource {
  relevance: Evaluator['relevance']
  held(policies: readonly PolicyIds[], user: TestUser, permission: string): HeldByOne | Undetermined
}

export const ACCOUNT = '1234'

export function identityOf(user: TestUser): Identity {
  return userIdentity(user, { account: ACCOUNT })
}

export function createEvaluator(options: EvaluatorOptions): OneSource {
  const evaluator = createEvaluatorOfSources({ account: ACCOUNT, ...options })
  const flat = new Map<Held, HeldByOne>()
  return {
    relevance: (policy) => evaluator.relevance(policy),
    held: (policies, user, permission) => {
      const held = evaluator.held([{ policies, identity: identityOf(user) }], permission)
      if ('undetermined' in held) return held
      const { sources, ...rest } = held
      const known = flat.get(held) ?? { ...rest, ...(sources[0] as HeldBySource) }
      flat.set(held, known)
      return known
    },
  }
}
