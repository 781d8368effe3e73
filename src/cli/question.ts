/** A question about an account: what the snapshot, or the cloud, says to it, and what that leaves open. */
import { type Findings, findAccess } from '../access/findings.ts'
import type { Gap } from '../access/model.ts'
import { documentRelevance } from '../access/relevance.ts'
import type { PrincipalRef } from '../account/principal.ts'
import type { Snapshot } from '../account/snapshot.ts'
import { accountNames, withNamedTrust } from '../audit/account-names.ts'
import { crawl } from '../cloud/crawl/crawl.ts'
import { progressLines } from '../cloud/crawl/progress.ts'
import { systemClock } from '../cloud/http/pace.ts'
import { createEvaluator, parseDocument } from '../policy/index.ts'
import type { Permission } from '../policy/types.ts'
import { visible } from '../render/escape.ts'
import { unlookedAt } from '../render/verdict-words.ts'
import { loadSnapshot, openCloud } from '../run/account.ts'
import { sha256 } from '../run/audit-account.ts'
import { catalogueOf } from './asked-action.ts'
import type { CommandRun } from './command.ts'
import { gapLines } from './gap-lines.ts'

export interface Asked {
  readonly snapshot: Snapshot
  readonly found: Findings
  readonly warnings: readonly string[]
}

/** The account that a question is about: the snapshot that is named, or what the cloud says now. */
export async function readAccount(
  run: CommandRun,
  permissions: readonly Permission[],
): Promise<{ readonly snapshot: Snapshot; readonly warnings: readonly string[] }> {
  if (run.inputs.snapshot !== '') {
    const { snapshot, warning } = await loadSnapshot(run.inputs.snapshot)
    return { snapshot, warnings: warning === null ? [] : [warning] }
  }
  const { api } = openCloud(run)
  const snapshot = await crawl({
    ...{ api, clock: systemClock, services: [], adminGroupId: null },
    sources: { 'legacy-roles': 'required', agencies: 'required', federation: 'required' },
    progress: progressLines(systemClock.now, api.http, (line) => run.log.info(line)),
    relevance: (account) => documentRelevance(permissions, account, true).ofPolicy,
    roleRelevance: (account) => documentRelevance(permissions, account, true).ofRole,
  })
  return { snapshot, warnings: [] }
}

/** Who holds what of it. */
export function findingsOf(snapshot: Snapshot, permissions: readonly Permission[], now: number): Findings {
  const found = findAccess({
    ...{ snapshot, permissions, baseline: null, sha256 },
    today: new Date(now).toISOString().slice(0, 10),
    catalogue: catalogueOf(snapshot),
  })
  const nameAccounts = accountNames(snapshot)
  return { ...found, holdings: found.holdings.map((one) => withNamedTrust(one, nameAccounts)) }
}

/** What could make a "no" another answer. */
export interface Doubts {
  readonly gaps: readonly Gap[]
  readonly others: readonly string[]
}

/**
 * Everything that was not read or decided, of somebody, or of anybody.
 *
 * @param who null: anybody
 */
export function doubtsOf(
  found: Findings,
  permissions: readonly Permission[],
  who: PrincipalRef | null,
): Doubts {
  const { snapshot, gaps } = found
  return {
    gaps:
      who === null
        ? gaps
        : gaps.filter(({ reaches }) => reaches === null || reaches.some((one) => isMeant(one, who))),
    others: [...unreadAttachments(snapshot, permissions), ...unseenSources(snapshot, who)],
  }
}

/** Whether a gap of somebody is one of theirs: of a provider as a whole, of everybody whom it vouches for. */
function isMeant(reached: PrincipalRef, who: PrincipalRef): boolean {
  if (reached.kind !== who.kind) return false
  if (reached.id === who.id || reached.id === '*') return true
  return (
    reached.kind === 'federated' && reached.id.endsWith('/*') && who.id.startsWith(reached.id.slice(0, -1))
  )
}

export function hasDoubts({ gaps, others }: Doubts): boolean {
  return gaps.length + others.length > 0
}

export function doubtLines({ gaps, others }: Doubts): string[] {
  const lines = [...gapLines(gaps), ...others.map((line) => `  ${line}`)]
  return lines.length === 0 ? [] : ['', 'Not determined:', ...lines]
}

/**
 * Policies that matter here and whose attachments the snapshot does not have in full: a crawl reads them only for
 * policies that its audited list is about.
 */
function unreadAttachments(snapshot: Snapshot, permissions: readonly Permission[]): string[] {
  const seen = new Map<string, number>()
  for (const { policy_id } of snapshot.attachments) seen.set(policy_id, (seen.get(policy_id) ?? 0) + 1)
  const lacking = snapshot.policies.filter(
    ({ policy_id, attachment_count }) => (attachment_count ?? 0) > (seen.get(policy_id) ?? 0),
  )
  const evaluator = createEvaluator({
    documents: new Map(
      lacking.flatMap(({ policy_id, version }) =>
        version === null ? [] : [[policy_id, parseDocument(version.document)] as const],
      ),
    ),
    ...{ permissions, account: snapshot.account_id },
  })
  return lacking
    .filter(({ policy_id }) => evaluator.relevance(policy_id) !== 'none')
    .map(
      ({ policy_name, attachment_count }) =>
        `To whom the policy ${visible(policy_name)} is attached (${attachment_count} times) was not read in full: the snapshot was taken for other audited permissions. This concerns anybody. Take one with iam-audit snapshot.`,
    )
}

/** Sources that nobody read, other than those that no release of this reads. */
function unseenSources({ coverage }: Snapshot, who: PrincipalRef | null): string[] {
  const unseen = coverage.filter(
    ({ source, status }) =>
      ['legacy-roles', 'agencies', 'federation', 'identity-policies', 'admin-group'].includes(source) &&
      status !== 'audited' &&
      status !== 'absent' &&
      (source !== 'federation' || who === null || who.kind === 'federated'),
  )
  const words = unlookedAt(unseen)
  return words === null ? [] : [`${words} Somebody may hold it by what was not looked at.`]
}

/** The last line of every answer: what it is about. */
export function scopeLine(snapshot: Snapshot): string {
  return [
    `Account ${visible(snapshot.account_id)} as of ${visible(snapshot.taken_at)}.`,
    unlookedAt(snapshot.coverage),
  ]
    .filter((part) => part !== null)
    .join(' ')
}
