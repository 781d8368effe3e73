/** What could not be read or decided, and for whom. Everything here blocks the all-clear. */
import type { CrawlGap } from '../account/snapshot.ts'
import type { Evaluator } from '../policy/index.ts'
import { mappingGaps, policyGaps, roleGaps } from './document-gaps.ts'
import type { Documents } from './documents.ts'
import { everyFederated, type GapContext, inBetween, plain } from './gap.ts'
import { withKnownGap } from './known-gaps.ts'
import type { Gap, LiveKnownGap } from './model.ts'
import type { Reach, Reached } from './reach.ts'

export interface FoundGaps {
  readonly gaps: readonly Gap[]
  readonly known: readonly LiveKnownGap[]
}

/** All gaps of a snapshot that reach somebody, with known ones set apart. */
export function findGaps(context: GapContext): FoundGaps {
  const { snapshot } = context
  const gaps = snapshot.gaps.map((gap) => crawlGap(gap, context)).filter((gap) => gap.reaches?.length !== 0)
  const known: LiveKnownGap[] = []
  const reported = new Set(snapshot.gaps.map((gap) => JSON.stringify(gap.scope)))
  for (const gap of [
    ...policyGaps(context, reported),
    ...roleGaps(context, reported),
    ...mappingGaps(context),
  ]) {
    if (gap.reaches?.length === 0) continue
    const split = withKnownGap(gap, context)
    if (split.live !== null) known.push(split.live)
    if (split.gap !== null) gaps.push(split.gap)
  }
  gaps.push(...unlistedPolicies(context, reported))
  gaps.push(...unreadGroups(context, reported))
  gaps.push(...unknownHolders(context))
  return { gaps, known }
}

function crawlGap(gap: CrawlGap, { reach, routes }: GapContext): Gap {
  const { scope, code, call, message, remedy, iam_action, http_code } = gap
  const policy = scope.type === 'policy' ? routes.policies.get(scope.policy_id) : undefined
  return {
    ...{ code, call, message, remedy, iam_action, http_code },
    document:
      policy === undefined
        ? null
        : {
            kind: 'policy',
            policy_id: policy.policy_id,
            policy: policy.policy_name,
            version_id: policy.default_version_id,
            sha256: null,
          },
    reaches: reachedBy(scope, reach),
  }
}

function reachedBy(scope: CrawlGap['scope'], reach: Reach): Reached {
  switch (scope.type) {
    case 'policy':
      return reach.ofPolicy(scope.policy_id)
    case 'role':
      return reach.ofRole(scope.role_id)
    case 'user':
      return reach.ofUser(scope.user_id)
    case 'agency':
      return reach.ofAgency(scope.agency_id)
    case 'provider':
      return reach.ofProvider(scope.provider_id)
    case 'mapping':
      return reach.ofMapping(scope.mapping_id)
    case 'source':
      // Whoever a provider vouches for is nobody else: the others are certain without it.
      return scope.source === 'federation' ? [everyFederated] : scope.source === 'traces' ? [inBetween] : null
    case 'group':
    case 'account':
      // Who is in a group that could not be read, or not in full, may be anybody.
      return null
  }
}

/** A policy that is attached to somebody and is in no list: what it allows is anybody's guess. */
function unlistedPolicies({ routes, reach }: GapContext, reported: ReadonlySet<string>): Gap[] {
  return [...routes.holdersOfPolicy.keys()]
    .filter((id) => !routes.policies.has(id))
    .filter((id) => !reported.has(JSON.stringify({ type: 'policy', policy_id: id })))
    .map((id) => ({
      ...plain,
      code: 'unlisted-policy',
      call: 'GET /v5/policies',
      message: `The policy ${id} is attached to somebody and is in no list of policies.`,
      remedy: 'Run the audit again; the account may have changed while it was read.',
      reaches: reach.ofPolicy(id),
    }))
}

/** A group with a document that matters, whose members nobody read and about which nothing was said yet. */
function unreadGroups({ routes, ...context }: GapContext, reported: ReadonlySet<string>): Gap[] {
  const unread = groupsThatMatter({ routes, ...context }).filter(
    (id) => !routes.members.has(id) && !reported.has(JSON.stringify({ type: 'group', group_id: id })),
  )
  return unread.map((id) => ({
    ...plain,
    code: 'unread-group',
    call: 'GET /v5/users?group_id',
    message: `The members of the group ${routes.nameOf('group', id)}, which has an audited policy, were not read.`,
    remedy: 'Crawl the account with the present audited-permission list.',
    reaches: null,
  }))
}

function groupsThatMatter({ snapshot, evaluator, documents }: GapContext): string[] {
  const ids = new Set<string>()
  for (const { principal_type, principal_id, policy_id } of snapshot.attachments)
    if (principal_type === 'group' && evaluator.relevance(policy_id) !== 'none') ids.add(principal_id)
  for (const { holder_type, holder_id, role_id, scope } of snapshot.role_assignments)
    if (holder_type === 'group' && roleMatters(role_id, scope, documents, evaluator)) ids.add(holder_id)
  return [...ids]
}

function roleMatters(role_id: string, scope: string, documents: Documents, evaluator: Evaluator): boolean {
  const key = `role ${role_id} ${scope}`
  return !documents.roles.has(key) || evaluator.relevance(key) !== 'none'
}

/** Somebody who holds a document that matters and is in no list. */
function unknownHolders(context: GapContext): Gap[] {
  const { snapshot, routes, reach, evaluator, documents } = context
  const strangers = new Map<string, { readonly list: string; readonly reaches: Reached }>()
  const look = (kind: string, id: string): void => {
    if (kind === 'user' && !routes.users.has(id))
      strangers.set(id, { list: 'users', reaches: reach.ofUser(id) })
    if (kind !== 'group') return
    const members = routes.members.get(id)
    if (!routes.groups.has(id)) strangers.set(id, { list: 'groups', reaches: reach.ofGroup(id) })
    for (const member of members ?? [])
      if (!routes.users.has(member)) strangers.set(member, { list: 'users', reaches: reach.ofUser(member) })
  }
  const seen = new Set<string>()
  const once = (kind: string, id: string): void => {
    if (seen.has(`${kind} ${id}`)) return
    seen.add(`${kind} ${id}`)
    look(kind, id)
  }
  for (const { principal_type, principal_id, policy_id } of snapshot.attachments)
    if (evaluator.relevance(policy_id) !== 'none') once(principal_type, principal_id)
  for (const { holder_type, holder_id, role_id, scope } of snapshot.role_assignments)
    if (roleMatters(role_id, scope, documents, evaluator)) once(holder_type, holder_id)
  return [...strangers].map(([id, { list, reaches }]) => ({
    ...plain,
    code: 'unknown-principal',
    call: list === 'groups' ? 'GET /v5/groups' : 'GET /v5/users',
    message: `${id} has an audited policy and is in no list of ${list}.`,
    remedy: 'Run the audit again; the account may have changed while it was read.',
    reaches,
  }))
}
