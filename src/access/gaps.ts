/** What could not be read or decided, and for whom. Everything here blocks the all-clear. */
import type { AdminGroupDoubt } from '../account/admin-group.ts'
import type { NamedPrincipal } from '../account/principal.ts'
import { principalLabel } from '../account/principal.ts'
import type { Routes } from '../account/routes.ts'
import type { CrawlGap, Snapshot } from '../account/snapshot.ts'
import type { KnownGap } from '../baseline/baseline.ts'
import type { Evaluator } from '../policy/index.ts'
import type { ParsedDocument } from '../policy/types.ts'
import type { Documents } from './documents.ts'
import type { Federation } from './federation.ts'
import type { Gap, GapDocument, LiveKnownGap } from './model.ts'
import type { Reach, Reached } from './reach.ts'

export interface GapContext {
  readonly snapshot: Snapshot
  readonly routes: Routes
  readonly reach: Reach
  readonly documents: Documents
  readonly federation: Federation
  readonly evaluator: Evaluator
  readonly knownGaps: readonly KnownGap[]
  /** UTC day. */
  readonly today: string
  /** Hex digest of the UTF-8 bytes of a text. */
  readonly sha256: (text: string) => string
}

export interface FoundGaps {
  readonly gaps: readonly Gap[]
  readonly known: readonly LiveKnownGap[]
}

/** Parts of a gap that most gaps do not have. */
const plain = { iam_action: null, http_code: null, document: null } as const

/** A gap of the evaluation or comparison. */
export function undecidedGap(
  about: Pick<Gap, 'code' | 'call' | 'message' | 'remedy'>,
  reaches: readonly NamedPrincipal[] | null,
): Gap {
  return { ...plain, ...about, reaches }
}

/** All gaps of a snapshot that reach somebody, with known ones set apart. */
export function findGaps(context: GapContext): FoundGaps {
  const { snapshot } = context
  const gaps = snapshot.gaps.map((gap) => crawlGap(gap, context)).filter((gap) => gap.reaches?.length !== 0)
  const known: LiveKnownGap[] = []
  const reported = new Set(snapshot.gaps.map((gap) => JSON.stringify(gap.scope)))
  for (const found of [
    ...policyGaps(context, reported),
    ...roleGaps(context, reported),
    ...mappingGaps(context),
  ]) {
    if (found.gap.reaches?.length === 0) continue
    const split = withKnownGap(found.gap, context)
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

/** Stands for whoever any provider vouches for. */
export const everyFederated: NamedPrincipal = { kind: 'federated', id: '*', name: 'every federated user' }
/** Traces tell of the past: what is held now is certain without them. */
export const inBetween: NamedPrincipal = { kind: 'user', id: '', name: 'who held something in between' }

interface DocumentGap {
  readonly gap: Gap
}

const acceptRemedy = 'when it was looked at and is harmless, record it under known_gaps in the baseline.'

function policyGaps(
  { snapshot, evaluator, reach, documents, sha256 }: GapContext,
  reported: ReadonlySet<string>,
): DocumentGap[] {
  return snapshot.policies.flatMap((policy): DocumentGap[] => {
    const { policy_id, policy_name, version, default_version_id } = policy
    if (evaluator.relevance(policy_id) !== 'undetermined') return []
    // A document that could not be read was reported by the crawl; one that was read has its own reason and digest.
    if (version === null && reported.has(JSON.stringify({ type: 'policy', policy_id }))) return []
    const document: GapDocument = {
      kind: 'policy',
      policy_id,
      policy: policy_name,
      version_id: version?.version_id ?? default_version_id,
      sha256: version === null ? null : sha256(version.document),
    }
    const gap: Gap = {
      ...plain,
      code: 'undetermined-policy',
      call: 'document',
      message: `What the policy ${policy_name} (version ${default_version_id}) allows could not be determined: ${reasonOf(documents.parsed.get(policy_id))}.`,
      remedy: `Correct the document in IAM; or, ${acceptRemedy}`,
      document,
      reaches: reach.ofPolicy(policy_id),
    }
    return [{ gap }]
  })
}

function roleGaps(
  { routes, documents, evaluator, reach, sha256 }: GapContext,
  reported: ReadonlySet<string>,
): DocumentGap[] {
  const byRole = new Map<string, string>()
  for (const [key, { role_id, undetermined }] of documents.roles) {
    if (byRole.has(role_id)) continue
    if (undetermined !== null) byRole.set(role_id, undetermined)
    else if (evaluator.relevance(key) === 'undetermined')
      byRole.set(role_id, reasonOf(documents.parsed.get(key)))
  }
  for (const role_id of routes.holdersOfRole.keys()) if (!routes.roles.has(role_id)) byRole.set(role_id, '')
  return [...byRole].flatMap(([role_id, reason]): DocumentGap[] => {
    const role = routes.roles.get(role_id)
    const isUnread = role === undefined || role.policy === null
    if (isUnread && reported.has(JSON.stringify({ type: 'role', role_id }))) return []
    const name = role?.display_name || role?.name || role_id
    const gap: Gap = {
      ...plain,
      code: role === undefined ? 'unlisted-role' : 'undetermined-role',
      call: role === undefined ? 'GET /v3/roles' : 'document',
      message:
        role === undefined
          ? `The legacy role ${role_id} is granted to somebody and is in no list of roles.`
          : `What the legacy role ${name} allows could not be determined: ${reason}.`,
      remedy:
        role === undefined
          ? 'Run the audit again; if it stays, look at the grant in the console.'
          : `Correct the policy in IAM; or, ${acceptRemedy}`,
      document: {
        kind: 'role',
        role_id,
        role: name,
        sha256: role === undefined || role.policy === null ? null : sha256(role.policy),
      },
      reaches: reach.ofRole(role_id),
    }
    return [{ gap }]
  })
}

function mappingGaps({ federation, reach, snapshot, sha256 }: GapContext): DocumentGap[] {
  return federation.undetermined.map(({ provider_id, mapping_id, reason }) => {
    const mapping = snapshot.mappings.find((one) => one.mapping_id === mapping_id)
    const gap: Gap = {
      ...plain,
      code: mapping === undefined ? 'unlisted-mapping' : 'undetermined-mapping',
      call: mapping === undefined ? 'GET /v3/OS-FEDERATION/mappings' : 'document',
      message: `Which groups the identity provider ${provider_id} gives by the mapping ${mapping_id} could not be determined: ${reason}.`,
      remedy:
        mapping === undefined
          ? 'Bind the protocol to a mapping that exists.'
          : `Correct the rules in IAM; or, ${acceptRemedy}`,
      document: {
        kind: 'mapping',
        mapping_id,
        provider: provider_id,
        sha256: mapping === undefined ? null : sha256(mapping.rules),
      },
      reaches: reach.ofProvider(provider_id),
    }
    return { gap }
  })
}

function reasonOf(parsed: ParsedDocument | undefined): string {
  if (parsed === undefined) return 'its document was not read'
  return parsed.ok ? 'a question about its patterns goes beyond the bound' : parsed.reason
}

/** A known gap lives with exactly this document, for those it names; it is a gap again for everybody else. */
function withKnownGap(
  gap: Gap,
  { knownGaps, today }: GapContext,
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

/** Gaps about the built-in group and its members. */
export function adminGroupGaps(
  { snapshot, routes, reach }: Pick<GapContext, 'snapshot' | 'routes' | 'reach'>,
  groups: readonly { readonly group_id: string; readonly group_name: string }[],
  doubts: readonly AdminGroupDoubt[],
): Gap[] {
  const call = 'GET /v5/users?group_id'
  const gaps: Gap[] = []
  for (const { group_id, group_name } of groups) {
    const ids = routes.members.get(group_id)
    const strangers = (ids ?? []).filter((id) => !routes.users.has(id))
    if (strangers.length > 0)
      gaps.push({
        ...plain,
        code: 'unknown-principal',
        call,
        message: `${strangers.join(', ')} can do everything as a member of the built-in group ${group_name}, and no list of users has them.`,
        remedy: 'Run the audit again; the account may have changed while it was read.',
        reaches: strangers.flatMap((id) => reach.ofUser(id)),
      })
    const isReported = snapshot.gaps.some(
      (one) => one.scope.type === 'group' && one.scope.group_id === group_id,
    )
    if (ids === undefined && !isReported)
      gaps.push({
        ...plain,
        code: 'unread-group',
        call,
        message: `The members of the built-in group ${group_name} were not read.`,
        remedy: 'Crawl the account again.',
        reaches: null,
      })
  }
  for (const { code, message, remedy, group_ids } of doubts) {
    const reached = group_ids?.map((id) => reach.ofGroup(id)) ?? [null]
    gaps.push({
      ...plain,
      ...{ code, call, message, remedy },
      reaches: reached.includes(null) ? null : reached.flatMap((one) => one ?? []),
    })
  }
  return gaps
}
