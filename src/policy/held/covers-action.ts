/** Whether one statement covers one action, in the sense that its effect gives to doubt. */

import { boxMatches } from '../sets/pattern.ts'
import type { Question } from '../sets/question.ts'
import type { Statement } from '../types.ts'
import { meaningOf } from './prepare.ts'

/**
 * The pattern by which a statement covers the action; `NotAction` for such a one; null when it does not.
 *
 * @throws BoundReached when a pattern unfolds beyond all bounds
 */
export function coveringPattern(statement: Statement, action: string, question: Question): string | null {
  const covers = (patterns: readonly string[], meaning: 'grants' | 'takes-away'): string | undefined =>
    patterns.find((pattern) => question.read(pattern, meaning).some((box) => boxMatches(box, action)))
  if (covers(statement.except ?? [], 'takes-away') !== undefined) return null
  const covering = covers(statement.action ?? statement.notAction ?? [], meaningOf(statement))
  if (statement.action !== undefined) return covering ?? null
  return covering === undefined ? 'NotAction' : null
}
