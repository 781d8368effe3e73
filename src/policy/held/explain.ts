/** Why an identity may or may not do one thing: what granted it, what a Deny took away, which Deny was not subtracted. */
import { provablyFalse } from '../language/condition.ts'
import { isUnconditional } from '../language/statement.ts'
import { Boxes } from '../sets/pattern.ts'
import { Question } from '../sets/question.ts'
import { bounded } from '../sets/steps.ts'
import type { Condition, Identity, ParsedDocument, Statement, StatementRef } from '../types.ts'
import { coveringPattern } from './covers-action.ts'

export interface ExplainedStatement extends StatementRef {
  readonly pattern: string
  readonly resource: readonly string[] | null
  readonly notResource: readonly string[] | null
  readonly condition: Condition | null
}

export interface Explanation {
  readonly action: string
  /** `held`: some Allow covers it and no unconditional Deny does. `undetermined`: nothing granted it, but a document is unclear. */
  readonly answer: 'held' | 'denied' | 'not-held' | 'undetermined'
  readonly grantedBy: readonly ExplainedStatement[]
  readonly deniedBy: readonly ExplainedStatement[]
  /** Deny statements that cover the action but depend on resources or conditions. */
  readonly notSubtracted: readonly ExplainedStatement[]
  /** Allow statements whose condition names somebody else. */
  readonly ruledOut: readonly ExplainedStatement[]
  readonly undetermined: readonly { readonly policy: string; readonly reason: string }[]
}

/** Explains one action string for one user over the policies that reach the user. */
export function explainAction(options: {
  readonly documents: ReadonlyMap<string, ParsedDocument>
  readonly policies: readonly string[]
  readonly identity: Identity
  readonly action: string
}): Explanation {
  const { documents, identity, action } = options
  const found = {
    grantedBy: [] as ExplainedStatement[],
    deniedBy: [] as ExplainedStatement[],
    notSubtracted: [] as ExplainedStatement[],
    ruledOut: [] as ExplainedStatement[],
    undetermined: [] as { policy: string; reason: string }[],
  }
  const boxes = new Boxes()
  for (const policy of new Set(options.policies)) {
    const document = documents.get(policy)
    if (document === undefined || !document.ok) {
      found.undetermined.push({ policy, reason: document?.reason ?? 'its document could not be read' })
      continue
    }
    const question = new Question(boxes)
    for (const statement of document.statements) {
      const pattern = bounded(() => coveringPattern(statement, action, question))
      if (pattern === null) continue
      if (typeof pattern === 'object') {
        found.undetermined.push({ policy, reason: pattern.undetermined })
        continue
      }
      const row = explained(policy, statement, pattern)
      if (statement.effect === 'Allow')
        (provablyFalse(statement.condition, identity) ? found.ruledOut : found.grantedBy).push(row)
      else (isUnconditional(statement) ? found.deniedBy : found.notSubtracted).push(row)
    }
  }
  const answer =
    found.grantedBy.length > 0 && found.deniedBy.length === 0
      ? 'held'
      : found.deniedBy.length > 0
        ? 'denied'
        : found.undetermined.length > 0
          ? 'undetermined'
          : 'not-held'
  return { action, answer, ...found }
}

function explained(policy: string, statement: Statement, pattern: string): ExplainedStatement {
  return {
    policy,
    statement: statement.number,
    pattern,
    resource: statement.resource ?? null,
    notResource: statement.notResource ?? null,
    condition: statement.condition ?? null,
  }
}
