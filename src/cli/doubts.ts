/** What a snapshot leaves open about a question: told with every answer, so that none is taken for an all-clear. */
import type { Gap } from '../audit/model.ts'
import { parseDocument } from '../policy/index.ts'
import type { ParsedDocument } from '../policy/types.ts'
import { visible } from '../render/escape.ts'
import { listWords, unlookedAt } from '../render/words.ts'
import type { Policy, Snapshot } from '../snapshot/snapshot.ts'

/** Documents of the default versions, by policy id. */
export function documentsOf(snapshot: Snapshot): ReadonlyMap<string, ParsedDocument> {
  return new Map(
    snapshot.policies.flatMap(({ policy_id, version }) =>
      version === null ? [] : [[policy_id, parseDocument(version.document)] as const],
    ),
  )
}

/** Gaps as lines, each with whom it concerns. */
export function gapLines(gaps: readonly Gap[]): string[] {
  return gaps.map((gap) => {
    const who = gap.users === null ? 'anybody' : listWords(gap.users.map(visible), 10)
    return `  ${visible(gap.message)} This concerns ${who}. ${visible(gap.remedy)}`
  })
}

/**
 * Policies that matter here and whose attachments the snapshot does not have in full: a crawl reads them only for
 * policies that its audited list is about.
 */
export function unreadAttachments(
  snapshot: Snapshot,
  matters: (policyId: string) => boolean,
): readonly Policy[] {
  const seen = new Map<string, number>()
  for (const { policy_id } of snapshot.attachments) seen.set(policy_id, (seen.get(policy_id) ?? 0) + 1)
  return snapshot.policies.filter(
    ({ policy_id, attachment_count }) =>
      matters(policy_id) && (attachment_count ?? 0) > (seen.get(policy_id) ?? 0),
  )
}

export function unreadAttachmentLines(policies: readonly Policy[]): string[] {
  return policies.map(
    (policy) =>
      `  To whom the policy ${visible(policy.policy_name)} is attached (${policy.attachment_count} times) was not read: the snapshot was taken for other audited permissions. This concerns anybody. Take one with a list that audits this.`,
  )
}

/** The last line of every answer: what it is about. */
export function scopeLine(snapshot: Snapshot): string {
  const beyond = unlookedAt(snapshot.coverage)
  return [
    `Account ${visible(snapshot.account_id)} as of ${visible(snapshot.taken_at)}, among IAM users, by v5 identity policies.`,
    ...(beyond === null ? [] : [beyond]),
  ].join(' ')
}
