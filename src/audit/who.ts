/** Who brought each cause: the trace of the window that shows it. Where none does, nobody is named. */
import type { Snapshot } from '../account/snapshot.ts'
import type { Change, TraceEvent } from '../account/trace-record.ts'
import { identifyEvents } from '../traces/identify.ts'
import type { Cause, CauseSubject, RenamedRow } from './model.ts'

/** The causes, each with whoever brought it; of several traces that show it, the last. */
export function findWho(
  causes: readonly Cause[],
  snapshot: Snapshot,
  renamed: readonly RenamedRow[],
): readonly Cause[] {
  const record = snapshot.traces ?? null
  if (record === null) return causes
  const events = identifyEvents(record.events, snapshot)
  const names = new Set(renamed.map((row) => row.principal.id))
  return causes.map((cause) => {
    const shows = testOf(cause, snapshot, names)
    const event = shows === null ? undefined : events.findLast((one) => isShown(one, shows))
    return event === undefined ? cause : { ...cause, by: event.by }
  })
}

type Shows = (change: Change) => boolean

function isShown({ change }: TraceEvent, shows: Shows): boolean {
  return change !== null && shows(change)
}

/** Null: no trace can show it. */
function testOf(
  { kind, subject, principals }: Cause,
  snapshot: Snapshot,
  renamed: ReadonlySet<string>,
): Shows | null {
  switch (kind) {
    case 'attachment':
    case 'version':
    case 'legacy-grant':
      return ofGrant(kind, subject)
    case 'membership':
    case 'builtin-group': {
      const members = new Set(principals.map((one) => one.id))
      return (change) =>
        change.kind === 'member-added' &&
        change.group_id === subject.group_id &&
        change.user_id !== null &&
        members.has(change.user_id)
    }
    case 'trust':
      return (change) =>
        change.kind === 'trust' && change.agency_id === subject.agency_id && change.trust_changed
    case 'mapping':
      return ofMapping(principals[0]?.id ?? '', snapshot)
    case 'provider': {
      const provider = decoded(subject.provider ?? '')
      const trusted = snapshot.trust_providers.find((one) => one.urn === provider)?.provider_id
      return (change) =>
        change.kind === 'vouching' && (change.provider_id === provider || change.provider_id === trusted)
    }
    case 'rename':
      return (change) => change.kind === 'user-changed' && change.name !== null && renamed.has(change.user_id)
    case 'enabled':
      return (change) =>
        change.kind === 'user-changed' &&
        change.enabled === true &&
        principals.some((one) => one.id === change.user_id)
    case 'expiry':
      return null
  }
}

function ofGrant(kind: 'attachment' | 'version' | 'legacy-grant', { grant }: CauseSubject): Shows | null {
  if (grant === undefined) return null
  if (grant.kind === 'attachment') {
    if (kind === 'version')
      return (change) =>
        change.kind === 'version' &&
        change.policy_id === grant.policy_id &&
        change.version_id === grant.version_id &&
        change.in_force === true
    return (change) =>
      change.kind === 'attached' &&
      change.policy_id === grant.policy_id &&
      change.to.type === grant.to.kind &&
      change.to.id === grant.to.id
  }
  // A custom role is granted once and may say more ever after.
  return (change) =>
    (change.kind === 'role-text' && change.role_id === grant.role_id) ||
    (change.kind === 'role-granted' &&
      change.role_id === grant.role_id &&
      change.scope === grant.scope &&
      change.to?.type === grant.to.kind &&
      change.to.id === grant.to.id)
}

/** Whatever made a provider's people members of the group: the rules, what they are bound to, the provider enabled. */
function ofMapping(principalId: string, { providers }: Snapshot): Shows {
  const id = decoded(principalId.split('/')[0] ?? '')
  const mappings = new Set(
    providers.find((one) => one.provider_id === id)?.protocols.map((one) => one.mapping_id),
  )
  return (change) =>
    (change.kind === 'mapping' && mappings.has(change.mapping_id)) ||
    (change.kind === 'protocol' && change.provider_id === id && change.what !== 'deleted') ||
    (change.kind === 'provider' && change.provider_id === id && change.enabled === true)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
