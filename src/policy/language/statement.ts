/** What a statement is, apart from what it covers. */
import type { ParsedDocument, Statement } from '../types.ts'

/**
 * Whether a Deny takes away whatever the circumstances: it has neither Condition nor NotResource, and Resource is
 * omitted or contains exactly `*`. Every other Deny takes nothing away and is shown beside the grant.
 */
export function isUnconditional(statement: Statement): boolean {
  return (
    statement.condition === undefined &&
    statement.notResource === undefined &&
    (statement.resource === undefined || statement.resource.includes('*'))
  )
}

/** Whether some document is of the legacy model, whose actions have v5 twins. */
export function hasTwins(documents: ReadonlyMap<string, ParsedDocument>): boolean {
  for (const document of documents.values())
    if (document.ok && document.statements.some((statement) => statement.twins === true)) return true
  return false
}
