/** Which document a known gap lives with: a version of a policy, a role, or a mapping of a provider. */
import type { KnownGap } from './baseline.ts'

/** Keys that tell the document: one of these sets, whole. */
export const gapDocumentKeys = [['policy_id', 'version_id'], ['role_id'], ['mapping_id', 'provider']] as const

/** One text for each document, whatever its digest. */
export function gapDocument(gap: KnownGap): string {
  const values = gap as Readonly<Partial<Record<string, unknown>>>
  return JSON.stringify(gapDocumentKeys.map((keys) => keys.map((key) => values[key] ?? null)))
}
