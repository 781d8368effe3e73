/** What could not be read or decided, and for whom. Everything here blocks the all-clear. */
import type { Baseline, KnownGap } from '../baseline/baseline.ts'
import type { Evaluator } from '../policy/index.ts'
import type { ParsedDocument } from '../policy/types.ts'
import type { CrawlGap, Policy, Snapshot } from '../snapshot/snapshot.ts'
import type { Inventory } from './inventory.ts'
import type { Gap, LiveKnownGap } from './model.ts'

export interface FoundGaps {
  readonly gaps: readonly Gap[]
  readonly known: readonly LiveKnownGap[]
}

export interface GapContext {
  readonly snapshot: Snapshot
  readonly inventory: Inventory
  readonly documents: ReadonlyMap<string, ParsedDocument>
  readonly evaluator: Evaluator
  readonly baseline: Baseline | null
  /** UTC day. */
  readonly today: string
  /** Hex digest of the UTF-8 bytes of a text. */
  readonly sha256: (text: string) => string
}

/** All gaps of a snapshot that reach somebody, with known ones set apart. */
export function findGaps(context: GapContext): FoundGaps {
  const { snapshot, inventory } = context
  const gaps = snapshot.gaps
    .map((gap) => crawlGap(gap, inventory))
    .filter((gap) => gap.user_ids?.length !== 0)
  const known: LiveKnownGap[] = []
  const told = new Set(snapshot.gaps.map((gap) => JSON.stringify(gap.scope)))
  for (const policy of snapshot.policies) {
    if (context.evaluator.relevance(policy.policy_id) !== 'undetermined') continue
    // A document that could not be read was told of by the crawl; one that was read has its own reason and digest.
    const unread = policy.version === null
    if (unread && told.has(JSON.stringify({ type: 'policy', policy_id: policy.policy_id }))) continue
    const reached = inventory.reachedBy(policy.policy_id)
    if (reached?.length === 0) continue
    const live = liveKnownGap(policy, context)
    if (live === null) gaps.push(documentGap(policy, reached, context))
    else known.push({ ...live, users: namesOf(reached ?? [...inventory.users.keys()], inventory) })
  }
  gaps.push(...unlistedPolicies(context, told))
  gaps.push(...unreadGroups(context, told))
  gaps.push(...unknownHolders(context))
  return { gaps, known }
}

/** A gap for users, with their names. */
export function gapFor(gap: Omit<Gap, 'users'>, inventory: Inventory): Gap {
  return { ...gap, users: gap.user_ids && namesOf(gap.user_ids, inventory) }
}

function namesOf(ids: readonly string[], inventory: Inventory): readonly string[] {
  return ids.map((id) => inventory.users.get(id)?.user_name ?? id).sort()
}

function crawlGap(gap: CrawlGap, inventory: Inventory): Gap {
  const { scope } = gap
  const reached =
    scope.type === 'policy'
      ? inventory.reachedBy(scope.policy_id)
      : scope.type === 'user'
        ? [scope.user_id]
        : // Who is in a group that could not be read, or not in full, may be anybody.
          null
  const policy = scope.type === 'policy' ? inventory.policies.get(scope.policy_id) : undefined
  return gapFor(
    {
      ...{
        code: gap.code,
        call: gap.call,
        message: gap.message,
        remedy: gap.remedy,
        iam_action: gap.iam_action,
      },
      policy_id: scope.type === 'policy' ? scope.policy_id : null,
      policy: policy?.policy_name ?? null,
      version_id: policy?.default_version_id ?? null,
      sha256: null,
      user_ids: reached,
    },
    inventory,
  )
}

function documentGap(policy: Policy, reached: readonly string[] | null, context: GapContext): Gap {
  const parsed = context.documents.get(policy.policy_id)
  const reason =
    parsed === undefined
      ? 'its default version was not read'
      : parsed.ok
        ? 'a question about its patterns goes beyond the bound'
        : parsed.reason
  return gapFor(
    {
      code: 'undetermined-policy',
      call: 'document',
      message: `What the policy ${policy.policy_name} (version ${policy.default_version_id}) allows could not be determined: ${reason}.`,
      remedy:
        'Correct the document in IAM; or, when it was looked at and is harmless, record it under known_gaps in the baseline.',
      iam_action: null,
      policy_id: policy.policy_id,
      policy: policy.policy_name,
      version_id: policy.version?.version_id ?? policy.default_version_id,
      sha256: policy.version === null ? null : context.sha256(policy.version.document),
      user_ids: reached,
    },
    context.inventory,
  )
}

/** The item of `known_gaps` that lives with exactly this document today; null when there is none. */
function liveKnownGap(policy: Policy, context: GapContext): Omit<LiveKnownGap, 'users'> | null {
  const { version } = policy
  const items: readonly KnownGap[] = context.baseline?.known_gaps ?? []
  if (version === null) return null
  const digest = items.length === 0 ? '' : context.sha256(version.document)
  const item = items.find(
    (one) =>
      one.policy_id === policy.policy_id &&
      one.version_id === version.version_id &&
      one.sha256 === digest &&
      context.today <= one.expires,
  )
  if (item === undefined) return null
  const { policy_id, version_id, justification, expires } = item
  return { policy_id, policy: policy.policy_name, version_id, justification, expires }
}

/** A policy that is attached to somebody and stands in no list: what it allows is anybody's guess. */
function unlistedPolicies({ snapshot, inventory }: GapContext, told: ReadonlySet<string>): Gap[] {
  const unlisted = new Set<string>()
  for (const { principal_type, policy_id } of snapshot.attachments)
    if (principal_type !== 'agency' && !inventory.policies.has(policy_id)) unlisted.add(policy_id)
  return [...unlisted]
    .filter((id) => !told.has(JSON.stringify({ type: 'policy', policy_id: id })))
    .map((id) =>
      gapFor(
        {
          code: 'unlisted-policy',
          call: 'GET /v5/policies',
          message: `The policy ${id} is attached to somebody and is in no list of policies.`,
          remedy: 'Run the audit again; the account may have changed while it was read.',
          ...{ iam_action: null, policy: null, version_id: null, sha256: null },
          policy_id: id,
          user_ids: inventory.reachedBy(id),
        },
        inventory,
      ),
    )
}

/** A group with a policy that matters, whose members nobody read and about which nothing was said yet. */
function unreadGroups({ snapshot, inventory, evaluator }: GapContext, told: ReadonlySet<string>): Gap[] {
  const unread = new Set<string>()
  for (const { principal_type, principal_id, policy_id } of snapshot.attachments) {
    if (principal_type !== 'group' || inventory.members.has(principal_id)) continue
    if (evaluator.relevance(policy_id) === 'none') continue
    if (!told.has(JSON.stringify({ type: 'group', group_id: principal_id }))) unread.add(principal_id)
  }
  return [...unread].map((id) =>
    gapFor(
      {
        code: 'unread-group',
        call: 'GET /v5/users?group_id',
        message: `The members of the group ${inventory.groups.get(id)?.group_name ?? id}, which has an audited policy, were not read.`,
        remedy: 'Crawl the account with the present audited-permission list.',
        ...{
          iam_action: null,
          policy_id: null,
          policy: null,
          version_id: null,
          sha256: null,
          user_ids: null,
        },
      },
      inventory,
    ),
  )
}

/** Somebody who holds a policy that matters and stands in no list of users. */
function unknownHolders({ snapshot, inventory, evaluator }: GapContext): Gap[] {
  // Whom each of them makes uncertain: themselves, or whoever is in a group that no list has.
  const strangers = new Map<string, readonly string[] | null>()
  const seen = new Set<string>()
  for (const { principal_type, principal_id, policy_id } of snapshot.attachments) {
    if (seen.has(principal_id) || principal_type === 'agency' || evaluator.relevance(policy_id) === 'none')
      continue
    seen.add(principal_id)
    const members = principal_type === 'group' ? inventory.members.get(principal_id) : undefined
    if (principal_type === 'user' && !inventory.users.has(principal_id))
      strangers.set(principal_id, [principal_id])
    if (principal_type === 'group' && !inventory.groups.has(principal_id))
      strangers.set(principal_id, members ?? null)
    for (const id of members ?? []) if (!inventory.users.has(id)) strangers.set(id, [id])
  }
  return [...strangers].map(([id, user_ids]) =>
    gapFor(
      {
        code: 'unknown-principal',
        call: 'GET /v5/users',
        message: `${id} has an audited policy and is in no list of users or groups.`,
        remedy: 'Run the audit again; the account may have changed while it was read.',
        ...{
          iam_action: null,
          policy_id: null,
          policy: null,
          version_id: null,
          sha256: null,
          user_ids,
        },
      },
      inventory,
    ),
  )
}
