/** Gaps that the baseline accepts: each one exact document, for those whom it names. */
import { type NamedPrincipal, principalLabel } from '../account/principal.ts'
import type { KnownGap } from '../baseline/baseline.ts'
import type { GapContext } from './gap.ts'
import type { Gap, GapDocument, LiveKnownGap } from './model.ts'

/** A known gap lives with exactly this document, for those it names; it is a gap again for everybody else. */
export function withKnownGap(
  gap: Gap,
  { knownGaps, today }: Pick<GapContext, 'knownGaps' | 'today'>,
): { readonly gap: Gap | null; readonly live: LiveKnownGap | null } {
  const { document } = gap
  if (document === null || document.sha256 === null || gap.reaches === null) return { gap, live: null }
  const item = knownGaps.find((one) => isSameDocument(one, document) && today <= one.expires)
  if (item === undefined) return { gap, live: null }
  const isNamed = (one: NamedPrincipal): boolean =>
    document.kind === 'mapping'
      ? item.for.includes(document.provider)
      : item.for.includes(principalLabel(one))
  const named = gap.reaches.filter(isNamed)
  const others = gap.reaches.filter((one) => !isNamed(one))
  if (named.length === 0) return { gap, live: null }
  const { justification, expires } = item
  return {
    gap: others.length === 0 ? null : { ...gap, reaches: others },
    live: { name: documentName(document), document, justification, expires, reaches: named },
  }
}

function isSameDocument(item: KnownGap, document: GapDocument): boolean {
  if (item.sha256 !== document.sha256) return false
  if ('policy_id' in item)
    return (
      document.kind === 'policy' &&
      item.policy_id === document.policy_id &&
      item.version_id === document.version_id
    )
  if ('role_id' in item) return document.kind === 'role' && item.role_id === document.role_id
  return (
    document.kind === 'mapping' &&
    item.mapping_id === document.mapping_id &&
    item.provider === document.provider
  )
}

function documentName(document: GapDocument): string {
  switch (document.kind) {
    case 'policy':
      return `policy ${document.policy} ${document.version_id}`
    case 'role':
      return `legacy role ${document.role}`
    case 'mapping':
      return `mapping ${document.mapping_id} of ${document.provider}`
  }
}
