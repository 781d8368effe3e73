/** Everything that is found of a snapshot before anything is compared: holdings, doubts, and what to ask of them. */
import { type AdminGroups, findAdminGroups } from '../account/admin-group.ts'
import {
  federatedId,
  type NamedPrincipal,
  nameOnly,
  type Principal,
  type PrincipalKind,
  type PrincipalRef,
} from '../account/principal.ts'
import { Routes } from '../account/routes.ts'
import type { Coverage, Snapshot } from '../account/snapshot.ts'
import type { Baseline } from '../baseline/baseline.ts'
import { createEvaluator, type Evaluator, namedActions } from '../policy/index.ts'
import type { Catalogue, Grant, ParsedDocument, Permission } from '../policy/types.ts'
import { Access } from './access.ts'
import { adminGroupGaps } from './admin-group-gaps.ts'
import { type Agencies, readAgencies } from './agencies.ts'
import { namedLikeNotices, serviceLinkedNotices } from './agency-notices.ts'
import { Assume } from './assume.ts'
import { readDocuments } from './documents.ts'
import { type Federation, readFederation } from './federation.ts'
import { everyFederated, undecidedGap } from './gap.ts'
import { findGaps } from './gaps.ts'
import { holdingOf } from './holdings.ts'
import type { DormantAgency, Gap, Holding, LiveKnownGap, RootUser } from './model.ts'
import { UserPrincipal } from './principals.ts'
import { Reach, Uncertain } from './reach.ts'
import { assumingPermission } from './relevance.ts'
import { SourceLists } from './sources.ts'

export interface FindingsInput {
  readonly snapshot: Snapshot
  readonly permissions: readonly Permission[]
  readonly baseline: Baseline | null
  /** UTC day, for `known_gaps`. */
  readonly today: string
  readonly catalogue: Catalogue
  /** Hex digest of the UTF-8 bytes of a text. */
  readonly sha256: (text: string) => string
}

export interface Findings {
  readonly snapshot: Snapshot
  readonly access: Access
  readonly routes: Routes
  readonly holdings: readonly Holding[]
  readonly gaps: readonly Gap[]
  readonly known_gaps: readonly LiveKnownGap[]
  readonly notices: readonly string[]
  readonly coverage: readonly Coverage[]
  readonly dormant: readonly DormantAgency[]
  readonly root_user: RootUser | null
  readonly admin_group: string | null
  readonly uncertain: Uncertain
  readonly agencies: Agencies
  readonly federation: Federation
  /** What a principal is called now, as entries record it; null for somebody who is not there. */
  presentName(principal: PrincipalRef): string | null
  isPresent(principal: PrincipalRef): boolean
  /** An agency with its path, others by their name. */
  fullNameOf(principal: NamedPrincipal): string
  /** Agencies that nobody can assume, providers that are disabled: they need no entry and keep one. */
  isDormant(principal: PrincipalRef): boolean
  /** Whether every source of principals of this kind was audited or is not there. */
  looksAtEverySourceOf(kind: PrincipalKind): boolean
}

/** Whether a document says anything of assuming. Asked only where there is an agency that might be assumed. */
function speaksOfAssuming(
  documents: ReadonlyMap<string, ParsedDocument>,
  account: string,
): (document: string) => boolean {
  let evaluator: Evaluator | null = null
  return (document) => {
    evaluator ??= createEvaluator({ documents, permissions: [assumingPermission], account })
    return evaluator.relevance(document) !== 'none'
  }
}

/** Works out what everybody holds. A pure function of its input. */
export function findAccess(input: FindingsInput): Findings {
  const { snapshot, permissions, baseline } = input
  const documents = readDocuments(snapshot)
  const account = snapshot.account_id
  const agencies = readAgencies(snapshot, input.sha256)
  const asked = agencies.assumable.length === 0 ? permissions : [...permissions, assumingPermission]
  const evaluator = createEvaluator({ documents: documents.parsed, permissions: asked, account })
  const admin = findAdminGroups(snapshot, baseline?.admin_group ?? null)
  const routes = new Routes(snapshot, {
    matters: (document) => evaluator.relevance(document) !== 'none',
    builtinGroups: new Set(admin.groups.map((group) => group.group_id)),
  })
  const federation = readFederation(snapshot, routes)
  const lists = new SourceLists(documents)
  const [root, ...otherRoots] = snapshot.users.filter((user) => user.is_root_user)
  const users = snapshot.users
    .filter((user) => user !== root)
    .map((user): Principal => new UserPrincipal(user, snapshot))
  const access = new Access({
    account,
    permissions,
    principals: [...users, ...agencies.principals, ...federation.principals],
    routes,
    evaluator,
    lists,
    assume: new Assume({
      agencies: agencies.assumable,
      documents,
      lists,
      account,
      matters: speaksOfAssuming(documents.parsed, account),
    }),
    documents,
    mapped: federation.bundles,
    accepted: new Set(),
  })
  const reach = new Reach(access, routes, snapshot)
  const context = {
    ...input,
    knownGaps: baseline?.known_gaps ?? [],
    routes,
    reach,
    documents,
    federation,
    evaluator,
  }
  const found = findGaps(context)
  const gaps = [
    ...found.gaps,
    ...adminGroupGaps(context, admin.groups, admin.doubts),
    ...rootGaps(otherRoots.map((user) => user.user_name)),
  ]
  const accepting = access.accepting(
    acceptedDocuments(
      found.known,
      documents.roles.keys(),
      (key) => evaluator.relevance(key) !== 'undetermined',
    ),
  )
  const { holdings, undecided } = findHoldings(accepting, input, agencies, federation)
  gaps.push(...undecided)
  const federationUnread = snapshot.gaps.some(
    ({ scope }) => scope.type === 'source' && scope.source === 'federation',
  )
  const parts = { snapshot, routes, access: accepting, agencies, federation }
  return {
    ...parts,
    holdings,
    gaps,
    known_gaps: found.known,
    notices: [
      ...snapshot.notices,
      ...documents.notices,
      ...admin.notices,
      ...agencies.notices,
      ...serviceLinkedNotices(agencies, accepting, permissions),
      ...namedLikeNotices(holdings),
      ...federation.notices,
    ],
    coverage: snapshot.coverage,
    dormant: agencies.dormant,
    root_user:
      root === undefined ? null : { user_id: root.user_id, user: root.user_name, enabled: root.enabled },
    admin_group: admin.id ?? recordedNone(baseline, admin),
    uncertain: new Uncertain(
      gaps.map((gap) => gap.reaches),
      federationUnread || gaps.some((gap) => gap.reaches?.includes(everyFederated)),
    ),
    ...questions(parts),
  }
}

/** An account without the group stays recorded as such. */
function recordedNone(baseline: Baseline | null, { groups }: AdminGroups): string | null {
  return groups.length === 0 ? (baseline?.admin_group ?? null) : null
}

function rootGaps(others: readonly string[]): Gap[] {
  if (others.length === 0) return []
  return [
    undecidedGap(
      {
        code: 'several-root-users',
        call: 'GET /v5/users',
        message: `More than one user is marked as the root user: beside the first, ${others.join(', ')}, who ${others.length === 1 ? 'is' : 'are'} audited like everybody else.`,
        remedy: 'Run the audit again; if it stays, ask Huawei Cloud which of them is the root user.',
      },
      null,
    ),
  ]
}

/**
 * Keys of the documents that live known gaps accept; those of a role in all its scopes. What a role grants by its
 * name is no matter of its text, and stays.
 */
function acceptedDocuments(
  known: readonly LiveKnownGap[],
  roleKeys: Iterable<string>,
  isDecided: (key: string) => boolean,
): ReadonlySet<string> {
  const accepted = new Set<string>()
  const roles = new Set<string>()
  for (const { document } of known) {
    if (document.kind === 'policy') accepted.add(document.policy_id)
    if (document.kind === 'role') roles.add(document.role_id)
  }
  for (const key of roleKeys) if (roles.has(key.split(' ')[1] ?? '') && !isDecided(key)) accepted.add(key)
  return accepted
}

function findHoldings(
  access: Access,
  { permissions, catalogue }: FindingsInput,
  agencies: Agencies,
  federation: Federation,
): { readonly holdings: readonly Holding[]; readonly undecided: readonly Gap[] } {
  const names = new Map<readonly Grant[], readonly string[]>()
  const named = (grants: readonly Grant[]): readonly string[] => {
    const known = names.get(grants) ?? namedActions(grants, catalogue)
    names.set(grants, known)
    return known
  }
  const holdings: Holding[] = []
  const undecided: Gap[] = []
  for (const principal of access.principals) {
    if (!access.mayHold(principal)) continue
    for (const permission of permissions) {
      const held = access.held(principal, permission.name)
      if (held === null) undecided.push(boundGap(principal, permission))
      else if (held.extent !== 'none')
        holdings.push(holdingOf(principal, permission, held, { access, named, agencies, federation }))
    }
  }
  return { holdings, undecided }
}

function boundGap(principal: Principal, permission: Permission): Gap {
  return undecidedGap(
    {
      code: 'undetermined-holding',
      call: 'policy evaluation',
      message: `What ${principal.name} holds of ${permission.name} could not be decided: the patterns of the policies that reach this ${wordOf(principal)} go beyond the bound of the analysis.`,
      remedy: `Simplify the policies of this ${wordOf(principal)}: fewer wildcards inside words.`,
    },
    [nameOnly(principal)],
  )
}

function wordOf({ kind }: PrincipalRef): string {
  return kind === 'federated' ? 'group' : kind
}

function questions({
  snapshot,
  routes,
  agencies,
  federation,
}: Pick<Findings, 'snapshot' | 'routes' | 'agencies' | 'federation'>): Pick<
  Findings,
  'presentName' | 'isPresent' | 'fullNameOf' | 'isDormant' | 'looksAtEverySourceOf'
> {
  const presentName = (ref: PrincipalRef): string | null => {
    if (ref.kind === 'user') return routes.users.get(ref.id)?.user_name ?? null
    if (ref.kind === 'agency') return agencies.fullName(ref.id)
    return federation.presentName(ref.id)
  }
  // A source of which the snapshot says nothing was not looked at.
  const seen = new Set(
    snapshot.coverage
      .filter((row) => row.status === 'audited' || row.status === 'absent')
      .map((row) => row.source),
  )
  return {
    presentName,
    isPresent: (ref) => presentName(ref) !== null,
    fullNameOf: (principal) =>
      principal.kind === 'agency' ? (agencies.fullName(principal.id) ?? principal.name) : principal.name,
    isDormant: (ref) =>
      ref.kind === 'agency'
        ? agencies.isDormant(ref.id)
        : ref.kind === 'federated' &&
          federation.dormantProviders.some((id) => ref.id.startsWith(federatedId(id, null).slice(0, -1))),
    looksAtEverySourceOf: (kind) =>
      seen.has('legacy-roles') && seen.has('agencies') && (kind !== 'federated' || seen.has('federation')),
  }
}

/** Everybody of the account by the names that entries record, to tell who is meant. */
export function presentPrincipals({ access, fullNameOf }: Findings): readonly NamedPrincipal[] {
  return access.principals.map((one) => ({ kind: one.kind, id: one.id, name: fullNameOf(one) }))
}
